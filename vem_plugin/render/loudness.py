"""Loudness and true peak, measured block by block so that an hour of music need not fit into memory twice.

References
----------
ITU-R BS.1770-5, annexes 1 (K weighting, gating) and 2 (true peak); EBU R 128. The filters are the 48 kHz ones of the
standard. The tests compare with pyloudnorm, which wants the whole piece at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly, sosfilt

from vem_plugin.render.voice import RATE

_K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
_HOP = RATE // 10  # blocks of 400 ms every 100 ms
_BLOCK_HOPS = 4
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OVERSAMPLING = 4
_CHUNK = 4096
_FILTER_REACH = 32
_OVERSHOOT = 2.0  # between samples a wave may peak higher than at them, by this much at the very most


class LoudnessMeter:
    """Integrated loudness of stereo sound that arrives in blocks."""

    def __init__(self) -> None:
        self._state = np.zeros((len(_K_WEIGHTING), 2, 2))
        self._rest = np.zeros((2, 0))
        self._hops: list[NDArray[np.float64]] = []

    def add(self, block: NDArray[np.floating]) -> None:
        """Hears the next block, shape (2, n), -1 to 1 at 48 kHz."""
        weighted, self._state = sosfilt(_K_WEIGHTING, np.asarray(block, np.float64), zi=self._state)
        weighted = np.concatenate([self._rest, weighted], axis=1)
        whole = weighted.shape[1] // _HOP * _HOP
        powers = np.square(weighted[:, :whole]).reshape(2, -1, _HOP).mean(axis=2).sum(axis=0)
        self._hops.append(powers)
        self._rest = weighted[:, whole:]

    def integrated(self) -> float | None:
        """Gated loudness in LUFS of all heard so far; None if it is silent.

        Pieces shorter than one block of 400 ms, for which the standard has no answer, are taken as one block.
        """
        blocks = self._block_powers()
        loud = blocks[_lufs(blocks) > _ABSOLUTE_GATE]
        if not len(loud):
            return None
        loud = loud[_lufs(loud) > _lufs(np.mean(loud, keepdims=True))[0] + _RELATIVE_GATE]
        return float(_lufs(np.mean(loud, keepdims=True))[0])

    def momentary_maximum(self) -> float | None:
        """Loudness of the loudest 400 ms in LUFS; None if all is silent."""
        highest = _lufs(self._block_powers()).max()
        return float(highest) if highest > _ABSOLUTE_GATE else None

    def _block_powers(self) -> NDArray[np.float64]:
        hops = np.concatenate([np.zeros(0), *self._hops])
        if len(hops) < _BLOCK_HOPS:
            power = hops.sum() * _HOP + np.square(self._rest).sum()
            return np.array([power / max(1, len(hops) * _HOP + self._rest.shape[1])])
        return np.convolve(hops, np.full(_BLOCK_HOPS, 1 / _BLOCK_HOPS), "valid")


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-15))


def peaks_between(sound: NDArray[np.float32], first: int, end: int) -> NDArray[np.float32]:
    """Highest absolute value from each of the samples ``first`` to ``end`` up to the next one, four times oversampled.

    ``sound`` is stereo, shape (2, n); the result has ``end - first`` values. The neighbourhood is read along, because
    the oversampling filter takes an abrupt end for an edge and rings there.
    """
    before = min(first, _FILTER_REACH)
    fine = resample_poly(sound[:, first - before : end + _FILTER_REACH], _OVERSAMPLING, 1, axis=1)
    fine = np.abs(fine[:, _OVERSAMPLING * before : _OVERSAMPLING * (before + end - first)]).max(axis=0)
    return fine.reshape(-1, _OVERSAMPLING).max(axis=1)


def true_peak(block: NDArray[np.floating]) -> float:
    """Highest absolute value of the wave between and at the samples, linear.

    Only stretches whose samples come within 6 dB of the highest are oversampled; no other can hold the peak.
    """
    block = np.asarray(block, np.float32)
    if not block.size:
        return 0.0
    magnitude = np.abs(block).max(axis=0)
    highest = float(magnitude.max())
    for first in range(0, block.shape[1], _CHUNK):
        if magnitude[first : first + _CHUNK].max() * _OVERSHOOT > highest > 0:
            end = min(first + _CHUNK, block.shape[1])
            highest = max(highest, float(peaks_between(block, first, end).max()))
    return highest


def true_peak_of(blocks: Iterable[NDArray[np.floating]]) -> float:
    """True peak of sound in consecutive blocks, linear; 0 for silence."""
    highest, before = 0.0, np.zeros((2, 0), np.float32)
    for block in blocks:
        joined = np.concatenate([before, np.asarray(block, np.float32)], axis=1)
        if np.abs(joined).max(initial=0.0) * _OVERSHOOT > highest:
            highest = max(highest, true_peak(joined))
        before = joined[:, -2 * _FILTER_REACH :]
    return highest


def decibels(linear: float) -> float | None:
    """Linear amplitude in dB; None for silence."""
    return 20 * math.log10(linear) if linear > 0 else None
