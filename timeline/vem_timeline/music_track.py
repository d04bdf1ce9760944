"""Our music track as OpenTimelineIO JSON, in the words that DaVinci Resolve, Premiere and Kdenlive expect.

The fields of all of them are written, on our own objects only; where they contradict each other the dialect decides
(`vem_timeline.dialects`, with the reasons).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from vem_timeline.clock import Clock
from vem_timeline.dialects import Dialect
from vem_timeline.errors import UnwritableTimeline
from vem_timeline.ownership import METADATA_KEY, TRACK_NAME, name_with_id
from vem_timeline.schemas import marker_color


@dataclass(frozen=True, slots=True)
class MusicMarker:
    """A marker on the music clip. ``time`` is seconds from the first frame of the timeline.

    ``color`` is one of OpenTimelineIO's: PINK RED ORANGE YELLOW GREEN CYAN BLUE PURPLE MAGENTA BLACK WHITE.
    The take's short id is added to ``name`` on writing.
    """

    time: Fraction
    name: str
    color: str = "GREEN"
    comment: str = ""


@dataclass(frozen=True, slots=True)
class MusicClip:
    """The music that goes onto the timeline, from its first frame on.

    Parameters
    ----------
    audio : Path
        The audio file.
    duration : Fraction
        Length of the audio, seconds, greater than 0.
    name : str
        Name of the clip.
    take_id : str
        Identifies the take; its first four hexadecimal digits are the short id in the names.
    markers : tuple of MusicMarker
        Hits, downbeats and the like; rounded to frames on writing.
    sample_rate : int
        Samples per second of the audio.
    time_reference : int
        The Broadcast WAV's time reference: samples since midnight of its first sample, 0 without one.
    has_notes : bool
        Whether its notes are known: stems by instrument and a MIDI file of them lie beside it.
    """

    audio: Path
    duration: Fraction
    name: str
    take_id: str
    markers: tuple[MusicMarker, ...] = ()
    sample_rate: int = 48_000
    time_reference: int = 0
    has_notes: bool = True


@dataclass(frozen=True, slots=True)
class Ruler:
    """How the timeline measures: its clock, its length in frames, its rate as the file writes it."""

    clock: Clock
    frames: int
    written_rate: float


def track_of_music(music: MusicClip, ruler: Ruler, *, dialect: Dialect, url: str, link_id: str) -> dict[str, Any]:
    """Build the "VEM Music" track with one clip from the first to the last frame.

    Parameters
    ----------
    music : MusicClip
        What to place.
    ruler : Ruler
        The timeline it is placed on. Times are rounded to its nearest frame.
    dialect : Dialect
        Whom the file is for.
    url : str
        The audio file, as this dialect writes paths.
    link_id : str
        Premiere's ``LinkID``, not used elsewhere in the timeline.
    """
    rate, frames = ruler.written_rate, frames_of_clip(music, ruler)
    start = Fraction(0) if dialect.audio_from_zero else Fraction(first_frame_of(music, ruler.clock))
    reference = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "metadata": {},
        "name": music.audio.name,
        "available_range": _available(music, ruler, frames, start, in_frames=dialect.audio_in_frames),
        "available_image_bounds": None,
        "target_url": url,
    }
    media: dict[str, Any] = {"media_reference": reference}
    if dialect.version_of("Clip") > 1:
        media = {
            "media_references": {"DEFAULT_MEDIA": reference},
            "active_media_reference_key": "DEFAULT_MEDIA",
        }
    point = Fraction(dialect.point)
    clip = {
        "OTIO_SCHEMA": f"Clip.{dialect.version_of('Clip')}",
        "metadata": _clip_metadata(music, link_id),
        "name": name_with_id(music.name, music.take_id),
        "source_range": _range(start, Fraction(frames), rate),
        "effects": [],
        "markers": [
            _marker(marker, music.take_id, _range(start + frame, point, rate), dialect)
            for frame, marker in one_a_frame(music.markers, frames, ruler.clock)
        ],
        "enabled": True,
        **media,
    }
    return {
        "OTIO_SCHEMA": "Track.1",
        "metadata": {
            METADATA_KEY: {"take": music.take_id},
            "Resolve_OTIO": {"Audio Type": "Stereo", "Locked": False, "SoloOn": False},
            "PremierePro_OTIO": {"AudioChannels": {"ChannelType": "Stereo", "NumberOfChannels": 2}},
        },
        "name": TRACK_NAME,
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "children": [clip],
        "kind": "Audio",
    }


def first_frame_of(music: MusicClip, clock: Clock) -> int:
    """The time reference in frames: samples were rounded from a frame when they were stamped, so a frame it is."""
    return clock.frame_of(Fraction(music.time_reference, music.sample_rate))


def _available(music: MusicClip, ruler: Ruler, frames: int, start: Fraction, *, in_frames: bool) -> dict[str, Any]:
    """Extent of the audio, in frames of the timeline or in samples, at least as long as the clip that uses it."""
    clock = ruler.clock
    if in_frames:
        return _range(start, Fraction(max(frames, clock.frame_of(music.duration))), ruler.written_rate)
    first = math.floor(start / clock.rate * music.sample_rate)
    last = math.ceil((start + frames) / clock.rate * music.sample_rate)
    samples = max(last - first, round(music.duration * music.sample_rate))
    return _range(Fraction(first), Fraction(samples), float(music.sample_rate))


def frames_of_clip(music: MusicClip, ruler: Ruler) -> int:
    """The whole timeline, or as many whole frames as the audio has if it is shorter by a frame or more."""
    if ruler.clock.seconds_of(ruler.frames - 1) < music.duration:
        return ruler.frames
    frames = math.floor(music.duration * ruler.clock.rate)
    if frames < 1:
        raise UnwritableTimeline(
            f"The music lasts {float(music.duration):g} seconds, less than one frame.",
            where=str(music.audio),
            remedy="Render it again.",
        )
    return frames


def one_a_frame(markers: Iterable[MusicMarker], frames: int, clock: Clock) -> list[tuple[int, MusicMarker]]:
    """Markers by frame, one a frame as in Resolve: a hit (red) wins, the other joins its comment."""
    by_frame: dict[int, MusicMarker] = {}
    for marker in markers:
        # The end of the last frame is no frame of the clip; a marker there sits on the last one.
        frame = min(max(clock.frame_of(marker.time), 0), frames - 1)
        other = by_frame.get(frame)
        if other is None:
            by_frame[frame] = marker
            continue
        winner, loser = (marker, other) if marker.color == "RED" != other.color else (other, marker)
        comment = " / ".join(text for text in (winner.comment, loser.name, loser.comment) if text)
        by_frame[frame] = MusicMarker(winner.time, winner.name, winner.color, comment)
    return sorted(by_frame.items())


def _marker(marker: MusicMarker, take_id: str, span: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    version = dialect.version_of("Marker")
    comment = marker.comment
    if dialect.text_in_comment:
        comment = name_with_id(f"{marker.name}: {comment}" if comment else marker.name, take_id)
    return {
        "OTIO_SCHEMA": f"Marker.{version}",
        "metadata": {"Resolve_OTIO": {"Keywords": [], "Note": marker.comment}},
        "name": name_with_id(marker.name, take_id),
        "color": marker_color(marker.color, version),
        "marked_range": span,
        "comment": comment,
    }


def _clip_metadata(music: MusicClip, link_id: str) -> dict[str, Any]:
    channels = (0, 1)
    return {
        METADATA_KEY: {"take": music.take_id},
        "Resolve_OTIO": {"Channels": [{"Source Channel ID": channel, "Source Track ID": 0} for channel in channels]},
        "PremierePro_OTIO": {
            "AudioChannels": {
                "ChannelType": "Stereo",
                "SecondaryAssignments": [{"SecondaryChannelIndex": channel} for channel in channels],
            },
            "LinkID": link_id,
            "OriginalChannelGroupIndex": 0,
            "SourceClipIndex": 0,
        },
    }


def _range(start: Fraction, duration: Fraction, rate: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "TimeRange.1", "duration": _time(duration, rate), "start_time": _time(start, rate)}


def _time(value: Fraction, rate: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(value)}
