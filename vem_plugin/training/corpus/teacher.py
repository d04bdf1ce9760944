"""The teacher: a rule-based composer whose pieces the model learns from.

It reads a cue sheet and theme cards and writes every role bar by bar, then strikes the hits, clears the stops and rings
the last chord out. Its musicality is the ceiling of the model's, so it errs on the side of good habits: voices that
lead, a steady groove per theme, layers that enter one by one, builds and breakdowns where the energy asks for them, a
tune that returns. Pieces are tonic-normalised: the tonic is C whatever the cue sheet's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import SCALES, CueSheet, Role, Section
from vem_plugin.score.cue_bars import CueBar, bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT, Chord
from vem_plugin.score.theme import RealisedTheme, ThemeCards, ThemeNote, realise
from vem_plugin.training.corpus.bar_task import BarTask, Manner, Playing, Span, velocity_curve
from vem_plugin.training.corpus.counter_line import CounterLine
from vem_plugin.training.corpus.drum_part import choose_fill, play_drums
from vem_plugin.training.corpus.hits import Voicings, keep_stops, mark_hits, ring_out
from vem_plugin.training.corpus.manner import draw_manner, draw_playings
from vem_plugin.training.corpus.parts import PAD, comp_of, play_bass, play_counter, play_harmony, play_melody
from vem_plugin.training.corpus.sketch import HARMONY, MELODY, Sketch
from vem_plugin.training.corpus.voicing import voice_chord

OPEN_HANDS = frozenset({"epic", "trailer", "emotional", "ambient", "tense"})
"""Styles whose chords spread like a choir's or a string section's."""
LOW_HANDS = {"epic": 56, "trailer": 55, "ambient": 56, "tense": 55, "thriller": 56}
HARMONY_CENTRE = 58
VALENCE_LIFT = 4
"""Semitones by which the harmony's middle rises from neutral to bright."""
JUMP, FALL = 0.2, 0.22
"""Change of energy from one section to the next that a build leads into, or that opens a breakdown."""
LINE_LIFT = 2
"""Semitones by which a counter-melody lies above the counter's figures, out of the harmony's way."""
BUILD_FROM = 3
"""Bars that a section has at least if it builds at its end; from twice as many on the build takes two bars."""


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
    return play_theme(cue, realise(cue, cards), rng)


def play_theme(
    cue: CueSheet, theme: RealisedTheme, rng: np.random.Generator
) -> tuple[NDArray[np.void], tuple[Chord, ...]]:
    """Write a piece over a theme that is realised already; see ``compose_by_rule``."""
    manner = draw_manner(cue, rng)
    piece = _Piece(cue, theme, bars_of(cue), draw_playings(cue, rng), manner, _voice(cue, theme))
    sketch = Sketch(cue.beats * STEPS_PER_BEAT)
    _play_bars(sketch, piece)
    ring_out(sketch, cue, voicings=piece.voicings, manner=manner)
    mark_hits(sketch, cue, theme=theme, bars=piece.bars, voicings=piece.voicings, manner=manner)
    keep_stops(sketch, cue)
    chords = tuple(Chord(chord.root, chord.tones) for chord in theme.chords)
    return sketch.fair_copy(rng), chords


@dataclass(frozen=True, slots=True)
class _Piece:
    cue: CueSheet
    theme: RealisedTheme
    bars: tuple[CueBar, ...]
    playings: tuple[Playing, ...]
    manner: Manner
    voicings: Voicings


def _voice(cue: CueSheet, theme: RealisedTheme) -> Voicings:
    """Voice every beat's chord, each from the one before; brighter sections lie higher."""
    middle = LOW_HANDS.get(cue.style, HARMONY_CENTRE)
    voicings: list[tuple[int, ...]] = []
    for section in cue.sections:
        centre = middle + round(VALENCE_LIFT * section.valence)
        for beat in range(section.start, section.start + section.beats):
            chord, before = theme.chords[beat], theme.chords[beat - 1] if beat else None
            if chord == before:
                voicings.append(voicings[-1])
                continue
            previous = voicings[-1] if voicings else ()
            voicings.append(voice_chord(chord, previous, centre, before=before, open_hand=cue.style in OPEN_HANDS))
    return tuple(voicings)


def _play_bars(sketch: Sketch, piece: _Piece) -> None:
    tunes = _tunes_by_bar(piece)
    line = CounterLine(piece.manner.counter_low + LINE_LIFT)
    before: BarTask | None = None
    for number, bar in enumerate(piece.bars):
        task = _task_of(piece, number)
        if "drums" in task.roles:
            play_drums(task, sketch)
        if "bass" in task.roles:
            play_bass(task, sketch)
        if "harmony" in task.roles and not _hold_pad(task, sketch, before):
            play_harmony(task, sketch)
        if "counter" in task.roles:
            play_counter(task, sketch, line, tunes[number] if "melody" in bar.section.roles else [])
        if "melody" in task.roles:
            play_melody(task, sketch, tunes[number])
        before = task
    _end_melody(sketch, piece)


def _task_of(piece: _Piece, number: int) -> BarTask:
    bar, cue = piece.bars[number], piece.cue
    before = piece.bars[number - 1] if number else None
    following = piece.bars[number + 1] if number + 1 < len(piece.bars) else None
    playing = piece.playings[bar.section.theme]
    jump = before is None or bar.energy > before.energy + 0.15
    settled = bar.of >= 4 and (before is None or before.energy < bar.energy + 0.1)
    fill, fill_steps = choose_fill(bar, following, cue.style, cue.metre, playing.fill)
    build = _build_of(piece, bar)
    gap = _gap_of(piece, bar) if build == 1 else 0
    spans = _spans_of(piece, bar)
    return BarTask(
        bar=bar,
        style=cue.style,
        metre=cue.metre,
        scale=SCALES[cue.mode],
        playing=playing,
        manner=piece.manner,
        roles=_entered(piece, bar),
        spans=spans,
        end=min(spans[-1].end, bar.steps - gap) if spans else 0,
        next_bass=piece.theme.next_basses[bar.beat + bar.beats - 1],
        curve=velocity_curve(bar, cue.metre, following.energy if following and not bar.ends_section else bar.energy),
        fill=fill,
        fill_steps=fill_steps,
        crash=bar.place == 0 and bar.level == 2 and (jump or settled),
        build=build,
        gap=gap,
        falling=_falls(piece, bar),
    )


def _build_of(piece: _Piece, bar: CueBar) -> int:
    """Bars left of the build into the next section, this one included; 0 where nothing builds."""
    following = _section_after(piece.cue, bar)
    left = bar.of - bar.place
    if following is None or bar.of < BUILD_FROM or following.energy[0] < bar.section.energy[1] + JUMP:
        return 0
    return left if left <= (2 if bar.of >= 2 * BUILD_FROM else 1) else 0


def _gap_of(piece: _Piece, bar: CueBar) -> int:
    """Steps at the end of a build that are left empty: the last beat of a bar that is whole."""
    if not piece.manner.gap or bar.beats < piece.cue.metre:
        return 0
    return 2 * STEPS_PER_BEAT if piece.cue.metre == 6 else STEPS_PER_BEAT


def _section_after(cue: CueSheet, bar: CueBar) -> Section | None:
    return cue.sections[bar.section_index + 1] if bar.section_index + 1 < len(cue.sections) else None


def _falls(piece: _Piece, bar: CueBar) -> bool:
    """Whether the bar belongs to a section that falls away from the one before it."""
    if not bar.section_index:
        return False
    return piece.cue.sections[bar.section_index - 1].energy[1] > bar.section.energy[0] + FALL


LOUD_OPENING = 0.6
"""Energy from which an opening begins with everybody."""
ENTERING: tuple[Role, ...] = ("harmony", "counter", "bass", "drums")
"""The order in which layers enter; the tune comes when it comes."""


def _entered(piece: _Piece, bar: CueBar) -> frozenset[Role]:
    """Roles that play in a bar: all of the section's, but an opening's enter one by one over its first half."""
    roles = bar.section.roles
    if bar.section_index or bar.of < 4 or bar.energy >= LOUD_OPENING or not piece.manner.layered:
        return roles
    return _layers(roles, bar.place, bar.of)


@lru_cache(maxsize=4096)
def _layers(roles: frozenset[Role], place: int, of: int) -> frozenset[Role]:
    queue = [role for role in ENTERING if role in roles]
    waiting = {role for rank, role in enumerate(queue) if place < rank * (of // 2) // max(1, len(queue) - 1)}
    return roles - waiting


def _spans_of(piece: _Piece, bar: CueBar) -> tuple[Span, ...]:
    """Runs of one chord inside a bar, up to the last chord of the piece."""
    spans: list[Span] = []
    for beat in range(bar.beat, min(bar.beat + bar.beats, piece.cue.end_beat)):
        chord, start = piece.theme.chords[beat], (beat - bar.beat) * STEPS_PER_BEAT
        if spans and spans[-1].chord == chord:
            start = spans.pop().start
        spans.append(Span(start, (beat - bar.beat + 1) * STEPS_PER_BEAT, chord, piece.voicings[beat]))
    return tuple(spans)


def _hold_pad(task: BarTask, sketch: Sketch, before: BarTask | None) -> bool:
    """Hold a pad on where its chord stays for another bar of the phrase; whether it was held."""
    if before is None or "harmony" not in before.roles or not task.spans or before.gap:
        return False
    pads = comp_of(before) == comp_of(task) == PAD and before.bar.level == task.bar.level
    same = len(task.spans) == 1 and before.spans[-1].voicing == task.spans[0].voicing
    if not (pads and same and task.bar.phrase_place % 2 == 1 and task.bar.section is before.bar.section):
        return False
    for note in sketch.roles[HARMONY][-8:]:
        if note.end == task.bar.step:
            note.length += task.end
    return True


def _tunes_by_bar(piece: _Piece) -> list[list[ThemeNote]]:
    tunes: list[list[ThemeNote]] = [[] for _ in piece.bars]
    edges = [bar.step for bar in piece.bars] + [piece.cue.beats * STEPS_PER_BEAT]
    bounds = np.searchsorted([note.start for note in piece.theme.melody], edges)
    for number, (first, last) in enumerate(pairwise(bounds)):
        tunes[number] = list(piece.theme.melody[first:last])
    return tunes


def _end_melody(sketch: Sketch, piece: _Piece) -> None:
    """The tune's last note, over the last chord."""
    end = piece.cue.end_beat * STEPS_PER_BEAT
    for note in piece.theme.melody:
        if note.start >= end:
            velocity = 56 + 46 * piece.cue.sections[-1].energy[1]
            sketch.add(MELODY, note.start, note.length, note.pitch, velocity)
