"""One contract for every running editor: what ``round_trip`` needs of a program, and nothing else.

Conventions: times are exact seconds (`Fraction`) from the first frame of the open timeline, whatever its start
timecode; a host rounds them to its nearest frame. "Ours" is what carries our name and a take's short id
(``vem_timeline.ownership``); everything else belongs to the editor and is never changed, moved or removed.
Whoever implements this passes ``tests/adapters/test_host_contract.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from vem_timeline import Clock, MusicClip, MusicMarker


@dataclass(frozen=True, slots=True)
class OpenTimeline:
    """The timeline that is open: its name, its clock, its length in frames, and the project that it belongs to."""

    name: str
    clock: Clock
    frames: int
    project: str = ""

    @property
    def duration(self) -> Fraction:
        """Length, seconds."""
        return self.clock.seconds_of(self.frames)


@dataclass(frozen=True, slots=True)
class Selection:
    """Where the editor is: the playhead, and start and end of the chosen shot; None where there is none."""

    playhead: Fraction | None = None
    shot: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True, slots=True)
class HeldMusic:
    """Our music on the open timeline: the audio file, the take's short id, and where it lies.

    ``timeline`` is a file that holds it, where that is not the export.
    """

    audio: Path
    take: str
    start: Fraction
    duration: Fraction
    timeline: Path | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of the music: whether it took the place of other music of ours, and what the editor should know."""

    replaced: bool
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnMarker:
    """A marker of ours as it stands in the editor; ``key`` names it there. The name is without the short id."""

    key: str
    marker: MusicMarker


class Host(Protocol):
    """A running editor. Every method may raise a `HostError`, and leaves the timeline as it was if it does."""

    @property
    def name(self) -> str:
        """The program and its version, for people: "DaVinci Resolve Studio 21.1"."""
        ...

    def timeline(self) -> OpenTimeline:
        """The timeline that is open."""
        ...

    def export(self, folder: Path) -> Path:
        """Write the edit as it is now into ``folder``, in the format that keeps most, and give the file."""
        ...

    def music(self) -> HeldMusic | None:
        """Our music on the open timeline, if there is any."""
        ...

    def place(self, music: MusicClip) -> Placed:
        """Put music at the first frame, on a stereo track "VEM Music"; music of ours that lies there gives way.

        Nothing else on the timeline moves or changes. Markers are not written here.
        """
        ...

    def markers(self) -> tuple[OwnMarker, ...]:
        """Our markers, by time."""
        ...

    def write_markers(self, markers: Iterable[MusicMarker], take_id: str) -> int:
        """Make these our markers and no others; gives how many stand.

        A program that takes one marker a frame keeps the editor's, and ours goes without or elsewhere: a marker
        is never moved off its beat.
        """
        ...

    def move_marker(self, key: str, time: Fraction) -> None:
        """Move one of our markers. Raises `HostRefused` if it is not ours, or where it would cover another."""
        ...

    def remove_markers(self) -> int:
        """Remove our markers, and only ours; gives how many."""
        ...

    def selection(self) -> Selection:
        """Where the editor is."""
        ...

    def seek(self, time: Fraction) -> None:
        """Put the playhead there. Raises `HostLacks` where there is none."""
        ...

    def tell(self, text: str) -> None:
        """Say something to the user, in the program where it can."""
        ...
