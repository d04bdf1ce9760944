"""Locked shots: no command changes their music.

A shot is locked by ``vem lock``, which the take remembers, or by a marker in it that says ``lock``. A marker with a
length locks every shot that it touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vem_plugin.errors import SettingsError
from vem_plugin.rhythm.constraints import meaning_of
from vem_plugin.takes.span import shots_between
from vem_timeline.storyboard import Storyboard


def locked_shots(locked: Iterable[int], storyboard: Storyboard) -> dict[int, str]:
    """Numbers of the locked shots, and what locks each.

    Parameters
    ----------
    locked : iterable of int
        Those that a take remembers.
    storyboard : Storyboard
        The timeline as it is now, for its markers.
    """
    found = dict.fromkeys(sorted(locked), "`vem lock`")
    for marker in storyboard.markers:
        if meaning_of(marker) != "lock":
            continue
        end = marker.time + max(marker.duration, storyboard.clock.frame_duration)
        for shot in shots_between(storyboard, marker.time, end):
            found.setdefault(shot.number, f"the marker at {storyboard.clock.timecode_of(marker.time)}")
    return found


def refuse_locked(shots: Iterable[int], locks: Mapping[int, str]) -> None:
    """Refuse to change shots of which one is locked.

    Raises
    ------
    SettingsError
        It says which one, and what locks it.
    """
    for number in shots:
        if number in locks:
            by_marker = "marker" in locks[number]
            raise SettingsError(
                f"Shot {number} is locked.",
                where=f"locked by {locks[number]}",
                remedy="Take the marker away." if by_marker else f"Unlock it with `vem unlock --shot {number}`.",
            )
