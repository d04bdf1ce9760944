"""Where a change falls: shots or timecodes in, a run of whole beats out, and the seams beside it.

Music changes beat by beat. A beat belongs to the span if most of it lies inside; a cut on an off-beat takes the whole
beat with it, so that the accent on the cut sounds new. Outside, the span is widened by a beat at most on each side: the
seams, where old and new music meet, lie there. Towards a locked shot nothing is widened, and the seam lies inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from vem_plugin.errors import SettingsError
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_timeline.storyboard import Shot, Storyboard

SEAM = Fraction(1, 20)
"""Seconds that the seam before a span takes: what sounds there is the same old music twice."""
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of whole beats, ``first`` to ``last`` (excluded), made anew.

    ``shots`` are the numbers of those it lies in; ``start`` and ``end`` are the seconds asked for. ``opening`` and
    ``closing`` are the seams, start and end in seconds: before the first no sample changes, nor after the last. An
    opening that ends at 0, and a closing that starts with the end of the timeline, are none.
    """

    first: int
    last: int
    shots: tuple[int, ...]
    start: Fraction
    end: Fraction
    opening: tuple[Fraction, Fraction]
    closing: tuple[Fraction, Fraction]

    @property
    def beats(self) -> int:
        """Length in beats."""
        return self.last - self.first


def span_of_shots(
    storyboard: Storyboard, plan: BeatPlan, shots: Sequence[int], *, locked: AbstractSet[int] = frozenset()
) -> Span:
    """The span of a run of shots.

    Parameters
    ----------
    shots : sequence of int
        Numbers of the first and last shot of a run, as an editor counts (from 1).
    locked : set of int
        Shots that must not change.

    Raises
    ------
    SettingsError
        If there is no such shot.
    """
    for number in shots:
        if not 1 <= number <= len(storyboard.shots):
            raise SettingsError(
                f"There is no shot {number}.",
                where=f"{len(storyboard.shots)} shots",
                remedy=f"Choose from 1 to {len(storyboard.shots)}; `vem inspect` lists them.",
            )
    run = storyboard.shots[min(shots) - 1 : max(shots)]
    return span_between(storyboard, plan, run[0].start, run[-1].end, locked=locked)


def span_between(
    storyboard: Storyboard, plan: BeatPlan, start: Fraction, end: Fraction, *, locked: AbstractSet[int] = frozenset()
) -> Span:
    """The span between two times, seconds from the first frame.

    Raises
    ------
    SettingsError
        If the times are the wrong way round, or outside the edit.
    """
    start, end = max(start, Fraction(0)), min(end, plan.duration)
    if start >= end:
        raise SettingsError(
            "The span has no length inside the edit.",
            where=f"{float(start):.2f} s to {float(end):.2f} s of {float(plan.duration):.2f} s",
            remedy="Give a start before the end, both inside the timeline.",
        )
    here = shots_between(storyboard, start, end)
    before, after = _neighbours(storyboard, here, start, end)
    low, high = plan.beat_of(start), plan.beat_of(end)
    first = ceil(low) if before in locked else ceil(low - _HALF)
    last = floor(high) if after in locked else ceil(high - _HALF)
    if end == plan.duration:
        last = plan.beats
    if last <= first:
        first = min(floor(low), plan.beats - 1)
        last = first + 1
        if (after in locked and last > high) or (before in locked and first < low):
            raise SettingsError(
                "This is shorter than a beat, and lies beside a locked shot.",
                where=f"{float(start):.2f} s to {float(end):.2f} s",
                remedy="Unlock the neighbour, or choose more shots.",
            )
    opening = _opening(plan, first, low, locked=before in locked)
    closing = _closing(plan, last, high, locked=after in locked)
    return Span(first, last, tuple(shot.number for shot in here), start, end, opening, closing)


def shots_between(storyboard: Storyboard, start: Fraction, end: Fraction) -> tuple[Shot, ...]:
    """Shots that are seen between two times, for half a frame at least."""
    least = storyboard.clock.frame_duration / 2
    return tuple(shot for shot in storyboard.shots if min(end, shot.end) - max(start, shot.start) >= least)


def _neighbours(
    storyboard: Storyboard, here: Sequence[Shot], start: Fraction, end: Fraction
) -> tuple[int | None, int | None]:
    """The shots that the widening would reach into, if the span begins and ends with its own."""
    if not here:
        return None, None
    before = here[0].number - 1 if here[0].start >= start else None
    after = here[-1].number + 1 if here[-1].end <= end else None
    return before or None, after if after is not None and after <= len(storyboard.shots) else None


def _opening(plan: BeatPlan, first: int, low: Fraction, *, locked: bool) -> tuple[Fraction, Fraction]:
    if first == 0:
        return Fraction(0), Fraction(0)
    begin = plan.time_of(low if locked else max(Fraction(0), low - 1))
    return begin, begin + SEAM


def _closing(plan: BeatPlan, last: int, high: Fraction, *, locked: bool) -> tuple[Fraction, Fraction]:
    if last == plan.beats:
        return plan.duration, plan.duration
    if locked:
        return plan.time_of(max(Fraction(0), high - _HALF)), plan.time_of(high)
    return plan.time_of(Fraction(last)), plan.time_of(min(high + 1, Fraction(plan.beats)))
