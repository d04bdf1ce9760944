"""What Premiere's side exports reads as the edit that it is, whichever way it is got."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from host_labs import CUTS, FRAMES
from premiere_lab import PremiereLab

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
