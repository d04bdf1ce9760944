"""Theme cards: the memory of a piece.

A card holds what makes a theme *that* theme: a chord loop, a two-bar motif at three densities, a second
phrase, and how the tune moves on (sequence, form, lift, cadence). Cards are drawn once per piece from the cue
sheet; ``realise`` spells them out on the beat grid, and ``card_features`` turns that into numbers for the
network. The teacher of the training corpus and the model at inference read the same cards, so a tune can be
kept, swapped or asked for.

Everything is tonic-normalised (0 = the tonic). The realised melody is *not* snapped to chords: that is the
composer's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import SCALES, CueSheet
from vem_plugin.score.cue_bars import CueBar, bars_of
from vem_plugin.score.motif import BAR, Motif, MotifNote, draw_answer, draw_motif, thin_motif
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.progressions import Loop, LoopChord, closing_of, last_push_of, loops_for, tonic_of

MOTIF_DENSITIES: dict[str, tuple[int, int, int]] = {
    "epic": (0, 1, 1),
    "trailer": (0, 0, 1),
    "action": (0, 1, 2),
    "emotional": (0, 1, 1),
    "documentary": (0, 0, 1),
    "corporate": (0, 1, 1),
    "pop": (1, 2, 2),
    "folk": (0, 1, 2),
    "lofi": (0, 1, 1),
    "ambient": (0, 0, 0),
    "tense": (0, 0, 1),
    "thriller": (0, 1, 1),
    "electronic": (0, 1, 2),
    "synthwave": (0, 1, 1),
    "playful": (1, 2, 2),
}
"""How busy a style's tune is in a sparse, a medium and a full bar."""

Phrase = tuple[bool, bool]
"""A two-bar phrase of a form: whether it is the second phrase (not the motif), and whether it is shifted."""

FORMS: tuple[tuple[Phrase, Phrase, Phrase, Phrase], ...] = (
    ((False, False), (False, True), (False, False), (False, True)),
    ((False, False), (False, True), (True, False), (False, True)),
    ((False, False), (False, False), (True, False), (False, True)),
)
"""Eight-bar forms: A A' A A', A A' B A', A A B A'."""

CENTRES = (72, 74, 76, 79)
"""Melody centres (MIDI, tonic-normalised), all above the harmony, which sits at 48 to 66."""
HIGHEST_PITCH = 96
REACH = 4
"""Semitones between the note called degree 0 and the centre of the melody."""


@dataclass(frozen=True, slots=True)
class ThemeCard:
    """One theme.

    ``loop`` has four chords; ``motif`` and ``answer`` hold three thinnings, for density levels 0, 1 and 2;
    ``shift`` moves a repeated phrase by diatonic steps; ``form`` indexes ``FORMS``; ``lift`` is added to the
    melody in full bars, in semitones (0 or 12); ``cadence`` is the degree on which phrases rest.
    """

    loop: Loop
    motif: tuple[Motif, Motif, Motif]
    answer: tuple[Motif, Motif, Motif]
    shift: int
    form: int
    lift: int
    cadence: int


@dataclass(frozen=True, slots=True)
class ThemeCards:
    """The themes of a piece (A, B, C by number), and what they share.

    ``bars_per_chord`` is the harmonic rate; ``melody_centre`` a MIDI pitch; ``closing`` the chord of the last
    bar but one, which leads home.
    """

    themes: tuple[ThemeCard, ThemeCard, ThemeCard]
    bars_per_chord: int
    melody_centre: int
    closing: LoopChord


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
    ``melody`` the notes of the tune in order; ``resting`` the beats of bars that end a phrase.
    """

    chords: tuple[LoopChord, ...]
    next_roots: tuple[int, ...]
    next_basses: tuple[int, ...]
    melody: tuple[ThemeNote, ...]
    resting: frozenset[int]


def draw_cards(cue: CueSheet, rng: np.random.Generator) -> ThemeCards:
    """Draw the theme cards of a piece.

    Parameters
    ----------
    cue : CueSheet
        Style and mode decide which loops and how busy a tune may be.
    rng : numpy.random.Generator
        The same state gives the same cards.
    """
    slow = cue.style == "ambient" or (cue.style in ("epic", "tense") and rng.random() < 0.3)
    centre = int(rng.choice(CENTRES))
    closings = closing_of(cue.mode)
    closing = closings[0] if rng.random() < 0.75 else closings[-1]
    first, second, third = _draw_themes(cue, rng, may_lift=centre <= CENTRES[1])
    return ThemeCards((first, second, third), 2 if slow else 1, centre, closing)


def _draw_themes(cue: CueSheet, rng: np.random.Generator, *, may_lift: bool) -> list[ThemeCard]:
    loops = loops_for(cue.style, cue.mode)
    picks = rng.permutation(max(3, len(loops)))[:3] % len(loops)
    densities = MOTIF_DENSITIES[cue.style]
    themes = []
    for pick in picks:
        motif = draw_motif(rng, densities[2])
        answer = draw_answer(rng, motif, densities[2])
        themes.append(
            ThemeCard(
                loop=loops[pick],
                motif=_thinned(motif, densities),
                answer=_thinned(answer, densities),
                shift=int(rng.choice((-1, 1, 2, 0))),
                form=int(rng.integers(len(FORMS))),
                lift=12 if may_lift and rng.random() < 0.4 else 0,
                cadence=int(rng.choice((0, 2, 4), p=(0.5, 0.25, 0.25))),
            )
        )
    return themes


def _thinned(motif: Motif, densities: tuple[int, int, int]) -> tuple[Motif, Motif, Motif]:
    low, middle, full = (motif if wanted == densities[2] else thin_motif(motif, wanted) for wanted in densities)
    return low, middle, full


def realise(cue: CueSheet, cards: ThemeCards) -> RealisedTheme:
    """Spell the cards out over a cue sheet: a chord for every beat, and the tune where the melody may play.

    The tune comes with form, shift, thinning, lift and the cadence notes of its phrases; from ``end_beat`` on
    the chord is the tonic and the melody holds one note to the end.
    """
    bars = bars_of(cue)
    chords: list[LoopChord] = []
    for index, bar in enumerate(bars):
        chords.extend(_chords_of_bar(cue, cards, bar, bars_left=len(bars) - 1 - index))
    firsts = [chords[bar.beat] for bar in bars[1:]] + [tonic_of(cue.mode)]
    following = [chord for bar, chord in zip(bars, firsts, strict=True) for _ in range(bar.beats)]
    resting = frozenset(beat for bar in bars if bar.ends_phrase for beat in range(bar.beat, bar.beat + bar.beats))
    return RealisedTheme(
        chords=tuple(chords),
        next_roots=tuple(chord.root for chord in following),
        next_basses=tuple(chord.bass for chord in following),
        melody=_melody_of(cue, cards, bars),
        resting=resting,
    )


def _chords_of_bar(cue: CueSheet, cards: ThemeCards, bar: CueBar, *, bars_left: int) -> list[LoopChord]:
    """Chords of a bar, one a beat: the loop; the closing chord before the last bar; the tonic at the end."""
    tonic = tonic_of(cue.mode)
    if bars_left == 0:
        return [
            tonic if beat >= cue.end_beat else last_push_of(cue.mode) for beat in range(bar.beat, bar.beat + bar.beats)
        ]
    card = cards.themes[bar.section.theme]
    chord = card.loop[(bar.phrase_place // cards.bars_per_chord) % len(card.loop)]
    if bars_left == 1 and bar.phrase_of > 1:
        chord = cards.closing
    return [tonic if beat >= cue.end_beat else chord for beat in range(bar.beat, bar.beat + bar.beats)]


def melody_ladder(cue: CueSheet, cards: ThemeCards) -> tuple[list[int], int]:
    """Pitches of the scale around the melody, ascending, and the place among them of degree 0."""
    scale = SCALES[cue.mode]
    centre = cards.melody_centre
    ladder = [pitch for pitch in range(centre - 16, centre + 24) if pitch % 12 in scale]
    triad = {0, 7, 4 if 4 in scale else 3}
    home = min(
        (place for place, pitch in enumerate(ladder) if pitch % 12 in triad),
        key=lambda place: abs(ladder[place] - (centre - REACH)),
    )
    return ladder, home


def _melody_of(cue: CueSheet, cards: ThemeCards, bars: tuple[CueBar, ...]) -> tuple[ThemeNote, ...]:
    ladder, home = melody_ladder(cue, cards)
    end = cue.end_beat * STEPS_PER_BEAT
    notes: list[ThemeNote] = []
    for bar in bars:
        if "melody" not in bar.section.roles:
            continue
        card = cards.themes[bar.section.theme]
        tune, shift = _tune_of_bar(card, bar)
        lift = card.lift if bar.level == 2 else 0
        for note in tune:
            start = bar.step + note.start
            if start >= end:
                continue
            place = home + note.degree + shift
            pitch = ladder[max(0, min(len(ladder) - 1, place))] + lift
            length = min(note.length, bar.step + bar.steps - start, end - start)
            notes.append(ThemeNote(start, length, pitch - 12 if pitch > HIGHEST_PITCH else pitch))
    if "melody" in cue.sections[-1].roles:
        last = min((p for p in ladder if p % 12 == 0), key=lambda p: abs(p - cards.melody_centre))
        notes.append(ThemeNote(end, cue.beats * STEPS_PER_BEAT - end, last))
    return tuple(notes)


def _tune_of_bar(card: ThemeCard, bar: CueBar) -> tuple[list[MotifNote], int]:
    """Notes of the tune in a bar, counted from its downbeat, and the diatonic shift of its phrase."""
    second, shifted = FORMS[card.form][(bar.phrase_place // 2) % 4]
    source = (card.answer if second and bar.phrase_of >= 6 else card.motif)[bar.level]
    half = bar.phrase_place % 2
    tune = [note._replace(start=note.start - BAR * half) for note in source if note.start // BAR == half]
    shift = card.shift if shifted else 0
    if bar.ends_phrase:
        return _cadence(tune, bar.steps, card.cadence - shift), shift
    return [note for note in tune if note.start < bar.steps], shift


def _cadence(tune: list[MotifNote], steps: int, degree: int) -> list[MotifNote]:
    """End a phrase: the first half of the bar as it is, then one long note."""
    half = BAR // 2
    kept = [
        note._replace(length=min(note.length, half - note.start))
        for note in tune
        if note.start < half and note.start + STEPS_PER_BEAT <= steps
    ]
    if steps > half:
        return [*kept, MotifNote(half, steps - half, degree)]
    return kept or [MotifNote(0, steps, degree)]


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
