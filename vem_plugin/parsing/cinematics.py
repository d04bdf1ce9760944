"""How a shot looks, in five numbers a composer can use: light, warmth, saturation, contrast, motion.

All are told from pixels as they are shown (gamma-coded RGB), because that is what the viewer sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.frames import SeenFrame
from vem_plugin.parsing.parsed_video import Cinematics

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Weights of red, green and blue in brightness (ITU-R BT.709)."""

MOTION_HALF = 1.2
"""Relative change of the picture a second at which ``motion`` is one half: what lively street footage has."""

GRAIN = 0.003
"""Mean change of brightness, averaged over squares, that grain and coding alone cause between two frames."""

BLOCKS = 48
"""Columns to which frames are averaged before motion is told, so that grain and coding count less."""

BINS = 4
"""Steps of red, green and blue in a colour histogram."""


@dataclass(frozen=True, slots=True)
class FrameLook:
    """How one frame looks; see ``Cinematics``. ``change`` is the relative change of the picture a second,
    None if there was no later frame to compare with."""

    light: float
    warmth: float
    saturation: float
    contrast: float
    change: float | None


def look_of_frame(frame: SeenFrame) -> FrameLook:
    """Tell how a frame looks, and how fast it changes if a later frame came with it."""
    # Every second pixel of every second row tells the same; planes, because numpy is slow on axes of three.
    red, green, blue = np.moveaxis(frame.picture[::2, ::2].astype(np.float32) / 255, 2, 0)
    luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
    largest = np.maximum(np.maximum(red, green), blue)
    smallest = np.minimum(np.minimum(red, green), blue)
    # Weighted by brightness: the hue of nearly black pixels is noise.
    saturation = float((largest - smallest).sum()) / max(float(largest.sum()), 1e-6)
    balance = float(red.mean() - blue.mean()) / max(float(red.mean() + blue.mean()), 0.05)
    return FrameLook(
        light=float(luma.mean()),
        warmth=max(-1.0, min(1.0, 2 * balance)),
        saturation=min(1.0, saturation),
        contrast=min(1.0, 2 * float(luma.std())),
        change=_change(frame),
    )


def cinematics_of_looks(looks: Sequence[FrameLook], *, speed: float = 1.0) -> Cinematics:
    """Tell how a shot looks from some of its frames.

    Parameters
    ----------
    looks : sequence of FrameLook
        At least one.
    speed : float
        Media seconds per timeline second; motion is seen that much faster. 0 is a freeze frame.

    Returns
    -------
    Cinematics
        The mean over the frames; ``motion`` over those with a later one, else its default (0 for a freeze).
    """
    if not looks:
        raise ValueError("The look of a shot needs at least one frame.")
    rates = [look.change * abs(speed) for look in looks if look.change is not None]
    motion = Cinematics().motion
    if speed == 0:
        motion = 0.0
    elif rates:
        motion = float(np.mean([rate / (rate + MOTION_HALF) for rate in rates]))
    return Cinematics(
        light=float(np.mean([look.light for look in looks])),
        warmth=float(np.mean([look.warmth for look in looks])),
        saturation=float(np.mean([look.saturation for look in looks])),
        contrast=float(np.mean([look.contrast for look in looks])),
        motion=motion,
    )


def histogram_of(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Shares of colours in each of the four quarters of a picture, float32, summing to 1.

    Quarters tell a picture from its mirror image; colours alone would not.
    """
    height, width = picture.shape[:2]
    steps = (picture.astype(np.int32) * BINS) // 256
    colours = (steps[..., 0] * BINS + steps[..., 1]) * BINS + steps[..., 2]
    halves = (slice(0, (height + 1) // 2), slice(height // 2, height))
    columns = (slice(0, (width + 1) // 2), slice(width // 2, width))
    counts = [np.bincount(colours[rows, across].ravel(), minlength=BINS**3) for rows in halves for across in columns]
    flat = np.concatenate(counts).astype(np.float32)
    return flat / flat.sum()


def difference_of_pictures(
    before: tuple[NDArray[np.float32], NDArray[np.float32] | None],
    after: tuple[NDArray[np.float32], NDArray[np.float32] | None],
) -> float:
    """How different two pictures are, 0 (the same) to 1.

    Parameters
    ----------
    before, after : (NDArray, NDArray or None)
        Histogram and unit picture embedding of each. Without embeddings, colours alone are compared.
    """
    colours = float(1 - np.minimum(before[0], after[0]).sum())
    if before[1] is None or after[1] is None:
        return min(1.0, max(0.0, colours))
    # Embeddings behind a rectifier are never opposed: 0.75 apart is as far as unlike pictures get.
    content = float(1 - before[1] @ after[1]) / 0.75
    return min(1.0, max(0.0, (colours + content) / 2))


def change_of_luma(before: NDArray[np.floating], after: NDArray[np.floating], gap: float) -> float:
    """How fast a picture changes: mean change of brightness a second, less what grain causes, relative to its contrast.

    So a dark shot can move as much as a bright one, and frame rates compare.

    Parameters
    ----------
    before, after : NDArray (h, w)
        Brightness as shown, 0 to 1, of two frames of one size.
    gap : float
        Seconds between them, above 0.
    """
    one, other = _blocks(before), _blocks(after)
    change = max(0.0, float(np.abs(other - one).mean()) - GRAIN)
    return change / (float(one.std()) + 0.05) / gap


def _change(frame: SeenFrame) -> float | None:
    """Relative change of a frame up to the later one that came with it; None without one."""
    if frame.later is None or frame.gap <= 0:
        return None
    return change_of_luma(frame.picture @ LUMA / 255, frame.later @ LUMA / 255, float(frame.gap))


def _blocks(luma: NDArray[np.floating]) -> NDArray[np.floating]:
    """Brightness (h, w) averaged over squares, ``BLOCKS`` to a row."""
    height, width = luma.shape
    side = max(1, width // BLOCKS)
    rows, columns = max(1, height // side), max(1, width // side)
    cut = luma[: rows * side, : columns * side]
    return cut.reshape(rows, side, columns, side).mean(axis=(1, 3))
