"""Final Cut 7 XML (``xmeml``), as Premiere, DaVinci Resolve, Hiero, auto-editor and PySceneDetect write it.

Conventions of the format. A sequence counts in frames of its own rate, from its first frame; an item counts ``in`` and
``out`` in frames of the item's rate, after its speed change. ``start`` or ``end`` is -1 where a transition covers that
edge: the range of the item then reaches to the far end of the transition, and the cut lies where the transition's
``alignment`` says. ``id`` makes files and sequences known once and referred to later. Track names stand in the
attribute ``MZ.TrackName`` (Premiere). Premiere's ``MZ.WorkOutPoint`` counts ticks of 1/254016000000 second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from vem_timeline.clock import Clock
from vem_timeline.edit import Declared, Edit, check_against
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.fcp7_items import item_of, marks_in, number_in, rate_of, span_of, truth
from vem_timeline.lanes import Run, Track, stack_of, track_of, tracks_of_runs
from vem_timeline.ownership import TRACK_NAME, carries_id
from vem_timeline.pick import picked
from vem_timeline.tree import Join, Node, RemarkBook
from vem_timeline.xml_tree import Element

_TICKS = 254_016_000_000
_DEEPEST_NEST = 12
_ITEMS = ("clipitem", "generatoritem", "transitionitem")


def edit_of_fcp7(root: Element, path: Path, book: RemarkBook, *, timeline: str | None = None) -> Edit:
    """The edit in a Final Cut 7 XML document.

    Raises
    ------
    UnreadableTimeline
        If there is no sequence, or several and none is chosen, or an item has no place or no sensible length.
    EmptyTimeline
        If the sequence holds nothing.
    """
    sequence = sequence_of(root, path, timeline=timeline)
    clock = clock_of_sequence(sequence, book)
    reader = SequenceReader(clock, book, _by_id(root))
    tree = reader.stack(sequence, outermost=True)
    length = number_in(sequence, "duration")
    declared = Declared(
        duration=None if length is None or length <= 0 else length / clock.rate,
        hints=_hints(sequence),
        events=_events_in(sequence),
    )
    check_against(declared, tree, clock, book)
    return Edit(sequence.said("name") or path.stem, path, path.parent, clock, tree, book)


def sequence_of(root: Element, path: Path, *, timeline: str | None = None) -> Element:
    """The sequence of a name, or the only one; raises as `edit_of_fcp7`."""
    return picked(_sequences_in(root), timeline, path, name_of=lambda element: element.said("name"))


def clock_of_sequence(sequence: Element, book: RemarkBook) -> Clock:
    """Rate, start timecode and drop-frame of a sequence."""
    rate = rate_of(sequence)
    if rate is None:
        raise UnreadableTimeline(
            "The sequence names no frame rate.",
            where=sequence.said("name"),
            remedy="Export it again with its <rate>.",
        )
    timecode = sequence.find("timecode")
    if timecode is None:
        return Clock(rate)
    told = rate_of(timecode)
    if told is not None and told != rate:
        book.add(
            "The timecode counts in another rate than the sequence.",
            f"{float(told):.5g} and {float(rate):.5g} frames per second",
            "Frames are counted in the rate of the sequence.",
        )
    text, frame = timecode.said("string"), number_in(timecode, "frame")
    drops = timecode.said("displayformat").upper() == "DF" or ";" in text
    clock = Clock(rate, drop_frame=drops and (rate * 1001) % 30_000 == 0)
    by_text = clock.frame_of_timecode(text) if text else None
    start = int(frame) if frame is not None else by_text or 0
    if by_text is not None and frame is not None and by_text != start and told in (None, rate):
        raise UnreadableTimeline(
            f"The sequence starts at frame {start} and at {text}, which is frame {by_text}.",
            where=sequence.said("name"),
            remedy="Export it again; one of the two is wrong.",
        )
    return Clock(rate, drop_frame=clock.drop_frame, start_frame=start)


@dataclass(slots=True)
class SequenceReader:
    """Reads sequences of one document. Nested sequences are brought from their rate to exact seconds."""

    clock: Clock
    book: RemarkBook
    known: dict[tuple[str, str], Element]
    _inside: list[str] = field(default_factory=list)

    def stack(self, sequence: Element, *, outermost: bool = False) -> Node:
        """The tracks of a sequence, the lowest picture first."""
        rate = rate_of(sequence) or self.clock.rate
        tracks = []
        for kind in ("video", "audio"):
            media = sequence.find("media", kind)
            for number, track in enumerate([] if media is None else media.all("track"), start=1):
                if outermost and kind == "audio" and is_own_track(track):
                    continue
                tracks += self._tracks(track, kind, number, rate)
        marks = tuple(marks_in(sequence, rate))
        return stack_of("" if outermost else sequence.said("name"), tracks, marks=marks)

    def nested(self, clip: Element) -> Node | None:
        """The sequence inside a clip item, None if it holds none."""
        sequence = clip.find("sequence")
        if sequence is None:
            return None
        name = sequence.get("id")
        if not sequence.children and name:
            sequence = self.known.get(("sequence", name), sequence)
        if name in self._inside or len(self._inside) >= _DEEPEST_NEST:
            raise UnreadableTimeline(
                "A sequence contains itself.", where=clip.said("name"), remedy="Export the edit again."
            )
        self._inside.append(name)
        try:
            return self.stack(sequence)
        finally:
            self._inside.pop()

    def file_of(self, clip: Element) -> Element | None:
        """The media file of a clip item, where it is described."""
        file = clip.find("file")
        if file is None:
            return None
        return (
            file
            if file.find("pathurl") is not None or not file.get("id")
            else self.known.get(("file", file.get("id")), file)
        )

    def _tracks(self, track: Element, role: str, number: int, rate: Fraction) -> list[Node]:
        """A track as a node; sound that lies over other sound of its track comes out as a second one."""
        label = f"{role[0].upper()}{number}"
        name = track.get("MZ.TrackName") or track.said("name")
        placed = track.all(*_ITEMS)
        items, joins = [], []
        for index, element in enumerate(placed):
            neighbours = (placed[index - 1] if index else None, placed[index + 1] if index + 1 < len(placed) else None)
            if element.tag == "transitionitem":
                joins.append(_join_of(element, neighbours, rate))
                continue
            span = span_of(element, _if_transition(neighbours[0]), _if_transition(neighbours[1]), rate, label)
            items.append((span.start, item_of(element, span, role, label, self)))
        described = Track(label, name, role, enabled=truth(track, "enabled"))
        if role == "audio":
            runs = [Run(start, (item,)) for start, item in items]
            return tracks_of_runs(described, runs, self.clock, self.book) or [
                track_of(described, (), (), self.clock, self.book)
            ]
        return [track_of(described, items, joins, self.clock, self.book)]


def is_own_track(track: Element) -> bool:
    """Whether an audio track is the one that we wrote: its clips and markers carry our ids."""
    if track.get("MZ.TrackName") not in ("", TRACK_NAME):
        return False
    names = [clip.said("name") for clip in track.all("clipitem")]
    return bool(names) and all(carries_id(name) for name in names)


def _if_transition(element: Element | None) -> Element | None:
    return element if element is not None and element.tag == "transitionitem" else None


def _join_of(
    element: Element, neighbours: tuple[Element | None, Element | None], rate: Fraction
) -> tuple[Fraction, Join]:
    """The cut a transition belongs to, and how far it reaches to both sides."""
    start, end = number_in(element, "start"), number_in(element, "end")
    if start is None or end is None or end < start:
        raise UnreadableTimeline("A transition has no place.", remedy="Export the edit again.")
    cut = cut_of(element)
    left, right = neighbours
    # An item that names its own edge is believed rather than the alignment.
    for item, edge in ((left, "end"), (right, "start")):
        told = None if item is None or item.tag == "transitionitem" else number_in(item, edge)
        if told is not None and start <= told <= end:
            cut = told
    name = element.said("effect", "name") or element.said("effect", "effectid")
    label = f"{name} {element.said('effect', 'effectcategory')}".lower()
    wipe = any(word in label for word in ("wipe", "slide", "push", "iris", "swap", "page", "peel", "band", "spin"))
    return cut / rate, Join(name, wipe, (cut - start) / rate, (end - cut) / rate)


def cut_of(transition: Element) -> Fraction:
    """The cut inside a transition, frames, as its alignment says."""
    start, end = number_in(transition, "start"), number_in(transition, "end")
    if start is None or end is None:
        raise UnreadableTimeline("A transition has no place.", remedy="Export the edit again.")
    alignment = transition.said("alignment").lower()
    if alignment.startswith("start"):
        return start
    # Of an odd number of frames the smaller half comes before the cut, as the sound beside it shows in Premiere.
    return end if alignment.startswith("end") else Fraction((start + end) // 2)


def _sequences_in(root: Element) -> list[Element]:
    """The sequences of a document that lie in no clip, those that hold something first choice."""
    found: list[Element] = []
    waiting = list(reversed(root.children))
    while waiting:
        element = waiting.pop()
        if element.tag == "sequence":
            found.append(element)
        elif element.tag in ("project", "children", "bin"):
            waiting.extend(reversed(element.children))
    return found


def _by_id(root: Element) -> dict[tuple[str, str], Element]:
    """Files and sequences by their id, where they are described in full."""
    known: dict[tuple[str, str], Element] = {}
    for element in root.iter("file", "sequence"):
        name = element.get("id")
        if name and element.children:
            key = (element.tag, name)
            if key not in known or len(element.children) > len(known[key].children):
                known[key] = element
    return known


def _hints(sequence: Element) -> tuple[Fraction, ...]:
    ticks = sequence.get("MZ.WorkOutPoint")
    return (Fraction(int(ticks), _TICKS),) if ticks.isdigit() and int(ticks) < 10**18 else ()


def _events_in(sequence: Element) -> int:
    """Clips on the tracks, counted without understanding them."""
    count = 0
    for kind in ("video", "audio"):
        media = sequence.find("media", kind)
        for track in [] if media is None else media.all("track"):
            if not (kind == "audio" and is_own_track(track)):
                count += len(track.all("clipitem", "generatoritem"))
    return count
