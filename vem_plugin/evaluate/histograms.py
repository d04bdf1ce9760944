"""Do takes and corpus have the same vocabulary? Histograms, and how much of their areas overlap.

Overlap area is the sum over bins of the smaller share, 1 for equal histograms and 0 for disjoint ones (L.-C. Yang,
A. Lerch: On the evaluation of generative models in music, 2018, measure it on smoothed ones).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.places import MELODY, PITCHED, check, of_role, within
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.training.corpus.build import Piece

LONGEST = 32
"""Durations from this many steps on share a bin."""
WIDEST = 12
"""Intervals beyond an octave share a bin with the octave, up and down."""
DENSEST, DENSITY_WIDTH = 40, 2
"""Onsets in four beats; the densest bars share a bin."""
VELOCITY_WIDTH = 8


def overlap_area(one: ArrayLike, other: ArrayLike) -> float:
    """Overlap of two histograms, 0 to 1.

    Parameters
    ----------
    one, other : array_like
        (bins,) counts, none below zero; each is divided by its sum.

    Raises
    ------
    SettingsError
        If they differ in length, are empty, or hold what is no count.
    """
    first, second = np.asarray(one, float), np.asarray(other, float)
    if first.shape != second.shape or first.ndim != 1:
        raise SettingsError(f"Histograms of shapes {first.shape} and {second.shape}.", remedy="Give the same bins.")
    for counts in (first, second):
        if not np.isfinite(counts).all() or (counts < 0).any() or counts.sum() <= 0:
            raise SettingsError("A histogram is empty or holds what is no count.", remedy="Give counts of things.")
    return float(np.minimum(first / first.sum(), second / second.sum()).sum())


def pitch_classes(piece: Piece) -> NDArray[np.int64]:
    """Notes on each pitch class above the tonic, (12,)."""
    return np.bincount(of_role(piece, *PITCHED)["pitch"] % 12, minlength=12)


def intervals(piece: Piece) -> NDArray[np.int64]:
    """Melody moves by semitones, down to up, (2 ``WIDEST`` + 1,)."""
    moves = np.diff(of_role(piece, MELODY)["pitch"].astype(int))
    return np.bincount(np.clip(moves, -WIDEST, WIDEST) + WIDEST, minlength=2 * WIDEST + 1)


def durations(piece: Piece) -> NDArray[np.int64]:
    """Pitched notes by length in steps, (``LONGEST``,)."""
    lengths = np.minimum(of_role(piece, *PITCHED)["length"], LONGEST) - 1
    return np.bincount(lengths, minlength=LONGEST)


def densities(piece: Piece) -> NDArray[np.int64]:
    """Bars by onsets in four beats."""
    bars = bars_of(piece.cue)
    onsets = [len(within(piece.notes, bar)) * 4 / bar.beats for bar in bars]
    bins = np.minimum(np.array(onsets), DENSEST).astype(int) // DENSITY_WIDTH
    return np.bincount(bins, minlength=DENSEST // DENSITY_WIDTH + 1)


def velocities(piece: Piece) -> NDArray[np.int64]:
    """Notes by velocity, ``VELOCITY_WIDTH`` a bin."""
    return np.bincount(piece.notes["velocity"] // VELOCITY_WIDTH, minlength=128 // VELOCITY_WIDTH)


HISTOGRAMS: Mapping[str, Callable[[Piece], NDArray[np.int64]]] = {
    "pitch class": pitch_classes,
    "melody interval": intervals,
    "duration": durations,
    "onset density": densities,
    "velocity": velocities,
}


def histogram_of(pieces: Sequence[Piece], name: str) -> NDArray[np.int64]:
    """A histogram of ``HISTOGRAMS`` summed over pieces.

    Raises
    ------
    SettingsError
        If a piece is ill-formed, or there is none.
    """
    if not pieces:
        raise SettingsError("A histogram of no pieces.", remedy="Give at least one.")
    for piece in pieces:
        check(piece)
    return np.sum([HISTOGRAMS[name](piece) for piece in pieces], axis=0)
