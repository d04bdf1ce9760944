"""What is taught, numbered without end: one epoch of it after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Endless(Generic[Item]):
    """Items of all epochs in a row; ``draw_epoch(number)`` gives those of one, always the same for the same number.

    Only the last epochs that were asked for are kept.
    """

    def __init__(self, draw_epoch: Callable[[int], list[Item]]) -> None:
        self._epoch = lru_cache(maxsize=2)(draw_epoch)
        self._ends = [0]

    def __getitem__(self, number: int) -> Item:
        while number >= self._ends[-1]:
            self._ends.append(self._ends[-1] + len(self._epoch(len(self._ends) - 1)))
        epoch = bisect_right(self._ends, number) - 1
        return self._epoch(epoch)[number - self._ends[epoch]]
