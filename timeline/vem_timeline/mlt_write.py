"""Our music on a track of its own in a Kdenlive project, a Shotcut project, or plain MLT.

The track is added as the last one, so that the numbers by which transitions, groups and targets name the others stay
right; a mix transition sums it into the sound, as MLT needs. In Kdenlive the file is put into the bin as well, with our
markers on it, and every clip of that bin entry shows them.
"""

from __future__ import annotations

import json

from vem_timeline.dialects import KDENLIVE_CATEGORIES
from vem_timeline.errors import UnwritableTimeline
from vem_timeline.mlt import is_own_track
from vem_timeline.mlt_media import Shelf, property_of
from vem_timeline.music_track import MusicClip, Ruler, frames_of_clip, one_a_frame
from vem_timeline.ownership import TRACK_NAME, name_with_id, short_id
from vem_timeline.xml_splice import XmlEdits, element
from vem_timeline.xml_tree import Element


def scored_mlt(raw: bytes, root: Element, tractor: Element, shelf: Shelf, music: MusicClip, ruler: Ruler) -> bytes:
    """A copy of a document with the music on a timeline; an older music track of ours is replaced."""
    edits = XmlEdits(raw)
    tracks = tractor.all("track")
    if not tracks:
        raise UnwritableTimeline("The timeline has no tracks.", remedy="Put a picture on a track.")
    own = [track for track in tracks if _is_own(track, shelf)]
    dropped = _remove_own(edits, root, tractor, own)
    kept = [track for track in tracks if track not in own]
    index = len(kept)
    bin_ = next((entry for entry in root.all("playlist") if entry.get("id") == "main_bin"), None)
    kdenlive = bin_ is not None and any("kdenlive:" in value.get("name") for value in bin_.all("property"))
    number = _free_number(root, dropped) if kdenlive else ""
    key = short_id(music.take_id)
    frames = frames_of_clip(music, ruler)
    for lines in _producers(music, ruler, key, number, frames):
        edits.insert(_first_played(root, dropped), lines)
    for lines in _track(key, number, frames):
        edits.insert(tractor, lines)
    edits.append(tractor, element("track", {"producer": f"vem_{key}_track"}), after=kept[-1])
    last = _last_planted(tractor)
    edits.append(tractor, _mix(key, index), after=last if last is not None else kept[-1])
    if kdenlive and bin_ is not None:
        entry = {"in": "0", "out": str(_length(music, ruler) - 1), "producer": f"vem_{key}_bin"}
        edits.append(bin_, element("entry", entry))
    return edits.result()


def _is_own(track: Element, shelf: Shelf) -> bool:
    producer = shelf.producers.get(track.get("producer"))
    return producer is not None and is_own_track(producer, shelf)


def _remove_own(edits: XmlEdits, root: Element, tractor: Element, own: list[Element]) -> list[Element]:
    """Take out our older track: its place in the timeline, its mix, and everything that only it is made of."""
    dropped = []
    for track in own:
        edits.remove(track)
        key = track.get("producer").removesuffix("_track")
        for transition in tractor.all("transition"):
            if transition.get("id") == f"{key}_mix":
                edits.remove(transition)
        for part in root.children:
            if part.get("id") in (f"{key}_track", f"{key}_a", f"{key}_b", f"{key}_audio", f"{key}_bin"):
                edits.remove(part)
                dropped.append(part)
        for bin_ in root.all("playlist"):
            for entry in bin_.all("entry"):
                if entry.get("producer") == f"{key}_bin":
                    edits.remove(entry)
    return dropped


def _free_number(root: Element, dropped: list[Element]) -> str:
    numbers = [property_of(child, "kdenlive:id") for child in root.children if child not in dropped]
    return str(max((int(number) for number in numbers if number.isdigit()), default=0) + 1)


def _first_played(root: Element, dropped: list[Element]) -> Element:
    played = (child for child in root.children if child.tag in ("producer", "chain", "playlist", "tractor"))
    return next(child for child in played if child not in dropped)


def _last_planted(tractor: Element) -> Element | None:
    """The last transition of the timeline; filters of the whole come behind it."""
    transitions = tractor.all("transition")
    return transitions[-1] if transitions else None


def _length(music: MusicClip, ruler: Ruler) -> int:
    return max(frames_of_clip(music, ruler), ruler.clock.frame_of(music.duration))


def _property(name: str, value: str) -> list[str]:
    return element("property", {"name": name}, value)


def _producers(music: MusicClip, ruler: Ruler, key: str, number: str, frames: int) -> list[list[str]]:
    """The audio file: once for the track, and in Kdenlive once for the bin."""
    common = [
        _property("length", str(_length(music, ruler))),
        _property("eof", "pause"),
        _property("resource", str(music.audio.resolve())),
        _property("mlt_service", "avformat"),
        _property("audio_index", "0"),
        _property("video_index", "-1"),
        _property("vem:take", music.take_id),
    ]
    name = name_with_id(music.name, music.take_id)
    if not number:
        named = [_property("shotcut:caption", name)]
        return [_producer(f"vem_{key}_audio", music, ruler, [*common, *named])]
    named = [_property("kdenlive:clipname", name), _property("kdenlive:id", number)]
    in_bin = [_property("kdenlive:folderid", "-1"), _property("kdenlive:clip_type", "1")]
    marks = [
        {"comment": _comment(marker.name, marker.comment, music.take_id), "pos": frame,
         "type": KDENLIVE_CATEGORIES.get(marker.color, 0)}
        for frame, marker in one_a_frame(music.markers, frames, ruler.clock)
    ]  # fmt: skip
    if marks:
        in_bin.append(_property("kdenlive:markers", json.dumps(marks)))
    return [
        _producer(f"vem_{key}_bin", music, ruler, [*common, *named, *in_bin]),
        _producer(f"vem_{key}_audio", music, ruler, [*common, *named]),
    ]


def _producer(name: str, music: MusicClip, ruler: Ruler, parts: list[list[str]]) -> list[str]:
    return element("producer", {"id": name, "in": "0", "out": str(_length(music, ruler) - 1)}, *parts)


def _comment(name: str, comment: str, take_id: str) -> str:
    """Kdenlive shows one text; the id stays at the end of it."""
    return name_with_id(f"{name}: {comment}" if comment else name, take_id)


def _track(key: str, number: str, frames: int) -> list[list[str]]:
    """The playlists of the track, and the tractor that Kdenlive makes of two of them."""
    entry = {"in": "0", "out": str(frames - 1), "producer": f"vem_{key}_audio"}
    if not number:
        parts = [_property("shotcut:audio", "1"), _property("shotcut:name", TRACK_NAME), element("entry", entry)]
        return [element("playlist", {"id": f"vem_{key}_track"}, *parts)]
    sound = _property("kdenlive:audio_track", "1")
    clip = element("entry", entry, _property("kdenlive:id", number))
    halves = [element("track", {"hide": "video", "producer": f"vem_{key}_{half}"}) for half in "ab"]
    return [
        element("playlist", {"id": f"vem_{key}_a"}, sound, clip),
        element("playlist", {"id": f"vem_{key}_b"}, sound),
        element(
            "tractor", {"id": f"vem_{key}_track", "in": "0", "out": str(frames - 1)},
            sound, _property("kdenlive:track_name", TRACK_NAME), *halves,
        ),
    ]  # fmt: skip


def _mix(key: str, index: int) -> list[str]:
    told = {
        "a_track": "0", "b_track": str(index), "mlt_service": "mix", "kdenlive_id": "mix", "internal_added": "237",
        "always_active": "1", "accepts_blanks": "1", "sum": "1",
    }  # fmt: skip
    return element("transition", {"id": f"vem_{key}_mix"}, *[_property(name, value) for name, value in told.items()])
