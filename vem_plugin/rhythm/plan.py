"""Beats for an edit: constraints in, a beat plan out, exact at its anchors.

Order of concession. The limits (tempo within 10 % of the base, and within 10 % of its neighbours) are never
broken and a hard constraint is never passed over. Where hard constraints cannot all have what they want,
first a downbeat becomes a beat, then a beat becomes an off-beat eighth; each is told in ``BeatPlan.remarks``.
Where even that does not fit, :class:`PlanError` names the two that clash. Soft constraints that are not worth
their bend become misses, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from vem_plugin.errors import PlanError, SettingsError
from vem_plugin.rhythm.bars import bars_of, prices_by_phase
from vem_plugin.rhythm.beat_plan import GRID_RANK, BeatConstraint, BeatPlan, Grid, TempoSegment
from vem_plugin.rhythm.former import SAME_PLACE, FormerBeats
from vem_plugin.rhythm.landings import landings_and_misses
from vem_plugin.rhythm.spans import Anchors, Floats, spans_between
from vem_plugin.rhythm.straighten import straightened
from vem_plugin.rhythm.tempo_map import TEMPO_LIMIT, Outcome, Path, search_tempo_maps

WORTH: dict[Grid, float] = {"downbeat": 1.3, "beat": 1.0, "off-beat": 0.82}
"""What landing on a place of the grid is worth to a constraint of weight 1."""

EMPHASIS = 2.5
"""How many times more than usual a cut that surely deserves a hit wants a beat rather than an off-beat, and a downbeat
rather than a beat; one that deserves none does not care. The usual is what the average cut then wants."""

DOWNBEAT_DENIED = 60.0
BEAT_DENIED = 200.0
"""Price of denying a hard constraint what it wants: more than any number of soft cuts nearby could repay."""

PREFERENCE = 0.6
STATED_PREFERENCE = 6.0
"""Price of a squared log distance from the preferred tempo, for each unit of weight in the edit: the first
where the preference is only the middle of the range or an earlier plan's tempo, the second where it was asked for."""

COARSE_STEP = 1.012
COARSE_BINS = 8
FINE_BINS = 16
FINALISTS = 6

_EXACT_LIMIT = Fraction(TEMPO_LIMIT).limit_denominator(1000)


@dataclass(frozen=True, slots=True)
class _Task:
    """The edit in exact time: ``times`` from 0 to the end, and the constraints that sit on each of them."""

    times: tuple[Fraction, ...]
    sitting: tuple[tuple[BeatConstraint, ...], ...]
    frame: Fraction
    slowest: Fraction
    fastest: Fraction
    prefer: Fraction
    insists: bool
    meter: int
    former: FormerBeats | None

    @property
    def slow_eighth(self) -> Fraction:
        """Seconds an eighth note lasts at the slowest tempo."""
        return 30 / self.slowest

    @property
    def ratio(self) -> float:
        """Fastest to slowest tempo."""
        return float(self.fastest / self.slowest)


def plan_beats(
    constraints: Sequence[BeatConstraint],
    duration: Fraction,
    *,
    frame: Fraction,
    tempo: tuple[float, float] = (80.0, 140.0),
    prefer: float | None = None,
    meter: int = 4,
    former: FormerBeats | None = None,
) -> BeatPlan:
    """Find tempo, beats and bars so that beats fall on the cuts.

    Parameters
    ----------
    constraints : sequence of BeatConstraint
        Instants in seconds from the first frame, 0 to ``duration``, in any order.
    duration : Fraction
        Length of the timeline, s; greater than 0. The last beat falls on it, asked for or not.
    frame : Fraction
        Length of a frame, s. A soft constraint within half a frame of the grid has landed.
    tempo : tuple of float
        Slowest and fastest *base* tempo, beats a minute; single spans may lie 10 % outside.
    prefer : float, optional
        Base tempo to stay near; default the (geometric) middle of ``tempo``, weakly.
    meter : int
        Beats in a bar, 2 to 7; six beats are 6/8, whose beats are eighth notes.
    former : FormerBeats, optional
        The plan of an earlier edit, whose tempo and places of the bar are kept where shots live on; its base tempo is
        preferred unless ``prefer`` says otherwise.

    Returns
    -------
    BeatPlan
        Exact: anchors are tied to their constraints in rational time.

    Raises
    ------
    PlanError
        If the timeline is shorter than a beat, or hard constraints clash.
    SettingsError
        If the tempo range or the metre makes no sense.
    """
    task = _task_of(constraints, duration, frame, tempo, prefer, meter, former)
    path = straightened(_best_path(task), _anchors_of(task, 2))
    segments, base = _segments_of(path, task)
    beats = sum(path.eighths) // 2
    bare = BeatPlan(duration, base, segments, (), (), (), metre=meter)
    places = former.places_of(former.beats_on(bare)) if former else {}
    bars = bars_of(beats, _pulls(path, task), meter=meter, places=places)
    grid = replace(bare, bars=bars)
    every = [constraint for sitting in task.sitting for constraint in sitting]
    landings, misses, remarks = landings_and_misses(grid, every, frame=frame, limit=_EXACT_LIMIT)
    return BeatPlan(duration, base, segments, bars, landings, misses, remarks, meter)


def _task_of(
    constraints: Sequence[BeatConstraint],
    duration: Fraction,
    frame: Fraction,
    tempo: tuple[float, float],
    prefer: float | None,
    meter: int,
    former: FormerBeats | None,
) -> _Task:
    """Check what was asked and bring it into exact order."""
    slowest, fastest = Fraction(tempo[0]), Fraction(tempo[1])
    if not 20 <= slowest <= fastest <= 400:
        raise SettingsError(
            f"A tempo range of {tempo[0]:g}-{tempo[1]:g} makes no sense.",
            remedy="Give the slower tempo first, both between 20 and 400, such as 80-140.",
        )
    if not 2 <= meter <= 7:
        raise SettingsError(f"A bar of {meter} beats is not supported.", remedy="Choose 2 to 7, usually 4.")
    shortest = 60 / (fastest * (1 + _EXACT_LIMIT))
    if duration < shortest:
        raise PlanError(
            f"The timeline lasts {float(duration):.3f} s, less than one beat at {float(fastest):g} bpm.",
            remedy=f"Score at least {float(shortest):.2f} s, or allow a faster tempo with --tempo.",
        )
    outside = [item for item in constraints if not 0 <= item.time <= duration]
    if outside:
        raise ValueError(f"{outside[0].label} at {float(outside[0].time):.3f} s lies outside the timeline")
    ends = {Fraction(0), duration}
    times = tuple(sorted({item.time for item in constraints} | ends))
    sitting: dict[Fraction, list[BeatConstraint]] = {time: [] for time in times}
    for item in constraints:
        sitting[item.time].append(item)
    groups = tuple(tuple(sitting[time]) for time in times)
    near = Fraction(prefer) if prefer else former.plan.base_bpm if former else Fraction(math.sqrt(slowest * fastest))
    return _Task(times, groups, frame, slowest, fastest, near, prefer is not None, meter, former)


def _anchors_of(task: _Task, phases: int) -> Anchors:
    """Bring the edit into slow eighths and price every place each instant could land on."""
    times = np.array([float(time / task.slow_eighth) for time in task.times])
    rewards = np.zeros((len(times), phases))
    hard = np.zeros(len(times), dtype=bool)
    for index, sitting in enumerate(task.sitting):
        for constraint in sitting:
            rewards[index] += _rewards_of(constraint, phases)
        hard[index] = any(constraint.hard for constraint in sitting)
    hard[[0, -1]] = True
    if task.former is not None:
        index_of = {time: index for index, time in enumerate(task.times)}
        for time, place in task.former.places_of_edges():
            if time in index_of and place < 2 * task.meter:
                rewards[index_of[time], place % phases] += SAME_PLACE
    return Anchors(times, hard, rewards, float(task.frame / 2 / task.slow_eighth))


def _rewards_of(constraint: BeatConstraint, phases: int) -> Floats:
    """What each eighth of the bar is worth to a constraint; with two phases the bar is not known yet."""
    places: list[Grid] = ["beat" if phase % 2 == 0 else "off-beat" for phase in range(phases)]
    if phases > 2:
        places[0] = "downbeat"
    rewards = np.array([worth_of(constraint, place) for place in places])
    for phase, place in enumerate(places):
        if GRID_RANK[place] >= min(GRID_RANK[constraint.wants], 1 if phases == 2 else 2):
            continue
        if constraint.hard:
            rewards[phase] -= DOWNBEAT_DENIED if place == "beat" else BEAT_DENIED
        else:
            rewards[phase] = 0.0
    return rewards


def worth_of(constraint: BeatConstraint, place: Grid) -> float:
    """What landing on a place of the grid is worth to a constraint: of its weight, and where the place is a strong one,
    of what it deserves. A hard constraint asks for its place by itself."""
    told = constraint.deserves
    emphasis = 1.0 if told is None or constraint.hard else EMPHASIS * min(1.0, max(0.0, told))
    return constraint.weight * (WORTH["off-beat"] + emphasis * (WORTH[place] - WORTH["off-beat"]))


def _best_path(task: _Task) -> Path:
    """Search coarsely over all base tempi, finely over the best, and once more at their own mean tempi."""
    steps = max(1, math.ceil(math.log(task.ratio) / math.log(COARSE_STEP)))
    bases = np.unique(np.append(np.geomspace(1.0, task.ratio, steps + 1), float(task.prefer / task.slowest)))
    bases = bases[(bases >= 1.0) & (bases <= task.ratio)]
    coarse = _search(task, bases, phases=2, bins=COARSE_BINS)
    if not coarse.paths:
        coarse = _search(task, bases, phases=2, bins=4 * COARSE_BINS)
    if not coarse.paths:
        raise _clash(task, coarse.furthest)
    ranked = sorted(coarse.paths, key=lambda path: _judged(path, task))
    fine = _search(task, np.array([path.base for path in ranked[:FINALISTS]]), phases=2 * task.meter, bins=FINE_BINS)
    paths = sorted(fine.paths, key=lambda path: _judged(path, task))
    length = float(task.times[-1] / task.slow_eighth)
    means = np.unique([sum(path.eighths) / length for path in paths[:3]])
    means = means[(means >= 1.0) & (means <= task.ratio)]
    if len(means):
        paths += _search(task, means, phases=2 * task.meter, bins=FINE_BINS).paths
    return min(paths or ranked, key=lambda path: _judged(path, task))


def _search(task: _Task, bases: Floats, *, phases: int, bins: int) -> Outcome:
    anchors = _anchors_of(task, phases)
    margin = 1 + TEMPO_LIMIT
    ratios = (float(bases.min()) * (1 - TEMPO_LIMIT), float(bases.max()) * margin)
    spans = spans_between(anchors, ratios=ratios)
    prices = prices_by_phase(task.meter) if phases > 2 else np.array([0.0, np.inf])
    return search_tempo_maps(anchors, spans, bases=bases, prices=prices, bins=bins, bar=2 * task.meter)


def _judged(path: Path, task: _Task) -> float:
    """Cost of a path, with the preference for a tempo."""
    weight = sum(constraint.weight for sitting in task.sitting for constraint in sitting) + 1.0
    distance = math.log(path.base * float(task.slowest / task.prefer))
    return path.cost + (STATED_PREFERENCE if task.insists else PREFERENCE) * weight * distance**2


def _segments_of(path: Path, task: _Task) -> tuple[tuple[TempoSegment, ...], Fraction]:
    """Tie a path back to exact time, and name its base tempo: its mean, if that too respects the limits."""
    segments = tuple(
        TempoSegment(task.times[first], task.times[last], eighths)
        for first, last, eighths in zip(path.anchors, path.anchors[1:], path.eighths, strict=False)
    )
    mean = 30 * sum(path.eighths) / task.times[-1]
    fits = all(abs(segment.bpm / mean - 1) <= _EXACT_LIMIT for segment in segments)
    if fits and task.slowest <= mean <= task.fastest:
        return segments, mean
    return segments, task.slowest * Fraction(path.base)


def _pulls(path: Path, task: _Task) -> dict[int, float]:
    """What a bar line is worth on each beat that an anchor is tied to."""
    pulls: dict[int, float] = {}
    position = 0
    for anchor, eighths in zip(path.anchors[1:], path.eighths, strict=True):
        position += eighths
        if position % 2:
            continue
        for constraint in task.sitting[anchor]:
            worth = worth_of(constraint, "downbeat") - worth_of(constraint, "beat")
            if constraint.hard and constraint.wants == "downbeat":
                worth += DOWNBEAT_DENIED
            pulls[position // 2] = pulls.get(position // 2, 0.0) + worth
    return pulls


def _clash(task: _Task, furthest: int) -> PlanError:
    """Name the two hard instants between which no tempo fits."""
    hard = [
        index
        for index, sitting in enumerate(task.sitting)
        if index in (0, len(task.times) - 1) or any(constraint.hard for constraint in sitting)
    ]
    following = next(index for index in hard if index > furthest)
    first, second = _name(task, furthest), _name(task, following)
    gap = float(task.times[following] - task.times[furthest])
    beside = (*task.sitting[furthest], *task.sitting[following])
    marked = any(constraint.hard and constraint.kind != "end" for constraint in beside)
    advice = (
        "Move one of them, write 'ignore' on those that are only notes, or widen --tempo."
        if marked
        else "Widen --tempo."
    )
    return PlanError(
        f"No base tempo between {float(task.slowest):g} and {float(task.fastest):g} bpm, bent by at most "
        f"{TEMPO_LIMIT * 100:.0f} %, puts both {first} and {second} on the grid of eighths "
        f"(after the hits before them): they are {gap:.3f} s apart.",
        where=f"{float(task.times[furthest]):.3f} s to {float(task.times[following]):.3f} s",
        remedy=advice,
    )


def _name(task: _Task, index: int) -> str:
    labels = [constraint.label for constraint in task.sitting[index] if constraint.hard]
    if labels:
        return f"{labels[0]} ({float(task.times[index]):.3f} s)"
    return "the start of the timeline" if index == 0 else "the end of the timeline"
