"""How much louder than its noise floor a recording is, told without a clean copy of it.

VeM (AAAI-26) keeps clips with a signal-to-noise ratio of 20 dB and more and does not say how it is told. Here noise is
what is there all the time and at all pitches. In every band of a third of an octave and every moment, the quieter
quarter of the spectral lines shows what lies between the partials of notes; over time, the lowest tenth of that shows
what stays when nothing sounds (minimum statistics: Martin, IEEE Trans. Speech and Audio Processing 2001). Both are
lower than the mean of noise by a factor that is known from white noise, which is so corrected. The ratio is of all
power to the noise's.

It is an estimate with a bias on purpose: a steady hiss, wind or traffic is found; noise that comes and goes is not, and
dense music without a rest (a shaker throughout, a distorted guitar) counts in part as noise.
``benchmarks/dataset.md`` has its errors on music with noise of known strength.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WINDOW = 2048
"""Samples of a window at ``RATE``."""
RATE = 22_050
LOWEST, HIGHEST = 60.0, 10_000.0
"""Hz between which noise is looked for."""
QUIET_LINES, QUIET_MOMENTS = 0.25, 0.1
CLEANEST = 60.0
"""dB that no estimate exceeds; digital silence between notes would make it endless."""


def signal_to_noise(samples: NDArray[np.floating]) -> float | None:
    """Estimate the ratio of a recording's power to that of its steady noise.

    Parameters
    ----------
    samples : (S,)
        One channel at ``RATE`` samples a second.

    Returns
    -------
    float or None
        Decibels, at most ``CLEANEST``; None for silence and for less than a second.
    """
    if len(samples) < RATE or not np.any(samples):
        return None
    power = _powers(samples.astype(np.float32))
    bands = _bands()
    total = np.array([power[:, lines].mean() * lines.size for lines in bands])
    noise = np.minimum(total, _floors(power, bands) * _correction())
    signal = max(float(total.sum() - noise.sum()), 1e-12)
    return min(CLEANEST, 10 * float(np.log10(signal / max(float(noise.sum()), signal * 10 ** (-CLEANEST / 10)))))


def _powers(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power of spectral lines over time, (frames, lines)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[:: WINDOW // 2]
    return np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1)).astype(np.float32) ** 2


@lru_cache(maxsize=1)
def _bands() -> tuple[NDArray[np.int64], ...]:
    """Lines of every band: thirds of an octave, at least four lines wide."""
    lines = np.fft.rfftfreq(WINDOW, 1 / RATE)
    bands: list[NDArray[np.int64]] = []
    low = LOWEST
    while low < HIGHEST:
        high = min(HIGHEST, max(low * 2 ** (1 / 3), low + 4.2 * RATE / WINDOW))
        bands.append(np.flatnonzero((lines >= low) & (lines < high)))
        low = high
    return tuple(band for band in bands if band.size >= 2)


def _floors(power: NDArray[np.float32], bands: tuple[NDArray[np.int64], ...]) -> NDArray[np.float64]:
    """What stays in each band when nothing sounds, uncorrected."""
    quiet = [np.quantile(power[:, lines], QUIET_LINES, axis=1) for lines in bands]
    floors = [float(np.quantile(q, QUIET_MOMENTS)) * lines.size for q, lines in zip(quiet, bands, strict=True)]
    return np.array(floors, np.float64)


@lru_cache(maxsize=1)
def _correction() -> NDArray[np.float64]:
    """Mean power over floor of white noise, band by band."""
    white = np.random.default_rng(0).normal(size=20 * RATE).astype(np.float32)
    power, bands = _powers(white), _bands()
    total = np.array([power[:, lines].mean() * lines.size for lines in bands])
    return (total / _floors(power, bands)).astype(np.float64)
