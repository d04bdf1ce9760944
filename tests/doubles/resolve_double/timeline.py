"""Timelines, items and markers of the double."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolve_double.remote import Remote
from resolve_double.write_otio import timeline_as_otio
from vem_timeline import Clock

if TYPE_CHECKING:
    from resolve_double.program import Clip, Program

COLORS = frozenset([
    "Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple", "Fuchsia", "Rose", "Lavender", "Sky", "Mint", "Lemon",
    "Sand", "Cocoa", "Cream",
])  # fmt: skip


class Marked(Remote, api="TimelineItem"):
    """What markers sit on. Frames count from the owner's first; a frame holds one marker."""

    def __init__(self) -> None:
        super().__init__()
        self._markers: dict[float, dict[str, Any]] = {}

    def AddMarker(self, frame: float, color: str, name: str, note: str, duration: float, custom: str = "") -> bool:
        if frame < 0 or int(frame) in self._markers or color not in COLORS or duration < 1:
            return False
        self._markers[float(int(frame))] = {
            "color": color, "duration": float(duration), "note": note, "name": name, "customData": custom,
        }  # fmt: skip
        return True

    def GetMarkers(self) -> dict[float, dict[str, Any]]:
        return {frame: dict(entry) for frame, entry in self._markers.items()}

    def DeleteMarkerAtFrame(self, frame: float) -> bool:
        return self._markers.pop(float(frame), None) is not None

    def DeleteMarkerByCustomData(self, custom: str) -> bool:
        found = [frame for frame, entry in self._markers.items() if entry["customData"] == custom]
        return bool(found) and self._markers.pop(found[0]) is not None

    def DeleteMarkersByColor(self, color: str) -> bool:
        self._markers = {f: e for f, e in self._markers.items() if color not in ("All", e["color"])}
        return True


class Item(Marked, api="TimelineItem"):
    """A clip on a track, at absolute frames; ``clip`` None is a title or a gap filler."""

    def __init__(self, clip: Clip | None, *, start: int, frames: int, left: int = 0, name: str = "") -> None:
        super().__init__()
        self._clip, self._start, self._frames, self._left = clip, start, frames, left
        self._name = name or (clip._name if clip else "")

    def GetName(self) -> str:
        return self._name

    def GetStart(self, subframe: bool = False) -> int | float:
        return float(self._start) if subframe else self._start

    def GetEnd(self, subframe: bool = False) -> int | float:
        return self.GetStart(subframe) + self._frames

    def GetDuration(self, subframe: bool = False) -> int | float:
        return float(self._frames) if subframe else self._frames

    def GetLeftOffset(self, subframe: bool = False) -> int | float:
        return float(self._left) if subframe else self._left

    def GetMediaPoolItem(self) -> Clip | None:
        return self._clip


class Described(Remote, api="MediaPoolItem"):
    """The clip that a timeline is in the media pool, with its metadata."""

    def __init__(self, comments: str) -> None:
        super().__init__()
        self._comments = comments

    def GetMetadata(self, kind: str = "") -> str | dict[str, str]:
        return self._comments if kind == "Comments" else {"Comments": self._comments}


@dataclass
class Track:
    """One track; ``kind`` is the format of its sound, "" for picture."""

    name: str
    kind: str = ""
    locked: bool = False
    items: list[Item] = field(default_factory=list)


class Timeline(Marked, api="Timeline"):
    """A timeline. Tracks count from 1; items are absolute, markers relative."""

    def __init__(self, program: Program, name: str, clock: Clock) -> None:
        super().__init__()
        self._program, self._name, self._clock = program, name, clock
        self._tracks: dict[str, list[Track]] = {"video": [Track("Video 1")], "audio": [], "subtitle": []}
        self._playhead = 0
        self._comments = ""
        self._rate_setting: str | float | None = None

    @property
    def _start(self) -> int:
        return self._clock.start_frame

    def _track(self, kind: str, number: int) -> Track | None:
        tracks = self._tracks[kind]
        return tracks[number - 1] if 1 <= number <= len(tracks) else None

    def GetName(self) -> str:
        return self._name

    def GetMediaPoolItem(self) -> Described:
        return Described(self._comments)

    def GetStartFrame(self) -> int:
        return self._start

    def GetEndFrame(self) -> int:
        ends = [
            item._start + item._frames for tracks in self._tracks.values() for track in tracks for item in track.items
        ]
        return max(ends, default=self._start)

    def GetStartTimecode(self) -> str:
        return self._clock.timecode_of_frame(0)

    def GetCurrentTimecode(self) -> str:
        return self._clock.timecode_of_frame(self._playhead)

    def SetCurrentTimecode(self, timecode: str) -> bool:
        frame = self._clock.frame_of_timecode(timecode)
        inside = 0 <= frame < self.GetEndFrame() - self._start
        self._playhead = frame if inside else self._playhead
        return inside

    def GetCurrentVideoItem(self) -> Item | None:
        at = self._start + self._playhead
        for track in reversed(self._tracks["video"]):
            for item in track.items:
                if item._start <= at < item._start + item._frames:
                    return item
        return None

    def GetSetting(self, name: str) -> str | float:
        if name != "timelineFrameRate":
            return ""
        if self._rate_setting is not None:
            return self._rate_setting
        rate = round(float(self._clock.rate), 3)
        return f"{rate:g} DF" if self._clock.drop_frame else rate

    def GetTrackCount(self, kind: str) -> int:
        return len(self._tracks[kind])

    def GetTrackName(self, kind: str, number: int) -> str:
        track = self._track(kind, number)
        return track.name if track else ""

    def SetTrackName(self, kind: str, number: int, name: str) -> bool:
        track = self._track(kind, number)
        if track is None or self._program._dialog:
            return False
        track.name = name
        return True

    def GetTrackSubType(self, kind: str, number: int) -> str:
        track = self._track(kind, number)
        return track.kind if track else ""

    def GetIsTrackLocked(self, kind: str, number: int) -> bool:
        track = self._track(kind, number)
        return bool(track and track.locked)

    def GetItemListInTrack(self, kind: str, number: int) -> list[Item] | None:
        track = self._track(kind, number)
        return None if track is None else sorted(track.items, key=lambda item: item._start)

    def AddTrack(self, kind: str, options: str | dict[str, Any] = "") -> bool:
        if self._program._dialog:
            return False
        told = options if isinstance(options, dict) else {"audioType": options}
        sound = (told.get("audioType") or "mono") if kind == "audio" else ""
        tracks = self._tracks[kind]
        index = told.get("index", 0)
        at = index - 1 if 1 <= index <= len(tracks) else len(tracks)
        tracks.insert(at, Track(f"{kind.title()} {len(tracks) + 1}", sound))
        return True

    def DeleteTrack(self, kind: str, number: int) -> bool:
        track = self._track(kind, number)
        if track is None or track.locked or self._program._dialog:
            return False
        self._tracks[kind].remove(track)
        return True

    def DeleteClips(self, items: list[Item], ripple: bool = False) -> bool:
        holding = [t for tracks in self._tracks.values() for t in tracks if any(item in t.items for item in items)]
        if self._program._page != "edit" or self._program._dialog or any(track.locked for track in holding):
            return False
        for track in holding:
            gone = [item for item in track.items if item in items]
            track.items = [item for item in track.items if item not in items]
            if ripple:
                for item in track.items:
                    item._start -= sum(old._frames for old in gone if old._start < item._start)
        return bool(holding)

    def Export(self, path: str, kind: object, subtype: object = None) -> bool:
        if kind is not self._program.EXPORT_OTIO or self._program._dialog:
            return False  # a string in place of the constant, or a format the double does not write
        Path(path).write_text(json.dumps(timeline_as_otio(self), indent=4), encoding="utf-8")
        return True

    def _seconds(self, frame: int) -> Fraction:
        return self._clock.seconds_of(frame)


def visible_markers(timeline: Timeline) -> dict[int, dict[str, Any]]:
    """Markers that a person would see: Resolve keeps those beyond the end, and shows them nowhere."""
    length = timeline.GetEndFrame() - timeline.GetStartFrame()
    return {int(frame): entry for frame, entry in timeline._markers.items() if frame < length}
