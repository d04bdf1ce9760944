"""The sync report of a take: what was wanted, what is heard there, and what is not, one by one.

Three groups are told apart, since they promise different things: *hits* (the editor's markers), *planned
cuts* (the beat plan laid a grid place on them) and *missed cuts* (the plan gave up on them and said why).
The end of the timeline and ``stop`` markers ask for silence, not for an onset, and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vem_plugin.errors import SettingsError
from vem_plugin.measure.onsets import FLUX_RATE, SMALLEST_RISE, OnsetTrack, hear_onsets
from vem_plugin.measure.sync import HitRate, accents, hit_rate, offsets_to_nearest, spread_of, tbiou
from vem_plugin.rhythm.beat_plan import BeatConstraint, BeatPlan, Grid

InstantKind = Literal["hit", "planned cut", "missed cut"]
KINDS: tuple[InstantKind, ...] = ("hit", "planned cut", "missed cut")


@dataclass(frozen=True, slots=True)
class WantedInstant:
    """An instant of the picture that wants an onset; ``time`` in exact seconds from the first frame.

    ``on`` is the place of the grid the plan laid there, None if it missed; ``reason`` is then why.
    """

    time: Fraction
    kind: InstantKind
    label: str
    on: Grid | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GroupSync:
    """How one kind of instants fared.

    ``rates`` come in the order of `tolerances_of`; ``median``, ``p95`` and ``worst`` are absolute offsets
    in seconds, None if nothing was heard; ``accent`` is the median ratio of `sync.accents` and ``accented``
    how many exceed 1; ``downbeats`` and ``beats`` count where the plan put them (a downbeat is a beat too).
    """

    kind: InstantKind
    count: int
    rates: tuple[HitRate, ...]
    median: float | None
    p95: float | None
    worst: float | None
    accent: float
    accented: int
    downbeats: int
    beats: int

    @property
    def within_one_frame(self) -> HitRate:
        """The rate that `SyncReport.misses` goes by."""
        return self.rates[1]


@dataclass(frozen=True, slots=True)
class UnheardInstant:
    """An instant without an onset within one frame: the nearest one's offset (s; None if none), and why."""

    time: Fraction
    kind: InstantKind
    label: str
    offset: float | None
    accent: float
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Everything measured about one take; times in seconds. ``groups`` holds only the kinds that occur."""

    duration: Fraction
    frame: Fraction
    onsets: int
    groups: tuple[GroupSync, ...]
    tbiou: float
    misses: tuple[UnheardInstant, ...]

    def group(self, kind: InstantKind) -> GroupSync | None:
        """The group of a kind, or None if the edit has no such instant."""
        return next((group for group in self.groups if group.kind == kind), None)

    def as_json(self) -> dict[str, Any]:
        """JSON-ready: seconds to the microsecond, shares and ratios to four places."""
        groups = []
        for group in self.groups:
            rates = [asdict(r) | {"rate": r.rate, "above_chance": r.above_chance} for r in group.rates]
            groups.append(asdict(group) | {"rates": rates})
        return {
            "duration": round(float(self.duration), 6),
            "frame": round(float(self.frame), 6),
            "onsets": self.onsets,
            "groups": _rounded(groups),
            "tbiou": round(self.tbiou, 4),
            "misses": _rounded([asdict(miss) for miss in self.misses]),
        }


def measure_take(audio: Path, plan: BeatPlan, *, frame: Fraction) -> SyncReport:
    """Listen to a rendered take and compare it with its plan.

    Parameters
    ----------
    audio : Path
        The mix.
    plan : BeatPlan
        The plan it was made from.
    frame : Fraction
        Length of a frame of the timeline, seconds.

    Returns
    -------
    SyncReport
        Defined for silence too: nothing matches, and chance is 0.

    Raises
    ------
    MediaError
        If the sound cannot be read.
    SettingsError
        If the frame is not longer than 0.
    """
    return measure_sync(
        hear_onsets(audio), wanted_instants(plan), beats=plan.beat_times, duration=plan.duration, frame=frame
    )


def wanted_instants(plan: BeatPlan) -> tuple[WantedInstant, ...]:
    """Every instant of a plan that wants an onset, by time."""
    instants: list[WantedInstant] = []
    for landing in plan.landings:
        place = landing.constraint
        if _wants_onset(place):
            instants.append(WantedInstant(place.time, _kind_of(place, landed=True), place.label, landing.on))
    for miss in plan.misses:
        place = miss.constraint
        if _wants_onset(place):
            kind = _kind_of(place, landed=False)
            instants.append(WantedInstant(place.time, kind, place.label, None, miss.reason))
    return tuple(sorted(instants, key=lambda instant: instant.time))


def measure_sync(
    heard: OnsetTrack,
    instants: Sequence[WantedInstant],
    *,
    beats: Sequence[Fraction],
    duration: Fraction,
    frame: Fraction,
) -> SyncReport:
    """Compare what was heard with what was wanted.

    Parameters
    ----------
    heard : OnsetTrack
        What `hear_onsets` found.
    instants : sequence of WantedInstant
        In any order; none beyond the duration.
    beats : sequence of Fraction
        Beat times for TBIoU, seconds, ascending.
    duration : Fraction
        Length of the timeline, seconds. Onsets after it do not count.
    frame : Fraction
        Length of a frame, seconds.

    Raises
    ------
    SettingsError
        If the duration or frame is not greater than 0, or an instant lies outside the timeline.
    """
    if frame <= 0 or duration <= 0:
        raise SettingsError(
            f"A timeline of {duration} s with frames of {frame} s cannot be measured.",
            remedy="Give a duration and a frame greater than 0.",
        )
    outside = [instant for instant in instants if not 0 <= instant.time <= duration]
    if outside:
        raise SettingsError(
            f"'{outside[0].label}' at {float(outside[0].time):.3f} s lies outside the timeline.",
            remedy=f"Give instants from 0 to {float(duration):.3f} s.",
        )
    onsets = heard.times[heard.times <= float(duration)]
    heard_in_time = OnsetTrack(onsets, heard.strengths[: onsets.size], heard.flux, heard.duration)
    ordered = sorted(instants, key=lambda instant: instant.time)
    groups = tuple(
        _group_sync(kind, members, heard_in_time, duration, frame)
        for kind in KINDS
        if (members := [instant for instant in ordered if instant.kind == kind])
    )
    cuts = [float(instant.time) for instant in ordered if instant.kind != "hit"]
    return SyncReport(
        duration=duration,
        frame=frame,
        onsets=int(onsets.size),
        groups=groups,
        tbiou=tbiou(cuts, [float(beat) for beat in beats]),
        misses=_unheard(ordered, heard_in_time, frame),
    )


def tolerances_of(frame: Fraction) -> tuple[tuple[str, float], ...]:
    """Names and sizes (seconds on either side) of the tolerances that are reported, for a frame's length."""
    return (
        ("half a frame", float(frame / 2)),
        ("one frame", float(frame)),
        ("40 ms", 0.04),
        ("70 ms", 0.07),
    )


def _wants_onset(constraint: BeatConstraint) -> bool:
    return constraint.kind not in ("end", "stop")


def _kind_of(constraint: BeatConstraint, *, landed: bool) -> InstantKind:
    if constraint.kind not in ("cut", "dissolve"):
        return "hit"
    return "planned cut" if landed else "missed cut"


def _accents_at(instants: Sequence[WantedInstant], heard: OnsetTrack, frame: Fraction) -> list[float]:
    times = [float(instant.time) for instant in instants]
    ratios = accents(times, heard.flux, flux_rate=FLUX_RATE, reach=float(frame), floor=SMALLEST_RISE)
    return [float(ratio) for ratio in ratios]


def _group_sync(
    kind: InstantKind,
    members: Sequence[WantedInstant],
    heard: OnsetTrack,
    duration: Fraction,
    frame: Fraction,
) -> GroupSync:
    times = [float(instant.time) for instant in members]
    spread = spread_of(offsets_to_nearest(times, heard.times)) or (None, None, None)
    ratios = _accents_at(members, heard, frame)
    return GroupSync(
        kind=kind,
        count=len(members),
        rates=tuple(
            hit_rate(name, times, heard.times, tolerance=tolerance, duration=float(duration))
            for name, tolerance in tolerances_of(frame)
        ),
        median=spread[0],
        p95=spread[1],
        worst=spread[2],
        accent=float(np.median(ratios)),
        accented=sum(ratio > 1 for ratio in ratios),
        downbeats=sum(instant.on == "downbeat" for instant in members),
        beats=sum(instant.on in ("downbeat", "beat") for instant in members),
    )


def _unheard(instants: Sequence[WantedInstant], heard: OnsetTrack, frame: Fraction) -> tuple[UnheardInstant, ...]:
    offsets = offsets_to_nearest([float(instant.time) for instant in instants], heard.times)
    ratios = _accents_at(instants, heard, frame)
    return tuple(
        UnheardInstant(
            time=instant.time,
            kind=instant.kind,
            label=instant.label,
            offset=float(offset) if np.isfinite(offset) else None,
            accent=ratio,
            reason=instant.reason or "planned, but no onset is heard here",
        )
        for instant, offset, ratio in zip(instants, offsets, ratios, strict=True)
        if abs(offset) > float(frame)
    )


def _rounded(value: Any) -> Any:
    """Fractions as seconds, floats shortened, all the way down."""
    if isinstance(value, dict):
        places = {"accent": 4, "chance": 4, "rate": 4, "above_chance": 4}
        return {key: round(item, places[key]) if key in places else _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return round(float(value), 6) if isinstance(value, Fraction | float) else value
