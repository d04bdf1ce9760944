"""A theme from outside: note names or a MIDI file as the tune that a piece is built on.

The tune is heard as music is: its tonic and mode are found, its notes become degrees of that mode (a chromatic note
goes to the nearest one), and bars are repeated until there are eight or sixteen of them. Which chords stand under it is
chosen when it joins a piece (``with_theme``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from vem_plugin.errors import SettingsError
from vem_plugin.score.chords import ChordBar, Loop
from vem_plugin.score.cue import COMPOUND, METRES, MODES, SCALES, CueSheet
from vem_plugin.score.loops import LOOPS
from vem_plugin.score.motif import (
    OCTAVE,
    MotifNote,
    TuneBar,
    chord_over,
    is_strong,
    nearest_degree,
    sequence,
    spelling_of,
)
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.progressions import loops_for
from vem_plugin.score.theme import ThemeCard, ThemeCards
from vem_plugin.score.tune import Ground, Tune
from vem_plugin.score.tune_styles import TUNE_STYLES

SHORT, LONG = 8, 16
"""Bars of a tune."""
LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
NOTE_NAME = re.compile(r"^(?P<letter>[A-Ga-g])(?P<sign>#|b|)(?P<octave>-?\d)?(?::(?P<beats>[\d./]+))?$")
REST = re.compile(r"^[rR](?::(?P<beats>[\d./]+))?$")
HOW_TO_WRITE = "Write note names with octave and, if not one beat, length in beats, such as C4 D4 E4:2 r G4:1/2."
USUAL_MODES = {"major": 0.1, "minor": 0.06}
"""What speaks for a mode before a note is heard, as a share of the tune's length."""


class HeardNote(NamedTuple):
    """A note as given: first sixteenth, length in sixteenths, MIDI pitch."""

    start: int
    length: int
    pitch: int


def theme_from_notes(text: str, *, metre: int = 4) -> ThemeCard:
    """The theme of a line of note names.

    Parameters
    ----------
    text : str
        Names apart by spaces: a letter, ``#`` or ``b``, an octave (C4 is middle C; without one that of the note
        before), and a length in beats after a colon (1 without one). ``r`` rests; ``|`` may stand at barlines.
    metre : int
        Beats of a bar, one of ``METRES``.

    Raises
    ------
    SettingsError
        If a word is no note, or there is no note at all.
    """
    notes: list[HeardNote] = []
    start, octave = 0, 4
    for word in text.replace("|", " ").replace(",", " ").split():
        name, rest = NOTE_NAME.match(word), REST.match(word)
        found = name or rest
        if found is None:
            raise SettingsError(f"{word!r} is no note.", where=f"theme {text!r}", remedy=HOW_TO_WRITE)
        length = _steps_of(found["beats"], text)
        if name:
            octave = int(name["octave"]) if name["octave"] else octave
            sign = {"#": 1, "b": -1, "": 0}[name["sign"]]
            pitch = 12 * (octave + 1) + LETTERS[name["letter"].lower()] + sign
            notes.append(HeardNote(start, length, pitch))
        start += length
    if not notes:
        raise SettingsError("The theme holds no note.", where=f"theme {text!r}", remedy=HOW_TO_WRITE)
    return theme_of(notes, metre=metre)


def _steps_of(beats: str | None, text: str) -> int:
    """Sixteenths of a length in beats, at least one."""
    try:
        steps = round(Fraction(beats) * STEPS_PER_BEAT) if beats else STEPS_PER_BEAT
    except (ValueError, ZeroDivisionError) as error:
        what = f"{beats!r} is no length in beats."
        raise SettingsError(what, where=f"theme {text!r}", remedy=HOW_TO_WRITE) from error
    return max(1, steps)


def theme_from_midi(path: Path | str) -> ThemeCard:
    """The theme of a MIDI file: the upper line of its melody, in sixteenths.

    The melody is the track with that word in its name, or else the first that is not drums. The metre is the file's
    where it is one of ``METRES``, 4/4 elsewhere; sixteen bars are read.

    Raises
    ------
    SettingsError
        If the file does not open as MIDI, or holds no pitched note.
    """
    import symusic  # loads a native library; only this function needs it

    path = Path(path)
    try:
        score: Any = symusic.Score(path)
    except (OSError, RuntimeError, ValueError) as error:
        remedy = "Give a Standard MIDI File, a take, or note names."
        raise SettingsError("The theme is no MIDI file that can be read.", where=str(path), remedy=remedy) from error
    tracks = [track for track in score.tracks if not track.is_drum and len(track.notes)]
    if not tracks:
        remedy = "Put the tune on a track that is not drums."
        raise SettingsError("The MIDI file holds no pitched notes.", where=str(path), remedy=remedy)
    track = next((track for track in tracks if "melody" in track.name.lower()), tracks[0])
    signature = min(score.time_signatures, key=lambda mark: mark.time, default=None)
    metre = _metre_of(signature.numerator, signature.denominator) if signature else METRES[0]
    step = score.ticks_per_quarter / STEPS_PER_BEAT / (2 if metre == COMPOUND else 1)
    heard = [HeardNote(round(n.time / step), max(1, round(n.duration / step)), n.pitch) for n in track.notes]
    return theme_of(_upper_line(heard), metre=metre)


def _metre_of(numerator: int, denominator: int) -> int:
    if denominator == 8:
        return COMPOUND if numerator % 3 == 0 else METRES[0]
    return numerator if numerator in (3, 4) else METRES[0]


def _upper_line(heard: Sequence[HeardNote]) -> list[HeardNote]:
    """The highest note of every onset, each ending where the next begins."""
    highest = {note.start: note for note in sorted(heard, key=lambda note: note.pitch)}
    line = [highest[start] for start in sorted(highest)]
    ends = [note.start for note in line[1:]] + [line[-1].start + line[-1].length]
    return [n._replace(length=min(n.length, end - n.start)) for n, end in zip(line, ends, strict=True)]


def theme_of(notes: Sequence[HeardNote], *, metre: int) -> ThemeCard:
    """A theme card of a line of notes, in order, none overlapping the next; its loop suits the mode it is heard in."""
    tonic, mode = key_of(notes)
    steps = metre * STEPS_PER_BEAT
    offset = notes[0].start // steps * steps
    degrees = _settled([_degree_of(note.pitch - tonic, mode) for note in notes])
    bars: list[list[MotifNote]] = [[]]
    for note, degree in zip(notes, degrees, strict=True):
        number, start = divmod(note.start - offset, steps)
        if number >= LONG:
            break
        bars.extend([] for _ in range(number + 1 - len(bars)))
        bars[number].append(MotifNote(start, min(note.length, steps - start), degree))
    tune = _rounded(tuple(tuple(bar) for bar in bars), steps)
    loop = chords_for(tune, LOOPS[mode], mode=mode, metre=metre)
    return ThemeCard(loop, tune, (0, 1, 2), (), 0, mode, metre)


def key_of(notes: Sequence[HeardNote]) -> tuple[int, str]:
    """The tonic (a pitch class) and the mode in which a line makes most sense.

    What counts is how long it stays on the scale, on the tonic and its fifth and third, and where it begins and ends.
    """
    time = [0.0] * 12
    for note in notes:
        time[note.pitch % 12] += note.length
    whole = sum(time)

    def sense(tonic: int, mode: str) -> float:
        scale = SCALES[mode]
        inside = sum(time[(tonic + degree) % 12] for degree in scale)
        home = 0.3 * time[tonic] + 0.2 * time[(tonic + 7) % 12] + 0.2 * time[(tonic + scale[2]) % 12]
        ends = 0.08 * (notes[-1].pitch % 12 == tonic) + 0.04 * (notes[0].pitch % 12 == tonic)
        absent = 0.2 * (not time[tonic]) + 0.05 * (not time[(tonic + 7) % 12])
        return inside + home + whole * (ends - absent + USUAL_MODES.get(mode, 0.0))

    return max(((tonic, mode) for mode in MODES for tonic in range(12)), key=lambda key: sense(*key))


def _degree_of(above: int, mode: str) -> int:
    """The degree nearest to a pitch that lies ``above`` semitones over a tonic; of two the lower."""
    octave, semitones = divmod(above, 12)
    scale = (*SCALES[mode], 12)
    return OCTAVE * octave + min(range(len(scale)), key=lambda degree: (abs(scale[degree] - semitones), degree))


def _settled(degrees: Sequence[int]) -> list[int]:
    """Degrees moved by octaves to lie around the tonic at C5."""
    middle = sum(degrees) / len(degrees)
    shift = OCTAVE * round((middle - OCTAVE // 2 + 1) / OCTAVE)
    return [degree - shift for degree in degrees]


def _rounded(bars: Tune, steps: int) -> Tune:
    """Eight or sixteen bars: shorter tunes go round, and close on the tonic where their repetition ends."""
    if len(bars) > SHORT:
        return (*bars, *((),) * (LONG - len(bars)))
    unit = next(size for size in (1, 2, 4, 8) if size >= len(bars))
    bars = (*bars, *((),) * (unit - len(bars)))
    tune = bars * (SHORT // unit)
    return tune if unit == SHORT else (*tune[:-1], _closed(tune[-1], steps))


def _closed(bar: TuneBar, steps: int) -> TuneBar:
    """A bar that comes to rest on the nearest tonic in its second half."""
    half = steps // 2 // STEPS_PER_BEAT * STEPS_PER_BEAT
    kept = tuple(note._replace(length=min(note.length, half - note.start)) for note in bar if note.start < half)
    final = nearest_degree(kept[-1].degree if kept else 0, frozenset({0}))
    return (*kept, MotifNote(half, steps - half, final))


def chords_for(tune: Tune, loops: Sequence[Loop], *, mode: str, metre: int, bars_per_chord: int = 1) -> Loop:
    """The chords that hold most of a tune: one of the loops, or their chords in an order of the tune's own."""
    choices = [*loops, _harmonised(tune, loops, Ground((), bars_per_chord, mode, metre))]
    shares = [consonance(tune, Ground(loop, bars_per_chord, mode, metre)) for loop in choices]
    best = max(range(len(loops)), key=shares.__getitem__)
    return choices[-1] if shares[-1] > shares[best] + WORTH_AN_ORDER_OF_ITS_OWN else choices[best]


def _harmonised(tune: Tune, loops: Sequence[Loop], ground: Ground) -> Loop:
    """The best way through the plain chords of loops: it holds the tune, moves as they do, begins and ends at home."""
    vocabulary = list(dict.fromkeys(bar for loop in loops for bar in loop if len(bar) == 1 and bar[0].over is None))
    usual = {pair for loop in loops for pair in zip(loop, (*loop[1:], loop[0]), strict=True)}
    rate = ground.bars_per_chord
    parts = [tune[first : first + rate] for first in range(0, len(tune), rate)]
    paths: dict[ChordBar, tuple[float, Loop]] = {}
    for place, part in enumerate(parts):
        at_home = HOME if place in (0, len(parts) - 1) else 0.0
        told = paths
        paths = {}
        for bar in vocabulary:
            worth = consonance(part, replace(ground, loop=(bar,))) + at_home * (bar[0].root == 0)
            before = [
                (score + USUAL * ((path[-1], bar) in usual) - STAYING * (path[-1] == bar), path)
                for score, path in told.values()
            ]
            score, path = max(before, key=lambda option: option[0], default=(0.0, ()))
            paths[bar] = (score + worth, (*path, bar))
    return max(paths.values(), key=lambda option: option[0])[1]


def consonance(tune: Tune, ground: Ground) -> float:
    """Share of a tune's time, strong notes counted twice, on tones of the chords it stands on."""
    good = whole = 0.0
    for place, bar in enumerate(tune):
        chords = ground.chords(place)
        for note in bar:
            weight = note.length * (2 if is_strong(note.start, note.length, ground.metre) else 1)
            tones = spelling_of(chord_over(chords, note.start, ground.metre), ground.mode)[1]
            good += weight * (note.degree % OCTAVE in tones)
            whole += weight
    return good / max(whole, 1.0)


GOOD_ENOUGH = 0.75
"""A theme keeps its own chords if they hold this share of what the best ones of the style would."""
WORTH_AN_ORDER_OF_ITS_OWN = 0.05
"""How much more of a tune chords in an order of its own must hold than a loop."""
HOME, USUAL, STAYING = 0.3, 0.15, 0.15
"""What speaks for the tonic at both ends and for a usual move, and against staying, in shares of a bar held."""


def with_theme(cards: ThemeCards, card: ThemeCard, cue: CueSheet) -> ThemeCards:
    """The cards with another theme A: in the cue sheet's mode, metre and range, over chords that suit it."""
    tune = card.tune if card.metre == cue.metre else tuple(_in_metre(bar, card.metre, cue.metre) for bar in card.tune)
    pickup = card.pickup if card.metre == cue.metre else ()
    low, high = TUNE_STYLES[cue.style].compasses[0]
    degrees = [note.degree for bar in tune for note in bar]
    by = -OCTAVE * round((sum(degrees) / len(degrees) - (low + high) / 2) / OCTAVE)
    tune, pickup = tuple(sequence(bar, by) for bar in tune), sequence(pickup, by)
    rate, loops = cards.bars_per_chord, loops_for(cue.style, cue.mode)
    loop = chords_for(tune, loops, mode=cue.mode, metre=cue.metre, bars_per_chord=rate)
    own, other = (consonance(tune, Ground(each, rate, cue.mode, cue.metre)) for each in (card.loop, loop))
    if card.mode == cue.mode and own >= GOOD_ENOUGH * other:
        loop = card.loop
    given = replace(card, loop=loop, tune=tune, pickup=pickup, mode=cue.mode, metre=cue.metre)
    return replace(cards, themes=(given, *cards.themes[1:]))


def _in_metre(bar: TuneBar, old: int, new: int) -> TuneBar:
    """A bar squeezed or stretched into another metre, on eighths of its beats."""
    if not bar:
        return bar
    steps = new * STEPS_PER_BEAT
    by_start = {min(steps - 2, round(note.start * new / old / 2) * 2): note for note in reversed(bar)}
    starts = sorted(by_start)
    return tuple(
        MotifNote(start, max(1, min(end - start, round(by_start[start].length * new / old))), by_start[start].degree)
        for start, end in zip(starts, [*starts[1:], steps], strict=True)
    )
