"""The cue sheet: what the music should do, bar by bar, before a single note is written.

A cue sheet is drawn from the beat plan, the brief and the picture (``vem_plugin.direct``), or at random by the
teaching corpus. It is tonic-normalised: modes are named, ``key`` (0 = C ... 11 = B) is applied to the finished notes.
Beats are counted from 0; eighths are half beats (eighth 2b is beat b).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["drums", "bass", "harmony", "counter", "melody"]
ROLES: tuple[Role, ...] = ("drums", "bass", "harmony", "counter", "melody")

STYLES: tuple[str, ...] = ("epic", "ambient", "corporate", "lofi", "tense", "electronic", "folk", "playful")
MODES: tuple[str, ...] = ("major", "minor", "dorian", "mixolydian", "phrygian")
SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}
TEMPI: dict[str, tuple[float, float]] = {
    "epic": (80, 140),
    "ambient": (60, 90),
    "corporate": (100, 126),
    "lofi": (70, 92),
    "tense": (90, 140),
    "electronic": (116, 132),
    "folk": (84, 120),
    "playful": (100, 134),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A run of whole bars that wants one thing.

    ``bars`` lists the beats of each bar (4; 2, 3 or 5 where the plan shortens or stretches one to meet a cut);
    ``energy`` runs from its first to its second value, 0 to 1; ``valence`` -1 dark to 1 bright; ``tension`` 0 to 1;
    ``theme`` names which theme card sounds (0, 1, 2); ``roles`` those that may play; ``shots`` the numbers of the
    shots seen meanwhile; ``caption`` says it in words, for the text encoder.
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

    @property
    def beats(self) -> int:
        """Length in beats."""
        return sum(self.bars)


@dataclass(frozen=True, slots=True)
class CueSheet:
    """Everything the composer is told.

    ``hits`` maps an eighth (2 x beat) to a strength: 1 a marked hit, .5 a strong cut, .25 an ordinary cut that wants
    some audible onset. ``stops`` are beats of silence before a hit. ``end_beat`` is where the last chord is struck;
    it rings to the end.
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

    @property
    def beats(self) -> int:
        """Length of the piece in beats."""
        return sum(section.beats for section in self.sections)
