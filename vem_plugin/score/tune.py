"""Composing a tune over its chords, bar by bar.

A tune grows from a motif of two bars. What is heard again is repeated exactly (only strong notes that would rub follow
other chords), a phrase ends open or on the tonic, and the highest note comes once. The order of things is told by
``vem_plugin.score.forms``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vem_plugin.score.cells import CADENCE_CELLS, Cell, cells_of
from vem_plugin.score.chance import happens, pick, weighed
from vem_plugin.score.chords import ChordBar, Loop
from vem_plugin.score.motif import (
    LEAP,
    OCTAVE,
    Line,
    MotifNote,
    TuneBar,
    augmented,
    chord_over,
    displaced,
    fitted,
    lean,
    nearest_degree,
    ornamented,
    sequence,
    spelling_of,
    tail_inverted,
)
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.progressions import MINOR_MODES
from vem_plugin.score.tune_styles import MAJOR_PENTATONIC, MINOR_PENTATONIC, TUNE_STYLES

Tune = tuple[TuneBar, ...]
CONTOURS: tuple[tuple[float, ...], ...] = (
    (0.1, 0.6, 1.0, 0.6, 0.2),
    (0.0, 0.3, 0.55, 0.8, 1.0),
    (1.0, 0.8, 0.5, 0.3, 0.0),
    (0.5, 0.9, 0.5, 0.1, 0.4),
    (0.6, 0.2, 0.0, 0.4, 0.8),
    (0.0, 0.9, 0.7, 0.5, 0.2),
)
"""Shapes of two bars, low 0 to high 1: arch, climb, fall, wave, dip, leap and fall."""
CONTRAST = 0.5
"""Chance of another rhythm in a motif's second bar."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a tune stands on: its loop, the bars each of the loop's bars lasts, mode and metre."""

    loop: Loop
    bars_per_chord: int
    mode: str
    metre: int

    def chords(self, place: int) -> ChordBar:
        """Chords of a bar, counted from the start of the theme.

        A loop bar that holds two chords and lasts two bars gives one to each.
        """
        bar = self.loop[(place // self.bars_per_chord) % len(self.loop)]
        if self.bars_per_chord == 1 or len(bar) == 1:
            return bar
        return (bar[place % self.bars_per_chord],)


class Composer:
    """Composes one tune, bar by bar; ``bars`` are those written so far."""

    def __init__(self, rng: np.random.Generator, style: str, ground: Ground, compass: tuple[int, int]) -> None:
        self.rng = rng
        self.ground = ground
        self.style = TUNE_STYLES[style]
        self.density = self.style.densities[2]
        self.low, self.high = compass
        avoided = self.style.avoided
        if avoided:
            avoided = MINOR_PENTATONIC if ground.mode in MINOR_MODES else MAJOR_PENTATONIC
        self.line = Line(
            rng, self.style, ground.mode, ground.metre, self.low, self.high - 1, last=self._begin(), avoided=avoided
        )
        self.bars: list[TuneBar] = []

    @property
    def steps(self) -> int:
        """Sixteenths of a bar."""
        return STEPS_PER_BEAT * self.ground.metre

    def _begin(self) -> int:
        """A degree of the triad near the middle of the compass."""
        middle = (self.low + self.high - 1) // 2 + pick(self.rng, (-2, -1, 0, 0, 1))
        return nearest_degree(middle, spelling_of(self.ground.chords(0)[0], self.ground.mode)[1])

    def cell(self) -> Cell:
        """A rhythm of the style."""
        return pick(self.rng, cells_of(self.ground.metre, self.style.manner, self.density))

    def targets(self, cell: Cell, shape: tuple[float, ...], half: int, ceiling: int) -> list[float]:
        """The contour's degrees at the notes of the first or second bar of a phrase."""
        span = min(5.0, ceiling - self.low)
        base = max(self.low, min(self.line.last - 2, ceiling - span))
        places = [(half + start / self.steps) * 2 for start, _ in cell]
        return [base + span * _along(shape, place) for place in places]

    def free(self, cell: Cell, half: int, shape: tuple[float, ...], *, ends: bool = False) -> None:
        """Write a bar on a rhythm along a contour."""
        chords = self.ground.chords(len(self.bars))
        bar = self.line.sing(cell, chords, self.targets(cell, shape, half, self.high - 1), ends=ends)
        self.bars.append(lean(self.rng, bar, self.style.leaning, self.ground.metre, self.high - 1))

    def motif(self) -> None:
        """Write the two bars that the tune grows from."""
        shape = pick(self.rng, CONTOURS)
        first = self.cell()
        second = self.cell() if happens(self.rng, CONTRAST) else first
        self.free(first, 0, shape)
        if second == first and happens(self.rng, self.style.insists):
            self.again(self.bars[0])
        else:
            self.free(second, 1, shape, ends=True)

    def again(self, source: TuneBar, vary: Callable[[TuneBar], TuneBar] | None = None) -> None:
        """Write a bar that was heard before, its strong notes over the chords of now."""
        bar = vary(source) if vary else source
        bar = fitted(bar, self.ground.chords(len(self.bars)), self.ground.metre, self.ground.mode)
        bar = tuple(note if note.degree < self.high else self._below_climax(note) for note in bar)
        self.bars.append(bar)
        if len(bar) > 1:
            self.line.move = bar[-1].degree - bar[-2].degree
        if bar:
            self.line.last = bar[-1].degree

    def _below_climax(self, note: MotifNote) -> MotifNote:
        return note._replace(degree=note.degree - OCTAVE if note.degree - OCTAVE >= self.low else self.high - 1)

    def moved(self, source: TuneBar, steps: int) -> None:
        """Write a bar again, moved by degrees (a sequence), or as it was where that would leave the range."""
        inside = all(self.low <= note.degree + steps < self.high for note in source)
        self.again(sequence(source, steps) if inside else source)

    def turned(self, source: TuneBar) -> None:
        """Write a bar again with one small change that leaves it recognisable."""
        vary: tuple[Callable[[TuneBar], TuneBar], ...] = (
            lambda bar: bar,
            lambda bar: tail_inverted(bar, self.low, self.high - 1),
            lambda bar: ornamented(self.rng, bar, self.low, self.high - 1),
            lambda bar: augmented(bar, self.steps),
            lambda bar: displaced(bar, 2, self.steps) if self.style.manner in ("syncopated", "nervous") else bar,
        )
        self.again(source, weighed(self.rng, vary, (4, 2, 1, 1, 1)))

    def climax(self, cell: Cell) -> None:
        """Write the bar that holds the highest note, on its strongest place, once."""
        chords = self.ground.chords(len(self.bars))
        before = self.line.last
        climb = self.high - before

        def fitness(number: int) -> tuple[bool, int, int]:
            """Within reach by steps and thirds, long, early."""
            return climb <= 2 * number + 3, cell[number][1], -number

        top = max(range(len(cell)), key=fitness)
        tones = spelling_of(chord_over(chords, cell[top][0], self.ground.metre), self.ground.mode)[1]
        peak = next((degree for degree in range(self.high, self.high + 3) if degree % OCTAVE in tones), self.high)
        targets = [
            before + (peak - before) * (number + 1) / (top + 1) if number < top else peak - 1.5
            for number in range(len(cell))
        ]
        self.bars.append(self.line.sing(cell, chords, targets, fixed={top: peak}))

    def cadence(self, *, closing: bool) -> None:
        """Write the bar in which a phrase ends: on the tonic where the chord lets it, or open."""
        cell = pick(self.rng, CADENCE_CELLS[self.ground.metre][self.density])
        chords = self.ground.chords(len(self.bars))
        last = len(cell) - 1
        near = self.line.last if closing or not self.bars[0] else (self.line.last + self.bars[0][0].degree) // 2
        final = resting_degree(
            near,
            spelling_of(chord_over(chords, cell[last][0], self.ground.metre), self.ground.mode)[1],
            closing=closing,
            low=self.low,
            high=self.line.high,
        )
        fixed = {last: final}
        if last:
            fixed[last - 1] = final + (1 if self._comes_from_above(final) else -1)
        before = self.line.last
        targets = [before + (final - before) * (number + 1) / (last + 1) for number in range(last + 1)]
        self.bars.append(self.line.sing(cell, chords, targets, fixed=fixed))

    def _comes_from_above(self, final: int) -> bool:
        """From which side a step leads to a note of rest: the line's own, but after a leap the other one."""
        if final in (self.low, self.line.high):
            return final == self.low
        gap = self.line.last - final
        return happens(self.rng, 0.4) if not gap else 0 < gap <= LEAP or gap < -LEAP

    def pickup(self) -> TuneBar:
        """An upbeat into the tune's first note, counted back from its barline; empty where none is wanted."""
        opening = self.bars[0][0] if self.bars[0] else None
        if opening is None or opening.start or not happens(self.rng, self.style.pickup):
            return ()
        beat, first = STEPS_PER_BEAT, opening.degree
        if first % OCTAVE == 0 and first - LEAP >= self.low and happens(self.rng, 0.5):
            return (MotifNote(-beat, beat, first - LEAP),)
        side = -1 if first - 2 >= self.low else 1
        if self.ground.metre == 6 or happens(self.rng, 0.4):
            return (MotifNote(-beat, beat, first + side),)
        return (MotifNote(-beat, beat // 2, first + 2 * side), MotifNote(-beat // 2, beat // 2, first + side))


def resting_degree(near: int, tones: frozenset[int], *, closing: bool, low: int, high: int) -> int:
    """The degree of a chord on which a phrase rests, near the line: the tonic to close, anything else to stay open."""
    options = [degree for degree in range(low, high + 1) if degree % OCTAVE in tones] or [near]
    wanted = [degree for degree in options if (degree % OCTAVE == 0) == closing] or options
    return min(wanted, key=lambda degree: (abs(degree - near), degree))


def _along(shape: tuple[float, ...], place: float) -> float:
    """A contour of five points at a place from 0 to 4."""
    left = min(int(place), len(shape) - 2)
    return shape[left] + (shape[left + 1] - shape[left]) * (place - left)
