"""From an OpenTimelineIO timeline to the tree of `vem_timeline.tree`.

Two conventions of retimed clips exist. OpenTimelineIO's own: ``source_range.duration`` is what the clip takes
up on the track, whatever its speed. Premiere's: it is the stretch of media, and the clip takes up that
stretch divided by the speed (told by ``PremierePro_OTIO`` metadata; auto-editor's exporter follows real
Premiere files in this).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from vem_timeline.clock import Clock
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.exact_time import seconds_of_time
from vem_timeline.labels import labels_of_metadata, marks_of_item
from vem_timeline.ownership import is_own_track
from vem_timeline.references import source_of_clip
from vem_timeline.tree import Join, Node, NodeKind, Place, RemarkBook

_SPEED_LIMIT = 1_000_000
"""Largest denominator of a speed: 0.8545454551724138 stays exact to one part in a million."""

_WIPES = ("wipe", "slide", "push", "iris", "barn", "swipe", "whip", "split", "peel", "page")


def tree_of_timeline(timeline: otio.schema.Timeline, clock: Clock, book: RemarkBook) -> Node:
    """Bring a timeline's tracks, without our own music track, into exact time.

    Raises
    ------
    UnreadableTimeline
        If an item has a negative length, a picture clip has none, or a length cannot be told.
    """
    dialects = (timeline.metadata, timeline.tracks.metadata)
    layout = _Layout(clock, book, ranges_count_media=any("PremierePro_OTIO" in entry for entry in dialects))
    # The outermost stack is named by the library ("tracks"), not by the editor; its name says nothing of the shots.
    return replace(layout.stack(timeline.tracks, _Spot("", Fraction(0))), name="")


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place on the timeline: label of the track, time, and whether pictures lie here."""

    track: str
    at: Fraction
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class _Layout:
    clock: Clock
    book: RemarkBook
    ranges_count_media: bool

    def stack(self, stack: otio.schema.Stack, spot: _Spot) -> Node:
        """A stack with its layers, the lowest first."""
        layers: list[Node] = []
        numbers = {"video": 0, "audio": 0}
        for layer in stack:
            role = _role_of(layer)
            numbers[role] = numbers.get(role, 0) + 1
            if isinstance(layer, otio.schema.Track) and is_own_track(layer.name, layer.metadata, _names_on(layer)):
                continue
            label = spot.track or f"{role[:1].upper()}{numbers[role]}"
            pictures = spot.pictures and stack.enabled and role != "audio"
            layers.append(self.item(layer, _Spot(label, spot.at, pictures)))
        length = max((layer.duration for layer in layers), default=Fraction(0))
        return self._node(stack, "stack", spot, content=length, children=tuple(layers))

    def track(self, track: otio.schema.Track, spot: _Spot) -> Node:
        """A track with its items and the transitions between them."""
        children: list[Node | Join] = []
        at = Fraction(0)
        pictures = spot.pictures and track.enabled
        for child in track:
            if isinstance(child, otio.schema.Transition):
                children.append(self._join(child, spot))
                continue
            node = self.item(child, _Spot(spot.track, spot.at + at, pictures))
            at += node.duration
            children.append(node)
        node = self._node(track, "track", spot, content=at, children=tuple(children), role=_role_of(track))
        if (children and pictures) and (_sticks_out(children[0], "before") or _sticks_out(children[-1], "after")):
            self.book.add(
                "A transition reaches beyond the first or last clip.",
                node.place,
                "Nothing is shown there: the timeline begins and ends with its clips.",
            )
        if at > 0 and node.start < 0 and node.start + node.duration <= 0:
            # OpenTimelineIO's EDL reader writes the record start as a negative source start of the track. Taken at its
            # word the track would show nothing at all, which no EDL means.
            self.book.add(
                "A track begins before its first item by its own record start.",
                node.place,
                "Written so by OpenTimelineIO's EDL reader; the items are read from the start of the timeline.",
            )
            return replace(node, start=Fraction(0), duration=at)
        return node

    def item(self, item: Any, spot: _Spot) -> Node:
        """Whatever may lie on a track or in a stack."""
        if isinstance(item, otio.schema.Track):
            return self.track(item, spot)
        if isinstance(item, otio.schema.Stack):
            return self.stack(item, spot)
        if isinstance(item, otio.schema.Gap):
            return self._node(item, "gap", spot, content=None)
        if isinstance(item, otio.schema.Clip):
            return self._clip(item, spot)
        raise UnreadableTimeline(
            f"A {item.schema_name()} cannot lie on a track.",
            where=str(self._place(item, spot)),
            remedy="Export the edit as OpenTimelineIO (.otio) again.",
        )

    def _clip(self, clip: otio.schema.Clip, spot: _Spot) -> Node:
        available = clip.media_reference.available_range if clip.media_reference is not None else None
        content = None
        if available is not None:
            content = seconds_of_time(available.duration, where=self._place(clip, spot))
        node = self._node(clip, "clip", spot, content=content, media=source_of_clip(clip))
        if node.duration == 0 and node.enabled and spot.pictures:
            raise UnreadableTimeline(
                "A clip has no length.",
                where=str(node.place),
                remedy="Delete that clip, or give it at least one frame.",
            )
        return node

    def _node(self, item: Any, kind: NodeKind, spot: _Spot, *, content: Fraction | None, **parts: Any) -> Node:
        place = self._place(item, spot)
        start, length = self._range_of(item, content, place)
        speed = self._speed_of(item, place)
        if self.ranges_count_media and kind == "clip" and speed != 0:
            length /= abs(speed)
        notes, roles = labels_of_metadata(item.metadata)
        return Node(
            kind=kind,
            name=item.name,
            start=start,
            duration=length,
            speed=speed,
            enabled=item.enabled,
            marks=marks_of_item(item, where=place),
            notes=notes,
            roles=roles,
            looks=_looks_of(item),
            place=place,
            **parts,
        )

    def _range_of(self, item: Any, content: Fraction | None, place: Place) -> tuple[Fraction, Fraction]:
        """Start in the item's own time and length, from its source range or from what it holds."""
        trim = item.source_range
        if trim is not None:
            start = seconds_of_time(trim.start_time, where=place)
            length = seconds_of_time(trim.duration, where=place)
        elif content is not None:
            start, length = Fraction(0), content
            if isinstance(item, otio.schema.Clip):
                start = seconds_of_time(item.media_reference.available_range.start_time, where=place)
        else:
            raise UnreadableTimeline(
                f"A {item.schema_name().lower()} does not say how long it is.",
                where=str(place),
                remedy="Give it an in and an out point, or export the timeline again.",
            )
        if length < 0:
            raise UnreadableTimeline(
                f"An item lasts {float(length):g} seconds.",
                where=str(place),
                remedy="Delete that item, or export the timeline again.",
            )
        return start, length

    def _speed_of(self, item: Any, place: Place) -> Fraction:
        speed = Fraction(1)
        for effect in item.effects:
            if not effect.enabled:
                continue
            if isinstance(effect, otio.schema.LinearTimeWarp):
                scalar = effect.time_scalar
                if math.isfinite(scalar):
                    speed *= Fraction(scalar).limit_denominator(_SPEED_LIMIT)
                    continue
            elif not isinstance(effect, otio.schema.TimeEffect):
                continue
            self.book.add(
                "A speed change is not understood.",
                place,
                "Only constant speeds and freeze frames are; normal speed is assumed.",
            )
        return speed

    def _join(self, transition: otio.schema.Transition, spot: _Spot) -> Join:
        place = self._place(transition, spot)
        label = f"{transition.transition_type} {transition.name}".lower()
        offsets = (transition.in_offset, transition.out_offset)
        before, after = (Fraction(0) if time is None else seconds_of_time(time, where=place) for time in offsets)
        return Join(
            name=transition.name,
            wipe=any(word in label for word in _WIPES),
            before=max(before, Fraction(0)),
            after=max(after, Fraction(0)),
        )

    def _place(self, item: Any, spot: _Spot) -> Place:
        return Place(spot.track, item.name, spot.at, self.clock)


def _sticks_out(child: Node | Join, side: str) -> bool:
    """Whether a transition at the edge of a track reaches outside of it."""
    return isinstance(child, Join) and getattr(child, side) > 0


def _role_of(item: Any) -> str:
    """``video``, ``audio`` or another kind of track; what is no track counts as picture."""
    return (item.kind or "Video").lower() if isinstance(item, otio.schema.Track) else "video"


def _names_on(track: otio.schema.Track) -> list[str]:
    """Names of a track's clips and of the markers on them."""
    items = [child for child in track if isinstance(child, otio.core.Item)]
    return [item.name for item in items] + [marker.name for item in items for marker in item.markers]


def _looks_of(item: Any) -> str:
    """Effects that change the picture, as one text to compare."""
    looks = [effect for effect in item.effects if effect.enabled and not isinstance(effect, otio.schema.TimeEffect)]
    return "\n".join(effect.to_json_string() for effect in looks)
