"""The room: a short synthetic impulse response per size, and a convolver that works block by block.

Convolution is linear, so each stem carries its own share of the room and the stems still add up to the mix.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.signal import butter, sosfilt

from vem_plugin.render.voice import RATE
from vem_plugin.score.layers import Room

_DECAY_SECONDS: dict[Room, tuple[float, float]] = {"studio": (0.5, 0.3), "chamber": (1.1, 0.7), "hall": (2.1, 1.2)}
"""Time to fall by 60 dB below and above 2.5 kHz, seconds: air and curtains eat the highs first."""
_FIRST_ECHO: dict[Room, float] = {"studio": 0.004, "chamber": 0.012, "hall": 0.022}
_CROSSOVER = 2500
_LOW_CUT = 180  # below, a room only muddies bass and kick
_SEED = 20260
_LARGEST_TRANSFORM = 1 << 19  # samples; beyond, the Fourier transform leaves the processor's cache


@lru_cache(maxsize=3)
def response_of(room: Room) -> NDArray[np.float32]:
    """Impulse response of a room, left and right decorrelated, each of energy one half; shape (2, n) at 48 kHz."""
    random = np.random.default_rng(_SEED)
    low_decay, high_decay = _DECAY_SECONDS[room]
    gap = int(_FIRST_ECHO[room] * RATE)
    time = np.arange(int(low_decay * RATE)) / RATE
    noise = random.standard_normal((2, len(time)))
    lows = sosfilt(butter(2, _CROSSOVER, fs=RATE, output="sos"), noise) * 10 ** (-3 * time / low_decay)
    highs = sosfilt(butter(2, _CROSSOVER, "high", fs=RATE, output="sos"), noise) * 10 ** (-3 * time / high_decay)
    tail = sosfilt(butter(2, _LOW_CUT, "high", fs=RATE, output="sos"), lows + highs)
    tail *= np.minimum(1, time / 0.01)  # a room builds up; it does not click
    tail *= np.minimum(1, (time[-1] - time) / 0.02)
    response = np.concatenate([np.zeros((2, gap)), tail], axis=1)
    response /= np.sqrt(2 * np.square(response).sum(axis=1, keepdims=True))
    return response.astype(np.float32)


class RoomSound:
    """What a room answers to sound that arrives in consecutive blocks."""

    def __init__(self, room: Room) -> None:
        self._room: Room = room
        self._ringing = np.zeros((2, 0), np.float32)

    def answer(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """The room's answer to the next mono block, shape (n,) to (2, n); the rest rings on into the next."""
        frames = len(block)
        ringing = np.zeros((2, max(frames, self._ringing.shape[1])), np.float32)
        ringing[:, : self._ringing.shape[1]] = self._ringing
        if block.any():
            wet = answer_of(self._room, block)
            if wet.shape[1] > ringing.shape[1]:
                ringing = np.pad(ringing, ((0, 0), (0, wet.shape[1] - ringing.shape[1])))
            ringing[:, : wet.shape[1]] += wet
        self._ringing = ringing[:, frames:]
        return ringing[:, :frames]


def answer_of(room: Room, sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Everything a room answers to a mono sound, shape (n,) to (2, n + length of the response - 1)."""
    reach = response_of(room).shape[1] - 1
    wet = np.zeros((2, len(sound) + reach), np.float32)
    most = _LARGEST_TRANSFORM - reach
    for first in range(0, len(sound), most):
        part = sound[first : first + most]
        if part.any():
            size = 1 << (len(part) + reach - 1).bit_length()
            spectrum = np.asarray(rfft(part, size)) * _spectrum_of(room, size)
            answer = np.asarray(irfft(spectrum, size, axis=1))
            wet[:, first : first + len(part) + reach] += answer[:, : len(part) + reach]
    return wet


@lru_cache(maxsize=8)
def _spectrum_of(room: Room, size: int) -> NDArray[np.complex64]:
    return np.asarray(rfft(response_of(room), size, axis=1))
