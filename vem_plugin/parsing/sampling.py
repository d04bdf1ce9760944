"""Chooses which frames of an edit's media are looked at: a few for each shot, none twice, not too many in
all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from vem_plugin.parsing.frames import Glimpse
from vem_timeline.storyboard import Shot, Storyboard

MOST_GLIMPSES = 600
"""Frames looked at in one edit at most; seeking and encoding them takes 30 seconds of one core."""

SECONDS_OF_SECOND_LOOK = Fraction(2)
SECONDS_OF_THIRD_LOOK = Fraction(6)
"""Shots at least this long, seconds of timeline, are looked at a second and a third time."""

Place = tuple[Path, Glimpse]
"""One glimpse of one file. Equal places are looked at once."""


@dataclass(frozen=True)
class Sampling:
    """Where to look for each shot, by shot number.

    ``places`` holds each shot's glimpses in the order they are seen. ``shared`` names, for a shot that is
    not looked at itself, the shot of the same media whose look it takes over.
    """

    places: Mapping[int, tuple[Place, ...]]
    shared: Mapping[int, int] = field(default_factory=dict)

    def glimpses_by_file(self) -> dict[Path, list[Glimpse]]:
        """Every glimpse once, by file, in the order of first use."""
        found: dict[Path, dict[Glimpse, None]] = {}
        for places in self.places.values():
            for path, glimpse in places:
                found.setdefault(path, {})[glimpse] = None
        return {path: list(glimpses) for path, glimpses in found.items()}


def choose_frames(storyboard: Storyboard, *, most: int = MOST_GLIMPSES) -> Sampling:
    """Choose the frames to look at.

    One to three a shot by its length. If they are more than ``most``, one a shot; if even the shots are
    more, evenly chosen ones, and every other shot shares the look of the nearest chosen place in its
    media.

    Parameters
    ----------
    storyboard : Storyboard
        Shots whose media is offline, and gaps, are left out.
    most : int
        Frames at most, 1 or more.
    """
    visible = [shot for shot in storyboard.shots if can_be_seen(shot)]
    places = {shot.number: places_of_shot(shot) for shot in visible}
    if _count(places.values()) > most:
        places = {shot.number: places_of_shot(shot, looks=1) for shot in visible}
    if _count(places.values()) <= most:
        return Sampling(places)
    return _thin_out(visible, places, most)


def can_be_seen(shot: Shot) -> bool:
    """Whether a shot has a picture file that can be opened here."""
    return shot.kind == "picture" and shot.media is not None and shot.media.online and shot.media.path is not None


def places_of_shot(shot: Shot, *, looks: int | None = None) -> tuple[Place, ...]:
    """The glimpses of one shot in the order they are seen (backwards for reversed shots)."""
    if shot.media is None or shot.media.path is None:
        return ()
    media = shot.media
    if media.still:
        return ((shot.media.path, Glimpse(Fraction(0), Fraction(0), pair=False)),)
    if shot.speed == 0 or media.duration <= 0:
        return ((shot.media.path, Glimpse(media.start, Fraction(0), pair=False)),)
    count = looks or _looks_by_length(shot.duration)
    length = media.duration / count
    glimpses = [Glimpse(media.start + index * length, length) for index in range(count)]
    if shot.speed < 0:
        glimpses.reverse()
    return tuple((shot.media.path, glimpse) for glimpse in glimpses)


def _looks_by_length(duration: Fraction) -> int:
    return 1 + (duration >= SECONDS_OF_SECOND_LOOK) + (duration >= SECONDS_OF_THIRD_LOOK)


def _count(all_places: Iterable[tuple[Place, ...]]) -> int:
    return len({place for places in all_places for place in places})


def _thin_out(visible: list[Shot], places: dict[int, tuple[Place, ...]], most: int) -> Sampling:
    """Keep ``most`` places spread evenly over the edit; the other shots share."""
    distinct = list(dict.fromkeys(place for found in places.values() for place in found))
    kept = {distinct[index * len(distinct) // most] for index in range(most)}
    looked_at = {number: found for number, found in places.items() if set(found) <= kept}
    by_file: dict[Path, list[tuple[Fraction, int]]] = {}
    for number, found in looked_at.items():
        path, glimpse = found[0]
        by_file.setdefault(path, []).append((glimpse.start, number))
    for starts in by_file.values():
        starts.sort()
    shared: dict[int, int] = {}
    for shot in visible:
        path, glimpse = places[shot.number][0]
        if shot.number not in looked_at and path in by_file:
            shared[shot.number] = _nearest(by_file[path], glimpse.start)
    return Sampling(looked_at, shared)


def _nearest(starts: list[tuple[Fraction, int]], time: Fraction) -> int:
    """The shot whose start in the media is nearest to a time; ``starts`` is sorted and not empty."""
    place = bisect_left(starts, (time, 0))
    around = starts[max(0, place - 1) : place + 1]
    return min(around, key=lambda each: (abs(each[0] - time), each[1]))[1]
