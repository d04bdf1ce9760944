"""Making room for speech: a gain curve beside the music, never inside its stems.

The curve is a list of keyframes, linear in decibels between them, as editors draw it. It is down when somebody begins
to speak and comes up when they have finished; pauses too short for the music to come up and go down again stay down,
because music that bobs between two sentences is worse than music that waits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.render.voice import RATE

Span = tuple[Fraction, Fraction]
"""Start and end in seconds."""

ATTACK = Fraction(16, 100)
"""Seconds the music takes to go down before speech begins."""
RELEASE = Fraction(1, 2)
"""Seconds it takes to come up afterwards."""
PAUSE = ATTACK + RELEASE + Fraction(7, 10)
"""Shortest pause in speech, in seconds, in which the music comes up."""
DEEPEST, SHALLOWEST = 12.0, 3.0
"""dB that may be asked for."""
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Keyframe:
    """The music's gain at an instant: exact seconds from the first frame, and dB, 0 or below."""

    time: Fraction
    level: float


def ducking_curve(speech: Sequence[Span], duration: Fraction, *, depth: float) -> tuple[Keyframe, ...]:
    """The gain curve that makes room for speech.

    Parameters
    ----------
    speech : sequence of (start, end)
        Seconds, in any order; what lies outside the timeline is left out.
    duration : Fraction
        Length of the timeline, seconds.
    depth : float
        By how many dB the music goes down.

    Returns
    -------
    tuple of Keyframe
        By time, no two at one time; empty where nobody speaks. Before the first and after the last the level holds.
    """
    keyframes: list[Keyframe] = []
    for start, end in _passages(speech, duration):
        down, up = start - ATTACK, end + RELEASE
        if down > 0:
            keyframes += [Keyframe(down, 0.0), Keyframe(start, -depth)]
        else:  # speech at once: the music begins as far down as it would be by then
            keyframes += [Keyframe(Fraction(0), -depth)] + ([Keyframe(start, -depth)] if start > 0 else [])
        keyframes.append(Keyframe(min(end, duration), -depth))
        if up <= duration:
            keyframes.append(Keyframe(up, 0.0))
    return tuple(keyframes)


def gain_of(curve: Sequence[Keyframe], first: int, end: int) -> NDArray[np.float32]:
    """The curve as factors of amplitude for the samples ``first`` to ``end``, shape (end - first,)."""
    if not curve:
        return np.ones(end - first, np.float32)
    times = [float(keyframe.time * RATE) for keyframe in curve]
    levels = np.interp(np.arange(first, end), times, [keyframe.level for keyframe in curve])
    return np.power(10, levels / 20, dtype=np.float32, casting="same_kind")


def write_curve(curve: Sequence[Keyframe], path: Path, *, depth: float) -> None:
    """Write keyframes as JSON: exact times as "numerator/denominator", the same in seconds, and dB.

    Raises
    ------
    OSError
        As the file system says it.
    """
    record = {
        "format": FORMAT,
        "depth_db": depth,
        "between": "linear in dB",
        "keyframes": [
            {
                "time": f"{keyframe.time.numerator}/{keyframe.time.denominator}",
                "seconds": round(float(keyframe.time), 6),
                "db": keyframe.level,
            }
            for keyframe in curve
        ],
    }
    path.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def _passages(speech: Sequence[Span], duration: Fraction) -> list[Span]:
    """Speech within the timeline, joined over pauses that are too short for the music to come up."""
    joined: list[Span] = []
    for start, end in sorted(speech):
        start, end = max(start, Fraction(0)), min(end, duration)
        if start >= end:
            continue
        if joined and start - joined[-1][1] < PAUSE:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
