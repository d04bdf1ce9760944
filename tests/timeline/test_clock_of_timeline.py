"""The clock of a timeline is found in what the file says, and what is guessed is remarked."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import EditDesk

NTSC = Fraction(30000, 1001)


def test_start_timecode_gives_rate_and_first_frame(desk: EditDesk) -> None:
    clock = desk.read(desk.track(desk.clip("a", 24)), start=86400).clock
    assert (clock.rate, clock.start_frame) == (24, 86400)
    assert clock.timecode_of(Fraction(0)) == "01:00:00:00"


@pytest.mark.parametrize("written", [23.976, 23.98, 23.976024627685547])
def test_rough_rates_are_exact(desk: EditDesk, written: float) -> None:
    desk.rate = written
    edit = desk.read(desk.track(desk.clip("a", 24), desk.clip("b", 24)), start=86400)
    assert edit.clock.rate == Fraction(24000, 1001)
    assert edit.duration == Fraction(2002, 1000)


def test_a_start_of_zero_yields_to_the_items(desk: EditDesk) -> None:
    track = desk.track(desk.clip("a", 25, rate=25), desk.clip("b", 25, rate=25))
    assert desk.read(track, start=0).clock.rate == 25


def test_premiere_says_its_rate(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 24)), stack_metadata={"PremierePro_OTIO": {"VideoFrameRate": 29.97}})
    assert edit.clock.rate == NTSC


def test_a_timescale_is_no_frame_rate(desk: EditDesk) -> None:
    track = desk.track(desk.clip("a", 60000, rate=24000), desk.clip("b", 96000, rate=24000))
    edit = desk.read(track)
    assert edit.clock.rate == 24
    assert any("frame rate" in remark.what for remark in edit.remarks)


def test_mixed_rates_are_remarked(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 24), desk.clip("b", 24), desk.clip("c", 25, rate=25)))
    assert edit.clock.rate == 24
    assert edit.duration == 3
    assert any("different frame rates" in remark.what for remark in edit.remarks)


def test_29_97_counts_as_non_drop_unless_told(desk: EditDesk) -> None:
    desk.rate = 29.97
    edit = desk.read(desk.track(desk.clip("a", 30)))
    assert not edit.clock.drop_frame
    assert any("drop-frame or not" in remark.what for remark in edit.remarks)


@pytest.mark.parametrize(
    "metadata",
    [
        {"fcp_xml": {"timecode": {"displayformat": "DF"}}},
        {"Resolve_OTIO": {"Start Timecode": "01:00:00;00"}},
        {"fcpx": {"tcFormat": "DF"}},
        {"app": {"drop_frame": True}},
    ],
)
def test_metadata_tells_drop_frame(desk: EditDesk, metadata: dict[str, object]) -> None:
    desk.rate = 29.97
    edit = desk.read(desk.track(desk.clip("a", 30)), start=107892, metadata=metadata)
    assert edit.clock.drop_frame
    assert edit.clock.timecode_of(Fraction(0)) == "01:00:00;00"


@pytest.mark.parametrize(("start", "drops"), [(107892, True), (108000, False)])
def test_a_round_start_tells_drop_frame(desk: EditDesk, start: int, drops: bool) -> None:
    desk.rate = 30000 / 1001
    edit = desk.read(desk.track(desk.clip("a", 30)), start=start)
    assert edit.clock.drop_frame is drops
    assert edit.clock.timecode_of(Fraction(0)).startswith("01:00:00")
    assert not any("drop-frame" in remark.what for remark in edit.remarks)
