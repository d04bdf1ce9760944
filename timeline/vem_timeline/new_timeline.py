"""Makes a new timeline of a storyboard: of a plain video file, or of an edit whose own format cannot hold music.

One picture track shows what the viewer sees: shots with their speeds, gaps, dissolves, wipes and fades. Times are
rounded to the nearest frame, cut by cut, so that the lengths add up to the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from vem_timeline.dialects import DIALECTS, Dialect, media_url
from vem_timeline.errors import UnwritableTimeline
from vem_timeline.storyboard import MediaUse, Shot, Storyboard, Transition


def write_timeline_of(storyboard: Storyboard, destination: Path, *, dialect: Dialect = DIALECTS["otio"]) -> Path:
    """Write an OTIO timeline with one picture track that shows the storyboard's shots, media named as a dialect does.

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
    if clock.drop_frame:
        timeline.metadata["vem"] = {"drop_frame": True}
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    track.extend(_items_of(storyboard, dialect))
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


def fades_of(storyboard: Storyboard) -> dict[int, tuple[Transition, int, int]]:
    """Transitions that take time, with their frames before and after the boundary they belong to.

    The boundary of key ``n`` is the one before shot ``n``, counted from 1; the end of the timeline is behind the last.
    """
    clock, last = storyboard.clock, len(storyboard.shots)
    placed: dict[int, tuple[Transition, int, int]] = {}
    for transition in storyboard.transitions:
        frames = clock.frame_of(transition.duration)
        if transition.kind == "cut" or frames < 1:
            continue
        ends = (
            transition.kind == "fade_out" and transition.into == last and transition.time > storyboard.shots[-1].start
        )
        boundary = last + 1 if ends else transition.into
        # At either end of the timeline there is only one side to fade on; else its first frame stays where it is.
        cut = clock.frame_of(transition.time)
        before = cut - clock.frame_of(transition.time - transition.duration / 2)
        before = 0 if boundary == 1 else frames if ends else min(before, frames)
        placed[boundary] = (transition, before, frames - before)
    return placed


def _items_of(storyboard: Storyboard, dialect: Dialect) -> Iterator[Any]:
    rate = float(storyboard.clock.rate)
    fades = fades_of(storyboard)
    for shot in storyboard.shots:
        if shot.number in fades:
            yield _fade(*fades[shot.number], rate)
        yield _item_of(shot, storyboard, dialect)
    if len(storyboard.shots) + 1 in fades:
        yield _fade(*fades[len(storyboard.shots) + 1], rate)


def _fade(transition: Transition, before: int, after: int, rate: float) -> Any:
    import opentimelineio as otio

    kind = "Wipe" if transition.kind == "wipe" else otio.schema.TransitionTypes.SMPTE_Dissolve
    offsets = (otio.opentime.RationalTime(before, rate), otio.opentime.RationalTime(after, rate))
    return otio.schema.Transition(transition_type=kind, in_offset=offsets[0], out_offset=offsets[1])


def _item_of(shot: Shot, storyboard: Storyboard, dialect: Dialect) -> Any:
    import opentimelineio as otio

    clock = storyboard.clock
    rate = float(clock.rate)

    def frames(seconds: Fraction) -> otio.opentime.RationalTime:
        return otio.opentime.RationalTime(clock.frame_of(seconds), rate)

    # The difference of two rounded instants, so that the lengths add up to the whole.
    length = frames(shot.end) - frames(shot.start)
    if shot.kind == "gap":
        return otio.schema.Gap(source_range=otio.opentime.TimeRange(frames(Fraction(0)), length))
    start = Fraction(0) if shot.media is None else shot.media.timecode + shot.media.start
    clip = otio.schema.Clip(shot.name, source_range=otio.opentime.TimeRange(frames(start), length))
    if shot.media is not None and shot.media.url:
        path = shot.media.path
        begins, ends = extent_of(shot.media, storyboard)
        clip.media_reference = otio.schema.ExternalReference(
            target_url=shot.media.url if path is None else media_url(path, dialect),
            available_range=otio.opentime.TimeRange(frames(begins), frames(ends) - frames(begins)),
        )
    if shot.speed == 0:
        clip.effects.append(otio.schema.FreezeFrame())
    elif shot.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(shot.speed)))
    return clip


def extent_of(media: MediaUse, storyboard: Storyboard) -> tuple[Fraction, Fraction]:
    """From the timecode of a file's first frame to the last instant that any shot needs of it, seconds.

    A clip's range is written as long as it lies on the timeline, whatever its speed.
    """
    uses = [shot for shot in storyboard.shots if shot.media is not None and shot.media.url == media.url]
    ends = max(shot.media.start + max(shot.media.duration, shot.duration) for shot in uses if shot.media is not None)
    return media.timecode, media.timecode + ends
