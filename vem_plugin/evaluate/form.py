"""Measures of likeness: bars with bars, takes with takes, takes with the pieces that taught them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.counting import Count, mean_of, shared
from vem_plugin.evaluate.places import BASS, COUNTER, DRUMS, PITCHED, check, of_role, within
from vem_plugin.score.cue import ROLES
from vem_plugin.score.cue_bars import CueBar, bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.corpus.build import Piece

ALL = tuple(range(len(ROLES)))
CRASH = 49
WINDOW_BARS = 8
"""Bars of a window that is looked for among the pieces that taught."""
FEWEST_NOTES = 24
"""Notes that a window needs to be somebody's."""


def bars_alike(piece: Piece) -> Count:
    """Mean likeness (Jaccard of role, place and pitch) of neighbouring bars of the same length."""
    check(piece)
    pairs = [(a, b) for a, b in pairwise(bars_of(piece.cue)) if a.beats == b.beats]
    likeness = [(_bar_notes(piece.notes, a), _bar_notes(piece.notes, b)) for a, b in pairs]
    return mean_of([shared(a, b) for a, b in likeness if a | b])


def _bar_notes(notes: NDArray[np.void], bar: CueBar) -> set[tuple[int, ...]]:
    inside = within(notes, bar)
    return set(
        zip(inside["role"].tolist(), (inside["start"] - bar.step).tolist(), inside["pitch"].tolist(), strict=True)
    )


def drums_steady(piece: Piece) -> Count:
    """Mean likeness of what drums do in neighbouring ordinary bars of a section."""
    return _steady(piece, DRUMS)


def bass_steady(piece: Piece) -> Count:
    """Mean likeness of the bass's rhythm in neighbouring ordinary bars of a section."""
    return _steady(piece, BASS)


def counter_steady(piece: Piece) -> Count:
    """Mean likeness of the counter-line's rhythm in neighbouring ordinary bars of a section."""
    return _steady(piece, COUNTER)


def _steady(piece: Piece, role: int) -> Count:
    """Ordinary bars have the metre's length, no hit, no stop, and are neither a fourth bar nor a section's last."""
    check(piece)
    cue, notes = piece.cue, of_role(piece, role)
    disturbed = {eighth // 2 for eighth in cue.hits} | set(cue.stops)
    likeness = []
    for first, second in pairwise(bars_of(cue)):
        ordinary = all(
            bar.beats == cue.metre
            and bar.place % 4 != 3
            and not bar.ends_section
            and ROLES[role] in bar.section.roles
            and not disturbed & set(range(bar.beat, bar.beat + bar.beats))
            for bar in (first, second)
        )
        if ordinary and first.section_index == second.section_index:
            one, other = (_rhythm(notes, bar, role) for bar in (first, second))
            if one | other:
                likeness.append(shared(one, other))
    return mean_of(likeness)


def _rhythm(notes: NDArray[np.void], bar: CueBar, role: int) -> set[tuple[int, int]]:
    inside = within(notes, bar)
    inside = inside[inside["pitch"] != CRASH] if role == DRUMS else inside
    sounds = inside["pitch"].tolist() if role == DRUMS else [0] * len(inside)
    return set(zip((inside["start"] - bar.step).tolist(), sounds, strict=True))


def notes_alike(one: Piece, other: Piece, *, roles: Sequence[int] = ALL) -> float:
    """Jaccard likeness of two takes' notes (role, start, pitch) of some roles; 1 where neither has any."""
    check(one)
    check(other)
    return shared(*(_notes_of(piece, roles) for piece in (one, other)))


def notes_f1(one: Piece, other: Piece, *, roles: Sequence[int] = ALL, pitch_classes: bool = False) -> Count:
    """Notes (role, start, pitch) that both pieces have, twice, among the notes of both: pooled, it is the F1 score."""
    check(one)
    check(other)
    mine, theirs = (_notes_of(piece, roles, octave=12 if pitch_classes else 128) for piece in (one, other))
    return Count(2 * len(mine & theirs), len(mine) + len(theirs))


def _notes_of(piece: Piece, roles: Sequence[int], *, octave: int = 128) -> set[tuple[int, ...]]:
    notes = of_role(piece, *roles)
    pitches = (notes["pitch"] % octave).tolist() if octave < 128 else notes["pitch"].tolist()
    return set(zip(notes["role"].tolist(), notes["start"].tolist(), pitches, strict=True))


class Library:
    """The pieces that taught, cut into windows of ``WINDOW_BARS`` bars from every bar line; pitched roles only.

    Notes are tonic-normalised, so a piece is found again in any key.

    Raises
    ------
    SettingsError
        If there is no window in it at all.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        windows = [window for piece in pieces for window in _windows(piece)]
        if not windows:
            raise SettingsError("There is nothing in this library.", remedy="Give pieces of at least four bars.")
        self._rows = _sparse(windows)
        self._sizes = np.array([len(window) for window in windows])
        self.pieces = len(pieces)

    def nearest(self, piece: Piece) -> float:
        """Greatest Jaccard likeness of any window of a piece to any window of the library; 0 if it has none."""
        check(piece)
        windows = _windows(piece)
        if not windows:
            return 0.0
        both = np.asarray((_sparse(windows) @ self._rows.T).todense())
        either = np.array([len(window) for window in windows])[:, None] + self._sizes - both
        return float((both / either).max())


def _windows(piece: Piece) -> list[NDArray[np.int64]]:
    """Notes of each window as numbers (role, step within it, pitch)."""
    check(piece)
    bars, notes = bars_of(piece.cue), of_role(piece, *PITCHED)
    longest = WINDOW_BARS * 8 * STEPS_PER_BEAT
    windows = []
    for first, last in zip(bars, bars[WINDOW_BARS - 1 :], strict=False):
        inside = notes[(notes["start"] >= first.step) & (notes["start"] < last.step + last.steps)]
        step = np.minimum(inside["start"].astype(np.int64) - first.step, longest - 1)
        numbers = np.unique((inside["role"].astype(np.int64) * longest + step) * 128 + inside["pitch"])
        if len(numbers) >= FEWEST_NOTES:
            windows.append(numbers)
    return windows


def _sparse(windows: Sequence[NDArray[np.int64]]):
    from scipy.sparse import csr_matrix

    columns = np.concatenate(windows)
    rows = np.repeat(np.arange(len(windows)), [len(window) for window in windows])
    width = len(ROLES) * WINDOW_BARS * 8 * STEPS_PER_BEAT * 128
    return csr_matrix((np.ones(len(columns), np.float32), (rows, columns)), shape=(len(windows), width))
