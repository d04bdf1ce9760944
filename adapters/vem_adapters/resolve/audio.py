"""Our music on a Resolve timeline: imported, laid on its track, or put in the place of other music of ours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import soundfile

from vem_adapters.errors import HostRefused
from vem_adapters.host import Placed
from vem_adapters.resolve.markers import is_own
from vem_adapters.resolve.session import DIALOG, Session, file_of, on_edit_page, take_of
from vem_timeline import MusicClip, exact_rate
from vem_timeline.ownership import TRACK_NAME, name_with_id

BIN = TRACK_NAME
"""Folder of the media pool that holds our music."""
_AUDIO_ONLY = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a clip and where it lies.

    ``first`` and ``end`` (excluded) are source frames at the clip's own rate, ``record`` is absolute.
    """

    clip: Any
    first: int
    end: int
    record: int


def place(session: Session, music: MusicClip) -> Placed:
    """Put the music on its track. See `vem_adapters.host.Host.place`."""
    on_edit_page(session.resolve)
    own = list(session.own_items())
    locked = [track for track in {track for track, _ in own} if session.timeline.GetIsTrackLocked("audio", track)]
    if locked:
        raise HostRefused(
            f'The track "{TRACK_NAME}" is locked.', where=f"audio track {locked[0]}", remedy="Unlock it, and try again."
        )
    if own and _swapped(session, [item for _, item in own], music):
        return Placed(replaced=True)
    clip, is_new = _in_pool(session, music)
    whole = Piece(clip, 0, _source_frames(clip, music, session), session.start)
    try:
        if own:
            _lay_instead(session, own, whole)
        else:
            _lay_first(session, whole)
    except HostRefused:
        if is_new:
            session.pool.DeleteClips([clip])
        raise
    return Placed(replaced=bool(own), remarks=_remarks(session, music))


def _swapped(session: Session, items: list[Any], music: MusicClip) -> bool:
    """Put another file behind our clip. Trims, levels and fades that the editor gave it stay.

    Only for a file of the same length, since an item keeps its old end, and only if no other timeline would change
    with this one: a copy of the timeline shares the clip.
    """
    clips = {clip.GetUniqueId(): clip for item in items if (clip := item.GetMediaPoolItem()) is not None}
    if len(clips) != 1:
        return False
    clip = next(iter(clips.values()))
    old = file_of(clip)
    if "ReplaceClip" not in dir(clip) or _length(old) != _length(music.audio) or _is_used_elsewhere(session, clip):
        return False
    before = [(item.GetStart(), item.GetEnd()) for item in items]
    if not clip.ReplaceClip(str(music.audio)):
        return False
    if file_of(clip) != music.audio or [(item.GetStart(), item.GetEnd()) for item in items] != before:
        clip.ReplaceClip(str(old))
        return False
    _name(clip, music)
    return True


def _length(audio: Path) -> tuple[int, int] | None:
    """Samples and rate of a sound file; None if it is gone or no sound."""
    try:
        info = soundfile.info(str(audio))
    except (OSError, RuntimeError):
        return None
    return info.frames, info.samplerate


def _is_used_elsewhere(session: Session, clip: Any) -> bool:
    here, wanted = session.timeline.GetUniqueId(), clip.GetUniqueId()
    for number in range(1, int(session.project.GetTimelineCount()) + 1):
        timeline = session.project.GetTimelineByIndex(number)
        if timeline.GetUniqueId() == here:
            continue
        for track in range(1, int(timeline.GetTrackCount("audio")) + 1):
            used = (item.GetMediaPoolItem() for item in timeline.GetItemListInTrack("audio", track) or [])
            if any(found is not None and found.GetUniqueId() == wanted for found in used):
                return True
    return False


def _in_pool(session: Session, music: MusicClip) -> tuple[Any, bool]:
    """The music as a clip of the media pool, and whether it is new there.

    It lies in a folder of ours; the editor's folder stays the current one.
    """
    pool = session.pool
    root = pool.GetRootFolder()
    folder = next((entry for entry in root.GetSubFolderList() or [] if entry.GetName() == BIN), None)
    folder = folder or pool.AddSubFolder(root, BIN)
    known = [clip for clip in (folder.GetClipList() or []) if file_of(clip) == music.audio] if folder else []
    if known:
        return known[0], False
    current = pool.GetCurrentFolder()
    # ImportMedia has no destination: it goes where the current folder is.
    imported = pool.ImportMedia([str(music.audio)]) if folder and pool.SetCurrentFolder(folder) else None
    pool.SetCurrentFolder(current)
    if not imported:
        raise HostRefused(
            "DaVinci Resolve did not import the music.",
            where=str(music.audio),
            remedy=f"{DIALOG} Or drag the file into the media pool yourself.",
        )
    try:
        _name(imported[0], music)
    except HostRefused:
        pool.DeleteClips(imported)
        raise
    return imported[0], True


def _name(clip: Any, music: MusicClip) -> None:
    """Name a clip so that we know it again: Resolve keeps names through export and import, but no metadata of ours."""
    name = name_with_id(music.name, music.take_id)
    if "SetName" in dir(clip):
        clip.SetName(name)
    else:  # older versions
        clip.SetClipProperty("Clip Name", name)
    if clip.GetName() != name:
        raise HostRefused("DaVinci Resolve did not name the music.", where=str(music.audio), remedy=DIALOG)


def _source_frames(clip: Any, music: MusicClip, session: Session) -> int:
    """Length of the music at the clip's own rate.

    A sound file takes the project's frame rate when it is imported and keeps it, so this need not be the
    timeline's. Part of a frame counts as one, or the music would end early, unless the clip has no more.
    """
    told = str(clip.GetClipProperty("FPS") or "")
    rate = exact_rate(float(told)) if told else session.clock.rate
    frames = math.ceil(music.duration * rate)
    has = str(clip.GetClipProperty("Frames") or "")
    return min(frames, int(has)) if has.isdigit() and int(has) else frames


def _lay_first(session: Session, whole: Piece) -> None:
    """Lay the music on a track of its own, which goes again if that fails."""
    track = _new_track(session)
    if _lay(session, track, whole) is None:
        session.timeline.DeleteTrack("audio", track)
        raise HostRefused("DaVinci Resolve did not take the music.", where=str(file_of(whole.clip)), remedy=DIALOG)


def _new_track(session: Session) -> int:
    """A stereo track of ours below the others; an empty one that carries our name will do as well."""
    timeline = session.timeline
    for track in session.own_tracks():
        if not session.items(track) and not timeline.GetIsTrackLocked("audio", track):
            return track
    count = int(timeline.GetTrackCount("audio"))
    if not timeline.AddTrack("audio", "stereo") or int(timeline.GetTrackCount("audio")) != count + 1:
        raise HostRefused("DaVinci Resolve did not add an audio track.", remedy=DIALOG)
    timeline.SetTrackName("audio", count + 1, TRACK_NAME)
    return count + 1


def _lay(session: Session, track: int, piece: Piece) -> Any | None:
    """Append a piece to a track; the item, or None if it is not there afterwards.

    What the call returns proves nothing (ghosts), so the track is listed again. One piece a call: if one of a batch
    fails, Resolve drops the others when the project is saved.
    """
    session.pool.AppendToTimeline([
        {
            "mediaPoolItem": piece.clip,
            "startFrame": piece.first,
            "endFrame": piece.end,
            "mediaType": _AUDIO_ONLY,
            "trackIndex": track,
            "recordFrame": piece.record,
        }
    ])  # fmt: skip
    wanted = piece.clip.GetUniqueId()
    for item in session.items(track):
        clip = item.GetMediaPoolItem()
        if int(item.GetStart()) == piece.record and clip is not None and clip.GetUniqueId() == wanted:
            return item
    return None


def _lay_instead(session: Session, own: list[tuple[int, Any]], whole: Piece) -> None:
    """Take our old items away and lay the new one on their track; if that fails, the old ones come back."""
    track = own[0][0]
    theirs = [item for item in session.items(track) if not take_of(item)]
    if theirs:
        raise HostRefused(
            f'Clips that are not ours lie on the track "{TRACK_NAME}".',
            where=f"audio track {track}",
            remedy="Move them to a track of their own, and try again.",
        )
    old = [(number, _piece_of(item, session)) for number, item in own]
    notes = _editors_markers(own)
    if not session.timeline.DeleteClips([item for _, item in own], False):
        raise HostRefused("DaVinci Resolve did not remove the old music.", remedy=DIALOG)
    laid = _lay(session, track, whole)
    if laid is None:
        back = [item for number, piece in old if (item := _lay(session, number, piece)) is not None]
        _pin(notes, back)
        raise HostRefused("DaVinci Resolve did not take the music.", where=str(file_of(whole.clip)), remedy=DIALOG)
    _pin(notes, [laid])


def _editors_markers(own: list[tuple[int, Any]]) -> dict[int, dict[str, Any]]:
    """Markers that the editor put on our music, by absolute frame: they must outlive the item they are on."""
    return {
        int(item.GetStart()) + int(frame): entry
        for _, item in own
        for frame, entry in (item.GetMarkers() or {}).items()
        if not is_own(entry)
    }


def _pin(notes: dict[int, dict[str, Any]], items: list[Any]) -> None:
    for frame, entry in notes.items():
        for item in items:
            if int(item.GetStart()) <= frame < int(item.GetEnd()):
                told = (entry[field] for field in ("color", "name", "note", "duration", "customData"))
                item.AddMarker(frame - int(item.GetStart()), *told)


def _piece_of(item: Any, session: Session) -> Piece:
    clip = item.GetMediaPoolItem()
    told = str(clip.GetClipProperty("FPS") or "")
    ratio = (exact_rate(float(told)) if told else session.clock.rate) / session.clock.rate
    first = math.floor(int(item.GetLeftOffset()) * ratio)
    length = math.ceil((int(item.GetEnd()) - int(item.GetStart())) * ratio)
    return Piece(clip, first, first + length, int(item.GetStart()))


def _remarks(session: Session, music: MusicClip) -> tuple[str, ...]:
    """What came out different from what was asked."""
    wanted = session.clock.frame_of(music.duration)
    end = max((int(item.GetEnd()) - session.start for _, item in session.own_items()), default=wanted)
    if end == wanted:
        return ()
    off = f"{abs(end - wanted)} frame{'s' if abs(end - wanted) > 1 else ''} {'early' if end < wanted else 'late'}"
    return (f"The music ends {off}: the rate by which Resolve measures sound files is not the timeline's.",)


def seconds_at(session: Session, frame: int) -> Fraction:
    """An absolute frame as seconds from the first frame of the timeline."""
    return session.clock.seconds_of(frame - session.start)
