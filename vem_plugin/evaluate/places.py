"""Places in a piece: bars, strong beats, hits; and whether a piece can be measured at all.

Steps are sixteenths of a beat grid with four steps a beat (``vem_plugin.score.notes``), counted from the start.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.score.cue import COMPOUND, ROLES, CueSheet
from vem_plugin.score.cue_bars import CueBar
from vem_plugin.score.notes import NOTE, STEPS_PER_BEAT
from vem_plugin.training.corpus.build import Piece

DRUMS, BASS, HARMONY, COUNTER, MELODY = range(len(ROLES))
PITCHED = (BASS, HARMONY, COUNTER, MELODY)
STEPS_PER_EIGHTH = STEPS_PER_BEAT // 2


def check(piece: Piece) -> None:
    """Refuse what is no piece.

    Raises
    ------
    SettingsError
        If notes are of another kind, lie outside the piece or last no time, or there is not one chord a beat.
    """
    notes, cue = piece.notes, piece.cue
    remedy = "Measure a piece as a composer hands it over: a structured array of notes, one chord a beat."
    if notes.dtype != NOTE or notes.ndim != 1:
        raise SettingsError(f"These are no notes: {notes.dtype}.", remedy=remedy)
    if len(piece.chords) != cue.beats:
        raise SettingsError(f"{cue.beats} beats have {len(piece.chords)} chords.", remedy=remedy)
    if len(notes) == 0:
        return
    if notes["start"].min() < 0 or notes["start"].max() >= cue.beats * STEPS_PER_BEAT:
        raise SettingsError("A note starts outside the piece.", remedy=remedy)
    if notes["length"].min() < 1 or notes["role"].max() >= len(ROLES):
        raise SettingsError("A note lasts no time, or belongs to no role.", remedy=remedy)


def of_role(piece: Piece, *roles: int) -> NDArray[np.void]:
    """Notes of some roles, by start, then pitch."""
    notes = piece.notes[np.isin(piece.notes["role"], roles)]
    return notes[np.lexsort((notes["pitch"], notes["start"]))]


def hit_steps(cue: CueSheet) -> frozenset[int]:
    """Steps of all hits."""
    return frozenset(eighth * STEPS_PER_EIGHTH for eighth in cue.hits)


def end_step(cue: CueSheet) -> int:
    """Step on which the last chord is struck."""
    return cue.end_beat * STEPS_PER_BEAT


def strong_steps(cue: CueSheet, bars: Collection[CueBar]) -> frozenset[int]:
    """Steps of strong beats: every second of a bar, the first of three, the first and fourth of six."""
    stride = {3: 3, COMPOUND: 3}.get(cue.metre, 2)
    return frozenset(bar.step + beat * STEPS_PER_BEAT for bar in bars for beat in range(0, bar.beats, stride))


def within(notes: NDArray[np.void], bar: CueBar) -> NDArray[np.void]:
    """Notes that start in a bar."""
    return notes[(notes["start"] >= bar.step) & (notes["start"] < bar.step + bar.steps)]
