"""What the edit asks of the music: every cut, every point marker, and the end, as constraints on the beats.

What an editor can write on a marker (whole words, upper or lower case alike, in its name or its note):

    nothing, or free words   a hit: a beat falls here, and the music accents it
    ``hit``                  the same, said aloud
    ``beat``                 a beat falls here, nothing more
    ``downbeat``             a bar begins here
    ``drop``                 a bar begins here, and everything comes in
    ``stop``                 the music stops just before, and comes back in here
    ``ignore``               means nothing to the music; on a cut (within a frame) it frees the cut as well
    ``lock``                 is about the picture lock, means nothing to the music

Where several of these stand on one marker, the later in this list counts. A marker is a *point* if it lasts a frame
or less (DaVinci Resolve writes point markers one frame long); a longer one is a note for its span and is read
elsewhere. Points are hard: they get a beat (where two leave each other no room, one gets an off-beat eighth, and the
plan says so). Cuts are soft, and the end of the timeline is hard. Two instants within half a frame are one (two
markers: within one frame), and the marker speaks for it; a marker within a frame of the start or the end belongs to
the start or the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from vem_plugin.rhythm.beat_plan import GRID_RANK, BeatConstraint, ConstraintKind, Grid
from vem_plugin.rhythm.deserving import Deserved
from vem_timeline.storyboard import Marker, Shot, Storyboard, Transition, TransitionKind

KIND_WEIGHT: dict[TransitionKind, float] = {
    "cut": 1.0,
    "wipe": 0.85,
    "dissolve": 0.7,
    "fade_in": 0.65,
    "fade_out": 0.65,
}
"""Weight of a change of picture: the sharper it is seen, the sharper a beat beside it is missed."""

_KIND_WORDS: dict[TransitionKind, str] = {
    "cut": "straight cut",
    "wipe": "wipe",
    "dissolve": "dissolve",
    "fade_in": "fade in",
    "fade_out": "fade out",
}

BLACK_FACTOR = 1.2
"""More weight for a change to or from black: the eye has nothing else."""

MARKER_WEIGHT = {"hit": 3.0, "beat": 2.0, "downbeat": 3.0, "drop": 4.0, "stop": 3.0}

_MARKER_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (word, re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE))
    for word, pattern in (
        ("lock", "lock(?:ed)?"),
        ("ignore", "ignore"),
        ("stop", "stop"),
        ("drop", "drop"),
        ("downbeat", "down[- ]?beat"),
        ("beat", "beat"),
        ("hit", "hit"),
    )
)
"""Tried in this order, so the last of the module's list counts."""


def constraints_of(storyboard: Storyboard, *, deserved: Sequence[Deserved] | None = None) -> tuple[BeatConstraint, ...]:
    """Turn an edit into constraints on the beats.

    Parameters
    ----------
    storyboard : Storyboard
        The edit.
    deserved : sequence of Deserved, optional
        How much each transition of the storyboard deserves a hit (``rhythm.deserving``): so much the more it wants a
        beat or a downbeat. Without it cuts differ by their kind alone.

    Returns
    -------
    tuple of BeatConstraint
        In order of time; the last is the end of the timeline. No two are within half a frame of each other.
    """
    frame = storyboard.clock.frame_duration
    points = [marker for marker in storyboard.markers if marker.duration <= frame]
    freed = [marker.time for marker in points if meaning_of(marker) == "ignore"]
    shots = {shot.number: shot for shot in storyboard.shots}
    judged = deserved if deserved is not None else [None] * len(storyboard.transitions)
    cuts = [
        _cut_constraint(transition, shots, opinion)
        for transition, opinion in zip(storyboard.transitions, judged, strict=True)
        if frame / 2 < transition.time < storyboard.duration - frame / 2
        and not any(abs(time - transition.time) <= frame for time in freed)
    ]
    marks = [
        _mark_constraint(marker, storyboard)
        for marker in points
        if meaning_of(marker) not in ("ignore", "lock") and 0 <= marker.time <= storyboard.duration
    ]
    end = BeatConstraint(
        storyboard.duration,
        "end",
        2.0,
        True,
        "beat",
        "the end of the timeline",
        "the music ends with the picture",
    )
    return _merged([*cuts, *marks, end], frame)


def meaning_of(marker: Marker) -> str:
    """Say what a point marker means to the rhythm: ``hit``, ``beat``, ``downbeat``, ``drop``, ``stop``,
    ``ignore`` or ``lock``."""
    return next((word for word, pattern in _MARKER_WORDS if pattern.search(marker.text)), "hit")


def _cut_constraint(transition: Transition, shots: Mapping[int, Shot], deserved: Deserved | None) -> BeatConstraint:
    """Weigh one visible change of picture by how sharply it is seen, and say what it deserves."""
    after, before = shots.get(transition.into), shots.get(transition.into - 1)
    weight = KIND_WEIGHT[transition.kind]
    why = [_KIND_WORDS[transition.kind]]
    if any(shot is not None and shot.kind == "gap" for shot in (before, after)):
        weight *= BLACK_FACTOR
        why.append("to or from black")
    if deserved is not None:
        reasons = f" ({deserved.why})" if deserved.why else ""
        why.append(f"deserves a hit {deserved.share:.2f}{reasons}")
    name = f" ({after.name})" if after is not None and after.name else ""
    what = "cut" if transition.kind == "cut" else _KIND_WORDS[transition.kind]
    return BeatConstraint(
        time=transition.time,
        kind="cut" if transition.kind == "cut" else "dissolve",
        weight=weight,
        hard=False,
        wants="off-beat",
        label=f"{what} into shot {transition.into}{name}",
        why=", ".join(why),
        shot=transition.into,
        deserves=None if deserved is None else deserved.share,
    )


def _mark_constraint(marker: Marker, storyboard: Storyboard) -> BeatConstraint:
    """Turn a point marker into a hard constraint; one within a frame of either end is moved onto it."""
    frame = storyboard.clock.frame_duration
    meaning = meaning_of(marker)
    kind: ConstraintKind = "hit"
    wants: Grid = "beat"
    if meaning in ("beat", "stop"):
        kind = "beat" if meaning == "beat" else "stop"
    elif meaning in ("downbeat", "drop"):
        kind, wants = ("downbeat" if meaning == "downbeat" else "drop"), "downbeat"
    time = marker.time
    if time <= frame:
        time = Fraction(0)
    elif storyboard.duration - time <= frame:
        time = storyboard.duration
    name = f'marker "{marker.text}"' if marker.text else "marker"
    label = f"{name} at {storyboard.clock.timecode_of(marker.time)}"
    return BeatConstraint(time, kind, MARKER_WEIGHT[meaning], True, wants, label, f"marked as a {meaning}")


def _merged(constraints: list[BeatConstraint], frame: Fraction) -> tuple[BeatConstraint, ...]:
    """Make one of constraints within half a frame (two markers: within one): the heavier hard one speaks, and keeps
    the cut's shot."""
    merged: list[BeatConstraint] = []
    for item in sorted(constraints, key=lambda constraint: constraint.time):
        reach = frame if merged and merged[-1].hard and item.hard else frame / 2
        if not merged or item.time - merged[-1].time > reach:
            merged.append(item)
            continue
        other = merged[-1]
        ends = "end" in (item.kind, other.kind)
        winner, loser = sorted((other, item), key=_authority, reverse=True)
        wants = max((winner.wants, loser.wants) if loser.hard else (winner.wants,), key=GRID_RANK.__getitem__)
        merged[-1] = replace(
            winner,
            time=max(item.time, other.time) if ends else winner.time,
            kind="end" if ends else winner.kind,
            wants=wants,
            weight=max(winner.weight, loser.weight),
            why=f"{winner.why}; {loser.why}",
            shot=winner.shot if winner.shot is not None else loser.shot,
            deserves=winner.deserves if winner.deserves is not None else loser.deserves,
        )
    return tuple(merged)


def _authority(constraint: BeatConstraint) -> tuple[bool, bool, float]:
    """Order of speaking: the end, then hard before soft, then the heavier."""
    return constraint.kind == "end", constraint.hard, constraint.weight
