"""Our music track in a scored timeline: which take it holds, and how it comes to hold another one.

Editors go on working after the music is in: they ride its level, cut its clip, move markers. So another take is not
put in as a new track; only what names the take is changed on the track that is there: the audio file, the id, the name
of the clip, and the ids of the markers in the stretch that sounds new. Not one other character of the file changes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from html import unescape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from vem_timeline import splice
from vem_timeline.bundle import member_of_url
from vem_timeline.bundle_write import members_of, put_on_disk
from vem_timeline.errors import UnreadableTimeline, UnwritableTimeline
from vem_timeline.formats import bytes_of, format_of, main_file_of
from vem_timeline.music_track import MusicClip
from vem_timeline.ownership import METADATA_KEY, carries_id, id_in, name_with_id, without_id
from vem_timeline.write import audio_urls, own_tracks, scored_timelines, tracks_in, write_scored

if TYPE_CHECKING:
    from vem_timeline.document import Document

_SPLICED = ("otio", "otioz", "otiod")
_OWN_CLIP = re.compile(r"_v\d+ music · ([0-9a-f]{4})\b")


@dataclass(frozen=True, slots=True)
class HeldMusic:
    """What our track says: the take's id (four digits of it, where a program dropped the rest) and the audio's URL."""

    take_id: str
    audio: str

    @property
    def path(self) -> Path:
        """The audio file; relative inside a bundle."""
        parts = urlsplit(self.audio)
        return Path(unquote(parts.path)) if parts.scheme == "file" else Path(self.audio)


def music_in(timeline: Path) -> HeldMusic | None:
    """What the music track of a scored timeline holds; None if it has none of ours.

    Parameters
    ----------
    timeline : Path
        Of any format that our music is written into. Of XML only the id is told, in the name of our clip. Where a file
        holds several timelines, the one that holds our music counts.

    Raises
    ------
    UnreadableTimeline, EmptyTimeline
        If it cannot be read, or several timelines in it hold music of ours.
    """
    if format_of(timeline) not in _SPLICED:
        found = set(_OWN_CLIP.findall(unescape(bytes_of(main_file_of(timeline)).decode("utf-8", "replace"))))
        if len(found) > 1:
            raise _held_by_several(timeline, len(found))
        return HeldMusic(found.pop(), "") if found else None
    document = _open_scored(timeline)
    spans = tracks_in(document)
    for index in own_tracks(document.text, spans):
        track = splice.value_at(document.text, spans[index])
        take_id, url = _take_id_of(track), next(audio_urls(track), "")
        if take_id:
            return HeldMusic(take_id, url)
    return None


def repoint(
    source: Path,
    destination: Path,
    music: MusicClip,
    *,
    stretch: tuple[Fraction, Fraction] | None = None,
    timeline: str | None = None,
) -> Path:
    """Write a scored timeline whose music track holds another take of the same length.

    Parameters
    ----------
    source : Path
        A scored timeline. In OpenTimelineIO's files what the editor did to our track stays; in XML formats the track
        is replaced.
    destination : Path
        Of the same kind; may be the source itself. Appears in one step.
    music : MusicClip
        The take. Its markers count where the track is replaced; else those there are right: the beats have not moved.
    stretch : (start, end), optional
        Seconds that sound new: markers there get the new take's id. None is the whole.
    timeline : str, optional
        Which of several timelines of an XML file was scored; in OpenTimelineIO's files it is the one with our track.

    Returns
    -------
    Path
        The destination.

    Raises
    ------
    UnwritableTimeline
        If the source has no music track of ours, the kinds differ, or the destination cannot be written.
    UnreadableTimeline, EmptyTimeline
        If the source cannot be read, or what came out.
    """
    from vem_timeline.document import timeline_of_text

    if format_of(source) not in _SPLICED:
        return _replaced(source, destination, music, timeline)
    document = _open_scored(source)
    members = members_of(document)
    if (members is None) != (destination.suffix.lower() not in (".otioz", ".otiod")):
        raise UnwritableTimeline(
            "A bundle stays a bundle, and a bare timeline stays bare.",
            where=str(destination),
            remedy=f"Give it a name that ends in {source.suffix.lower()}.",
        )
    spans = tracks_in(document)
    own = own_tracks(document.text, spans)
    if not own:
        raise UnwritableTimeline(
            "This timeline has no music track of ours.",
            where=str(source),
            remedy="Name the timeline that `vem score` wrote.",
        )
    old = [url for index in own for url in audio_urls(splice.value_at(document.text, spans[index]))]
    packed = None if members is None else f"media/{music.audio.name}"
    text = document.text
    for index in reversed(own):
        track = splice.value_at(text, spans[index])
        _point(track, music, packed=packed, stretch=stretch)
        text = splice.replaced(text, spans[index], json.dumps(track, indent=4, ensure_ascii=False))
    timeline_of_text(text, source, wanted=document.timeline.name or None)
    gone = {member_of_url(url, members or frozenset()) for url in old} | {packed}
    dropped = frozenset(member for member in gone if member is not None)
    put_on_disk(document, destination, text, packed=packed, audio=music.audio, dropped=dropped)
    return destination


def _open_scored(path: Path) -> Document:
    """The timeline of a file; of several, the one that holds music of ours."""
    from vem_timeline.document import open_document

    try:
        return open_document(path)
    except UnreadableTimeline:
        match scored_timelines(path):
            case ():
                raise
            case (name,):
                return open_document(path, timeline=name)
            case names:
                raise _held_by_several(path, len(names)) from None


def _held_by_several(path: Path, count: int) -> UnreadableTimeline:
    return UnreadableTimeline(
        f"The file holds music of ours {count} times, on timelines of its own each.",
        where=str(path),
        remedy="Export the timeline you mean into a file of its own.",
    )


def _replaced(source: Path, destination: Path, music: MusicClip, timeline: str | None) -> Path:
    growing = destination.with_name(f".{destination.stem}.{os.getpid()}{destination.suffix}")
    try:
        write_scored(source, growing, music, timeline=timeline)
        if destination.is_dir():  # a folder takes no other folder's place
            shutil.rmtree(destination)
        return growing.replace(destination)
    finally:
        if growing.is_dir():
            shutil.rmtree(growing)
        growing.unlink(missing_ok=True)


def _take_id_of(track: dict[str, Any]) -> str:
    """The id in the metadata of track or clip, else the four digits at the end of a clip's name."""
    clips = [clip for clip in track.get("children") or [] if isinstance(clip, dict)]
    for entry in (*clips, track):
        told = ((entry.get("metadata") or {}).get(METADATA_KEY) or {}).get("take")
        if told:
            return str(told)
    return next((found for clip in clips if (found := id_in(str(clip.get("name") or "")))), "")


def _point(
    track: dict[str, Any], music: MusicClip, *, packed: str | None, stretch: tuple[Fraction, Fraction] | None
) -> None:
    track.setdefault("metadata", {})[METADATA_KEY] = {"take": music.take_id}
    for clip in track.get("children") or []:
        references = list(_references_of(clip))
        if not references:
            continue
        clip.setdefault("metadata", {})[METADATA_KEY] = {"take": music.take_id}
        if carries_id(str(clip.get("name") or "")):
            clip["name"] = name_with_id(music.name, music.take_id)
        first = Fraction(0)
        for reference in references:
            first = _seconds((reference.get("available_range") or {}).get("start_time"))
            url = str(reference["target_url"])
            if str(reference.get("name") or "") == PurePosixPath(unquote(url.replace("\\", "/"))).name:
                reference["name"] = music.audio.name
            resolved = music.audio.resolve()
            reference["target_url"] = packed or (resolved.as_uri() if url.startswith("file:") else str(resolved))
        for marker in clip.get("markers") or []:
            time = _seconds((marker.get("marked_range") or {}).get("start_time")) - first
            told = str(marker.get("name") or "")
            if carries_id(told) and (stretch is None or stretch[0] <= time < stretch[1]):
                marker["name"] = name_with_id(without_id(told), music.take_id)


def _references_of(clip: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for reference in (clip.get("media_reference"), *(clip.get("media_references") or {}).values()):
        if isinstance(reference, dict) and reference.get("target_url"):
            yield reference


def _seconds(time: Any) -> Fraction:
    """A RationalTime in seconds, near enough to tell frames apart."""
    if not isinstance(time, dict) or not time.get("rate"):
        return Fraction(0)
    return Fraction(time["value"]) / Fraction(time["rate"])
