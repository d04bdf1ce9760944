"""MLT XML: Kdenlive projects, Shotcut projects, and what auto-editor and others write for MLT.

Conventions of the format. A tractor lays tracks over each other, the last one uppermost; a playlist holds entries and
blanks one after the other. Times are frames, or clock times that stand for the nearest frame; ``out`` is the last frame
shown, not the one after, and a blank's ``length`` counts frames. Kdenlive makes each track a tractor of two playlists,
between which clips alternate where they are mixed; ``hide`` tells picture tracks from sound tracks. Media count from
their first frame. Guides and markers are JSON in properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from vem_timeline.clock import Clock
from vem_timeline.edit import Declared, Edit, check_against
from vem_timeline.errors import EmptyTimeline, UnreadableTimeline
from vem_timeline.lanes import Track, stack_of, track_of
from vem_timeline.mlt_media import Shelf, frames_of, guides_of, property_of, rate_of_profile
from vem_timeline.ownership import TRACK_NAME, carries_id
from vem_timeline.tree import Join, Mark, MediaSource, Node, Place, RemarkBook
from vem_timeline.xml_tree import Element

_ZERO = Fraction(0)
_DEEPEST_NEST = 12


def edit_of_mlt(root: Element, path: Path, book: RemarkBook, *, timeline: str | None = None) -> Edit:
    """The edit in an MLT document.

    Raises
    ------
    UnreadableTimeline
        If it names no frame rate, holds no such timeline, or an entry has no sensible length.
    EmptyTimeline
        If it holds no tracks.
    """
    clock = Clock(rate_of_profile(root))
    shelf = Shelf.of(root, clock)
    tractor, name = tractor_of(root, shelf, book, timeline=timeline)
    reader = TractorReader(clock, book, shelf)
    tree = reader.timeline(tractor, guides_of(root, tractor, clock, shelf.colors))
    check_against(_declared(tractor, reader, clock), tree, clock, book)
    folder = path.parent / root.get("root") if root.get("root") else path.parent
    return Edit(name or path.stem, path, folder if folder.is_dir() else path.parent, clock, tree, book)


@dataclass(frozen=True, slots=True)
class _Item:
    """A clip on a track, frames. ``mixed`` is the transition of Shotcut between two clips, which is no clip itself."""

    start: int
    length: int
    entry: Element
    mixed: bool = False

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(slots=True)
class TractorReader:
    """Reads the tractors of one document."""

    clock: Clock
    book: RemarkBook
    shelf: Shelf
    lengths: list[tuple[int, int | None, int]] = field(default_factory=list)
    """Of each outer track: frames read, frames it declares, frames if every ``out`` were the frame after the last."""
    _inside: list[str] = field(default_factory=list)

    def timeline(self, tractor: Element, marks: tuple[Mark, ...] = (), *, outer: bool = True, name: str = "") -> Node:
        """A tractor as the stack of its tracks, the background left out."""
        tracks: list[Node] = []
        numbers = {"video": 0, "audio": 0}
        for place in tractor.all("track"):
            producer = self.shelf.producers.get(place.get("producer"))
            if producer is None or producer.tag not in ("tractor", "playlist") or _is_background(producer):
                continue  # a bare producer is the black that Kdenlive lays under everything
            role = "audio" if _only_sound(place, producer) else "video"
            if outer and role == "audio" and is_own_track(producer, self.shelf):
                continue
            numbers[role] += 1
            hidden = place.get("hide")
            enabled = hidden != "both" and not (hidden == role and producer.tag == "tractor")
            track = Track(f"{role[0].upper()}{numbers[role]}", _name_of_track(producer), role, enabled)
            tracks.append(self._track(producer, track, outer=outer))
        sound = [track for track in tracks if track.role == "audio"]
        return stack_of(name, sound + [track for track in tracks if track.role != "audio"], marks=marks)

    def _track(self, producer: Element, track: Track, *, outer: bool) -> Node:
        playlists = [producer]
        if producer.tag == "tractor":
            inner = [self.shelf.producers.get(place.get("producer")) for place in producer.all("track")]
            playlists = [playlist for playlist in inner if playlist is not None and playlist.tag == "playlist"]
        items = sorted(
            (item for playlist in playlists for item in self._items(playlist, track)), key=lambda item: item.start
        )
        if outer:
            declared = frames_of(producer.get("out"), self.clock) if producer.tag == "tractor" else None
            short = max((self._length_if_exclusive(playlist) for playlist in playlists), default=0)
            read = max((item.end for item in items), default=0)
            self.lengths.append((read, None if declared is None else declared + 1, short))
        placed, joins = self._placed(items, track)
        return track_of(track, placed, joins, self.clock, self.book)

    def _items(self, playlist: Element, track: Track) -> Iterator[_Item]:
        at = 0
        for child in playlist.children:
            if child.tag == "blank":
                at += max(frames_of(child.get("length"), self.clock) or 0, 0)
            elif child.tag == "entry":
                length = self._length(child, track, at)
                producer = self.shelf.producers.get(child.get("producer"))
                mixed = producer is not None and bool(property_of(producer, "shotcut:transition"))
                yield _Item(at, length, child, mixed)
                at += length

    def _length(self, entry: Element, track: Track, at: int) -> int:
        producer = self.shelf.producers.get(entry.get("producer"))
        first = frames_of(entry.get("in"), self.clock)
        last = frames_of(entry.get("out"), self.clock)
        if producer is not None:
            first = frames_of(producer.get("in"), self.clock) if first is None else first
            last = frames_of(producer.get("out"), self.clock) if last is None else last
            if last is None:
                length = frames_of(property_of(producer, "length"), self.clock)
                last = None if length is None else length - 1
        if last is None or last < (first or 0):
            raise UnreadableTimeline(
                "A clip does not say how long it is.",
                where=str(Place(track.label, entry.get("producer"), self.clock.seconds_of(at), self.clock)),
                remedy="Save the project again in its editor.",
            )
        return last - (first or 0) + 1

    def _length_if_exclusive(self, playlist: Element) -> int:
        length = 0
        for child in playlist.children:
            if child.tag == "blank":
                length += frames_of(child.get("length"), self.clock) or 0
            elif child.tag == "entry":
                length += (frames_of(child.get("out"), self.clock) or 0) - (frames_of(child.get("in"), self.clock) or 0)
        return length

    def _placed(
        self, items: list[_Item], track: Track
    ) -> tuple[list[tuple[Fraction, Node]], list[tuple[Fraction, Join]]]:
        """Nodes at their places. Where clips of the two playlists overlap they are mixed: the cut is in the middle."""
        clock = self.clock
        spans = [[clock.seconds_of(item.start), clock.seconds_of(item.end)] for item in items]
        joins: list[tuple[Fraction, Join]] = []
        shown = [index for index, item in enumerate(items) if not item.mixed]
        for left, right in pairwise(shown):
            begin, end = spans[right][0], spans[left][1]
            if any(item.mixed for item in items[left + 1 : right]):
                begin, end = end, begin  # Shotcut's clips stop where the transition between them runs
            if begin >= end:
                continue
            middle = (begin + end) / 2
            if not spans[left][0] < middle < spans[right][1]:
                raise UnreadableTimeline(
                    "Two clips lie over each other on one track.",
                    where=str(Place(track.label, "", begin, clock)),
                    remedy="Save the project again in its editor.",
                )
            spans[left][1] = spans[right][0] = middle
            joins.append((middle, Join("mix", False, middle - begin, end - middle)))
        placed = []
        for index in shown:
            start, end = spans[index]
            node = self._node(items[index], track, start - clock.seconds_of(items[index].start), end - start)
            placed.append((start, node))
        return placed, joins

    def _node(self, item: _Item, track: Track, later: Fraction, duration: Fraction) -> Node:
        """The node of a clip that begins ``later`` than its entry does."""
        entry, clock = item.entry, self.clock
        producer = self.shelf.producers.get(entry.get("producer"))
        start = clock.seconds_of(frames_of(entry.get("in"), clock) or 0) + later
        name = self.shelf.name_of(producer) if producer is not None else entry.get("producer")
        place = Place(track.label, name, clock.seconds_of(item.start) + later, clock)
        if producer is None:
            self.book.add("A clip is not in the project.", place, "It is kept as one shot without pictures.")
            return Node("clip", name, start, duration, media=MediaSource("missing"), place=place)
        if producer.tag in ("tractor", "playlist"):
            return self._nested(producer, start, duration, name, place)
        media, speed, overlay = self.shelf.media_of(producer, place, self.book)
        return Node(
            "clip", name, start * abs(speed), duration, speed, media=media, marks=self.shelf.marks_of(producer),
            notes=self.shelf.notes_of(producer), looks=_looks_of(entry), overlay=overlay, place=place,
        )  # fmt: skip

    def _nested(self, producer: Element, start: Fraction, duration: Fraction, name: str, place: Place) -> Node:
        key = producer.get("id")
        if key in self._inside or len(self._inside) >= _DEEPEST_NEST:
            raise UnreadableTimeline("A sequence contains itself.", where=str(place), remedy="Save the project again.")
        self._inside.append(key)
        try:
            if producer.tag == "playlist":
                stack = stack_of(name, [self._track(producer, Track(place.track), outer=False)])
            else:
                stack = self.timeline(producer, outer=False, name=name)
        finally:
            self._inside.pop()
        return replace(stack, start=start, duration=duration, place=place)


def is_own_track(producer: Element, shelf: Shelf) -> bool:
    """Whether a track is the one that we wrote: by its name, and by the ids in the names of its clips."""
    if _name_of_track(producer) != TRACK_NAME:
        return False
    playlists = [shelf.producers.get(place.get("producer")) for place in producer.all("track")] or [producer]
    entries = [entry for playlist in playlists if playlist is not None for entry in playlist.all("entry")]
    sources = [shelf.producers.get(entry.get("producer")) for entry in entries]
    return bool(sources) and all(source is not None and carries_id(shelf.name_of(source)) for source in sources)


def tractor_of(root: Element, shelf: Shelf, book: RemarkBook, *, timeline: str | None = None) -> tuple[Element, str]:
    """The tractor of the timeline that is open, or of the one that is named."""
    tractors = root.all("tractor")
    if not tractors:
        raise EmptyTimeline("The project has no tracks.", remedy="Put a picture on a track.")
    sequences = {
        property_of(tractor, "kdenlive:clipname") or tractor.get("id"): tractor
        for tractor in tractors
        if property_of(tractor, "kdenlive:uuid")
    }
    title = root.get("title") if not sequences else ""
    if timeline is not None:
        if timeline not in sequences:
            names = ", ".join(f"'{name}'" for name in sequences) or "one timeline without a name"
            raise UnreadableTimeline(f"The project holds no sequence '{timeline}'.", remedy=f"It holds {names}.")
        return sequences[timeline], timeline
    last = next((entry for entry in reversed(tractors) if property_of(entry, "kdenlive:projectTractor") == "1"), None)
    if last is None:
        return tractors[-1], "" if title.startswith("Shotcut") else title
    inside = [shelf.producers.get(place.get("producer")) for place in last.all("track")]
    opened = next((entry for entry in inside if entry is not None and entry.tag == "tractor"), None)
    if opened is None:
        raise EmptyTimeline(
            "The project has no open timeline.", remedy="Open the sequence, and save the project again."
        )
    name = property_of(opened, "kdenlive:clipname")
    if len(sequences) > 1:
        others = ", ".join(f"'{other}'" for other in sequences if other != name)
        book.add(
            "The project holds other sequences as well.", others, "The open one is read; --timeline names another."
        )
    return opened, name


def _declared(tractor: Element, reader: TractorReader, clock: Clock) -> Declared:
    """What the tracks, or the tractor of plain MLT, say about their length."""
    tracks = [declared for _, declared, _ in reader.lengths if declared is not None]
    if tracks:
        return Declared(duration=clock.seconds_of(max(tracks)))
    out = frames_of(tractor.get("out"), clock)
    if out is None:
        return Declared()
    read = max((length for length, _, _ in reader.lengths), default=0)
    exclusive = max((short for _, _, short in reader.lengths), default=0)
    if exclusive == out != read - 1:
        # auto-editor writes each out as the frame after the last; MLT plays what is written.
        reader.book.add(
            "The clips were written one frame too long each.",
            f"{out} frames, which MLT plays as {read}",
            "Cuts are where MLT plays them.",
        )
        return Declared(duration=clock.seconds_of(read))
    return Declared(duration=clock.seconds_of(out + 1))


def _is_background(producer: Element) -> bool:
    return producer.get("id") in ("background", "black_track", "black")


def _only_sound(place: Element, producer: Element) -> bool:
    if property_of(producer, "kdenlive:audio_track") == "1" or property_of(producer, "shotcut:audio") == "1":
        return True
    inner = producer.all("track") if producer.tag == "tractor" else []
    if inner:
        return all(track.get("hide") == "video" for track in inner)
    return place.get("hide") == "video"


def _name_of_track(producer: Element) -> str:
    return property_of(producer, "kdenlive:track_name") or property_of(producer, "shotcut:name")


def _looks_of(entry: Element) -> str:
    return "\n".join(
        f"{value.get('name')} {value.text.strip()}"
        for effect in entry.all("filter")
        for value in effect.all("property")
        if value.get("name") != "kdenlive:collapsed"
    )
