"""DaVinci Resolve Studio as a `Host`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from vem_adapters.errors import HostLacks, HostRefused
from vem_adapters.host import HeldMusic, OpenTimeline, OwnMarker, Placed, Selection
from vem_adapters.names import file_name_of
from vem_adapters.resolve import audio
from vem_adapters.resolve import markers as ruler
from vem_adapters.resolve.session import DIALOG, Session, file_of, length_of, open_session, take_of
from vem_timeline import Clock, MusicClip, MusicMarker


class ResolveHost:
    """The timeline that is open in Resolve.

    Parameters
    ----------
    resolve : object
        The live object, as `connect` gives it.
    say : callable
        How the user is told something: Resolve has no way of its own that every edition and version allows.
    """

    def __init__(self, resolve: Any, *, say: Callable[[str], None]) -> None:
        self._resolve = resolve
        self._say = say

    @property
    def name(self) -> str:
        """Product and version."""
        return f"{self._resolve.GetProductName()} {self._resolve.GetVersionString()}"

    def timeline(self) -> OpenTimeline:
        """The current timeline."""
        session = self._session()
        return OpenTimeline(
            str(session.timeline.GetName()), session.clock, session.frames, str(session.project.GetName())
        )

    def export(self, folder: Path) -> Path:
        """Write the current timeline as OpenTimelineIO, the one format of Resolve's that keeps cuts and markers."""
        session = self._session()
        if "EXPORT_OTIO" not in dir(self._resolve):
            raise HostLacks(f"{self.name} does not export OpenTimelineIO.", remedy="Use DaVinci Resolve 18.5 or newer.")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{file_name_of(str(session.timeline.GetName()), otherwise='timeline')}.otio"
        path.unlink(missing_ok=True)
        # The constants are objects of the live program; a string in their place is refused without a word.
        done = session.timeline.Export(str(path), self._resolve.EXPORT_OTIO, self._resolve.EXPORT_NONE)
        if not done or not path.is_file() or not path.stat().st_size:
            raise HostRefused("DaVinci Resolve did not export the timeline.", where=str(path), remedy=DIALOG)
        return path

    def music(self) -> HeldMusic | None:
        """The first item of ours on the current timeline."""
        session = self._session()
        for _, item in session.own_items():
            start = audio.seconds_at(session, int(item.GetStart()))
            file = file_of(item.GetMediaPoolItem())
            return HeldMusic(file, take_of(item), start, length_of(item, session.clock))
        return None

    def place(self, music: MusicClip) -> Placed:
        """Put the music on its track. See `Host.place`."""
        return audio.place(self._session(), music)

    def markers(self) -> tuple[OwnMarker, ...]:
        """Our markers on the timeline and on the music."""
        return ruler.own_markers(self._session())

    def write_markers(self, markers: Iterable[MusicMarker], take_id: str) -> int:
        """Make these our markers. See `Host.write_markers`."""
        return ruler.write(self._session(), markers, take_id)

    def move_marker(self, key: str, time: Fraction) -> None:
        """Move one of our markers. See `Host.move_marker`."""
        ruler.move(self._session(), key, time)

    def remove_markers(self) -> int:
        """Remove our markers."""
        return ruler.remove(self._session())

    def selection(self) -> Selection:
        """Playhead, and the shot under it: Resolve does not tell scripts which clips are selected."""
        session = self._session()
        at = self._frame_of_timecode(session, session.timeline.GetCurrentTimecode())
        at -= self._frame_of_timecode(session, session.timeline.GetStartTimecode())
        item = session.timeline.GetCurrentVideoItem()
        shot = None
        if item is not None:
            start, end = int(item.GetStart()), int(item.GetEnd())
            shot = audio.seconds_at(session, start), audio.seconds_at(session, end)
        return Selection(session.clock.seconds_of(at), shot)

    def seek(self, time: Fraction) -> None:
        """Put the playhead on the frame nearest to a time."""
        session = self._session()
        frame = self._frame_of_timecode(session, session.timeline.GetStartTimecode()) + session.clock.frame_of(time)
        timecode = Clock(session.clock.rate, drop_frame=session.clock.drop_frame).timecode_of_frame(frame)
        if not session.timeline.SetCurrentTimecode(timecode):
            raise HostRefused("DaVinci Resolve did not move the playhead.", where=timecode, remedy=DIALOG)

    def tell(self, text: str) -> None:
        """Say something to the user."""
        self._say(text)

    @staticmethod
    def _frame_of_timecode(session: Session, timecode: str) -> int:
        """A timecode counted from midnight, so that it does not matter how Resolve numbers a drop-frame start."""
        return Clock(session.clock.rate, drop_frame=session.clock.drop_frame).frame_of_timecode(timecode)

    def _session(self) -> Session:
        return open_session(self._resolve)
