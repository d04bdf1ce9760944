"""The one way round: what is sent to the daemon, what comes into the editor, and that a failure leaves it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from host_labs import CUTS, FRAMES, LABS, RATE, Lab, music

from vem_adapters.errors import HostRefused
from vem_adapters.round_trip import Task, in_plain_words, round_trip
from vem_plugin.errors import PlanError
from vem_timeline import MusicClip, read


class Department:
    """Stands in for the daemon's client: remembers what it was asked and gives the take it was given."""

    def __init__(self, take: MusicClip) -> None:
        self.take = as_json(take)
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*places: Any, **fields: Any) -> Any:
            fields.pop("on_progress", None)
            self.asked.append((name, places, fields))
            if name == "inspect":
                board = read(Path(places[0]))
                shots = [{"number": s.number, "start": str(s.start), "duration": str(s.duration)} for s in board.shots]
                return {"shots": shots}
            return {"takes": [self.take]} if name == "score" else self.take

        return ask


def as_json(clip: MusicClip) -> dict[str, Any]:
    return {
        "take": clip.take_id, "folder": str(clip.audio.parent), "mix": str(clip.audio), "time_reference": 0,
        "samples": int(clip.duration * clip.sample_rate), "sample_rate": clip.sample_rate,
        "markers": [
            {"time": str(m.time), "seconds": float(m.time), "name": m.name, "color": m.color, "comment": m.comment}
            for m in clip.markers
        ],
        "plan": {
            "landings": [{"kind": "cut"}, {"kind": "hit"}],
            "misses": [{"kind": "cut", "timecode": "01:00:06:00", "reason": "It is too close to the cut before."}],
        },
    }  # fmt: skip


@pytest.fixture(params=sorted(LABS))
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Lab:
    return LABS[request.param](tmp_path)


def test_an_edit_is_scored_and_the_editor_told(lab: Lab, tmp_path: Path) -> None:
    before = lab.editors_things()
    vem = Department(music(tmp_path))
    done = round_trip(lab.host, vem, tmp_path / "out", wishes={"brief": "warm"})
    (asked,) = vem.asked
    assert (asked[0], asked[2]) == ("score", {"brief": "warm"})
    assert read(asked[1][0]).clock.start_frame == 90_000
    assert done.markers == 4
    assert lab.music_heard() == [(music(tmp_path).audio, 0, FRAMES)]
    assert sorted(lab.markers_seen()) == [0, 60, 100, 150]
    assert lab.editors_things() == before
    assert lab.said == [
        "edit_vab is in place: 1 of 2 cuts are on the beat.\n01:00:06:00 is not: It is too close to the cut before."
    ]


@pytest.mark.parametrize(("task", "asked"), [
    ("rescore", ["rescore"]), ("reconform", ["reconform"]), ("undo", ["takes", "takes"]),
])  # fmt: skip
def test_the_other_tasks_start_from_our_music(lab: Lab, tmp_path: Path, task: Task, asked: list[str]) -> None:
    with pytest.raises(HostRefused, match="no music of ours"):
        round_trip(lab.host, Department(music(tmp_path)), tmp_path / "out", task=task, shot=2)
    lab.host.place(music(tmp_path))
    vem = Department(music(tmp_path, take="cd9012", pitch=330))
    done = round_trip(lab.host, vem, tmp_path / "out", task=task, shot=2)
    assert [name for name, _, _ in vem.asked] == asked
    assert done.placed.replaced
    assert set(lab.markers_seen().values()) >= {"BAR 1 · cd90", "HIT 4.1 · cd90"}


def test_a_shot_that_is_not_named_is_the_one_under_the_playhead(tmp_path: Path) -> None:
    lab = LABS["resolve"](tmp_path)
    lab.host.place(music(tmp_path))
    vem = Department(music(tmp_path, take="cd9012"))
    lab.host.seek(Fraction(CUTS[2], RATE))
    round_trip(lab.host, vem, tmp_path / "out", task="rescore", wishes={"brief": "darker"})
    assert vem.asked[-1][2] == {"shots": (3,), "brief": "darker"}


def test_in_a_folder_no_shot_is_chosen(tmp_path: Path) -> None:
    lab = LABS["folder"](tmp_path)
    lab.host.place(music(tmp_path))
    with pytest.raises(HostRefused, match="No shot is chosen"):
        round_trip(lab.host, Department(music(tmp_path)), tmp_path, task="rescore")


def test_a_daemon_that_fails_leaves_the_editor_alone(lab: Lab, tmp_path: Path) -> None:
    lab.host.place(music(tmp_path))
    before, heard = lab.editors_things(), lab.music_heard()

    class Failing(Department):
        def score(self, edit: Path, **fields: Any) -> Any:
            raise PlanError("No tempo fits.", remedy="Widen --tempo.")

    with pytest.raises(PlanError):
        round_trip(lab.host, Failing(music(tmp_path)), tmp_path / "out")
    assert (lab.editors_things(), lab.music_heard(), lab.said) == (before, heard, [])


def test_an_edit_without_cuts_is_told_without_figures(tmp_path: Path) -> None:
    take = as_json(replace(music(tmp_path), markers=()))
    assert in_plain_words(take | {"plan": {"landings": [{"kind": "end"}], "misses": []}}) == "edit_vab is in place."
