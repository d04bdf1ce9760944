"""Long pieces in windows of one size: which are written, what fills them up, and whose noise they get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.conditioning import Conditions
from vem_plugin.models.pipeline import Window, stretch_to_write, windows_over
from vem_plugin.models.storyboard_tokens import HIDDEN

OVERLAP = 1 / 3
"""Share of a window that the window before has written."""


def windows_to_write(written: NDArray[np.bool_], whole: int, size: int) -> Sequence[Window]:
    """Windows of exactly ``size`` frames over what is not written yet, with as much around it as they hold.

    Parameters
    ----------
    written : (T,) bool
    whole : int
        Frames there are, with what was added behind the piece; ``size`` at least.
    """
    around = int(size * OVERLAP)
    first, last = stretch_to_write(written, around=around)
    if last <= first:
        return ()
    lacking = max(0, size - (last - first))
    first = max(0, min(first - lacking // 2, whole - size))
    last = min(whole, max(last, first + size))
    windows = (
        Window(first + window.first, first + window.last, first + window.fresh)
        for window in windows_over(last - first, size=size, overlap=around)
    )
    known = np.append(written, np.ones(whole - len(written), bool))
    return tuple(window for window in windows if not known[window.first : window.last].all())


def padded(row: Conditions, frames: int) -> Conditions:
    """The row with frames behind the piece, which are on no beat and see no shot."""
    lacking = frames - row.frames
    if not lacking:
        return row

    def behind(values: NDArray[Any], fill: float = 0) -> NDArray[Any]:
        return np.concatenate([values, np.full((lacking, *values.shape[1:]), fill, values.dtype)])

    return replace(
        row,
        beat=behind(row.beat),
        direction=behind(row.direction),
        card=behind(row.card),
        piece=behind(row.piece, -1),
        relation=behind(row.relation),
        mask=behind(row.mask, HIDDEN),
    )


def seed_of_window(seed: int, index: int) -> int:
    """Seed of a window's own noise: the first has the piece's, the others one that no other seed is near."""
    return seed if not index else int(np.random.SeedSequence((seed, index)).generate_state(1)[0])


def filled_up(
    known: NDArray[np.float32] | None, known_mask: NDArray[np.bool_] | None, frames: int, whole: int, size: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Known latents (whole, size) and which are (whole,); what lies behind the piece is not."""
    given, mask = np.zeros((whole, size), np.float32), np.zeros(whole, bool)
    if known is None and known_mask is None:
        return given, mask
    if known is None or known_mask is None:
        raise ValueError("known and known_mask belong together")
    if known.shape != (frames, size) or known_mask.shape != (frames,):
        raise ValueError(f"known {known.shape}, known_mask {known_mask.shape}: not of {frames} frames of {size}")
    mask[:frames] = known_mask
    given[mask] = known[known_mask]
    return given, mask
