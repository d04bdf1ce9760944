"""Brings a mix to its loudness: one gain, and a look-ahead limiter where a peak would pass the ceiling.

The limiter works on the mix alone. Stems stay as they were played, so that they add up to the mix before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from vem_plugin.render.loudness import LoudnessMeter, decibels, peaks_between, true_peak_of
from vem_plugin.render.voice import RATE
from vem_plugin.render.wave import FULL_SCALE, quantised

CEILING = -1.0
"""Highest true peak of a finished mix, dBTP."""

_MARGIN = 0.05  # dB the limiter aims below the ceiling, for what its own gain adds between samples
_LOOK_AHEAD = int(0.006 * RATE)
_MOST_LIMITING = 9.0  # dB; squeezing further costs more punch than the loudness is worth
_CLOSE_ENOUGH = 0.05  # LU
_ROUNDS = 4
_BLOCK = 10 * RATE
_CONTEXT = 2 * _LOOK_AHEAD + 64
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Mastering:
    """How a mix becomes the finished file, and what was measured on it.

    ``gain`` is dB; ``limiting`` the most the limiter takes away, dB, 0 if it never acts; ``loudness`` LUFS and
    ``peak`` dBTP are None for silence; ``remark`` says why the target was missed, if it was.
    """

    gain: float
    limiting: float
    loudness: float | None
    peak: float | None
    remark: str = ""


def mastering_of(mix: NDArray[np.int32], target: float) -> Mastering:
    """Finds the gain that brings a mix to ``target`` LUFS and measures the result.

    Parameters
    ----------
    mix : ndarray of int32, shape (2, n)
        The sum of the stems, 24-bit counts.
    target : float
        Integrated loudness, LUFS.
    """
    loudness, peak = _measured(mix_blocks(mix))
    if loudness is None or peak is None:
        return Mastering(0.0, 0.0, loudness, peak)
    most = CEILING - peak + _MOST_LIMITING
    wanted = target - loudness
    gain = min(wanted, most)
    result = _measured(mastered_blocks(mix, gain))
    for _ in range(_ROUNDS):
        short = target - (result[0] if result[0] is not None else target)
        if abs(short) < _CLOSE_ENOUGH or gain >= most:
            break
        gain = min(gain + short, most)
        result = _measured(mastered_blocks(mix, gain))
    limiting = max(0.0, peak + gain - (CEILING - _MARGIN)) if peak + gain > CEILING else 0.0
    remark = ""
    if result[0] is not None and target - result[0] > 2 * _CLOSE_ENOUGH:
        remark = f"The peaks keep the loudness at {result[0]:.1f} LUFS, below the {target:g} LUFS asked for."
    return Mastering(gain, limiting, result[0], result[1], remark)


def mastered_blocks(mix: NDArray[np.int32], gain: float) -> Iterator[NDArray[np.int32]]:
    """The finished mix in consecutive blocks of 24-bit counts, shape (2, n)."""
    scale = 10 ** (gain / 20)
    frames = mix.shape[1]
    for first in range(0, frames, _BLOCK):
        end = min(first + _BLOCK, frames)
        before, after = max(0, first - _CONTEXT), min(frames, end + _CONTEXT)
        sound = (mix[:, before:after] * (scale / FULL_SCALE)).astype(np.float32)
        curve = _limiter_curve(sound)
        if curve is not None:
            sound *= curve
        yield quantised(sound[:, first - before : end - before])


def mix_blocks(mix: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    """A mix as it is, in the blocks that everything here works in."""
    for first in range(0, mix.shape[1], _BLOCK):
        yield mix[:, first : first + _BLOCK]


def _measured(blocks: Iterator[NDArray[np.int32]]) -> tuple[float | None, float | None]:
    """Integrated loudness (LUFS) and true peak (dBTP)."""
    meter = LoudnessMeter()

    def heard() -> Iterator[NDArray[np.float32]]:
        for block in blocks:
            sound = (block / FULL_SCALE).astype(np.float32)
            meter.add(sound)
            yield sound

    peak = true_peak_of(heard())
    return meter.integrated(), decibels(peak)


def _limiter_curve(sound: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Gain over time that keeps true peaks under the ceiling, 0 to 1; None where nothing comes near it.

    The gain each sample needs is spread by a running minimum over the look-ahead and smoothed by a triangle
    of the same width: it is down before the peak arrives, never above what the peak needs, and has no corners to
    be heard.
    """
    ceiling = 10 ** ((CEILING - _MARGIN) / 20)
    peaks = np.abs(sound).max(axis=0, initial=0.0)
    if not len(peaks) or peaks.max() * 2 < ceiling:
        return None
    for first in range(0, len(peaks), _CHUNK):
        near = peaks[first : first + _CHUNK]
        if near.max() * 2 >= ceiling:
            between = peaks_between(sound, first, first + len(near))
            # A peak between two samples concerns both of them.
            np.maximum(near, between, out=near)
            near[1:] = np.maximum(near[1:], between[:-1])
    if peaks.max() <= ceiling:
        return None
    needed = np.minimum(1, ceiling / np.maximum(peaks, 1e-9)).astype(np.float32)
    lowest = minimum_filter1d(needed, 2 * _LOOK_AHEAD + 1, mode="nearest")
    for _ in range(2):  # two boxes make a triangle that reaches exactly as far as the minimum did
        lowest = uniform_filter1d(lowest.astype(np.float64), _LOOK_AHEAD + 1, mode="nearest")
    return lowest.astype(np.float32)
