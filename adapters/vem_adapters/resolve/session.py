"""What is open in Resolve at this moment: project, media pool, timeline. Looked up anew for every task.

The editor may switch timelines between two of our calls, so nothing of this is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from vem_adapters.errors import HostAbsent, HostRefused
from vem_timeline import Clock, exact_rate
from vem_timeline.ownership import TRACK_NAME, id_in

DIALOG = "Close any dialog that is open in Resolve, and try again."
"""While a dialog is open, Resolve answers False to calls that have nothing to do with it."""


@dataclass(frozen=True, slots=True)
class Session:
    """Resolve's own objects, which have no types, and the clock of the timeline.

    ``start`` is the number of the timeline's first frame, ``frames`` its length.
    """

    resolve: Any
    project: Any
    pool: Any
    timeline: Any
    clock: Clock
    start: int
    frames: int

    def own_tracks(self) -> list[int]:
        """Numbers, from 1, of the audio tracks that carry our name."""
        count = int(self.timeline.GetTrackCount("audio"))
        return [n for n in range(1, count + 1) if self.timeline.GetTrackName("audio", n) == TRACK_NAME]

    def items(self, track: int) -> list[Any]:
        """What lies on an audio track. An item without an id is a ghost: Resolve dropped it and forgot to say so."""
        listed = self.timeline.GetItemListInTrack("audio", track) or []
        return [item for item in listed if item.GetUniqueId()]

    def own_items(self) -> Iterator[tuple[int, Any]]:
        """Our music on the timeline: number of the track, and item."""
        for track in self.own_tracks():
            for item in self.items(track):
                if take_of(item):
                    yield track, item


def open_session(resolve: Any) -> Session:
    """What is open now.

    Raises
    ------
    HostAbsent
        If no project or no timeline is, or Resolve has been closed.
    """
    try:
        project = resolve.GetProjectManager().GetCurrentProject()
    except (AttributeError, TypeError) as error:  # the objects of a program that was closed answer None to all
        raise HostAbsent("DaVinci Resolve does not answer any more.", remedy="Start it, and try again.") from error
    timeline = None if project is None else project.GetCurrentTimeline()
    if project is None or timeline is None:
        raise HostAbsent("No timeline is open in DaVinci Resolve.", remedy="Open the timeline to be scored.")
    start = int(timeline.GetStartFrame())
    # Drop frame shows in the timecode alone; the setting reads "29.97 DF" on some versions and 29.97 on others.
    rate = exact_rate(float(str(timeline.GetSetting("timelineFrameRate")).split()[0]))
    drops = ";" in timeline.GetStartTimecode() and (rate * 1001) % 30_000 == 0
    clock = Clock(rate, drop_frame=drops, start_frame=start)
    return Session(
        resolve, project, project.GetMediaPool(), timeline, clock, start, int(timeline.GetEndFrame()) - start
    )


def on_edit_page(resolve: Any) -> None:
    """Bring the edit page up: on others, Fairlight first of all, clips cannot be deleted.

    Raises
    ------
    HostRefused
        If Resolve does not go there.
    """
    if resolve.GetCurrentPage() != "edit" and not resolve.OpenPage("edit"):
        raise HostRefused("DaVinci Resolve does not open its edit page.", remedy=DIALOG)


def take_of(item: Any) -> str:
    """Short id of the take in an item's name; empty if it is not ours. The clip in the media pool is asked first."""
    clip = item.GetMediaPoolItem()
    return (id_in(str(clip.GetName())) if clip is not None else "") or id_in(str(item.GetName()))


def file_of(clip: Any) -> Path:
    """The file behind a clip of the media pool."""
    return Path(str(clip.GetClipProperty("File Path")))


def length_of(item: Any, clock: Clock) -> Fraction:
    """Length of an item on the timeline, seconds."""
    return clock.seconds_of(int(item.GetEnd()) - int(item.GetStart()))
