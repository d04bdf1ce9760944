"""Cuts made audible: hits, stops before hits, and the last chord."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from vem_plugin.score.cue import ROLES, CueSheet
from vem_plugin.score.cue_bars import CueBar
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.strengths import MARKED, STRONG
from vem_plugin.score.theme import RealisedTheme
from vem_plugin.training.corpus.bar_task import BAR_RANGE, SOFTEST_BAR, Manner
from vem_plugin.training.corpus.grooves import CRASH, KICK, LIGHT_DRUM, LOW_TOM, OPEN_HAT, ROLLING, SNARE
from vem_plugin.training.corpus.sketch import BASS, COUNTER, DRUMS_ROLE, HARMONY, MELODY, Sketch
from vem_plugin.training.corpus.voicing import bass_degrees, bass_root, hand_of

STEPS_PER_EIGHTH = 2
MARKED_VELOCITY, STRONG_VELOCITY, LIFT = 122, 108, 8
LIFT_LOUDEST = 106
"""Velocity that a run into a hit does not pass."""
BUTTON_ENERGY = 0.3
"""Energy from which the drums strike the last chord."""
Voicings = tuple[tuple[int, ...], ...]
"""The harmony's position for every beat of the piece."""


def mark_hits(
    sketch: Sketch,
    cue: CueSheet,
    *,
    theme: RealisedTheme,
    bars: tuple[CueBar, ...],
    voicings: Voicings,
    manner: Manner,
) -> None:
    """Give every hit of the cue sheet its onset; hits inside a stop stay silent."""
    downbeats = [bar.beat for bar in bars]
    medians = _bar_medians(sketch, bars)
    for eighth in sorted(cue.hits):
        beat = eighth // 2
        if beat in cue.stops:
            continue
        number = bisect_right(downbeats, beat) - 1
        striker = _Striker(sketch, cue, bars[number], theme, voicings, manner)
        strength = cue.hits[eighth]
        if strength >= MARKED:
            if manner.lifts:
                striker.lift(eighth * STEPS_PER_EIGHTH)
            striker.marked(eighth * STEPS_PER_EIGHTH)
        elif strength >= STRONG:
            striker.strong(eighth * STEPS_PER_EIGHTH)
        else:
            striker.ordinary(eighth * STEPS_PER_EIGHTH, medians[number])


def _bar_medians(sketch: Sketch, bars: tuple[CueBar, ...]) -> list[float]:
    """Median velocity of each bar; the bar's middle velocity where it is empty."""
    notes = sorted((note.start, note.velocity) for role in sketch.roles for note in role)
    starts = np.array([start for start, _ in notes])
    velocities = np.array([velocity for _, velocity in notes])
    edges = np.searchsorted(starts, [bar.step for bar in bars] + [sketch.steps])
    return [
        float(np.median(velocities[low:high])) if high > low else SOFTEST_BAR + BAR_RANGE * bar.energy
        for bar, low, high in zip(bars, edges, edges[1:], strict=False)
    ]


class _Striker:
    """Strikes hits inside one bar."""

    def __init__(
        self,
        sketch: Sketch,
        cue: CueSheet,
        bar: CueBar,
        theme: RealisedTheme,
        voicings: Voicings,
        manner: Manner,
    ) -> None:
        self.sketch = sketch
        self.cue = cue
        self.bar = bar
        self.theme = theme
        self.voicings = voicings
        self.manner = manner
        self.roles = {ROLES.index(role) for role in bar.section.roles}

    def marked(self, step: int) -> None:
        """A marked hit: crash, kick and tom, bass and chord, loud, whoever else is silent."""
        for drum in (CRASH, KICK, LOW_TOM):
            self.sketch.strike_drum(step, drum, MARKED_VELOCITY)
        for role in (BASS, HARMONY):
            self._strike(role, step, MARKED_VELOCITY, longest=8)
        self._accent(step, MARKED_VELOCITY)

    def lift(self, step: int) -> None:
        """Lead into a marked hit: a pick-up of the drums in the beat before, or a run of the counter."""
        start, beats = step - STEPS_PER_BEAT, {(step - STEPS_PER_BEAT) // STEPS_PER_BEAT, (step - 1) // STEPS_PER_BEAT}
        section = next((s for s in self.cue.sections if s.start <= min(beats) and max(beats) < s.start + s.beats), None)
        if section is None or start <= 0 or beats & self.cue.stops:
            return
        base = SOFTEST_BAR + BAR_RANGE * max(section.energy)
        if "drums" in section.roles:
            drum = ROLLING.get(self.cue.style, SNARE)
            for number in range(STEPS_PER_BEAT):
                self.sketch.add(DRUMS_ROLE, start + number, 1, drum, min(LIFT_LOUDEST, base - 14 + 8 * number))
        elif "counter" in section.roles:
            hand = hand_of(self.theme.chords[start // STEPS_PER_BEAT], self.manner.counter_low)
            self.sketch.silence_role(COUNTER, start, step)
            for number in range(STEPS_PER_BEAT):
                self.sketch.add(COUNTER, start + number, 1, hand[number + 1], min(LIFT_LOUDEST, base - 20 + 7 * number))

    def strong(self, step: int) -> None:
        """A strong cut: kick and cymbal if the drums play, and the low roles that play struck again."""
        if DRUMS_ROLE in self.roles:
            cymbal = CRASH if self.bar.level and step % STEPS_PER_BEAT == 0 else OPEN_HAT
            for drum in (cymbal, KICK):
                self.sketch.strike_drum(step, drum, STRONG_VELOCITY)
        for role in self._low_roles() or self._any_role():
            self._strike(role, step, STRONG_VELOCITY - 6, longest=4)
        self._accent(step, STRONG_VELOCITY - 6)

    def ordinary(self, step: int, median: float) -> None:
        """An ordinary cut: one role struck again and light percussion, a shade louder than the bar."""
        if DRUMS_ROLE in self.roles:
            light = LIGHT_DRUM[self.cue.style]
            if not any(note.start == step for note in self.sketch.roles[DRUMS_ROLE]):
                self.sketch.strike_drum(step, light, median)
        self._strike(self._any_role()[0], step, median, longest=4)
        self._accent(step, median + LIFT)

    def _low_roles(self) -> list[int]:
        return [role for role in (BASS, HARMONY) if role in self.roles]

    def _any_role(self) -> list[int]:
        """One pitched role that plays: the harmony first; the harmony too where no pitched role may play."""
        playing = [role for role in (HARMONY, BASS, COUNTER, MELODY) if role in self.roles]
        return playing[:1] or [HARMONY]

    def _strike(self, role: int, step: int, velocity: float, *, longest: int) -> None:
        beat = step // STEPS_PER_BEAT
        chord = self.theme.chords[beat]
        hand = hand_of(chord, self.manner.counter_low)
        pitches = {
            BASS: (bass_degrees(chord)["R"],),
            HARMONY: self.voicings[beat],
            COUNTER: (hand[1],),
            MELODY: (hand[-1] + 12,),
        }[role]
        until = beat + 1
        while until < len(self.theme.chords) and self.theme.chords[until] == chord:
            until += 1
        longest = min(longest, until * STEPS_PER_BEAT - step)
        self.sketch.strike(role, step, pitches, velocity, longest=longest)

    def _accent(self, step: int, velocity: float) -> None:
        for note in self.sketch.starting_at(step):
            note.velocity = max(note.velocity, velocity)


def keep_stops(sketch: Sketch, cue: CueSheet) -> None:
    """Clear the beats of silence."""
    for beat in cue.stops:
        sketch.silence(beat * STEPS_PER_BEAT, (beat + 1) * STEPS_PER_BEAT)


def ring_out(sketch: Sketch, cue: CueSheet, *, voicings: Voicings, manner: Manner) -> None:
    """The last chord: bass and harmony always, counter and melody if they play, held to the end."""
    start = cue.end_beat * STEPS_PER_BEAT
    length = sketch.steps - start
    last = cue.sections[-1]
    velocity = SOFTEST_BAR + 6 + 50 * last.energy[1]
    sketch.add(BASS, start, length, bass_root(0), velocity + 6)
    for pitch in voicings[cue.end_beat]:
        sketch.add(HARMONY, start, length, pitch, velocity)
    if manner.button and "drums" in last.roles and last.energy[1] >= BUTTON_ENERGY:
        sketch.strike_drum(start, KICK, velocity + 4)
        sketch.strike_drum(start, CRASH, velocity)
    if "counter" in last.roles:
        tonic = next(pitch for pitch in range(manner.counter_low, 127) if pitch % 12 == 0)
        sketch.add(COUNTER, start, length, tonic, velocity - 8)
