"""The same film is known again after encoding, at another place, softer; other films are not."""

from __future__ import annotations

import numpy as np
from small_films import RATE, small_music

from vem_plugin.dataset.build.fingerprint import RATE as PRINT_RATE
from vem_plugin.dataset.build.fingerprint import Fingerprint, likenesses, picture_words, sound_words

STEP = RATE // PRINT_RATE


def _sound(seed: int, *, late: float = 0.0, noise: float = 0.0, gain: float = 1.0):
    """Fingerprint of a melody drawn by a seed, beginning ``late`` seconds into it."""
    rng = np.random.default_rng(seed)
    pitches = np.repeat(rng.uniform(300, 1800, 60), PRINT_RATE // 3)
    melody = np.sin(2 * np.pi * np.cumsum(pitches) / PRINT_RATE) + 0.3 * rng.normal(size=len(pitches))
    heard = gain * melody[round(late * PRINT_RATE) :]
    return sound_words(heard + noise * np.random.default_rng(99).normal(size=len(heard)))


def _pictures(seed: int, count: int = 20, *, late: int = 0, gain: float = 1.0):
    rng = np.random.default_rng(seed)
    frames = [rng.uniform(0, 200, (18, 32, 3)).repeat(5, axis=0).repeat(5, axis=1) for _ in range(count)]
    return picture_words([(gain * frame).astype(np.uint8) for frame in frames[late:]])


def test_the_same_film_softer_noisier_and_begun_later():
    prints = [
        Fingerprint(_sound(1), _pictures(1)),
        Fingerprint(_sound(2), _pictures(2)),
        Fingerprint(_sound(1, late=4.0, noise=0.04, gain=0.4), _pictures(1, late=4, gain=0.8)),
    ]
    found = list(likenesses(prints))
    assert [(item.first, item.second, item.sound, item.picture) for item in found] == [(0, 2, True, True)]


def test_shared_music_alone_and_shared_pictures_alone():
    prints = [
        Fingerprint(_sound(1), _pictures(1)),
        Fingerprint(_sound(1, gain=0.5), _pictures(3)),
        Fingerprint(_sound(4), _pictures(1, gain=0.9)),
    ]
    found = {(item.first, item.second): (item.sound, item.picture) for item in likenesses(prints)}
    assert found == {(0, 1): (True, False), (0, 2): (False, True)}


def test_different_music_of_the_same_kind_is_different():
    words = [sound_words(small_music(14.0, seed=seed).mean(axis=1)[::STEP]) for seed in (1, 2, 3)]
    prints = [Fingerprint(word, _pictures(10 + number)) for number, word in enumerate(words)]
    assert list(likenesses(prints)) == []


def test_silence_and_shortness_are_like_nothing():
    nothing = Fingerprint(sound_words(np.zeros(20 * PRINT_RATE)), _pictures(1, 0))
    assert list(likenesses([nothing, nothing])) == []
    assert len(sound_words(np.zeros(100))) == 0
