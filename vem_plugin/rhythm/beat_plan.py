"""The beat plan: where every beat falls, and what every cut landed on.

Positions are counted in beats from the first frame. A beat is a quarter note, except in 6/8, where it is an eighth;
in this package "eighth" is short for half a beat. Times are exact seconds (``Fraction``) from the first frame of the
timeline. Beat 0 is at 0 and the last beat is the end of the timeline: a plan of N beats has N + 1 beat times.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from vem_plugin.score.cue import COMPOUND

ConstraintKind = Literal["cut", "dissolve", "hit", "beat", "downbeat", "drop", "stop", "end"]
Grid = Literal["downbeat", "beat", "off-beat"]
GRID_RANK: dict[Grid, int] = {"off-beat": 0, "beat": 1, "downbeat": 2}
"""Places of the grid, from weak to strong."""
HALF_BEATS = {4: "eighth", 8: "sixteenth"}
"""What half a beat is called, by what note a beat is."""


@dataclass(frozen=True, slots=True)
class BeatConstraint:
    """An instant that must (``hard``) or should fall on the grid.

    ``wants`` is the weakest place of the grid that will do; ``weight`` is positive, 1 for an ordinary cut;
    ``label`` names it for people ("cut into shot 5"), ``why`` says where the weight comes from; ``shot`` is
    the number of the shot that begins there, if one does; ``deserves`` how much a change of picture deserves a hit, 0
    to 1, if that was judged: ``weight`` is for any place of the grid, this for the strong ones.
    """

    time: Fraction
    kind: ConstraintKind
    weight: float
    hard: bool
    wants: Grid
    label: str
    why: str
    shot: int | None = None
    deserves: float | None = None


@dataclass(frozen=True, slots=True)
class TempoSegment:
    """A stretch of constant tempo between two anchors, ``eighths`` half beats long."""

    start: Fraction
    end: Fraction
    eighths: int

    @property
    def bpm(self) -> Fraction:
        """Beats a minute, exact."""
        return 30 * self.eighths / (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its number (from 1), the beat it begins on, and its beats (4; another number to meet a cut)."""

    number: int
    beat: int
    beats: int


@dataclass(frozen=True, slots=True)
class Landing:
    """A constraint on the grid: ``beat`` is a whole or half number, ``offset`` is grid - constraint, s."""

    constraint: BeatConstraint
    beat: Fraction
    on: Grid
    offset: Fraction


@dataclass(frozen=True, slots=True)
class Miss:
    """A constraint off the grid: how far the nearest eighth is (grid - constraint, s), and the reason."""

    constraint: BeatConstraint
    offset: Fraction
    reason: str


@dataclass(frozen=True)
class BeatPlan:
    """Tempo map, bars, landings and misses of an edit.

    ``metre`` is the number of beats in an ordinary bar; with 6, beats are eighth notes (6/8). ``remarks`` tells, in
    plain words, which hard constraints had to take less than they wanted.
    """

    duration: Fraction
    base_bpm: Fraction
    segments: tuple[TempoSegment, ...]
    bars: tuple[Bar, ...]
    landings: tuple[Landing, ...]
    misses: tuple[Miss, ...]
    remarks: tuple[str, ...] = ()
    metre: int = 4

    @property
    def beat_note(self) -> int:
        """What note a beat is: 4 for a quarter, 8 for an eighth; the lower number of a time signature."""
        return 8 if self.metre == COMPOUND else 4

    @property
    def beats_a_pulse(self) -> int:
        """Beats from one pulse that people tap to the next: 3 in 6/8, else 1."""
        return 3 if self.metre == COMPOUND else 1

    @property
    def felt_bpm(self) -> Fraction:
        """Base tempo as people tap it: quarters a minute, or dotted quarters in 6/8."""
        return self.base_bpm / self.beats_a_pulse

    @cached_property
    def beat_times(self) -> tuple[Fraction, ...]:
        """Times of beat 0 to the last, seconds; one more than there are beats."""
        return tuple(self.time_of(Fraction(beat)) for beat in range(self.beats + 1))

    @cached_property
    def _anchor_beats(self) -> tuple[Fraction, ...]:
        positions = [Fraction(0)]
        for segment in self.segments:
            positions.append(positions[-1] + Fraction(segment.eighths, 2))
        return tuple(positions)

    @cached_property
    def _starts(self) -> tuple[Fraction, ...]:
        return tuple(segment.start for segment in self.segments)

    @property
    def beats(self) -> int:
        """Number of whole beats."""
        return int(self._anchor_beats[-1])

    def time_of(self, beat: Fraction) -> Fraction:
        """Exact time in seconds of a position in beats, 0 <= beat <= ``beats``."""
        index = min(bisect_right(self._anchor_beats, beat), len(self.segments)) - 1
        segment = self.segments[index]
        share = (beat - self._anchor_beats[index]) * 2 / segment.eighths
        return segment.start + share * (segment.end - segment.start)

    def beat_of(self, time: Fraction) -> Fraction:
        """Exact position in beats of a time in seconds, 0 <= time <= ``duration``."""
        index = max(0, bisect_right(self._starts, time) - 1)
        segment = self.segments[index]
        share = (time - segment.start) / (segment.end - segment.start)
        return self._anchor_beats[index] + share * segment.eighths / 2

    def beat_near(self, time: Fraction) -> int:
        """The whole beat nearest to a time in seconds; half way between two the later one."""
        return int(self.beat_of(time) + Fraction(1, 2))
