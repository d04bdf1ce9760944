"""Writing back into XML: Final Cut 7 XML, FCPXML (also as an ``.fcpxmld`` folder), Kdenlive and MLT.

The result is read again before it appears: it must be the same edit, item for item and marker for marker, with our
music on it once; music of ours on other timelines of the document stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from vem_timeline.appearing import appearing, appearing_folder, refuse_overwriting, unwritable
from vem_timeline.edit import Edit
from vem_timeline.errors import TimelineError, UnwritableTimeline
from vem_timeline.formats import bytes_of, edit_of_xml, format_of, open_edit, xml_file_of
from vem_timeline.music_track import MusicClip, Ruler
from vem_timeline.tree import Node, RemarkBook
from vem_timeline.xml_tree import Element, parse_xml

_NAMES = {"xmeml": "Final Cut 7 XML", "fcpxml": "FCPXML", "mlt": "MLT"}


def write_scored_xml(source: Path, destination: Path, music: MusicClip, *, timeline: str | None = None) -> Path:
    """Write a copy of an XML timeline with the music on it; parameters and errors are those of `write_scored`."""
    kind = format_of(source)
    if kind != "xml":
        raise UnwritableTimeline(
            f"Music cannot be put into {_unwritable_kind(kind, source)}.",
            where=str(source),
            remedy="Use the scored .otio, or the files for your editor beside it.",
        )
    file = xml_file_of(source)
    raw = bytes_of(file)
    root = parse_xml(raw, file)
    edit = open_edit(source, timeline=timeline)
    if destination.suffix.lower() != source.suffix.lower():
        raise UnwritableTimeline(
            f"The edit is {_NAMES[root.tag]}, so its scored copy must be that too.",
            where=str(destination),
            remedy=f"Give it a name that ends in {source.suffix}.",
        )
    refuse_overwriting(source, destination, ours=destination.exists() and is_scored_xml(destination))
    scored = _scored(raw, root, source, edit, music, timeline)
    _check(scored, root, source, edit, timeline)
    if source.is_dir():
        with appearing_folder(source, destination) as folder:
            try:
                xml_file_of(folder).write_bytes(scored)
            except OSError as error:
                raise unwritable(destination, error) from error
    else:
        with appearing(destination) as out:
            out.write(scored)
    return destination


def is_scored_xml(path: Path) -> bool:
    """Whether an XML timeline carries music of ours."""
    try:
        return format_of(path) == "xml" and _own_count(parse_xml(bytes_of(xml_file_of(path)), path)) > 0
    except TimelineError:
        return False


def shape_of(node: Node) -> tuple[Any, ...]:
    """Everything of a tree that its viewer could notice, to be compared."""
    children = tuple(shape_of(child) if isinstance(child, Node) else child for child in node.children)
    return (
        node.kind, node.name, node.start, node.duration, node.speed, node.enabled, node.role, node.media, node.marks,
        node.notes, node.looks, children,
    )  # fmt: skip


def _scored(raw: bytes, root: Element, source: Path, edit: Edit, music: MusicClip, timeline: str | None) -> bytes:
    ruler = Ruler(edit.clock, max(1, edit.clock.frame_of(edit.root.duration)), float(edit.clock.rate))
    url = music.audio.resolve().as_uri()
    if root.tag == "xmeml":
        from vem_timeline.fcp7 import sequence_of
        from vem_timeline.fcp7_write import scored_fcp7

        # Premiere and Final Cut 7 name the host.
        hosted = url.replace("file:///", "file://localhost/", 1)
        return scored_fcp7(raw, sequence_of(root, source, timeline=timeline), music, ruler, hosted)
    if root.tag == "fcpxml":
        from vem_timeline.fcpxml import timeline_of
        from vem_timeline.fcpxml_write import scored_fcpxml

        return scored_fcpxml(raw, root, timeline_of(root, source, timeline=timeline).sequence, music, ruler, url)
    from vem_timeline.mlt import tractor_of
    from vem_timeline.mlt_media import Shelf
    from vem_timeline.mlt_write import scored_mlt

    shelf = Shelf.of(root, edit.clock)
    tractor, _ = tractor_of(root, shelf, RemarkBook(), timeline=timeline)
    return scored_mlt(raw, root, tractor, shelf, music, ruler)


def _check(scored: bytes, before: Element, source: Path, edit: Edit, timeline: str | None) -> None:
    """Read the result as any program would, before it is put on disk."""
    root = parse_xml(scored, source)
    again = edit_of_xml(root, source, timeline=timeline)
    same = again.clock == edit.clock and shape_of(again.root) == shape_of(edit.root)
    count, elsewhere = _own_here_and_elsewhere(root, source, edit, timeline)
    kept = elsewhere == _own_here_and_elsewhere(before, source, edit, timeline)[1]
    if not same or count != 1 or not kept:
        what = "as another edit" if not same else f"with {count} music tracks instead of one"
        if same and count == 1:
            what = "with other music on its other timelines"
        raise UnwritableTimeline(
            f"The scored timeline came out {what}.", where=str(source), remedy="Please report this with the timeline."
        )


def _own_here_and_elsewhere(root: Element, source: Path, edit: Edit, timeline: str | None) -> tuple[int, int]:
    """How often our music lies on the timeline, and on others of its document."""
    if root.tag == "xmeml":
        from vem_timeline.fcp7 import sequence_of

        here = _own_on_sequences(sequence_of(root, source, timeline=timeline).all("media"))
    elif root.tag == "fcpxml":
        from vem_timeline.fcpxml import timeline_of

        here = _own_clips(timeline_of(root, source, timeline=timeline).sequence)
    else:
        from vem_timeline.mlt import tractor_of
        from vem_timeline.mlt_media import Shelf

        tractor, _ = tractor_of(root, Shelf.of(root, edit.clock), RemarkBook(), timeline=timeline)
        here = _own_on_tractors(root, [tractor])
    return here, _own_count(root) - here


def _own_count(root: Element) -> int:
    """How often our music lies on the timelines of a document."""
    if root.tag == "xmeml":
        return _own_on_sequences(root.iter("media"))
    if root.tag == "fcpxml":
        return _own_clips(root)
    return _own_on_tractors(root, root.all("tractor")) if root.tag == "mlt" else 0


def _own_on_sequences(media: Iterable[Element]) -> int:
    """The same for Final Cut 7's tracks; left and right are one."""
    from vem_timeline.fcp7 import is_own_track

    tracks = (track for entry in media for audio in entry.all("audio") for track in audio.all("track"))
    return sum(is_own_track(track) for track in tracks) // 2


def _own_clips(element: Element) -> int:
    """The same for FCPXML's clips below an element."""
    from vem_timeline.fcpxml_clips import is_own_clip

    return sum(is_own_clip(clip) for clip in element.iter("asset-clip"))


def _own_on_tractors(root: Element, tractors: Iterable[Element]) -> int:
    """The same for MLT's tracks."""
    from vem_timeline.clock import Clock
    from vem_timeline.mlt import is_own_track
    from vem_timeline.mlt_media import Shelf

    shelf = Shelf.of(root, Clock(Fraction(25)))
    places = [place.get("producer") for tractor in tractors for place in tractor.all("track")]
    tracks = [shelf.producers[name] for name in places if name in shelf.producers]
    return sum(is_own_track(track, shelf) for track in tracks)


def _unwritable_kind(kind: str, source: Path) -> str:
    return {"edl": "an edit list", "aaf": "an AAF file"}.get(kind, f"'{source.name}'")
