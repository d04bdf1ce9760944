"""What each role plays in one bar: five functions, one a role, all reading the same ``BarTask``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vem_plugin.score.cue_bars import CueBar
from vem_plugin.score.progressions import LoopChord
from vem_plugin.score.theme import ThemeNote
from vem_plugin.training.corpus.grooves import (
    CLAP,
    CRASH,
    GENTLE_DRUMS,
    GROOVES,
    HIGH_TOM,
    LOW_PICKUP,
    LOW_TOM,
    LOW_TOMS,
    PICKUP,
    ROLL,
    ROLLING_DRUMS,
    SNARE,
    TOM_DRUMS,
    TOMS,
    TUMBLE,
    Fill,
)
from vem_plugin.training.corpus.patterns import BASS as BASS_PATTERNS
from vem_plugin.training.corpus.patterns import COMP, FIGURES, fit
from vem_plugin.training.corpus.sketch import BASS, COUNTER, DRUMS_ROLE, HARMONY, MELODY, Sketch
from vem_plugin.training.corpus.voicing import bass_root, hand_of, nearest_tone, scale_under

LEGATO = frozenset({"epic", "ambient"})
"""Styles whose bass holds its notes to the full."""
PLUCKED = {"playful": (2, 2, 3)}
"""Longest notes, in sixteenths, of bass, harmony and melody where a style plays short."""
STROKE_VELOCITY = (-18, 2, 16)
"""Ghosted, played, accented, against the bar's velocity."""
FULL_BAR = 16


@dataclass(frozen=True, slots=True)
class Playing:
    """How a theme is played in this piece: names of patterns by density, and the groove's variant."""

    bass: tuple[str, str, str]
    comp: tuple[str, str, str]
    figure: tuple[str, str, str]
    groove: int
    counter_low: int
    fill: Fill


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one chord inside a bar: steps from the downbeat, the chord, and its voicing."""

    start: int
    end: int
    chord: LoopChord
    voicing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BarTask:
    """All that the roles need to know about a bar; ``spans`` leave out what the last chord covers."""

    bar: CueBar
    style: str
    scale: tuple[int, ...]
    playing: Playing
    spans: tuple[Span, ...]
    next_root: int
    fill: Fill
    crash: bool

    @property
    def velocity(self) -> float:
        """Middle velocity of the bar, 50 to 100."""
        return 50 + 50 * self.bar.energy

    @property
    def end(self) -> int:
        """Steps of the bar that are to be filled."""
        return self.spans[-1].end if self.spans else 0


def choose_fill(bar: CueBar, following: CueBar | None, style: str, *, long_fill: Fill) -> Fill:
    """The fill of a bar: a long one into the next section, a pick-up every fourth bar, none if sparse."""
    if not bar.level or following is None:
        return ()
    if bar.ends_section:
        rises = following.energy >= bar.energy - 0.15 and "drums" in following.section.roles
        if not rises:
            return ()
        if bar.of >= 4 or following.energy > bar.energy + 0.2:
            return ROLL if following.energy > bar.energy + 0.2 and style in ROLLING_DRUMS else long_fill
    if bar.place % 4 == 3 and style != "ambient":
        return LOW_PICKUP if style in TOM_DRUMS else PICKUP
    return ()


def fills_of(style: str, level: int) -> tuple[Fill, ...]:
    """Long fills that suit a style."""
    if style in GENTLE_DRUMS:
        return (TOMS,)
    return (TUMBLE, TOMS, ROLL) if style in ROLLING_DRUMS and level else (TUMBLE, LOW_TOMS)


def play_drums(task: BarTask, sketch: Sketch) -> None:
    """The groove, broken off by a fill where one leads on."""
    groove = GROOVES[task.style][task.playing.groove % len(GROOVES[task.style])][task.bar.level]
    short = task.fill in (PICKUP, LOW_PICKUP)
    fill_start = task.bar.steps - (4 if short else 8) if task.fill else task.bar.steps
    fill_start = max(0, fill_start)
    busy = {SNARE, CLAP, LOW_TOM, HIGH_TOM}
    for turn in range(0, task.end, FULL_BAR):
        for step, drum, weight in groove:
            place = step + turn
            if place >= task.end or (place >= fill_start and (drum in busy or not short)):
                continue
            lift = STROKE_VELOCITY[weight] + (6 if place % 4 == 0 else 0)
            sketch.add(DRUMS_ROLE, task.bar.step + place, 1, drum, task.velocity + lift)
    for step, drum in task.fill:
        if fill_start + step < task.end:
            sketch.add(DRUMS_ROLE, task.bar.step + fill_start + step, 1, drum, task.velocity - 8 + 4 * step)
    if task.crash and task.end:
        sketch.add(DRUMS_ROLE, task.bar.step, 1, CRASH, task.velocity + 15)


def play_bass(task: BarTask, sketch: Sketch) -> None:
    """The bass line: roots and fifths, and a step towards the next root where the pattern asks for one."""
    pattern = fit(BASS_PATTERNS[task.playing.bass[task.bar.level]], task.bar.steps)
    for span in task.spans:
        root = bass_root(span.chord.root)
        third = span.chord.intervals[1]
        degrees = {
            "R": root,
            "5": root + 7,
            "O": root + 12,
            "3": root + third,
            "A": _approach(task, span, root),
        }
        for start, length, degree in pattern:
            if not span.start <= start < span.end:
                continue
            length = _bass_length(task.style, min(length, span.end - start), degree)
            accent = 10 if start == 0 else 0
            sketch.add(BASS, task.bar.step + start, length, degrees[degree], task.velocity + accent)


def _approach(task: BarTask, span: Span, root: int) -> int:
    """A step below or above the next root; the fifth where the root stays."""
    following = bass_root(task.next_root)
    if following == root or task.bar.steps < FULL_BAR:
        return root + 7
    scale = scale_under(task.scale, span.chord.tones)
    return nearest_tone(following - 2 if following > root else following + 2, scale)


def _bass_length(style: str, length: int, degree: str) -> int:
    if style in PLUCKED:
        return min(length, PLUCKED[style][0])
    if style in LEGATO or length < 3 or (degree == "R" and length > 4):
        return length
    return length - 1


def play_harmony(task: BarTask, sketch: Sketch) -> None:
    """Chords in the rhythm of the style's comping."""
    pattern = fit(COMP[task.playing.comp[task.bar.level]], task.bar.steps)
    longest = PLUCKED[task.style][1] if task.style in PLUCKED else task.bar.steps
    for span in task.spans:
        for start, length in pattern:
            if not span.start <= start < span.end:
                continue
            accent = 8 if start == 0 else 0
            for pitch in span.voicing:
                held = min(length, span.end - start, longest)
                sketch.add(HARMONY, task.bar.step + start, held, pitch, task.velocity - 8 + accent)


def play_counter(task: BarTask, sketch: Sketch) -> None:
    """A figure over the chord tones of the counter's hand: an arpeggio, an ostinato, or a slow line."""
    pattern = fit(FIGURES[task.playing.figure[task.bar.level]], task.bar.steps)
    for span in task.spans:
        hand = hand_of(span.chord, task.playing.counter_low)
        for start, length, finger in pattern:
            if span.start <= start < span.end:
                accent = 7 if start % 4 == 0 else 0
                held = min(length, span.end - start)
                sketch.add(COUNTER, task.bar.step + start, held, hand[finger], task.velocity - 13 + accent)


def play_melody(task: BarTask, sketch: Sketch, tune: list[ThemeNote], rng: np.random.Generator) -> None:
    """The theme's tune in this bar, fitted to the chord: chord tones on strong beats and long notes, scale
    elsewhere.

    Once in a while a repeated bar is varied: one long note turns into its neighbour before it ends.
    """
    turning = -1
    if task.bar.phrase_place >= 4 and rng.random() < 0.12:
        long_notes = [number for number, note in enumerate(tune) if note.length >= 4]
        turning = long_notes[rng.integers(len(long_notes))] if long_notes else -1
    last = 0
    for number, note in enumerate(tune):
        start = note.start - task.bar.step
        chord = next((span.chord for span in task.spans if span.start <= start < span.end), None)
        if chord is None:
            continue
        scale = scale_under(task.scale, chord.tones)
        strong = start % 8 == 0 or note.length >= 4
        pitch = nearest_tone(note.pitch, chord.tones if strong else scale)
        if number:
            pitch = _moved_on(tune[number - 1].pitch, note.pitch, last, pitch, chord.tones if strong else scale)
        last = pitch
        longest = PLUCKED[task.style][2] if task.style in PLUCKED else note.length
        velocity = task.velocity + 4 + (8 if start % 8 == 0 else 0)
        if number == turning:
            neighbour = nearest_tone(pitch + (2 if rng.random() < 0.5 else -2), scale)
            sketch.add(MELODY, note.start + note.length - 2, 2, neighbour, velocity - 4)
            longest = min(longest, note.length - 2)
        sketch.add(MELODY, note.start, min(note.length, longest), pitch, velocity)


def _moved_on(before: int, now: int, last: int, pitch: int, tones: tuple[int, ...]) -> int:
    """Keep a step of the tune from being snapped away: where it moved, the next tone in its direction.

    ``before`` and ``now`` are the tune's own pitches, ``last`` and ``pitch`` the snapped ones.
    """
    if before == now or pitch != last:
        return pitch
    direction = 1 if now > before else -1
    return next(
        (tone for tone in range(pitch + direction, pitch + 6 * direction, direction) if tone % 12 in tones),
        pitch,
    )
