"""Taking needless bends out of a tempo map.

Cuts stand on whole frames, so tying a beat to each of them bends even a perfectly steady edit a little. A run
of spans is replaced by one of constant tempo where everything that landed stays within half a frame of its
eighth.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vem_plugin.rhythm.spans import Anchors, Floats
from vem_plugin.rhythm.tempo_map import LOG_CHANGE, Path

LONGEST_RUN = 32
"""Most spans that are made one."""

_HAIR = 1e-9
"""Kept from the tolerance on the safe side, so that exact arithmetic finds the same landings."""


def straightened(path: Path, anchors: Anchors) -> Path:
    """Join spans wherever nothing moves by more than the tolerance.

    Parameters
    ----------
    path : Path
        A tempo map; its own limits are respected.
    anchors : Anchors
        The instants it was solved for. Hard ones stay tied.

    Returns
    -------
    Path
        Through the same number of eighths, with as many anchors or fewer.
    """
    tied = np.array(path.anchors)
    position = np.concatenate([[0], np.cumsum(path.eighths)]).astype(float)
    times = anchors.times[tied]
    exact = np.interp(anchors.times, times, position)
    nearest = np.rint(exact)
    landed = np.abs(np.interp(nearest, position, times) - anchors.times) <= anchors.tolerance + _HAIR
    kept = [0]
    log_tempo: float | None = None
    while kept[-1] < len(tied) - 1:
        start = kept[-1]
        end = start + 1
        for candidate in range(start + 2, min(start + LONGEST_RUN, len(tied) - 1) + 1):
            if anchors.hard[tied[candidate - 1]]:
                break
            if _holds(anchors, tied[start], tied[candidate], nearest, landed) and _follows(
                times, position, start, candidate, log_tempo
            ):
                end = candidate
        log_tempo = _log_tempo(times, position, start, end)
        kept.append(end)
    steps = np.diff(position[kept]).astype(int)
    return replace(path, anchors=tuple(tied[kept].tolist()), eighths=tuple(steps.tolist()))


def _holds(anchors: Anchors, first: int, last: int, nearest: Floats, landed: NDArray[np.bool_]) -> bool:
    """Whether everything landed between two anchors stays on its eighth at one tempo."""
    inside = np.arange(first + 1, last)
    inside = inside[landed[inside]]
    ends = anchors.times[[first, last]]
    grid = np.interp(nearest[inside], nearest[[first, last]], ends)
    return bool(np.all(np.abs(grid - anchors.times[inside]) <= anchors.tolerance - _HAIR))


def _follows(times: Floats, position: Floats, start: int, end: int, before: float | None) -> bool:
    """Whether the joined span is within the limit of the spans before and after it."""
    joined = _log_tempo(times, position, start, end)
    if before is not None and abs(joined - before) > LOG_CHANGE:
        return False
    return end == len(times) - 1 or abs(_log_tempo(times, position, end, end + 1) - joined) <= LOG_CHANGE


def _log_tempo(times: Floats, position: Floats, start: int, end: int) -> float:
    return float(np.log((position[end] - position[start]) / (times[end] - times[start])))
