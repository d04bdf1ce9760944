"""The teacher: a rule-based composer whose pieces the model learns from.

It reads a cue sheet and theme cards and writes every role bar by bar, then strikes the hits, clears the stops
and rings the last chord out. Its musicality is the ceiling of the model's, so it errs on the side of plain
good habits: close voice leading, a steady groove per theme, fills only into rises, a tune that returns.
Pieces are tonic-normalised: the tonic is C whatever the cue sheet's key.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import SCALES, CueSheet
from vem_plugin.score.cue_bars import CueBar, bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT, Chord
from vem_plugin.score.theme import RealisedTheme, ThemeCards, ThemeNote, realise
from vem_plugin.training.corpus.grooves import GROOVES
from vem_plugin.training.corpus.hits import Voicings, keep_stops, mark_hits, ring_out
from vem_plugin.training.corpus.parts import (
    BarTask,
    Playing,
    Span,
    choose_fill,
    fills_of,
    play_bass,
    play_counter,
    play_drums,
    play_harmony,
    play_melody,
)
from vem_plugin.training.corpus.patterns import BASS_OF_STYLE, COMP_OF_STYLE, FIGURES_OF_STYLE, Levels
from vem_plugin.training.corpus.sketch import HARMONY, MELODY, Sketch
from vem_plugin.training.corpus.voicing import voice_chord

DARK_STYLES = frozenset({"epic", "tense"})
HARMONY_CENTRES = {"epic": 56, "ambient": 56, "tense": 56}
COUNTER_LOWS = (57, 60, 62)
DARK_COUNTER_LOWS = (52, 55, 57)


def compose_by_rule(
    cue: CueSheet, cards: ThemeCards, rng: np.random.Generator
) -> tuple[NDArray[np.void], tuple[Chord, ...]]:
    """Write a piece.

    Parameters
    ----------
    cue : CueSheet
        What the music should do. Its key is ignored.
    cards : ThemeCards
        The piece's themes, from ``draw_cards``.
    rng : numpy.random.Generator
        Decides how the themes are played; the same state gives the same notes.

    Returns
    -------
    notes : numpy.ndarray
        dtype ``NOTE``, tonic-normalised, sorted by start.
    chords : tuple of Chord
        One a beat, tonic-normalised.
    """
    theme = realise(cue, cards)
    bars = bars_of(cue)
    playings = _draw_playings(cue, rng)
    voicings = _voice(cue, theme)
    sketch = Sketch(cue.beats * STEPS_PER_BEAT)
    _play_bars(sketch, _Piece(cue, theme, bars, playings, voicings), rng)
    ring_out(sketch, cue, voicings=voicings, playing=playings[0])
    mark_hits(sketch, cue, theme=theme, bars=bars, voicings=voicings, playing=playings[0])
    keep_stops(sketch, cue)
    chords = tuple(Chord(chord.root, chord.tones) for chord in theme.chords)
    return sketch.fair_copy(rng), chords


@dataclass(frozen=True, slots=True)
class _Piece:
    cue: CueSheet
    theme: RealisedTheme
    bars: tuple[CueBar, ...]
    playings: tuple[Playing, ...]
    voicings: Voicings


def _draw_playings(cue: CueSheet, rng: np.random.Generator) -> tuple[Playing, ...]:
    """How each of the three themes is played; mostly one groove for the whole piece."""
    style = cue.style
    groove = int(rng.integers(len(GROOVES[style])))
    lows = DARK_COUNTER_LOWS if style in DARK_STYLES else COUNTER_LOWS
    counter_low = int(rng.choice(lows))
    fills = fills_of(style, 2)

    def pick(levels: Levels) -> tuple[str, str, str]:
        low, middle, full = (names[rng.integers(len(names))] for names in levels)
        return low, middle, full

    return tuple(
        Playing(
            bass=pick(BASS_OF_STYLE[style]),
            comp=pick(COMP_OF_STYLE[style]),
            figure=pick(FIGURES_OF_STYLE[style]),
            groove=groove if rng.random() < 0.8 else int(rng.integers(len(GROOVES[style]))),
            counter_low=counter_low,
            fill=fills[rng.integers(len(fills))],
        )
        for _ in range(3)
    )


def _voice(cue: CueSheet, theme: RealisedTheme) -> Voicings:
    """Voice every beat's chord, each from the one before."""
    centre = HARMONY_CENTRES.get(cue.style, 58)
    voicings: list[tuple[int, ...]] = []
    previous: tuple[int, ...] = ()
    for beat, chord in enumerate(theme.chords):
        if not beat or chord != theme.chords[beat - 1]:
            previous = voice_chord(chord, previous, centre)
        voicings.append(previous)
    return tuple(voicings)


def _play_bars(sketch: Sketch, piece: _Piece, rng: np.random.Generator) -> None:
    tunes = _tunes_by_bar(piece)
    for number, bar in enumerate(piece.bars):
        before = piece.bars[number - 1] if number else None
        following = piece.bars[number + 1] if number + 1 < len(piece.bars) else None
        task = _task_of(piece, bar, before, following)
        roles = bar.section.roles
        if "drums" in roles:
            play_drums(task, sketch)
        if "bass" in roles:
            play_bass(task, sketch)
        if "harmony" in roles and not _hold_pad(task, sketch, before, piece):
            play_harmony(task, sketch)
        if "counter" in roles:
            play_counter(task, sketch)
        if "melody" in roles:
            play_melody(task, sketch, tunes[number], rng)
    _end_melody(sketch, piece)


def _task_of(piece: _Piece, bar: CueBar, before: CueBar | None, following: CueBar | None) -> BarTask:
    playing = piece.playings[bar.section.theme]
    jump = before is None or bar.energy > before.energy + 0.15
    settled = bar.of >= 4 and (before is None or before.energy < bar.energy + 0.1)
    return BarTask(
        bar=bar,
        style=piece.cue.style,
        scale=SCALES[piece.cue.mode],
        playing=playing,
        spans=_spans_of(piece, bar),
        next_root=piece.theme.next_roots[bar.beat],
        fill=choose_fill(bar, following, piece.cue.style, long_fill=playing.fill),
        crash=bar.place == 0 and bar.level == 2 and (jump or settled),
    )


def _spans_of(piece: _Piece, bar: CueBar) -> tuple[Span, ...]:
    """Runs of one chord inside a bar, up to the last chord of the piece."""
    spans: list[Span] = []
    for beat in range(bar.beat, min(bar.beat + bar.beats, piece.cue.end_beat)):
        chord, start = piece.theme.chords[beat], (beat - bar.beat) * STEPS_PER_BEAT
        if spans and spans[-1].chord == chord:
            start = spans.pop().start
        spans.append(Span(start, (beat - bar.beat + 1) * STEPS_PER_BEAT, chord, piece.voicings[beat]))
    return tuple(spans)


def _hold_pad(task: BarTask, sketch: Sketch, before: CueBar | None, piece: _Piece) -> bool:
    """Hold a pad on where its chord stays for another bar of the phrase; whether it was held."""
    bar = task.bar
    if before is None or not task.spans or "harmony" not in before.section.roles:
        return False
    pads = piece.playings[before.section.theme].comp[before.level] == "pad" and task.playing.comp[bar.level] == "pad"
    same = piece.theme.chords[bar.beat] == piece.theme.chords[bar.beat - 1] and len(task.spans) == 1
    if not (pads and same and bar.phrase_place % 2 == 1):
        return False
    for note in sketch.roles[HARMONY][-8:]:
        if note.end == bar.step:
            note.length += task.end
    return True


def _tunes_by_bar(piece: _Piece) -> list[list[ThemeNote]]:
    tunes: list[list[ThemeNote]] = [[] for _ in piece.bars]
    number = 0
    for note in piece.theme.melody:
        while number + 1 < len(piece.bars) and note.start >= piece.bars[number + 1].step:
            number += 1
        tunes[number].append(note)
    return tunes


def _end_melody(sketch: Sketch, piece: _Piece) -> None:
    """The tune's last note, over the last chord."""
    end = piece.cue.end_beat * STEPS_PER_BEAT
    for note in piece.theme.melody:
        if note.start >= end:
            velocity = 66 + 42 * piece.cue.sections[-1].energy[1]
            sketch.add(MELODY, note.start, note.length, note.pitch, velocity)
