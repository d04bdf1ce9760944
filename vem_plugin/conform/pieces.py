"""Earlier shots cut where the new edit cuts them.

An editor who splits a shot, and perhaps lays another between its halves, makes two shots of one. Each half goes on from
a part of the earlier shot and keeps that part's music: so the earlier shot is cut in two as well, on paper. A part has
the number of the shot that it is of.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from vem_timeline.media import name_in_url
from vem_timeline.storyboard import Shot

MOSTLY = Fraction(1, 2)
"""How much of what the second half shows has to come from the earlier shot."""
TWICE = Fraction(1, 10)
"""How much of the shorter half may be shown by both."""


def source_start(shot: Shot) -> Fraction:
    """First instant of the media that a shot shows, s; 0 without media."""
    return shot.media.start if shot.media is not None else Fraction(0)


def source_length(shot: Shot) -> Fraction:
    """How much of the media a shot shows, s; its own length without media."""
    return shot.media.duration if shot.media is not None else shot.duration


def media_name(shot: Shot) -> str:
    """What tells media apart wherever they lie; the shot's own name where the edit names no file."""
    if shot.kind == "gap":
        return "\0black"
    return name_in_url(shot.media.url) if shot.media is not None else f"\0{shot.name}"


def cut_between(earlier: Shot, taken: Shot, left: Shot) -> tuple[Shot, Shot] | None:
    """Cut an earlier shot between two later ones that show parts of it.

    Parameters
    ----------
    earlier : Shot
        A shot of the earlier edit, or a part of one.
    taken : Shot
        The shot of the new edit that goes on from it.
    left : Shot
        A shot of the new edit that seems to be new.

    Returns
    -------
    tuple of Shot, optional
        The parts that ``taken`` and ``left`` go on from; None if ``left`` is no part of the earlier shot, or the parts
        cannot be told apart (stills, freeze frames, reversed and retimed shots).
    """
    if not _runs_forward(earlier) or any(
        media_name(shot) != media_name(earlier) or shot.speed != earlier.speed for shot in (taken, left)
    ):
        return None
    if _shared(left, earlier) < MOSTLY * source_length(left):
        return None
    if _shared(left, taken) > TWICE * min(source_length(left), source_length(taken)):
        return None
    later = source_start(left) > source_start(taken)
    place = source_start(left) if later else source_start(left) + source_length(left)
    if not source_start(earlier) < place < source_start(earlier) + source_length(earlier):
        return None
    head, tail = _cut_at(earlier, place)
    return (head, tail) if later else (tail, head)


def _runs_forward(shot: Shot) -> bool:
    return shot.kind == "picture" and shot.media is not None and not shot.media.still and shot.speed > 0


def _shared(one: Shot, other: Shot) -> Fraction:
    """How much of the media two shots both show, s."""
    first = max(source_start(one), source_start(other))
    last = min(source_start(one) + source_length(one), source_start(other) + source_length(other))
    return max(Fraction(0), last - first)


def _cut_at(shot: Shot, place: Fraction) -> tuple[Shot, Shot]:
    """Both parts of a shot that is cut at an instant of its media."""
    assert shot.media is not None
    shown = place - shot.media.start
    lasting = shot.duration * shown / shot.media.duration
    head = replace(shot, duration=lasting, media=replace(shot.media, duration=shown))
    rest = replace(shot.media, start=place, duration=shot.media.duration - shown)
    return head, replace(shot, start=shot.start + lasting, duration=shot.duration - lasting, media=rest)
