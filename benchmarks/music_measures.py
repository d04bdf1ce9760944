"""Measures of written music that need no ear: is it in key, on its chords, steady, obedient, and does the tune return?

All are shares (0 to 1) summed over pieces: ``good`` of ``all``. Notes are tonic-normalised. A dense comparison with the
teacher's own writing under the same cue sheet and theme cards tells what a share is worth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import ROLES, SCALES, CueSheet
from vem_plugin.score.cue_bars import CueBar, bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT, Chord
from vem_plugin.score.theme import ThemeCards, realise

DRUMS, BASS, HARMONY, COUNTER, MELODY = range(5)
STEPS_PER_EIGHTH = 2
CRASH = 49
HIT_NAMES = {1.0: "marked hit", 0.5: "strong cut", 0.25: "ordinary cut"}
GRAM = 4


@dataclass(frozen=True)
class Written:
    """A piece: what was asked, the themes, and what was written (tonic-normalised)."""

    cue: CueSheet
    cards: ThemeCards
    notes: NDArray[np.void]
    chords: Sequence[Chord]

    def of(self, role: int) -> NDArray[np.void]:
        """Notes of one role."""
        return self.notes[self.notes["role"] == role]


@dataclass
class Tally:
    """Counts good things among all things, by name; ``values`` are averaged."""

    counts: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, good: float, of: float = 1) -> None:
        """Count ``good`` of ``of``."""
        entry = self.counts.setdefault(name, [0.0, 0.0])
        entry[0] += float(good)
        entry[1] += float(of)

    def shares(self) -> dict[str, tuple[float, int]]:
        """Share and number of things counted, by name."""
        return {name: (good / of, int(of)) for name, (good, of) in self.counts.items() if of}


def measure(pieces: Sequence[Written], models: Sequence[Written]) -> dict[str, tuple[float, int]]:
    """All measures of some pieces: share, and how many things it is a share of.

    ``models`` are the teacher's pieces under the same cue sheets and cards, to compare the melodies with.
    """
    tally = Tally()
    for piece, model in zip(pieces, models, strict=True):
        mine, theirs = _melody_of(piece), _melody_of(model)
        tally.add("melody F1 with the teacher's", 2 * len(mine & theirs), len(mine) + len(theirs))
        bars = bars_of(piece.cue)
        _harmony(tally, piece, bars)
        _grooves(tally, piece, bars)
        _obedience(tally, piece)
        _hits(tally, piece)
        _tune(tally, piece)
        _register(tally, piece)
    return tally.shares()


def _harmony(tally: Tally, piece: Written, bars: Sequence[CueBar]) -> None:
    pitched = piece.notes[piece.notes["role"] != DRUMS]
    tally.add("in key", np.isin(pitched["pitch"] % 12, SCALES[piece.cue.mode]).sum(), len(pitched))
    strong = {(bar.beat + beat) * STEPS_PER_BEAT for bar in bars for beat in range(0, bar.beats, 2)}
    for role, name in ((BASS, "bass"), (MELODY, "melody")):
        for note in piece.of(role):
            if int(note["start"]) in strong:
                chord = piece.chords[int(note["start"]) // STEPS_PER_BEAT]
                tally.add(f"{name} on a chord tone, strong beats", int(note["pitch"]) % 12 in chord.tones)
    downbeats = {bar.beat for bar in bars} | {piece.cue.end_beat}
    for beat in range(1, piece.cue.beats):
        if piece.chords[beat].root != piece.chords[beat - 1].root:
            tally.add("chord changes on a barline", beat in downbeats)
    told = realise(piece.cue, piece.cards).chords
    same = sum(told[beat].root == piece.chords[beat].root for beat in range(piece.cue.beats))
    tally.add("chord root follows the card", same, piece.cue.beats)


def _grooves(tally: Tally, piece: Written, bars: Sequence[CueBar]) -> None:
    """Likeness of neighbouring whole bars of a section that hold no hit, stop or fill."""
    disturbed = {eighth // 2 for eighth in piece.cue.hits} | set(piece.cue.stops)
    for role, name in ((DRUMS, "drums"), (BASS, "bass rhythm"), (COUNTER, "counter rhythm")):
        notes = piece.of(role)
        for first, second in pairwise(bars):
            if first.section_index != second.section_index or ROLES[role] not in first.section.roles:
                continue
            if any(bar.beats != 4 or bar.place % 4 == 3 or bar.ends_section for bar in (first, second)):
                continue
            if disturbed & set(range(first.beat, second.beat + 4)):
                continue
            one, other = (_pattern(notes, bar, drums=role == DRUMS) for bar in (first, second))
            if one | other:
                tally.add(f"{name} like the bar before", len(one & other) / len(one | other))


def _pattern(notes: NDArray[np.void], bar: CueBar, *, drums: bool) -> set[tuple[int, int]]:
    inside = notes[(notes["start"] >= bar.step) & (notes["start"] < bar.step + bar.steps)]
    return {
        (int(note["start"]) - bar.step, int(note["pitch"]) if drums else 0)
        for note in inside
        if not (drums and note["pitch"] == CRASH)
    }


def _obedience(tally: Tally, piece: Written) -> None:
    excused = {eighth * STEPS_PER_EIGHTH for eighth in piece.cue.hits}
    for section in piece.cue.sections:
        first, last = section.start * STEPS_PER_BEAT, (section.start + section.beats) * STEPS_PER_BEAT
        last = min(last, piece.cue.end_beat * STEPS_PER_BEAT)
        inside = piece.notes[(piece.notes["start"] >= first) & (piece.notes["start"] < last)]
        inside = inside[~np.isin(inside["start"], list(excused))]
        for role, name in enumerate(ROLES):
            played = bool((inside["role"] == role).any())
            if name not in section.roles:
                tally.add("role left out stays out", not played)
            elif last - first >= 32 and piece.cue.style != "ambient":
                tally.add("role asked for plays", played)


def _hits(tally: Tally, piece: Written) -> None:
    onsets = Counter(piece.notes["start"].tolist())
    loudness = Counter[int]()
    for note in piece.notes:
        loudness[int(note["start"])] += int(note["velocity"])
    for eighth, strength in piece.cue.hits.items():
        if eighth // 2 in piece.cue.stops:
            continue
        step = eighth * STEPS_PER_EIGHTH
        name = HIT_NAMES[strength]
        place = "on the beat" if eighth % 2 == 0 else "off the beat"
        tally.add(f"{name} {place} has an onset", onsets[step] > 0)
        around = [loudness[step + 4 * beat] for beat in range(-6, 7) if beat and loudness[step + 4 * beat]]
        if strength >= 0.5 and around:
            tally.add(f"{name} is louder than its surroundings", loudness[step] > 1.15 * float(np.median(around)))
    for beat in piece.cue.stops:
        tally.add("stop is silent", not any(onsets[beat * STEPS_PER_BEAT + step] for step in range(STEPS_PER_BEAT)))
    end = piece.cue.end_beat * STEPS_PER_BEAT
    last = piece.notes[(piece.notes["start"] == end) & (piece.notes["role"] != DRUMS)]
    tally.add("last chord is struck", len(last) >= 2)
    tally.add("nothing follows the last chord", not any(step > end for step in onsets if step not in _hit_steps(piece)))


def _hit_steps(piece: Written) -> set[int]:
    return {eighth * STEPS_PER_EIGHTH for eighth in piece.cue.hits}


def _tune(tally: Tally, piece: Written) -> None:
    melody = np.sort(piece.of(MELODY), order="start")
    pitch, start = melody["pitch"].astype(int), melody["start"].astype(int)
    if len(melody) > 3 * GRAM:
        moves = list(zip(np.diff(pitch).tolist(), np.diff(start).tolist(), strict=True))
        grams = Counter(tuple(moves[at : at + GRAM]) for at in range(len(moves) - GRAM + 1))
        tally.add("melody 4-grams that return", sum(n for n in grams.values() if n > 1), grams.total())
        tally.add("melody leaps of 10 semitones or more", (np.abs(np.diff(pitch)) >= 10).sum(), len(pitch) - 1)
    told = {(note.start, note.pitch % 12) for note in _told_tune(piece)}
    played = {(int(step), int(tone) % 12) for step, tone in zip(start, pitch, strict=True) if _free(piece, int(step))}
    within = sum(any((step, (tone + by) % 12) in played for by in (-2, -1, 0, 1, 2)) for step, tone in told)
    tally.add("card F1, onset and pitch class", 2 * len(told & played), len(told) + len(played))
    tally.add("card notes played within 2 semitones", within, len(told))


def _melody_of(piece: Written) -> set[tuple[int, int]]:
    """Onset and pitch class of every melody note."""
    return {(int(note["start"]), int(note["pitch"]) % 12) for note in piece.of(MELODY)}


def _told_tune(piece: Written) -> Iterator:
    return (note for note in realise(piece.cue, piece.cards).melody if _free(piece, note.start))


def _free(piece: Written, step: int) -> bool:
    """Whether a step is the tune's own: no stop, no hit, not the ending."""
    beat = step // STEPS_PER_BEAT
    return beat not in piece.cue.stops and beat < piece.cue.end_beat and step not in _hit_steps(piece)


def _register(tally: Tally, piece: Written) -> None:
    """Does the melody lie above the harmony that sounds with it?"""
    harmony = piece.of(HARMONY)
    for note in piece.of(MELODY):
        sounding = harmony[(harmony["start"] <= note["start"]) & (harmony["start"] + harmony["length"] > note["start"])]
        if len(sounding):
            tally.add("melody above the harmony", note["pitch"] > sounding["pitch"].max())
            clash = np.isin((sounding["pitch"].astype(int) - int(note["pitch"])) % 12, (1, 11)).any()
            tally.add("melody a semitone from the harmony", bool(clash))
