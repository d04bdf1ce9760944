"""Clips of FCPXML: their retiming, media, sound, roles, notes and markers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import PurePosixPath

from vem_timeline.clock import Clock, exact_rate
from vem_timeline.numbers import decimal, rational
from vem_timeline.ownership import carries_id
from vem_timeline.references import STILLS
from vem_timeline.tree import Mark, MediaSource, Place, RemarkBook
from vem_timeline.xml_tree import Element

_ZERO = Fraction(0)
_MARKERS = {"marker": "", "chapter-marker": "PURPLE"}
_MUTED = -90
"""Decibels; an editor pulls down to -96 what is not to be heard."""


def time_in(element: Element, name: str) -> Fraction | None:
    """A time attribute, seconds; None if it is not there."""
    text = element.get(name)
    return rational(text, where=f"{name} of <{element.tag}> '{element.get('name')}'") if text else None


@dataclass(frozen=True, slots=True)
class Retime:
    """How the own time of a clip runs.

    Own time begins at ``start``. ``pace`` is own seconds per timeline second: 24/25 where 25 frames a second are
    conformed to 24. ``points`` map own time to media time (a ``timeMap``), piecewise straight; none: they are the same.
    """

    start: Fraction
    pace: Fraction = Fraction(1)
    points: tuple[tuple[Fraction, Fraction], ...] = ()

    def media(self, own: Fraction) -> Fraction:
        """Media time at an own time."""
        if not self.points:
            return own
        left, right = self.points[0], self.points[-1]
        if len(self.points) == 1:
            return left[1]
        for a, b in zip(self.points, self.points[1:], strict=False):
            left, right = a, b
            if own <= b[0]:
                break
        return left[1] + (own - left[0]) * (right[1] - left[1]) / (right[0] - left[0])

    def lasts(self, own: Fraction) -> Fraction:
        """Timeline seconds that a stretch of own time takes."""
        return own / self.pace

    def speed_over(self, duration: Fraction) -> Fraction:
        """Media seconds per timeline second, over the stretch that is shown."""
        if not self.points:
            return self.pace
        return (self.media(self.start + duration * self.pace) - self.media(self.start)) / duration

    def moved(self, mark: Mark) -> Mark:
        """A marker in own time brought to media time."""
        if not self.points:
            return mark
        start, end = self.media(mark.time), self.media(mark.time + mark.duration)
        return replace(mark, time=min(start, end), duration=abs(end - start))


def retime_of(element: Element, resources: dict[str, Element], clock: Clock, place: Place, book: RemarkBook) -> Retime:
    """How a clip is retimed: conformed from another frame rate, or by a time map."""
    start = time_in(element, "start")
    if start is None:
        asset = resources.get(element.get("ref")) if element.tag == "asset-clip" else None
        start = (time_in(asset, "start") if asset is not None else None) or _ZERO
    pace = Fraction(1)
    conform = element.find("conform-rate")
    if conform is not None and conform.get("scaleEnabled", "1") != "0" and conform.get("srcFrameRate"):
        source = exact_rate(decimal(conform.get("srcFrameRate"), where=str(place)).limit_denominator(1001).__float__())
        pace = clock.rate / source
        if not Fraction(1, 2) < pace < 2:
            pace = Fraction(1)  # the rates are no neighbours: frames are repeated or left out, time runs on
    points = _points_of(element, place, book)
    return Retime(start, pace, points)


def _points_of(element: Element, place: Place, book: RemarkBook) -> tuple[tuple[Fraction, Fraction], ...]:
    time_map = element.find("timeMap")
    if time_map is None:
        return ()
    told = [(time_in(point, "time"), time_in(point, "value")) for point in time_map.all("timept")]
    points = sorted({own: media for own, media in told if own is not None and media is not None}.items())
    if len(points) > 2:
        book.add("A changing speed is taken as constant.", place, "Its cuts are exact, its pictures are about right.")
    return tuple(points)


def marks_of(element: Element) -> Iterator[Mark]:
    """Markers and chapter markers of a clip, in its own time. Final Cut Pro gives a point one frame, or one sample."""
    for marker in element.children:
        if marker.tag not in _MARKERS:
            continue
        start, length = time_in(marker, "start"), time_in(marker, "duration") or _ZERO
        if start is None:
            continue
        color = _MARKERS[marker.tag]
        if marker.get("completed"):
            color = "GREEN" if marker.get("completed") == "1" else "RED"
        if length <= Fraction(1, 20):
            length = _ZERO
        yield Mark(start, length, marker.get("value"), marker.get("note"), color)


def media_of(element: Element, resources: dict[str, Element]) -> MediaSource | None:
    """The picture media of a clip; None if it has only sound."""
    asset = resources.get(element.get("ref"))
    if asset is None or asset.tag != "asset":
        return MediaSource("missing")
    if element.get("srcEnable") == "audio" or (asset.get("hasVideo") != "1" and asset.get("hasAudio") == "1"):
        return None
    url = asset.get("src") or next((entry.get("src") for entry in asset.all("media-rep") if entry.get("src")), "")
    if not url:
        return MediaSource("missing")
    duration = time_in(asset, "duration")
    still = PurePosixPath(url.lower()).suffix in STILLS or duration == 0
    return MediaSource("file", url, time_in(asset, "start") or _ZERO, duration or None, still=still)


def sounds(element: Element, resources: dict[str, Element]) -> bool:
    """Whether a clip can be heard."""
    volume = element.find("adjust-volume")
    if volume is not None and volume.get("amount").endswith("dB"):
        level = volume.get("amount").removesuffix("dB")
        if level.removeprefix("-").replace(".", "", 1).isdigit() and float(level) <= _MUTED:
            return False
    if element.tag == "audio":
        return True
    inner = element
    if element.tag == "clip":
        inner = next((child for child in element.children if child.tag in ("video", "audio", "asset-clip")), element)
        if any(child.tag == "audio" for child in inner.children):
            return True
    asset = resources.get(inner.get("ref"))
    return asset is not None and asset.get("hasAudio") == "1" and element.get("srcEnable", "all") in ("all", "audio")


def roles_of(element: Element) -> tuple[str, ...]:
    """Roles of the sound: of its channels where they are told, else of the clip. Sub-roles stand behind a full stop."""
    channels = [
        source.get("role") for source in element.all("audio-channel-source", "audio-role-source") if source.get("role")
    ]
    active = [
        source.get("role")
        for source in element.all("audio-channel-source")
        if source.get("role") and source.get("active", "1") != "0" and source.get("enabled", "1") != "0"
    ]
    inner = [child.get("role") for child in element.children if child.tag == "audio" and child.get("role")]
    for child in element.children:
        if child.tag == "video" and not child.get("lane"):
            inner += [audio.get("role") for audio in child.all("audio") if audio.get("role")]
    clip = [element.get("audioRole") or element.get("role")]
    return tuple(dict.fromkeys(role for role in (active or channels or inner or clip) if role))


def notes_of(element: Element) -> tuple[str, ...]:
    """Notes and keywords, each once."""
    texts = [child.text.strip() for child in element.all("note")]
    texts += [word.strip() for child in element.all("keyword") for word in child.get("value").split(",")]
    return tuple(dict.fromkeys(text for text in texts if text))


def is_own_clip(element: Element) -> bool:
    """Whether a connected clip is music of ours: by its role, and by the id at the end of its name."""
    music = element.get("audioRole").startswith("music")
    return element.tag == "asset-clip" and music and carries_id(element.get("name"))
