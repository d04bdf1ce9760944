"""Our music in FCPXML: a connected clip below the primary storyline, with the role music and our markers.

The order of an element's children is fixed by Apple's DTD: timing and adjustments, then what is connected, then
markers, then the rest. So the clip goes before the first child that must come after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from vem_timeline.errors import UnwritableTimeline
from vem_timeline.fcpxml import resources_of
from vem_timeline.fcpxml_clips import is_own_clip, retime_of, time_in
from vem_timeline.music_track import MusicClip, Ruler, frames_of_clip, one_a_frame
from vem_timeline.ownership import name_with_id
from vem_timeline.tree import Place, RemarkBook
from vem_timeline.xml_splice import XmlEdits, element, tag
from vem_timeline.xml_tree import Element

_AFTER_CONNECTED = (
    "marker", "chapter-marker", "rating", "keyword", "analysis-marker", "audio-channel-source", "audio-role-source",
    "sync-source", "filter-video", "filter-video-mask", "filter-audio", "metadata",
)  # fmt: skip
_ROLE = "music.music-1"
_MEDIA_REP_SINCE = 10
"""FCPXML 1.10 moved the path of an asset into an element of its own."""


def scored_fcpxml(raw: bytes, root: Element, sequence: Element, music: MusicClip, ruler: Ruler, url: str) -> bytes:
    """A copy of a document with the music connected to the start of a project; older music of ours is replaced."""
    edits, resources = XmlEdits(raw), resources_of(root)
    spine = sequence.find("spine")
    holder = root.find("resources")
    parent = None if spine is None else _first_of(spine)
    if spine is None or parent is None or holder is None:
        raise UnwritableTimeline("The project is empty.", remedy="Put a clip into it.")
    dropped = _remove_own(edits, root, spine)
    asset = _free_id(entry for entry in resources.values() if entry not in dropped)
    edits.append(holder, _asset(music, root, asset, url), after=_last_kept(holder, dropped))
    clip = _clip(music, ruler, asset, _offset_in(parent, sequence, resources, ruler), _lane_below(spine))
    before = next((child for child in parent.children if child.tag in _AFTER_CONNECTED), None)
    if before is not None:
        edits.insert(before, clip)
    else:
        edits.append(parent, clip)
    return edits.result()


def _remove_own(edits: XmlEdits, root: Element, spine: Element) -> list[Element]:
    """Take out older music of ours, and the assets that only it used."""
    clips = [clip for clip in spine.iter("asset-clip") if is_own_clip(clip)]
    kept = [entry.get("ref") for entry in root.iter() if entry.get("ref") and entry not in clips]
    assets = []
    for clip in clips:
        edits.remove(clip)
        for asset in root.iter("asset"):
            if asset.get("id") == clip.get("ref") and asset.get("id") not in kept and asset not in assets:
                edits.remove(asset)
                assets.append(asset)
    return assets


def _last_kept(holder: Element, dropped: list[Element]) -> Element | None:
    return next((entry for entry in reversed(holder.children) if entry not in dropped), None)


def _first_of(spine: Element) -> Element | None:
    """The first element of the primary storyline that clips can be connected to."""
    for child in spine.children:
        if child.tag == "audition":
            return next(iter(child.children), None)
        if child.tag in ("asset-clip", "clip", "video", "title", "gap", "ref-clip", "sync-clip", "mc-clip"):
            return child
    return None


def _offset_in(parent: Element, sequence: Element, resources: dict[str, Element], ruler: Ruler) -> Fraction:
    """The first frame of the project in the own time of its first element."""
    place = Place("storyline", parent.get("name"), Fraction(0), ruler.clock)
    retime = retime_of(parent, resources, ruler.clock, place, RemarkBook())
    begins = time_in(sequence, "tcStart") or Fraction(0)
    lies = time_in(parent, "offset")
    return retime.start - ((begins if lies is None else lies) - begins) * retime.pace


def _lane_below(spine: Element) -> int:
    lanes = [
        int(lane)
        for entry in spine.iter()
        if not is_own_clip(entry) and re.fullmatch(r"-?\d{1,4}", lane := entry.get("lane"))
    ]
    return min([0, *lanes]) - 1


def _free_id(kept: Iterable[Element]) -> str:
    numbers = [int(name[1:]) for entry in kept if re.fullmatch(r"r\d{1,9}", name := entry.get("id"))]
    return f"r{max(numbers, default=0) + 1}"


def _asset(music: MusicClip, root: Element, name: str, url: str) -> list[str]:
    minor = root.get("version", "1.8").partition(".")[2]
    separate = minor.isdigit() and int(minor) >= _MEDIA_REP_SINCE
    attributes = {
        "id": name,
        "name": music.audio.stem,
        "start": _time(Fraction(music.time_reference, music.sample_rate)),
        "duration": _time(music.duration),
        "hasAudio": "1",
        "audioSources": "1",
        "audioChannels": "2",
        "audioRate": str(music.sample_rate),
    }
    if separate:
        return element("asset", attributes, tag("media-rep", kind="original-media", src=url))
    return element("asset", {"src": url, **attributes})


def _clip(music: MusicClip, ruler: Ruler, asset: str, offset: Fraction, lane: int) -> list[str]:
    clock = ruler.clock
    frames = frames_of_clip(music, ruler)
    start = Fraction(music.time_reference, music.sample_rate)
    markers = [
        tag("marker", start=_time(start + clock.seconds_of(frame)), duration=_time(clock.frame_duration),
            value=name_with_id(marker.name, music.take_id), **({"note": marker.comment} if marker.comment else {}))
        for frame, marker in one_a_frame(music.markers, frames, clock)
    ]  # fmt: skip
    return tag(
        "asset-clip", *markers, ref=asset, lane=str(lane), offset=_time(offset),
        name=name_with_id(music.name, music.take_id), start=_time(start),
        duration=_time(min(clock.seconds_of(frames), max(music.duration, clock.frame_duration))), audioRole=_ROLE,
    )  # fmt: skip


def _time(seconds: Fraction) -> str:
    return f"{seconds.numerator}s" if seconds.denominator == 1 else f"{seconds.numerator}/{seconds.denominator}s"
