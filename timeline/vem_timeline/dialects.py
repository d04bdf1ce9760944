"""How the programs differ that we write for: one table, every quirk with its reason and where it is known from.

What holds for all of them needs no column. Our marks are known by a short id at the end of their names, because DaVinci
Resolve drops metadata it does not know [1]; there is at most one of them a frame, because Resolve refuses a second one
[1]; they lie on our own clip, so that no marker of an editor is ever touched. The text of a marker stands in its
comment and in ``Resolve_OTIO.Note``, because Resolve leaves the note of a plain comment empty [3]. The track says
``"Audio Type": "Stereo"``, without which Resolve makes a mono track [1], and the clip a ``LinkID`` of its own, without
which Premiere joins it to another clip and mutes that one's sound [2].

References
----------
[1] Blackmagic Design's scripting README and measurements on Resolve 19 to 21 (samuelgursky/davinci-resolve-mcp).
[2] auto-editor's exporters, kept in step with Premiere's own files (WyattBlue/auto-editor, src/exports).
[3] SubtitleEdit, pull request 13730, on Resolve 21.
[4] OpenTimelineIO: versions of schemas from 0.14 to 0.18 (CORE_VERSION_MAP), and pull request 2023 for Marker.3.
[5] Kdenlive's importer (KDE/kdenlive, src/otio/otioimport.cpp).
[6] OpenTimelineIO, issue 1985: Resolve 20.2 and ``file://``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from vem_timeline.errors import UnwritableTimeline

NOW: Mapping[str, int] = {"Clip": 2, "Marker": 2}
"""Schemas of OpenTimelineIO 0.15 to 0.18 that are beyond version 1; every program of today reads these [4]."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one kind of reader wants of an OpenTimelineIO file; every field is a quirk.

    Parameters
    ----------
    name : str
        As ``--otio-target`` calls it.
    reader : str
        The programs, for people.
    bare_paths : bool
        Audio is named by a bare absolute path. Resolve 20.2 refuses ``file://`` [6]; Premiere and Kdenlive want a
        percent-encoded URL, in which a ``#``, ``%`` or space of a name does no harm [2, 5].
    audio_in_frames : bool
        The extent of the audio is told in frames of the timeline. Resolve looks for the clip's range in it, frame by
        frame, and refuses the whole import where it finds none [1]; all others are told samples.
    point : int
        Frames that a marker at one point lasts. Resolve knows none shorter than one [1].
    audio_from_zero : bool
        The clip's range counts from the audio's first sample, whatever its time reference. Kdenlive takes off the
        timecode that ``mediainfo`` finds in the file, which finds none in a WAV [5, tried with mediainfo 23.04].
    text_in_comment : bool
        The comment begins with the marker's name. Kdenlive shows comments and drops names [5].
    schemas : mapping of str to int
        Newest version of each schema that is read, where it is not 1. Newer ones are an error to OpenTimelineIO [4].
    """

    name: str
    reader: str
    bare_paths: bool = False
    audio_in_frames: bool = False
    point: int = 0
    audio_from_zero: bool = False
    text_in_comment: bool = False
    schemas: Mapping[str, int] = field(default_factory=lambda: NOW)

    def version_of(self, schema: str) -> int:
        """Newest version of a schema that is read."""
        return self.schemas.get(schema, 1)


DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("resolve", "DaVinci Resolve 18.5 and newer", bare_paths=True, audio_in_frames=True, point=1),
        Dialect("premiere", "Premiere Pro 25.6 and newer"),
        Dialect("kdenlive", "Kdenlive 25.04 and newer", audio_from_zero=True, text_in_comment=True),
        Dialect("otio", "programs with OpenTimelineIO 0.15 to 0.18"),
        Dialect("oldest", "programs with OpenTimelineIO 0.14 and older", schemas={"Marker": 2}),
        Dialect("newest", "programs with OpenTimelineIO 0.19 and newer", schemas={"Clip": 2, "Marker": 3}),
    )
}
"""By name. Resolve, Premiere 25.6 and Kdenlive read the schemas of 0.18 today, so those are the default."""

RESOLVE_COLORS: Mapping[str, str] = {
    "PINK": "Pink", "RED": "Red", "ORANGE": "Sand", "YELLOW": "Yellow", "GREEN": "Green", "CYAN": "Cyan",
    "BLUE": "Blue", "PURPLE": "Purple", "MAGENTA": "Fuchsia", "BLACK": "Cocoa", "WHITE": "Cream",
}  # fmt: skip
"""OpenTimelineIO's colours among Resolve's sixteen, which have no orange, black or white [1]."""

KDENLIVE_CATEGORIES: Mapping[str, int] = {
    "PURPLE": 0, "MAGENTA": 0, "BLUE": 1, "CYAN": 2, "GREEN": 3, "YELLOW": 4, "ORANGE": 6, "PINK": 7, "RED": 8,
}  # fmt: skip
"""OpenTimelineIO's colours among Kdenlive's nine categories of markers; what is not there is the first."""


def dialect_named(name: str) -> Dialect:
    """The dialect of a name.

    Raises
    ------
    UnwritableTimeline
        If there is none.
    """
    if name not in DIALECTS:
        raise UnwritableTimeline(f"There is no target '{name}'.", remedy=f"Choose one of: {', '.join(DIALECTS)}.")
    return DIALECTS[name]


def media_url(path: Path, dialect: Dialect) -> str:
    """A media file as a dialect names it."""
    return str(path.resolve()) if dialect.bare_paths else path.resolve().as_uri()


def dialect_of(text: str) -> Dialect:
    """The dialect that a timeline's text is in: programs leave metadata under names of their own.

    Where all clips are of the first schema, ours will be as well.
    """
    old = '"Clip.1"' in text and '"Clip.2"' not in text
    for mark, name in (("Resolve_OTIO", "resolve"), ("PremierePro_OTIO", "premiere"), ("kdenlive", "kdenlive")):
        if f'"{mark}"' in text:
            return replace(DIALECTS[name], schemas=DIALECTS["oldest"].schemas) if old else DIALECTS[name]
    return DIALECTS["oldest" if old else "otio"]
