"""Edits in exact time: a timeline file in, a `Storyboard` out, and the scored timeline back.

The public door of this room. OpenTimelineIO is loaded on the first read or write, not on import.
"""

from __future__ import annotations

from vem_timeline.clock import Clock, exact_rate
from vem_timeline.errors import EmptyTimeline, TimelineError, UnreadableTimeline, UnwritableTimeline, VemError
from vem_timeline.music_track import MusicClip, MusicMarker
from vem_timeline.read import read, unpack
from vem_timeline.repoint import HeldMusic, music_in, repoint
from vem_timeline.storyboard import Marker, MediaUse, Remark, Shot, SpeechRange, Storyboard, Transition
from vem_timeline.write import write_scored

__all__ = [
    "Clock",
    "EmptyTimeline",
    "HeldMusic",
    "Marker",
    "MediaUse",
    "MusicClip",
    "MusicMarker",
    "Remark",
    "Shot",
    "SpeechRange",
    "Storyboard",
    "TimelineError",
    "Transition",
    "UnreadableTimeline",
    "UnwritableTimeline",
    "VemError",
    "exact_rate",
    "music_in",
    "read",
    "repoint",
    "unpack",
    "write_scored",
]
