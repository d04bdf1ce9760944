"""Onsets of known time are found, where they are, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from vem_plugin.errors import MediaError
from vem_plugin.measure.onsets import OnsetTrack, hear_onsets
from vem_plugin.measure.sync import chance_of, offsets_to_nearest

RATE = 48_000
Note = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def click(t: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-300 * t) * np.random.default_rng(7).standard_normal(t.size)


def pluck(t: NDArray[np.float64]) -> NDArray[np.float64]:
    harmonics = sum(np.sin(2 * np.pi * 330 * h * t) / h for h in range(1, 8))
    return np.exp(-6 * t) * np.minimum(1, t / 0.002) * harmonics


def hammer(t: NDArray[np.float64]) -> NDArray[np.float64]:
    harmonics = sum(np.sin(2 * np.pi * 220 * h * t) / h**1.5 for h in range(1, 8))
    return np.exp(-3 * t) * np.minimum(1, t / 0.008) * harmonics


def kick(t: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-12 * t) * np.sin(2 * np.pi * (50 * t + 8 * (1 - np.exp(-40 * t))))


def swell(t: NDArray[np.float64]) -> NDArray[np.float64]:
    harmonics = sum(np.sin(2 * np.pi * 220 * h * t) / h for h in range(1, 10))
    return np.minimum(1, t / 0.8) * harmonics


def held_chord(seconds: int) -> NDArray[np.float64]:
    t = np.arange(seconds * RATE) / RATE
    return 0.1 * np.sin(2 * np.pi * np.outer(t, [220, 277, 330])).sum(axis=1)


def sound_of(note: Note, times: NDArray[np.float64], *, seconds: float, rate: int = RATE) -> NDArray[np.float64]:
    """Notes of up to a second at the given times, faded so that their ends are no onsets."""
    samples = np.zeros(round(seconds * rate))
    for time in times:
        start = round(time * rate)
        t = np.arange(min(rate, samples.size - start)) / rate
        samples[start : start + t.size] += 0.2 * note(t) * np.minimum(1, (t[-1] - t) / 0.1)
    return samples


def hear(samples: NDArray[np.float64], folder: Path, rate: int = RATE) -> OnsetTrack:
    path = folder / "sound.wav"
    soundfile.write(path, samples, rate, subtype="PCM_24")
    return hear_onsets(path)


def random_times(seed: int, *, seconds: float, apart: float) -> NDArray[np.float64]:
    times = np.sort(np.random.default_rng(seed).uniform(0.3, seconds - 0.5, round(seconds * 2)))
    return times[np.concatenate(([True], np.diff(times) > apart))]


@pytest.mark.parametrize(
    ("note", "within"),
    [(click, 0.001), (kick, 0.001), (pluck, 0.003), (hammer, 0.010)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_finds_each_note_once_and_where_it_is(note: Note, within: float, tmp_path: Path) -> None:
    times = random_times(1, seconds=12, apart=0.1)
    heard = hear(sound_of(note, times, seconds=12), tmp_path)
    assert heard.times.size == times.size
    np.testing.assert_allclose(heard.times, times, atol=within)
    assert np.median(np.abs(heard.times - times)) < 0.005


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_any_sample_rate_measures_the_same(rate: int, tmp_path: Path) -> None:
    times = random_times(2, seconds=6, apart=0.1)
    heard = hear(sound_of(click, times, seconds=6, rate=rate), tmp_path, rate)
    np.testing.assert_allclose(heard.times, times, atol=0.001)


def test_channels_are_heard_together(tmp_path: Path) -> None:
    left = sound_of(click, np.array([0.5, 1.5]), seconds=3)
    right = sound_of(click, np.array([1.0, 2.0]), seconds=3)
    heard = hear(np.stack([left, right], axis=1), tmp_path)
    np.testing.assert_allclose(heard.times, [0.5, 1.0, 1.5, 2.0], atol=0.001)


def test_quiet_notes_are_heard_beside_loud_ones(tmp_path: Path) -> None:
    times = np.arange(0.5, 5.5, 0.5)
    samples = sound_of(click, times[::2], seconds=6) + 0.1 * sound_of(click, times[1::2], seconds=6)
    np.testing.assert_allclose(hear(samples, tmp_path).times, times, atol=0.002)


def test_a_long_file_has_no_seams(tmp_path: Path) -> None:
    # Onsets on and around the minute, where one block of reading ends and the next begins.
    times = np.array([0.5, 59.9, 60.0, 60.1, 119.998, 120.4])
    held = held_chord(122)
    heard = hear(sound_of(click, times, seconds=122) + held, tmp_path)
    np.testing.assert_allclose(heard.times[1:], times, atol=0.001)
    assert heard.times[0] < 0.02, "the chord's own start"
    assert heard.flux.size == 122 * 200
    assert heard.duration == 122


def test_an_onset_on_the_first_sample_counts(tmp_path: Path) -> None:
    heard = hear(sound_of(click, np.array([0.0, 1.0]), seconds=2), tmp_path)
    np.testing.assert_allclose(heard.times, [0.0, 1.0], atol=0.005)


def test_silence_has_no_onsets(tmp_path: Path) -> None:
    heard = hear(np.zeros(RATE), tmp_path)
    assert heard.times.size == 0
    assert not heard.flux.any()


def test_a_held_tone_has_no_onsets_inside(tmp_path: Path) -> None:
    inside = hear(held_chord(4), tmp_path).times
    assert inside[(inside > 0.1) & (inside < 3.9)].size == 0


def test_noise_has_few_onsets_so_chance_stays_low(tmp_path: Path) -> None:
    noise = 0.1 * np.random.default_rng(3).standard_normal(8 * RATE)
    heard = hear(noise, tmp_path)
    assert chance_of(heard.times, 0.04, heard.duration) < 0.2


def test_a_pad_that_swells_is_late_and_weak_beside_a_click(tmp_path: Path) -> None:
    times = np.array([1.0, 4.0])
    swelled = hear(sound_of(swell, times, seconds=6) + held_chord(6), tmp_path)
    clicked = hear(sound_of(click, times, seconds=6) + held_chord(6), tmp_path)
    np.testing.assert_allclose(clicked.times[1:], times, atol=0.001)
    assert (offsets_to_nearest(times, swelled.times) > 0.01).all()
    assert swelled.strengths[1:].max() < clicked.strengths[1:].min() / 10


def test_a_file_shorter_than_a_window_is_measured(tmp_path: Path) -> None:
    assert hear(np.zeros(100), tmp_path).times.size == 0


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        hear_onsets(tmp_path / "missing.wav")
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(MediaError, match="cannot be read"):
        hear_onsets(tmp_path / "text.wav")
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2)), RATE)
    with pytest.raises(MediaError, match="is empty"):
        hear_onsets(tmp_path / "empty.wav")
