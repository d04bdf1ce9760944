"""Laboratories for hosts: an editor with an edit in it, and the hands of the person in front of it.

Every host of the project has one here (or adds one to ``LABS``), and ``tests/adapters/test_host_contract.py`` runs the
same tests in all of them. All start alike: an edit of 240 frames at 25 a second that begins at 01:00:00:00, shots at
frames 0, 60 and 150, one sound of the editor's on an audio track, and an editor's marker at frame 100.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
from premiere_lab import PremiereLab
from resolve_double import Program
from resolve_double.program import Clip, timeline_of_file
from resolve_double.timeline import Item, Track, visible_markers

from vem_adapters.files import FolderHost
from vem_adapters.host import Host
from vem_adapters.resolve import ResolveHost
from vem_timeline import MusicClip, MusicMarker
from vem_timeline.ownership import TRACK_NAME, carries_id

RATE, FRAMES, START, CUTS = 25, 240, 90_000, (0, 60, 150)
SAMPLE_RATE = 48_000


class Lab(Protocol):
    """One editor on a bench: the host under test, and what a person does and sees there."""

    host: Host
    said: list[str]

    def editors_things(self) -> object:
        """All that is not ours: clips, tracks and markers with their places. Equal before and after, or we did harm."""
        ...

    def music_heard(self) -> list[tuple[Path, int, int]]:
        """What of ours sounds: file, first frame and length in frames, from the first frame of the timeline."""
        ...

    def markers_seen(self) -> dict[int, str]:
        """Markers of ours that a person sees: frame (from the first of the timeline) and full name."""
        ...


def music(folder: Path, *, take: str = "ab3f12", frames: int = FRAMES, pitch: float = 220.0) -> MusicClip:
    """A take of a given length with a sound file, and markers of the kinds that we write."""
    home = folder / f"edit_v{take[:2]}"
    home.mkdir(parents=True, exist_ok=True)
    audio = home / f"edit_v{take[:2]}_MX.wav"
    samples = frames * SAMPLE_RATE // RATE
    tone = 0.1 * np.sin(2 * np.pi * pitch * np.arange(samples) / SAMPLE_RATE)
    soundfile.write(str(audio), np.stack([tone, tone], axis=1), SAMPLE_RATE, subtype="PCM_24")
    markers = (
        MusicMarker(Fraction(0), "BAR 1", "BLUE", "4/4"),
        MusicMarker(Fraction(60, RATE), "HIT 2.1", "RED", "cut to shot 2"),
        MusicMarker(Fraction(100, RATE), "BAR 3", "BLUE", "4/4"),
        MusicMarker(Fraction(12001, 2000), "HIT 4.1", "RED", "cut to shot 3"),  # nearest frame: 150
    )
    length = Fraction(samples, SAMPLE_RATE)
    return MusicClip(audio=audio, duration=length, name=f"{home.name} music", take_id=take, markers=markers)


class ResolveLab:
    """DaVinci Resolve Studio, as its double."""

    def __init__(self, folder: Path) -> None:
        self.program = Program(rate=Fraction(RATE))
        project = self.program._project
        self.timeline = project._open(timeline_of_file(self.program, write_edit(folder)))
        sound = Clip(folder / "voice.wav", Fraction(RATE), 50)
        self.timeline._tracks["audio"].append(
            Track("Dialogue", "mono", items=[Item(sound, start=START + 10, frames=50)])
        )
        self.said: list[str] = []
        self.host = ResolveHost(self.program, say=self.said.append)

    def editors_things(self) -> object:
        tracks = [
            (kind, track.name, track.locked, [(item._start, item._frames, item._name) for item in track.items])
            for kind, tracks in self.timeline._tracks.items()
            for track in tracks
            if track.name != TRACK_NAME
        ]
        markers = {f: e for f, e in self.timeline._markers.items() if not str(e["customData"]).startswith("vem:")}
        return tracks, markers, self.program._project._pool._folder._name

    def music_heard(self) -> list[tuple[Path, int, int]]:
        items = [item for track in self.timeline._tracks["audio"] if track.name == TRACK_NAME for item in track.items]
        return [(item._clip._path, item._start - START, item._frames) for item in items]

    def markers_seen(self) -> dict[int, str]:
        seen = {frame: entry["name"] for frame, entry in visible_markers(self.timeline).items()}
        for track in self.timeline._tracks["audio"]:
            for item in track.items:
                seen |= {item._start - START + int(frame): entry["name"] for frame, entry in item._markers.items()}
        return {frame: name for frame, name in seen.items() if carries_id(name)}


class FolderLab:
    """A folder with an edit in it."""

    def __init__(self, folder: Path) -> None:
        self.edit = write_edit(folder)
        self.said: list[str] = []
        self.host = FolderHost(self.edit, say=self.said.append)

    def editors_things(self) -> object:
        document = json.loads(self.edit.read_text(encoding="utf-8"))
        scored = self.host.scored
        if scored is None:
            return document["tracks"]
        shown = json.loads(scored.read_text(encoding="utf-8"))
        shown["tracks"]["children"] = [t for t in shown["tracks"]["children"] if t["name"] != TRACK_NAME]
        return shown["tracks"]

    def _clips(self) -> list[dict]:
        scored = self.host.scored
        tracks = [] if scored is None else json.loads(scored.read_text(encoding="utf-8"))["tracks"]["children"]
        return [clip for track in tracks if track["name"] == TRACK_NAME for clip in track["children"]]

    def music_heard(self) -> list[tuple[Path, int, int]]:
        return [
            (
                Path(clip["media_references"]["DEFAULT_MEDIA"]["target_url"].removeprefix("file://")),
                0,
                int(clip["source_range"]["duration"]["value"]),
            )
            for clip in self._clips()
        ]

    def markers_seen(self) -> dict[int, str]:
        return {
            round(marker["marked_range"]["start_time"]["value"]): marker["name"]
            for clip in self._clips()
            for marker in clip["markers"]
        }


def write_edit(folder: Path) -> Path:
    """The edit that every lab starts with, as OpenTimelineIO."""

    def time(value: float) -> dict:
        return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": float(RATE)}

    def span(start: float, length: float) -> dict:
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(length)}

    def clip(name: str, length: int) -> dict:
        return {
            "OTIO_SCHEMA": "Clip.2", "metadata": {}, "name": name, "source_range": span(0, length), "effects": [],
            "markers": [], "enabled": True, "media_references": {}, "active_media_reference_key": "DEFAULT_MEDIA",
        }  # fmt: skip

    def track(kind: str, name: str, children: list[dict]) -> dict:
        return {
            "OTIO_SCHEMA": "Track.1", "metadata": {}, "name": name, "source_range": None, "effects": [], "markers": [],
            "enabled": True, "children": children, "kind": kind,
        }  # fmt: skip

    ends = (*CUTS[1:], FRAMES)
    shots = [clip(f"shot {n}", b - a) for n, (a, b) in enumerate(zip(CUTS, ends, strict=True), start=1)]
    marker = {
        "OTIO_SCHEMA": "Marker.2", "metadata": {}, "name": "my own", "color": "GREEN", "comment": "keep",
        "marked_range": span(100, 0),
    }  # fmt: skip
    stack = {
        "OTIO_SCHEMA": "Stack.1", "metadata": {}, "name": "tracks", "source_range": None, "effects": [],
        "markers": [marker], "enabled": True, "children": [track("Video", "V1", shots)],
    }  # fmt: skip
    edit = {
        "OTIO_SCHEMA": "Timeline.1", "metadata": {}, "name": "edit", "global_start_time": time(START), "tracks": stack,
    }  # fmt: skip
    path = folder / "edit.otio"
    path.write_text(json.dumps(edit, indent=4), encoding="utf-8")
    return path


LABS: dict[str, Callable[[Path], Lab]] = {
    "resolve": ResolveLab,
    "folder": FolderLab,
    "premiere": PremiereLab,
    "premiere 25.6": partial(PremiereLab, version="25.6"),
}
"""Every host of the project, by a name for test reports."""
