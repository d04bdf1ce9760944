"""What an editor needs beside the scored timeline, for every editing program: written into the folder of a take.

The edit with its music as OpenTimelineIO and as Final Cut 7 XML, whatever format it came in; the markers as a list that
DaVinci Resolve imports (an EDL) and as a table; and a README that says in plain words what to do with them.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from vem_timeline.appearing import appearing
from vem_timeline.dialects import DIALECTS, RESOLVE_COLORS, Dialect, dialect_named
from vem_timeline.fcp7_write import rate_lines, tracks_of_music
from vem_timeline.music_track import MusicClip, MusicMarker, Ruler, frames_of_clip, one_a_frame
from vem_timeline.new_timeline import extent_of, fades_of, write_timeline_of
from vem_timeline.ownership import name_with_id
from vem_timeline.storyboard import Shot, Storyboard
from vem_timeline.write import write_scored
from vem_timeline.xml_splice import element, tag

HANDED_OVER = ("_markers.edl", "_markers.csv", "_premiere.xml", *(f"_{name}.otio" for name in DIALECTS))
"""Endings of the files, after the name they begin with."""
NOTED = """\
Files whose names hold DRUMS, BASS, HARMONY, COUNTER, MELODY, EFFECTS are its stems, equally long; where somebody
speaks, DUCKED is the mix that makes room for it. The .mid holds the notes with the tempo."""
HEARD = """\
It was written as sound, not as notes: there are no stems by instrument, and no notes. MUSIC and EFFECTS are the two
parts of the mix, equally long; where somebody speaks, DUCKED is the mix that makes room for it. The .mid holds the
tempo alone."""
"""What the README says of the other files of music whose notes are known, and of music that is only sound."""


def write_handoff(
    folder: Path, name: str, storyboard: Storyboard, music: MusicClip, *, target: str | None = None
) -> tuple[Path, ...]:
    """Write the files for editing programs.

    Parameters
    ----------
    folder : Path
        Where the audio of ``music`` lies.
    name : str
        What the files' names begin with.
    target : str, optional
        Whom the OpenTimelineIO file is for, a name in ``dialects.DIALECTS``; DaVinci Resolve if nothing is said,
        because Premiere has the Final Cut 7 XML.

    Returns
    -------
    tuple of Path
        Marker EDL, marker table, Final Cut 7 XML, README and OpenTimelineIO.

    Raises
    ------
    UnwritableTimeline
        If the folder cannot be written.
    """
    ruler = Ruler(
        storyboard.clock, max(1, storyboard.clock.frame_of(storyboard.duration)), float(storyboard.clock.rate)
    )
    markers = one_a_frame(music.markers, frames_of_clip(music, ruler), storyboard.clock)
    dialect = dialect_named(target or "resolve")
    texts = {
        f"{name}_markers.edl": marker_edl(name, markers, music, ruler),
        f"{name}_markers.csv": marker_table(markers, music, ruler),
        f"{name}_premiere.xml": fcp7_of(name, storyboard, music, ruler),
        "README.txt": readme(name, storyboard, music, dialect),
    }
    paths = []
    for file, text in texts.items():
        path = folder / file
        with appearing(path) as out:
            out.write(text.encode("utf-8"))
        paths.append(path)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        cut_list = write_timeline_of(storyboard, Path(place) / "edit.otio", dialect=dialect)
        scored = folder / f"{name}_{dialect.name}.otio"
        paths.append(write_scored(cut_list, scored, music, target=dialect.name))
    return tuple(paths)


def marker_edl(title: str, markers: Iterable[tuple[int, MusicMarker]], music: MusicClip, ruler: Ruler) -> str:
    """Markers as DaVinci Resolve imports them: one event a marker, colour, name and length behind bars."""
    lines = [f"TITLE: {_plain(title)}", f"FCM: {'DROP FRAME' if ruler.clock.drop_frame else 'NON-DROP FRAME'}", ""]
    for number, (frame, marker) in enumerate(markers, start=1):
        at, until = ruler.clock.timecode_of_frame(frame), ruler.clock.timecode_of_frame(frame + 1)
        color = RESOLVE_COLORS.get(marker.color, "Green")
        text = _plain(name_with_id(marker.name, music.take_id))
        lines += [
            f"{number:03d}  001      V     C        {at} {until} {at} {until}  ",
            f" {_plain(marker.comment)} |C:ResolveColor{color} |M:{text} |D:1",
            "",
        ]
    return "\r\n".join(lines)


def marker_table(markers: Iterable[tuple[int, MusicMarker]], music: MusicClip, ruler: Ruler) -> str:
    """Markers as a table for spreadsheets: name, timecode, frame, seconds, colour, note."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["Name", "Timecode", "Frame", "Seconds", "Color", "Note"])
    for frame, marker in markers:
        at = float(ruler.clock.seconds_of(frame))
        table.writerow([
            name_with_id(marker.name, music.take_id), ruler.clock.timecode_of_frame(frame), frame, f"{at:.4f}",
            marker.color, marker.comment,
        ])  # fmt: skip
    return text.getvalue()


def fcp7_of(name: str, storyboard: Storyboard, music: MusicClip, ruler: Ruler) -> str:
    """Final Cut 7 XML with the shots that the viewer sees on one track, and the music on its own."""
    clock = storyboard.clock
    url = music.audio.resolve().as_uri().replace("file:///", "file://localhost/", 1)
    rate = rate_lines(clock.rate)
    timecode = tag(
        "timecode", rate, tag("string", clock.timecode_of_frame(0)), tag("frame", str(clock.start_frame)),
        tag("displayformat", "DF" if clock.drop_frame else "NDF"),
    )  # fmt: skip
    pictures = tag("video", tag("format", tag("samplecharacteristics", rate)), _picture_track(storyboard, rate))
    sound = tag(
        "audio",
        tag("numOutputChannels", "2"),
        tag("format", tag("samplecharacteristics", tag("depth", "24"), tag("samplerate", str(music.sample_rate)))),
        *tracks_of_music(music, ruler, url),
    )
    sequence = tag(
        "sequence", tag("name", name), tag("duration", str(ruler.frames)), rate, timecode,
        tag("media", pictures, sound), id="sequence-1",
    )  # fmt: skip
    document = element("xmeml", {"version": "4"}, sequence)
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<!DOCTYPE xmeml>", *document, ""])


def _picture_track(storyboard: Storyboard, rate: list[str]) -> list[str]:
    fades = fades_of(storyboard)
    parts: list[list[str]] = []
    described: dict[str, str] = {}
    for shot in storyboard.shots:
        parts += _transition(shot.number, storyboard, fades, rate)
        if shot.kind != "gap":
            parts.append(_clip(shot, storyboard, fades, rate, described))
        elif shot.number == len(storyboard.shots):
            parts.append(_black(shot, storyboard, fades, rate))
    parts += _transition(len(storyboard.shots) + 1, storyboard, fades, rate)
    return tag("track", *parts, tag("enabled", "TRUE"), tag("locked", "FALSE"))


def _boundary(number: int, storyboard: Storyboard) -> int:
    shots = storyboard.shots
    time = shots[number - 1].start if number <= len(shots) else storyboard.duration
    return storyboard.clock.frame_of(time)


def _transition(number: int, storyboard: Storyboard, fades: dict, rate: list[str]) -> list[list[str]]:
    if number not in fades:
        return []
    transition, before, after = fades[number]
    cut = _boundary(number, storyboard)
    alignment = "center" if before and after else "start-black" if after else "end-black"
    wipe = transition.kind == "wipe"
    name = "Wipe" if wipe else "Cross Dissolve"
    effect = tag(
        "effect", tag("name", name), tag("effectid", name), tag("effectcategory", "Wipe" if wipe else "Dissolve"),
        tag("effecttype", "transition"), tag("mediatype", "video"),
    )  # fmt: skip
    return [
        tag("transitionitem", tag("start", str(cut - before)), tag("end", str(cut + after)),
            tag("alignment", alignment), rate, effect)
    ]  # fmt: skip


def _clip(shot: Shot, storyboard: Storyboard, fades: dict, rate: list[str], described: dict[str, str]) -> list[str]:
    """A clip item; where a transition covers an edge the place is left to it, and the range reaches to its far end."""
    clock = storyboard.clock
    start, end = _boundary(shot.number, storyboard), _boundary(shot.number + 1, storyboard)
    head = fades[shot.number][1] if shot.number in fades else 0
    tail = fades[shot.number + 1][2] if shot.number + 1 in fades else 0
    speed = shot.speed
    first = 0
    if shot.media is not None and speed:
        first = max(clock.frame_of(shot.media.start / abs(speed)) - head, 0)
    parts = [
        tag("name", shot.name),
        tag("enabled", "TRUE"),
        tag("duration", str(first + end - start + head + tail)),
        rate,
        tag("start", "-1" if shot.number in fades else str(start)),
        tag("end", "-1" if shot.number + 1 in fades else str(end)),
        tag("in", str(first)),
        tag("out", str(first + end - start + head + tail)),
    ]
    if shot.media is not None and shot.media.url:
        parts.append(_file(shot, storyboard, rate, described))
    if speed != 1:
        parts.append(_time_remap(speed))
    return tag("clipitem", *parts, id=f"clipitem-{shot.number}")


def _black(shot: Shot, storyboard: Storyboard, fades: dict, rate: list[str]) -> list[str]:
    """Black at the end, so that the sequence is as long as the edit."""
    start, end = _boundary(shot.number, storyboard), _boundary(shot.number + 1, storyboard)
    head = fades[shot.number][1] if shot.number in fades else 0
    return tag(
        "generatoritem", tag("name", "Slug"), tag("enabled", "TRUE"), tag("duration", str(end - start + head)), rate,
        tag("start", "-1" if shot.number in fades else str(start)), tag("end", str(end)), tag("in", "0"),
        tag("out", str(end - start + head)),
        tag("effect", tag("name", "Slug"), tag("effectid", "Slug"), tag("effectcategory", "Slug"),
            tag("effecttype", "generator"), tag("mediatype", "video")),
        id=f"generatoritem-{shot.number}",
    )  # fmt: skip


def _file(shot: Shot, storyboard: Storyboard, rate: list[str], described: dict[str, str]) -> list[str]:
    """The media file, described where it is first used; as long as any shot needs it, handles of fades included."""
    media = shot.media
    assert media is not None
    url = media.path.absolute().as_uri() if media.path is not None else media.url
    if url in described:
        return tag("file", id=described[url])
    described[url] = f"file-{len(described) + 1}"
    begins, ends = extent_of(media, storyboard)
    longest = max((before + after for _, before, after in fades_of(storyboard).values()), default=0)
    frames = storyboard.clock.frame_of(ends - begins) + longest
    return tag(
        "file", tag("name", shot.name), tag("pathurl", url), rate, tag("duration", str(frames)),
        tag("media", tag("video")), id=described[url],
    )  # fmt: skip


def _time_remap(speed: Fraction) -> list[str]:
    value = tag("parameter", tag("parameterid", "speed"), tag("name", "speed"), tag("value", f"{float(speed * 100):g}"))
    reverse = tag("parameter", tag("parameterid", "reverse"), tag("name", "reverse"),
                  tag("value", "TRUE" if speed < 0 else "FALSE"))  # fmt: skip
    return tag("filter", tag("effect", tag("name", "Time Remap"), tag("effectid", "timeremap"), value, reverse))


def readme(name: str, storyboard: Storyboard, music: MusicClip, dialect: Dialect) -> str:
    """How to import the take, program by program."""
    clock = storyboard.clock
    start = clock.timecode_of(Fraction(0))
    stamp = clock.frame_of(Fraction(music.time_reference, music.sample_rate)) - clock.start_frame
    stamped = f"say that they begin at {clock.timecode_of_frame(stamp)}" if music.time_reference else "begin at zero"
    otio = f"{name}_{dialect.name}.otio"
    return f"""{name}: music for "{storyboard.name}"

The music is {music.audio.name}: as long as the timeline, it begins at the timeline's first frame, {start},
at {float(clock.rate):.5g} frames per second. The sound files (Broadcast WAV) {stamped}.
{NOTED if music.has_notes else HEARD}
Beside this folder lies a copy of your timeline with the music on a track "VEM Music", if its format can hold one: open
that, and all else of your edit is as it was. In this folder, {otio} and {name}_premiere.xml hold
only the shots as they are seen, and the music.

DaVinci Resolve, free and Studio alike
  File > Import > Timeline: the scored timeline beside this folder, or {otio}{_for(dialect, "resolve")}.
  Say yes to importing the source clips. It becomes a new timeline of that name; yours stays.
  Or only the music: drop the .wav on a new stereo audio track, its first sample at {start}.
  Markers alone: in the Media Pool, right-click your timeline > Timelines > Import > Timeline Markers from EDL,
  and choose {name}_markers.edl.

Premiere Pro
  File > Import: {name}_premiere.xml (any version), or from 25.6 on the scored .otio beside this folder.
  It becomes a new sequence; copy its music into yours, to the first frame ({start}).
  Sequence markers do not come with an XML: those of the music are on its clip.

Final Cut Pro
  File > Import > XML: the scored .fcpxml or .fcpxmld beside this folder, if your edit came as one; the music is a
  connected clip with the role Music. Else drop the .wav on the project's first frame; it connects there.

Avid Media Composer
  Link or import the .wav, and lay it on a new stereo track at {start}. {name}_markers.csv names
  every marker with its timecode. Your timeline comes back unchanged: an AAF is read here, not written.

Kdenlive and Shotcut
  Open the scored .kdenlive or .mlt beside this folder. If you came with OpenTimelineIO, score with
  --otio-target kdenlive. Or add the .wav to a new audio track, at the first frame.

Any other program
  Lay the .wav at the timeline's first frame. {name}_markers.csv says where bars and hits are.
"""


def _for(dialect: Dialect, name: str) -> str:
    """A warning beside a file that was written for another program."""
    return "" if dialect.name == name else f" (which is written for {dialect.reader})"


def _plain(text: str) -> str:
    """Text for one line of an EDL: no bars, which separate fields there, and no line ends."""
    return " ".join(text.replace("|", "/").split())
