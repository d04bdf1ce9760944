"""Whether there is music in a sound, told by steady pitches or a steady pulse; no model is needed.

Speech glides and noise has no pitch, music holds tones: its spectrogram has horizontal lines. That is the *continuous
frequency activation* of Seyerlehner, Pohle, Schedl and Widmer ("Automatic music detection in television productions",
DAFx 2007): spectral lines that stand above their neighbours are marked, and a block of 2.6 s is as musical as its five
most persistent lines stand out. Their lines are told here from 11 kHz mono with the paper's block lengths, and music
without pitch (drums alone) is caught by a second sign, a strong periodicity of onsets between 60 and 180 a minute.

A block counts as music if either sign is plain. Tried on what lies here, not on a corpus: see
``benchmarks/dataset.md``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 11_025
WINDOW, HOP = 1024, 256
BLOCK, BLOCK_HOP = 112, 56
"""Frames of a block (2.6 s) and from one to the next."""
NEIGHBOURS = 21
"""Spectral lines about a line whose mean it must exceed."""
STANDS_OUT = 0.1
"""Decades of power (of log10 spectra) by which it must."""
ACTIVE = 1.8
"""Sum of the five highest peaks of activation from which a block is music. The paper has 1.24 with its own front end;
with this one, speech reaches 1.5 and the music tried is above 3."""
SPREAD = np.array([1, 2, 3, 2, 1]) / 9
PULSE = 0.5
"""Autocorrelation of the onset curve from which a block is music, too."""
PULSES = (60.0, 180.0)
"""Pulses a minute."""
QUIETEST = 1e-3
"""RMS below which a block is silent."""


def music_share(samples: NDArray[np.floating]) -> float:
    """Share of a sound in which there is music, 0 to 1.

    Parameters
    ----------
    samples : (S,)
        One channel at ``RATE`` samples a second.
    """
    blocks = [_is_music(block) for block in _blocks(samples.astype(np.float32))]
    return float(np.mean(blocks)) if blocks else 0.0


def _blocks(samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Stretches of a block's length, half of each shared with the next; a shorter sound is one block."""
    length, step = BLOCK * HOP + WINDOW - HOP, BLOCK_HOP * HOP
    if len(samples) < WINDOW * 4:
        return []
    starts = range(0, max(1, len(samples) - length + 1), step)
    return [samples[start : start + length] for start in starts]


def _is_music(block: NDArray[np.float32]) -> bool:
    if float(np.sqrt(np.mean(block**2))) < QUIETEST:
        return False
    frames = np.lib.stride_tricks.sliding_window_view(block, WINDOW)[::HOP]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1)) + 1e-6
    return activation_of(spectra) >= ACTIVE or pulse_of(spectra) >= PULSE


def activation_of(spectra: NDArray[np.floating]) -> float:
    """Sum of the five most outstanding persistent lines of spectra (frames, lines)."""
    level = np.log10(spectra**2)
    kernel = np.ones(NEIGHBOURS) / NEIGHBOURS
    ground = np.apply_along_axis(lambda row: np.convolve(row, kernel, mode="same"), 1, level)
    active = (level - ground > STANDS_OUT)[:, NEIGHBOURS // 2 : -(NEIGHBOURS // 2)].mean(axis=0)
    inner = active[1:-1]
    tops = np.flatnonzero((inner >= active[:-2]) & (inner > active[2:])) + 1
    return float(np.sort([_prominence(active, top) for top in tops.tolist()])[-5:].sum()) if len(tops) else 0.0


def _prominence(active: NDArray[np.floating], top: int) -> float:
    """How far a peak rises above the nearer valley on either side, whichever rise is smaller."""
    left = top
    while left > 0 and active[left - 1] <= active[left]:
        left -= 1
    right = top
    while right < len(active) - 1 and active[right + 1] <= active[right]:
        right += 1
    return float(active[top] - max(active[left], active[right]))


def pulse_of(spectra: NDArray[np.floating]) -> float:
    """Highest autocorrelation of the rising of spectra (frames, lines) at a musical pulse, that also repeats."""
    rising = np.maximum(0, np.diff(np.log10(spectra**2 + 1e-3), axis=0)).mean(axis=1)
    # Spread over some frames, because pulses do not fall on whole ones.
    rising = np.convolve(rising, SPREAD, mode="same")
    rising = rising - rising.mean()
    power = float(rising @ rising)
    if power <= 0:
        return 0.0
    least, most = (round(60 / pulses * RATE / HOP) for pulses in reversed(PULSES))
    lags = np.arange(least, min(most, len(rising) // 3) + 1)
    found = np.array([float(rising[lag:] @ rising[:-lag]) / power for lag in lags])
    again = np.array([float(rising[2 * lag :] @ rising[: -2 * lag]) / power for lag in lags])
    return float(np.minimum(found, again * 1.5).max()) if len(lags) else 0.0
