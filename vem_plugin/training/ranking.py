"""How well scores rank what is true above what is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Truths = NDArray[np.bool_]


def average_precision(truth: Truths, score: Scores) -> float:
    """Mean precision over the true ones, each at its own rank; equal scores share a rank. NaN if none is true.

    A ranking by chance has the share of true ones.
    """
    if not truth.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    found = np.cumsum(truth[order])
    last_of_rank = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    precision, recall = found[last_of_rank] / (last_of_rank + 1), found[last_of_rank] / found[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def area_under_roc(truth: Truths, score: Scores) -> float:
    """Chance that a true one scores above one that is not, equal scores counting half; NaN if either is missing."""
    true, false = np.sort(score[truth]), np.sort(score[~truth])
    if not len(true) or not len(false):
        return float("nan")
    below = np.searchsorted(false, true, side="left").sum()
    not_above = np.searchsorted(false, true, side="right").sum()
    return float((below + not_above) / 2 / len(true) / len(false))
