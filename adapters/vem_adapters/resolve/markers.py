"""Our markers in Resolve: on the timeline's ruler, or on the music where an editor's marker holds the frame.

Each carries ``vem:TAKE:NUMBER`` as its custom data, which no one sees, and the short id in its name. Frames of timeline
markers count from the timeline's first frame, those of an item from the item's. Never delete by colour: the editor's
markers have colours, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vem_adapters.errors import HostRefused
from vem_adapters.host import OwnMarker
from vem_adapters.resolve.session import DIALOG, Session
from vem_timeline import MusicMarker
from vem_timeline.music_track import one_a_frame
from vem_timeline.ownership import name_with_id, short_id, without_id

PREFIX = "vem:"
COLORS = {
    "RED": "Red", "BLUE": "Blue", "GREEN": "Green", "YELLOW": "Yellow", "PURPLE": "Purple", "PINK": "Pink",
    "CYAN": "Cyan", "MAGENTA": "Fuchsia", "ORANGE": "Sand", "BLACK": "Cocoa", "WHITE": "Cream",
}  # fmt: skip
_NAMES = {resolve: name for name, resolve in COLORS.items()}


@dataclass(frozen=True, slots=True)
class Found:
    """A marker of ours: what it is on, its frame there, and the first frame of that on the timeline."""

    owner: Any
    frame: int
    origin: int
    entry: dict[str, Any]

    @property
    def key(self) -> str:
        """Its custom data."""
        return str(self.entry["customData"])


def own_markers(session: Session) -> tuple[OwnMarker, ...]:
    """Our markers, by time."""
    found = (OwnMarker(mark.key, _as_music_marker(mark, session)) for mark in _found(session))
    return tuple(sorted(found, key=lambda own: own.marker.time))


def write(session: Session, markers: Iterable[MusicMarker], take_id: str) -> int:
    """Make these our markers and no others; gives how many stand."""
    remove(session)
    taken = _frames(session.timeline)
    music = next((item for _, item in session.own_items()), None)
    written = 0
    for number, (frame, marker) in enumerate(one_a_frame(markers, max(session.frames, 1), session.clock), start=1):
        named = MusicMarker(marker.time, name_with_id(marker.name, take_id), marker.color, marker.comment)
        key = f"{PREFIX}{short_id(take_id)}:{number}"
        if frame not in taken:
            written += _add(session.timeline, frame, named, key)
        elif music is not None:
            on_music = session.start + frame - int(music.GetStart())
            within = 0 <= on_music < int(music.GetEnd()) - int(music.GetStart())
            if within and on_music not in _frames(music):
                written += _add(music, on_music, named, key)
    return written


def move(session: Session, key: str, time: Fraction) -> None:
    """Move a marker of ours on the ruler, or within the music if it is there."""
    mark = next((mark for mark in _found(session) if mark.key == key), None)
    if mark is None:
        raise HostRefused("That marker is not ours, or is gone.", where=key, remedy="List the markers again.")
    frame = session.clock.frame_of(time) - mark.origin
    if frame == mark.frame:
        return
    where = session.clock.timecode_of(time)
    if not 0 <= session.clock.frame_of(time) < session.frames:
        raise HostRefused("A marker cannot leave the timeline.", where=where, remedy="Choose a time within it.")
    if frame in _frames(mark.owner):
        raise HostRefused(
            "Another marker holds that frame.", where=where, remedy="Move that one away, or choose another frame."
        )
    moved = _as_music_marker(mark, session, keep_id=True)
    if not mark.owner.DeleteMarkerAtFrame(mark.frame):
        raise HostRefused("DaVinci Resolve did not move the marker.", where=where, remedy=DIALOG)
    if not _add(mark.owner, frame, moved, key):
        _add(mark.owner, mark.frame, moved, key)
        raise HostRefused("DaVinci Resolve did not move the marker.", where=where, remedy=DIALOG)


def remove(session: Session) -> int:
    """Remove our markers, and only ours; gives how many."""
    return sum(bool(mark.owner.DeleteMarkerAtFrame(mark.frame)) for mark in list(_found(session)))


def is_own(entry: dict[str, Any]) -> bool:
    """Whether a marker, as Resolve describes it, is ours."""
    return str(entry.get("customData") or "").startswith(PREFIX)


def _found(session: Session) -> Iterator[Found]:
    owners = [(session.timeline, 0)]
    owners += [(item, int(item.GetStart()) - session.start) for _, item in session.own_items()]
    for owner, origin in owners:
        for frame, entry in (owner.GetMarkers() or {}).items():
            if is_own(entry):
                yield Found(owner, int(frame), origin, entry)


def _frames(owner: Any) -> set[int]:
    """Frames that hold a marker, an editor's or ours. A marker with a length holds its first frame only."""
    return {int(frame) for frame in owner.GetMarkers() or {}}


def _add(owner: Any, frame: int, marker: MusicMarker, key: str) -> bool:
    return bool(owner.AddMarker(frame, COLORS.get(marker.color, "Green"), marker.name, marker.comment, 1, key))


def _as_music_marker(mark: Found, session: Session, *, keep_id: bool = False) -> MusicMarker:
    name = str(mark.entry["name"])
    return MusicMarker(
        time=session.clock.seconds_of(mark.origin + mark.frame),
        name=name if keep_id else without_id(name),
        color=_NAMES.get(str(mark.entry["color"]), "GREEN"),
        comment=str(mark.entry["note"]),
    )
