"""The synthetic director: the same numbers give the same pair, hits lie on beats, nothing seen tells them for sure."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from vem_plugin.dataset.record import members_of, pair_of
from vem_plugin.dataset.synth import TASTES, USUAL, draw_pair
from vem_plugin.parsing.surroundings import REACH


@pytest.fixture(scope="module")
def drawn():
    """A hundred pairs without music, as the aligner learns from."""
    return [draw_pair(number, seed=3, music=False) for number in range(100)]


def test_the_same_number_and_seed_give_the_same_bytes():
    pairs = [draw_pair(number, seed=seed) for number, seed in ((5, 1), (5, 1), (6, 1), (5, 2))]
    first, again, other, reseeded = (members_of(pair) for pair in pairs)
    assert first == again
    assert first["safetensors"] != other["safetensors"]
    assert first["safetensors"] != reseeded["safetensors"]


def test_the_truth_comes_back_from_bytes():
    pair = draw_pair(1, seed=1)
    found = pair_of(members_of(pair))
    assert found.truth is not None
    assert pair.truth is not None
    assert found.truth.cue == pair.truth.cue
    np.testing.assert_array_equal(found.truth.notes, pair.truth.notes)


def test_cuts_that_are_hit_lie_on_half_beats_give_or_take_a_frame(drawn):
    for pair in drawn:
        halves = np.interp(np.arange(0, len(pair.beats) - 0.5, 0.5), np.arange(len(pair.beats)), pair.beats)
        hit = pair.transitions.time[pair.transitions.hit > 0]
        away = np.abs(hit[:, None] - halves[None, :]).min(axis=1) if len(hit) else np.zeros(0)
        assert (away <= 1.51 / pair.frame_rate).all()
        near = np.abs(hit[:, None] - pair.hits[:, 0][None, :]).min(axis=1) if len(hit) else np.zeros(0)
        assert (near <= 1.51 / pair.frame_rate).all()


def test_every_field_has_its_shape_and_range(drawn):
    for pair in drawn:
        count = len(pair.shots.start)
        assert len(pair.words) == count == len(pair.transitions.time) + 1 == len(pair.surroundings.difference) + 1
        assert pair.shots.start[0] == 0
        np.testing.assert_allclose(pair.shots.end[-1], pair.seconds)
        np.testing.assert_allclose(pair.shots.start[1:], pair.shots.end[:-1])
        np.testing.assert_allclose(pair.shots.start[1:], pair.transitions.time)
        assert (pair.shots.end - pair.shots.start >= 0.28).all()
        assert len(pair.looks) == len(pair.picture_energy) == len(pair.music_energy) == round(pair.seconds * 16)
        assert np.isfinite(pair.looks).all()
        assert pair.surroundings.curves.shape[1] == 2 * REACH
        assert (np.diff(pair.hits[:, 0]) > 0).all()


def test_a_hit_is_likely_where_it_should_be_and_never_certain(drawn):
    """Big changes of picture are hit more often than small ones, and neither always nor never."""
    seen = [pair for pair in drawn if pair.surroundings.compared.any()]
    difference = np.concatenate([pair.surroundings.difference for pair in seen])
    hit = np.concatenate([pair.transitions.hit > 0 for pair in seen])
    known = np.concatenate([pair.surroundings.compared > 0 for pair in seen])
    big, small = hit[known & (difference > 0.65)].mean(), hit[known & (difference < 0.35)].mean()
    assert big > small + 0.1
    assert 0.1 < small < big < 0.9


def test_some_pairs_have_no_picture(drawn):
    blind = sum(not pair.surroundings.seen.any() and len(pair.transitions.time) > 0 for pair in drawn)
    assert 4 <= blind <= 25


def test_music_is_written_to_the_hits():
    """Every hit of the cue sheet has a note that starts with it, unless the music holds its breath there."""
    for number in range(8):
        truth = draw_pair(number, seed=9).truth
        assert truth is not None
        starts = set(truth.notes["start"].tolist())
        struck = {2 * eighth for eighth in truth.cue.hits if eighth // 2 not in truth.cue.stops}
        assert struck <= starts


def test_the_shifted_school_cuts_faster(drawn):
    shifted = [draw_pair(number, seed=3, taste=TASTES["shifted"], music=False) for number in range(60)]
    pace = [sum(len(p.words) for p in pairs) / sum(p.seconds for p in pairs) for pairs in (drawn, shifted)]
    assert pace[1] > 1.2 * pace[0]
    assert dataclasses.replace(USUAL) == USUAL


def test_words_are_embedded_where_an_encoder_is_given():
    pair = draw_pair(2, seed=1, music=False, encode=lambda texts: np.eye(384, dtype=np.float32)[: len(texts)])
    told = pair.shots.told[:, 0] > 0
    assert told.any()
    np.testing.assert_array_equal(told, [bool(words) for words in pair.words])
    assert not pair.shots.text[~told].any()
