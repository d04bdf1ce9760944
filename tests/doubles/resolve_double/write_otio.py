"""The double's export: OpenTimelineIO in Resolve's dialect, as `facts` describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resolve_double.timeline import Item, Timeline, Track

_COLORS = {
    "Red": "RED", "Blue": "BLUE", "Green": "GREEN", "Yellow": "YELLOW", "Purple": "PURPLE", "Pink": "PINK",
    "Cyan": "CYAN", "Fuchsia": "MAGENTA", "Sand": "ORANGE", "Cocoa": "BLACK", "Cream": "WHITE",
}  # fmt: skip


def timeline_as_otio(timeline: Timeline) -> dict[str, Any]:
    """The timeline as OpenTimelineIO JSON: bare absolute paths, markers on the stack, from the first frame on."""
    rate = float(timeline._clock.rate)
    tracks = [_track(track, timeline, "Video", rate) for track in timeline._tracks["video"]]
    tracks += [_track(track, timeline, "Audio", rate) for track in timeline._tracks["audio"]]
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}},
        "name": timeline._name,
        "global_start_time": _time(timeline._start, rate),
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "metadata": {},
            "name": "",
            "source_range": None,
            "effects": [],
            "markers": _markers(timeline._markers, 0, rate),
            "enabled": True,
            "children": tracks,
        },
    }


def _track(track: Track, timeline: Timeline, kind: str, rate: float) -> dict[str, Any]:
    children: list[dict[str, Any]] = []
    at = timeline._start
    for item in sorted(track.items, key=lambda entry: entry._start):
        if item._start > at:
            children.append(_gap(item._start - at, rate))
        children.append(_clip(item, rate))
        at = item._start + item._frames
    sound = {"Audio Type": track.kind.title(), "Locked": track.locked, "SoloOn": False} if kind == "Audio" else {}
    return {
        "OTIO_SCHEMA": "Track.1", "metadata": {"Resolve_OTIO": sound}, "name": track.name, "source_range": None,
        "effects": [], "markers": [], "enabled": True, "children": children, "kind": kind,
    }  # fmt: skip


def _clip(item: Item, rate: float) -> dict[str, Any]:
    clip = item._clip
    if clip is None:
        media: dict[str, Any] = {
            "OTIO_SCHEMA": "MissingReference.1", "metadata": {}, "name": "", "available_range": None,
            "available_image_bounds": None,
        }  # fmt: skip
    else:
        media = {
            "OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "name": clip._name,
            "available_range": _range(0, max(clip._frames, item._left + item._frames), rate),
            "available_image_bounds": None, "target_url": str(clip._path),
        }  # fmt: skip
    return {
        "OTIO_SCHEMA": "Clip.2", "metadata": {}, "name": item.GetName() if clip is None else clip._name,
        "source_range": _range(item._left, item._frames, rate), "effects": [],
        "markers": _markers(item._markers, item._left, rate), "enabled": True,
        "media_references": {"DEFAULT_MEDIA": media}, "active_media_reference_key": "DEFAULT_MEDIA",
    }  # fmt: skip


def _gap(frames: int, rate: float) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Gap.1", "metadata": {}, "name": "", "source_range": _range(0, frames, rate), "effects": [],
        "markers": [], "enabled": True,
    }  # fmt: skip


def _markers(markers: dict[float, dict[str, Any]], origin: int, rate: float) -> list[dict[str, Any]]:
    return [
        {
            "OTIO_SCHEMA": "Marker.2", "name": entry["name"], "color": _COLORS.get(entry["color"], "GREEN"),
            "metadata": {"Resolve_OTIO": {"Keywords": [], "Note": entry["note"]}}, "comment": "",
            "marked_range": _range(origin + int(frame), int(entry["duration"]), rate),
        }
        for frame, entry in sorted(markers.items())
    ]  # fmt: skip


def _range(start: int, frames: int, rate: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(start, rate), "duration": _time(frames, rate)}


def _time(value: int, rate: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": float(value), "rate": rate}
