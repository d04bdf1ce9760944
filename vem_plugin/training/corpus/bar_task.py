"""What every role needs to know about the bar it is to play, and how loud its notes are."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin

from vem_plugin.score.cue import COMPOUND, Role
from vem_plugin.score.cue_bars import FULL, QUIET, CueBar
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.progressions import LoopChord
from vem_plugin.training.corpus.grooves import Fill
from vem_plugin.training.corpus.patterns import Bar, Pattern, Stroke, fit

LOUDEST = 110
"""Velocity above which only hits rise."""
SOFTEST_BAR, BAR_RANGE = 41, 63
"""Middle velocity of a bar without energy, and what full energy adds."""
PHRASE_BARS, PHRASE_SWELL = 4, 5
ACCENTS: dict[int, dict[int, int]] = {4: {0: 5, 8: 3}, 3: {0: 5}, COMPOUND: {0: 5, 12: 3}}
"""Steps of a bar that are leant on, by metre; other beats are plain and what lies between them is lighter."""
OFF_BEAT = -3


LEVEL_BOUNDS = ((0.0, QUIET), (QUIET, FULL), (FULL, 1.0))


def velocity_curve(bar: CueBar, metre: int, next_energy: float) -> tuple[float, ...]:
    """Velocity of every step: the bar's energy on its way to ``next_energy``, the phrase's arc, the metre's accents."""
    accents = ACCENTS[metre]
    curve: list[float] = []
    for step in range(bar.steps):
        share = step / bar.steps
        arc = PHRASE_SWELL * (sin(pi * (bar.phrase_place % PHRASE_BARS + share) / PHRASE_BARS) - 0.6)
        accent = accents.get(step, 0 if step % STEPS_PER_BEAT == 0 else OFF_BEAT)
        curve.append(SOFTEST_BAR + BAR_RANGE * (bar.energy + (next_energy - bar.energy) * share) + arc + accent)
    return tuple(curve)


@dataclass(frozen=True, slots=True)
class Playing:
    """How a theme is played in this piece: names of patterns by density, the groove's variant, the long fill."""

    bass: tuple[str, str, str]
    comp: tuple[str, str, str]
    figure: tuple[str, str, str]
    groove: int
    fill: Fill


@dataclass(frozen=True, slots=True)
class Manner:
    """Habits of a whole piece.

    ``counter_low`` is the counter's lowest pitch; ``layered`` lets the roles of the opening enter one by one;
    ``gap`` empties the last beat before a jump of energy; ``colours`` adds ninths and rubbing seconds where the mood
    asks; ``lifts`` leads into marked hits with a pick-up; ``button`` strikes the last chord with the drums.
    """

    counter_low: int
    layered: bool
    gap: bool
    colours: bool
    lifts: bool
    button: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one chord inside a bar: steps from the downbeat, the chord, and its voicing."""

    start: int
    end: int
    chord: LoopChord
    voicing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BarTask:
    """A bar to be played.

    ``spans`` leave out what the last chord covers; the accompaniment plays up to step ``end``; ``roles`` are those that
    play (an opening's enter one by one); ``curve`` is the velocity of every step; ``build`` counts the bars left of a
    build (0: none); ``gap`` is how many steps at the end are left to the tune alone; ``falling`` marks a section that
    falls away from the one before.
    """

    bar: CueBar
    style: str
    metre: int
    scale: tuple[int, ...]
    playing: Playing
    manner: Manner
    roles: frozenset[Role]
    spans: tuple[Span, ...]
    end: int
    next_bass: int
    curve: tuple[float, ...]
    fill: Fill
    fill_steps: int
    crash: bool
    build: int
    gap: int
    falling: bool

    @property
    def intensity(self) -> float:
        """Where the bar's energy lies inside its density level, 0 to 1."""
        low, high = LEVEL_BOUNDS[self.bar.level]
        return min(1.0, max(0.0, (self.bar.energy - low) / (high - low)))

    def velocity(self, step: int, lift: float = 0.0) -> float:
        """Velocity of a note on a step of the bar, from its ``curve``, ``lift`` louder."""
        loudness = self.curve[step] + lift
        return loudness if loudness < LOUDEST else LOUDEST

    def strokes(self, pattern: Pattern) -> Bar:
        """The pattern's bar that falls on this one, fitted to its length."""
        return fit(pattern[self.bar.phrase_place % len(pattern)], self.metre * STEPS_PER_BEAT, self.bar.steps)

    def over_chords(self, pattern: Pattern) -> list[tuple[Stroke, Span]]:
        """Strokes of a pattern with the chord each falls on; one held over a change of chord is struck again there."""
        found: list[tuple[Stroke, Span]] = []
        strokes = self.strokes(pattern)
        for span in self.spans:
            stop = min(span.end, self.end)
            for stroke in strokes:
                start, end = max(stroke.start, span.start), min(stroke.start + stroke.length, stop)
                if start < end and stroke.start + stroke.length > span.start:
                    found.append((Stroke(start, end - start, stroke.sign), span))
        return found
