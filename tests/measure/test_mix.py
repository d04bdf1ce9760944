"""The measures of a mix on sounds whose answers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from vem_plugin.errors import MediaError
from vem_plugin.measure.mix import (
    BANDS,
    a_weights,
    cells_of,
    correlation_of,
    harshness_of,
    measure_mix,
    measure_mix_on_disk,
    mono_loss_of,
    overlap_of,
    rumble_of,
    tune_covered,
)

RATE = 48_000


def tone(hertz: float, level: float = 0.1, seconds: float = 4) -> NDArray[np.float64]:
    return np.tile(level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE), (2, 1))


def noise(level: float = 0.1, seed: int = 0, seconds: float = 4) -> NDArray[np.float64]:
    return np.tile(level * np.random.default_rng(seed).standard_normal(int(seconds * RATE)), (2, 1))


def test_cells_hold_the_power_of_the_sound() -> None:
    power = cells_of(tone(1000))[5:-5].sum(axis=1)
    assert power == pytest.approx(2 * 0.1**2 / 2, rel=0.01)
    strongest = cells_of(tone(1000)).mean(axis=0).argmax()
    assert BANDS[strongest] == pytest.approx(1000)


def test_a_weighting_is_the_standards() -> None:
    decibels = dict(zip(np.round(BANDS), 10 * np.log10(a_weights()), strict=True))
    for hertz, wanted in ((100, -19.1), (200, -10.9), (501, -3.2), (1000, 0.0), (1995, 1.2), (10000, -2.5)):
        assert decibels[hertz] == pytest.approx(wanted, abs=0.15)


def test_apart_in_pitch_or_level_is_no_contest_together_is() -> None:
    def overlap(one: NDArray, other: NDArray) -> float:
        return overlap_of({"bass": cells_of(one), "melody": cells_of(other)}, weights=np.ones(len(BANDS)))[0]

    assert overlap(tone(110), tone(1760)) < 1e-3
    assert overlap(tone(440), tone(440, 0.1 * 10 ** (-6 / 20))) < 1e-3
    assert overlap(tone(440), tone(440, 0.1 * 10 ** (-2 / 20))) > 0.99
    half = tone(440)
    half[:, half.shape[1] // 2 :] = 0
    assert overlap(tone(440), half) == pytest.approx(0.5 * 2 / 1.5, abs=0.05)


def test_the_pair_that_contests_is_named() -> None:
    cells = {
        name: cells_of(sound) for name, sound in (("bass", tone(80)), ("harmony", tone(440)), ("melody", tone(440)))
    }
    overlap, pairs = overlap_of(cells, weights=a_weights())
    assert pairs["harmony", "melody"] == pytest.approx(overlap)
    assert pairs["bass", "harmony"] == pairs["bass", "melody"] == 0


def test_a_tune_is_covered_by_what_is_louder_everywhere() -> None:
    tune = cells_of(tone(660) + tone(1320, 0.05) + tone(1980, 0.03))
    assert tune_covered({"melody": tune, "harmony": cells_of(tone(330, 0.3))}) == 0
    assert tune_covered({"melody": tune, "harmony": cells_of(noise(4.0))}) > 0.95
    assert tune_covered({"melody": cells_of(np.zeros((2, RATE))), "harmony": cells_of(noise())}) is None
    assert tune_covered({"bass": tune}) is None


def test_mono() -> None:
    same, other = noise(seed=1)[0], noise(seed=2)[0]
    assert correlation_of(np.stack([same, same])) == pytest.approx(1)
    assert correlation_of(np.stack([same, -same])) == pytest.approx(-1)
    assert correlation_of(np.stack([same, other])) == pytest.approx(0, abs=0.01)
    assert mono_loss_of(np.stack([same, same])) == pytest.approx(0, abs=1e-6)
    assert mono_loss_of(np.stack([same, other])) == pytest.approx(3, abs=0.05)
    assert mono_loss_of(np.stack([same, -same])) > 60


def test_rumble_is_what_lies_below_thirty_hertz() -> None:
    assert rumble_of(tone(20, 0.01) + tone(200, 0.1)) == pytest.approx(-20, abs=0.1)
    assert rumble_of(tone(200)) < -60


def test_a_straight_fall_is_not_harsh_and_a_hump_is() -> None:
    level = -2.0 * np.log2(BANDS)
    assert harshness_of(10 ** (level / 10)[None]) == pytest.approx(0, abs=0.6)
    hump = level + np.where((BANDS > 1900) & (BANDS < 5200), 6, 0)
    assert harshness_of(10 ** (hump / 10)[None]) == pytest.approx(6, abs=0.6)


def test_the_whole_report_and_that_effects_may_rumble() -> None:
    stems = {"bass": tone(60), "melody": tone(880, 0.05), "effects": tone(22, 0.2)}
    report = measure_mix(stems, np.sum(list(stems.values()), axis=0))
    assert report.rumble < -50
    assert report.overlap < 0.01
    assert report.tune_covered == 0
    assert set(report.correlation) == {"mix", *stems}
    assert report.mono_loss == pytest.approx(0, abs=1e-6)
    assert report.true_peak == pytest.approx(20 * np.log10(0.35), abs=0.3)
    assert report.crest == pytest.approx(6.4, abs=0.7)
    assert report.ending == pytest.approx(0, abs=1)


def test_silence_is_measured_too() -> None:
    silent = np.zeros((2, RATE))
    report = measure_mix({"bass": silent, "melody": silent}, silent)
    assert (report.overlap, report.tune_covered, report.loudness, report.true_peak) == (0, None, None, None)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    soundfile.write(path, tone(440).T, RATE, subtype="PCM_24")
    assert measure_mix_on_disk({"melody": path}, path).correlation["mix"] == pytest.approx(1)
    with pytest.raises(MediaError):
        measure_mix_on_disk({"melody": tmp_path / "none.wav"}, path)
    soundfile.write(tmp_path / "low.wav", tone(440).T, 44_100)
    with pytest.raises(MediaError, match="48 kHz"):
        measure_mix_on_disk({}, tmp_path / "low.wav")
