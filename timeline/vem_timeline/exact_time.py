"""From OpenTimelineIO's floating times to exact seconds; rounding happens here once and nowhere later.

A ``RationalTime`` holds two floats. Its rate stands for an exact rate (`vem_timeline.clock.exact_rate`); its
value is a whole number of frames almost always, and where an application wrote a fraction of a frame (a
retimed clip), the simplest fraction within one part in ten thousand of a frame is meant.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

from opentimelineio.opentime import RationalTime

from vem_timeline.clock import exact_rate
from vem_timeline.errors import UnreadableTimeline

_SUBFRAME_LIMIT = 10_000
"""Largest denominator of a fraction of a frame: 1/100 000 frame off at most, far below one audio sample."""


@lru_cache(maxsize=256)
def _cached_rate(rate: float) -> Fraction:
    return exact_rate(rate)


@lru_cache(maxsize=100_000)  # a long edit repeats few lengths thousands of times
def _seconds_of(value: float, rate: float) -> Fraction:
    whole = round(value)
    if abs(value - whole) < 0.5 / _SUBFRAME_LIMIT:
        return whole / _cached_rate(rate)
    return Fraction(value).limit_denominator(_SUBFRAME_LIMIT) / _cached_rate(rate)


def seconds_of_time(time: RationalTime, *, where: object = "") -> Fraction:
    """Exact seconds of a ``RationalTime``.

    Parameters
    ----------
    time : RationalTime
        Value and rate as read from the file.
    where : object
        Named in the error, by its text.

    Raises
    ------
    UnreadableTimeline
        If value or rate is no finite number, or the rate is not greater than 0.
    """
    value, rate = float(time.value), float(time.rate)
    if value == 0:
        return Fraction(0)  # also the many zero times that are written without a rate
    if not (math.isfinite(value) and math.isfinite(rate) and rate > 0):
        raise UnreadableTimeline(
            f"The time {value:g} at {rate:g} frames per second is no time.",
            where=str(where),
            remedy="Export the timeline again, or delete that clip.",
        )
    return _seconds_of(value, rate)
