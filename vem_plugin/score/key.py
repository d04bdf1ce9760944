"""From the written key, whose tonic is C, to the one that sounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import ROLES, CueSheet
from vem_plugin.score.notes import STEPS_PER_BEAT, Chord

HIGHEST_KEY_UP = 6
"""Keys up to F sharp are reached upwards, the others downwards, so that no role leaves its register by far."""


def transposed(notes: NDArray[np.void], cue: CueSheet) -> NDArray[np.void]:
    """Notes as they sound: the tonic C becomes the cue sheet's key, by the shorter way, plus the section's shift.

    Drums stay.
    """
    key = cue.key if cue.key <= HIGHEST_KEY_UP else cue.key - 12
    moved = notes.copy()
    pitched = moved["role"] != ROLES.index("drums")
    semitones = key + shifts_of(cue)[np.minimum(moved["start"] // STEPS_PER_BEAT, cue.beats - 1)]
    moved["pitch"][pitched] = (moved["pitch"].astype(int) + semitones)[pitched]
    return moved


def transposed_chords(chords: Sequence[Chord], cue: CueSheet) -> tuple[Chord, ...]:
    """Chords, one a beat, as they sound."""
    return tuple(
        Chord(int(chord.root + semitones) % 12, tuple(sorted(int(tone + semitones) % 12 for tone in chord.tones)))
        for chord, semitones in zip(chords, cue.key + shifts_of(cue), strict=True)
    )


def shifts_of(cue: CueSheet) -> NDArray[np.int64]:
    """Semitones by which every beat's section is shifted, (beats,)."""
    return np.repeat([section.shift for section in cue.sections], [section.beats for section in cue.sections])
