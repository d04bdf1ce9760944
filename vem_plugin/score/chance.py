"""Quick draws from a random generator; its own ``choice`` costs more than composing a bar."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

Option = TypeVar("Option")


def happens(rng: np.random.Generator, chance: float) -> bool:
    """Whether a thing of this chance (0 to 1) comes about."""
    return bool(rng.random() < chance)


def pick(rng: np.random.Generator, options: Sequence[Option]) -> Option:
    """One of the options, all alike."""
    return options[int(rng.random() * len(options))]


def weighed(rng: np.random.Generator, options: Sequence[Option], weights: Sequence[float]) -> Option:
    """One of the options by weight; the weights need not add up to 1."""
    sums = list(accumulate(weights))
    return options[min(bisect(sums, rng.random() * sums[-1]), len(options) - 1)]
