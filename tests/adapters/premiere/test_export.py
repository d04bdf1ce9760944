"""What Premiere's side exports reads as the edit that it is, whichever way it is got."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from host_labs import CUTS, FRAMES
from premiere_lab import PremiereLab, bundle, run_node

from vem_timeline import read


@pytest.mark.parametrize(("version", "way"), [("25.6", "vem_export"), ("26.3", "PremierePro_OTIO")])
def test_both_ways_of_export_read_alike(tmp_path: Path, version: str, way: str) -> None:
    exported = PremiereLab(tmp_path, version).host.export(tmp_path / "out")
    assert way in json.loads(exported.read_text(encoding="utf-8"))["metadata"]
    board = read(exported)
    assert board.clock.timecode_of(Fraction(0)) == "01:00:00:00"
    assert [board.clock.frame_of(shot.start) for shot in board.shots] == list(CUTS)
    assert board.clock.frame_of(board.duration) == FRAMES
    assert [(mark.name, mark.comment) for mark in board.markers] == [("my own", "keep")]


def test_without_a_folder_the_edit_goes_beside_the_project(tmp_path: Path) -> None:
    host = PremiereLab(tmp_path).host
    assert Path(host.call("export")["path"]) == tmp_path / "VEM Music" / "edit.otio"
    (tmp_path / "VEM Music" / "edit.otio").write_text("of last week")
    assert read(host.export(tmp_path / "VEM Music")).shots


def test_the_walk_keeps_dissolves_speeds_and_what_is_switched_off(tmp_path: Path) -> None:
    path = tmp_path / "walked.otio"
    path.write_text(run_node(str(bundle("tests/rich_walk.ts"))).stdout, encoding="utf-8")
    board = read(path)
    frame = board.clock.frame_of  # a dissolve from 96 to 106 is a cut in its middle
    assert board.clock.rate == Fraction(24_000, 1001)
    assert [(shot.name, frame(shot.start), shot.speed) for shot in board.shots if shot.kind == "picture"] == [
        ("one", 0, 1), ("two", 101, 1), ("three", 180, 1), ("fast", 240, 2), ("nested", 336, 1),
    ]  # fmt: skip
    (dissolve,) = [change for change in board.transitions if change.kind == "dissolve"]
    assert (frame(dissolve.duration), dissolve.into) == (10, 2)
    assert [(mark.name, frame(mark.time), mark.comment) for mark in board.markers] == [("drop", 300, "here")]
    assert board.shots[0].media is not None
    assert board.shots[0].media.url.endswith("A001 café.mov")
