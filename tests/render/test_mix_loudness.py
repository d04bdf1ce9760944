"""Loudness and true peak against independent measurements, and the limiter that keeps them apart."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter, resample_poly

from vem_plugin.render.loudness import LoudnessMeter, decibels, peaks_of, true_peak, true_peak_of
from vem_plugin.render.master import CEILING, REACH, mastered_blocks, mastering_of
from vem_plugin.render.voice import RATE
from vem_plugin.render.wave import FULL_SCALE, quantised


def noise(seconds: float, level: float, seed: int = 1) -> NDArray[np.float64]:
    """Dull stereo noise that swells and falls, so that gating has something to do."""
    random = np.random.default_rng(seed)
    dull = lfilter([0.3], [1, -0.7], random.standard_normal((2, int(seconds * RATE))), axis=1)
    swell = 0.02 + np.abs(np.sin(np.arange(dull.shape[1]) / RATE * 0.9))
    return level * dull / np.abs(dull).max() * swell


def heard(sound: NDArray[np.floating], block: int) -> LoudnessMeter:
    meter = LoudnessMeter()
    for first in range(0, sound.shape[1], block):
        meter.add(sound[:, first : first + block])
    return meter


@pytest.mark.parametrize("seconds", [0.5, 3.3, 20.0])
@pytest.mark.parametrize("block", [1000, 48000, 999_999])
def test_loudness_agrees_with_pyloudnorm_whatever_the_blocks(seconds: float, block: int) -> None:
    sound = noise(seconds, 0.4)
    truth = pyloudnorm.Meter(RATE).integrated_loudness(sound.T)
    assert heard(sound, block).integrated() == pytest.approx(truth, abs=0.1)


def test_full_scale_sine_reads_as_the_standard_says() -> None:
    wave = np.sin(2 * np.pi * 997 * np.arange(10 * RATE) / RATE)
    assert heard(np.stack([wave, np.zeros_like(wave)]), RATE).integrated() == pytest.approx(-3.01, abs=0.02)


def test_shorter_than_a_block_is_measured_as_one() -> None:
    wave = np.tile(np.sin(2 * np.pi * 997 * np.arange(RATE // 5) / RATE), (2, 1))
    assert heard(wave, 500).integrated() == pytest.approx(0.0, abs=0.3)


def test_silence_has_no_loudness() -> None:
    meter = heard(np.zeros((2, RATE)), RATE)
    assert meter.integrated() is None
    assert meter.momentary_maximum() is None
    assert decibels(true_peak(np.zeros((2, 100), np.float32))) is None


def test_true_peak_between_samples_is_found() -> None:
    """A quarter-rate sine sampled beside its crests reads 3 dB too low."""
    wave = np.sin(2 * np.pi * 12000 * np.arange(RATE) / RATE + np.pi / 4)
    assert np.abs(wave).max() < 0.71
    assert true_peak(np.stack([wave, wave])) == pytest.approx(1.0, abs=0.02)


def test_true_peak_of_blocks_is_that_of_the_whole() -> None:
    sound = noise(4, 0.8)
    whole = np.abs(resample_poly(sound, 4, 1, axis=1)).max()
    blocks = [sound[:, first : first + 5003] for first in range(0, sound.shape[1], 5003)]
    assert true_peak_of(iter(blocks)) == pytest.approx(whole, rel=1e-3)


def test_music_far_from_the_ceiling_is_only_turned_up() -> None:
    mix = quantised(noise(12, 0.01))
    mastering = mastering_of(mix, -35)
    assert mastering.limiting == 0
    assert mastering.loudness == pytest.approx(-35, abs=0.02)
    finished = np.concatenate(list(mastered_blocks(mix, mastering.gain)), axis=1)
    assert np.abs(finished - mix * 10 ** (mastering.gain / 20)).max() <= 1


def peaky(seconds: float) -> NDArray[np.float64]:
    sound = noise(seconds, 0.25, seed=3)
    for beat in range(4800, sound.shape[1] - 4800, RATE // 3):
        sound[:, beat : beat + 400] += 0.35 * np.exp(-np.arange(400) / 60) * np.sin(np.arange(400) * 0.9)
    return sound


def test_limiter_holds_the_ceiling_and_the_loudness() -> None:
    mix = quantised(peaky(15))
    mastering = mastering_of(mix, -15)
    assert mastering.limiting > 1
    finished = np.concatenate(list(mastered_blocks(mix, mastering.gain)), axis=1) / FULL_SCALE
    assert 20 * np.log10(np.abs(resample_poly(finished, 4, 1, axis=1)).max()) <= CEILING
    truth = pyloudnorm.Meter(RATE).integrated_loudness(finished.T)
    assert truth == pytest.approx(-15, abs=0.2)
    assert mastering.loudness == pytest.approx(truth, abs=0.1)
    assert not mastering.remark


def test_limiter_leaves_the_time_between_peaks_alone() -> None:
    sound = np.full((2, 2 * RATE), 0.1)
    sound[:, RATE] = 2.0
    mix = (sound * FULL_SCALE * 0.4).astype(np.int32)
    finished = np.concatenate(list(mastered_blocks(mix, 6.0)), axis=1)
    far = np.r_[0 : RATE - 1000, RATE + 1000 : 2 * RATE]
    assert np.abs(finished[:, far] - mix[:, far] * 10**0.3).max() <= 1
    assert np.abs(finished[:, RATE]).max() < FULL_SCALE * 10 ** (CEILING / 20)


def test_a_loudness_out_of_reach_is_told() -> None:
    sound = np.zeros((2, 10 * RATE))
    sound[:, ::RATE] = 0.9
    mastering = mastering_of(quantised(sound), -10)
    assert mastering.loudness is not None
    assert mastering.loudness < -12
    assert "below the -10 LUFS" in mastering.remark
    assert mastering.peak is not None
    assert mastering.peak <= CEILING


def test_at_a_fixed_gain_the_limiter_is_local_to_the_last_bit() -> None:
    """Music scored anew in one place must leave every other sample of the finished mix as it was."""
    before = quantised(peaky(25))
    after = before.copy()
    span = slice(int(11.3 * RATE), int(12.9 * RATE))
    after[:, span] = quantised(noise(1.6, 0.9, seed=8))[:, : span.stop - span.start]
    one, two = (np.concatenate(list(mastered_blocks(mix, 9.0)), axis=1) for mix in (before, after))
    assert np.abs(one - before * 10 ** (9 / 20)).max() > FULL_SCALE // 100, "the limiter has work to do"
    assert np.array_equal(one[:, : span.start - REACH], two[:, : span.start - REACH])
    assert np.array_equal(one[:, span.stop + REACH :], two[:, span.stop + REACH :])
    assert REACH < 0.02 * RATE


def test_peaks_know_only_their_neighbours() -> None:
    sound = noise(2, 0.8).astype(np.float32)
    changed = sound.copy()
    changed[:, :RATE] *= 0.3
    assert np.array_equal(peaks_of(sound, 0.2)[RATE + 16 :], peaks_of(changed, 0.2)[RATE + 16 :])
