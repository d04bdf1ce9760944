"""How much happens, moment by moment: in the picture and in the music, on one scale of 0 to 1, ``LOOK_RATE`` values a
second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.pair import LOOK_RATE

CUT_WINDOW = 4.0
"""Seconds around a moment within which cuts count."""
USUAL_CUTS = 0.4
"""Cuts a second at which cutting alone makes half of the energy."""
MOTION_SMOOTHING, LOUDNESS_SMOOTHING = 1.0, 0.5
"""Seconds over which motion and loudness are averaged."""
QUIETEST = -40.0
"""dB below the loudest moment at which music counts as silent."""
SOFTEST_LOUDEST = 1e-4
"""Loudest moment, linear, below which sound counts as silence altogether."""


def picture_energy(motion: NDArray[np.floating], cuts: NDArray[np.float64]) -> NDArray[np.float32]:
    """Mean of motion and of how fast the picture is cut.

    Parameters
    ----------
    motion : (T,)
        0 to 1, ``LOOK_RATE`` values a second.
    cuts : (N,) seconds
    """
    times = np.arange(len(motion)) / LOOK_RATE
    near = np.abs(times[:, None] - cuts[None, :]) < CUT_WINDOW / 2
    pace = near.sum(axis=1) / CUT_WINDOW
    return ((smoothed(motion, MOTION_SMOOTHING) + pace / (pace + USUAL_CUTS)) / 2).astype(np.float32)


def music_energy(samples: NDArray[np.floating], rate: int, steps: int) -> NDArray[np.float32]:
    """Loudness below the loudest moment of the clip, in decibels, as 0 to 1, (steps,).

    ``samples`` (S,) of one channel. Sound that is silent throughout has none.
    """
    edges = np.clip(np.round(np.arange(steps + 1) * rate / LOOK_RATE).astype(int), 0, len(samples))
    powers = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    power = (powers[edges[1:]] - powers[edges[:-1]]) / np.maximum(1, edges[1:] - edges[:-1])
    level = np.sqrt(np.maximum(smoothed(power, LOUDNESS_SMOOTHING), 1e-12))
    if not steps or level.max() < SOFTEST_LOUDEST:
        return np.zeros(steps, np.float32)
    decibels = 20 * np.log10(level / level.max())
    return np.clip(1 - decibels / QUIETEST, 0, 1).astype(np.float32)


def smoothed(values: NDArray[np.floating], seconds: float) -> NDArray[np.float64]:
    """Mean over a window around every value; at the ends over what is there."""
    width = min(max(1, round(seconds * LOOK_RATE)) | 1, 2 * len(values) + 1)
    kernel = np.ones(width)
    total = np.convolve(values, kernel, mode="full")[width // 2 : width // 2 + len(values)]
    count = np.convolve(np.ones(len(values)), kernel, mode="full")[width // 2 : width // 2 + len(values)]
    return total / count
