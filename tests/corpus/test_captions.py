"""Captions come from a finite bank, say what is so, and keep some wordings for the exam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vem_plugin.score.cue import CueSheet, Role, Section
from vem_plugin.training.corpus.captions import all_captions, caption_for, caption_of_cue, curve_of
from vem_plugin.training.corpus.random_cue import random_cue

CUES = [random_cue(np.random.default_rng(number)) for number in range(150)]


def _drawn(*, held_out: bool) -> set[str]:
    rng = np.random.default_rng(9)
    said = {caption_of_cue(cue, rng, held_out=held_out) for cue in CUES}
    sections = [(section, cue) for cue in CUES for section in cue.sections]
    return said | {caption_for(section, cue, rng, held_out=held_out) for section, cue in sections}


def test_the_bank_is_finite_and_holds_every_caption_drawn() -> None:
    bank = set(all_captions())
    assert 1000 < len(bank) < 6000
    assert _drawn(held_out=False) | _drawn(held_out=True) <= bank
    assert {section.caption for cue in CUES for section in cue.sections} <= bank


def test_held_out_wordings_are_never_drawn_in_training() -> None:
    taught, kept = _drawn(held_out=False), _drawn(held_out=True)
    assert len(taught) > 200
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


def test_a_piece_that_grows_is_said_to_build() -> None:
    roles: frozenset[Role] = frozenset({"bass", "harmony"})
    parts = [Section(8 * i, (4, 4), (e, e), 0.0, 0.2, 0, roles) for i, e in enumerate((0.1, 0.4, 0.9))]
    cue = CueSheet("epic", "minor", 0, 100.0, tuple(parts), {}, frozenset(), 20)
    assert curve_of(cue) == "builds"
    falling = [replace(part, energy=(1 - part.energy[0],) * 2) for part in parts]
    assert curve_of(replace(cue, sections=tuple(falling))) == "settles"
