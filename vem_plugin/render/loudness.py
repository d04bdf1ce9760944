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
from scipy.signal import sosfilt

from vem_plugin.render.voice import RATE

_K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
HOP = RATE // 10
"""Samples between two blocks of 400 ms."""
_BLOCK_HOPS = 4
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OVERSAMPLING = 4
_NEIGHBOURS = 4
_OVERSHOOT = 1.8  # between samples a wave may peak higher than at the loudest of its neighbours, by 5 dB at most


def _interpolation() -> NDArray[np.float32]:
    """Weights of the samples around three places between two of them, shape (3, taps): a windowed sinc."""
    reach = 10
    taps = np.arange(-reach, reach + 1)
    places = np.arange(1, _OVERSAMPLING)[:, None] / _OVERSAMPLING
    window = np.i0(5 * np.sqrt(np.maximum(0, 1 - np.square((places - taps) / (reach + 0.25))))) / np.i0(5)
    return (np.sinc(places - taps) * window).astype(np.float32)


_PHASES = _interpolation()
_TAPS = _PHASES.shape[1]


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
        whole = weighted.shape[1] // HOP * HOP
        powers = np.square(weighted[:, :whole]).reshape(2, -1, HOP).mean(axis=2).sum(axis=0)
        self._hops.append(powers)
        self._rest = weighted[:, whole:]

    def integrated(self, gains: NDArray[np.float64] | None = None) -> float | None:
        """Gated loudness in LUFS of all heard so far; None if it is silent.

        Pieces shorter than one block of 400 ms, for which the standard has no answer, are taken as one block.

        Parameters
        ----------
        gains : ndarray, optional
            Factors of power, one for each hop of 100 ms: what the loudness would be after a gain that moves slowly.
        """
        blocks = self._block_powers(gains)
        loud = blocks[_lufs(blocks) > _ABSOLUTE_GATE]
        if not len(loud):
            return None
        loud = loud[_lufs(loud) > _lufs(np.mean(loud, keepdims=True))[0] + _RELATIVE_GATE]
        return float(_lufs(np.mean(loud, keepdims=True))[0])

    def momentary_maximum(self) -> float | None:
        """Loudness of the loudest 400 ms in LUFS; None if all is silent."""
        highest = _lufs(self._block_powers()).max()
        return float(highest) if highest > _ABSOLUTE_GATE else None

    def _block_powers(self, gains: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        hops = np.concatenate([np.zeros(0), *self._hops])
        if gains is not None:
            hops = hops * gains[: len(hops)]
        if len(hops) < _BLOCK_HOPS:
            power = hops.sum() * HOP + np.square(self._rest).sum()
            return np.array([power / max(1, len(hops) * HOP + self._rest.shape[1])])
        return np.convolve(hops, np.full(_BLOCK_HOPS, 1 / _BLOCK_HOPS), "valid")


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-15))


def peaks_of(sound: NDArray[np.float32], threshold: float) -> NDArray[np.float32]:
    """Highest absolute value of either channel from each sample up to the next one, wave between them included.

    Parameters
    ----------
    sound : ndarray of float32, shape (2, n)
    threshold : float
        The wave is oversampled (four times) only close to samples within 5 dB of this: no other part can pass it.

    Returns
    -------
    ndarray of float32, shape (n,)
        Each value depends on the ten samples to either side of it alone, bit for bit, whatever else ``sound`` holds.
    """
    peaks = np.abs(sound).max(axis=0, initial=0.0)
    loud = peaks * _OVERSHOOT >= threshold
    if not loud.any():
        return peaks
    near_loud = loud.copy()
    for step in range(1, _NEIGHBOURS + 1):
        near_loud[step:] |= loud[:-step]
        near_loud[:-step] |= loud[step:]
    places = np.flatnonzero(near_loud)
    padded = np.pad(sound, ((0, 0), (_TAPS // 2, _TAPS // 2)))
    between = np.zeros((len(_PHASES), 2, len(places)), np.float32)
    for tap in range(_TAPS):  # tap by tap: a matrix product would round by the company that a sample keeps
        near = padded[:, places + tap]
        for phase, weights in enumerate(_PHASES):
            between[phase] += near * weights[tap]
    peaks[places] = np.maximum(peaks[places], np.abs(between).max(axis=(0, 1)))
    return peaks


def true_peak(block: NDArray[np.floating]) -> float:
    """Highest absolute value of the wave between and at the samples, linear."""
    block = np.asarray(block, np.float32)
    highest = float(np.abs(block).max(initial=0.0))
    return float(peaks_of(block, highest).max()) if highest else 0.0


def true_peak_of(blocks: Iterable[NDArray[np.floating]]) -> float:
    """True peak of sound in consecutive blocks, linear; 0 for silence."""
    highest, before = 0.0, np.zeros((2, 0), np.float32)
    for block in blocks:
        joined = np.concatenate([before, np.asarray(block, np.float32)], axis=1)
        if np.abs(joined).max(initial=0.0) * _OVERSHOOT > highest:
            highest = max(highest, float(peaks_of(joined, max(highest, float(np.abs(joined).max()))).max()))
        before = joined[:, -_TAPS:]
    return highest


def decibels(linear: float) -> float | None:
    """Linear amplitude in dB; None for silence."""
    return 20 * math.log10(linear) if linear > 0 else None
