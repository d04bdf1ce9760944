"""Theme cards: the memory of a piece.

A card holds what makes a theme *that* theme: a loop of chords and a tune of eight or sixteen bars composed over it.
Cards are drawn once per piece from the cue sheet; ``realise`` spells them out on the beat grid, and ``card_features``
turns that into numbers for the network. The teacher of the training corpus and the model at inference read the same
cards, so a tune can be kept, swapped or asked for.

Everything is tonic-normalised (0 = the tonic of the section), and already fits its chords: strong notes are chord
tones, or lean on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.chance import happens, pick
from vem_plugin.score.chords import ChordBar, Loop, LoopChord, chord_at
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.cue_bars import CueBar, bars_of, level_of
from vem_plugin.score.forms import compose_tune
from vem_plugin.score.motif import MotifNote, TuneBar, chord_over, fitted, pitch_of, spelling_of, thin
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.progressions import (
    CLOSINGS,
    dominant_into,
    draw_progression,
    last_push_of,
    loops_for,
    manners_of,
    tonic_of,
)
from vem_plugin.score.tune import Ground, Tune, resting_degree
from vem_plugin.score.tune_styles import TUNE_STYLES

THEMES = 3
LOWEST_PITCH, HIGHEST_PITCH = 60, 96
"""Bounds of the melody, inside the lane it has in the raster."""
HIGHEST_LIFTED = 5
"""Highest degree of a compass that may still be lifted by an octave."""


@dataclass(frozen=True, slots=True)
class ThemeCard:
    """One theme.

    ``loop`` is its progression; ``tune`` eight or sixteen bars at its fullest; ``densities`` how busy (0, 1, 2) it is
    in sparse, medium and full bars; ``pickup`` its upbeat, counted back from the barline; ``lift`` is added to the
    melody in full sections, in semitones (0 or 12); ``mode`` and ``metre`` are those it was made in.
    """

    loop: Loop
    tune: Tune
    densities: tuple[int, int, int]
    pickup: TuneBar
    lift: int
    mode: str
    metre: int


@dataclass(frozen=True, slots=True)
class ThemeCards:
    """The themes of a piece (A, B, C by number), and what they share.

    ``bars_per_chord`` is how many bars a bar of the loop lasts; ``closing`` the bar before the last, which leads home.
    """

    themes: tuple[ThemeCard, ThemeCard, ThemeCard]
    bars_per_chord: int
    closing: ChordBar


class ThemeNote(NamedTuple):
    """A note of the realised melody: first sixteenth of the piece, length in sixteenths, pitch."""

    start: int
    length: int
    pitch: int


@dataclass(frozen=True)
class RealisedTheme:
    """Cards spelled out over a cue sheet.

    ``chords`` has one entry a beat (``LoopChord.bass`` is what the bass plays under it), ``next_roots`` and
    ``next_basses`` the root and the bass of the following bar's first chord for every beat (the tonic after the end);
    ``melody`` the notes of the tune in order; ``resting`` the beats of bars that end a phrase. Pitch classes are those
    of the section a beat lies in: what follows a modulation is written from before it.
    """

    chords: tuple[LoopChord, ...]
    next_roots: tuple[int, ...]
    next_basses: tuple[int, ...]
    melody: tuple[ThemeNote, ...]
    resting: frozenset[int]


def draw_cards(cue: CueSheet, rng: np.random.Generator, *, held_out: bool = False) -> ThemeCards:
    """Draw the theme cards of a piece.

    Parameters
    ----------
    cue : CueSheet
        Style, mode and metre decide which loops and tunes there may be.
    rng : numpy.random.Generator
        The same state gives the same cards.
    held_out : bool
        Draw from the loops that are kept from training.
    """
    slow = 2 if happens(rng, manners_of(cue.style).slow) else 1
    closings = CLOSINGS[cue.mode]
    closing = closings[0] if happens(rng, 0.5) else pick(rng, closings)
    loops = loops_for(cue.style, cue.mode, held_out=held_out)
    order = rng.permutation(max(THEMES, len(loops)))
    first, second, third = (_draw_card(cue, rng, loops[place % len(loops)], slow) for place in order[:THEMES])
    return ThemeCards((first, second, third), slow, closing)


def _draw_card(cue: CueSheet, rng: np.random.Generator, loop: Loop, bars_per_chord: int) -> ThemeCard:
    style = TUNE_STYLES[cue.style]
    progression = draw_progression(rng, cue.style, cue.mode, loop)
    compass = pick(rng, style.compasses)
    ground = Ground(progression, bars_per_chord, cue.mode, cue.metre)
    tune, upbeat = compose_tune(rng, cue.style, ground, compass)
    lift = 12 if compass[1] <= HIGHEST_LIFTED and happens(rng, style.lift) else 0
    return ThemeCard(progression, tune, style.densities, upbeat, lift, cue.mode, cue.metre)


def realise(cue: CueSheet, cards: ThemeCards) -> RealisedTheme:
    """Spell the cards out over a cue sheet: a chord for every beat, and the tune where the melody may play.

    The last bar before a modulation gets the dominant of the new key; from ``end_beat`` on the chord is the tonic and
    the melody holds one note to the end.
    """
    bars = bars_of(cue)
    bar_chords = [_chords_of_bar(cue, cards, bars, number) for number in range(len(bars))]
    chords = [
        tonic_of(cue.mode) if bar.beat + beat >= cue.end_beat else chord_at(told, beat, bar.beats)
        for bar, told in zip(bars, bar_chords, strict=True)
        for beat in range(bar.beats)
    ]
    next_roots: list[int] = []
    next_basses: list[int] = []
    for bar, following in zip(bars, (*bars[1:], None), strict=True):
        chord = chords[following.beat] if following else tonic_of(cue.mode)
        rise = following.section.shift - bar.section.shift if following else 0
        next_roots += [(chord.root + rise) % 12] * bar.beats
        next_basses += [(chord.bass + rise) % 12] * bar.beats
    resting = frozenset(beat for bar in bars if bar.ends_phrase for beat in range(bar.beat, bar.beat + bar.beats))
    melody = _melody_of(cue, cards, bars, bar_chords)
    return RealisedTheme(tuple(chords), tuple(next_roots), tuple(next_basses), melody, resting)


def _ground(card: ThemeCard, cards: ThemeCards) -> Ground:
    return Ground(card.loop, cards.bars_per_chord, card.mode, card.metre)


def _chords_of_bar(cue: CueSheet, cards: ThemeCards, bars: tuple[CueBar, ...], number: int) -> ChordBar:
    """Chords of a bar: the loop; a dominant before a modulation; the closing chords before the last bar."""
    bar, bars_left = bars[number], len(bars) - 1 - number
    if not bars_left:
        return (last_push_of(cue.mode),)
    rise = bars[number + 1].section.shift - bar.section.shift
    if rise:
        return dominant_into(rise)
    if bars_left == 1 and bar.phrase_of > 1:
        return cards.closing
    return _ground(cards.themes[bar.section.theme], cards).chords(bar.phrase_place)


def _melody_of(
    cue: CueSheet, cards: ThemeCards, bars: tuple[CueBar, ...], bar_chords: list[ChordBar]
) -> tuple[ThemeNote, ...]:
    end = cue.end_beat * STEPS_PER_BEAT
    notes: list[ThemeNote] = []
    for bar, chords in zip(bars, bar_chords, strict=True):
        if "melody" not in bar.section.roles:
            continue
        card = cards.themes[bar.section.theme]
        lift = card.lift if bar.level == level_of(bar.section.energy[0]) == level_of(bar.section.energy[1]) == 2 else 0
        for note in _tune_of_bar(card, bar, chords):
            start = bar.step + note.start
            if start >= end:
                continue
            pitch = pitch_of(note.degree, chord_over(chords, note.start, bar.beats), cue.mode) + lift
            length = min(note.length, bar.step + bar.steps - start, end - start)
            notes.append(ThemeNote(start, length, _within(pitch)))
    if "melody" in cue.sections[-1].roles:
        before = notes[-1].pitch if notes else 72
        last = min((60, 72, 84, 96), key=lambda pitch: abs(pitch - before))
        notes.append(ThemeNote(end, cue.beats * STEPS_PER_BEAT - end, last))
    return tuple(notes)


def _within(pitch: int) -> int:
    """A pitch inside the melody's bounds, by octaves."""
    while pitch > HIGHEST_PITCH:
        pitch -= 12
    while pitch < LOWEST_PITCH:
        pitch += 12
    return pitch


def _tune_of_bar(card: ThemeCard, bar: CueBar, chords: ChordBar) -> TuneBar:
    """Notes of the tune in a bar, counted from its downbeat, at the bar's density and over its chords."""
    place = bar.phrase_place % len(card.tune)
    told = card.tune[place]
    density = card.densities[bar.level]
    if density != card.densities[2]:
        told = thin(told, density, card.metre)
    notes = [note for note in told if note.start < bar.steps]
    runs_out = bar.phrase_place == bar.phrase_of - 1
    if runs_out and place % 8 != 7:
        notes = _cut_short(notes, bar, chords, card)
    elif not runs_out and place % 4 == 3 and bar.level and card.pickup and bar.beats == card.metre:
        notes = _with_pickup(notes, card.pickup, bar.steps)
    if notes and bar.steps > card.metre * STEPS_PER_BEAT:
        notes[-1] = notes[-1]._replace(length=bar.steps - notes[-1].start)
    return fitted(notes, chords, bar.beats, card.mode)


def _with_pickup(notes: list[MotifNote], pickup: TuneBar, steps: int) -> list[MotifNote]:
    """A bar that makes room at its end for an upbeat into the next."""
    first = steps + pickup[0].start
    kept = [note._replace(length=min(note.length, first - note.start)) for note in notes if note.start < first]
    return [*kept, *(note._replace(start=steps + note.start) for note in pickup)]


def _cut_short(notes: list[MotifNote], bar: CueBar, chords: ChordBar, card: ThemeCard) -> list[MotifNote]:
    """End a phrase before its time: the first half of the bar as it is, then one long note of rest."""
    half = STEPS_PER_BEAT * ((bar.beats + 1) // 2)
    kept = [note._replace(length=min(note.length, half - note.start)) for note in notes if note.start < half]
    start = half if kept and half < bar.steps else 0
    tones = spelling_of(chord_over(chords, start, bar.beats), card.mode)[1]
    near = kept[-1].degree if kept else notes[0].degree if notes else 0
    final = resting_degree(near, tones, closing=True, low=near - 3, high=near + 3)
    return [*(kept if start else ()), MotifNote(start, bar.steps - start, final)]


LOOP_ROOT = slice(0, 12)
LOOP_TONES = slice(12, 24)
NEXT_ROOT = slice(24, 36)
LOOP_BASS = slice(36, 48)
TUNE = slice(48, 108)
LOOP = slice(0, 48)
"""Root, tones, next root and bass together."""
STEP_SIZE = 15
ONSET, HOLD, PITCH_CLASS, HEIGHT = 0, 1, slice(2, 14), 14
LOOP_FLAG, TUNE_FLAG, REST_FLAG, END_FLAG = 108, 109, 110, 111
CARD_FEATURES = 112
HEIGHT_CENTRE, HEIGHT_SPAN = 76, 12


def card_features(cue: CueSheet, theme: RealisedTheme) -> NDArray[np.float32]:
    """Write a realised theme as numbers, one row a beat.

    Columns: ``LOOP_ROOT`` (one-hot), ``LOOP_TONES`` (chroma), ``NEXT_ROOT`` (one-hot),
    ``LOOP_BASS`` (one-hot); in ``TUNE`` four
    sixteenths of ``STEP_SIZE`` numbers each: ``ONSET``, ``HOLD`` (0 or 1), ``PITCH_CLASS`` (one-hot),
    ``HEIGHT`` (octaves from MIDI 76); then flags: ``LOOP_FLAG`` (the loop is told), ``TUNE_FLAG`` (the tune
    is told: the melody may play), ``REST_FLAG`` (a phrase ends in this bar), ``END_FLAG`` (the last chord
    rings).

    Returns
    -------
    numpy.ndarray
        float32, shape (beats, 112).
    """
    features = np.zeros((cue.beats, CARD_FEATURES), np.float32)
    for beat, (chord, following) in enumerate(zip(theme.chords, theme.next_roots, strict=True)):
        row = features[beat]
        row[chord.root] = row[NEXT_ROOT.start + following] = row[LOOP_BASS.start + chord.bass] = 1
        row[[LOOP_TONES.start + tone for tone in chord.tones]] = 1
    features[:, LOOP_FLAG] = 1
    for section in cue.sections:
        if "melody" in section.roles:
            features[section.start : section.start + section.beats, TUNE_FLAG] = 1
    features[sorted(theme.resting), REST_FLAG] = 1
    features[cue.end_beat :, END_FLAG] = 1
    by_step = features[:, TUNE].reshape(-1, STEPS_PER_BEAT, STEP_SIZE).copy().reshape(-1, STEP_SIZE)
    for note in theme.melody:
        sounding = by_step[note.start : note.start + note.length]
        sounding[:, HOLD] = 1
        sounding[0, HOLD], sounding[0, ONSET] = 0, 1
        sounding[:, PITCH_CLASS.start + note.pitch % 12] = 1
        sounding[:, HEIGHT] = (note.pitch - HEIGHT_CENTRE) / HEIGHT_SPAN
    features[:, TUNE] = by_step.reshape(cue.beats, -1)
    return features
