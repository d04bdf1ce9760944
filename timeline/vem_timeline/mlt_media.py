"""Producers of MLT: their media, names, speeds, markers and guides, and MLT's ways of writing time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath

from vem_timeline.clock import Clock
from vem_timeline.colors import nearest_color
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.numbers import decimal
from vem_timeline.references import STILLS
from vem_timeline.tree import Mark, MediaSource, Place, RemarkBook
from vem_timeline.xml_tree import Element

GuideColors = dict[int, str]

_CLOCK_TIME = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})[.,](\d{1,9})")
_SMPTE = re.compile(r"(\d{1,4}):(\d{2}):(\d{2})[:;](\d{2,3})")
_MOST_FRAMES = 10**8
_TITLES = ("kdenlivetitle", "pango", "qtext", "webvfx", "htmlrender", "glaxnimate")
_COLORS = ("color", "colour")
_BLACKS = ("black", "#000", "#000000", "0x000000ff", "#ff000000", "0x00000000", "0")


def property_of(element: Element, name: str) -> str:
    """A property of a producer, playlist or tractor; empty if it is not there."""
    return next((child.text.strip() for child in element.children if _names(child, name)), "")


def _names(child: Element, name: str) -> bool:
    return child.tag == "property" and child.get("name") == name


def rate_of_profile(root: Element) -> Fraction:
    """Frames per second of a document."""
    profile = root.find("profile")
    above, below = ("", "") if profile is None else (profile.get("frame_rate_num"), profile.get("frame_rate_den", "1"))
    if not above:
        raise UnreadableTimeline("The project names no frame rate.", remedy="Save it again in its editor.")
    top, bottom = decimal(above), decimal(below or "1")
    if bottom == 0 or not 1 <= top / bottom <= 1000:
        raise UnreadableTimeline(f"A frame rate of {above}/{below} is none.", remedy="Save the project again.")
    return top / bottom


def frames_of(text: str, clock: Clock) -> int | None:
    """A time of MLT in frames: a number, a clock time (rounded to the nearest frame) or a timecode; None if empty."""
    text = text.strip()
    if not text:
        return None
    found = _CLOCK_TIME.fullmatch(text)
    if found is not None:
        hours, minutes, seconds = (int(part) for part in found.groups()[:3])
        return clock.frame_of((hours * 60 + minutes) * 60 + seconds + Fraction(f"0.{found.group(4)}"))
    found = _SMPTE.fullmatch(text)
    if found is not None:
        hours, minutes, seconds, frames = (int(part) for part in found.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * clock.nominal_rate + frames
    number = decimal(text, where="MLT time")
    if number.denominator != 1 or abs(number) > _MOST_FRAMES:
        raise UnreadableTimeline(f"'{text[:40]}' is no time.", remedy="Save the project again in its editor.")
    return int(number)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything in a document that can be played, by its id; names of bin clips by Kdenlive's own number."""

    producers: dict[str, Element]
    names: dict[str, str]
    marks: dict[str, tuple[Mark, ...]]
    colors: GuideColors
    clock: Clock

    @classmethod
    def of(cls, root: Element, clock: Clock) -> Shelf:
        """Gather the producers, chains, playlists and tractors of a document."""
        played = [child for child in root.children if child.tag in ("producer", "chain", "playlist", "tractor")]
        colors = _colors_in(root)
        names: dict[str, str] = {}
        marks: dict[str, tuple[Mark, ...]] = {}
        for producer in played:
            number = property_of(producer, "kdenlive:id")
            if number and property_of(producer, "kdenlive:clipname"):
                names.setdefault(number, property_of(producer, "kdenlive:clipname"))
            found = tuple(_marks_in(property_of(producer, "kdenlive:markers"), clock, colors))
            if number and found:
                marks.setdefault(number, found)
        return cls({entry.get("id"): entry for entry in played if entry.get("id")}, names, marks, colors, clock)

    def name_of(self, producer: Element) -> str:
        """The name an editor sees: its own, the one in the bin, its caption, or the name of its file."""
        own = property_of(producer, "kdenlive:clipname") or self.names.get(property_of(producer, "kdenlive:id"), "")
        caption = property_of(producer, "shotcut:caption") or property_of(producer, "caption")
        return own or caption or PurePosixPath(_resource_of(producer)[0].replace("\\", "/")).name or "untitled"

    def marks_of(self, producer: Element) -> tuple[Mark, ...]:
        """Markers of a clip in media time; every use of the clip shows them."""
        return self.marks.get(property_of(producer, "kdenlive:id"), ())

    def notes_of(self, producer: Element) -> tuple[str, ...]:
        """What the editor noted about a clip."""
        texts = (property_of(producer, "kdenlive:description"), property_of(producer, "shotcut:comment"))
        return tuple(text for text in texts if text)

    def media_of(self, producer: Element, place: Place, book: RemarkBook) -> tuple[MediaSource, Fraction, bool]:
        """Media of a producer, its speed, and whether it is a title."""
        service = property_of(producer, "mlt_service").lower()
        resource, speed = _resource_of(producer)
        if any(property_of(link, "mlt_service") == "timeremap" for link in producer.all("link")):
            book.add(
                "A changing speed is taken as constant.", place, "Its cuts are exact, its pictures are about right."
            )
        if service in _TITLES:
            return MediaSource("generator", still=True), Fraction(1), True
        if service in _COLORS or service.startswith(("frei0r.", "noise", "count", "tone")):
            return MediaSource("generator", still=True), Fraction(1), False
        if not resource or resource == "<producer>":
            return MediaSource("missing"), speed, False
        length = frames_of(property_of(producer, "length"), self.clock)
        duration = None if length is None else self.clock.seconds_of(length) * abs(speed)
        still = PurePosixPath(resource.lower()).suffix in STILLS or service in ("qimage", "pixbuf")
        return MediaSource("file", resource, Fraction(0), duration, still=still), speed, False


def guides_of(root: Element, tractor: Element, clock: Clock, colors: GuideColors) -> tuple[Mark, ...]:
    """Guides of a timeline: in its own properties, in older projects in those of the document; Shotcut's markers."""
    texts = [property_of(tractor, "kdenlive:sequenceproperties.guides")]
    if not property_of(tractor, "kdenlive:uuid"):
        texts += [property_of(bin_, "kdenlive:docproperties.guides") for bin_ in root.all("playlist")]
    marks = [mark for text in texts for mark in _marks_in(text, clock, colors)]
    for holder in tractor.all("properties"):
        if holder.get("name") == "shotcut:markers":
            marks += [_shotcut_mark(entry, clock) for entry in holder.all("properties")]
    return tuple(marks)


def _shotcut_mark(entry: Element, clock: Clock) -> Mark:
    start = frames_of(property_of(entry, "start"), clock) or 0
    end = frames_of(property_of(entry, "end"), clock) or start
    length = clock.seconds_of(end - start) if end - start > 1 else Fraction(0)
    return Mark(clock.seconds_of(start), length, property_of(entry, "text"), "", _color(property_of(entry, "color")))


def _marks_in(text: str, clock: Clock, colors: GuideColors) -> Iterator[Mark]:
    if not text:
        return
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return
    for entry in entries if isinstance(entries, list) else []:
        position = entry.get("pos") if isinstance(entry, dict) else None
        if not isinstance(position, int) or abs(position) > _MOST_FRAMES:
            continue
        frames = entry.get("duration", 0)
        length = clock.seconds_of(frames) if isinstance(frames, int) and 1 < frames < _MOST_FRAMES else Fraction(0)
        kind = entry.get("type", 0)
        color = colors.get(kind, "") if isinstance(kind, int) else ""
        yield Mark(clock.seconds_of(position), length, str(entry.get("comment", "")), "", color)


def _colors_in(root: Element) -> GuideColors:
    colors: GuideColors = {}
    for playlist in root.all("playlist"):
        text = property_of(playlist, "kdenlive:docproperties.guidesCategories")
        try:
            entries = json.loads(text) if text else []
        except (ValueError, RecursionError):
            entries = []
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("index"), int):
                colors[entry["index"]] = _color(str(entry.get("color", "")))
    return colors


def _color(text: str) -> str:
    found = re.fullmatch(r"#(?:[0-9a-fA-F]{2})?([0-9a-fA-F]{6})", text.strip())
    if found is None:
        return ""
    value = int(found.group(1), 16)
    return nearest_color(*((value >> shift & 255) / 255 for shift in (16, 8, 0)))


def _resource_of(producer: Element) -> tuple[str, Fraction]:
    """File and speed of a producer; ``timewarp`` writes them as ``2.5:/path``."""
    resource, speed = property_of(producer, "resource"), Fraction(1)
    if property_of(producer, "mlt_service") == "timewarp":
        told = property_of(producer, "warp_speed") or resource.partition(":")[0]
        speed = decimal(told, where="warp_speed") if told else speed
        speed = speed if speed != 0 and abs(speed) <= 1000 else Fraction(1)
        resource = property_of(producer, "warp_resource") or resource.partition(":")[2]
    return resource, speed
