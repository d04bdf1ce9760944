"""Exact rates, frames and timecode."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vem_timeline import Clock, UnreadableTimeline, exact_rate

FILM = Fraction(24000, 1001)
NTSC = Fraction(30000, 1001)
RATES = [Fraction(24), FILM, Fraction(25), NTSC, Fraction(30), Fraction(50), 2 * NTSC, Fraction(60), Fraction(120)]
DROPPING = [NTSC, 2 * NTSC, 4 * NTSC]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (23.98, FILM),
        (23.976, FILM),
        (23.976024627685547, FILM),
        (24000 / 1001, FILM),
        (29.97, NTSC),
        (29.970029830932617, NTSC),
        (47.95, 2 * FILM),
        (59.94, 2 * NTSC),
        (119.88, 4 * NTSC),
        (24, Fraction(24)),
        (24.0000001, Fraction(24)),
        (25.0, Fraction(25)),
        (12.5, Fraction(25, 2)),
        (26.77777777777778, Fraction(241, 9)),
        (48000, Fraction(48000)),
        (254016000000, None),
    ],
)
def test_written_rates_become_the_rates_they_stand_for(written: float, meant: Fraction | None) -> None:
    if meant is None:
        with pytest.raises(UnreadableTimeline):
            exact_rate(written)
    else:
        assert exact_rate(written) == meant


@pytest.mark.parametrize("nonsense", [0, -24, float("nan"), float("inf")])
def test_refuses_what_is_no_rate(nonsense: float) -> None:
    with pytest.raises(UnreadableTimeline):
        exact_rate(nonsense)


@pytest.mark.parametrize(
    ("frame", "timecode"),
    [
        (0, "00:00:00;00"),
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107892, "01:00:00;00"),
    ],
)
def test_drop_frame_timecode(frame: int, timecode: str) -> None:
    clock = Clock(NTSC, drop_frame=True)
    assert clock.timecode_of(clock.seconds_of(frame)) == timecode
    assert clock.frame_of_timecode(timecode) == frame


def test_counts_four_names_a_minute_at_59_94() -> None:
    clock = Clock(2 * NTSC, drop_frame=True)
    assert clock.timecode_of_frame(3600) == "00:01:00;04"
    assert clock.frame_of_timecode("01:00:00;00") == 215784


def test_a_dropped_name_is_no_timecode() -> None:
    clock = Clock(NTSC, drop_frame=True)
    with pytest.raises(UnreadableTimeline, match="skips"):
        clock.frame_of_timecode("00:01:00;01")
    assert clock.frame_of_timecode("00:10:00;01") == 17983


@pytest.mark.parametrize("text", ["", "1:2", "00:00:00:24", "00:60:00:00", "00:00:60:00", "aa:bb:cc:dd"])
def test_refuses_what_is_no_timecode(text: str) -> None:
    with pytest.raises(UnreadableTimeline):
        Clock(Fraction(24)).frame_of_timecode(text)


def test_start_timecode_is_shown_but_not_counted() -> None:
    clock = Clock(Fraction(24), start_frame=86400)
    assert clock.timecode_of(Fraction(0)) == "01:00:00:00"
    assert clock.timecode_of(Fraction(3, 2)) == "01:00:01:12"
    assert clock.seconds_of_timecode("01:00:01:12") == Fraction(3, 2)


def test_a_tie_goes_to_the_later_frame() -> None:
    clock = Clock(Fraction(24))
    assert clock.frame_of(Fraction(1, 48)) == 1
    assert clock.frame_of(Fraction(-1, 48)) == 0


def test_drop_frame_needs_a_rate_that_has_it() -> None:
    with pytest.raises(UnreadableTimeline, match="Drop-frame"):
        Clock(Fraction(25), drop_frame=True)


@given(rate=st.sampled_from(RATES), frame=st.integers(-(10**7), 10**7), start=st.integers(0, 10**6))
def test_frames_survive_the_way_through_seconds_and_timecode(rate: Fraction, frame: int, start: int) -> None:
    clock = Clock(rate, start_frame=start)
    assert clock.frame_of(clock.seconds_of(frame)) == frame
    assert clock.frame_of_timecode(clock.timecode_of_frame(frame)) == frame


@given(rate=st.sampled_from(DROPPING), frame=st.integers(0, 3_000_000), start=st.integers(0, 10**6))
def test_frames_survive_drop_frame_timecode(rate: Fraction, frame: int, start: int) -> None:
    clock = Clock(rate, drop_frame=True, start_frame=start)
    assert clock.frame_of_timecode(clock.timecode_of_frame(frame)) == frame


@given(rate=st.sampled_from(DROPPING), frame=st.integers(0, 2_000_000))
def test_drop_frame_timecode_keeps_to_the_wall_clock(rate: Fraction, frame: int) -> None:
    clock = Clock(rate, drop_frame=True)
    hours, minutes, rest = clock.timecode_of_frame(frame).split(":")
    seconds, frames = rest.split(";")
    shown = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + Fraction(int(frames), clock.nominal_rate)
    # Within a minute timecode runs ahead by 2 frames in 1000; at each whole ten minutes it is 18 thousandths off.
    assert abs(shown - clock.seconds_of(frame)) < Fraction(1, 4)


@given(st.sampled_from(RATES))
def test_a_rate_survives_being_written_as_a_float(rate: Fraction) -> None:
    assert exact_rate(float(rate)) == rate
    assert exact_rate(round(float(rate), 3)) == rate
    assert exact_rate(round(float(rate), 2)) == rate
