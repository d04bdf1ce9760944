"""Transitions against the music: where the nearest beat is, whether the sound rises there, and what chance would do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ACCENT_NEAR = 0.07
"""Seconds around a transition within which an accent counts as its own."""
ACCENT_AROUND = 1.0
"""Seconds around it whose median is the ground it must rise from."""
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


def accents_at(times: NDArray[np.float64], samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """By how many dB the sound rises at given moments above its usual rising around them, (N,).

    The rising is the spectral flux of ``vem_plugin.measure.onsets``; ``samples`` (S,) are of one channel.
    """
    from vem_plugin.measure.onsets import FLUX_RATE, flux_of_samples

    if not len(times):
        return np.zeros(0, np.float32)
    flux = flux_of_samples(samples, rate)
    found = np.zeros(len(times), np.float32)
    for index, time in enumerate(times):
        near, around = (
            flux[max(0, round((time - reach) * FLUX_RATE)) : round((time + reach) * FLUX_RATE) + 1]
            for reach in (ACCENT_NEAR, ACCENT_AROUND)
        )
        found[index] = float(near.max() - np.median(around)) if len(near) else 0.0
    return found
