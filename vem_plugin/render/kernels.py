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


@njit(cache=True, nogil=True, error_model="numpy")
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
    last = len(source) - 4
    position = 0.0
    early, late = 0.0, 0.0
    for block in range(len(steps)):
        start = block * STRIDE
        stop = min(start + STRIDE, frames)
        step = steps[block]
        gain, slope = gains[block], (gains[block + 1] - gains[block]) / STRIDE
        for place in range(start, stop):
            index = int(position)
            if index > last:
                return sound[:place]
            right = position - index
            left = 1.0 - right
            value = (
                source[index] * (left * left * left / 6.0)
                + source[index + 1] * (2.0 / 3.0 - right * right + 0.5 * right * right * right)
                + source[index + 2] * (2.0 / 3.0 - left * left + 0.5 * left * left * left)
                + source[index + 3] * (right * right * right / 6.0)
            )
            if len(filters):
                fed = value * filters[block, 0]
                value = fed + early
                early = 2.0 * fed - filters[block, 1] * value + late
                late = fed - filters[block, 2] * value
            sound[place] = value * gain
            gain += slope
            position += step
            if looped:
                while position >= end:
                    position -= end - first
    return sound


@njit(cache=True, nogil=True, error_model="numpy")
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
    line = np.empty(end - first, np.float32)
    dark = np.float32(0)
    for segment in range(-1, len(places)):
        begin = first if segment < 0 else max(first, places[segment])
        stop = end if segment == len(places) - 1 else min(end, places[segment + 1])
        this, following = max(segment, 0), min(segment + 1, len(places) - 1)
        width = max(1, places[following] - places[this])
        slope, opening = (gains[following] - gains[this]) / width, (opens[following] - opens[this]) / width
        since = begin - places[this] if segment >= 0 else 0
        gain, through = gains[this] + slope * since, opens[this] + opening * since
        if opens[this] == 1 and opens[following] == 1:
            for frame in range(begin, stop):
                line[frame - first] = body[frame] * np.float32(gain + slope * (frame - begin))
        else:
            for frame in range(begin, stop):
                dark += (body[frame] - dark) * np.float32(through + opening * (frame - begin))
                line[frame - first] = dark * np.float32(gain + slope * (frame - begin))
    held, fall = release
    ringing = 1.0
    for frame in range(max(first, held), end):
        line[frame - first] *= np.float32(ringing)
        ringing *= fall
    rise, fade = fades
    for frame in range(min(rise, end - first)):
        line[frame] *= np.float32(frame / rise)
    for frame in range(max(first, end - fade), end):
        line[frame - first] *= np.float32((end - frame) / fade)
    for side in range(2):
        share, row = np.float32(sides[side]), bus[side]
        for frame in range(end - first):
            row[at + frame] += line[frame] * share
