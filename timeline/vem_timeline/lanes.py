"""Tracks built of items that know their own place, as XML formats and edit lists give them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from vem_timeline.clock import Clock
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.tree import Join, Mark, Node, Place, RemarkBook

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Track:
    """What a track is called, what lies on it (``video`` or ``audio``), and whether it is switched on."""

    label: str
    name: str = ""
    role: str = "video"
    enabled: bool = True
    marks: tuple[Mark, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Items that follow each other from ``start`` on, and the transitions at given times between them."""

    start: Fraction
    items: tuple[Node, ...]
    joins: tuple[tuple[Fraction, Join], ...] = ()

    @property
    def end(self) -> Fraction:
        """First instant after the last item."""
        return self.start + sum((item.duration for item in self.items), _ZERO)


def gap_of(duration: Fraction) -> Node:
    """An empty stretch of a track."""
    return Node("gap", "", _ZERO, duration)


def track_of(
    track: Track,
    items: Iterable[tuple[Fraction, Node]],
    joins: Iterable[tuple[Fraction, Join]],
    clock: Clock,
    book: RemarkBook,
) -> Node:
    """A track with its items at their places, gaps between them, and transitions on their cuts.

    Parameters
    ----------
    items : iterable of (Fraction, Node)
        Start on the track, seconds, and the item. Overlaps of up to a frame are rounding, and are trimmed.
    joins : iterable of (Fraction, Join)
        The cut a transition belongs to, seconds, and the transition.

    Raises
    ------
    UnreadableTimeline
        If an item begins before the track or overlaps another one.
    """
    children: list[Node] = []
    starts: list[Fraction] = []
    at = _ZERO
    for start, item in sorted(items, key=lambda entry: entry[0]):
        if start < at:
            if at - start > clock.frame_duration or not children or children[-1].duration <= at - start:
                raise _overlap(track, item, start, at, clock)
            children[-1] = replace(children[-1], duration=children[-1].duration - (at - start))
            at = start
        elif start > at:
            children.append(gap_of(start - at))
            starts.append(at)
        children.append(item)
        starts.append(start)
        at = start + item.duration
    return Node(
        "track",
        track.name,
        _ZERO,
        at,
        enabled=track.enabled,
        role=track.role,
        roles=track.roles,
        children=_with_joins(children, [*starts, at], list(joins), track, clock, book),
        marks=track.marks,
        place=Place(track.label, track.name, _ZERO, clock),
    )


def tracks_of_runs(track: Track, runs: Iterable[Run], clock: Clock, book: RemarkBook) -> list[Node]:
    """As few tracks as hold all runs without overlaps; a run that must give way lies on a higher track."""
    layers: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.start, run.end)):
        layer = next((layer for layer in layers if layer[-1].end <= run.start), None)
        if layer is None:
            layers.append([run])
        else:
            layer.append(run)
    made = []
    for layer in layers:
        items = []
        for run in layer:
            at = run.start
            for item in run.items:
                items.append((at, item))
                at += item.duration
        made.append(track_of(track, items, [join for run in layer for join in run.joins], clock, book))
    return made


def stack_of(name: str, tracks: Iterable[Node], *, start: Fraction = _ZERO, marks: tuple[Mark, ...] = ()) -> Node:
    """Tracks on top of each other, the last one uppermost."""
    layers = tuple(tracks)
    duration = max((layer.duration for layer in layers), default=_ZERO)
    return Node("stack", name, start, duration, children=layers, marks=marks)


def _with_joins(
    children: list[Node],
    edges: list[Fraction],
    joins: list[tuple[Fraction, Join]],
    track: Track,
    clock: Clock,
    book: RemarkBook,
) -> tuple[Node | Join, ...]:
    """The children with each transition at the edge where its cut is."""
    if not joins:
        return tuple(children)
    at_edge: dict[int, Join] = {}
    for cut, join in joins:
        after = bisect_left(edges, cut)
        index = min((max(after - 1, 0), min(after, len(edges) - 1)), key=lambda near: abs(edges[near] - cut))
        if abs(edges[index] - cut) > clock.frame_duration / 2 or (not children):
            book.add(
                "A transition lies on no cut.",
                Place(track.label, join.name, cut, clock),
                "It is passed over; the cuts beside it stay where they are.",
            )
            continue
        at_edge[index] = join
    placed: list[Node | Join] = []
    for index, child in enumerate(children):
        if index in at_edge:
            placed.append(at_edge[index])
        placed.append(child)
    if len(children) in at_edge:
        placed.append(at_edge[len(children)])
    return tuple(placed)


def _overlap(track: Track, item: Node, start: Fraction, at: Fraction, clock: Clock) -> UnreadableTimeline:
    where = str(Place(track.label, item.name, max(start, _ZERO), clock))
    if start < 0:
        return UnreadableTimeline(
            "An item begins before the timeline does.", where=where, remedy="Delete that item, or export again."
        )
    over = (at - start) * clock.rate
    return UnreadableTimeline(
        f"Two items lie over each other on one track, for {float(over):.4g} frames.",
        where=where,
        remedy="Export the edit again; a track shows one item at a time.",
    )
