"""Reading an edit: a timeline file in, the storyboard of what its viewer sees out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from vem_timeline.bundle import unpack
from vem_timeline.clock import Clock
from vem_timeline.errors import EmptyTimeline, TimelineError
from vem_timeline.storyboard import Storyboard
from vem_timeline.tree import Node, RemarkBook

if TYPE_CHECKING:
    from vem_timeline.document import Document

__all__ = ["measure_of_document", "read", "storyboard_of_document", "unpack"]


def read(path: Path, *, media_folder: Path | None = None) -> Storyboard:
    """Read an edit from an OpenTimelineIO file.

    Parameters
    ----------
    path : Path
        An ``.otio`` or ``.otioz`` timeline.
    media_folder : Path, optional
        Where the media inside an .otioz are extracted to. Without it they stay inside, and their
        ``MediaUse.path`` is None; `unpack` brings them out later.

    Returns
    -------
    Storyboard
        Shots, transitions, markers and speech in exact seconds from the first frame. Our own "VEM Music"
        track is passed over, so an edit reads the same before and after it is scored.

    Raises
    ------
    UnreadableTimeline
        If the file is missing, broken, no timeline, or holds a clip without a sensible length.
    EmptyTimeline
        If it has no picture or no length.
    """
    # OpenTimelineIO is loaded on the first read, so that importing this package stays fast.
    from vem_timeline.document import open_document

    path = Path(path)
    storyboard = storyboard_of_document(open_document(path))
    return storyboard if media_folder is None else unpack(storyboard, media_folder)


def storyboard_of_document(document: Document) -> Storyboard:
    """The storyboard of a timeline file that was opened; raises as `read`."""
    from vem_timeline.flatten import flatten
    from vem_timeline.markers import markers_of_tree, speech_of_tree
    from vem_timeline.media import MediaFinder
    from vem_timeline.shots import shots_of_stretches, stretches_of_pieces, transitions_of_stretches

    path, book = document.path, RemarkBook()
    clock, root = _laid_out(document, book)
    pieces = flatten(root, book)
    if not any(piece.end > 0 and not piece.black for piece in pieces):
        raise _empty("The timeline shows no picture.", path)
    stretches = stretches_of_pieces(pieces, root.duration, clock=clock, book=book)
    if stretches[-1].piece is None and stretches[-1].duration > 1:
        book.add(
            "The timeline runs on after its last picture.",
            f"for {float(stretches[-1].duration):.2f} seconds",
            "Its length counts to the end of its longest track.",
        )
    finder = MediaFinder(path.parent.absolute(), clock, book, members=document.members)
    shots = shots_of_stretches(stretches, finder)
    markers = markers_of_tree(root, clock, book)
    return Storyboard(
        name=document.timeline.name or path.stem,
        clock=clock,
        duration=root.duration,
        shots=shots,
        transitions=transitions_of_stretches(stretches),
        markers=markers,
        speech=speech_of_tree(root, clock),
        remarks=book.remarks(),
        source=path,
    )


def measure_of_document(document: Document) -> tuple[Clock, Fraction]:
    """Clock and length (seconds) of a timeline file that was opened; raises as `read`."""
    clock, root = _laid_out(document, RemarkBook())
    return clock, root.duration


def _laid_out(document: Document, book: RemarkBook) -> tuple[Clock, Node]:
    """The timeline's clock and its tracks in exact time."""
    from vem_timeline.layout import tree_of_timeline
    from vem_timeline.timebase import clock_of_timeline

    try:
        clock = clock_of_timeline(document.timeline, book)
        root = tree_of_timeline(document.timeline, clock, book)
    except TimelineError as error:
        raise type(error)(error.what, where=_within(document.path, error.where), remedy=error.remedy) from error
    if root.duration == 0:
        raise _empty("The timeline has no length.", document.path)
    return clock, root


def _empty(what: str, path: Path) -> EmptyTimeline:
    return EmptyTimeline(what, where=str(path), remedy="Put at least one enabled clip on a picture track.")


def _within(path: Path, where: str) -> str:
    return f"{path}: {where}" if where else str(path)
