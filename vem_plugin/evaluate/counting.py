"""Counts of good things among all things, pooled over pieces, and how sure the pooled share is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from vem_plugin.errors import SettingsError

DRAWS, FEWER_DRAWS = 1000, 200
"""How often pieces are drawn again for the interval of a share, and of a statistic that is dear."""
CONFIDENCE = 0.95

Item = TypeVar("Item")


class Count(NamedTuple):
    """``good`` of ``of``; a mean is the sum of values among the number of values."""

    good: float
    of: float


NOTHING = Count(0.0, 0.0)
"""A piece in which there was nothing to count."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A pooled share or mean, the ends of its 95 % interval, and how many things it stands on."""

    value: float
    low: float
    high: float
    of: float

    @property
    def known(self) -> bool:
        """Whether anything was counted."""
        return self.of > 0


def figure_of(counts: Iterable[Count], *, draws: int = DRAWS, seed: int = 0) -> Figure:
    """Pool counts, one a piece, and find the interval by drawing the pieces again (percentile bootstrap).

    Parameters
    ----------
    counts : iterable of Count
        One a piece.
    draws : int
        How often the pieces are drawn again.

    Returns
    -------
    Figure
        Not a number in value and interval where nothing was counted.

    Raises
    ------
    SettingsError
        If a count is below zero things, or not finite.

    References
    ----------
    B. Efron, R. Tibshirani: An Introduction to the Bootstrap, 1993.
    """
    table = np.array([tuple(count) for count in counts], float).reshape(-1, 2)
    if not np.isfinite(table).all() or (table[:, 1] < 0).any():
        raise SettingsError("A count is not finite or below zero.", remedy="Give counts of finite things.")
    table = table[table[:, 1] > 0]
    if not len(table):
        return Figure(np.nan, np.nan, np.nan, 0.0)
    value = table[:, 0].sum() / table[:, 1].sum()
    drawn = table[np.random.default_rng(seed).integers(len(table), size=(draws, len(table)))].sum(1)
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], (tail, 100 - tail))
    return Figure(float(value), float(low), float(high), float(table[:, 1].sum()))


def figure_by_redrawing(
    items: Sequence[Item],
    statistic: Callable[[Sequence[Item]], float],
    *,
    interval: Literal["percentile", "basic"],
    draws: int = FEWER_DRAWS,
    seed: int = 0,
) -> Figure:
    """A statistic of all items at once, and its interval by drawing the items again.

    Parameters
    ----------
    items : sequence
        One a piece: what the statistic is taken of.
    statistic : callable
        Must stand being given an item more than once.
    interval : str
        "percentile", or "basic" (the percentiles mirrored at the value) for statistics that fewer different items
        push to one side, such as a Frechet distance: mirrored, the push is taken off instead of doubled. A basic
        interval that lies beside its value says that there are too few items.

    Returns
    -------
    Figure
        ``of`` is the number of items; not a number where there are none, or where the statistic is not finite.

    References
    ----------
    A. Davison, D. Hinkley: Bootstrap methods and their application, 1997, section 5.2.
    """
    value = statistic(items) if items else np.nan
    if not np.isfinite(value):
        return Figure(np.nan, np.nan, np.nan, 0.0)
    chance = np.random.default_rng(seed)
    drawn = [statistic([items[index] for index in chance.integers(len(items), size=len(items))]) for _ in range(draws)]
    tail = 50 * (1 - CONFIDENCE)
    # No value between two draws: one of them may be infinite, where nothing was heard.
    low, high = np.percentile(drawn, (tail, 100 - tail), method="nearest")
    if interval == "basic":
        low, high = 2 * value - high, 2 * value - low
    return Figure(float(value), float(low), float(high), float(len(items)))


def mean_of(values: Sequence[float]) -> Count:
    """Values as a count: their sum among their number."""
    return Count(float(np.sum(values)), float(len(values))) if len(values) else NOTHING


def shared(one: AbstractSet[object], other: AbstractSet[object]) -> float:
    """Jaccard likeness of two sets: what both hold among what either holds; 1 for two empty ones."""
    either = len(one | other)
    return len(one & other) / either if either else 1.0
