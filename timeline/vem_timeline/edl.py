"""CMX 3600 edit lists, as Avid, Premiere, DaVinci Resolve, OpenTimelineIO and PySceneDetect write them.

Conventions of the format. An event names reel, channel, kind of edit, and four timecodes: source in and out, record
in and out (out is the first frame after). A dissolve or wipe of ``n`` frames stands in the second line of its event and
begins at its record in; the line before it, of the same number, names the picture it comes from. The list tells no
frame rate: it is found by `vem_timeline.edl_rate`, or given. What an event is called and marked with follows in
comments.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePosixPath

from vem_timeline.clock import Clock
from vem_timeline.edit import Declared, Edit, check_against
from vem_timeline.edl_lines import EditList, Event, Loc, list_of_text
from vem_timeline.edl_rate import clock_of_list
from vem_timeline.errors import EmptyTimeline, UnreadableTimeline
from vem_timeline.lanes import Run, Track, stack_of, track_of, tracks_of_runs
from vem_timeline.references import STILLS
from vem_timeline.tree import Join, Mark, MediaSource, Node, Place, RemarkBook

_LARGEST = 64 * 2**20


def edit_of_edl(raw: bytes, path: Path, book: RemarkBook, *, rate: Fraction | None = None) -> Edit:
    """The edit in an edit list.

    Parameters
    ----------
    raw : bytes
        The file.
    rate : Fraction, optional
        Frames per second; without it the rate is inferred, with a remark that says how sure that is.

    Raises
    ------
    UnreadableTimeline
        If an event cannot be understood, or the events contradict each other.
    EmptyTimeline
        If there is none.
    """
    if len(raw) > _LARGEST:
        raise UnreadableTimeline("The edit list is larger than any.", remedy="Export the edit again.")
    told = list_of_text(_text_of(raw))
    if not told.events:
        raise EmptyTimeline("The edit list holds no events.", remedy="Export the edit again.")
    clock = clock_of_list(told, book, rate)
    placed = [_placed(event, clock) for event in told.events if not event.is_marker]
    if not placed:
        raise EmptyTimeline("The list holds markers, but no cuts.", remedy="Export the edit itself as EDL.")
    first = min(event.start for event in placed)
    placed = [replace(event, start=event.start - first, end=event.end - first) for event in placed]
    clock = replace(clock, start_frame=first)
    tracks = _sound_tracks(placed, clock, book) + _picture_tracks(placed, clock, book)
    tree = stack_of("", tracks, marks=tuple(_marks_of(told, clock, book)))
    last = max((event.end for event in placed), default=0)
    check_against(Declared(duration=Fraction(last) / clock.rate), tree, clock, book)
    return Edit(told.title or path.stem, path, path.parent, clock, tree, book)


@dataclass(frozen=True, slots=True)
class _Placed:
    """An event in frames: where it lies on the record side, and what it shows of its source."""

    told: Event
    start: int
    end: int
    source: int
    length: int
    written: int
    """Frames on the record side as written, before a later event covers the end."""

    @property
    def name(self) -> str:
        return self.told.clip or self.told.reel


def _text_of(raw: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # what editing systems on Windows write


def _placed(event: Event, clock: Clock) -> _Placed:
    where = f"event {event.number} {event.reel}"
    frames = []
    for text in (event.source_in, event.source_out, event.record_in, event.record_out):
        try:
            frames.append(clock.frame_of_timecode(text))
        except UnreadableTimeline as error:
            raise UnreadableTimeline(error.what, where=f"{where}, line {event.line}", remedy=error.remedy) from error
    source_in, source_out, record_in, record_out = frames
    if record_out < record_in:
        raise UnreadableTimeline(
            f"An event ends before it begins: {event.record_in} to {event.record_out}.",
            where=f"{where}, line {event.line}",
            remedy="Correct the list, or export it again; lists that pass midnight are not read.",
        )
    return _Placed(event, record_in, record_out, source_in, source_out - source_in, record_out - record_in)


def _picture_tracks(placed: list[_Placed], clock: Clock, book: RemarkBook) -> list[Node]:
    by_channel: dict[int, list[_Placed]] = defaultdict(list)
    for event in placed:
        for channel in event.told.pictures:
            by_channel[channel].append(event)
    tracks = []
    for channel, events in sorted(by_channel.items()):
        items, joins = _items_of(events, f"V{channel}", clock, book)
        tracks.append(track_of(Track(f"V{channel}"), items, joins, clock, book))
    return tracks


def _items_of(
    events: list[_Placed], label: str, clock: Clock, book: RemarkBook
) -> tuple[list[tuple[Fraction, Node]], list[tuple[Fraction, Join]]]:
    """Items and transitions of one picture track. Where events lie over each other, the later one was recorded last."""
    items: list[tuple[Fraction, Node]] = []
    joins: list[tuple[Fraction, Join]] = []
    kept: list[_Placed] = []
    for event in sorted(events, key=lambda event: (event.start, event.told.line)):
        if event.end == event.start:
            if event.told.transition == "C" and event.length != 0:
                book.add(
                    "An event lasts no time on the record side.",
                    Place(label, event.name, clock.seconds_of(event.start), clock),
                    "It is passed over.",
                )
            continue  # the first line of a dissolve: the picture it comes from is the event before
        if kept and kept[-1].end > event.start:
            book.add(
                "Two events lie over each other on one track.",
                Place(label, event.name, clock.seconds_of(event.start), clock),
                "The later one is seen, as if it had been recorded last.",
            )
            if kept[-1].start == event.start:
                kept.pop()
            else:
                kept[-1] = replace(kept[-1], end=event.start)
        kept.append(event)
    for event in kept:
        start = clock.seconds_of(event.start)
        items.append((start, _node_of(event, label, clock, book)))
        if event.told.transition != "C":
            after = min(Fraction(event.told.frames), Fraction(event.end - event.start)) / clock.rate
            wipe = event.told.transition.startswith("W")
            joins.append((start, Join(event.told.transition, wipe, Fraction(0), after)))
    return items, joins


def _node_of(event: _Placed, label: str, clock: Clock, book: RemarkBook) -> Node:
    told = event.told
    duration = clock.seconds_of(event.end - event.start)
    place = Place(label, event.name, clock.seconds_of(event.start), clock)
    if told.is_black:
        return Node("clip", "black", Fraction(0), duration, media=MediaSource("generator", still=True), place=place)
    speed = _speed_of(event, clock, place, book)
    start = clock.seconds_of(event.source)
    if speed < 0:
        start = max(start - duration * abs(speed), Fraction(0))  # the source in names where the reverse begins
    suffix = PurePosixPath((told.file or told.clip).lower()).suffix
    media = MediaSource("file", told.file, still=suffix in STILLS) if told.file else MediaSource("missing")
    return Node(
        "clip", event.name, start, duration, speed, media=media, notes=tuple(told.notes), place=place,
        looks=f"reel {told.reel}",
    )  # fmt: skip


def _speed_of(event: _Placed, clock: Clock, place: Place, book: RemarkBook) -> Fraction:
    """Source seconds a record second: of the motion effect, else of the two lengths."""
    if event.told.speed is not None:
        speed = event.told.speed / clock.nominal_rate
        # 23.976 is how 24 frames are told where the clock runs at 1000/1001.
        return Fraction(1) if abs(speed - 1) < Fraction(2, 1000) else speed
    recorded = event.written
    if abs(event.length - recorded) <= 1:
        return Fraction(1)
    if event.length > 0:
        book.add(
            "An event is of another length on its source.",
            place,
            "Its record times are used; its speed follows from the two lengths.",
        )
    return Fraction(event.length, recorded) if event.length > 0 else Fraction(0)


def _sound_tracks(placed: list[_Placed], clock: Clock, book: RemarkBook) -> list[Node]:
    by_channel: dict[int, list[Run]] = defaultdict(list)
    for event in placed:
        start = max(event.start, 0)
        if event.end <= start or event.told.is_black:
            continue
        for channel in event.told.sounds:
            place = Place(f"A{channel}", event.name, clock.seconds_of(start), clock)
            node = Node(
                "clip", event.name, clock.seconds_of(max(event.source, 0)), clock.seconds_of(event.end - start),
                notes=tuple(event.told.notes), place=place,
            )  # fmt: skip
            by_channel[channel].append(Run(clock.seconds_of(start), (node,)))
    tracks: list[Node] = []
    for channel, runs in sorted(by_channel.items()):
        tracks += tracks_of_runs(Track(f"A{channel}", role="audio"), runs, clock, book)
    return tracks


def _marks_of(told: EditList, clock: Clock, book: RemarkBook) -> list[Mark]:
    """Locators, on the record side, from the first frame."""
    marks = []
    for loc in told.locs:
        try:
            frame = clock.frame_of_timecode(loc.at)
        except UnreadableTimeline:
            book.add("A locator is dropped.", f"line {loc.line}: {loc.at}", "It is no timecode of this list.")
            continue
        marks.append(_mark_of(loc, frame, clock))
    return marks


def _mark_of(loc: Loc, frame: int, clock: Clock) -> Mark:
    length = clock.seconds_of(loc.frames) if loc.frames > 1 else Fraction(0)
    return Mark(clock.seconds_of(frame), length, loc.name, loc.comment, loc.color)
