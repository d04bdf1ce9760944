"""The scripts for Resolve's menu, run by a real Lua against the double of Resolve, over the daemon's mailbox."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from host_labs import CUTS, FRAMES, RATE, ResolveLab, music
from lua_resolve import Script

from vem_adapters.names import file_name_of
from vem_server.mailbox.lua import as_lua
from vem_timeline import MusicClip, MusicMarker, read

RESOLVE = Path(__file__).parents[2] / "adapters" / "resolve"
SCRIPTS = RESOLVE / "scripts" / "Utility"
LUAS = ("luajit21", "lua51", "lua54")


class Mail:
    """The daemon's end of the mailbox: answers with prepared results, in the form of the protocol."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "data" / "mailbox"
        for name in ("requests", "answers"):
            (self.folder / name).mkdir(parents=True)
        self.asked: list[dict[str, Any]] = []
        self.results: dict[str, Callable[[dict[str, Any]], Any]] = {}
        self.silent = False

    def work(self) -> None:
        """Answer what has been dropped: queued first, running, then done."""
        for path in self.folder.glob("requests/*.json"):
            request = json.loads(path.read_text(encoding="utf-8"))
            if self.silent:
                return
            self.asked.append(request)
            job = {"state": "done", "stage": "write", "fraction": 1.0, "result": self.results[request["kind"]](request)}
            self._answer(path.stem, {"kind": "job_reply", "id": path.stem, "job": job})
            path.unlink()

    def fail(self, name: str, message: str, remedy: str) -> None:
        """Answer the next request of a kind with a failed job."""

        def failed(_: dict[str, Any]) -> Any:
            raise AssertionError

        self.results[name] = failed
        self.work = lambda: [  # type: ignore[method-assign]
            self._answer(path.stem, {"kind": "job_reply", "job": {
                "state": "failed", "stage": "read", "error": {"message": message, "remedy": remedy}}})
            for path in self.folder.glob("requests/*.json")
        ]  # fmt: skip

    def _answer(self, name: str, value: dict[str, Any]) -> None:
        (self.folder / "answers" / f"{name}.lua").write_text(as_lua(value), encoding="ascii")


def as_take(clip: MusicClip) -> dict[str, Any]:
    """A take as the daemon tells it, with what the scripts read."""
    return {
        "take": clip.take_id, "folder": str(clip.audio.parent), "mix": str(clip.audio),
        "samples": int(clip.duration * clip.sample_rate), "sample_rate": clip.sample_rate,
        "markers": [
            {"time": f"{m.time.numerator}/{m.time.denominator}", "name": m.name, "color": m.color, "comment": m.comment}
            for m in clip.markers
        ],
        "plan": {
            "landings": [{"kind": "cut"}, {"kind": "cut"}, {"kind": "end"}],
            "misses": [{"kind": "cut", "timecode": "01:00:06:00", "reason": "It is too close to the cut before."}],
        },
    }  # fmt: skip


class Desk:
    """Resolve with the edit open, a Lua, a mailbox, and somebody who picks scripts from the menu."""

    def __init__(self, folder: Path, lua: str = "luajit21") -> None:
        self.lab = ResolveLab(folder)
        self.mail = Mail(folder / "vem")
        self.script = Script(self.lab.program, lua, wait=lambda: self.mail.work())

    def pick(self, name: str) -> list[str]:
        """Run a script; gives what it printed."""
        self.script.printed.clear()
        self.script.run(SCRIPTS / f"VEM {name}.lua")
        return list(self.script.printed)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VEM_HOME", str(tmp_path / "vem"))
    return tmp_path


def test_the_scripts_are_those_that_the_sources_make() -> None:
    build = runpy.run_path(str(RESOLVE / "build.py"))
    assert {path.name for path in SCRIPTS.iterdir()} == set(build["SCRIPTS"])
    for name, task in build["SCRIPTS"].items():
        assert (SCRIPTS / name).read_text(encoding="utf-8") == build["assembled"](task), name


@pytest.mark.parametrize("lua", LUAS)
def test_a_timeline_is_scored(home: Path, lua: str) -> None:
    desk = Desk(home, lua)
    before = desk.lab.editors_things()
    take = music(home)
    desk.mail.results["score"] = lambda request: {"takes": [as_take(take)]}
    printed = desk.pick("Score this timeline")
    assert desk.lab.music_heard() == [(take.audio, 0, FRAMES)]
    assert desk.lab.markers_seen() == {
        0: "BAR 1 · ab3f", 60: "HIT 2.1 · ab3f", 100: "BAR 3 · ab3f", 150: "HIT 4.1 · ab3f",
    }  # fmt: skip
    assert desk.lab.editors_things() == before
    assert printed[-2:] == [
        "VEM: edit_vab is in place: 2 of 3 cuts are on the beat, 4 markers.",
        "VEM: 01:00:06:00 is not: It is too close to the cut before.",
    ]
    (request,) = desk.mail.asked
    board = read(Path(request["edit"]))
    assert [board.clock.frame_of(shot.start) for shot in board.shots] == list(CUTS)
    assert request["edit"].startswith(str(home / "home" / "Documents" / "VEM Music"))


@pytest.mark.parametrize("name", ["Cut: 3 / final's $HOME", "...", "Übung  %d!", "a;b & c"])
def test_python_and_lua_find_the_same_folder(home: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    desk = Desk(home)
    monkeypatch.setattr(desk.lab.program._project, "GetName", lambda: name)
    desk.lab.timeline._name = name
    desk.mail.results["score"] = lambda request: {"takes": [as_take(music(home))]}
    desk.pick("Score this timeline")
    edit = Path(desk.mail.asked[0]["edit"])
    assert edit.parent.name == file_name_of(name, otherwise="Edits")
    assert edit.name == desk.lab.host.export(home / "out").name


def test_the_comments_of_the_timeline_are_the_brief(home: Path) -> None:
    desk = Desk(home)
    desk.lab.timeline._comments = 'warm, "hopeful"\nübermorgen \\ später'
    desk.mail.results["score"] = lambda request: {"takes": [as_take(music(home))]}
    desk.pick("Score this timeline")
    assert desk.mail.asked[0]["brief"] == 'warm, "hopeful"\nübermorgen \\ später'


@pytest.mark.parametrize("frames", [FRAMES, FRAMES - 40])
def test_a_shot_is_scored_anew_and_the_new_music_gives_the_old_its_place(home: Path, frames: int) -> None:
    desk = Desk(home)
    desk.mail.results["score"] = lambda request: {"takes": [as_take(music(home))]}
    desk.pick("Score this timeline")
    before = desk.lab.editors_things()
    second = music(home, take="cd9012", frames=frames)
    shots = [
        {"number": n, "start": f"{a}/{RATE}", "duration": f"{b - a}/{RATE}"}
        for n, (a, b) in enumerate(zip(CUTS, (*CUTS[1:], FRAMES), strict=True), start=1)
    ]
    desk.mail.results |= {"inspect": lambda request: {"shots": shots}, "rescore": lambda request: as_take(second)}
    desk.lab.timeline._playhead = 75
    desk.pick("Score this shot anew")
    assert desk.mail.asked[-1]["shots"] == [2]
    assert desk.lab.music_heard() == [(second.audio, 0, frames)]
    assert set(desk.lab.markers_seen().values()) == {
        "BAR 1 · cd90", "HIT 2.1 · cd90", "BAR 3 · cd90", "HIT 4.1 · cd90",
    }  # fmt: skip
    assert desk.lab.editors_things() == before


def test_a_changed_edit_keeps_its_music_and_undo_asks_for_the_take_before(home: Path) -> None:
    desk = Desk(home)
    first, second = music(home), music(home, take="cd9012", frames=FRAMES - 10)
    desk.mail.results |= {
        "score": lambda request: {"takes": [as_take(first)]},
        "reconform": lambda request: as_take(second),
        "takes": lambda request: as_take(first) if request["action"] == "show" else {},
    }
    desk.pick("Score this timeline")
    desk.pick("Fit the music to the changed edit")
    assert desk.mail.asked[-1]["edit"] == desk.mail.asked[-1]["new_edit"]
    assert desk.lab.music_heard() == [(second.audio, 0, FRAMES - 10)]
    desk.pick("Put the music before back")
    assert [request.get("action") for request in desk.mail.asked[-2:]] == ["undo", "show"]
    assert desk.lab.music_heard() == [(first.audio, 0, FRAMES)]


def test_our_markers_go_and_the_editors_stay(home: Path) -> None:
    desk = Desk(home)
    before = desk.lab.editors_things()
    desk.mail.results["score"] = lambda request: {"takes": [as_take(music(home))]}
    desk.pick("Score this timeline")
    assert desk.pick("Remove our markers") == ["VEM: 4 markers removed."]
    assert desk.lab.markers_seen() == {}
    assert desk.lab.editors_things() == before


def test_what_went_wrong_is_said_with_its_remedy(home: Path) -> None:
    desk = Desk(home)
    desk.mail.fail("score", "The timeline has no picture.", "Put a shot on it.")
    assert desk.pick("Score this timeline")[-2:] == ["VEM: The timeline has no picture.", "VEM: Put a shot on it."]
    assert desk.pick("Score this shot anew")[0] == "VEM: There is no music of ours on this timeline."
    assert desk.lab.music_heard() == []


def test_a_daemon_that_says_nothing_is_given_up_on(home: Path) -> None:
    desk = Desk(home)
    desk.mail.silent = True
    printed = desk.pick("Score this timeline")
    assert printed[-2] == "VEM: The music service does not answer."
    assert "vem daemon start" in printed[-1]
    assert list((desk.mail.folder / "requests").iterdir()) == []  # no later daemon does what nobody waits for


@pytest.mark.parametrize(("setting", "rate"), [
    ("29.97 DF", Fraction(30_000, 1001)), (23.976, Fraction(24_000, 1001)), ("23.98", Fraction(24_000, 1001)),
    (59.94006, Fraction(60_000, 1001)), ("50", Fraction(50)), (24.0, Fraction(24)), ("47.95", Fraction(48_000, 1001)),
])  # fmt: skip
def test_rates_are_those_that_resolve_means(home: Path, setting: object, rate: Fraction) -> None:
    desk = Desk(home)
    desk.lab.timeline._rate_setting = setting
    desk.lab.timeline._tracks["video"][0].items[-1]._frames = 1_100_000  # long enough to tell 29.97 from 30000/1001
    take = replace(music(home), markers=(MusicMarker(1_000_000 / rate, "BAR 9", "BLUE"),))
    desk.mail.results["score"] = lambda request: {"takes": [as_take(take)]}
    desk.pick("Score this timeline")
    assert list(desk.lab.markers_seen()) == [1_000_000]


def test_without_a_mailbox_the_way_out_is_said(home: Path) -> None:
    desk = Desk(home)
    for name in ("requests", "answers"):
        (desk.mail.folder / name).rmdir()
    assert "no mailbox" in desk.pick("Score this timeline")[-2]


def test_a_locked_track_and_an_open_dialog_change_nothing(home: Path) -> None:
    desk = Desk(home)
    first = music(home)
    desk.mail.results["score"] = lambda request: {"takes": [as_take(first)]}
    desk.pick("Score this timeline")
    desk.mail.results["score"] = lambda request: {"takes": [as_take(music(home, take="cd9012"))]}
    desk.lab.timeline._tracks["audio"][1].locked = True
    assert "is locked" in desk.pick("Score this timeline")[-2]
    desk.lab.timeline._tracks["audio"][1].locked = False
    desk.lab.program._dialog = True
    assert "dialog" in desk.pick("Score this timeline")[-1]
    assert desk.lab.music_heard() == [(first.audio, 0, FRAMES)]
