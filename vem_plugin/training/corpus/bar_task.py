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
SOFTEST_BAR, BAR_RANGE = 42, 57
"""Middle velocity of a bar without energy, and what full energy adds."""
PHRASE_BARS, PHRASE_SWELL = 4, 5
ACCENTS: dict[int, dict[int, int]] = {4: {0: 5, 8: 3}, 3: {0: 5}, COMPOUND: {0: 5, 12: 3}}
"""Steps of a bar that are leant on, by metre; other beats are plain and what lies between them is lighter."""
OFF_BEAT = -3


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

    ``spans`` leave out what the last chord covers; ``roles`` are those that play (an opening's enter one by one);
    ``next_energy`` is where the bar's energy goes; ``build`` counts the bars left of a build (0: none); ``gap`` is how
    many steps at the end are left to the tune alone; ``falling`` marks a breakdown.
    """

    bar: CueBar
    style: str
    metre: int
    scale: tuple[int, ...]
    playing: Playing
    manner: Manner
    roles: frozenset[Role]
    spans: tuple[Span, ...]
    next_bass: int
    next_energy: float
    fill: Fill
    fill_steps: int
    crash: bool
    build: int
    gap: int
    falling: bool

    @property
    def end(self) -> int:
        """Steps of the bar that are to be filled by the accompaniment."""
        return min(self.spans[-1].end, self.bar.steps - self.gap) if self.spans else 0

    @property
    def intensity(self) -> float:
        """Where the bar's energy lies inside its density level, 0 to 1."""
        low, high = ((0.0, QUIET), (QUIET, FULL), (FULL, 1.0))[self.bar.level]
        return min(1.0, max(0.0, (self.bar.energy - low) / (high - low)))

    def velocity(self, step: int, lift: float = 0.0) -> float:
        """Velocity of a note on a step of the bar: its energy, the phrase's arc, the metre's accent, and ``lift``."""
        share = step / self.bar.steps
        energy = self.bar.energy + (self.next_energy - self.bar.energy) * share
        arc = PHRASE_SWELL * (sin(pi * ((self.bar.phrase_place % PHRASE_BARS) + share) / PHRASE_BARS) - 0.6)
        accent = ACCENTS[self.metre].get(step, 0 if step % STEPS_PER_BEAT == 0 else OFF_BEAT)
        return min(LOUDEST, SOFTEST_BAR + BAR_RANGE * energy + arc + accent + lift)

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
