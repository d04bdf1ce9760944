"""What is told by ear: noise of known strength, music against speech and noise, beats, and sound in time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from small_films import RATE, small_music, write_small_film

from vem_plugin.dataset.build.beats import hear_rhythm
from vem_plugin.dataset.build.noise import signal_to_noise
from vem_plugin.dataset.build.presence import RATE as PRESENCE_RATE
from vem_plugin.dataset.build.presence import music_share
from vem_plugin.dataset.build.sound import has_sound, sound_between
from vem_plugin.dataset.rhythm import accents_at, chance_on_beat, nearest_beats, rising_of
from vem_plugin.errors import MediaError


def _mixed(decibels: float) -> np.ndarray:
    music = small_music(12.0).mean(axis=1)
    noise = np.random.default_rng(1).normal(size=len(music))
    noise *= np.sqrt((music**2).mean() / (noise**2).mean() / 10 ** (decibels / 10))
    return music + noise


def test_noise_of_known_strength_is_told():
    told = [signal_to_noise(_mixed(decibels)) for decibels in (0, 10, 20)]
    assert told == pytest.approx([0, 10, 20], abs=4)
    assert (signal_to_noise(small_music(12.0).mean(axis=1)) or 0) > 25


def test_noise_alone_has_no_signal_and_silence_no_figure():
    assert (signal_to_noise(np.random.default_rng(0).normal(size=5 * RATE)) or 0) < -8
    assert signal_to_noise(np.zeros(5 * RATE)) is None
    assert signal_to_noise(np.ones(100)) is None


def _babble(seconds: float) -> np.ndarray:
    """Like speech: a buzz whose pitch glides all the time, in syllables, with pauses."""
    time = np.arange(round(seconds * PRESENCE_RATE)) / PRESENCE_RATE
    pitch = 140 + 45 * np.sin(2 * np.pi * 1.7 * time) + 25 * np.sin(2 * np.pi * 3.1 * time + 1)
    phase = 2 * np.pi * np.cumsum(pitch) / PRESENCE_RATE
    buzz = sum(np.sin(number * phase) / number for number in range(1, 20))
    syllables = np.maximum(0, np.sin(2 * np.pi * 4.3 * time + np.sin(time))) * (np.sin(2 * np.pi * 0.4 * time) > -0.5)
    return (0.2 * buzz * syllables).astype(np.float32)


def test_music_is_told_from_speech_noise_and_silence():
    music = small_music(8.0).mean(axis=1)[:: RATE // PRESENCE_RATE]
    assert music_share(music) > 0.75
    assert music_share(_babble(8.0)) < 0.3
    assert music_share(0.1 * np.random.default_rng(0).normal(size=8 * PRESENCE_RATE)) == 0
    assert music_share(np.zeros(8 * PRESENCE_RATE)) == 0


def test_drums_without_pitch_are_music():
    time = np.arange(8 * PRESENCE_RATE) / PRESENCE_RATE
    clicks = np.random.default_rng(0).normal(size=len(time)) * np.exp(-(time % 0.5) * 60)
    assert music_share(0.3 * clicks) > 0.5


def test_beats_and_downbeats():
    import mir_eval

    heard = hear_rhythm(small_music(16.0).mean(axis=1))
    truth = np.arange(0, 16, 0.5)
    assert mir_eval.beat.f_measure(truth, heard.beats, f_measure_threshold=0.03) > 0.9
    assert mir_eval.beat.f_measure(truth[::4], heard.downbeats) > 0.8
    silent = hear_rhythm(np.zeros(5 * RATE, np.float32))
    assert len(silent.beats) == len(silent.downbeats) == 0


def test_accents_stand_out_on_beats():
    rising = rising_of(small_music(8.0).mean(axis=1), RATE)
    on, off = accents_at(np.array([2.0, 3.5, 5.0]), rising), accents_at(np.array([2.3, 3.8, 5.3]), rising)
    assert on.min() > off.max() + 1


def test_nearest_beats_and_chance():
    beats = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(nearest_beats(np.array([0.2, 1.4, 1.6, 9.0]), beats), [0.8, -0.4, 0.4, -6.0])
    np.testing.assert_allclose(nearest_beats(np.array([0.25]), beats[:1]), [0.75])
    assert np.isnan(nearest_beats(np.array([1.0]), beats[:0])).all()
    assert chance_on_beat(beats, 4.0, within=0.1) == pytest.approx(0.15)
    assert chance_on_beat(beats, 4.0, within=1.0) == pytest.approx(1.0)
    assert chance_on_beat(beats[:0], 4.0) == 0


def test_sound_is_cut_in_time(tmp_path):
    """A click every second of the film stays where it is, wherever decoding begins."""
    sound = np.zeros((14 * RATE, 2), np.float32)
    sound[::RATE] = 0.9
    sound[1::RATE] = -0.9
    write_small_film(tmp_path / "clicks.mp4", 0, sound=sound)
    assert has_sound(tmp_path / "clicks.mp4")
    for start in (Fraction(0), Fraction(9, 4), Fraction(31, 4)):
        heard = sound_between(tmp_path / "clicks.mp4", start, Fraction(3), rate=48_000)
        assert heard.shape == (3 * 48_000, 2)
        loud = np.flatnonzero(np.abs(heard).max(axis=1) > 0.3)
        clicks = [
            float(start) + group[0] / 48_000 for group in np.split(loud, np.flatnonzero(np.diff(loud) > 9600) + 1)
        ]
        assert clicks == pytest.approx(np.round(clicks), abs=0.002)
        assert len(clicks) >= 3
    with pytest.raises(MediaError):
        sound_between(tmp_path / "none.mp4", Fraction(0), Fraction(1), rate=48_000)
