"""Makes a new timeline of a storyboard that has none: a plain video file whose cuts were found by looking."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from vem_timeline.errors import UnwritableTimeline
from vem_timeline.storyboard import Shot, Storyboard


def write_timeline_of(storyboard: Storyboard, destination: Path) -> Path:
    """Write an OTIO timeline with one picture track that shows the storyboard's shots.

    Shots of normal speed only: a flat video has no others.

    Raises
    ------
    UnwritableTimeline
        If the file exists already or cannot be written.
    """
    import opentimelineio as otio

    clock = storyboard.clock
    rate = float(clock.rate)
    timeline = otio.schema.Timeline(storyboard.name)
    timeline.global_start_time = otio.opentime.RationalTime(clock.start_frame, rate)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    for shot in storyboard.shots:
        track.append(_item_of(shot, storyboard))
    if destination.exists():
        raise UnwritableTimeline(
            "The file is there already.",
            where=str(destination),
            remedy="Choose another name; nothing is overwritten.",
        )
    try:
        otio.adapters.write_to_file(timeline, str(destination), adapter_name="otio_json")
    except (OSError, otio.exceptions.OTIOError) as error:
        raise UnwritableTimeline(
            f"The timeline cannot be written: {error}.",
            where=str(destination),
            remedy="Choose another folder.",
        ) from error
    return destination


def _item_of(shot: Shot, storyboard: Storyboard) -> object:
    import opentimelineio as otio

    clock = storyboard.clock
    rate = float(clock.rate)

    def frames(seconds: Fraction) -> otio.opentime.RationalTime:
        return otio.opentime.RationalTime(clock.frame_of(seconds), rate)

    # The difference of two rounded instants, so that the lengths add up to the whole.
    length = frames(shot.end) - frames(shot.start)
    if shot.kind == "gap" or shot.media is None:
        return otio.schema.Gap(source_range=otio.opentime.TimeRange(frames(Fraction(0)), length))
    last = max((s.media.start + s.media.duration for s in storyboard.shots if s.media is not None), default=shot.end)
    reference = otio.schema.ExternalReference(
        target_url=shot.media.url, available_range=otio.opentime.TimeRange(frames(Fraction(0)), frames(last))
    )
    window = otio.opentime.TimeRange(frames(shot.media.start), length)
    return otio.schema.Clip(shot.name, media_reference=reference, source_range=window)
