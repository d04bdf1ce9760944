"""Beats and downbeats of recorded music.

Beats are librosa's (Ellis, "Beat Tracking by Dynamic Programming", JNMR 2007). Downbeats are an estimate: for bars of
four and of three beats, and for every beat that may be the first, how much more happens on those beats than on the
others, in the bass and in the harmony, which likes to change there. (How loud they are says nothing: backbeats are.)
Four is taken unless three is clearly better. ``benchmarks/dataset.md`` says how often both are right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.rhythm import HOP, LATENCY, MUSIC_RATE, Rising, rising_of

BASS_BANDS = 16
"""Mel bands of 128 that count as bass (up to some 400 Hz)."""
METRES = (4, 3)
TRIPLE_CLEARER = 1.25
"""By how much bars of three must fit better than bars of four."""
FEWEST = 6
"""Beats below which nothing is said about bars."""
STRIKE = 0.05
"""Seconds around a beat in which it is struck."""


@dataclass(frozen=True)
class HeardRhythm:
    """``beats`` and ``downbeats``, ascending seconds, and the ``rising`` they were found in."""

    beats: NDArray[np.float64]
    downbeats: NDArray[np.float64]
    rising: Rising


def hear_rhythm(samples: NDArray[np.float32]) -> HeardRhythm:
    """Find beats and downbeats in sound of one channel, (S,), at ``MUSIC_RATE``; none in silence."""
    import librosa

    rising = rising_of(samples, MUSIC_RATE)
    if not rising.curve.any():
        return HeardRhythm(np.zeros(0), np.zeros(0), rising)
    _, frames = librosa.beat.beat_track(onset_envelope=rising.curve, sr=MUSIC_RATE, hop_length=HOP, trim=False)
    beats = np.unique(np.maximum(0.0, np.asarray(frames, np.float64) / rising.rate - LATENCY))
    return HeardRhythm(beats, _downbeats_of(samples, beats, rising), rising)


def _downbeats_of(samples: NDArray[np.float32], beats: NDArray[np.float64], rising: Rising) -> NDArray[np.float64]:
    """Those of the beats that begin a bar, as far as can be told; none for fewer than ``FEWEST`` beats."""
    if len(beats) < FEWEST:
        return np.zeros(0)
    signs = _signs(samples, beats, rising)
    fits = {
        metre: max((float(signs[first::metre].mean()) * metre / (metre - 1), -first) for first in range(metre))
        for metre in METRES
    }
    metre = 3 if fits[3][0] > TRIPLE_CLEARER * max(fits[4][0], 0.0) else 4
    return beats[-fits[metre][1] :: metre]


def _signs(samples: NDArray[np.float32], beats: NDArray[np.float64], rising: Rising) -> NDArray[np.float64]:
    """How much each beat looks like the first of a bar: sum of two signs, each of mean 0 and spread 1."""
    import librosa

    mel = librosa.feature.melspectrogram(y=samples, sr=MUSIC_RATE, hop_length=HOP)[:BASS_BANDS]
    low = librosa.onset.onset_strength(S=librosa.power_to_db(mel, ref=np.max), sr=MUSIC_RATE, hop_length=HOP)
    bass = Rising(low, rising.rate)
    chroma = librosa.feature.chroma_stft(y=samples, sr=MUSIC_RATE, hop_length=HOP, tuning=0.0)
    frames = np.clip(np.round((beats + LATENCY) * rising.rate).astype(int), 0, chroma.shape[1] - 1)
    spans = [part if part.shape[1] else chroma[:, -1:] for part in np.split(chroma, frames, axis=1)]
    mean = np.stack([span.mean(axis=1) for span in spans], axis=1)
    mean = mean / np.maximum(np.linalg.norm(mean, axis=0), 1e-9)
    harmony = 1 - (mean[:, 1:] * mean[:, :-1]).sum(axis=0)
    return _normal(harmony) + _normal(np.array([bass.highest(beat, STRIKE) for beat in beats]))


def _normal(values: NDArray[np.floating]) -> NDArray[np.float64]:
    return (values - values.mean()) / max(float(values.std()), 1e-9)
