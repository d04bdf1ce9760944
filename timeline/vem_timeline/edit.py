"""An edit as one format's reader brings it: clock, tracks in exact time, and what the file says about itself.

Every format ends here, and `vem_timeline.read` goes on from here, so that there is one path to the storyboard.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vem_timeline.clock import Clock
from vem_timeline.errors import TimelineError, UnreadableTimeline
from vem_timeline.tree import Node, RemarkBook


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file says about its own edit, to be compared with what was read.

    ``duration`` is seconds; ``hints`` are other lengths in the same file (a work area, a master track), seconds.
    ``events`` counts the clips that stand in the file.
    """

    duration: Fraction | None = None
    hints: tuple[Fraction, ...] = ()
    events: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit on its tracks. ``root`` is the stack of all tracks, without our own music track.

    ``folder`` is what relative media paths count from; ``members`` are the files of an .otioz bundle.
    """

    name: str
    path: Path
    folder: Path
    clock: Clock
    root: Node
    book: RemarkBook
    members: frozenset[str] | None = None


@contextmanager
def located(path: Path) -> Iterator[None]:
    """Put the name of the file before the place that an error of the block names."""
    try:
        yield
    except TimelineError as error:
        if str(path) in error.where:
            raise
        where = f"{path}: {error.where}" if error.where else str(path)
        raise type(error)(error.what, where=where, remedy=error.remedy) from error


def check_against(declared: Declared, root: Node, clock: Clock, book: RemarkBook) -> None:
    """Compare what a file declares with what was read of it.

    A difference of up to one frame is rounding. A declared length that another length in the same file contradicts is
    stale (Premiere leaves one behind when a sequence is cut down to a sample), and is told in a remark.

    Raises
    ------
    UnreadableTimeline
        If the two do not agree; both numbers are named.
    """
    read = root.duration
    if declared.events is not None:
        found = _clips_on(root)
        if found != declared.events:
            raise UnreadableTimeline(
                f"The file holds {declared.events} clips, but {found} of them were understood.",
                remedy="Export the edit again, or as OpenTimelineIO (.otio).",
            )
    if declared.duration is None or read == 0 or abs(declared.duration - read) <= clock.frame_duration:
        return
    frames = f"{_frames(declared.duration, clock)} frames, its clips end after {_frames(read, clock)}"
    agreeing = (read, picture_end(root))
    if any(abs(hint - length) <= clock.frame_duration for hint in declared.hints for length in agreeing):
        book.add("The length that the file states is out of date.", f"{frames}", "The end of the clips is used.")
        return
    raise UnreadableTimeline(
        f"The file says that it is {frames}.",
        remedy="Export the edit again; one of the two is wrong, and music of the wrong length would be of no use.",
    )


def picture_end(root: Node) -> Fraction:
    """End of the last picture track, seconds from the first frame."""
    return max((track.duration for track in root.items if track.role != "audio"), default=Fraction(0))


def _frames(time: Fraction, clock: Clock) -> str:
    frames = time * clock.rate
    return str(frames.numerator) if frames.denominator == 1 else f"{float(frames):.2f}"


def _clips_on(root: Node) -> int:
    """Clips and nested sequences on the tracks, those inside nested sequences not counted."""
    return sum(item.kind != "gap" for track in root.items for item in track.items)
