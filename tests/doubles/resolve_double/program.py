"""The double's program: project, media pool and the rules of laying clips on a timeline."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import soundfile

from resolve_double.remote import Remote
from resolve_double.signatures import published
from resolve_double.timeline import Item, Marked, Timeline
from vem_timeline import Clock
from vem_timeline import read as read_timeline

_CLIP_INFO = {"mediaPoolItem", "startFrame", "endFrame", "mediaType", "trackIndex", "recordFrame"}


class Program(Remote, api="Resolve"):
    """The object that scripts get as ``resolve``. ``_dialog`` True: a dialog is open, and calls fail."""

    def __init__(self, *, product: str = "DaVinci Resolve Studio", rate: Fraction = Fraction(25)) -> None:
        super().__init__()
        self._product, self._page, self._dialog = product, "fairlight", False
        self._project = Project(self, rate)
        for name in published()["Resolve"].constants:
            setattr(self, name, object())

    def GetProductName(self) -> str:
        return self._product

    def GetVersionString(self) -> str:
        return "21.0.2.4"

    def GetVersion(self) -> list[int | str]:
        return [21, 0, 2, 4, ""]

    def GetCurrentPage(self) -> str:
        return self._page

    def OpenPage(self, name: str) -> bool:
        if self._dialog:
            return False
        self._page = name
        return True

    def GetProjectManager(self) -> ProjectManager:
        return ProjectManager(self)


class ProjectManager(Remote, api="ProjectManager"):
    """Gives the one project."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program

    def GetCurrentProject(self) -> Project:
        return self._program._project


class Project(Remote, api="Project"):
    """The project: its timelines and its media pool. ``rate`` is what sound files take on at import."""

    def __init__(self, program: Program, rate: Fraction) -> None:
        super().__init__()
        self._program, self._rate = program, rate
        self._timelines: list[Timeline] = []
        self._current: Timeline | None = None
        self._pool = MediaPool(program)

    def GetName(self) -> str:
        return "A project"

    def GetMediaPool(self) -> MediaPool:
        return self._pool

    def GetTimelineCount(self) -> int:
        return len(self._timelines)

    def GetTimelineByIndex(self, number: int) -> Timeline | None:
        return self._timelines[number - 1] if 1 <= number <= len(self._timelines) else None

    def GetCurrentTimeline(self) -> Timeline | None:
        return self._current

    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        self._current = timeline
        return timeline in self._timelines

    def _open(self, timeline: Timeline) -> Timeline:
        self._timelines.append(timeline)
        self._current = timeline
        return timeline


class Folder(Remote, api="Folder"):
    """A folder of the media pool."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._folders: list[Folder] = []
        self._clips: list[Clip] = []

    def GetName(self) -> str:
        return self._name

    def GetSubFolderList(self) -> list[Folder]:
        return list(self._folders)

    def GetClipList(self) -> list[Clip]:
        return list(self._clips)


class Clip(Marked, api="MediaPoolItem"):
    """A clip of the media pool. It keeps the frame rate that it was imported at."""

    def __init__(self, path: Path, rate: Fraction, frames: int) -> None:
        super().__init__()
        self._path, self._rate, self._frames = path, rate, frames
        self._name = path.name

    def GetName(self) -> str:
        return self._name

    def SetName(self, name: str) -> bool:
        self._name = name
        return True

    def GetClipProperty(self, name: str = "") -> str | dict[str, str]:
        told = {"File Path": str(self._path), "FPS": f"{float(self._rate):.6g}", "Frames": str(self._frames)}
        return told.get(name, "") if name else told

    def SetClipProperty(self, name: str, value: str) -> bool:
        if name == "Clip Name":
            self._name = value
        return name == "Clip Name"

    def ReplaceClip(self, path: str) -> bool:
        if not Path(path).is_file():
            return False
        # Items keep in, out and place; only what they show changes. The name follows the file.
        self._path, self._frames = Path(path), frames_of_sound(Path(path), self._rate)
        self._name = self._path.name
        return True


class MediaPool(Remote, api="MediaPool"):
    """The media pool, which also lays clips on the current timeline."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program
        self._root = Folder("Master")
        self._folder = self._root

    def GetRootFolder(self) -> Folder:
        return self._root

    def GetCurrentFolder(self) -> Folder:
        return self._folder

    def SetCurrentFolder(self, folder: Folder) -> bool:
        self._folder = folder
        return True

    def AddSubFolder(self, parent: Folder, name: str) -> Folder | None:
        if self._program._dialog or any(folder._name == name for folder in parent._folders):
            return None
        parent._folders.append(Folder(name))
        return parent._folders[-1]

    def ImportMedia(self, paths: list[str]) -> list[Clip]:
        if self._program._dialog or not all(isinstance(path, str) and Path(path).is_file() for path in paths):
            return []
        rate = self._program._project._rate
        clips = [Clip(Path(path), rate, frames_of_sound(Path(path), rate)) for path in paths]
        self._folder._clips += clips
        return clips

    def DeleteClips(self, clips: list[Clip]) -> bool:
        for folder in (self._root, *self._root._folders):
            folder._clips = [clip for clip in folder._clips if clip not in clips]
        return True

    def CreateEmptyTimeline(self, name: str) -> Timeline | None:
        project = self._program._project
        if any(timeline._name == name for timeline in project._timelines):
            return None
        clock = Clock(project._rate, start_frame=int(3600 * project._rate))
        return project._open(Timeline(self._program, name, clock))

    def ImportTimelineFromFile(self, path: str, options: dict[str, Any] | None = None) -> Timeline | None:
        board = read_timeline(Path(path))
        name = (options or {}).get("timelineName", board.name)
        project = self._program._project
        if any(timeline._name == name for timeline in project._timelines):
            return None
        return project._open(timeline_of_file(self._program, Path(path), name))

    def AppendToTimeline(self, infos: list[dict[str, Any]]) -> list[Item]:
        timeline = self._program._project._current
        if timeline is None or self._program._dialog:
            return []
        return [item for info in infos if (item := _append(timeline, info)) is not None]


def _append(timeline: Timeline, info: dict[str, Any]) -> Item | None:
    """Lay one clip. What collides is dropped without a word: a ghost without an id comes back."""
    unknown = set(info) - _CLIP_INFO
    if unknown or info.get("mediaType") != 2:
        return None
    clip: Clip = info["mediaPoolItem"]
    track = timeline._track("audio", info["trackIndex"])
    if track is None or track.locked or not 0 <= info["startFrame"] < info["endFrame"] <= clip._frames:
        return None
    to_timeline = timeline._clock.rate / clip._rate
    start = info["recordFrame"]  # absolute; before the timeline's start it is taken, and heard nowhere
    frames = math.floor((info["endFrame"] - info["startFrame"]) * to_timeline)
    item = Item(clip, start=start, frames=frames, left=math.floor(info["startFrame"] * to_timeline))
    if any(other._start < start + frames and start < other._start + other._frames for other in track.items):
        item._id = ""
        return item
    track.items.append(item)
    return item


def frames_of_sound(path: Path, rate: Fraction) -> int:
    """Whole frames of a sound file."""
    info = soundfile.info(str(path))
    return math.floor(Fraction(info.frames, info.samplerate) * rate)


def timeline_of_file(program: Program, path: Path, name: str | None = None) -> Timeline:
    """A timeline with the shots and the markers of a file."""
    board = read_timeline(path)
    timeline = Timeline(program, name or board.name, board.clock)
    for shot in board.shots:
        if shot.kind == "gap":
            continue
        start, frames = board.clock.frame_of(shot.start), board.clock.frame_of(shot.duration)
        media, left, clip = shot.media, 0, None
        if media is not None and media.path is not None:
            left = board.clock.frame_of(media.start)
            clip = Clip(media.path, board.clock.rate, left + frames)
        timeline._tracks["video"][0].items.append(
            Item(clip, start=board.clock.start_frame + start, frames=frames, left=left, name=shot.name)
        )
    for marker in board.markers:
        frames = max(1, board.clock.frame_of(marker.duration))
        timeline.AddMarker(board.clock.frame_of(marker.time), "Green", marker.name, marker.comment, frames)
    return timeline
