"""The sync measures: perfect is 1, blind is chance, ill-formed is refused, and mir_eval agrees."""

from __future__ import annotations

from typing import Any

import mir_eval
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vem_plugin.errors import SettingsError
from vem_plugin.measure.sync import (
    accents,
    chance_of,
    hit_rate,
    matched_one_to_one,
    offsets_to_nearest,
    spread_of,
    tbiou,
)

FRAME = 1 / 24
ascending = st.lists(st.integers(0, 5000), max_size=40).map(lambda ms: np.sort(np.array(ms)) / 1000)


def test_offsets_are_signed_and_to_the_nearest() -> None:
    offsets = offsets_to_nearest([0.0, 1.4, 1.5, 9.0], [1.0, 2.0])
    np.testing.assert_allclose(offsets, [1.0, -0.4, -0.5, -7.0])


def test_without_onsets_offsets_are_infinite() -> None:
    assert np.isinf(offsets_to_nearest([1.0, 2.0], [])).all()
    assert spread_of(offsets_to_nearest([1.0, 2.0], [])) is None


@settings(deadline=None)
@given(ascending, ascending)
def test_offsets_agree_with_brute_force(instants: np.ndarray, onsets: np.ndarray) -> None:
    found = np.abs(offsets_to_nearest(instants, onsets))
    expected = np.abs(instants[:, None] - onsets[None, :]).min(axis=1, initial=np.inf)
    np.testing.assert_allclose(found, expected)


def test_perfect_sync_scores_one() -> None:
    cuts = [1.0, 2.5, 3.75]
    rate = hit_rate("one frame", cuts, cuts, tolerance=FRAME, duration=10)
    assert (rate.matched, rate.rate) == (3, 1.0)
    assert rate.chance == pytest.approx(6 * FRAME / 10)
    assert rate.above_chance == pytest.approx(1 - 6 * FRAME / 10)


def test_the_tolerance_is_inclusive() -> None:
    assert hit_rate("40 ms", [1.0], [1.04], tolerance=0.04, duration=2).matched == 1
    assert hit_rate("40 ms", [1.0], [1.0401], tolerance=0.04, duration=2).matched == 0


def test_no_instants_and_no_onsets_score_zero() -> None:
    assert hit_rate("one frame", [], [1.0], tolerance=FRAME, duration=2).rate == 0
    silent = hit_rate("one frame", [1.0], [], tolerance=FRAME, duration=2)
    assert (silent.rate, silent.chance) == (0, 0)


@settings(deadline=None)
@given(ascending, st.floats(0.001, 2))
def test_chance_is_the_share_of_a_fine_grid_near_an_onset(onsets: np.ndarray, tolerance: float) -> None:
    grid = (np.arange(20_000) + 0.5) / 4000
    near = np.abs(offsets_to_nearest(grid, onsets)) <= tolerance
    assert chance_of(onsets, tolerance, 5.0) == pytest.approx(near.mean(), abs=0.01)


def test_music_dense_enough_is_all_chance() -> None:
    everywhere = np.arange(0, 10, 0.05)
    rate = hit_rate("40 ms", [1.23, 4.56], everywhere, tolerance=0.04, duration=10)
    assert rate.rate == 1
    assert rate.above_chance == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("bpm", [60, 120, 240])
def test_a_metronome_that_knows_nothing_scores_chance(bpm: int) -> None:
    rng = np.random.default_rng(bpm)
    excess = []
    for _ in range(200):
        onsets = np.arange(rng.uniform(0, 60 / bpm), 60, 60 / bpm)
        cuts = rng.uniform(0, 60, 30)
        excess.append(hit_rate("70 ms", cuts, onsets, tolerance=0.07, duration=60).above_chance)
    assert np.mean(excess) == pytest.approx(0, abs=0.015)


def test_shuffled_shots_lose_the_sync_that_the_cuts_had() -> None:
    rng = np.random.default_rng(5)
    beats = np.cumsum(rng.uniform(0.45, 0.55, 120))
    shots = np.diff(beats[::4][:29], prepend=0)
    shuffled = np.cumsum(rng.permutation(shots))
    duration = float(beats[-1])
    aligned = hit_rate("one frame", np.cumsum(shots), beats, tolerance=FRAME, duration=duration)
    blind = hit_rate("one frame", shuffled[:-1], beats, tolerance=FRAME, duration=duration)
    assert aligned.rate == 1
    assert abs(blind.above_chance) < 0.3


@settings(deadline=None)
@given(ascending, ascending, st.sampled_from([0.0205, 0.0705, 0.5005]))
def test_matching_agrees_with_mir_eval(one: np.ndarray, other: np.ndarray, tolerance: float) -> None:
    expected = len(mir_eval.util.match_events(one, other, tolerance)) if one.size and other.size else 0
    assert matched_one_to_one(one, other, tolerance=tolerance) == expected


def test_tbiou_of_the_same_times_is_one_and_of_nothing_zero() -> None:
    assert tbiou([1, 2, 3], [1, 2, 3]) == 1
    assert tbiou([], []) == 0
    assert tbiou([1, 2], []) == 0
    assert tbiou([1.0, 5.0], [1.4, 2.0, 3.0]) == pytest.approx(1 / 4)


def test_tbiou_is_as_blind_as_we_say() -> None:
    rng = np.random.default_rng(9)
    blind, oracle = [], []
    for _ in range(100):
        cuts = np.cumsum(rng.gamma(2, 1, 15))
        end = float(cuts[-1]) + 2
        grid = np.arange(0, end, 0.5)
        blind.append(tbiou(cuts, grid + rng.uniform(0, 0.5)))
        oracle.append(tbiou(np.round(cuts * 2) / 2, grid))
    assert abs(np.mean(blind) - np.mean(oracle)) < 0.05


def test_an_accent_is_a_ratio_to_its_surroundings() -> None:
    flux = np.zeros(2000)
    flux[::100] = 2.0  # an onset every half second
    flux[1000] = 8.0
    found = accents([5.0, 2.5, 2.25], flux, flux_rate=200, reach=0.02, floor=0.5)
    np.testing.assert_allclose(found, [16.0, 4.0, 0.0])


def test_amid_constant_noise_nothing_is_an_accent() -> None:
    flux = np.random.default_rng(2).uniform(1, 1.2, 4000)
    instants = np.random.default_rng(3).uniform(0, 20, 50)
    assert np.median(accents(instants, flux, flux_rate=200, reach=0.04, floor=0.3)) == pytest.approx(1, abs=0.02)


def test_the_spread_of_offsets() -> None:
    spread = spread_of([-0.01, 0.02, -0.03, np.inf])
    assert spread == pytest.approx((0.02, 0.029, 0.03))


@pytest.mark.parametrize("onsets", [[2.0, 1.0], [-1.0, 2.0], [np.nan], [np.inf], [[1.0, 2.0]], ["soon"]], ids=str)
def test_ill_formed_onsets_are_refused(onsets: Any) -> None:
    with pytest.raises(SettingsError, match="onsets"):
        offsets_to_nearest([1.0], onsets)
    with pytest.raises(SettingsError, match="onsets"):
        chance_of(onsets, 0.1, 10)


@pytest.mark.parametrize("bad", [0, -1, np.nan, np.inf])
def test_senseless_tolerances_and_durations_are_refused(bad: float) -> None:
    with pytest.raises(SettingsError, match="tolerance"):
        chance_of([1.0], bad, 10)
    with pytest.raises(SettingsError, match="duration"):
        chance_of([1.0], 0.1, bad)
    with pytest.raises(SettingsError, match="tolerance"):
        tbiou([1.0], [1.0], tolerance=bad)
    with pytest.raises(SettingsError, match="floor"):
        accents([1.0], [1.0], flux_rate=200, reach=0.1, floor=bad)
