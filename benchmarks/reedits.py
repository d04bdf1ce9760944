"""Scripted re-edits: what editors do to an edit after the music is in, done to real edits over OpenTimelineIO.

A real edit is first written out flat, as one picture track with what its viewer sees, one track of dialogue, and its
markers; every re-edit then changes that timeline. Lengths are frames of the timeline.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from vem_timeline.storyboard import Shot, Storyboard

SHORTEST = 12
"""No shot is cut shorter than this, frames."""
NEW_MEDIA = "pickup_{:02d}.mov"

Reedit = Callable[[otio.schema.Timeline, random.Random], None]


def flat_timeline(edit: Storyboard) -> otio.schema.Timeline:
    """The edit as one picture track, one track of dialogue, and markers, on whole frames."""
    rate = float(edit.clock.rate)

    def time(seconds: Fraction) -> otio.opentime.RationalTime:
        """On the clock's frame grid."""
        return otio.opentime.RationalTime(edit.clock.frame_of(seconds), rate)

    def span(start: Fraction, end: Fraction) -> otio.opentime.TimeRange:
        """Both ends on the grid."""
        return otio.opentime.TimeRange(time(start), time(end) - time(start))

    timeline = otio.schema.Timeline(edit.name or "edit")
    picture, voices = otio.schema.Track("V1"), otio.schema.Track("DX", kind=otio.schema.TrackKind.Audio)
    timeline.tracks.extend([picture, voices])
    for shot in edit.shots:
        picture.append(_item(shot, span))
    at = Fraction(0)
    for number, voice in enumerate(sorted(edit.speech, key=lambda voice: voice.start)):
        start, end = max(voice.start, at), min(voice.start + voice.duration, edit.duration)
        if time(end) <= time(start):
            continue
        if time(start) > time(at):
            voices.append(otio.schema.Gap(source_range=span(Fraction(0), start - at)))
        media = otio.schema.ExternalReference(f"dialogue_{number:02d}.wav")
        voices.append(otio.schema.Clip(f"dialogue {number}", media, span(start, end)))
        at = end
    for marker in edit.markers:
        where = span(marker.time, marker.time + marker.duration)
        timeline.tracks.markers.append(otio.schema.Marker(marker.name, where, comment=marker.comment))
    return timeline


def _item(shot: Shot, span: Callable[[Fraction, Fraction], otio.opentime.TimeRange]) -> otio.schema.Item:
    length = span(shot.start, shot.end).duration
    if shot.kind == "gap":
        return otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=length))
    start = shot.media.start if shot.media is not None else Fraction(0)
    window = otio.opentime.TimeRange(span(start, start).start_time, length)
    url = shot.media.url if shot.media is not None else f"{shot.name or 'shot'}_{shot.number}.mov"
    clip = otio.schema.Clip(shot.name, otio.schema.ExternalReference(url), window)
    if shot.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(shot.speed)))
    return clip


def trim_each(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Trim every shot by 1 to 24 frames, at its head or tail, and close the gaps."""
    for clip in _clips(timeline):
        room = int(clip.source_range.duration.value) - SHORTEST
        if room > 0:
            _trim(clip, min(room, chance.randint(1, 24)), at_head=chance.random() < 0.5)


def trim_a_little(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Trim or lengthen every shot by 1 to 4 frames at its tail."""
    for clip in _clips(timeline):
        if int(clip.source_range.duration.value) > 2 * SHORTEST:
            _trim(clip, chance.choice([-4, -3, -2, -1, 1, 2, 3, 4]), at_head=False)


def delete_some(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Delete one shot in ten, at least one."""
    clips = _clips(timeline)
    for clip in chance.sample(clips, max(1, len(clips) // 10)):
        _picture(timeline).remove(clip)


def insert_some(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Insert new shots of 1 to 4 seconds, one for every ten, at least one."""
    track, rate = _picture(timeline), _rate(timeline)
    for number in range(max(1, len(track) // 10)):
        length = otio.opentime.RationalTime(round(rate * chance.uniform(1, 4)), rate)
        media = otio.schema.ExternalReference(NEW_MEDIA.format(number))
        clip = otio.schema.Clip(f"pickup {number}", media, otio.opentime.TimeRange(duration=length))
        track.insert(chance.randrange(1, len(track)), clip)


def cut_away(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Lay a second of another picture over the middle of one shot in five, of those that last 3 seconds or more."""
    track, rate = _picture(timeline), _rate(timeline)
    second = otio.opentime.RationalTime(round(rate), rate)
    long = [clip for clip in _clips(timeline) if clip.source_range.duration.to_seconds() >= 3]
    for number, clip in enumerate(chance.sample(long, min(len(long), max(1, len(_clips(timeline)) // 5)))):
        place, tail = track.index(clip), clip.deepcopy()
        head = round(clip.source_range.duration.value * chance.uniform(0.3, 0.5))
        _trim(tail, head + round(rate), at_head=True)
        _trim(clip, clip.source_range.duration.value - head, at_head=False)
        media = otio.schema.ExternalReference(NEW_MEDIA.format(number))
        over = otio.schema.Clip(f"cutaway {number}", media, otio.opentime.TimeRange(duration=second))
        track.insert(place + 1, over)
        track.insert(place + 2, tail)


def swap_some(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Let one shot in ten change places with the one after the next."""
    track = _picture(timeline)
    for _ in range(max(1, len(track) // 10)):
        place = chance.randrange(0, len(track) - 2)
        moved = track.pop(place)
        track.insert(place + 2, moved)


def other_frame_rate(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Conform to another frame rate: every cut falls on the nearest frame of 25 (or 30) a second."""
    rate = 30.0 if abs(_rate(timeline) - 25) < 0.5 else 25.0
    for track in timeline.tracks:
        at, edge = otio.opentime.RationalTime(0, rate), 0.0
        for item in track:
            window = item.source_range
            edge += window.duration.to_seconds()
            end = otio.opentime.RationalTime(round(edge * rate), rate)
            start = otio.opentime.RationalTime(round(window.start_time.to_seconds() * rate), rate)
            item.source_range = otio.opentime.TimeRange(start, end - at)
            at = end


def played_faster(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Play every frame 25/24 as fast, as television does with films; edges fall on the nearest frame."""
    for track in timeline.tracks:
        at, edge = 0, 0.0
        for item in track:
            window = item.source_range
            edge += window.duration.value * 24 / 25
            end = round(edge)
            if isinstance(item, otio.schema.Clip):
                speed = item.effects[0].time_scalar if item.effects else 1.0
                item.effects[:] = [otio.schema.LinearTimeWarp(time_scalar=speed * 25 / 24)]
            length = otio.opentime.RationalTime(end - at, window.duration.rate)
            item.source_range = otio.opentime.TimeRange(window.start_time, length)
            at = end


def ripple_dialogue(timeline: otio.schema.Timeline, chance: random.Random) -> None:
    """Half a second comes out of a line of dialogue and out of the shot above it; all that follows moves up."""
    picture, rate = _picture(timeline), _rate(timeline)
    voices = timeline.tracks[1]
    lines = [item for item in voices if isinstance(item, otio.schema.Clip)]
    less = round(rate / 2)
    clips = [clip for clip in _clips(timeline) if clip.source_range.duration.value > less + SHORTEST]
    at = None
    if lines:
        line = chance.choice([line for line in lines if line.source_range.duration.value > less + 2] or lines)
        at = line.range_in_parent().start_time.to_seconds()
        if line.source_range.duration.value > less + 2:
            _trim(line, less, at_head=False)

    def distance(clip: otio.schema.Clip) -> float:
        """Seconds from the wanted place; anything if there is none."""
        return abs(clip.range_in_parent().start_time.to_seconds() - at) if at is not None else chance.random()

    _trim(min(clips, key=distance), less, at_head=False)
    assert len(picture)


REEDITS: dict[str, Reedit] = {
    "trim each by 1-24 frames": trim_each,
    "trim each by up to 4 frames": trim_a_little,
    "delete": delete_some,
    "insert": insert_some,
    "lay a cutaway over": cut_away,
    "swap": swap_some,
    "another frame rate": other_frame_rate,
    "played 4 % faster": played_faster,
    "ripple a dialogue change": ripple_dialogue,
}


def write_reedit(timeline: otio.schema.Timeline, reedit: Reedit | None, path: Path, *, seed: int = 1) -> Path:
    """Write a timeline, re-edited or as it is."""
    changed = timeline.deepcopy()
    if reedit is not None:
        reedit(changed, random.Random(seed))
    otio.adapters.write_to_file(changed, str(path))
    return path


def _picture(timeline: otio.schema.Timeline) -> otio.schema.Track:
    return timeline.tracks[0]


def _clips(timeline: otio.schema.Timeline) -> list[otio.schema.Clip]:
    return [item for item in _picture(timeline) if isinstance(item, otio.schema.Clip)]


def _rate(timeline: otio.schema.Timeline) -> float:
    return _picture(timeline)[0].source_range.duration.rate


def _trim(clip: otio.schema.Item, frames: int, *, at_head: bool) -> None:
    """Take frames off a clip; a negative number lengthens it."""
    window = clip.source_range
    less = otio.opentime.RationalTime(frames, window.duration.rate)
    start = window.start_time + less if at_head else window.start_time
    clip.source_range = otio.opentime.TimeRange(start, window.duration - less)
