"""An earlier beat plan, remembered while a changed edit is planned.

A shot that lives on should keep its beats: as many as it had, at the same places of the bar. Three wishes bring that
about: the tempo stays near the earlier one, an edge of a surviving shot is worth more on the place of the bar where it
was, and so is every beat when bars are counted. None is a must; the cuts come first.

Positions are beats from the first frame of their own plan; times are seconds from the first frame of their own edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from vem_plugin.rhythm.beat_plan import BeatPlan

SAME_PLACE = 0.1
"""What an edge of a surviving shot on its earlier place of the bar is worth, for each of the two shots that meet."""
CUT_OPEN = Fraction(1, 10)
"""A shot whose length changed by more than this share cannot keep its beats within the limits of tempo."""
SAME_PLACE_OF_BEAT = 0.5
"""What a beat on its earlier place of the bar is worth when bars are counted; an odd bar costs .85 and more."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A shot that lives on: where it lies now, and where it lay then, s.

    ``at_head`` says where its length was changed, if it was: at its head, or at its tail.
    """

    start: Fraction
    end: Fraction
    former_start: Fraction
    former_end: Fraction
    at_head: bool = False

    @property
    def cut_open(self) -> bool:
        """Whether its length changed so much that it wins or loses beats."""
        former = self.former_end - self.former_start
        return abs(self.end - self.start - former) > CUT_OPEN * former


@dataclass(frozen=True)
class FormerBeats:
    """The earlier plan and the shots that live on, in the order they have now. ``frame`` is the earlier frame, s."""

    plan: BeatPlan
    survivors: tuple[Survivor, ...]
    frame: Fraction

    def tempo_range(self, asked: tuple[float, float]) -> tuple[float, float]:
        """Slowest and fastest base tempo to look at: those asked for, and a tenth either side of the earlier one."""
        base = float(self.plan.base_bpm)
        return max(20.0, min(asked[0], base * 0.9)), min(400.0, max(asked[1], base * 1.1))

    def places_of_edges(self) -> Iterator[tuple[Fraction, int]]:
        """Times of surviving edges now, and the eighth of the bar they fell on then; only of those that landed."""
        for shot in self.survivors:
            if shot.cut_open:
                continue
            for now, then in ((shot.start, shot.former_start), (shot.end, shot.former_end)):
                place = self._place_in_eighths(then)
                if place is not None:
                    yield now, place

    def beats_on(self, grid: BeatPlan) -> tuple[int | None, ...]:
        """For every beat of a new grid the beat it was, or None; bars of the new grid are not looked at.

        Where a shot lost or won beats, they are taken out or put in at bar lines of the earlier plan, as near as can be
        to the end of the shot that was changed.
        """
        beats: list[int | None] = [None] * grid.beats
        for shot in self.survivors:
            first, last = grid.beat_near(shot.start), grid.beat_near(shot.end)
            former, end = self.plan.beat_near(shot.former_start), self.plan.beat_near(shot.former_end)
            common = min(last - first, end - former)
            if common <= 0:
                continue
            head = common if last - first == end - former else self._head(former, end, common, at_head=shot.at_head)
            tail = common - head
            beats[first : first + head] = range(former, former + head)
            beats[last - tail : last] = range(end - tail, end)
        return tuple(beats)

    def places_of(self, beats: tuple[int | None, ...]) -> dict[int, int]:
        """Place in its earlier bar (0 is the downbeat) of every new beat that was one before."""
        return {beat: self.place(former) for beat, former in enumerate(beats) if former is not None}

    def place(self, beat: int) -> int:
        """Place of an earlier beat in its bar; 0 is the downbeat."""
        return self._places[beat]

    @cached_property
    def _places(self) -> tuple[int, ...]:
        return tuple(place for bar in self.plan.bars for place in range(bar.beats))

    def _place_in_eighths(self, time: Fraction) -> int | None:
        nearest = Fraction(round(2 * self.plan.beat_of(time)), 2)
        if abs(self.plan.time_of(nearest) - time) > self.frame / 2:
            return None
        beat = int(nearest)
        place = 0 if beat == self.plan.beats else self._places[beat]
        return 2 * place + int(2 * (nearest - beat))

    def _head(self, first: int, last: int, common: int, *, at_head: bool) -> int:
        """How many of a shot's ``common`` beats come from its head: the joint lies at bar lines if it can."""
        lines = {bar.beat for bar in self.plan.bars} | {self.plan.beats}

        def price(head: int) -> tuple[int, int]:
            away = (first + head not in lines) + (last - (common - head) not in lines)
            return away, head if at_head else common - head

        return min(range(common + 1), key=price)
