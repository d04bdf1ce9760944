"""The panel's messages, carried out by a host: those of ``adapters/premiere/src/messages.ts``."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from host_labs import FRAMES, ResolveLab, music

from vem_adapters import bridge as bridging
from vem_adapters.bridge import Bridge, serve
from vem_adapters.errors import HostAbsent
from vem_timeline import read


@pytest.fixture
def lab(tmp_path: Path) -> ResolveLab:
    return ResolveLab(tmp_path)


@pytest.fixture
def bridge(lab: ResolveLab, tmp_path: Path) -> Bridge:
    return Bridge(lambda: lab.host, folder=lambda host: tmp_path / "out", page=lambda: "http://127.0.0.1:8765/#token=t")


def marks(clip: Any) -> list[dict[str, Any]]:
    return [{"time": str(m.time), "name": m.name, "color": m.color, "comment": m.comment} for m in clip.markers]


def test_the_page_learns_who_is_there(bridge: Bridge) -> None:
    assert bridge.answer({"vem": "ready", "id": "7"}) == {
        "vem": "host", "program": "DaVinci Resolve Studio 21.0.2.4", "export": "otio", "sequence": "edit", "id": "7",
    }  # fmt: skip


def test_the_window_around_the_page_learns_where_it_lies(tmp_path: Path) -> None:
    def nobody() -> Any:
        raise HostAbsent("Not running.", remedy="Start it.")

    bridge = Bridge(nobody, folder=lambda host: tmp_path, page=lambda: "http://127.0.0.1:8765/#token=t")
    assert bridge.answer({"vem": "open"}) == {"vem": "open", "url": "http://127.0.0.1:8765/#token=t"}


def test_hits_and_bars_of_the_page_get_their_colours(bridge: Bridge, lab: ResolveLab) -> None:
    kinds = [{"seconds": 1.0, "name": "door", "kind": "hit"}, {"seconds": 2.0, "name": "BAR 2", "kind": "downbeat"}]
    assert bridge.answer({"vem": "mark", "take": "ab3f12", "markers": kinds})["written"] == 2
    assert [lab.timeline._markers[float(frame)]["color"] for frame in (25, 50)] == ["Red", "Blue"]


def test_an_edit_goes_out_and_its_music_comes_in(bridge: Bridge, lab: ResolveLab, tmp_path: Path) -> None:
    edit = bridge.answer({"vem": "export"})
    assert len(read(Path(edit["path"])).shots) == 3
    take = music(tmp_path)
    placed = bridge.answer({"vem": "place", "take": take.take_id, "mix": str(take.audio), "markers": marks(take)})
    assert placed == {"vem": "placed", "take": "ab3f12", "replaced": False, "written": 4, "remarks": []}
    assert lab.music_heard() == [(take.audio, 0, FRAMES)]
    held = bridge.answer({"vem": "music"})["music"]
    assert held == {"audio": str(take.audio), "take": "ab3f", "start": "0/1", "duration": "48/5"}


def test_markers_are_written_listed_moved_and_removed(bridge: Bridge, lab: ResolveLab, tmp_path: Path) -> None:
    take = music(tmp_path)
    assert bridge.answer({"vem": "mark", "take": take.take_id, "markers": marks(take)})["written"] == 3
    listed = bridge.answer({"vem": "marks"})["markers"]
    assert [entry["name"] for entry in listed] == ["BAR 1", "HIT 2.1", "HIT 4.1"]
    assert bridge.answer({"vem": "move_mark", "key": listed[1]["key"], "seconds": 2.8}) == {"vem": "done"}
    assert 70 in lab.markers_seen()
    assert bridge.answer({"vem": "unmark"})["removed"] == 3


def test_the_playhead_goes_where_the_page_says_and_is_told_when_it_moves(bridge: Bridge, lab: ResolveLab) -> None:
    bridge.answer({"vem": "ready"})
    bridge.look()
    assert bridge.look() == []
    assert bridge.answer({"vem": "seek", "time": "3"}) == {"vem": "done"}
    assert bridge.look() == [{"vem": "playhead", "seconds": 3.0}, {"vem": "shot", "seconds": float(Fraction(105, 25))}]
    assert bridge.answer({"vem": "where"}) == {
        "vem": "where", "playhead": 3.0, "shot": {"start": 2.4, "end": 6.0, "name": ""},
    }  # fmt: skip
    assert bridge.answer({"vem": "tell", "message": "done"}) == {"vem": "done"}
    assert lab.said == ["done"]


@pytest.mark.parametrize("message", [
    {}, {"vem": "dance"}, {"vem": "place"}, {"vem": "place", "take": "ab3f", "mix": "/nowhere.wav"},
    {"vem": "seek", "seconds": "soon"}, {"vem": "mark", "take": "ab3f", "markers": 3}, {"vem": "move_mark", "key": "x"},
])  # fmt: skip
def test_what_makes_no_sense_is_answered_with_an_error(bridge: Bridge, message: dict[str, Any]) -> None:
    answer = bridge.answer(message | {"id": "1"})
    assert (answer["vem"], answer["id"]) == ("failed", "1")
    assert answer["message"]
    assert answer["remedy"]


def test_a_program_that_is_gone_is_looked_for_again(lab: ResolveLab, tmp_path: Path) -> None:
    found: list[Any] = []

    def find() -> Any:
        found.append(None)
        if len(found) == 1:
            raise HostAbsent("Not running.", remedy="Start it.")
        return lab.host

    bridge = Bridge(find, folder=lambda host: tmp_path, page=str)
    assert bridge.answer({"vem": "ready"}) == {
        "vem": "failed", "kind": "HostAbsent", "message": "Not running.", "remedy": "Start it.",
    }  # fmt: skip
    assert bridge.answer({"vem": "ready"})["vem"] == "host"


def test_messages_come_and_go_as_lines(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridging, "LOOK", 0.05)
    lines = io.StringIO('{"vem": "ready", "id": "1"}\n\nno json\n[1]\n')
    written: list[str] = []
    serve(bridge, lines, written.append)
    answers = [json.loads(line) for line in written]
    assert [answer["vem"] for answer in answers if answer["vem"] not in ("playhead", "shot")] == [
        "host", "failed", "failed",
    ]  # fmt: skip
