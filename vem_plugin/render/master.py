"""Brings a mix to its loudness: one gain, and a look-ahead limiter where a peak would pass the ceiling.

The limiter works on the mix alone. Stems stay as they were played, so that they add up to the mix before it. At a fixed
gain it is local to the last bit: a sample of the finished mix depends on nothing farther than ``REACH`` samples away,
so that music scored anew in one place leaves the rest of the file as it was. Sums are therefore taken in whole numbers,
which do not round.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

from vem_plugin.render.loudness import HOP, LoudnessMeter, decibels, peaks_of, true_peak_of
from vem_plugin.render.voice import RATE
from vem_plugin.render.wave import FULL_SCALE, quantised

CEILING = -1.0
"""Highest true peak of a finished mix, dBTP."""

_MARGIN = 0.05  # dB the limiter aims below the ceiling, for what its own gain adds between samples
_LIMIT = 10 ** ((CEILING - _MARGIN) / 20)
_LOOK_AHEAD = int(0.006 * RATE)
_MOST_LIMITING = 12.0  # dB; a lone hit in quiet music may be held that far, more would cost its punch
_CLOSE_ENOUGH = 0.07  # LU
_ROUNDS = 4
_BLOCK = 10 * RATE
_COUNTS = 1 << 20  # the limiter's gain is counted in these parts
REACH = 2 * _LOOK_AHEAD + 16
"""How far the limiter looks and acts, samples."""


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
    meter, peak = _heard(mix_blocks(mix))
    loudness = meter.integrated()
    if loudness is None or peak is None:
        return Mastering(0.0, 0.0, loudness, peak)
    most = CEILING - peak + _MOST_LIMITING
    gain = _gain_for(target, mix, meter, most=most)
    finished, highest = _heard(mastered_blocks(mix, gain))
    reached = finished.integrated()
    if reached is not None and abs(target - reached) > _CLOSE_ENOUGH and gain < most:
        gain = min(gain + target - reached, most)
        finished, highest = _heard(mastered_blocks(mix, gain))
        reached = finished.integrated()
    limiting = max(0.0, peak + gain - (CEILING - _MARGIN)) if peak + gain > CEILING else 0.0
    remark = ""
    if reached is not None and target - reached > 2 * _CLOSE_ENOUGH:
        remark = f"The peaks keep the loudness at {reached:.1f} LUFS, below the {target:g} LUFS asked for."
    return Mastering(gain, limiting, reached, highest, remark)


def _gain_for(target: float, mix: NDArray[np.int32], meter: LoudnessMeter, *, most: float) -> float:
    """The gain that brings a mix to a loudness in spite of the limiter, dB.

    What the limiter takes is reckoned hop by hop from the power it leaves, without weighting it anew: close enough to
    choose a gain by, and much quicker.
    """
    gain = min(target - (meter.integrated() or target), most)
    for _ in range(_ROUNDS):
        taken = _power_left(mix, gain)
        reached = meter.integrated(taken)
        short = target - gain - (reached if reached is not None else target - gain)
        if abs(short) < _CLOSE_ENOUGH / 3 or gain >= most:
            break
        gain = min(gain + short, most)
    return gain


def _power_left(mix: NDArray[np.int32], gain: float) -> NDArray[np.float64]:
    """Share of its power that the limiter leaves to each hop of the loudness meter."""
    left = np.ones(mix.shape[1] // HOP + 1)
    for first, sound, inner in _raised(mix, gain):
        curve = _limiter_curve(sound)
        if curve is not None:
            before = np.square(sound[:, inner]).sum(axis=0)
            after = before * np.square(curve[inner])
            whole = len(before) // HOP
            hops = [power[: whole * HOP].reshape(whole, HOP).sum(axis=1) for power in (after, before)]
            left[first // HOP : first // HOP + whole] = hops[0] / np.maximum(hops[1], 1e-12)
    return left


def mastered_blocks(mix: NDArray[np.int32], gain: float) -> Iterator[NDArray[np.int32]]:
    """The finished mix in consecutive blocks of 24-bit counts, shape (2, n)."""
    for _, sound, inner in _raised(mix, gain):
        curve = _limiter_curve(sound)
        if curve is not None:
            sound *= curve
        yield quantised(sound[:, inner])


def mix_blocks(mix: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    """A mix as it is, in the blocks that everything here works in."""
    for first in range(0, mix.shape[1], _BLOCK):
        yield mix[:, first : first + _BLOCK]


def _raised(mix: NDArray[np.int32], gain: float) -> Iterator[tuple[int, NDArray[np.float32], slice]]:
    """The mix with its gain, block by block: where it begins, the sound with its surroundings, and which part it is."""
    scale = np.float32(10 ** (gain / 20) / FULL_SCALE)
    frames = mix.shape[1]
    for first in range(0, frames, _BLOCK):
        end = min(first + _BLOCK, frames)
        before, after = max(0, first - REACH), min(frames, end + REACH)
        yield first, mix[:, before:after].astype(np.float32) * scale, slice(first - before, end - before)


def _heard(blocks: Iterator[NDArray[np.int32]]) -> tuple[LoudnessMeter, float | None]:
    """A meter that has heard everything, and the true peak, dBTP."""
    meter = LoudnessMeter()
    with ThreadPoolExecutor(max_workers=1) as beside:

        def heard() -> Iterator[NDArray[np.float32]]:
            for block in blocks:
                sound = block.astype(np.float32) * np.float32(1 / FULL_SCALE)
                metered = beside.submit(meter.add, sound)
                yield sound
                metered.result()

        peak = true_peak_of(heard())
    return meter, decibels(peak)


def _limiter_curve(sound: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Gain over time that keeps true peaks under the ceiling, 0 to 1; None where nothing comes near it.

    The gain each sample needs is spread by a running minimum over the look-ahead and smoothed by a triangle
    of the same width: it is down before the peak arrives, never above what the peak needs, and has no corners to
    be heard.
    """
    peaks = peaks_of(sound, _LIMIT)
    peaks[1:] = np.maximum(peaks[1:], peaks[:-1])  # a peak between two samples concerns both of them
    high = np.flatnonzero(peaks > _LIMIT)
    if not len(high):
        return None
    curve = np.ones(len(peaks), np.float32)
    for group in np.split(high, np.flatnonzero(np.diff(high) > 2 * REACH) + 1):
        span = slice(max(0, int(group[0]) - REACH), int(group[-1]) + REACH + 1)
        needed = np.minimum(1, _LIMIT / np.maximum(peaks[span], 1e-9))
        lowest = minimum_filter1d((needed * _COUNTS).astype(np.int32), 2 * _LOOK_AHEAD + 1, mode="nearest")
        triangle = _box(_box(lowest.astype(np.int64)))  # as wide as the minimum reaches
        curve[span] = triangle / (_COUNTS * (_LOOK_AHEAD + 1) ** 2)
    return curve


def _box(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums over the look-ahead around each value, the ends held; exact."""
    half = _LOOK_AHEAD // 2
    padded = np.cumsum(np.pad(counts, (half + 1, _LOOK_AHEAD - half), mode="edge"))
    return padded[_LOOK_AHEAD + 1 :] - padded[: -_LOOK_AHEAD - 1]
