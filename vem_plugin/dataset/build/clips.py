"""Cuts long films into clips at shot borders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt

from vem_timeline.storyboard import Shot, Storyboard


@dataclass(frozen=True)
class Clip:
    """A stretch of a film: ``start`` seconds into it, and its shots as an edit of their own that begins at 0."""

    start: Fraction
    storyboard: Storyboard


def clips_of(storyboard: Storyboard, *, shortest: float = 10.0, longest: float = 60.0) -> Iterator[Clip]:
    """Cut a film into clips of ``shortest`` to ``longest`` seconds.

    A film that is short enough is one clip. Else each clip ends at the shot border nearest to the usual length (the
    geometric mean of both bounds); within a shot longer than ``longest`` it ends wherever that length is reached. What
    is left over at the end and too short is left out.
    """
    least, most = Fraction(shortest), Fraction(longest)
    usual = Fraction(sqrt(shortest * longest)).limit_denominator(1000)
    start = Fraction(0)
    while storyboard.duration - start >= least:
        end = storyboard.duration
        if end - start > most:
            borders = [shot.start for shot in storyboard.shots if least <= shot.start - start <= most]
            frame = storyboard.clock.frame_duration
            end = min(
                borders, key=lambda time: (abs(time - start - usual), time), default=start + most // frame * frame
            )
        yield Clip(start, _between(storyboard, start, end))
        start = end


def _between(storyboard: Storyboard, start: Fraction, end: Fraction) -> Storyboard:
    """The part of an edit between two moments, as an edit."""
    shots = tuple(
        replace(_trimmed(shot, start, end), number=number)
        for number, shot in enumerate((s for s in storyboard.shots if s.start < end and s.end > start), start=1)
    )
    into = {shot.start: shot.number for shot in shots}
    transitions = tuple(
        replace(change, time=change.time - start, into=number)
        for change in storyboard.transitions
        if start < change.time < end and (number := _shot_at(change.into, storyboard, into, start)) is not None
    )
    return replace(storyboard, duration=end - start, shots=shots, transitions=transitions, markers=(), speech=())


def _shot_at(into: int, storyboard: Storyboard, numbers: dict[Fraction, int], start: Fraction) -> int | None:
    """New number of the shot that a transition leads into."""
    return numbers.get(storyboard.shots[into - 1].start - start)


def _trimmed(shot: Shot, start: Fraction, end: Fraction) -> Shot:
    """A shot without what lies outside a span, its times counted from there."""
    first, last = max(shot.start, start), min(shot.end, end)
    media = shot.media
    if media is not None and not media.still:
        ahead, behind = (first - shot.start) * abs(shot.speed), (shot.end - last) * abs(shot.speed)
        if shot.speed < 0:
            ahead, behind = behind, ahead
        media = replace(media, start=media.start + ahead, duration=media.duration - ahead - behind)
    return replace(shot, start=first - start, duration=last - first, media=media)
