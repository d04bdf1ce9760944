"""Theme cards: what is drawn, what is realised on the grid, and how it is written as numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from vem_plugin.score.chords import LoopChord
from vem_plugin.score.cue import METRES, MODES, SCALES, STYLES, CueSheet
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.progressions import tonic_of
from vem_plugin.score.theme import (
    CARD_FEATURES,
    END_FLAG,
    HIGHEST_PITCH,
    HOLD,
    LOOP_BASS,
    LOOP_ROOT,
    LOOP_TONES,
    LOWEST_PITCH,
    NEXT_ROOT,
    ONSET,
    PITCH_CLASS,
    STEP_SIZE,
    TUNE,
    TUNE_FLAG,
    RealisedTheme,
    ThemeCards,
    card_features,
    draw_cards,
    realise,
)

MakeCue = Callable[..., CueSheet]


def theme_of(cue: CueSheet, seed: int) -> RealisedTheme:
    return realise(cue, draw_cards(cue, np.random.default_rng(seed)))


def notes_between(theme: RealisedTheme, first: int, last: int) -> list[tuple[int, int, int]]:
    """Notes that begin in these beats, counted from the first."""
    return [(n.start - 4 * first, n.length, n.pitch) for n in theme.melody if 4 * first <= n.start < 4 * last]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("metre", METRES)
def test_every_style_mode_and_metre_sings_in_range_in_its_bars_and_over_its_chords(
    make_cue: MakeCue, style: str, metre: int
) -> None:
    for seed, mode in enumerate(MODES):
        cue = make_cue(8, 5, 4, style=style, mode=mode, metre=metre, themes=(0, 1, 0), energies=(0.2, 0.9, 0.5))
        theme = theme_of(cue, seed)
        assert len(theme.chords) == len(theme.next_roots) == len(theme.next_basses) == cue.beats
        for before, after in pairwise(theme.melody):
            assert before.start + before.length <= after.start
        edges = [bar.step for bar in bars_of(cue)] + [4 * cue.beats]
        for note in theme.melody:
            chord = theme.chords[note.start // 4]
            assert note.length >= 1
            assert note.start + note.length <= next(edge for edge in edges if edge > note.start)
            assert LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH
            assert note.pitch % 12 in {*SCALES[mode], *chord.tones}


@pytest.mark.parametrize("style", STYLES)
def test_long_notes_are_chord_tones_and_the_others_colour(make_cue: MakeCue, style: str) -> None:
    good = total = coloured = half_long = 0
    for seed in range(12):
        cue = make_cue(8, 8, style=style, mode=MODES[seed % 6], themes=(0, 1))
        theme = theme_of(cue, seed)
        long = [note for note in theme.melody if note.length > 8]
        good += sum(note.pitch % 12 in theme.chords[note.start // 4].tones for note in long)
        total += len(long)
        for note in theme.melody:
            if 6 <= note.length <= 8:
                tones = theme.chords[note.start // 4].tones
                coloured += any((note.pitch - tone) % 12 in (1, 11) for tone in tones) and note.pitch % 12 not in tones
                half_long += 1
    assert good >= 0.99 * total
    assert coloured <= 0.01 * half_long


def test_one_seed_draws_one_set_of_cards_and_themes_differ(make_cue: MakeCue) -> None:
    cue = make_cue(8)
    draw = [draw_cards(cue, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert draw[0] == draw[1] != draw[2]
    assert len({card.tune for card in draw[0].themes}) == 3


def test_cards_survive_json(make_cue: MakeCue) -> None:
    cards = draw_cards(make_cue(8, style="tense", mode="phrygian"), np.random.default_rng(5))
    assert msgspec.json.decode(msgspec.json.encode(cards), type=ThemeCards) == cards


def test_the_loop_goes_round_and_comes_home(make_cue: MakeCue) -> None:
    cue = make_cue(8, 2, style="pop")
    cards = next(
        c for c in (draw_cards(cue, np.random.default_rng(s)) for s in range(99)) if len(c.themes[0].loop) == 4
    )
    theme = realise(cue, cards)
    loop = cards.themes[0].loop
    for bar in bars_of(cue)[:8]:
        assert theme.chords[bar.beat] == loop[bar.place % 4][0]
        assert theme.chords[bar.beat + 3] == loop[bar.place % 4][-1]
    assert theme.chords[8 * 4] == cards.closing[0]
    assert theme.chords[-1] == tonic_of("major")
    assert theme.next_roots[0] == theme.chords[4].root
    assert theme.next_basses[0] == theme.chords[4].bass
    assert theme.next_roots[-1] == 0


@pytest.mark.parametrize("rise", [1, 2, 3, 5, -2])
def test_a_modulation_is_led_by_the_dominant_of_the_new_key(make_cue: MakeCue, rise: int) -> None:
    """In the coordinates of the section it ends; the bar after it is told in the same ones."""
    cue = make_cue(4, 4, 4, shifts=(0, rise, rise))
    theme = theme_of(cue, 3)
    dominant = (7 + rise) % 12
    assert theme.chords[12] == LoopChord(dominant, "dom7sus4")
    assert theme.chords[15] == LoopChord(dominant, "dom7")
    assert theme.next_roots[15] == (theme.chords[16].root + rise) % 12
    assert theme.next_roots[31] == theme.chords[32].root
    for start, _, pitch in notes_between(theme, 12, 16):
        if start % 8 == 0:
            tones = theme.chords[12 + start // 4].tones
            assert pitch % 12 in tones or not any((pitch - tone) % 12 in (1, 11) for tone in tones)


def test_a_tune_goes_on_through_quick_cuts(make_cue: MakeCue) -> None:
    """Eight bars cut into eight sections of one theme sound like eight bars in one section."""
    whole, cut = make_cue(8), make_cue(*[1] * 8)
    cards = draw_cards(whole, np.random.default_rng(6))
    assert realise(whole, cards).melody == realise(cut, cards).melody


@pytest.mark.parametrize("style", STYLES)
def test_a_theme_returns_as_it_was(make_cue: MakeCue, style: str) -> None:
    theme = theme_of(make_cue(4, 4, 4, 2, style=style, themes=(0, 1, 0, 2)), 8)
    assert notes_between(theme, 0, 16) == notes_between(theme, 32, 48) != notes_between(theme, 16, 32)


@pytest.mark.parametrize("style", STYLES)
def test_a_quiet_return_is_the_same_tune_with_fewer_notes(make_cue: MakeCue, style: str) -> None:
    kept = total = 0
    for seed in range(8):
        theme = theme_of(make_cue(4, 4, 4, 4, style=style, themes=(0, 1, 0, 1), energies=(0.8, 0.8, 0.2, 0.8)), seed)
        full = {(start, pitch % 12) for start, _, pitch in notes_between(theme, 0, 14)}
        quiet = {(start, pitch % 12) for start, _, pitch in notes_between(theme, 32, 46)}
        assert 1 <= len(quiet) <= len(full)
        kept, total = kept + len(quiet & full), total + len(quiet)
    assert kept >= 0.8 * total


def test_phrases_cut_short_come_to_rest_and_the_last_note_rings(make_cue: MakeCue) -> None:
    for seed in range(20):
        theme = theme_of(make_cue(3, 5, themes=(0, 1)), seed)
        resting = max(n.start + n.length for n in theme.melody if n.start < 48)
        assert resting == 48
        assert max(n.length for n in theme.melody if 32 <= n.start < 48) >= 8
        assert (theme.melody[-1].start, theme.melody[-1].length) == (28 * 4, 16)
        assert theme.melody[-1].pitch % 12 == 0


def test_features_say_what_was_realised(make_cue: MakeCue) -> None:
    for seed, style in enumerate(STYLES):
        cue = make_cue(5, 3, 2, style=style, mode=MODES[seed % 6], metre=METRES[seed % 3], themes=(0, 1, 2))
        theme = theme_of(cue, seed)
        features = card_features(cue, theme)
        assert features.shape == (cue.beats, CARD_FEATURES)
        assert features.dtype == np.float32
        assert features[:, LOOP_ROOT].argmax(1).tolist() == [chord.root for chord in theme.chords]
        assert features[:, LOOP_BASS].argmax(1).tolist() == [chord.bass for chord in theme.chords]
        assert features[:, NEXT_ROOT].argmax(1).tolist() == list(theme.next_roots)
        assert (features[:, LOOP_ROOT].sum(1) == 1).all()
        for beat, chord in enumerate(theme.chords):
            assert np.flatnonzero(features[beat, LOOP_TONES]).tolist() == list(chord.tones)
        steps = features[:, TUNE].reshape(-1, STEP_SIZE)
        assert np.flatnonzero(steps[:, ONSET]).tolist() == [note.start for note in theme.melody]
        assert steps[:, HOLD].sum() == sum(note.length - 1 for note in theme.melody)
        for note in theme.melody:
            assert steps[note.start, PITCH_CLASS].argmax() == note.pitch % 12
        assert features[:, TUNE_FLAG].all()
        assert np.flatnonzero(features[:, END_FLAG]).tolist() == list(range(cue.end_beat, cue.beats))
