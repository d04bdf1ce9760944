"""Traditional tunes, written down by us in ABC (``traditional_tunes.abc``): a melody and the chords above it.

The subset of ABC read here: fields ``X T R M L Q K``; notes with accidentals, octaves and lengths; rests ``z``; ties
``-``; dotted pairs ``>``; chord names in quotes; bar lines. A tune begins with its pick-up, if any, which is
left out of the lesson: lessons begin on a downbeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.resources import files

import numpy as np

from vem_plugin.score.chords import LoopChord
from vem_plugin.score.cue import COMPOUND
from vem_plugin.score.notes import NOTE, STEPS_PER_BEAT
from vem_plugin.training.corpus.real_analysis import Key
from vem_plugin.training.corpus.real_cut import RawLesson, lesson_of
from vem_plugin.training.corpus.real_midi import Passage
from vem_plugin.training.corpus.sketch import MELODY

TUNES_FILE = "traditional_tunes.abc"
MAX_BEATS, MIN_BEATS = 128, 24
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SIGNS = {"^": 1, "_": -1, "=": 0}
SHARPS, FLATS = "FCGDAEB", "BEADGCF"
MODE_NAMES = {"": "major", "m": "minor", "dor": "dorian", "mix": "mixolydian", "phr": "phrygian", "lyd": "lydian"}
FIFTHS_OF_MODE = {"major": 0, "minor": -3, "dorian": -2, "mixolydian": -1, "phrygian": -4, "lydian": 1}
QUALITY_OF_NAME = {"": "maj", "m": "min", "7": "dom7", "m7": "min7", "maj7": "maj7", "sus4": "sus4"}
TOKEN = re.compile(r'"(?P<chord>[^"]*)"|(?P<bar>\|)|(?P<sign>[\^_=]?)(?P<letter>[A-Ga-gz])'
                   r"(?P<octave>[,']*)(?P<length>\d*/?\d*)(?P<tie>-?)(?P<dot>>?)")  # fmt: skip


@dataclass
class Tune:
    """A tune as written: notes as (start, length, pitch), chords as (step, chord), all in steps."""

    title: str
    kind: str
    metre: int
    bpm: float
    key: Key
    pickup: int = 0
    notes: list[tuple[int, int, int]] = field(default_factory=list)
    chords: list[tuple[int, LoopChord]] = field(default_factory=list)
    steps: int = 0


def tunes() -> Iterator[Tune]:
    """Every tune of the file."""
    text = (files("vem_plugin.training.corpus") / TUNES_FILE).read_text(encoding="utf-8")
    for block in re.split(r"\n\s*\n", text):
        if "X:" in block:
            yield read_tune(block)


def read_tune(block: str) -> Tune:
    """Read one tune of the subset.

    Raises
    ------
    ValueError
        If it says what the subset does not have, or a bar holds too much or too little.
    """
    fields = dict(re.findall(r"^([A-Z]):\s*(.*)$", block, re.MULTILINE))
    body = "\n".join(line for line in block.splitlines() if not re.match(r"[A-Z]:|%", line))
    beats, unit = (int(number) for number in fields["M"].split("/"))
    metre = COMPOUND if (beats, unit) == (6, 8) else 4 if beats in (2, 4) else beats
    tune = Tune(fields["T"], fields["R"], metre, float(fields["Q"]), _key(fields["K"]))
    bar = beats * STEPS_PER_BEAT
    per_length = Fraction(fields["L"]) * (32 if metre == COMPOUND else 16)
    _write(tune, body.strip(), per_length, bar)
    return tune


def _key(text: str) -> Key:
    letter, sign, mode = re.fullmatch(r"([A-G])([#b]?)(m|dor|mix|phr|lyd)?", text.strip()).groups()  # pyright: ignore
    return Key((LETTERS[letter] + {"#": 1, "b": -1, "": 0}[sign]) % 12, MODE_NAMES[mode or ""], 1.0)


def _signature(key: Key) -> dict[str, int]:
    """Sharps and flats at the beginning of the staff."""
    fifths = (key.tonic * 7 + 5) % 12 - 5 + FIFTHS_OF_MODE[key.mode]
    fifths = fifths + 12 if fifths < -6 else fifths - 12 if fifths > 6 else fifths
    return dict.fromkeys(SHARPS[: max(0, fifths)], 1) | dict.fromkeys(FLATS[: max(0, -fifths)], -1)


def _write(tune: Tune, body: str, per_length: Fraction, bar: int) -> None:
    signature = _signature(tune.key)
    altered: dict[tuple[str, str], int] = {}
    place = line = 0
    tied = dotted = False
    at = 0
    while at < len(body):
        found = TOKEN.match(body, at)
        if found is None:
            if not body[at].isspace():
                raise ValueError(f"{tune.title}: cannot read {body[at : at + 12]!r}")
            at += 1
            continue
        at = found.end()
        if found["chord"] is not None:
            tune.chords.append((place, _chord(found["chord"], tune.key)))
        elif found["bar"]:
            if place > line:
                _check_bar(tune, place - line, bar, first=line == 0)
                line = place
            altered.clear()
        else:
            length = _length(found["length"]) * per_length
            length *= Fraction(1, 2) if dotted else Fraction(3, 2) if found["dot"] else 1
            dotted = bool(found["dot"])
            if length.denominator != 1:
                raise ValueError(f"{tune.title}: a note off the grid at step {place}")
            if found["letter"] != "z":
                pitch = _pitch(found["letter"], found["sign"], found["octave"], signature, altered)
                if tied and tune.notes[-1][2] == pitch:
                    start, before, _ = tune.notes.pop()
                    tune.notes.append((start, before + int(length), pitch))
                else:
                    tune.notes.append((place, int(length), pitch))
            tied = bool(found["tie"])
            place += int(length)
    tune.steps = place


def _check_bar(tune: Tune, steps: int, bar: int, *, first: bool) -> None:
    if first and steps < bar:
        tune.pickup = steps
    elif steps > bar or (steps < bar and steps + tune.pickup != bar):
        raise ValueError(f"{tune.title}: a bar of {steps} steps instead of {bar}")


def _length(text: str) -> Fraction:
    if not text:
        return Fraction(1)
    over, slash, under = text.partition("/")
    return Fraction(int(over or 1), int(under or 2) if slash else 1)


def _pitch(letter: str, sign: str, octave: str, signature: dict[str, int], altered: dict[tuple[str, str], int]) -> int:
    name = letter.upper()
    height = 60 + LETTERS[name] + 12 * letter.islower() + 12 * octave.count("'") - 12 * octave.count(",")
    spot = (letter, octave)
    if sign:
        altered[spot] = SIGNS[sign]
    return height + altered.get(spot, signature.get(name, 0))


def _chord(text: str, key: Key) -> LoopChord:
    found = re.fullmatch(r"([A-G])([#b]?)(maj7|m7|m|7|sus4)?", text)
    if found is None:
        raise ValueError(f"no chord of ours: {text!r}")
    root = LETTERS[found[1]] + {"#": 1, "b": -1, "": 0}[found[2]]
    return LoopChord((root - key.tonic) % 12, QUALITY_OF_NAME[found[3] or ""])


def lessons_of_tunes(source: str) -> list[RawLesson]:
    """One lesson a tune, two where it is short enough to be played twice."""
    lessons: list[RawLesson] = []
    for tune in tunes():
        for rounds in (1, 2):
            lesson = _lesson(tune, rounds, source)
            if lesson is not None:
                lessons.append(lesson)
    return lessons


def _lesson(tune: Tune, rounds: int, source: str) -> RawLesson | None:
    """The tune from its first downbeat, played some times over; its last note is the last chord."""
    bar = tune.metre * STEPS_PER_BEAT
    around = -(-(tune.steps - tune.pickup) // bar) * bar
    bars = around // bar * rounds
    beats = bars * tune.metre
    if not MIN_BEATS <= beats <= MAX_BEATS:
        return None
    rows = [
        (start - tune.pickup + turn * around, length, pitch)
        for turn in range(rounds)
        for start, length, pitch in tune.notes
    ]
    rows = [row for row in rows if 0 <= row[0] < bars * bar]
    last, _, home = rows[-1]
    end_beat = last // STEPS_PER_BEAT
    rows[-1] = (last, bars * bar - last, home)
    notes = np.zeros(len(rows), NOTE)
    for name, values in zip(("start", "length", "pitch"), zip(*rows, strict=True), strict=True):
        notes[name] = values
    notes["role"], notes["velocity"] = MELODY, 80
    told = [(step - tune.pickup + turn * around, chord) for turn in range(rounds) for step, chord in tune.chords]
    tonic = LoopChord(0, "min" if tune.key.mode in ("minor", "dorian", "phrygian") else "maj")
    chords = [
        next((chord for step, chord in reversed(told) if step <= beat * STEPS_PER_BEAT), tonic)
        for beat in range(end_beat)
    ]
    chords += [tonic] * (beats - end_beat)
    passage = Passage(tune.title, notes, tune.metre, bars, tune.bpm, tune.kind, end_beat)
    return lesson_of(passage, source=source, moved=0.0, key=tune.key, chords=tuple(chords))
