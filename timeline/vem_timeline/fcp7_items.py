"""Items of Final Cut 7 XML: clips, generators, their ranges, speeds, media and markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from vem_timeline.colors import nearest_color
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.numbers import decimal
from vem_timeline.references import STILLS
from vem_timeline.tree import Mark, MediaSource, Node, Place
from vem_timeline.xml_tree import Element

if TYPE_CHECKING:
    from vem_timeline.fcp7 import SequenceReader

_PLAIN_EFFECTS = frozenset({"timeremap", "audiolevels", "audiopan"})
_TITLES = ("graphicandtype", "text", "outline text", "title", "lower 3rd", "scrolling text", "crawl", "typewriter")
_BLACK = ("slug", "blackvideo", "black video", "black")


@dataclass(frozen=True, slots=True)
class Span:
    """Where an item lies on its track and which of its own frames it shows first and last, seconds."""

    start: Fraction
    duration: Fraction
    first: Fraction
    last: Fraction


def number_in(element: Element, *path: str) -> Fraction | None:
    """The number a child holds; None if it is not there or empty.

    Raises
    ------
    UnreadableTimeline
        If it holds something else.
    """
    text = element.said(*path)
    return None if not text else decimal(text, where=f"<{'/'.join(path)}> of {element.said('name') or element.tag}")


def truth(element: Element, *path: str) -> bool:
    """Whether a switch is on; on where nothing is said."""
    return element.said(*path).lower() not in ("false", "0", "no")


def rate_of(element: Element) -> Fraction | None:
    """Frames per second of an element with a ``<rate>`` of its own: timebase, and 1000/1001 of it for NTSC."""
    base = number_in(element, "rate", "timebase")
    if base is None:
        return None
    if not 1 <= base <= 1000:
        raise UnreadableTimeline(
            f"A timebase of {float(base):g} frames per second is none.",
            where=element.said("name"),
            remedy="Export the edit again.",
        )
    ntsc = element.said("rate", "ntsc").lower() == "true"
    return base * Fraction(1000, 1001) if ntsc and base.denominator == 1 else base


def span_of(element: Element, before: Element | None, after: Element | None, rate: Fraction, label: str) -> Span:
    """The place of an item, through the transitions beside it, whose frames count at ``rate``."""
    from vem_timeline.fcp7 import cut_of

    start, end = number_in(element, "start"), number_in(element, "end")
    first, last = number_in(element, "in"), number_in(element, "out")
    own_rate = rate_of(element) or rate
    name = element.said("name") or element.get("id")
    first = Fraction(0) if first is None or first < 0 else first
    head = Fraction(0)
    if start is not None and start < 0:
        start = None
        if before is not None:
            start = cut_of(before)
            head = start - (number_in(before, "start") or Fraction(0))
    tail = Fraction(0)
    if end is not None and end < 0:
        end = None
        if after is not None:
            end = cut_of(after)
            tail = (number_in(after, "end") or end) - end
    length = None if last is None or last < first else (last - first) * rate / own_rate - head - tail
    if start is None and end is not None and length is not None:
        start = end - length
    if end is None and start is not None and length is not None:
        end = start + length
    if start is None or end is None:
        raise UnreadableTimeline(
            "A clip does not say where it lies.",
            where=f"{label} '{name}'",
            remedy="Export the edit again; a transition beside that clip may be missing.",
        )
    if end <= start:
        raise UnreadableTimeline(
            f"A clip lasts {float(end - start):g} frames.",
            where=f"{label} '{name}' at frame {float(start):g}",
            remedy="Delete that clip, or export the edit again.",
        )
    shown = (last if last is not None else first + (end - start) * own_rate / rate) / own_rate
    return Span(start / rate, (end - start) / rate, first / own_rate + head / rate, shown)


def item_of(element: Element, span: Span, role: str, label: str, reader: SequenceReader) -> Node:
    """A clip, generator or nested sequence as a node."""
    name, rate = element.said("name"), rate_of(element) or reader.clock.rate
    place = Place(label, name, span.start, reader.clock)
    speed = _speed_of(element, place, reader)
    notes = tuple(_notes_of(element))
    enabled = truth(element, "enabled")
    nested = reader.nested(element)
    if nested is not None:
        start = max(span.first, Fraction(0)) * abs(speed or 1)
        return Node(
            "stack", name or nested.name, start, span.duration, speed, enabled=enabled, children=nested.children,
            marks=(*nested.marks, *marks_in(element, rate)), notes=notes, looks=_looks_of(element), place=place,
        )  # fmt: skip
    media = _media_of(element, reader)
    first = span.first * abs(speed)
    if speed < 0 and media.available_duration:
        first = max(media.available_duration - (span.first + span.duration) * abs(speed), Fraction(0))
    offset = media.available_start or Fraction(0)
    return Node(
        "clip",
        name,
        first + offset,
        span.duration,
        speed,
        enabled=enabled,
        media=media,
        marks=tuple(replace(mark, time=mark.time + offset) for mark in marks_in(element, rate)),
        notes=notes,
        looks=_looks_of(element) if role == "video" else "",
        overlay=_is_title(element),
        place=place,
    )


def marks_in(element: Element, rate: Fraction) -> Iterator[Mark]:
    """Markers on a sequence or clip, in its own time from its first frame. An out of -1 makes a point."""
    for marker in element.all("marker"):
        start, end = number_in(marker, "in"), number_in(marker, "out")
        if start is None:
            continue
        # At most one frame long is how a point is written.
        length = end - start if end is not None and end - start > 1 else Fraction(0)
        comment = marker.said("comment")
        name = marker.said("name")
        yield Mark(start / rate, length / rate, name, "" if comment == name else comment, _color_of(marker))


def _color_of(marker: Element) -> str:
    """Premiere's own colour word, or the nearest name of an RGB triple."""
    color = marker.find("color")
    if color is None:
        return ""
    parts = [number_in(color, part) or Fraction(0) for part in ("red", "green", "blue")]
    red, green, blue = (float(part) / 255 for part in parts)
    return nearest_color(red, green, blue)


def _notes_of(element: Element) -> Iterator[str]:
    for path in (
        ("comments", "mastercomment1"), ("comments", "mastercomment2"), ("comments", "mastercomment3"),
        ("logginginfo", "description"), ("logginginfo", "scene"), ("logginginfo", "lognote"),
    ):  # fmt: skip
        text = element.said(*path)
        if text:
            yield text


def _speed_of(element: Element, place: Place, reader: SequenceReader) -> Fraction:
    """Media seconds a second, from the time remap filter: a percentage."""
    speed = Fraction(1)
    for filter_ in element.all("filter"):
        effect = filter_.find("effect")
        if effect is None or effect.said("effectid").lower() != "timeremap" or not truth(filter_, "enabled"):
            continue
        told = {parameter.said("parameterid").lower(): parameter for parameter in effect.all("parameter")}
        value = number_in(told["speed"], "value") if "speed" in told else None
        if value is not None:
            speed *= value / 100
        if "reverse" in told and told["reverse"].said("value").lower() == "true":
            speed = -abs(speed)
        variable = told.get("variablespeed")
        if variable is not None and variable.said("value").lower() in ("1", "true"):
            reader.book.add(
                "A changing speed is taken as constant.", place, "Its cuts are exact, its pictures are about right."
            )
    if abs(speed) > 10_000:
        reader.book.add("A speed change is not understood.", place, "Normal speed is assumed.")
        return Fraction(1)
    return speed


def _media_of(element: Element, reader: SequenceReader) -> MediaSource:
    if element.tag == "generatoritem":
        return MediaSource("generator", still=True)
    file = reader.file_of(element)
    url = "" if file is None else file.said("pathurl")
    if file is None or not url:
        inner = element.find("file", "mediaSource")
        generated = inner is not None or (file is not None and file.find("mediaSource") is not None)
        return MediaSource("generator" if generated else "missing", still=generated)
    rate = rate_of(file) or reader.clock.rate
    length, frame = number_in(file, "duration"), number_in(file, "timecode", "frame")
    start_rate = rate_of(timecode) if (timecode := file.find("timecode")) is not None else None
    start = None if frame is None else frame / (start_rate or rate)
    suffix = PurePosixPath(re.split(r"[\\/]", url)[-1].lower()).suffix
    return MediaSource(
        "file",
        url,
        start if start is not None else Fraction(0),
        None if length is None else length / rate,
        still=suffix in STILLS or _is_still(element),
    )


def _is_still(element: Element) -> bool:
    """Whether the clip says that it is a still frame."""
    return element.said("stillframe").lower() == "true"


def _is_title(element: Element) -> bool:
    """Whether it is text or a graphic that lets the picture below show through."""
    ids = [effect.said("effectid").lower() for effect in _effects_of(element)]
    ids += [effect.said("name").lower() for effect in _effects_of(element) if element.tag == "generatoritem"]
    return any(name.startswith(_TITLES) for name in ids)


def _effects_of(element: Element) -> Iterator[Element]:
    yield from element.all("effect")
    for filter_ in element.all("filter"):
        yield from filter_.all("effect")


def _looks_of(element: Element) -> str:
    """Names and values of the effects that change the picture, as one text to compare."""
    looks = []
    for effect in _effects_of(element):
        if effect.said("effectid").lower() not in _PLAIN_EFFECTS:
            looks += [part.text.strip() for part in effect.iter() if part.text.strip()]
    return "\n".join(looks)
