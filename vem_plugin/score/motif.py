"""Bars of tune: notes in degrees of the scale, how a line moves over chords, and what can be done with a bar again.

A degree is a step of the scale above the tonic at C5 (0 = the tonic, 7 its octave, -3 the fifth below). A line is drawn
note by note: it walks mostly in steps, is pulled towards a contour, stands on chord tones where it is strong, and
turns back by a step after a leap.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from vem_plugin.score.cells import Cell
from vem_plugin.score.chance import happens
from vem_plugin.score.chords import ChordBar, LoopChord, chord_at
from vem_plugin.score.cue import SCALES
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.tune_styles import TuneStyle

OCTAVE = 7
"""Degrees of an octave."""
LEAP = 3
"""Degrees from which on a move is a leap: a fourth."""
COLOUR = 8
"""Longest note, in sixteenths, that may colour a chord it does not belong to."""
LONG = 6
"""Sixteenths from which on a note is long enough to be heard against its chord."""


class MotifNote(NamedTuple):
    """A note of a bar: first sixteenth from the downbeat, length in sixteenths, degree of the scale."""

    start: int
    length: int
    degree: int


TuneBar = tuple[MotifNote, ...]
RAISED = frozenset({6, 9, 11})
"""Roots outside the scale that are a degree raised (a leading note, say); other ones are a degree lowered."""
_LETTERS = {0: 0, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4, 8: 4, 9: 5, 10: 6, 11: 6, 12: 0, 14: 1, 18: 3}
"""Steps of the scale that an interval above the root spans, by semitones."""


@lru_cache(maxsize=4096)
def spelling_of(chord: LoopChord, mode: str) -> tuple[tuple[int, ...], frozenset[int]]:
    """The scale as a chord bends it.

    Returns
    -------
    classes : tuple of int
        Pitch class of each of the seven degrees while the chord sounds: a raised seventh over the dominant of a minor
        key, say.
    tones : frozenset of int
        The degrees (0 to 6) that are chord tones.
    """
    scale = list(SCALES[mode])
    above = next((degree for degree, tone in enumerate(scale) if tone >= chord.root), OCTAVE)
    home = above - 1 if chord.root in RAISED and chord.root not in scale else above
    tones = set()
    for interval in chord.intervals:
        tone = (chord.root + interval) % 12
        letter = 6 if chord.quality == "dim7" and interval == 9 else _LETTERS[interval]
        degree = scale.index(tone) if tone in scale else (home + letter) % OCTAVE
        scale[degree] = tone
        tones.add(degree)
    return tuple(scale), frozenset(tones)


def pitch_of(degree: int, chord: LoopChord, mode: str) -> int:
    """MIDI pitch (tonic-normalised, degree 0 = 72) of a degree while a chord sounds."""
    octave, place = divmod(degree, OCTAVE)
    natural = SCALES[mode][place]
    bend = (spelling_of(chord, mode)[0][place] - natural + 6) % 12 - 6
    return 72 + 12 * octave + natural + bend


def is_strong(start: int, length: int, metre: int) -> bool:
    """Whether a note is heard against its chord: on the first or middle beat (3/4 has no middle), or long."""
    half = STEPS_PER_BEAT * (metre if metre % 2 else metre // 2)
    return start % half == 0 or length >= LONG


def chord_over(bar: ChordBar, start: int, metre: int) -> LoopChord:
    """The chord of a bar that sounds on a sixteenth."""
    return chord_at(bar, start // STEPS_PER_BEAT, metre)


def fitted(notes: Sequence[MotifNote], chords: ChordBar, metre: int, mode: str) -> TuneBar:
    """A bar over other chords: strong notes go to the nearest chord tone.

    Others stay, so that a tune is known again: weak notes, notes leant on, and shorter ones that colour a chord (a
    sixth, a ninth) without rubbing against it.
    """
    moved = list(notes)
    for place, note in enumerate(notes):
        chord = chord_over(chords, note.start, metre)
        tones = spelling_of(chord, mode)[1]
        if note.degree % OCTAVE in tones or not is_strong(note.start, note.length, metre):
            continue
        if note.length <= COLOUR and not _rubs(note.degree, chord, mode):
            continue
        following = notes[place + 1] if place + 1 < len(notes) else None
        if following is not None and _leans(note, following, tones):
            continue
        moved[place] = note._replace(degree=nearest_degree(note.degree, tones))
    return tuple(moved)


def _rubs(degree: int, chord: LoopChord, mode: str) -> bool:
    """Whether a degree lies a semitone from a tone of the chord."""
    tone = spelling_of(chord, mode)[0][degree % OCTAVE]
    return any((tone - other) % 12 in (1, 11) for other in chord.tones)


def _leans(note: MotifNote, following: MotifNote, tones: frozenset[int]) -> bool:
    """Whether a note is an appoggiatura: short, and a step above the chord tone that follows."""
    resolves = note.degree - following.degree == 1 and following.degree % OCTAVE in tones
    return resolves and note.length <= STEPS_PER_BEAT


def nearest_degree(degree: int, tones: frozenset[int]) -> int:
    """The degree nearest to ``degree`` that is among ``tones`` (0 to 6); of two the lower."""
    return min(range(degree - 3, degree + 4), key=lambda near: (near % OCTAVE not in tones, abs(near - degree), near))


_PULL = (1.0, 0.75, 0.4, 0.18, 0.08, 0.04, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01)
OFF_CHORD, OFF_CHORD_BY_LEAP, AVOIDED, THRICE, TRITONE, LAST_LEAP = 0.0005, 0.25, 0.12, 0.12, 0.05, 0.1


@dataclass(slots=True)
class Line:
    """A melodic line that is being drawn in a style and a mode, within ``low`` and ``high`` degrees.

    ``last`` and ``move`` are the degree drawn last and the step that led to it.
    """

    rng: np.random.Generator
    style: TuneStyle
    mode: str
    metre: int
    low: int
    high: int
    last: int = 0
    move: int = 0
    avoided: frozenset[int] = frozenset()

    def sing(
        self,
        cell: Cell,
        chords: ChordBar,
        targets: Sequence[float],
        *,
        fixed: dict[int, int] | None = None,
        ends: bool = False,
    ) -> TuneBar:
        """Draw pitches for a rhythm.

        Parameters
        ----------
        cell : Cell
        chords : ChordBar
            Chords of the bar.
        targets : sequence of float
            The degree that pulls each note.
        fixed : dict, optional
            Degrees of notes that are given, by their number.
        ends : bool
            Whether the line rests after this bar, so that no leap may lead to its last note.
        """
        notes = []
        for number, (start, length) in enumerate(cell):
            if fixed and number in fixed:
                degree = fixed[number]
            else:
                tones = spelling_of(chord_over(chords, start, self.metre), self.mode)[1]
                strong = is_strong(start, length, self.metre)
                degree = self._step(targets[number], tones, strong=strong, last=ends and number == len(cell) - 1)
            self.move, self.last = degree - self.last, degree
            notes.append(MotifNote(start, length, degree))
        return tuple(notes)

    def _step(self, target: float, tones: frozenset[int], *, strong: bool, last: bool) -> int:
        """Draw the next degree."""
        first, scale = self.last, SCALES[self.mode]
        after_leap = abs(self.move) >= LEAP
        options = range(max(self.low, first - 5), min(self.high, first + 5) + 1)
        weights = []
        for degree in options:
            by = degree - first
            size = abs(by)
            weight = self.style.moves[size] * _PULL[min(17, round(abs(degree - target)))]
            if degree % OCTAVE not in tones:
                weight *= OFF_CHORD if strong else (OFF_CHORD_BY_LEAP if size > 1 else 0.8)
            if degree % OCTAVE in self.avoided:
                weight *= AVOIDED
            if after_leap:
                back = by * self.move < 0
                weight *= 3.0 if back and size == 1 else 0.4 if back and size == 2 else 0.1 if not by else 0.0
            elif abs(self.move) == 2 and size >= 2 and by * self.move > 0:
                weight *= 0.4
            if not by and not self.move:
                weight *= THRICE if self.style.moves[0] < 0.6 else 4 * THRICE
            if size == 1 and self.style.semitones != 1 and (scale[degree % 7] - scale[first % 7]) % 12 in (1, 11):
                weight *= self.style.semitones
            if size > 2 and (scale[degree % 7] - scale[first % 7]) % 12 == 6:
                weight *= TRITONE
            if last and size >= LEAP:
                weight *= LAST_LEAP
            weights.append(weight)
        sums = list(accumulate(weights))
        if not sums or sums[-1] <= 0:
            return max(self.low, min(self.high, nearest_degree(first, tones)))
        return options[min(bisect(sums, self.rng.random() * sums[-1]), len(options) - 1)]


def sequence(bar: TuneBar, steps: int) -> TuneBar:
    """The bar again some degrees away."""
    return tuple(note._replace(degree=note.degree + steps) for note in bar)


def tail_inverted(bar: TuneBar, low: int, high: int) -> TuneBar:
    """The second half of the bar's notes mirrored around the note before them."""
    half = (len(bar) + 1) // 2
    pivot = bar[half - 1].degree if bar else 0
    mirrored = (note._replace(degree=max(low, min(high, 2 * pivot - note.degree))) for note in bar[half:])
    return (*bar[:half], *mirrored)


def ornamented(rng: np.random.Generator, bar: TuneBar, low: int, high: int) -> TuneBar:
    """One longer note turned into a neighbour and back."""
    long = [place for place, note in enumerate(bar) if note.length in (4, 6, 8)]
    if not long:
        return bar
    place = long[int(rng.random() * len(long))]
    note = bar[place]
    upper = note.degree + 1 if note.degree < high else max(low, note.degree - 1)
    turn = (
        MotifNote(note.start, note.length - 4 if note.length > 4 else 2, note.degree),
        MotifNote(note.start + note.length - (4 if note.length > 4 else 2), 2, upper),
    )
    back = (MotifNote(note.start + note.length - 2, 2, note.degree),) if note.length > 4 else ()
    return (*bar[:place], *turn, *back, *bar[place + 1 :])


def displaced(bar: TuneBar, by: int, steps: int) -> TuneBar:
    """The bar's rhythm moved later by some sixteenths; what falls beyond the bar is cut off."""
    late = (note._replace(start=note.start + by) for note in bar if note.start + by < steps)
    return tuple(note._replace(length=min(note.length, steps - note.start)) for note in late)


def augmented(bar: TuneBar, steps: int) -> TuneBar:
    """The last note held to the end of the bar."""
    return (*bar[:-1], bar[-1]._replace(length=steps - bar[-1].start)) if bar else bar


def lean(rng: np.random.Generator, bar: TuneBar, chance: float, metre: int, high: int) -> TuneBar:
    """Long notes on strong beats approached from the step above on the beat: an appoggiatura and its resolution."""
    notes: list[MotifNote] = []
    for note in bar:
        leant = note.length >= 8 and note.degree < high and is_strong(note.start, 1, metre) and happens(rng, chance)
        if leant and not (notes and notes[-1].degree > note.degree):
            notes.append(MotifNote(note.start, STEPS_PER_BEAT, note.degree + 1))
            note = MotifNote(note.start + STEPS_PER_BEAT, note.length - STEPS_PER_BEAT, note.degree)
        notes.append(note)
    return tuple(notes)


def thin(bar: TuneBar, density: int, metre: int) -> TuneBar:
    """A bar at a lower density (0 or 1): what stays keeps its place and degree, and is held longer.

    The longest note always stays, so that a cadence does.
    """
    if len(bar) <= 1:
        return bar
    steps = STEPS_PER_BEAT * metre
    grid = {4: (8, 4), 3: (12, 4), 6: (12, 12)}[metre][density]
    longest = max(note.length for note in bar)
    kept = [n for n in bar if n.start % grid == 0 or n.length == longest or (density and n.length >= 3)]
    ends = [note.start for note in kept[1:]] + [steps]
    hold = grid if density == 0 else STEPS_PER_BEAT
    return tuple(
        note._replace(length=min(end - note.start, max(note.length, hold)))
        for note, end in zip(kept, ends, strict=True)
    )
