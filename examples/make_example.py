"""Makes the example edit: ``rush_hour.otio``, 21 shots in 41 seconds, from the free footage in ``media/``.

    python examples/make_example.py                     writes rush_hour.otio again
    python examples/make_example.py --footage FOLDER    encodes media/ again from the originals, then the same

FOLDER holds the originals under the names of the packages they come from (see NOTICE.md): bikes.mp4,
bigbuckbunny.mp4, carphone_pristine.mp4, cup.mp4, tree.avi. The result is committed; no test runs this.

The edit runs at 25 frames a second from 01:00:00:00. A source range starts in frames of its media's own rate
(the car clip has 29.97) and lasts whole frames of the timeline, so every cut falls on a frame.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import opentimelineio as otio
from av.video.frame import PictureType, VideoFrame

HERE = Path(__file__).resolve().parent
MEDIA = HERE / "media"
EDIT = HERE / "rush_hour.otio"
RATE = Fraction(25)
START_FRAME = 90_000  # 01:00:00:00 at 25 frames a second
KEY_FRAME_EVERY = 12  # frames; short shots then hold a key frame of their own


@dataclass(frozen=True, slots=True)
class Footage:
    """How one shipped clip is made from its original.

    ``frames`` and ``rate`` describe the shipped clip, ``size`` its picture (width, height). ``hold`` > 0
    shows every decodable frame that many times (a time-lapse out of a stream most of whose frames do not
    decode); 0 keeps the original's own timing.
    """

    original: str
    frames: int
    rate: Fraction
    size: tuple[int, int]
    hold: int = 0


FOOTAGE: dict[str, Footage] = {
    "street.mp4": Footage("bikes.mp4", 250, RATE, (640, 272)),
    "meadow.mp4": Footage("bigbuckbunny.mp4", 132, RATE, (640, 360)),
    "cup.mp4": Footage("cup.mp4", 203, RATE, (640, 480)),
    "tree.mp4": Footage("tree.avi", 204, RATE, (320, 240), hold=3),
    "car.mp4": Footage("carphone_pristine.mp4", 120, Fraction(30_000, 1001), (176, 144)),
}


@dataclass(frozen=True, slots=True)
class ShotChoice:
    """A shot of the edit: ``start`` in frames of its media, ``frames`` long on the timeline.

    ``speed`` is media seconds per timeline second.
    """

    media: str
    start: int
    frames: int
    name: str
    speed: float = 1.0


MORNING = (
    ShotChoice("tree.mp4", 0, 112, "Tree at the window in soft morning light"),
    ShotChoice("cup.mp4", 4, 114, "Hand lifts and tilts a coffee cup"),
    ShotChoice("street.mp4", 138, 48, "Cars circle the roundabout behind green railings"),
    ShotChoice("car.mp4", 0, 62, "Man in a bow tie looks out of a car"),
    ShotChoice("street.mp4", 188, 52, "Man walks past a bicycle leaning on a wall"),
)
RUSH = (
    ShotChoice("street.mp4", 1, 28, "Roof of a white bus from above"),
    ShotChoice("street.mp4", 31, 44, "Businessman hurries between the cars"),
    ShotChoice("street.mp4", 78, 26, "Van rushes past the cyclist"),
    ShotChoice("street.mp4", 150, 22, "Traffic pushes through the junction"),
    ShotChoice("street.mp4", 6, 14, "Bus roof races by"),
    ShotChoice("street.mp4", 58, 14, "Taxi sign fills the frame"),
    ShotChoice("street.mp4", 243, 7, "Bicycle wheel flashes by"),
    ShotChoice("car.mp4", 72, 39, "Man in a bow tie shouts in the car"),
    ShotChoice("street.mp4", 190, 20, "Hurried feet on the cobbles"),
)
RELEASE = (
    ShotChoice("street.mp4", 102, 56, "Cyclist waits calmly at the light, slow motion", speed=0.5),
    ShotChoice("meadow.mp4", 14, 106, "Rabbit stretches in a sunny meadow"),
    ShotChoice("cup.mp4", 138, 62, "Coffee cup comes closer"),
    ShotChoice("street.mp4", 108, 28, "Cyclist ready to ride"),
    ShotChoice("street.mp4", 215, 26, "Bicycle by the wall, empty street"),
    ShotChoice("tree.mp4", 116, 88, "Hand reaches out to the tree"),
    ShotChoice("meadow.mp4", 76, 55, "Happy rabbit looks around"),
)
EVERY_SHOT = MORNING + RUSH + RELEASE
DISSOLVE_INTO = "Rabbit stretches in a sunny meadow"
DISSOLVE_HALF = 12  # frames on each side of the cut
HIT_FRAME = 49  # of meadow.mp4: both arms have just reached full stretch


def time_of(frames: int, rate: Fraction = RATE) -> Any:
    """Frames at a rate as OpenTimelineIO's time."""
    return otio.opentime.RationalTime(frames, float(rate))


def span_of(start: int, frames: int, rate: Fraction = RATE) -> Any:
    """A range that starts in frames of ``rate`` and lasts frames of the timeline."""
    return otio.opentime.TimeRange(time_of(start, rate), time_of(frames))


def reference_of(media: str) -> Any:
    """External reference to a shipped clip, by a path relative to the edit."""
    footage = FOOTAGE[media]
    whole = otio.opentime.TimeRange(time_of(0, footage.rate), time_of(footage.frames, footage.rate))
    return otio.schema.ExternalReference(target_url=f"media/{media}", available_range=whole)


def clip_of(choice: ShotChoice) -> Any:
    """The clip of one shot, with its speed change if it has one."""
    clip = otio.schema.Clip(
        name=choice.name,
        media_reference=reference_of(choice.media),
        source_range=span_of(choice.start, choice.frames, FOOTAGE[choice.media].rate),
    )
    if choice.speed != 1.0:
        clip.effects.append(otio.schema.LinearTimeWarp(name="Slow motion", time_scalar=choice.speed))
    return clip


def dissolve() -> Any:
    """A cross dissolve, the same length on either side of its cut."""
    half = time_of(DISSOLVE_HALF)
    return otio.schema.Transition(
        name="Cross Dissolve", transition_type="SMPTE_Dissolve", in_offset=half, out_offset=half
    )


def hit() -> Any:
    """The point marker on the rabbit's shot, in media time as OpenTimelineIO has it."""
    return otio.schema.Marker(
        name="hit", comment="arms at full stretch", color="RED", marked_range=span_of(HIT_FRAME, 0)
    )


def edit_of(choices: Iterable[ShotChoice]) -> Any:
    """The whole edit: one picture track, a dissolve, a hit on a clip and a mood over the rush."""
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for choice in choices:
        clip = clip_of(choice)
        if choice.name == DISSOLVE_INTO:
            track.append(dissolve())
            clip.markers.append(hit())
        track.append(clip)
    timeline = otio.schema.Timeline(name="Rush hour", global_start_time=time_of(START_FRAME))
    timeline.tracks.append(track)
    rush = span_of(frames_of(MORNING), frames_of(RUSH))
    timeline.tracks.markers.append(otio.schema.Marker(name="mood: tense", color="ORANGE", marked_range=rush))
    return timeline


def frames_of(choices: Iterable[ShotChoice]) -> int:
    """Length of a run of shots in frames of the timeline."""
    return sum(choice.frames for choice in choices)


def decoded_frames(path: Path) -> Iterator[VideoFrame]:
    """Every picture of a file that decodes, in order of display."""
    with av.open(str(path)) as source:
        yield from source.decode(video=0)


def retimed_frames(path: Path, footage: Footage) -> Iterator[VideoFrame]:
    """The pictures of the shipped clip: held, or the latest one at each frame of its rate."""
    if footage.hold:
        for frame in decoded_frames(path):
            yield from [frame] * footage.hold
        return
    shown: VideoFrame | None = None
    due = 0
    for frame in decoded_frames(path):
        # Half a frame of slack: an original of the same rate must map one to one in spite of rounded stamps.
        while shown is not None and Fraction(frame.time or 0) > (due + Fraction(1, 2)) / footage.rate:
            yield shown
            due += 1
        shown = frame
    if shown is not None:
        yield shown


def encode(footage: Footage, original: Path, shipped: Path) -> None:
    """Write a small H.264 file without sound.

    Raises
    ------
    ValueError
        If it does not get the length that the edit relies on.
    """
    count = 0
    with av.open(str(shipped), "w") as target:
        stream = target.add_stream("libx264", rate=footage.rate)
        stream.options = {"crf": "22", "preset": "slow", "g": str(KEY_FRAME_EVERY)}
        stream.pix_fmt = "yuv420p"
        stream.width, stream.height = footage.size
        for frame in retimed_frames(original, footage):
            picture = frame.reformat(stream.width, stream.height, "yuv420p")
            picture.pts, picture.time_base = count, 1 / footage.rate
            picture.pict_type = PictureType.NONE  # the encoder chooses, not the original
            target.mux(stream.encode(picture))
            count += 1
        target.mux(stream.encode(None))
    if count != footage.frames:
        raise ValueError(f"{shipped.name} has {count} frames, {footage.frames} were expected")


def main() -> None:
    """Encode the media if asked to, then write the edit."""
    parser = argparse.ArgumentParser(description="Make the example edit.")
    parser.add_argument("--footage", type=Path, help="folder with the original clips")
    footage_folder = parser.parse_args().footage
    if footage_folder is not None:
        MEDIA.mkdir(exist_ok=True)
        for name, footage in FOOTAGE.items():
            encode(footage, footage_folder / footage.original, MEDIA / name)
    otio.adapters.write_to_file(edit_of(EVERY_SHOT), str(EDIT), indent=2)


if __name__ == "__main__":
    main()
