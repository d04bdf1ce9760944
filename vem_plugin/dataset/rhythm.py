"""Transitions against the music: where the nearest beat is, whether the sound rises there, and what chance would do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ACCENT_NEAR = 0.07
"""Seconds around a transition within which an accent counts as its own."""
ACCENT_AROUND = 1.0
"""Seconds around it whose median is the ground it must rise from."""
MUSIC_RATE = 22_050
"""Samples a second at which music is analysed."""
HOP = 256
LATENCY = 0.031
"""Seconds by which the rising that librosa tells peaks after the attack (median on music whose beats are known)."""
ON_BEAT = 0.07
"""Seconds within which a transition counts as on a beat (the tolerance of mir_eval's beat F-measure)."""


def nearest_beats(times: NDArray[np.float64], beats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nearest beat less time, seconds, (N,); NaN without beats. ``beats`` ascend."""
    if not len(beats):
        return np.full(len(times), np.nan)
    after = np.clip(np.searchsorted(beats, times), 1, max(1, len(beats) - 1))
    sides = np.stack([beats[after - 1], beats[np.minimum(after, len(beats) - 1)]]) - times
    return np.take_along_axis(sides, np.abs(sides).argmin(axis=0)[None], axis=0)[0]


def chance_on_beat(beats: NDArray[np.float64], seconds: float, *, within: float = ON_BEAT) -> float:
    """Share of all moments of a clip within a tolerance of a beat: what transitions set blindly would reach."""
    edges = np.clip(np.stack([beats - within, beats + within], axis=1), 0, seconds)
    covered, reached = 0.0, 0.0
    for first, last in edges:
        covered += max(0.0, last - max(first, reached))
        reached = max(reached, last)
    return float(covered / seconds) if seconds > 0 else 0.0


@dataclass(frozen=True)
class Rising:
    """How much louder a sound gets from moment to moment: mean rise over mel bands, dB, ``rate`` values a second; the
    first of them belongs to ``LATENCY`` before the start."""

    curve: NDArray[np.float32]
    rate: float

    def highest(self, time: float, reach: float) -> float:
        """The highest value within ``reach`` seconds of a moment; 0 where there is no sound."""
        part = self._around(time, reach)
        return float(part.max()) if len(part) else 0.0

    def usual(self, time: float, reach: float) -> float:
        """The median within ``reach`` seconds of a moment."""
        part = self._around(time, reach)
        return float(np.median(part)) if len(part) else 0.0

    def _around(self, time: float, reach: float) -> NDArray[np.float32]:
        first, last = (max(0, round((time + LATENCY + side) * self.rate)) for side in (-reach, reach))
        return self.curve[first : last + 1]


def rising_of(samples: NDArray[np.float32], rate: int) -> Rising:
    """The rising of sound of one channel, (S,): librosa's onset strength, some 86 values a second."""
    import librosa

    mono = samples if rate == MUSIC_RATE else librosa.resample(samples, orig_sr=rate, target_sr=MUSIC_RATE)
    level = librosa.power_to_db(librosa.feature.melspectrogram(y=mono, sr=MUSIC_RATE, hop_length=HOP), ref=np.max)
    return Rising(librosa.onset.onset_strength(S=level, sr=MUSIC_RATE, hop_length=HOP), MUSIC_RATE / HOP)


def accents_at(times: NDArray[np.float64], rising: Rising) -> NDArray[np.float32]:
    """By how many dB the sound rises at given moments above its usual rising around them, (N,)."""
    found = [rising.highest(time, ACCENT_NEAR) - rising.usual(time, ACCENT_AROUND) for time in times]
    return np.array(found, np.float32)
