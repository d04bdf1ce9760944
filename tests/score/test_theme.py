"""Theme cards: what is drawn, what is realised on the grid, and how it is written as numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from vem_plugin.score.cue import MODES, SCALES, STYLES, CueSheet, Role, Section
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.motif import BAR, HIGHEST, LOWEST, draw_motif, thin_motif
from vem_plugin.score.progressions import loops_for, tonic_of
from vem_plugin.score.theme import (
    CARD_FEATURES,
    END_FLAG,
    HOLD,
    LOOP_ROOT,
    LOOP_TONES,
    NEXT_ROOT,
    ONSET,
    PITCH_CLASS,
    STEP_SIZE,
    TUNE,
    TUNE_FLAG,
    card_features,
    draw_cards,
    realise,
)
from vem_plugin.training.corpus.random_cue import random_cue

ALL: frozenset[Role] = frozenset({"drums", "bass", "harmony", "counter", "melody"})


def _cue(*bars: tuple[int, ...], themes: tuple[int, ...] | None = None, energy: float = 0.5) -> CueSheet:
    sections, start = [], 0
    for number, section_bars in enumerate(bars):
        theme = themes[number] if themes else 0
        sections.append(Section(start, section_bars, (energy, energy), 0.4, 0.3, theme, ALL))
        start += sum(section_bars)
    return CueSheet("folk", "major", 0, 100.0, tuple(sections), {}, frozenset(), start - bars[-1][-1])


@pytest.mark.parametrize("style", STYLES)
def test_cards_hold_loops_of_their_style_and_motifs_of_three_densities(style: str) -> None:
    for mode in MODES:
        cue = replace(_cue((4, 4, 4, 4)), style=style, mode=mode)
        cards = draw_cards(cue, np.random.default_rng(4))
        for card in cards.themes:
            assert card.loop in loops_for(style, mode)
            counts = [len(motif) for motif in card.motif]
            assert counts == sorted(counts)
            for note in (*card.motif[2], *card.answer[2]):
                assert 0 <= note.start < note.start + note.length <= 2 * BAR
                assert LOWEST <= note.degree <= HIGHEST
        assert len({card.motif for card in cards.themes}) == 3


def test_thinning_keeps_the_notes_of_the_beats_that_stay() -> None:
    for seed in range(50):
        motif = draw_motif(np.random.default_rng(seed), 2)
        full = {note.start: note.degree for note in motif}
        for density in (0, 1):
            for note in thin_motif(motif, density):
                assert full[note.start] == note.degree


def test_one_seed_draws_one_set_of_cards() -> None:
    cue = _cue((4,) * 8)
    draw = [draw_cards(cue, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert draw[0] == draw[1] != draw[2]


def test_the_loop_goes_round_and_comes_home() -> None:
    cue = _cue((4,) * 8, (4, 4))
    cards = draw_cards(cue, np.random.default_rng(0))
    theme = realise(cue, cards)
    loop = cards.themes[0].loop
    per_bar = [theme.chords[bar.beat] for bar in bars_of(cue)]
    assert per_bar[:8] == [loop[place % 4] for place in range(8)]
    assert per_bar[8:] == [cards.closing, tonic_of("major")]
    assert theme.next_roots[0] == per_bar[1].root


def test_a_tune_goes_on_through_quick_cuts() -> None:
    """Eight bars cut into eight sections of one theme sound like eight bars in one section."""
    whole, cut = _cue((4,) * 8), _cue(*[(4,)] * 8)
    cards = draw_cards(whole, np.random.default_rng(6))
    assert realise(whole, cards).melody == realise(cut, cards).melody


def test_a_theme_returns_as_it_was() -> None:
    cue = _cue((4,) * 4, (4,) * 4, (4,) * 4, (4, 4), themes=(0, 1, 0, 2))
    theme = realise(cue, draw_cards(cue, np.random.default_rng(8)))
    first = [(n.start, n.length, n.pitch) for n in theme.melody if n.start < 64]
    third = [(n.start - 128, n.length, n.pitch) for n in theme.melody if 128 <= n.start < 192]
    assert first == third


def test_phrases_rest_on_a_long_note_and_the_last_one_rings() -> None:
    cue = _cue((4,) * 4, (4,) * 4, themes=(0, 1))
    melody = realise(cue, draw_cards(cue, np.random.default_rng(2))).melody
    assert (3 * 16 + 8, 8) in {(note.start, note.length) for note in melody}
    assert melody[-1].start == 28 * 4
    assert melody[-1].length == 16
    assert melody[-1].pitch % 12 == 0


@pytest.mark.parametrize("seed", range(40))
def test_realised_tunes_stay_in_scale_in_register_and_in_their_sections(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cue = random_cue(rng)
    melody = realise(cue, draw_cards(cue, rng)).melody
    singing = {
        step for s in cue.sections if "melody" in s.roles for step in range(4 * s.start, 4 * (s.start + s.beats))
    }
    for before, after in pairwise(melody):
        assert before.start + before.length <= after.start
    for note in melody:
        assert note.start in singing
        assert note.length >= 1
        assert note.start + note.length <= 4 * cue.beats
        assert note.pitch % 12 in SCALES[cue.mode]
        assert 58 <= note.pitch <= 96


@pytest.mark.parametrize("seed", range(20))
def test_features_say_what_was_realised(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    cue = random_cue(rng)
    cards = draw_cards(cue, rng)
    theme = realise(cue, cards)
    features = card_features(cue, theme)
    assert features.shape == (cue.beats, CARD_FEATURES)
    assert features.dtype == np.float32
    assert features[:, LOOP_ROOT].argmax(1).tolist() == [chord.root for chord in theme.chords]
    assert features[:, NEXT_ROOT].argmax(1).tolist() == list(theme.next_roots)
    assert (features[:, LOOP_ROOT].sum(1) == 1).all()
    for beat, chord in enumerate(theme.chords):
        assert np.flatnonzero(features[beat, LOOP_TONES]).tolist() == list(chord.tones)
    steps = features[:, TUNE].reshape(-1, STEP_SIZE)
    assert np.flatnonzero(steps[:, ONSET]).tolist() == [note.start for note in theme.melody]
    assert steps[:, HOLD].sum() == sum(note.length - 1 for note in theme.melody)
    for note in theme.melody:
        assert steps[note.start, PITCH_CLASS].argmax() == note.pitch % 12
    singing = [beat for s in cue.sections if "melody" in s.roles for beat in range(s.start, s.start + s.beats)]
    assert np.flatnonzero(features[:, TUNE_FLAG]).tolist() == singing
    assert np.flatnonzero(features[:, END_FLAG]).tolist() == list(range(cue.end_beat, cue.beats))
