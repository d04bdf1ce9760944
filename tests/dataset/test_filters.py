"""The filters: cuts on beats against chance, energies that agree, and what passes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sound_models import make_clap

from vem_plugin.dataset.build.emotion import MOODS, mood_agreement
from vem_plugin.dataset.build.filters import FILTERS, Thresholds, cuts_on_beats, energy_agreement
from vem_plugin.dataset.energy import music_energy, picture_energy, smoothed
from vem_plugin.dataset.synth import draw_pair
from vem_plugin.encoders.sound import SoundEncoder


def test_cuts_on_beats_against_chance():
    beats = np.arange(0, 20, 0.5)
    perfect = cuts_on_beats(beats[4::4], beats, 20.0)
    blind = cuts_on_beats(np.random.default_rng(0).uniform(0, 20, 4000), beats, 20.0)
    assert perfect["on_beats_share"] == 1
    assert perfect["on_beats_chance"] == pytest.approx(0.28, abs=0.01)
    assert perfect["on_beats"] == pytest.approx(0.72, abs=0.01)
    assert blind["on_beats"] == pytest.approx(0, abs=0.03)
    assert cuts_on_beats(beats[:2], beats, 20.0)["on_beats"] is None
    assert cuts_on_beats(beats[::4], beats[:0], 20.0)["on_beats_share"] == 0


def test_energies_that_agree_are_told_from_shuffled_ones():
    """On made-up pairs of half a minute and more, true music agrees more than the music of the next pair."""
    pairs = [pair for n in range(30) if (pair := draw_pair(n, seed=11, music=False)).seconds > 25 and pair.looks.any()]
    true = [energy_agreement(pair.picture_energy, pair.music_energy)["energy"] for pair in pairs]
    length = [min(len(one.looks), len(other.looks)) for one, other in pairwise(pairs)]
    shuffled = [
        energy_agreement(one.picture_energy[:n], other.music_energy[:n])["energy"]
        for one, other, n in zip(pairs, pairs[1:], length, strict=False)
    ]
    known, chance = ([value for value in values if value is not None] for values in (true, shuffled))
    assert np.mean(known) > 0.75
    assert np.mean(known) > np.mean(chance) + 0.08
    assert energy_agreement(np.ones(400), np.ones(400))["energy"] is None


def test_what_is_not_told_passes():
    thresholds = Thresholds.usual(signal_to_noise=20.0, emotion=None)
    assert thresholds.refused({"signal_to_noise": None, "music": 1.0}) == ()
    assert thresholds.refused({"signal_to_noise": 19.9, "music": 0.1, "energy": 0.5}) == ("music", "signal_to_noise")
    assert {item.figure for item in FILTERS} == set(thresholds.least)


def test_energy_curves():
    rate, steps = 8000, 16 * 10
    time = np.arange(10 * rate) / rate
    swell = np.sin(2 * np.pi * 440 * time) * time / 10
    energy = music_energy(swell, rate, steps)
    assert energy.shape == (steps,)
    assert energy[-1] == pytest.approx(1, abs=0.05)
    assert (np.diff(energy[8:]) > -0.01).all()
    assert not music_energy(np.zeros(10 * rate), rate, steps).any()
    quick = picture_energy(np.full(steps, 0.5), np.arange(0, 10, 0.5))
    slow = picture_energy(np.full(steps, 0.5), np.zeros(0))
    assert quick.mean() > slow.mean() + 0.2
    assert slow == pytest.approx(0.25, abs=1e-6)
    np.testing.assert_allclose(smoothed(np.ones(7), 3.0), np.ones(7))


def test_moods_that_agree(tmp_path):
    """A model that hears loud peaks finds that words of loud peaks agree with them, and words of evenness do not."""
    encoder = SoundEncoder(make_clap(tmp_path / "clap"), "cpu")
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (48_000, 2)).astype(np.float32)
    moods = ("even", "loud", "peaky")

    def agreement(*words: str) -> float | None:
        return mood_agreement(encoder, sound, 16_000, words, moods=moods)

    assert (agreement("loud peaky", "") or 0) > 0.6
    assert (agreement("even") or 0) < -0.6
    assert agreement("", " ") is None
    assert agreement("unheard of") is None
    assert len(set(MOODS)) == len(MOODS)
