"""Chords and how they are spelled in tables: ``root:quality/bass``, chords of one bar joined by commas.

Roots and basses are semitones above the tonic, qualities the keys of ``QUALITIES``: in a major key ``7:sus4,7:dom7`` is
a bar of dominant with its fourth held over, ``0:maj/4`` the tonic on its third.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

QUALITIES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "open": (0, 7, 12),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "dom7": (0, 4, 7, 10),
    "dom7sus4": (0, 5, 7, 10),
    "min7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "add9": (0, 4, 7, 14),
    "min9": (0, 3, 7, 14),
    "maj9": (0, 4, 7, 11, 14),
    "dom9": (0, 4, 7, 10, 14),
    "lyd": (0, 4, 7, 18),
}
"""Semitones above the root, ascending; from 12 on they lie above the octave (ninths, a raised eleventh)."""


class LoopChord(NamedTuple):
    """A chord of a loop: root in semitones above the tonic (0 to 11) and the name of its quality.

    ``over`` is the pitch class under it where that is not the root (an inversion, a slash chord, a pedal).
    """

    root: int
    quality: str
    over: int | None = None

    @property
    def bass(self) -> int:
        """Pitch class that the bass plays under the chord."""
        return self.root if self.over is None else self.over

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones above the root, as the quality stacks them."""
        return QUALITIES[self.quality]

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes, ascending; the bass is told apart."""
        return tones_of(self.root, self.quality)


ChordBar = tuple[LoopChord, ...]
"""The chords of a bar: one, or two that share it."""
Loop = tuple[ChordBar, ...]
"""Bars that go round: four or eight."""


@lru_cache(maxsize=1024)
def tones_of(root: int, quality: str) -> tuple[int, ...]:
    """Pitch classes of a chord, ascending."""
    return tuple(sorted({(root + interval) % 12 for interval in QUALITIES[quality]}))


def spelled(text: str) -> LoopChord:
    """The chord of a spelling such as ``7:dom7`` or ``0:maj/4``."""
    chord, _, over = text.partition("/")
    root, quality = chord.split(":")
    if quality not in QUALITIES:
        raise ValueError(f"no chord quality {quality!r} in {text!r}")
    return LoopChord(int(root), quality, int(over) if over else None)


def loops_of(*texts: str) -> tuple[Loop, ...]:
    """Loops of spellings: bars apart by spaces, chords of a bar by commas."""
    return tuple(tuple(tuple(spelled(chord) for chord in bar.split(",")) for bar in text.split()) for text in texts)


def chord_at(bar: ChordBar, beat: int, beats: int) -> LoopChord:
    """The chord that sounds on a beat of a bar; a second chord enters in the middle, of uneven bars after it."""
    share = -(-beats // len(bar))
    return bar[min(beat // share, len(bar) - 1)]
