"""Our music on a track of its own in Final Cut 7 XML.

Stereo is two tracks of one channel each whose clips are linked; Premiere joins them again by the attributes it writes
itself. Markers lie on the first clip, named with our id, so that no marker of the editor is touched.
"""

from __future__ import annotations

from fractions import Fraction

from vem_timeline.colors import COLORS
from vem_timeline.errors import UnwritableTimeline
from vem_timeline.fcp7 import is_own_track
from vem_timeline.music_track import MusicClip, Ruler, frames_of_clip, one_a_frame
from vem_timeline.ownership import TRACK_NAME, name_with_id, short_id
from vem_timeline.xml_splice import XmlEdits, element, tag
from vem_timeline.xml_tree import Element

_CHANNELS = (1, 2)


def scored_fcp7(raw: bytes, sequence: Element, music: MusicClip, ruler: Ruler, url: str) -> bytes:
    """A copy of a document with the music on the sequence; an older music track of ours is replaced.

    Parameters
    ----------
    raw : bytes
        The document that ``sequence`` was parsed from.
    url : str
        The audio file, as a ``file://`` URL.
    """
    edits = XmlEdits(raw)
    media = sequence.find("media")
    if media is None:
        raise UnwritableTimeline("The sequence has no media.", remedy="Put a picture on a track.")
    audio = media.find("audio")
    fragment = tracks_of_music(music, ruler, url)
    if audio is None:
        edits.append(media, tag("audio", *fragment))
        return edits.result()
    tracks = audio.all("track")
    for track in tracks:
        if is_own_track(track):
            edits.remove(track)
    lines = [line for track in fragment for line in track]
    last = tracks[-1] if tracks else None
    before = next((child for child in audio.children if child.tag in ("filter",)), None)
    if last is None and before is not None:
        edits.insert(before, lines)
    else:
        edits.append(audio, lines, after=last)
    return edits.result()


def tracks_of_music(music: MusicClip, ruler: Ruler, url: str) -> list[list[str]]:
    """Two tracks, left and right, as lines of XML."""
    return [_track(music, ruler, url, channel) for channel in _CHANNELS]


def rate_lines(rate: Fraction) -> list[str]:
    """``<rate>`` of a frame rate: the timebase, and whether it runs at 1000/1001 of it."""
    ntsc = rate.denominator == 1001
    base = str(rate.numerator // 1000) if ntsc else f"{float(rate):g}"
    return tag("rate", tag("timebase", base), tag("ntsc", "TRUE" if ntsc else "FALSE"))


def _track(music: MusicClip, ruler: Ruler, url: str, channel: int) -> list[str]:
    exploded = {
        "MZ.TrackName": TRACK_NAME,
        "currentExplodedTrackIndex": str(channel - 1),
        "totalExplodedTrackCount": str(len(_CHANNELS)),
        "premiereTrackType": "Stereo",
    }
    clip = _clip(music, ruler, url, channel)
    return element("track", exploded, clip, tag("enabled", "TRUE"), tag("locked", "FALSE"),
                   tag("outputchannelindex", str(channel)))  # fmt: skip


def _clip(music: MusicClip, ruler: Ruler, url: str, channel: int) -> list[str]:
    frames, own = frames_of_clip(music, ruler), short_id(music.take_id)
    file = f"vem-file-{own}"
    rate = rate_lines(ruler.clock.rate)
    parts = [
        tag("name", name_with_id(music.name, music.take_id)),
        tag("enabled", "TRUE"),
        tag("duration", str(frames)),
        rate,
        tag("start", "0"),
        tag("end", str(frames)),
        tag("in", "0"),
        tag("out", str(frames)),
        _file(music, ruler, url, file) if channel == 1 else tag("file", id=file),
        tag("sourcetrack", tag("mediatype", "audio"), tag("trackindex", str(channel))),
    ]
    parts += [
        tag("link", tag("linkclipref", f"vem-clip-{own}-{other}"), tag("mediatype", "audio"),
            tag("trackindex", str(other)), tag("clipindex", "1"), tag("groupindex", "1"))
        for other in _CHANNELS
    ]  # fmt: skip
    if channel == 1:
        for frame, marker in one_a_frame(music.markers, frames, ruler.clock):
            red, green, blue = (round(255 * part) for part in dict(COLORS)[marker.color])
            parts.append(
                tag("marker",
                    tag("comment", marker.comment),
                    tag("name", name_with_id(marker.name, music.take_id)),
                    tag("in", str(frame)),
                    tag("out", "-1"),
                    tag("color", tag("alpha", "0"), tag("red", str(red)), tag("green", str(green)),
                        tag("blue", str(blue))))
            )  # fmt: skip
    return tag("clipitem", *parts, id=f"vem-clip-{own}-{channel}", premiereChannelType="stereo")


def _file(music: MusicClip, ruler: Ruler, url: str, name: str) -> list[str]:
    rate = rate_lines(ruler.clock.rate)
    start = ruler.clock.frame_of(Fraction(music.time_reference, music.sample_rate))
    timecode = ruler.clock.timecode_of_frame(start - ruler.clock.start_frame)
    shows = "DF" if ruler.clock.drop_frame else "NDF"
    audio = tag(
        "audio",
        tag("samplecharacteristics", tag("depth", "24"), tag("samplerate", str(music.sample_rate))),
        tag("channelcount", "2"),
    )
    return tag(
        "file",
        tag("name", music.audio.name),
        tag("pathurl", url),
        rate,
        tag("duration", str(max(ruler.clock.frame_of(music.duration), 1))),
        tag("timecode", rate, tag("string", timecode), tag("frame", str(start)), tag("displayformat", shows)),
        tag("media", audio),
        id=name,
    )
