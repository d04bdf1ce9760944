"""The storylines of FCPXML as tracks: spines, what is connected to them, and what is inside compound clips."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from vem_timeline.clock import Clock
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.fcpxml_clips import (
    Retime,
    is_own_clip,
    marks_of,
    media_of,
    notes_of,
    retime_of,
    roles_of,
    sounds,
    time_in,
)
from vem_timeline.lanes import Run, Track, gap_of, stack_of, tracks_of_runs
from vem_timeline.tree import Join, Mark, MediaSource, Node, Place, RemarkBook
from vem_timeline.xml_tree import Element

_ZERO = Fraction(0)
_STORY = (
    "asset-clip", "clip", "video", "audio", "title", "gap", "ref-clip", "sync-clip", "mc-clip", "audition", "spine",
    "caption",
)  # fmt: skip
_WIPES = ("wipe", "slide", "push", "swap", "iris", "band", "door", "page", "star", "clock", "spin", "cube")
_DEEPEST = 40
_GENERATOR_TIME = Fraction(3600)
"""The own time of what Final Cut Pro generates (titles, gaps, transitions) begins at one hour."""


@dataclass(slots=True)
class _Layers:
    """The runs of one sequence while it is read, by lane: pictures, and the sound that goes with them."""

    pictures: dict[int, list[Run]] = field(default_factory=lambda: defaultdict(list))
    sound: dict[int, list[Run]] = field(default_factory=lambda: defaultdict(list))
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StoryReader:
    """Reads the sequences of one document. ``resources`` are its formats, assets and media by id."""

    clock: Clock
    book: RemarkBook
    resources: dict[str, Element]
    inside: tuple[str, ...] = ()

    def sequence(self, sequence: Element, *, outermost: bool = False, name: str = "") -> Node:
        """A sequence as a stack whose own time begins at ``tcStart``."""
        layers = _Layers()
        begin = time_in(sequence, "tcStart") or _ZERO
        for spine in sequence.all("spine"):
            self._spine(spine, layers, lane=0, at=_ZERO, origin=begin)
        own = _ZERO if outermost else begin
        stack = stack_of("" if outermost else name, self._tracks(layers), start=own)
        return replace(stack, marks=tuple(replace(mark, time=mark.time + own) for mark in layers.marks))

    # --- placing ------------------------------------------------------------------------------------------------

    def _spine(self, spine: Element, layers: _Layers, *, lane: int, at: Fraction, origin: Fraction) -> None:
        """The elements of a storyline, whose time ``origin`` lies at ``at``, counted from the first frame."""
        pictures: list[Node] = []
        joins: list[tuple[Fraction, Join]] = []
        first: Fraction | None = None
        end = at
        for element in spine.children:
            if element.tag == "transition":
                joins.append(self._join(element, at - origin, end, layers))
                continue
            if element.tag not in _STORY:
                continue
            element = _shown_of(element)
            offset = time_in(element, "offset")
            start = end if offset is None else at + offset - origin
            start, gap = self._after(end, start, element)
            if gap > 0:
                pictures.append(gap_of(gap))
            first = start if first is None else first
            item = self._element(element, start, layers, lane=lane)
            pictures.append(item)
            end = start + item.duration
        if pictures:
            begins = at if pictures[0].kind == "gap" and first != at else first if first is not None else at
            layers.pictures[lane].append(Run(begins, tuple(pictures), tuple(joins)))

    def _after(self, end: Fraction, start: Fraction, element: Element) -> tuple[Fraction, Fraction]:
        """Where an element of a storyline begins, and the gap before it."""
        if abs(start - end) < self.clock.frame_duration / 2:
            return end, _ZERO
        if start < end:
            over = float((end - start) * self.clock.rate)
            raise UnreadableTimeline(
                f"Two elements of a storyline lie over each other, for {over:.4g} frames.",
                where=str(Place("storyline", element.get("name"), max(start, _ZERO), self.clock)),
                remedy="Export the project again.",
            )
        return start, start - end

    def _connected(self, parent: Element, at: Fraction, retime: Retime, layers: _Layers, *, lane: int) -> None:
        """What hangs on an element, whose own time ``retime.start`` lies at ``at``."""
        for child in parent.children:
            if child.tag not in _STORY or not child.get("lane"):
                continue
            child_lane = lane + _lane_of(child)
            offset = time_in(child, "offset")
            start = at if offset is None else at + retime.lasts(offset - retime.start)
            if child.tag == "spine":
                self._spine(child, layers, lane=child_lane, at=start, origin=_ZERO)
                continue
            child = _shown_of(child)
            if is_own_clip(child):
                continue
            if start < 0:
                cut = -start
                item = self._element(child, start, _Layers(), lane=child_lane)
                if item.duration <= cut:
                    continue
                self.book.add("A connected clip begins before the project.", item.place, "Its beginning is cut off.")
                start, item = _ZERO, replace(item, start=item.start + cut * item.speed, duration=item.duration - cut)
            else:
                item = self._element(child, start, layers, lane=child_lane)
            if item.kind != "gap":
                layers.pictures[child_lane].append(Run(start, (item,)))

    def _tracks(self, layers: _Layers) -> list[Node]:
        tracks: list[Node] = []
        for lane in sorted(layers.sound):
            label = "A" if lane == 0 else f"A lane {lane}"
            tracks += tracks_of_runs(Track(label, role="audio"), layers.sound[lane], self.clock, self.book)
        for lane in sorted(layers.pictures):
            label = "V" if lane == 0 else f"V lane {lane}"
            tracks += tracks_of_runs(Track(label), layers.pictures[lane], self.clock, self.book)
        return tracks

    # --- elements -----------------------------------------------------------------------------------------------

    def _element(self, element: Element, at: Fraction, layers: _Layers, *, lane: int) -> Node:
        """One element as a node; what hangs on it and its sound go to their own lanes."""
        place = Place(_label(lane), element.get("name"), at, self.clock)
        retime = retime_of(element, self.resources, self.clock, place, self.book)
        duration = self._duration(element, place)
        marks = tuple(retime.moved(mark) for mark in marks_of(element))
        node = self._content(element, retime, duration, place)
        if node.kind == "gap" or retime.speed_over(duration) == 0:
            # Nothing here runs in a time of its own that a marker could be counted in.
            layers.marks += [
                replace(mark, time=at + retime.lasts(mark.time - retime.start)) for mark in marks_of(element)
            ]
        else:
            node = replace(node, marks=(*node.marks, *marks))
        self._connected(element, at, retime, layers, lane=lane)
        if element.get("enabled") == "0":
            return replace(node, enabled=False)
        sound = self._sound_of(element, node, place)
        if sound is not None:
            layers.sound[lane].append(Run(at, (sound,)))
        return node

    def _content(self, element: Element, retime: Retime, duration: Fraction, place: Place) -> Node:
        if element.tag in ("gap", "audio", "caption"):
            return replace(gap_of(duration), place=place)
        if element.tag == "title":
            media = MediaSource("generator", still=True)
            return self._clip(element, retime, duration, place, media, overlay=True)
        if element.tag in ("ref-clip", "mc-clip", "sync-clip"):
            return self._compound(element, retime, duration, place)
        if element.tag == "clip":
            return self._old_clip(element, retime, duration, place)
        media = media_of(element, self.resources)
        if media is None:
            return replace(gap_of(duration), place=place)  # sound only
        if element.tag == "video" and element.get("ref") in self.resources:
            generated = self.resources[element.get("ref")].tag == "effect"
            media = MediaSource("generator", still=True) if generated else media
        return self._clip(element, retime, duration, place, media)

    def _clip(
        self, element: Element, retime: Retime, duration: Fraction, place: Place, media: MediaSource, *,
        overlay: bool = False, shift: Fraction = _ZERO,
    ) -> Node:  # fmt: skip
        return Node(
            "clip",
            element.get("name"),
            retime.media(retime.start) + shift,
            duration,
            retime.speed_over(duration),
            media=media,
            notes=notes_of(element),
            roles=roles_of(element),
            looks=_looks_of(element),
            overlay=overlay,
            place=place,
        )

    def _old_clip(self, clip: Element, retime: Retime, duration: Fraction, place: Place) -> Node:
        """A ``clip``: it shows the stretch of its content that begins at its start."""
        content = [child for child in clip.children if child.tag in _STORY and not child.get("lane")]
        if len(content) != 1 or content[0].tag not in ("video", "asset-clip", "title"):
            pictures = [child for child in content if child.tag not in ("audio", "gap", "caption")]
            if not pictures:
                return replace(gap_of(duration), place=place)
            return self._nested(clip, content, retime, duration, place)
        inner = content[0]
        media = media_of(inner, self.resources)
        if media is None:
            return replace(gap_of(duration), place=place)
        # Own time of the clip is the time its content is placed in.
        shift = (time_in(inner, "start") or _ZERO) - (time_in(inner, "offset") or _ZERO)
        return self._clip(clip, retime, duration, place, media, overlay=inner.tag == "title", shift=shift)

    def _nested(
        self, element: Element, content: list[Element], retime: Retime, duration: Fraction, place: Place
    ) -> Node:
        """An element whose content lies in a spine of its own inside it, or side by side."""
        layers, inner = _Layers(), self._deeper(element.get("name"), place)
        spines = [child for child in content if child.tag == "spine"]
        for child in spines:
            inner._spine(child, layers, lane=0, at=time_in(child, "offset") or _ZERO, origin=_ZERO)
        for child in content:
            if child not in spines:
                start = time_in(child, "offset") or _ZERO
                layers.pictures[0].append(Run(start, (inner._element(_shown_of(child), start, layers, lane=0),)))
        stack = stack_of(element.get("name"), inner._tracks(layers))
        start, speed = retime.media(retime.start), retime.speed_over(duration)
        return replace(
            stack, start=start, duration=duration, speed=speed, marks=tuple(layers.marks), notes=notes_of(element),
            roles=roles_of(element), looks=_looks_of(element), place=place,
        )  # fmt: skip

    def _compound(self, element: Element, retime: Retime, duration: Fraction, place: Place) -> Node:
        if element.tag == "sync-clip":
            content = [child for child in element.children if child.tag in _STORY and not child.get("lane")]
            return self._nested(element, content, retime, duration, place)
        media = self.resources.get(element.get("ref"))
        if media is None or not media.children:
            self.book.add("A compound clip is not in the file.", place, "It is kept as one shot without pictures.")
            return self._clip(element, retime, duration, place, MediaSource("missing"))
        inner = self._deeper(element.get("ref"), place)
        multicam = media.find("multicam")
        sequence = media.find("sequence")
        if multicam is not None:
            node = inner._angle(element, multicam, place)
        elif sequence is not None:
            node = inner.sequence(sequence, name=element.get("name"))
        else:
            raise UnreadableTimeline("A compound clip holds nothing.", where=str(place), remedy="Export it again.")
        return replace(
            node, start=retime.media(retime.start), duration=duration, speed=retime.speed_over(duration),
            notes=notes_of(element), roles=roles_of(element), looks=_looks_of(element), place=place,
            name=element.get("name"),
        )  # fmt: skip

    def _angle(self, clip: Element, multicam: Element, place: Place) -> Node:
        """The angle of a multicam clip that is seen, and the one that is heard."""
        angles = {angle.get("angleID"): angle for angle in multicam.all("mc-angle")}
        sources = clip.all("mc-source")
        seen = next((s.get("angleID") for s in sources if s.get("srcEnable", "all") in ("all", "video")), None)
        if seen is None and not sources:
            seen = next(iter(angles), None)
        if seen is not None and seen not in angles:
            raise UnreadableTimeline(
                "A multicam clip shows an angle that is not in the file.", where=str(place), remedy="Export it again."
            )
        begin = time_in(multicam, "tcStart") or _ZERO
        layers = _Layers()
        if seen is not None:
            self._spine(angles[seen], layers, lane=0, at=_ZERO, origin=begin)
        heard = [s.get("angleID") for s in sources if s.get("srcEnable") == "audio"]
        for angle in heard:
            if angle in angles:
                apart = _Layers()
                self._spine(angles[angle], apart, lane=0, at=_ZERO, origin=begin)
                layers.sound = apart.sound
        stack = stack_of(clip.get("name"), self._tracks(layers), start=begin)
        marks = tuple(replace(mark, time=mark.time + begin) for mark in layers.marks)
        return replace(stack, marks=marks)

    def _sound_of(self, element: Element, node: Node, place: Place) -> Node | None:
        """The sound of a clip as a node for a sound track; None if it has none."""
        if node.kind == "stack" or not sounds(element, self.resources):
            return None
        return Node("clip", element.get("name"), _ZERO, node.duration, roles=roles_of(element), place=place)

    def _join(self, element: Element, shift: Fraction, cut: Fraction, layers: _Layers) -> tuple[Fraction, Join]:
        """A transition: it lies over the cut at the end of what came before it."""
        duration = time_in(element, "duration") or _ZERO
        offset = time_in(element, "offset")
        start = cut - duration / 2 if offset is None else offset + shift
        for mark in marks_of(element):
            own = mark.time - _GENERATOR_TIME if mark.time >= _GENERATOR_TIME else mark.time
            layers.marks.append(replace(mark, time=start + own))
        name = element.get("name")
        wipe = any(word in name.lower() for word in _WIPES)
        before = min(max(cut - start, _ZERO), duration)
        return cut, Join(name, wipe, before, duration - before)

    def _duration(self, element: Element, place: Place) -> Fraction:
        duration = time_in(element, "duration")
        if duration is None and element.get("ref") in self.resources:
            resource = self.resources[element.get("ref")]
            sequence = resource.find("sequence")
            duration = time_in(resource if sequence is None else sequence, "duration")
        if duration is None or duration < 0:
            raise UnreadableTimeline(
                "A clip does not say how long it is.", where=str(place), remedy="Export the project again."
            )
        if duration == 0:
            raise UnreadableTimeline("A clip has no length.", where=str(place), remedy="Delete that clip.")
        return duration

    def _deeper(self, name: str, place: Place) -> StoryReader:
        if (name in self.inside and name in self.resources) or len(self.inside) > _DEEPEST:
            raise UnreadableTimeline(
                "A compound clip contains itself.", where=str(place), remedy="Export the project again."
            )
        return replace(self, inside=(*self.inside, name))


def _shown_of(element: Element) -> Element:
    """The clip of an audition that is chosen: its first. It lies where the audition lies."""
    if element.tag != "audition":
        return element
    chosen = next((child for child in element.children if child.tag in _STORY), None)
    if chosen is None:
        raise UnreadableTimeline("An audition is empty.", remedy="Export the project again.")
    place = {name: element.get(name) for name in ("offset", "lane") if element.get(name)}
    copy = Element(chosen.tag, {**chosen.attributes, **place}, chosen.start)
    copy.children, copy.text = chosen.children, chosen.text
    copy.inner, copy.closing, copy.end = chosen.inner, chosen.closing, chosen.end
    return copy


def _lane_of(element: Element) -> int:
    text = element.get("lane")
    if not text.removeprefix("-").isdigit() or len(text) > 5:
        raise UnreadableTimeline(f"'{text[:20]}' is no lane.", where=element.get("name"), remedy="Export again.")
    return int(text)


def _label(lane: int) -> str:
    return "storyline" if lane == 0 else f"lane {lane}"


def _looks_of(element: Element) -> str:
    """Filters and adjustments of the picture, as one text to compare."""
    looks: list[str] = []
    for child in element.children:
        if child.tag in ("filter-video", "adjust-transform", "adjust-crop", "adjust-blend", "filter-video-mask"):
            looks += [f"{part.tag} {sorted(part.attributes.items())} {part.text.strip()}" for part in child.iter()]
    return "\n".join(looks)


def without_default_roles(root: Node, book: RemarkBook) -> Node:
    """The tracks without roles, if all that sounds carries "dialogue": Final Cut Pro gives it to every new clip."""
    roles = {role.partition(".")[0].lower() for node in _nodes(root) if node.kind == "clip" for role in _heard(node)}
    if roles != {"dialogue"}:
        return root
    book.add(
        "All sound carries the role dialogue.",
        "roles",
        "Final Cut Pro gives it to every clip, so it says nothing about speech; names of clips still do.",
    )
    return _without_roles(root)


def _heard(node: Node) -> tuple[str, ...]:
    return node.roles if node.media is None else ()


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for item in node.items:
        yield from _nodes(item)


def _without_roles(node: Node) -> Node:
    children = tuple(_without_roles(child) if isinstance(child, Node) else child for child in node.children)
    return replace(node, roles=(), children=children)
