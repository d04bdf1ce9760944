"""Reading an edit: a timeline file in, the storyboard of what its viewer sees out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from vem_timeline.bundle import unpack
from vem_timeline.edit import Edit, located
from vem_timeline.errors import EmptyTimeline
from vem_timeline.storyboard import Storyboard

if TYPE_CHECKING:
    from vem_timeline.document import Document
    from vem_timeline.tree import Node

__all__ = ["edit_of_document", "read", "storyboard_of_edit", "unpack"]


def read(
    path: Path, *, media_folder: Path | None = None, timeline: str | None = None, rate: Fraction | None = None
) -> Storyboard:
    """Read an edit from a timeline file.

    Parameters
    ----------
    path : Path
        OpenTimelineIO (``.otio``, ``.otioz``, ``.otiod``), Final Cut 7 XML, FCPXML (also an ``.fcpxmld`` folder), a
        CMX 3600 edit list, Kdenlive, MLT or AAF. What is inside decides, not the suffix.
    media_folder : Path, optional
        Where the media inside an .otioz are extracted to. Without it they stay inside, and their
        ``MediaUse.path`` is None; `unpack` brings them out later.
    timeline : str, optional
        Name of the timeline to read, where a file holds several.
    rate : Fraction, optional
        Frames per second of an edit list, which does not tell its own.

    Returns
    -------
    Storyboard
        Shots, transitions, markers and speech in exact seconds from the first frame. Our own "VEM Music"
        track is passed over, so an edit reads the same before and after it is scored.

    Raises
    ------
    UnreadableTimeline
        If the file is missing, broken, no timeline, contradicts itself, or holds a clip without a sensible length.
    EmptyTimeline
        If it has no picture or no length.
    """
    # Readers are loaded when they are needed, so that importing this package stays fast.
    from vem_timeline.formats import open_edit

    storyboard = storyboard_of_edit(open_edit(Path(path), timeline=timeline, rate=rate))
    return storyboard if media_folder is None else unpack(storyboard, media_folder)


def storyboard_of_edit(edit: Edit) -> Storyboard:
    """What the viewer of an edit sees; raises as `read`."""
    from vem_timeline.flatten import flatten
    from vem_timeline.markers import markers_of_tree, speech_of_tree
    from vem_timeline.media import MediaFinder
    from vem_timeline.shots import shots_of_stretches, stretches_of_pieces, transitions_of_stretches

    clock, root, book = edit.clock, edit.root, edit.book
    pieces = flatten(root, book)
    if not any(piece.end > 0 and not piece.black for piece in pieces):
        raise _without_picture(edit)
    stretches = stretches_of_pieces(pieces, root.duration, clock=clock, book=book)
    if stretches[-1].piece is None and stretches[-1].duration > 1:
        book.add(
            "The timeline runs on after its last picture.",
            f"for {float(stretches[-1].duration):.2f} seconds",
            "Its length counts to the end of its longest track.",
        )
    finder = MediaFinder(edit.folder.absolute(), clock, book, members=edit.members)
    shots = shots_of_stretches(stretches, finder)
    markers = markers_of_tree(root, clock, book)
    return Storyboard(
        name=edit.name,
        clock=clock,
        duration=root.duration,
        shots=shots,
        transitions=transitions_of_stretches(stretches),
        markers=markers,
        speech=speech_of_tree(root, clock),
        remarks=book.remarks(),
        source=edit.path,
    )


def edit_of_document(document: Document) -> Edit:
    """The edit in an OpenTimelineIO file that was opened; raises as `read`."""
    from vem_timeline.layout import tree_of_timeline
    from vem_timeline.timebase import clock_of_timeline
    from vem_timeline.tree import RemarkBook

    book, path = RemarkBook(), document.path
    if document.newer:
        book.add(
            "The timeline is of a newer OpenTimelineIO than is known here.",
            ", ".join(sorted(document.newer)),
            "These parts are read as the newest that are known; what is new in them is passed over.",
        )
    with located(path):
        clock = clock_of_timeline(document.timeline, book)
        root = tree_of_timeline(document.timeline, clock, book)
    if root.duration == 0:
        raise _empty("The timeline is empty: it has no length, for no clip lies on it.", path)
    folder = path if path.is_dir() else path.parent
    return Edit(document.timeline.name or path.stem, path, folder, clock, root, book, document.members)


def _without_picture(edit: Edit) -> EmptyTimeline:
    """Why nothing is to be seen, by what lies on the tracks."""
    seen, heard = _clips_in(edit.root, picture=True), _clips_in(edit.root, picture=False)
    if heard and not seen:
        return EmptyTimeline(
            f"The timeline holds only sound ({heard} clip{'s' * (heard > 1)}) and no picture.",
            where=str(edit.path),
            remedy="Export the timeline that has the picture, with all of its tracks.",
        )
    if seen:
        return _empty("The timeline shows no picture: its clips are switched off, titles, or black.", edit.path)
    return _empty("The timeline shows no picture: nothing but gaps lies on it.", edit.path)


def _clips_in(node: Node, *, picture: bool) -> int:
    """How many clips lie on tracks of picture, or on others."""
    if node.kind == "track" and (node.role.lower() == "video") is not picture:
        return 0
    return (node.kind == "clip") + sum(_clips_in(child, picture=picture) for child in node.items)


def _empty(what: str, path: Path) -> EmptyTimeline:
    return EmptyTimeline(what, where=str(path), remedy="Put at least one enabled clip on a picture track.")
