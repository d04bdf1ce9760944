"""Bar lines."""

from __future__ import annotations

import pytest

from vem_plugin.rhythm.bars import bar_price, bars_of


def lengths(beats: int, pulls: dict[int, float], meter: int = 4) -> list[int]:
    return [bar.beats for bar in bars_of(beats, pulls, meter=meter)]


def test_without_pulls_bars_are_ordinary():
    assert lengths(16, {}) == [4, 4, 4, 4]
    assert lengths(9, {}, meter=3) == [3, 3, 3]


@pytest.mark.parametrize("beats", range(1, 40))
def test_bars_are_whole_whatever_the_number_of_beats(beats):
    bars = bars_of(beats, {}, meter=4)
    assert sum(bar.beats for bar in bars) == beats
    assert [bar.number for bar in bars] == list(range(1, len(bars) + 1))
    assert sum(bar.beats != 4 for bar in bars) <= 2


def test_a_strong_pull_bends_the_metre_and_a_weak_one_does_not():
    assert lengths(16, {7: 0.3}) == [4, 4, 4, 4]
    bars = bars_of(16, {7: 10.0}, meter=4)
    assert 7 in {bar.beat for bar in bars}


@pytest.mark.parametrize("beats", range(2, 50))
def test_bars_of_six_eighths_are_made_of_whole_pulses_where_they_can(beats):
    bars = bars_of(beats, {}, meter=6)
    assert sum(bar.beats for bar in bars) == beats
    assert sum(bar.beats % 3 != 0 for bar in bars) <= (1 if beats % 3 == 0 else 2)
    if beats % 3 == 0:
        assert all(bar.beats in (3, 6) for bar in bars)


def test_a_half_bar_of_six_eighths_is_the_cheapest_odd_one():
    assert bar_price(3, 6) == min(bar_price(beats, 6) for beats in (2, 3, 4, 5, 7))


def test_a_bar_has_between_two_beats_and_one_more_than_the_metre():
    assert bar_price(4, 4) == 0
    assert bar_price(3, 4) == bar_price(5, 4) < bar_price(2, 4)
    assert bar_price(1, 4) == bar_price(6, 4) == float("inf")
