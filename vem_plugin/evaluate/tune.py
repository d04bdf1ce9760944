"""Measures of the tune: does it remember its theme, does it return, in what phrases does it sing?"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vem_plugin.evaluate.counting import NOTHING, Count
from vem_plugin.evaluate.places import MELODY, check, end_step, hit_steps, of_role, within
from vem_plugin.score.cue_bars import CueBar, bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.corpus.build import Piece

PERIOD = 8
"""Bars after which a tune comes round."""
GRAM = 4
REST = STEPS_PER_BEAT
"""Steps of silence that part two phrases."""
LONG_NOTE = 2 * STEPS_PER_BEAT
"""A note this long ends a phrase."""
NEAR = 2
"""Semitones by which a composer may bend a note of the theme towards its chord."""


def kept_eight_bars_later(piece: Piece) -> Count:
    """Melody notes that return with their pitch class ``PERIOD`` bars later.

    Of notes at the same place of two bars under the same theme and chord that are both struck.
    """
    check(piece)
    melody, bars = of_role(piece, MELODY), bars_of(piece.cue)
    good = of = 0
    for early, late in zip(bars, bars[PERIOD:], strict=False):
        if early.section.theme != late.section.theme:
            continue
        first, second = _places(melody, early), _places(melody, late)
        for place in first.keys() & second.keys():
            beat = place // STEPS_PER_BEAT
            if piece.chords[early.beat + beat].root == piece.chords[late.beat + beat].root:
                good += first[place] == second[place]
                of += 1
    return Count(good, of)


def _places(melody: NDArray[np.void], bar: CueBar) -> dict[int, int]:
    """Pitch class by step within a bar."""
    return {int(note["start"]) - bar.step: int(note["pitch"]) % 12 for note in within(melody, bar)}


def grams_that_return(piece: Piece) -> Count:
    """Runs of ``GRAM`` melody moves (interval and time to the next note) that occur more than once, exactly."""
    check(piece)
    melody = of_role(piece, MELODY)
    if len(melody) <= 3 * GRAM:
        return NOTHING
    moves = list(zip(*(np.diff(melody[name].astype(int)).tolist() for name in ("pitch", "start")), strict=True))
    grams = Counter(tuple(moves[at : at + GRAM]) for at in range(len(moves) - GRAM + 1))
    return Count(sum(times for times in grams.values() if times > 1), grams.total())


def theme_played(piece: Piece) -> Count:
    """Notes that the theme tells and that the melody strikes within ``NEAR`` semitones, octaves apart or not.

    Hits, stops and the ending are the music's own affair and do not count.
    """
    check(piece)
    cue, hits = piece.cue, hit_steps(piece.cue)
    told = [
        (note.start, note.pitch)
        for note in piece.theme.melody
        if note.start < end_step(cue) and note.start not in hits and note.start // STEPS_PER_BEAT not in cue.stops
    ]
    struck: dict[int, int] = {int(note["start"]): int(note["pitch"]) for note in of_role(piece, MELODY)}
    near = {by % 12 for by in range(-NEAR, NEAR + 1)}
    return Count(sum(step in struck and (struck[step] - pitch) % 12 in near for step, pitch in told), len(told))


def leaps(piece: Piece) -> Count:
    """Steps of the melody that leap ten semitones or more."""
    check(piece)
    moves = np.abs(np.diff(of_role(piece, MELODY)["pitch"].astype(int)))
    return Count(float((moves >= 10).sum()), len(moves))


def motifs_that_return(piece: Piece) -> Count:
    """Bars of melody (three notes or more) whose rhythm and contour another bar has as well."""
    check(piece)
    melody = of_role(piece, MELODY)
    shapes = [shape for bar in bars_of(piece.cue) if len(shape := _shape(melody, bar)) >= 3]
    if len(shapes) < 2:
        return NOTHING
    times = Counter(shapes)
    return Count(sum(times[shape] > 1 for shape in shapes), len(shapes))


def _shape(melody: NDArray[np.void], bar: CueBar) -> tuple[tuple[int, int], ...]:
    """Place of each note within a bar, and whether it lies above, below or level with the one before."""
    notes = within(melody, bar)
    pitches = notes["pitch"].astype(int)
    turns = np.sign(np.diff(pitches, prepend=pitches[:1])).tolist()
    return tuple(zip((notes["start"] - bar.step).tolist(), turns, strict=True))


def phrase_length(piece: Piece) -> Count:
    """Mean length of a phrase of the melody in bars: from its first note to a rest or a long note."""
    check(piece)
    melody = of_role(piece, MELODY)
    if not len(melody):
        return NOTHING
    lengths, first = [], int(melody["start"][0])
    for note, following in pairwise(melody):
        end = int(note["start"] + note["length"])
        if note["length"] >= LONG_NOTE or following["start"] - end >= REST:
            lengths.append(min(end, int(following["start"])) - first)
            first = int(following["start"])
    lengths.append(int(melody["start"][-1] + melody["length"][-1]) - first)
    return Count(sum(lengths) / (STEPS_PER_BEAT * piece.cue.metre), len(lengths))
