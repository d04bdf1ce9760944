"""Bar lines: which beats are downbeats, once the beats are known.

Every bar has ``meter`` beats unless a shorter (or one longer) bar brings a bar line onto an important cut;
each such bar has its price. An exact dynamic programme over beats.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vem_plugin.rhythm.beat_plan import Bar
from vem_plugin.rhythm.former import SAME_PLACE_OF_BEAT
from vem_plugin.rhythm.spans import Floats
from vem_plugin.score.cue import COMPOUND

ODD_BAR_PRICE = 0.6
PRICE_A_BEAT = 0.25
"""What a bar of another length costs, and what each beat of difference adds; 0.3 is what a bar line is worth
to an ordinary cut (see ``plan.WORTH``), so one ordinary cut never bends the metre."""
BROKEN_PULSE_PRICE = 0.6
"""What a bar of 6/8 costs beyond that if it is not made of whole pulses (three eighths)."""


def bar_price(beats: int, meter: int) -> float:
    """Price of a bar of so many beats in a metre; infinite where no such bar is written."""
    if beats == meter:
        return 0.0
    if 2 <= beats <= meter + 1:
        broken = BROKEN_PULSE_PRICE if meter == COMPOUND and beats % 3 else 0.0
        return ODD_BAR_PRICE + PRICE_A_BEAT * abs(meter - beats) + broken
    return float("inf")


def prices_by_phase(meter: int) -> Floats:
    """Price of a bar line at each eighth of the bar, (2 x meter,); a beat after one, the bar before grows."""
    prices = np.full(2 * meter, np.inf)
    prices[0] = 0.0
    prices[2] = bar_price(meter + 1, meter)
    for beat in range(2, meter):
        prices[2 * beat] = bar_price(beat, meter)
    return prices


def bars_of(
    beats: int, pulls: Mapping[int, float], *, meter: int, places: Mapping[int, int] | None = None
) -> tuple[Bar, ...]:
    """Divide beats into whole bars.

    Parameters
    ----------
    beats : int
        Number of beats, at least 1.
    pulls : Mapping of int to float
        What a bar line on a beat is worth, above an ordinary beat.
    meter : int
        Beats in an ordinary bar, at least 2.
    places : Mapping of int to int, optional
        Place in the bar (0 is the downbeat) that beats had in an earlier plan and should have again.

    Returns
    -------
    tuple of Bar
        Numbered from 1; their beats add up to ``beats``. A piece of a single beat is a bar of one beat.
    """
    if beats == 1:
        return (Bar(1, 0, 1),)
    places = places or {}
    lengths = {length: bar_price(length, meter) for length in range(2, meter + 2)}
    cost = [0.0] + [float("inf")] * beats
    last = [0] * (beats + 1)
    for beat in range(2, beats + 1):
        for length, price in lengths.items():
            start = beat - length
            if start < 0:
                continue
            kept = sum(places.get(start + place) == place for place in range(length)) if places else 0
            total = cost[start] + price - SAME_PLACE_OF_BEAT * kept
            if total < cost[beat]:
                cost[beat], last[beat] = total, length
        cost[beat] -= pulls.get(beat, 0.0)
    found: list[int] = []
    beat = beats
    while beat > 0:
        found.append(last[beat])
        beat -= last[beat]
    starts = np.cumsum([0, *found[::-1]]).tolist()
    return tuple(Bar(i + 1, start, length) for i, (start, length) in enumerate(zip(starts, found[::-1], strict=False)))
