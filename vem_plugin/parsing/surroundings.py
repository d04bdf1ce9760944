"""What is seen around every transition, frame by frame (the paper's frame level, at its 16 frames a second).

Half a second before and half a second after each transition, as curves of light and motion, and how different the
pictures on both sides are. Films are looked at by ``vem_plugin.parsing.around``; sets of pairs carry the same class,
made by the same functions, so a model learns from what it will be shown.

Frames of a side are in order of time. Index ``REACH - 1`` is the frame just before the transition, ``REACH`` the one
just after. What is unknown is 0, in the values and in ``seen`` or ``compared``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.cinematics import LUMA, MOTION_HALF, change_of_luma

RATE = 16
"""Frames a second at which the surroundings of a transition are told, as in the paper."""
REACH = 8
"""Frames told on each side."""
CURVES = ("light", "motion")
"""What is told of each frame: mean brightness as shown, 0 to 1, and how fast the picture changes there, 0 to 1 (the
measure of ``Cinematics.motion``)."""

Side = Literal["before", "after"]


@dataclass(frozen=True)
class Surroundings:
    """What is seen around the T transitions of an edit, in their order.

    ``curves`` (T, 2 * REACH, 2) float32, see ``CURVES``; ``seen`` (T, 2 * REACH) float32, 1 where the frame is known;
    ``difference`` (T,) float32, 0 (the same picture on both sides) to 1, see ``cinematics.difference_of_pictures``;
    ``compared`` (T,) float32, 1 where ``difference`` is known.
    """

    curves: NDArray[np.float32]
    seen: NDArray[np.float32]
    difference: NDArray[np.float32]
    compared: NDArray[np.float32]

    def __post_init__(self) -> None:
        count = len(self.difference)
        wanted = {
            "curves": (count, 2 * REACH, len(CURVES)),
            "seen": (count, 2 * REACH),
            "difference": (count,),
            "compared": (count,),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must have the shape {shape}; its is {getattr(self, name).shape}.")


def nothing_seen(count: int) -> Surroundings:
    """The surroundings of ``count`` transitions of which nothing was looked at."""
    return Surroundings(
        np.zeros((count, 2 * REACH, len(CURVES)), np.float32),
        np.zeros((count, 2 * REACH), np.float32),
        np.zeros(count, np.float32),
        np.zeros(count, np.float32),
    )


def curves_of_frames(
    frames: Sequence[NDArray[np.uint8]], side: Side, *, gaps: Sequence[float] | None = None
) -> NDArray[np.float32]:
    """Curves of one side of a transition.

    Parameters
    ----------
    frames : sequence of NDArray of uint8, (h, w, 3)
        2 to ``REACH + 1`` frames of RGB, ``1 / RATE`` seconds apart, in order of time, of one size; 48 pixels across
        are enough. Those before a transition end with the last one before it, those after begin with the first.
    side : "before" or "after"
    gaps : sequence of float, optional
        Seconds that truly lie between each frame and the next, where a film's own rate allows no even steps; default
        ``1 / RATE``. Where it is 0, a film of few frames shows one twice: it moves as fast as just before.

    Returns
    -------
    NDArray of float32, (n - 1, 2)
        One row for each frame but the one farthest from the transition, which is there to tell motion from.

    Raises
    ------
    ValueError
        If there are fewer than 2 frames, or more than ``REACH + 1``.
    """
    if not 2 <= len(frames) <= REACH + 1:
        raise ValueError(f"A side takes 2 to {REACH + 1} frames; here are {len(frames)}.")
    gaps = [1 / RATE] * (len(frames) - 1) if gaps is None else gaps
    lumas = [frame.astype(np.float32) @ LUMA / 255 for frame in frames]
    rates: list[float] = []
    for (one, other), gap in zip(pairwise(lumas), gaps, strict=True):
        rates.append(change_of_luma(one, other, gap) if gap > 0 else rates[-1] if rates else 0.0)
    lights = [float(luma.mean()) for luma in (lumas[1:] if side == "before" else lumas[:-1])]
    motion = [rate / (rate + MOTION_HALF) for rate in rates]
    return np.stack([lights, motion], axis=1).astype(np.float32)


def black_curves() -> NDArray[np.float32]:
    """Curves of a side that is black, (REACH, 2): neither light nor motion."""
    return np.zeros((REACH, len(CURVES)), np.float32)


def place_of(side: Side, count: int) -> slice:
    """Where ``count`` frames of a side stand among the 2 * REACH: those nearest to the transition are known first."""
    return slice(REACH - count, REACH) if side == "before" else slice(REACH, REACH + count)
