"""The two inner loops of the sampler, compiled: reading a sample into a body, and adding a stroke to a bus.

Both release the interpreter's lock, so that roles play side by side. Compiled code is kept beside this file (or in the
user's cache, where that folder cannot be written), so the compiler runs once after an installation.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

STRIDE = 32
"""Frames between two values of what moves a body: pitch, loudness, filter."""
_PER_STRIDE = np.float32(1 / STRIDE)
_SIXTH, _HALF, _TWO_THIRDS = np.float32(1 / 6), np.float32(0.5), np.float32(2 / 3)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def read_body(
    source: NDArray[np.float32],
    loop: tuple[int, int],
    frames: int,
    steps: NDArray[np.float64],
    gains: NDArray[np.float32],
    filters: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Reads a sample at a moving pitch, filters and shapes it.

    Parameters
    ----------
    source : ndarray of float32
        Coefficients of a cubic B-spline, from one frame before position 0.
    loop : (int, int)
        First position and end of the loop; equal where there is none.
    frames : int
        How many frames are wanted.
    steps : ndarray of float64, shape (k,)
        Sample frames read per frame, one value every ``STRIDE`` frames.
    gains : ndarray of float32, shape (k + 1,)
        Loudness at those instants and at the end, linear between them.
    filters : ndarray of float64, shape (k, 3) or (0, 3)
        Low-pass: gain of the input, and the two coefficients of the output; empty for none.

    Returns
    -------
    ndarray of float32
        ``frames`` long, or shorter where a sample without a loop has ended.
    """
    sound = np.empty(frames, np.float32)
    first, end = loop
    looped = end > first
    limit = float(end) if looped else float(len(source) - 3)
    position = 0.0
    early, late = np.float32(0), np.float32(0)
    for block in range(len(steps)):
        start, step = block * STRIDE, steps[block]
        stop = min(start + STRIDE, frames)
        place = start
        while place < stop:
            straight = min(stop, place + max(1, int((limit - position) / step)))
            _interpolate(source, position, step, sound[place:straight])
            position += step * (straight - place)
            place = straight
            if position >= limit:
                if not looped:
                    return sound[:place]
                while position >= limit:
                    position -= end - first
        if len(filters):
            feed, near, far = (
                np.float32(filters[block, 0]),
                np.float32(filters[block, 1]),
                np.float32(filters[block, 2]),
            )
            piece = sound[start:stop]
            for frame in range(len(piece)):
                fed = piece[frame] * feed
                value = fed + early
                early = fed + fed - near * value + late
                late = fed - far * value
                piece[frame] = value
        _ramp(sound[start:stop], gains[block], (gains[block + 1] - gains[block]) * _PER_STRIDE)
    return sound


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def add_stroke(
    bus: NDArray[np.float32],
    at: int,
    body: NDArray[np.float32],
    span: tuple[int, int],
    fades: tuple[int, int],
    release: tuple[int, float],
    places: NDArray[np.int64],
    gains: NDArray[np.float32],
    opens: NDArray[np.float32],
    sides: tuple[float, float],
) -> None:
    """Adds a body, with its dynamics, release and damping, to a stereo bus.

    Parameters
    ----------
    bus : ndarray of float32, shape (2, n)
        What is added to, from frame ``at``.
    span : (int, int)
        First frame of the body that sounds, and the end.
    fades : (int, int)
        How many frames it takes to come in, and to go out.
    release : (int, float)
        Frame from which the body dies away, and by how much from frame to frame.
    places, gains, opens : ndarrays, shape (p,)
        Frames of the body, rising; the loudness there; and how much of what is new a frame lets through (1: an open
        sound, less: a darker one). Linear between, constant outside.
    sides : (float, float)
        Loudness left and right.
    """
    first, end = span
    line = body[first:end].copy()
    dark = np.float32(0)
    for segment in range(-1, len(places)):
        begin = first if segment < 0 else max(first, places[segment])
        stop = end if segment == len(places) - 1 else min(end, places[segment + 1])
        if begin >= stop:
            continue
        this, following = max(segment, 0), min(segment + 1, len(places) - 1)
        width = np.float32(max(1, places[following] - places[this]))
        slope, opening = (gains[following] - gains[this]) / width, (opens[following] - opens[this]) / width
        since = np.float32(begin - places[this]) if segment >= 0 else np.float32(0)
        piece = line[begin - first : stop - first]
        if opens[this] < 1 or opens[following] < 1:
            through = opens[this] + opening * since
            for frame in range(len(piece)):
                now = through + opening * np.float32(np.int32(frame))
                dark = dark * (np.float32(1) - now) + piece[frame] * now
                piece[frame] = dark
        _ramp(piece, gains[this] + slope * since, slope)
    held, fall = release
    rise, fade = fades
    _die_away(line[max(0, held - first) :], fall)
    _ramp(line[: min(rise, len(line))], np.float32(0), np.float32(1 / max(1, rise)))
    _ramp(line[len(line) - fade :], np.float32(1), np.float32(-1 / max(1, fade)))
    for side in range(2):
        share, row = np.float32(sides[side]), bus[side, at : at + len(line)]
        for frame in range(len(line)):
            row[frame] += line[frame] * share


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _interpolate(source: NDArray[np.float32], position: float, step: float, sound: NDArray[np.float32]) -> None:
    """Reads from a position on, in even steps, between the frames of the B-spline."""
    for frame in range(len(sound)):
        here = position + step * np.float64(np.int32(frame))
        index = np.uint32(np.int32(here))
        right = np.float32(here - np.float64(np.int32(here)))
        left = np.float32(1) - right
        sound[frame] = (
            source[index] * (left * left * left * _SIXTH)
            + source[index + np.uint32(1)] * (_TWO_THIRDS - right * right * (np.float32(1) - right * _HALF))
            + source[index + np.uint32(2)] * (_TWO_THIRDS - left * left * (np.float32(1) - left * _HALF))
            + source[index + np.uint32(3)] * (right * right * right * _SIXTH)
        )


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _ramp(sound: NDArray[np.float32], gain: float | np.floating, slope: float | np.floating) -> None:
    """Multiplies by a straight line."""
    first, rise = np.float32(gain), np.float32(slope)
    for frame in range(len(sound)):
        sound[frame] *= first + rise * np.float32(np.int32(frame))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _die_away(sound: NDArray[np.float32], fall: float) -> None:
    """Multiplies by a falling exponential."""
    ringing = 1.0
    for frame in range(len(sound)):
        sound[frame] *= np.float32(ringing)
        ringing *= fall
