"""The cue sheet: what the music should do, bar by bar, before a single note is written.

A cue sheet is drawn from the beat plan, the brief and the picture (``vem_plugin.direct``), or at random by the
teaching corpus. It is tonic-normalised: modes are named, ``key`` (0 = C ... 11 = B) and each section's ``shift`` are
applied to the finished notes. Beats are counted from 0; eighths are half beats (eighth 2b is beat b). A beat is a
quarter note in 4/4 and 3/4, and an eighth note in 6/8, whose bars have six of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vem_plugin.score.swing import STRAIGHT, Swing

Role = Literal["drums", "bass", "harmony", "counter", "melody"]
ROLES: tuple[Role, ...] = ("drums", "bass", "harmony", "counter", "melody")

STYLES: tuple[str, ...] = (
    "epic",
    "trailer",
    "action",
    "emotional",
    "documentary",
    "corporate",
    "pop",
    "folk",
    "lofi",
    "ambient",
    "tense",
    "thriller",
    "electronic",
    "synthwave",
    "playful",
)
UNTOLD = ""
"""Style of a piece that belongs to none of ``STYLES`` (real music in the corpus); only a corpus may hold it."""
MODES: tuple[str, ...] = ("major", "minor", "dorian", "mixolydian", "phrygian", "lydian")
SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
}
METRES: tuple[int, ...] = (4, 3, 6)
"""Beats of an ordinary bar: 4/4, 3/4, and 6/8 (beats are eighths)."""
COMPOUND = 6
TEMPI: dict[str, tuple[float, float]] = {
    "epic": (80, 140),
    "trailer": (76, 132),
    "action": (116, 160),
    "emotional": (60, 96),
    "documentary": (76, 112),
    "corporate": (100, 126),
    "pop": (98, 128),
    "folk": (84, 120),
    "lofi": (70, 92),
    "ambient": (60, 90),
    "tense": (72, 118),
    "thriller": (96, 140),
    "electronic": (116, 132),
    "synthwave": (84, 118),
    "playful": (100, 134),
}
"""Slowest and fastest quarter notes a minute of each style in 4/4."""
COMPOUND_PACE = 1.6
"""Eighths in 6/8 go this much faster than a style's quarters in 4/4."""


def tempo_range(style: str, metre: int = 4) -> tuple[float, float]:
    """Slowest and fastest *beats* a minute of a style in a metre (``METRES``)."""
    slow, fast = TEMPI[style]
    return (slow * COMPOUND_PACE, fast * COMPOUND_PACE) if metre == COMPOUND else (slow, fast)


@dataclass(frozen=True, slots=True)
class Section:
    """A run of whole bars that wants one thing.

    ``bars`` lists the beats of each bar (the metre; another number where the plan bends one to meet a cut);
    ``energy`` runs from its first to its second value, 0 to 1; ``valence`` -1 dark to 1 bright; ``tension`` 0 to 1;
    ``theme`` names which theme card sounds (0, 1, 2); ``roles`` those that may play; ``shots`` the numbers of the
    shots seen meanwhile; ``caption`` says it in words, for the text encoder; ``shift`` is how many semitones its tonic
    lies above the piece's (a modulation): notes and chords of a section are written as if it were 0.
    """

    start: int
    bars: tuple[int, ...]
    energy: tuple[float, float]
    valence: float
    tension: float
    theme: int
    roles: frozenset[Role]
    shots: tuple[int, ...] = ()
    caption: str = ""
    shift: int = 0

    @property
    def beats(self) -> int:
        """Length in beats."""
        return sum(self.bars)


@dataclass(frozen=True, slots=True)
class CueSheet:
    """Everything the composer is told.

    ``hits`` maps an eighth (2 x beat) to a strength: 1 a marked hit, .5 a strong cut, .25 an ordinary cut that wants
    some audible onset. ``stops`` are beats of silence before a hit. ``end_beat`` is where the last chord is struck;
    it rings to the end. ``metre`` is one of ``METRES``. ``swing`` moves what lies between the beats when it is played,
    never what is written (``vem_plugin.score.swing``).
    """

    style: str
    mode: str
    key: int
    bpm: float
    sections: tuple[Section, ...]
    hits: dict[int, float]
    stops: frozenset[int]
    end_beat: int
    caption: str = ""
    metre: int = 4
    swing: Swing = STRAIGHT

    @property
    def beats(self) -> int:
        """Length of the piece in beats."""
        return sum(section.beats for section in self.sections)
