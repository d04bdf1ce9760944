"""The edit as it lies on the tracks, in exact time and free of any file format.

Conventions. Every node has its *own time* (media time of a clip, sequence time of a track or stack) and shows
the stretch of it that begins at ``start``. ``duration`` is what it takes up in the time of its parent, so the
stretch of own time that is shown is ``duration * abs(speed)`` long. Played in reverse, that stretch runs from
its end to its start. Children of a track follow each other; children of a stack lie on top of each other, the
last one uppermost.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from vem_timeline.clock import Clock
from vem_timeline.storyboard import Remark

NodeKind = Literal["clip", "gap", "track", "stack"]
MediaKind = Literal["file", "sequence", "generator", "missing"]


@dataclass(frozen=True, slots=True)
class Place:
    """Track, item and timecode, as an editor finds them: ``V2 'Text+' 01:00:04:00``. Spelled out when it is told."""

    track: str
    name: str
    at: Fraction
    clock: Clock

    def __str__(self) -> str:
        parts = [self.track, f"'{self.name}'" if self.name else "", self.clock.timecode_of(self.at)]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class MediaSource:
    """What a clip refers to.

    ``url`` is as the file writes it, empty for generators and missing media. ``available_start`` is the media
    time (embedded timecode) of the file's first frame, seconds; None when the timeline does not say.
    ``frames`` locates the images of a sequence.
    """

    kind: MediaKind
    url: str = ""
    available_start: Fraction | None = None
    available_duration: Fraction | None = None
    still: bool = False
    frames: ImageSequence | None = None


@dataclass(frozen=True, slots=True)
class ImageSequence:
    """How the file names of an image sequence are made. ``rate`` is images per second."""

    base: str
    prefix: str
    suffix: str
    first: int
    step: int
    padding: int
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker in the own time of the node it sits on. ``duration`` is 0 for a point."""

    time: Fraction
    duration: Fraction
    name: str
    comment: str
    color: str


@dataclass(frozen=True, slots=True)
class Join:
    """A transition between two neighbours on a track; it takes up no time of its own.

    It begins ``before`` seconds before their boundary and ends ``after`` seconds after it.
    """

    name: str
    wipe: bool
    before: Fraction
    after: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A clip, gap, track or stack. ``looks`` holds its effects, ``role`` the kind of a track.

    ``overlay`` is a clip that its format calls a title or graphic, which lets the picture below show through.
    """

    kind: NodeKind
    name: str
    start: Fraction
    duration: Fraction
    speed: Fraction = Fraction(1)
    enabled: bool = True
    role: str = ""
    children: tuple[Node | Join, ...] = ()
    media: MediaSource | None = None
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    looks: str = ""
    overlay: bool = False
    place: Place | None = None

    @property
    def origin(self) -> Fraction:
        """Own time shown at the node's first instant, seconds: the end of the stretch in reverse."""
        return self.start if self.speed >= 0 else self.start - self.duration * self.speed

    @property
    def items(self) -> tuple[Node, ...]:
        """The children without the transitions between them."""
        return tuple(child for child in self.children if isinstance(child, Node))


@dataclass(slots=True)
class RemarkBook:
    """Collects remarks; equal ones are told once, with the first places where they apply."""

    _places: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, what: str, where: object, why: str) -> None:
        """Note something that was ignored or repaired at one place."""
        key = (what, why)
        self._counts[key] += 1
        places = self._places.setdefault(key, [])
        if len(places) < 3 and str(where) not in places:
            places.append(str(where))

    def remarks(self) -> tuple[Remark, ...]:
        """Everything noted, in the order of first mention."""
        told = []
        for key, places in self._places.items():
            more = self._counts[key] - len(places)
            where = "; ".join(places) + (f"; and {more} more" if more > 0 else "")
            told.append(Remark(what=key[0], where=where, why=key[1]))
        return tuple(told)
