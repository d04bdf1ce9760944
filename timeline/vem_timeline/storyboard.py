"""What an edit is, for scoring: shots, transitions, markers and speech in exact time.

Conventions of this package: a time is a ``fractions.Fraction`` of seconds counted from the first frame of the
timeline (so the first frame is 0 whatever its timecode reads); a span is half-open, ``start <= t < start + duration``;
shots are numbered from 1, as an editor counts them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from vem_timeline.clock import Clock

TransitionKind = Literal["cut", "dissolve", "fade_in", "fade_out", "wipe"]
MarkerOwner = Literal["timeline", "track", "clip"]


@dataclass(frozen=True, slots=True)
class MediaUse:
    """The stretch of a media file that a shot shows.

    ``start`` and ``duration`` are seconds of media time counted from the file's own first frame (an embedded
    timecode is already subtracted; ``timecode`` is the one of that frame, in seconds, 0 where the edit tells none).
    ``path`` is None when the reference cannot be turned into a local path.
    """

    url: str
    path: Path | None
    start: Fraction
    duration: Fraction
    online: bool
    still: bool = False
    timecode: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Shot:
    """One uninterrupted stretch of what the viewer sees.

    ``speed`` is media seconds per timeline second: 1 normal, 0 a freeze frame, negative reversed. ``kind`` is "gap"
    where the viewer sees black. ``words`` are every word the edit says about the shot (clip name, notes).
    """

    number: int
    name: str
    start: Fraction
    duration: Fraction
    kind: Literal["picture", "gap"]
    media: MediaUse | None
    speed: Fraction = Fraction(1)
    words: tuple[str, ...] = ()

    @property
    def end(self) -> Fraction:
        """First instant after the shot, seconds."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Transition:
    """A visible change of picture.

    ``time`` is the visible cut: the boundary of a straight cut, the middle of a dissolve. ``into`` is the number of
    the shot that begins. ``duration`` is 0 for a straight cut; the transition then spans nothing.
    """

    time: Fraction
    kind: TransitionKind
    duration: Fraction
    into: int


@dataclass(frozen=True, slots=True)
class Marker:
    """An editor's marker in timeline time. ``duration`` 0 is a point marker."""

    time: Fraction
    duration: Fraction
    name: str
    comment: str
    color: str
    owner: MarkerOwner

    @property
    def text(self) -> str:
        """Name and comment, as one text."""
        return " ".join(part for part in (self.name.strip(), self.comment.strip()) if part)


@dataclass(frozen=True, slots=True)
class SpeechRange:
    """A stretch where somebody speaks, told by track or clip names."""

    start: Fraction
    duration: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was ignored or repaired on reading, and why. ``where`` names track, clip and timecode."""

    what: str
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Storyboard:
    """An edit, flattened to what the viewer sees. Shots follow each other without holes from 0 to ``duration``."""

    name: str
    clock: Clock
    duration: Fraction
    shots: tuple[Shot, ...]
    transitions: tuple[Transition, ...]
    markers: tuple[Marker, ...]
    speech: tuple[SpeechRange, ...] = ()
    remarks: tuple[Remark, ...] = ()
    source: Path | None = None
