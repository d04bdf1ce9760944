"""Writing back: a copy of the timeline with our music track, and not one other character changed.

The track is put into the text of the source file (`vem_timeline.splice`), so that schema versions, number
formats and line ends of the editor's program stay as they are. The result is read again before it replaces
anything, and appears on disk in one step.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vem_timeline import splice
from vem_timeline.appearing import refuse_overwriting
from vem_timeline.bundle import member_of_url
from vem_timeline.bundle_write import members_of, put_on_disk
from vem_timeline.clock import Clock, exact_rate
from vem_timeline.dialects import DIALECTS, Dialect, dialect_named, dialect_of, media_url
from vem_timeline.errors import TimelineError, UnreadableTimeline, UnwritableTimeline
from vem_timeline.formats import format_of
from vem_timeline.music_track import MusicClip, Ruler, track_of_music
from vem_timeline.ownership import TRACK_NAME, is_own_track, short_id
from vem_timeline.read import edit_of_document
from vem_timeline.schemas import lower

if TYPE_CHECKING:
    from vem_timeline.document import Document

_RATE = re.compile(r'"rate"\s*:\s*([0-9.eE+-]+)')
_UNNAMED = "untitled"
_LINK_ID = re.compile(r'"LinkID"\s*:\s*"?(\d+)')


def write_scored(
    source: Path,
    destination: Path,
    music: MusicClip,
    *,
    target: str | None = None,
    timeline: str | None = None,
) -> Path:
    """Write a copy of a timeline with the music on a track of its own.

    Parameters
    ----------
    source : Path
        The edit: ``.otio``, ``.otioz``, ``.otiod``, Final Cut 7 XML, FCPXML, Kdenlive or MLT; never changed. If it
        carries a "VEM Music" track of ours already, that track is replaced.
    destination : Path
        The scored timeline, of the same kind as the source. Replaced only if it is a scored timeline of ours.
    music : MusicClip
        The audio file and its markers. Into a bundle the audio is copied as well.
    target : str, optional
        Whom an OpenTimelineIO file is for, a name in ``dialects.DIALECTS``. Without it the source's own dialect
        decides, and nothing of the source is changed. With it, objects of newer schemas than the target reads are
        told in older ones, and the file is laid out anew if there are any.
    timeline : str, optional
        Name of the timeline, where a file holds several.

    Returns
    -------
    Path
        The destination.

    Raises
    ------
    UnwritableTimeline
        If the destination is the source, a file that is not ours, or cannot be written.
    UnreadableTimeline, EmptyTimeline
        If the source cannot be read, or is no time long.
    """
    from vem_timeline.document import open_document

    source, destination = Path(source), Path(destination)
    if _is_of_another_format(source):
        from vem_timeline.write_xml import write_scored_xml

        return write_scored_xml(source, destination, music, timeline=timeline)
    dialect = None if target is None else dialect_named(target)
    document = open_document(source, timeline=timeline)
    _check_destination(document, destination)
    members = members_of(document)
    if dialect is not None:
        document = _lowered(document, dialect)
    edit = edit_of_document(document)
    spans = tracks_in(document)
    own = own_tracks(document.text, spans)
    bare = _without_own_tracks(document, spans, own)
    old_audio = _own_audio(document, spans, own, bare, members or frozenset())
    dialect = dialect or dialect_of(bare)
    packed = None if members is None else _member_for(music, members - old_audio)
    track = track_of_music(
        music,
        _ruler_of(edit.clock, edit.root.duration, bare),
        dialect=dialect,
        url=packed or media_url(music.audio, dialect),
        link_id=str(1 + max((int(number) for number in _LINK_ID.findall(bare)), default=0)),
    )
    text = _with_track(document, spans, own, track)
    check_readable(text, source, timeline=timeline)
    put_on_disk(document, destination, text, packed=packed, audio=music.audio, dropped=old_audio)
    return destination


def _lowered(document: Document, dialect: Dialect) -> Document:
    """The document without schemas that the target does not read; itself, if there are none."""
    from vem_timeline.document import known_schemas

    if dialect is DIALECTS["newest"]:
        return document
    tree = splice.loaded(document.text.removeprefix("\ufeff"))
    versions = lower(tree, {**known_schemas(), **{name: dialect.version_of(name) for name in ("Clip", "Marker")}})
    if versions.strange:
        raise UnwritableTimeline(
            f"The edit holds {', '.join(sorted(versions.strange))}, which {dialect.reader} do not read.",
            where=str(document.path),
            remedy="Choose --otio-target newest, or export the edit in an older OpenTimelineIO version.",
        )
    if not versions.changed:
        return document
    return replace(document, text=json.dumps(tree, indent=4, ensure_ascii=False))


def _is_of_another_format(source: Path) -> bool:
    return source.exists() and format_of(source) not in ("otio", "otioz", "otiod")


def _check_destination(document: Document, destination: Path) -> None:
    kind = ".otiod" if document.path.is_dir() else ".otio" if document.members is None else ".otioz"
    if (destination.suffix.lower() if destination.suffix.lower() in (".otioz", ".otiod") else ".otio") != kind:
        raise UnwritableTimeline(
            f"The edit is an {kind}, so its scored copy must be one too.",
            where=str(destination),
            remedy=f"Give it a name that ends in {kind}.",
        )
    refuse_overwriting(document.path, destination, ours=bool(scored_timelines(destination)))


def scored_timelines(path: Path) -> tuple[str, ...]:
    """Names of the timelines in a file of OpenTimelineIO's that hold music of ours; none if it cannot be read."""
    from vem_timeline.document import text_of_file

    try:
        text, _ = text_of_file(path)
        return tuple(name for name, start in timelines_in(text) if own_tracks(text, tracks_at(text, start)))
    except (TimelineError, ValueError, IndexError, RecursionError):
        return ()


def tracks_in(document: Document) -> list[splice.JsonSpan]:
    """Where the tracks of the timeline stand in its file's text (which OpenTimelineIO has read already)."""
    text, wanted = document.text, document.timeline.name or _UNNAMED
    try:
        found = timelines_in(text)
        start = found[0][1] if len(found) == 1 else next((start for name, start in found if name == wanted), None)
        spans = [] if start is None else tracks_at(text, start)
    except (ValueError, IndexError) as error:
        raise _no_tracks(document.path) from error
    if not spans:
        raise _no_tracks(document.path)
    return spans


def timelines_in(text: str) -> list[tuple[str, int]]:
    """Name and place of every timeline in a file's text, in their order."""
    return list(_timelines_at(text, splice.start_of_root(text)))


def tracks_at(text: str, timeline: int) -> list[splice.JsonSpan]:
    """Where the tracks of the timeline stand that begins at a place."""
    tracks = splice.member_at(text, timeline, "tracks")
    children = None if tracks is None else splice.member_at(text, tracks, "children")
    return [] if children is None else splice.entries_at(text, children)


def _no_tracks(path: Path) -> UnreadableTimeline:
    return UnreadableTimeline(
        "The tracks cannot be found in the text of the timeline.",
        where=str(path),
        remedy="Export the edit as OpenTimelineIO (.otio) again.",
    )


def _timelines_at(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The timeline here, or those inside the collection here."""
    schema = splice.member_at(text, start, "OTIO_SCHEMA")
    if schema is not None and text.startswith('"Timeline.', schema):
        name = splice.member_at(text, start, "name")
        told = None if name is None else json.JSONDecoder().raw_decode(text, name)[0]
        yield str(told or _UNNAMED), start
    elif schema is not None and text.startswith('"SerializableCollection.', schema):
        children = splice.member_at(text, start, "children")
        for entry in splice.entries_at(text, children) if children is not None else []:
            yield from _timelines_at(text, entry.start)


def own_tracks(text: str, spans: list[splice.JsonSpan]) -> tuple[int, ...]:
    """Indices of the tracks that we wrote."""
    name = json.dumps(TRACK_NAME)
    return tuple(
        index
        for index, span in enumerate(spans)
        if text.find(name, span.start, span.end) >= 0 and _is_own(splice.value_at(text, span))
    )


def _without_own_tracks(document: Document, spans: list[splice.JsonSpan], own: tuple[int, ...]) -> str:
    text = document.text
    for index in reversed(own):
        text = splice.without(text, spans, index)
    return text


def _own_audio(
    document: Document, spans: list[splice.JsonSpan], own: tuple[int, ...], bare: str, members: frozenset[str]
) -> frozenset[str]:
    """Members of the bundle that only our tracks use."""
    urls = {url for index in own for url in audio_urls(splice.value_at(document.text, spans[index]))}
    return frozenset(
        member for url in urls if f'"{url}"' not in bare and (member := member_of_url(url, members)) is not None
    )


def _is_own(track: Any) -> bool:
    if not isinstance(track, dict):
        return False
    items = [item for item in track.get("children") or [] if isinstance(item, dict)]
    names = [str(item.get("name") or "") for item in items]
    names += [str(marker.get("name") or "") for item in items for marker in item.get("markers") or []]
    return is_own_track(str(track.get("name") or ""), track.get("metadata") or {}, names)


def audio_urls(track: dict[str, Any]) -> Iterator[str]:
    for clip in track.get("children") or []:
        references = [clip.get("media_reference"), *(clip.get("media_references") or {}).values()]
        yield from (str(entry["target_url"]) for entry in references if entry and entry.get("target_url"))


def _with_track(document: Document, spans: list[splice.JsonSpan], own: tuple[int, ...], track: dict[str, Any]) -> str:
    """The source's text with our track in the place of our old one, or above all others."""
    text, entry = document.text, json.dumps(track, indent=4, ensure_ascii=False)
    if not own:
        return splice.appended(text, spans, entry)
    for index in reversed(own[1:]):
        text = splice.without(text, spans, index)
    return splice.replaced(text, spans[own[0]], entry)


def _ruler_of(clock: Clock, duration: Fraction, text: str) -> Ruler:
    """The timeline's frames, and its rate as the file spells it (23.976 stays 23.976)."""
    rates = Counter(float(rate) for rate in _RATE.findall(text))
    spelled = [rate for rate, _ in rates.most_common() if rate > 0 and exact_rate(rate) == clock.rate]
    return Ruler(clock, max(1, clock.frame_of(duration)), spelled[0] if spelled else float(clock.rate))


def _member_for(music: MusicClip, members: frozenset[str]) -> str:
    """Name of the audio inside a bundle; base names are unique there."""
    taken = {member.rpartition("/")[2] for member in members}
    name = music.audio.name
    return f"media/{name}" if name not in taken else f"media/vem_{short_id(music.take_id)}_{name}"


def check_readable(text: str, source: Path, *, timeline: str | None = None) -> None:
    """Read the result as any program would, before it is put on disk."""
    from vem_timeline.document import timeline_of_text

    scored = timeline_of_text(text, source, wanted=timeline)  # kept: its tracks live only as long as it does
    own = [
        track
        for track in scored.tracks
        if track.name == TRACK_NAME and is_own_track(track.name, track.metadata, (clip.name for clip in track))
    ]
    if [len(track) for track in own] != [1]:
        raise UnwritableTimeline(
            f"The scored timeline came out with {len(own)} music tracks instead of one.",
            where=str(source),
            remedy="Please report this with the timeline.",
        )
