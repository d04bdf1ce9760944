"""Which clock a timeline runs on: its frame rate, its start timecode, and whether timecode drops frames.

OpenTimelineIO stores no frame rate for a timeline and no drop-frame flag. The rate is told by the
application's own metadata, by the start timecode, or by the rate in which most items are measured. Drop-frame
is told by metadata or by a start that is a round timecode only when frames drop; else timecode counts as
non-drop, and a remark says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from vem_timeline.clock import Clock, exact_rate
from vem_timeline.exact_time import seconds_of_time
from vem_timeline.tree import RemarkBook

_SLOWEST, _FASTEST = 6, 300
"""Rates outside are timescales (24000, 254016000000) or bare seconds (1), not frame rates."""

_USUAL_RATES = tuple(
    Fraction(rate)
    for rate in (24, 25, 30, Fraction(24000, 1001), Fraction(30000, 1001), 50, 60, Fraction(60000, 1001), 48)
)
_DROP_TIMECODE = re.compile(r"^\d{1,2}[:;]\d{2}[:;]\d{2};\d{2,3}$")
_PLAIN_TIMECODE = re.compile(r"^\d{1,2}:\d{2}:\d{2}:\d{2,3}$")
_MOST_METADATA = 5_000
"""Metadata values looked at in search of a timecode format; real files say it near the top."""


def clock_of_timeline(timeline: otio.schema.Timeline, book: RemarkBook) -> Clock:
    """Find the clock of a timeline; what had to be guessed is noted in ``book``."""
    rate = _rate_of(timeline, book)
    start = timeline.global_start_time
    start_frame = 0
    if start is not None:
        if _is_frame_rate(start.rate) and exact_rate(start.rate) == rate:
            start_frame = round(start.value)
        else:
            start_frame = Clock(rate).frame_of(seconds_of_time(start, where="start timecode"))
    drops = False
    if (rate * 1001) % 30_000 == 0:
        drops = _drops_frames(timeline, rate, start_frame, book)
    return Clock(rate=rate, drop_frame=drops, start_frame=start_frame)


def _rate_of(timeline: otio.schema.Timeline, book: RemarkBook) -> Fraction:
    declared = timeline.tracks.metadata.get("PremierePro_OTIO", {})
    video_rate = declared.get("VideoFrameRate") if hasattr(declared, "get") else None
    if isinstance(video_rate, int | float) and _is_frame_rate(video_rate):
        return exact_rate(video_rate)
    votes = Counter(
        exact_rate(time.rate) for time in _lengths(timeline) if time is not None and _is_frame_rate(time.rate)
    )
    start = timeline.global_start_time
    if start is not None and _is_frame_rate(start.rate):
        rate = exact_rate(start.rate)
        # A start of zero is often written at a default rate: it yields to items that agree on another one.
        if start.value != 0 or not votes or rate in votes:
            return rate
    if votes:
        rate, count = votes.most_common(1)[0]
        if len(votes) > 1:
            book.add(
                "Items are measured in different frame rates.",
                f"{count} of {votes.total()} at {float(rate):g}",
                "The commonest rate counts as the rate of the timeline; times are converted exactly.",
            )
        return rate
    return _rate_from_lengths(timeline, book)


def _rate_from_lengths(timeline: otio.schema.Timeline, book: RemarkBook) -> Fraction:
    """The usual rate at which most items are whole frames long."""
    lengths = [seconds_of_time(time) for time in _lengths(timeline) if time is not None]
    rate = max(_USUAL_RATES, key=lambda usual: sum((length * usual).denominator == 1 for length in lengths))
    book.add(
        "The timeline names no frame rate.",
        timeline.name or "timeline",
        f"{float(rate):.5g} frames per second fits the lengths of its items best.",
    )
    return rate


def _lengths(timeline: otio.schema.Timeline) -> Iterator[otio.opentime.RationalTime | None]:
    """Lengths of everything that lies on the tracks, in the rates they are written in."""
    for track in timeline.tracks:
        children = track if isinstance(track, otio.core.Composition) else [track]
        for child in children:
            if isinstance(child, otio.schema.Transition):
                yield child.in_offset
            elif child.source_range is not None:
                yield child.source_range.duration
            elif isinstance(child, otio.schema.Clip) and child.media_reference is not None:
                available = child.media_reference.available_range
                yield available.duration if available is not None else None


def _is_frame_rate(rate: float) -> bool:
    return _SLOWEST <= rate <= _FASTEST


def _drops_frames(timeline: otio.schema.Timeline, rate: Fraction, start_frame: int, book: RemarkBook) -> bool:
    hints: Counter[bool] = Counter()
    for holder in (timeline.metadata, timeline.tracks.metadata):
        for key, value in _values_in(holder):
            hint = _drop_hint(key, value)
            if hint is not None:
                hints[hint] += 1
    if hints:
        return hints[True] > hints[False]
    dropping = Clock(rate, drop_frame=True, start_frame=start_frame).timecode_of(Fraction(0))
    counting = Clock(rate, start_frame=start_frame).timecode_of(Fraction(0))
    round_when_dropping = dropping.endswith(":00;00") and not counting.endswith(":00:00")
    if start_frame and not round_when_dropping and counting.endswith(":00:00"):
        return False
    if not round_when_dropping:
        book.add(
            f"At {float(rate):.2f} frames per second timecode may be drop-frame or not.",
            timeline.name or "timeline",
            "The file does not say which; non-drop is assumed. Only displayed timecodes depend on it.",
        )
    return round_when_dropping


def _drop_hint(key: str, value: Any) -> bool | None:
    """What one metadata entry says about drop-frame; None if nothing."""
    name = key.lower().replace("_", "").replace(" ", "")
    if name in ("dropframe", "isdropframe", "drop") and isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip().upper()
    if name in ("displayformat", "tcformat", "timecodeformat", "timecodeflag") and text in ("DF", "NDF"):
        return text == "DF"
    if "timecode" in name or name in ("starttc", "tc", "string"):
        if _DROP_TIMECODE.match(text):
            return True
        if _PLAIN_TIMECODE.match(text):
            return False
    return None


def _values_in(metadata: Any) -> Iterator[tuple[str, Any]]:
    """Leaves of nested metadata with their keys, breadth first."""
    waiting: list[tuple[str, Any]] = [("", metadata)]
    for count, (key, value) in enumerate(waiting):
        if count > _MOST_METADATA:
            return
        if hasattr(value, "items"):
            waiting.extend(value.items())
        elif isinstance(value, str | bool | int | float):
            yield key, value
        elif hasattr(value, "__iter__"):
            waiting.extend((key, entry) for entry in value)
