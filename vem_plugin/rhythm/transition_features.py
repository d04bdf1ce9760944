"""What the aligner is told of every transition: one place for training and for planning.

The aligner (VeM, arXiv 2511.09585, TB-As stage 1: BCE on "a cut that is also a beat") judges how much a transition
deserves a hit. The paper lets it find cuts and judge them from frames alone; here the edit tells the cuts, and each
brings three arrays:

    numbers (T, N)           by ``NUMBERS``: kind, lengths of the shots, pace, place in the edit, change of picture
    curves  (T, 2 REACH, 3)  light, motion, and whether the frame is known (``parsing.surroundings``)
    known   (T, G)           by ``GROUPS``: 1 where a group of them is known

The first four groups come from the edit alone; where its media is missing, or nobody looked, ``picture`` and
``around`` are unknown and their numbers 0. Point markers are not among them: a marker on a cut is a constraint of
its own, and outranks whatever is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.parsed_video import Cinematics
from vem_plugin.parsing.surroundings import Surroundings, nothing_seen
from vem_timeline.storyboard import Storyboard, TransitionKind

if TYPE_CHECKING:
    from vem_plugin.dataset.pair import Pair
    from vem_plugin.parsing.parsed_video import ParsedVideo

LOOKS = ("light", "warmth", "saturation", "contrast", "motion")
NUMBERS_OF_GROUP: dict[str, tuple[str, ...]] = {
    "kind": ("soft", "length", "black before", "black after"),
    "lengths": ("shot before", "shot after", "shot before to typical", "shot after to typical"),
    "pace": ("cuts before", "cuts after", "cuts before to average", "cuts after to average"),
    "place": ("from the start", "to the end", "share"),
    "picture": (
        *("compared", "difference", "difference to typical", "looked"),
        *(f"change of {look}" for look in LOOKS),
        *("brighter", "livelier", "motion"),
    ),
    "around": (),
}
"""Numbers by group. Lengths and distances are log(1 + seconds), ratios natural logarithms, the rest 0 to 1
(``soft``: anything but a straight cut)."""
GROUPS = tuple(NUMBERS_OF_GROUP)
NUMBERS = tuple(name for names in NUMBERS_OF_GROUP.values() for name in names)
GROUP_OF_NUMBER = tuple(GROUPS.index(group) for group, names in NUMBERS_OF_GROUP.items() for _ in names)

PACE_SECONDS = 4.0
"""How far before and after a transition cuts are counted."""
SAME_INSTANT = 1e-6
"""Seconds between two instants that are one: far above what float64 loses, far below a frame."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EditOutline:
    """An edit of S shots and T transitions as plain arrays.

    ``seconds`` its length; ``start``, ``end`` (S,) seconds; ``looks`` (S, 5) by ``LOOKS``; ``looked`` (S,) bool, where
    they are known; ``black`` (S,) bool; ``time``, ``length`` (T,) seconds, ascending; ``kind`` T words.
    """

    seconds: float
    start: Floats
    end: Floats
    looks: NDArray[np.float32]
    looked: NDArray[np.bool_]
    black: NDArray[np.bool_]
    time: Floats
    length: Floats
    kind: tuple[TransitionKind, ...]


@dataclass(frozen=True)
class TransitionFeatures:
    """The three arrays of the module's docstring, float32."""

    numbers: NDArray[np.float32]
    curves: NDArray[np.float32]
    known: NDArray[np.float32]


def features_of_edit(storyboard: Storyboard, parsed: ParsedVideo | None = None) -> TransitionFeatures:
    """Features of an edit's transitions, in the storyboard's order; without ``parsed`` from its times alone."""
    seen = None if parsed is None else parsed.surroundings
    return features_of(_outline_of_edit(storyboard, parsed), seen)


def features_of_pair(pair: Pair) -> TransitionFeatures:
    """Features of the transitions of a pair of a set."""
    looked = pair.shots.told[:, 2] > 0
    outline = EditOutline(
        seconds=pair.seconds,
        start=np.asarray(pair.shots.start, np.float64),
        end=np.asarray(pair.shots.end, np.float64),
        looks=np.asarray(pair.shots.cinematics, np.float32),
        looked=looked,
        black=looked & (np.abs(pair.shots.cinematics).max(axis=1, initial=0.0) == 0),
        time=pair.transitions.time,
        length=pair.transitions.duration,
        kind=pair.transitions.kind,
    )
    return features_of(outline, pair.surroundings)


def features_of(outline: EditOutline, seen: Surroundings | None = None) -> TransitionFeatures:
    """Features of T transitions.

    Parameters
    ----------
    outline : EditOutline
    seen : Surroundings, optional
        Of the same transitions; None where nothing was looked at.
    """
    seen = seen or nothing_seen(len(outline.time))
    columns = {**_kinds(outline), **_lengths(outline), **_pace(outline), **_place(outline), **_picture(outline, seen)}
    numbers = np.stack([np.asarray(columns[name], np.float64) for name in NUMBERS], axis=1)
    known = np.ones((len(outline.time), len(GROUPS)))
    known[:, GROUPS.index("picture")] = np.maximum(columns["compared"], columns["looked"])
    known[:, GROUPS.index("around")] = seen.seen.max(axis=1, initial=0.0)
    curves = np.concatenate([seen.curves, seen.seen[..., None]], axis=2)
    return TransitionFeatures(numbers.astype(np.float32), curves.astype(np.float32), known.astype(np.float32))


def _outline_of_edit(storyboard: Storyboard, parsed: ParsedVideo | None) -> EditOutline:
    shots = storyboard.shots
    black = np.array([shot.kind == "gap" for shot in shots], bool)
    looks = np.zeros((len(shots), len(LOOKS)), np.float32)
    looked = black.copy()
    if parsed is not None:
        for index, shot in enumerate(parsed.shots):
            if shot.cinematics != Cinematics():  # the default stands for a shot that nobody could look at
                looks[index], looked[index] = shot.cinematics.as_array(), True
    return EditOutline(
        seconds=float(storyboard.duration),
        start=_floats([shot.start for shot in shots]),
        end=_floats([shot.end for shot in shots]),
        looks=looks,
        looked=looked,
        black=black,
        time=_floats([change.time for change in storyboard.transitions]),
        length=_floats([change.duration for change in storyboard.transitions]),
        kind=tuple(change.kind for change in storyboard.transitions),
    )


def _floats(times: list[Fraction]) -> Floats:
    return np.array([float(time) for time in times], np.float64)


def _sides(outline: EditOutline) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Index of the shot before and of the shot after each transition; a fade from or to black has one shot only."""
    last = max(0, len(outline.start) - 1)
    sides = [
        np.clip(np.searchsorted(outline.start, outline.time + shift, side="right") - 1, 0, last)
        for shift in (-SAME_INSTANT, SAME_INSTANT)
    ]
    return sides[0], sides[1]


def _kinds(outline: EditOutline) -> dict[str, Floats]:
    before, after = _sides(outline)
    kind = np.array(outline.kind, dtype=object)
    return {
        "soft": (kind != "cut").astype(np.float64),
        "length": np.log1p(outline.length),
        "black before": (outline.black[before] | (kind == "fade_in")).astype(np.float64),
        "black after": (outline.black[after] | (kind == "fade_out")).astype(np.float64),
    }


def _lengths(outline: EditOutline) -> dict[str, Floats]:
    before, after = _sides(outline)
    shots = np.maximum(outline.end - outline.start, 0.01)
    typical = float(np.median(shots)) if len(shots) else 1.0
    return {
        "shot before": np.log1p(shots[before]),
        "shot after": np.log1p(shots[after]),
        "shot before to typical": np.log(shots[before] / typical),
        "shot after to typical": np.log(shots[after] / typical),
    }


def _pace(outline: EditOutline) -> dict[str, Floats]:
    time, seconds = outline.time, max(outline.seconds, 0.01)
    own = np.arange(len(time))
    before = own - np.searchsorted(time, time - PACE_SECONDS)
    after = np.searchsorted(time, time + PACE_SECONDS, side="right") - 1 - own
    average = len(time) / seconds
    reach_before, reach_after = np.minimum(PACE_SECONDS, time), np.minimum(PACE_SECONDS, seconds - time)
    return {
        "cuts before": np.log1p(before),
        "cuts after": np.log1p(after),
        "cuts before to average": np.log((before + 0.5) / (average * np.maximum(reach_before, 0.0) + 0.5)),
        "cuts after to average": np.log((after + 0.5) / (average * np.maximum(reach_after, 0.0) + 0.5)),
    }


def _place(outline: EditOutline) -> dict[str, Floats]:
    time, seconds = outline.time, max(outline.seconds, 0.01)
    return {
        "from the start": np.log1p(np.maximum(time, 0)),
        "to the end": np.log1p(np.maximum(seconds - time, 0)),
        "share": np.clip(time / seconds, 0, 1),
    }


def _picture(outline: EditOutline, seen: Surroundings) -> dict[str, Floats]:
    before, after = _sides(outline)
    compared = seen.compared.astype(np.float64)
    known = seen.difference[seen.compared > 0]
    typical = float(np.median(known)) if len(known) else 0.0
    looked = (outline.looked[before] & outline.looked[after] & (before != after)).astype(np.float64)
    change = (outline.looks[after] - outline.looks[before]).astype(np.float64) * looked[:, None]
    motion = (outline.looks[after, 4] + outline.looks[before, 4]).astype(np.float64) / 2
    return {
        "compared": compared,
        "difference": seen.difference * compared,
        "difference to typical": (seen.difference - typical) * compared,
        "looked": looked,
        **{f"change of {look}": np.abs(change[:, index]) for index, look in enumerate(LOOKS)},
        "brighter": change[:, 0],
        "livelier": change[:, 4],
        "motion": motion * looked,
    }
