"""The watched folder: whole files only, each once, ours never, and errors where they are found."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from host_labs import music, write_edit

from vem_adapters.errors import HostAbsent
from vem_adapters.files import watch
from vem_adapters.files.records import is_done, is_ours, newest_scored
from vem_server.protocol.errors import ServiceError
from vem_timeline import TimelineError, music_in, write_scored

watching = sys.modules["vem_adapters.files.watch"]  # the package's own `watch` is the function


class Composer:
    """Stands in for the daemon: writes a take and its scored timeline beside the edit, as the daemon does."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.fail = False

    def score(self, edit: Path, *, brief: str = "", on_progress: Any = None) -> dict[str, Any]:
        self.asked.append(("score", edit.name, brief))
        return {"takes": [self._take(edit)]}

    def reconform(self, scored: Path, *, new_edit: Path, on_progress: Any = None) -> dict[str, Any]:
        self.asked.append(("reconform", new_edit.name, scored.name))
        return self._take(new_edit)

    def _take(self, edit: Path) -> dict[str, Any]:
        if self.fail:
            raise TimelineError("The edit is empty.", where=str(edit), remedy="Put a shot on it.")
        version = 1 + len(list(edit.parent.glob(f"{edit.stem}_v*/take.json")))
        clip = music(edit.parent / "elsewhere", take=f"ab{version}f12")
        folder = edit.with_name(f"{edit.stem}_v{version:02d}")
        folder.mkdir()
        audio = clip.audio.rename(folder / f"{folder.name}_MX.wav")
        record = {
            "edit_sha256": hashlib.sha256(edit.read_bytes()).hexdigest(), "take_id": clip.take_id,
            "files": {"mix": audio.name}, "samples": 460_800, "sample_rate": 48_000,
        }  # fmt: skip
        (folder / "take.json").write_text(json.dumps(record))
        clip = type(clip)(audio, clip.duration, f"{folder.name} music", clip.take_id, clip.markers)
        write_scored(edit, folder.with_name(f"{folder.name}.otio"), clip)
        return record | {
            "take": clip.take_id, "folder": str(folder), "mix": str(audio), "time_reference": 0, "markers": [],
            "plan": {"landings": [], "misses": []},
        }  # fmt: skip


class Watched:
    """A folder that is watched in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.vem, self.said = folder, Composer(), []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Watched:
        self._stop.clear()
        self._thread = threading.Thread(
            target=watch,
            args=(self.folder, self.vem),
            kwargs={"say": self.said.append, "pause": 0.05, "stop": self._stop},
        )
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        assert self._thread is not None
        self._thread.join(30)

    def until(self, there: Any) -> None:
        """Wait until something is so."""
        end = time.monotonic() + 30
        while not there():
            assert time.monotonic() < end, self.said
            time.sleep(0.02)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_an_edit_is_scored_once_and_the_result_lies_beside_it(watched: Watched, tmp_path: Path) -> None:
    (tmp_path / "brief.txt").write_text("warm,\nhopeful\n", encoding="utf-8")
    with watched:
        edit = write_edit(tmp_path)
        watched.until(lambda: is_done(edit) and len(watched.said) == 2)
        time.sleep(0.5)
    assert watched.vem.asked == [("score", "edit.otio", "warm, hopeful")]
    scored = newest_scored(edit)
    assert scored == tmp_path / "edit_v01.otio"
    assert music_in(scored)
    assert is_ours(scored)
    with watched:  # watched again another day
        time.sleep(0.5)
    assert len(watched.vem.asked) == 1


def test_a_file_that_grows_is_left_alone_until_it_is_whole(watched: Watched, tmp_path: Path) -> None:
    text = write_edit(tmp_path).read_bytes()
    edit = tmp_path / "edit.otio"
    edit.unlink()
    with watched:
        with edit.open("wb") as out:
            for start in range(0, len(text), len(text) // 20):
                out.write(text[start : start + len(text) // 20])
                out.flush()
                time.sleep(0.02)
                assert watched.vem.asked == []
        watched.until(lambda: is_done(edit))
    assert len(watched.vem.asked) == 1


def test_a_changed_edit_keeps_its_music(watched: Watched, tmp_path: Path) -> None:
    edit = write_edit(tmp_path)
    with watched:
        watched.until(lambda: is_done(edit))
        edit.write_text(edit.read_text(encoding="utf-8").replace("shot 1", "shot one"), encoding="utf-8")
        watched.until(lambda: is_done(edit))
    assert watched.vem.asked[1:] == [("reconform", "edit.otio", "edit_v01.otio")]
    assert newest_scored(edit) == tmp_path / "edit_v02.otio"


def test_what_goes_wrong_is_written_beside_the_edit_and_tried_again_when_it_changes(
    watched: Watched, tmp_path: Path
) -> None:
    watched.vem.fail = True
    edit = write_edit(tmp_path)
    note = tmp_path / "edit.failed.txt"
    with watched:
        watched.until(note.exists)
        time.sleep(0.3)
        assert len(watched.vem.asked) == 1
        assert "Put a shot on it." in note.read_text(encoding="utf-8")
        watched.vem.fail = False
        edit.write_text(edit.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        watched.until(lambda: is_done(edit) and not note.exists())


def test_other_files_and_hidden_ones_are_nobodys_edits(watched: Watched, tmp_path: Path) -> None:
    write_edit(tmp_path).rename(tmp_path / ".edit.otio")
    (tmp_path / "empty.otio").touch()
    (tmp_path / "notes.txt").write_text("buy milk")
    with watched:
        time.sleep(0.4)
    assert watched.vem.asked == []


def test_a_daemon_that_is_away_is_no_fault_of_the_edit(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "REST", 0.05)
    score, tries = watched.vem.score, []

    def away_at_first(edit: Path, **wishes: Any) -> dict[str, Any]:
        tries.append(edit)
        if len(tries) < 3:
            raise ServiceError("unreachable", "No daemon answers.")
        return score(edit, **wishes)

    monkeypatch.setattr(watched.vem, "score", away_at_first)
    with watched:
        edit = write_edit(tmp_path)
        watched.until(lambda: is_done(edit))
    assert len(tries) == 3
    assert not (tmp_path / "edit.failed.txt").exists()


def test_a_folder_that_is_taken_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(HostAbsent, match="gone"):
        watch(tmp_path / "nowhere", Composer(), say=print)
