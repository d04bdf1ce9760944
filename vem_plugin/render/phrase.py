"""How loud the music wants to be at any time, beyond what its notes say: phrases breathe, and it grows into hits.

Drawn from the cue sheet alone, so that it stays where it is when notes change. Times are samples at 48 kHz, levels dB.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np

from vem_plugin.render.performance import Points
from vem_plugin.render.voice import RATE
from vem_plugin.score.cue import CueSheet

_PHRASE_BARS = 4
_EDGE, _TOP, _TOP_AT = -1.2, 0.6, Fraction(3, 5)
"""A phrase begins and ends this much softer, dB, and is loudest after three fifths."""
_GROWTH = {1.0: (Fraction(2), 3.5), 0.5: (Fraction(1), 2.0)}
"""Into a hit of at least so much strength the music grows over so many beats, by so many dB."""
_LET_GO = RATE // 50, 3 * RATE // 50
"""Growth ends this long before the hit, and is gone this long after it."""


class PhraseArc:
    """The dynamics of a piece.

    Parameters
    ----------
    cue : CueSheet
    frame_of : callable
        Sample of a beat, exact (a Fraction of beats).
    """

    def __init__(self, cue: CueSheet, frame_of: Callable[[Fraction], int]) -> None:
        breath = _rising([(frame_of(beat), level) for beat, level in _breath(cue)])
        growth = _rising(list(_growth(cue, frame_of)))
        self._times = sorted({time for time, _ in (*breath, *growth)}) or [0]
        self._levels = (_curve(breath, self._times) + _curve(growth, self._times)).tolist()

    def over(self, start: int, end: int) -> Points:
        """The arc from one sample to another, both among its points."""
        first, last = bisect_right(self._times, start), bisect_left(self._times, end)
        inner = zip(self._times[first:last], self._levels[first:last], strict=True)
        return (start, self._at(start)), *inner, (end, self._at(end))

    def _at(self, time: int) -> float:
        after = bisect_right(self._times, time)
        if after == 0 or after == len(self._times):
            return self._levels[max(0, after - 1)]
        before = after - 1
        share = (time - self._times[before]) / (self._times[after] - self._times[before])
        return self._levels[before] + share * (self._levels[after] - self._levels[before])


def _breath(cue: CueSheet) -> Iterator[tuple[Fraction, float]]:
    """Beats and levels of the phrases: four bars each, or what is left of a section."""
    for section in cue.sections:
        start = section.start
        for first in range(0, len(section.bars), _PHRASE_BARS):
            beats = sum(section.bars[first : first + _PHRASE_BARS])
            yield Fraction(start), _EDGE
            yield start + beats * _TOP_AT, _TOP
            start += beats
            yield Fraction(start), _EDGE


def _growth(cue: CueSheet, frame_of: Callable[[Fraction], int]) -> Iterator[tuple[int, float]]:
    """Samples and levels of the growth into hits; where a stop comes before the hit, into the stop."""
    strong = [
        (Fraction(eighth, 2), strength) for eighth, strength in sorted(cue.hits.items()) if strength >= min(_GROWTH)
    ]
    for (before, _), (beat, strength) in pairwise([(Fraction(0), 0.0), *strong]):
        beats, gain = _GROWTH[max(least for least in _GROWTH if least <= strength)]
        aim = beat
        while aim - 1 in cue.stops:
            aim -= 1
        begin = max(before + Fraction(1, 2), aim - beats)
        if begin >= aim:
            continue
        yield frame_of(begin), 0.0
        yield max(frame_of(begin) + 1, frame_of(aim) - _LET_GO[0]), gain
        yield frame_of(aim) + _LET_GO[1], 0.0


def _rising(points: list[tuple[int, float]]) -> Points:
    """The points in order, one a sample."""
    return tuple(sorted(dict(points).items()))


def _curve(points: Points, times: list[int]) -> np.ndarray:
    if not points:
        return np.zeros(len(times))
    return np.interp(times, [time for time, _ in points], [level for _, level in points])
