"""Chord loops: four chords that go round, by mode, with the colours some styles prefer.

A chord is written ``root:quality``; roots are semitones above the tonic, qualities are the keys of
``QUALITIES``. The loops are common property of tonal and popular music, written here from the textbook.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

QUALITIES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "dom7": (0, 4, 7, 10),
    "add9": (0, 4, 7, 14),
    "min9": (0, 3, 7, 14),
}


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
        """Pitch classes, ascending."""
        return tones_of(self)


@lru_cache(maxsize=512)
def tones_of(chord: LoopChord) -> tuple[int, ...]:
    """Pitch classes of a chord relative to the tonic, ascending, each once."""
    return tuple(sorted({(chord.root + interval) % 12 for interval in QUALITIES[chord.quality]}))


Loop = tuple[LoopChord, ...]


def _loop(text: str) -> Loop:
    pairs = (word.split(":") for word in text.split())
    return tuple(LoopChord(int(root), quality) for root, quality in pairs)


def _loops(*texts: str) -> tuple[Loop, ...]:
    return tuple(_loop(text) for text in texts)


LOOPS: dict[str, tuple[Loop, ...]] = {
    "major": _loops(
        "0:maj 7:maj 9:min 5:maj",
        "0:maj 9:min 5:maj 7:maj",
        "9:min 5:maj 0:maj 7:maj",
        "0:maj 5:maj 9:min 7:maj",
        "0:maj 4:min 5:maj 7:maj",
        "5:maj 0:maj 7:maj 9:min",
        "0:maj 5:maj 0:maj 7:maj",
        "0:add9 5:add9 9:min 7:sus4",
        "0:maj 2:min 5:maj 7:maj",
        "0:maj 9:min 2:min 7:maj",
    ),
    "minor": _loops(
        "0:min 8:maj 3:maj 10:maj",
        "0:min 5:min 8:maj 7:maj",
        "0:min 10:maj 8:maj 10:maj",
        "0:min 8:maj 5:min 7:maj",
        "0:min 3:maj 10:maj 8:maj",
        "8:maj 10:maj 0:min 0:min",
        "0:min 7:min 8:maj 5:min",
        "0:min9 8:maj 3:maj 10:sus4",
        "0:min 3:maj 8:maj 10:maj",
    ),
    "dorian": _loops(
        "0:min7 5:dom7 0:min7 5:dom7",
        "0:min 10:maj 5:maj 0:min",
        "0:min7 2:min7 3:maj7 5:dom7",
        "0:min7 10:maj 5:maj 7:min7",
        "0:min 3:maj 5:maj 10:maj",
    ),
    "mixolydian": _loops(
        "0:maj 10:maj 5:maj 0:maj",
        "0:maj 7:min 5:maj 0:maj",
        "0:maj 5:maj 10:maj 5:maj",
        "0:maj 10:maj 0:maj 5:maj",
    ),
    "lydian": _loops(
        "0:maj 2:maj 0:maj 2:maj",
        "0:maj 2:maj 7:maj 0:maj",
        "0:maj7 2:maj 9:min7 2:maj",
        "0:add9 7:maj 2:maj 0:maj",
    ),
    "phrygian": _loops(
        "0:min 1:maj 0:min 10:min",
        "0:min 0:min 8:maj 1:maj",
        "0:min 5:min 1:maj 0:min",
        "0:min 8:maj 1:maj 0:min",
    ),
}

STYLE_LOOPS: dict[tuple[str, str], tuple[Loop, ...]] = {
    ("lofi", "major"): _loops(
        "2:min7 7:dom7 0:maj7 9:min7",
        "5:maj7 4:min7 2:min7 0:maj7",
        "0:maj7 9:min7 2:min7 7:dom7",
        "0:maj7 4:min7 5:maj7 7:dom7",
    ),
    ("lofi", "minor"): _loops(
        "0:min7 5:min7 10:dom7 3:maj7",
        "0:min7 8:maj7 5:min7 7:min7",
        "8:maj7 7:min7 0:min7 0:min9",
    ),
    ("ambient", "major"): _loops(
        "0:add9 9:min9 5:maj7 7:sus4",
        "0:maj7 5:add9 0:add9 5:maj7",
        "5:maj7 0:add9 9:min7 7:sus2",
    ),
    ("ambient", "minor"): _loops(
        "0:min9 8:maj7 3:add9 10:sus2",
        "0:min9 5:min7 8:maj7 10:sus4",
        "8:maj7 10:sus2 0:min9 3:add9",
    ),
}
"""Loops that replace the general ones for a style in a mode."""


def loops_for(style: str, mode: str) -> tuple[Loop, ...]:
    """Loops that a style may use in a mode."""
    return STYLE_LOOPS.get((style, mode), LOOPS[mode])


def tonic_of(mode: str) -> LoopChord:
    """The chord a piece in this mode comes home to."""
    return LoopChord(0, "maj" if mode in ("major", "mixolydian", "lydian") else "min")


def closing_of(mode: str) -> tuple[LoopChord, ...]:
    """Chords that lead home in this mode, the strongest first."""
    if mode == "phrygian":
        return (LoopChord(10, "min"), LoopChord(1, "maj"))
    fourth = LoopChord(8, "maj") if mode == "minor" else LoopChord(5, "maj")
    return (LoopChord(7, "sus4"), fourth)


def last_push_of(mode: str) -> LoopChord:
    """The chord just before a final chord that is struck on the last beat."""
    return LoopChord(7, "min" if mode == "phrygian" else "maj")
