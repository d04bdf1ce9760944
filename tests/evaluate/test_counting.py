"""Pooling counts, and how sure a pooled share is."""

from __future__ import annotations

import math

import pytest

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.counting import NOTHING, Count, figure_of, mean_of, shared


def test_counts_are_pooled_not_averaged() -> None:
    figure = figure_of([Count(1, 1), Count(0, 3), NOTHING])
    assert figure.value == 0.25
    assert figure.of == 4


def test_equal_pieces_leave_no_doubt() -> None:
    figure = figure_of([Count(3, 4)] * 10)
    assert (figure.low, figure.value, figure.high) == (0.75, 0.75, 0.75)


def test_the_interval_narrows_with_pieces() -> None:
    few, many = (figure_of([Count(0, 1), Count(1, 1)] * times) for times in (5, 200))
    assert few.low < few.value < few.high
    assert many.high - many.low < (few.high - few.low) / 3


def test_nothing_counted_is_no_number() -> None:
    figure = figure_of([NOTHING])
    assert not figure.known
    assert math.isnan(figure.value)
    assert not figure_of([]).known


@pytest.mark.parametrize("count", [Count(1, -1), Count(math.nan, 1), Count(1, math.inf)])
def test_what_is_no_count_is_refused(count: Count) -> None:
    with pytest.raises(SettingsError):
        figure_of([count])


def test_means_and_likeness() -> None:
    assert mean_of([1, 2, 3]) == Count(6, 3)
    assert mean_of([]) == NOTHING
    assert shared({1, 2, 3}, {2, 3, 4}) == 0.5
    assert shared(set(), set()) == 1
    assert shared({1}, set()) == 0
