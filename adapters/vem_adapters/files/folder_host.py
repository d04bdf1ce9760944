"""An edit in a folder as a `Host`: the scored timeline appears beside it.

The edit itself is never touched. What stands for "the open timeline" is the newest scored one that this host placed;
its markers are those on our music clip. In a folder every take keeps its own scored timeline, so music that gives way
stays there under its own name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from vem_adapters.errors import HostLacks, HostRefused
from vem_adapters.files.records import newest_scored, record_of
from vem_adapters.host import HeldMusic, OpenTimeline, OwnMarker, Placed, Selection
from vem_timeline import MusicClip, MusicMarker, VemError, music_in, read, write_scored
from vem_timeline.music_track import one_a_frame
from vem_timeline.ownership import short_id


class FolderHost:
    """An edit that lies in a folder.

    Parameters
    ----------
    edit : Path
        The timeline file.
    say : callable
        How the user is told something.
    """

    def __init__(self, edit: Path, *, say: Callable[[str], None]) -> None:
        self._edit = edit
        self._say = say
        self._scored = newest_scored(edit)
        self._music: MusicClip | None = None

    @property
    def name(self) -> str:
        """The folder."""
        return f"folder {self._edit.parent.name}"

    @property
    def scored(self) -> Path | None:
        """The scored timeline that was placed last."""
        return self._scored

    def timeline(self) -> OpenTimeline:
        """The edit."""
        board = read(self._edit)
        return OpenTimeline(board.name, board.clock, board.clock.frame_of(board.duration))

    def export(self, folder: Path) -> Path:
        """The edit is a file already, and stays where its media is found."""
        return self._edit

    def music(self) -> HeldMusic | None:
        """The music of the newest take, as its record tells, or else what was placed last."""
        if self._scored is None:
            return None
        folder = self._scored.with_suffix("")
        take = record_of(folder)
        if take:
            length = Fraction(take["samples"], take["sample_rate"])
            audio = folder / take["files"]["mix"]
            return HeldMusic(audio, short_id(take["take_id"]), Fraction(0), length, self._scored)
        if self._music is None:
            return None
        music = self._music
        return HeldMusic(music.audio, short_id(music.take_id), Fraction(0), music.duration, self._scored)

    def place(self, music: MusicClip) -> Placed:
        """Put the scored timeline beside the edit; the one that the daemon wrote there will do."""
        replaced = self._scored is not None
        written = self._written_by_the_daemon(music)
        suffix = self._edit.suffix.lower()
        self._scored = written or write_scored(self._edit, self._edit.with_name(f"{_take_name(music)}{suffix}"), music)
        self._music = music
        return Placed(replaced)

    def markers(self) -> tuple[OwnMarker, ...]:
        """The markers on our music."""
        if self._music is None:
            return ()
        return tuple(OwnMarker(str(frame), marker) for frame, marker in self._by_frame(self._music.markers))

    def write_markers(self, markers: Iterable[MusicMarker], take_id: str) -> int:
        """Write the scored timeline once more, with these markers."""
        if self._music is None or self._scored is None:
            raise HostRefused("There is no music to put markers on.", where=str(self._edit), remedy="Score it first.")
        marked = replace(self._music, markers=tuple(markers), take_id=take_id)
        if marked != self._music:
            growing = self._scored.with_name(f".{self._scored.stem}.{os.getpid()}{self._scored.suffix}")
            try:
                write_scored(self._scored, growing, marked).replace(self._scored)
            finally:
                growing.unlink(missing_ok=True)
            self._music = marked
        return len(self.markers())

    def move_marker(self, key: str, time: Fraction) -> None:
        """Move the marker at a frame."""
        by_frame = {str(frame): marker for frame, marker in self._by_frame(self._music.markers if self._music else ())}
        timeline = self.timeline()
        frame = timeline.clock.frame_of(time)
        if key not in by_frame or self._music is None:
            raise HostRefused("That marker is not ours, or is gone.", where=key, remedy="List the markers again.")
        if not 0 <= frame < timeline.frames or (str(frame) in by_frame and str(frame) != key):
            raise HostRefused(
                "A marker cannot go there.",
                where=timeline.clock.timecode_of_frame(frame),
                remedy="Choose a frame of the timeline that holds no other marker.",
            )
        by_frame[key] = replace(by_frame[key], time=timeline.clock.seconds_of(frame))
        self.write_markers(by_frame.values(), self._music.take_id)

    def remove_markers(self) -> int:
        """Write the scored timeline once more, without markers."""
        count = len(self.markers())
        if count and self._music is not None:
            self.write_markers((), self._music.take_id)
        return count

    def selection(self) -> Selection:
        """Nothing is ever chosen in a folder."""
        return Selection()

    def seek(self, time: Fraction) -> None:
        """There is no playhead in a folder."""
        raise HostLacks("A folder has no playhead.", remedy="Open the scored timeline in an editing program.")

    def tell(self, text: str) -> None:
        """Say something to the user."""
        self._say(text)

    def _by_frame(self, markers: Iterable[MusicMarker]) -> list[tuple[int, MusicMarker]]:
        timeline = self.timeline()
        return one_a_frame(markers, timeline.frames, timeline.clock)

    def _written_by_the_daemon(self, music: MusicClip) -> Path | None:
        """The scored timeline of this take in the edit's folder: of the edit's format, or OpenTimelineIO."""
        for suffix in (self._edit.suffix.lower(), ".otio"):
            path = self._edit.with_name(f"{_take_name(music)}{suffix}")
            if path != self._edit and path.is_file() and _holds(path, music):
                return path
        return None


def _holds(path: Path, music: MusicClip) -> bool:
    try:
        held = music_in(path)
    except VemError:
        return False
    return held is not None and held.take_id[:4] == short_id(music.take_id)


def _take_name(music: MusicClip) -> str:
    return music.name.removesuffix(" music")
