"""Captions come from a finite bank, say what is so, and keep some wordings for the exam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vem_plugin.score.cue import STYLES, UNTOLD, CueSheet, Role, Section
from vem_plugin.training.corpus.caption_words import SCENES, STYLE_WORDS, TAUGHT_WORDS
from vem_plugin.training.corpus.captions import (
    all_captions,
    caption_for,
    caption_of_cue,
    curve_of,
    tempo_said,
    theme_said,
)
from vem_plugin.training.corpus.held_out_words import HELD_OUT_WORDS
from vem_plugin.training.corpus.random_cue import random_cue

CUES = [random_cue(np.random.default_rng(number)) for number in range(150)]


def _drawn(*, held_out: bool) -> set[str]:
    rng = np.random.default_rng(9)
    said = {caption_of_cue(cue, rng, held_out=held_out) for cue in CUES}
    sections = [(section, cue) for cue in CUES for section in cue.sections]
    return said | {caption_for(section, cue, rng, held_out=held_out) for section, cue in sections}


def test_the_bank_is_finite_and_holds_every_caption_drawn() -> None:
    bank = set(all_captions())
    assert 5000 < len(bank) < 9000
    assert _drawn(held_out=False) | _drawn(held_out=True) <= bank
    assert {section.caption for cue in CUES for section in cue.sections} <= bank


def test_held_out_wordings_are_never_drawn_in_training() -> None:
    taught, kept = _drawn(held_out=False), _drawn(held_out=True)
    assert len(taught) > 400
    assert len(kept) > 100
    assert not taught & kept


def test_captions_never_claim_drums_that_are_silent() -> None:
    rng = np.random.default_rng(1)
    quiet = Section(0, (4, 4), (0.2, 0.2), 0.5, 0.1, 0, frozenset({"harmony", "melody"}))
    cue = CueSheet("ambient", "major", 0, 80.0, (quiet,), {}, frozenset(), 4)
    said = {caption_for(quiet, cue, rng) for _ in range(300)}
    assert any("no drums" in caption for caption in said)
    assert not any("with drums" in caption or "full band" in caption for caption in said)
    assert not any("no melody" in caption for caption in said)


def test_every_style_has_eight_names_that_are_its_own() -> None:
    names = [name for style in STYLES for name in STYLE_WORDS[style]]
    assert all(len(STYLE_WORDS[style]) >= 8 for style in STYLES)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("slot", HELD_OUT_WORDS)
def test_the_exam_has_other_words_for_everything_that_is_taught(slot: str) -> None:
    taught, kept = TAUGHT_WORDS[slot], HELD_OUT_WORDS[slot]
    assert taught.keys() == kept.keys()
    assert not {word for words in taught.values() for word in words} & {
        word for words in kept.values() for word in words
    }


def test_a_piece_without_a_style_is_told_without_one() -> None:
    rng = np.random.default_rng(2)
    cue = replace(CUES[0], style=UNTOLD)
    said = {caption_of_cue(cue, rng) for _ in range(200)} | {caption_for(cue.sections[0], cue, rng) for _ in range(200)}
    words = {word for slot in (STYLE_WORDS, SCENES) for names in slot.values() for word in names}
    assert not any(word in caption for word in words for caption in said)


def test_a_theme_that_comes_back_is_said_to_and_how() -> None:
    roles: frozenset[Role] = frozenset({"bass", "harmony"})
    parts = [
        Section(8 * i, (4, 4), (e, e), 0.0, 0.2, theme, roles)
        for i, (e, theme) in enumerate(((0.5, 0), (0.5, 1), (0.2, 0), (0.8, 1), (0.85, 1)))
    ]
    cue = CueSheet("folk", "major", 0, 100.0, tuple(parts), {}, frozenset(), 36)
    said = [theme_said(part, cue) for part in parts]
    assert said == [(), ("other",), ("smaller",), ("bigger",), ("again",)]


def test_metre_and_tempo_are_told_as_they_are() -> None:
    rng = np.random.default_rng(3)
    waltz = replace(CUES[0], metre=3, bpm=70.0)
    said = {caption_of_cue(waltz, rng) for _ in range(400)}
    assert any("in three" in caption for caption in said)
    assert not any("6/8" in caption or "up-tempo" in caption for caption in said)
    assert tempo_said(waltz) == "slow"
    assert tempo_said(replace(waltz, metre=6, bpm=200.0)) == "fast"


def test_a_piece_that_grows_is_said_to_build() -> None:
    roles: frozenset[Role] = frozenset({"bass", "harmony"})
    parts = [Section(8 * i, (4, 4), (e, e), 0.0, 0.2, 0, roles) for i, e in enumerate((0.1, 0.4, 0.9))]
    cue = CueSheet("epic", "minor", 0, 100.0, tuple(parts), {}, frozenset(), 20)
    assert curve_of(cue) == "builds"
    falling = [replace(part, energy=(1 - part.energy[0],) * 2) for part in parts]
    assert curve_of(replace(cue, sections=tuple(falling))) == "settles"
