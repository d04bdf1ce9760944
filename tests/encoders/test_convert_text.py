"""Packing of the text encoder: four bits a number, tokens renumbered in step with their rows."""

from __future__ import annotations

import numpy as np
import pytest

from vem_plugin.training.convert_text import BLOCK, kept_tokens, quantised, renumbered

VOCABULARY = {"[PAD]": 0, "[unused0]": 1, "[CLS]": 2, "warm": 3, "й": 4, "##ing": 5, "…": 6, "東": 7, "é": 8}


def test_tokens_no_english_text_reaches_are_cut() -> None:
    assert list(kept_tokens(VOCABULARY)) == ["[PAD]", "[CLS]", "warm", "##ing", "…", "é"]


def test_the_tokenizer_is_renumbered_in_step_with_the_rows() -> None:
    kept = kept_tokens(VOCABULARY)
    tokenizer = {
        "model": {"vocab": VOCABULARY},
        "added_tokens": [{"id": 0, "content": "[PAD]"}, {"id": 2, "content": "[CLS]"}],
        "post_processor": {"special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2]}}},
        "padding": {"strategy": "fixed"},
        "truncation": {"max_length": 128},
    }
    changed = renumbered(tokenizer, kept)
    assert changed["model"]["vocab"] == {"[PAD]": 0, "[CLS]": 1, "warm": 2, "##ing": 3, "…": 4, "é": 5}
    assert [token["id"] for token in changed["added_tokens"]] == [0, 1]
    assert changed["post_processor"]["special_tokens"]["[CLS]"]["ids"] == [1]
    assert tokenizer["model"]["vocab"] is VOCABULARY
    assert changed["padding"] is None


def test_four_bits_keep_rows_within_a_tenth_and_zero_stays_zero() -> None:
    rows = np.random.default_rng(0).normal(0, 0.05, (50, 2 * BLOCK)).astype(np.float32)
    rows[7] = 0
    nibbles, scales = quantised(rows)
    assert (nibbles.dtype, scales.dtype) == (np.uint8, np.float16)
    assert nibbles.shape == (50, BLOCK)
    assert scales.shape == (50, 2)
    steps = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    back = steps * np.repeat(scales.astype(np.float32), BLOCK, axis=1)
    assert np.linalg.norm(back - rows) / np.linalg.norm(rows) == pytest.approx(0.08, abs=0.03)
    assert not back[7].any()
