"""What every constraint landed on, and why the others did not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from vem_plugin.rhythm.beat_plan import GRID_RANK, HALF_BEATS, BeatConstraint, BeatPlan, Grid, Landing, Miss


def landings_and_misses(
    plan: BeatPlan, constraints: Sequence[BeatConstraint], *, frame: Fraction, limit: Fraction
) -> tuple[tuple[Landing, ...], tuple[Miss, ...], tuple[str, ...]]:
    """Judge every constraint against a finished grid.

    Parameters
    ----------
    plan : BeatPlan
        Grid to judge by; its own landings are not looked at.
    constraints : sequence of BeatConstraint
        In order of time.
    frame : Fraction
        Length of a frame, s. Within half of one is on the grid.
    limit : Fraction
        Greatest deviation and change of tempo, as a share; for the reasons.

    Returns
    -------
    tuple
        Landings, misses, and remarks on hard constraints that got less than they wanted.
    """
    downbeats = {bar.beat for bar in plan.bars} | {plan.beats}
    tied = {Fraction(0): "the start"}
    landings: list[Landing] = []
    misses: list[tuple[BeatConstraint, Fraction, str]] = []
    remarks: list[str] = []
    ends = {segment.end for segment in plan.segments}
    for constraint in constraints:
        if constraint.time in ends:
            tied[constraint.time] = constraint.label
        beat = _nearest_eighth(plan.beat_of(constraint.time))
        offset = plan.time_of(beat) - constraint.time
        on = _place(beat, downbeats)
        if abs(offset) > frame / 2:
            misses.append((constraint, offset, ""))
            continue
        if GRID_RANK[on] < GRID_RANK[constraint.wants]:
            said = f"{constraint.label} falls on {_name(on, plan)}, though it wants {_name(constraint.wants, plan)}"
            if not constraint.hard:
                misses.append((constraint, offset, said))
                continue
            remarks.append(f"{said}: its neighbours leave no room for that within the tempo limits.")
        landings.append(Landing(constraint, beat, on, offset))
    told = tuple(
        Miss(constraint, offset, said or _reason(plan, constraint, tied, limit)) for constraint, offset, said in misses
    )
    return tuple(landings), told, tuple(remarks)


def _name(place: Grid, plan: BeatPlan) -> str:
    return f"an off-beat {HALF_BEATS[plan.beat_note]}" if place == "off-beat" else f"a {place}"


def _nearest_eighth(beat: Fraction) -> Fraction:
    return Fraction(round(beat * 2), 2)


def _place(beat: Fraction, downbeats: set[int]) -> Grid:
    if beat.denominator != 1:
        return "off-beat"
    return "downbeat" if int(beat) in downbeats else "beat"


def _reason(plan: BeatPlan, constraint: BeatConstraint, tied: dict[Fraction, str], limit: Fraction) -> str:
    """Say what tying this constraint between its two neighbours would have taken."""
    index = bisect_right([segment.start for segment in plan.segments], constraint.time) - 1
    segment = plan.segments[index]
    before, after = tied.get(segment.start, "a beat"), tied.get(segment.end, "a beat")
    left, right = constraint.time - segment.start, segment.end - constraint.time
    shortest = 30 / (plan.base_bpm * (1 + limit))
    for gap, name in ((left, before), (right, after)):
        if gap < shortest:
            half = HALF_BEATS[plan.beat_note]
            return f"only {_ms(gap)} from {name}: closer than the shortest {half} note ({_ms(shortest)})"
    place = constraint.time - segment.start
    nearest = round(place * segment.eighths / (segment.end - segment.start))
    options = [count for count in (nearest - 1, nearest, nearest + 1) if 0 < count < segment.eighths]
    if not options:
        return f"no {HALF_BEATS[plan.beat_note]} note is left between {before} and {after}"
    tempi = [(30 * count / left, 30 * (segment.eighths - count) / right) for count in options]
    slower, faster = min(tempi, key=lambda pair: max(abs(bpm / plan.base_bpm - 1) for bpm in pair))
    worst, where = max(
        ((slower, f"between {before} and it"), (faster, f"between it and {after}")),
        key=lambda item: abs(item[0] / plan.base_bpm - 1),
    )
    bend = worst / plan.base_bpm - 1
    if abs(bend) > limit:
        direction = "faster" if bend > 0 else "slower"
        return f"would need {_percent(bend)} {direction} than the base tempo {where} (the limit is {_percent(limit)})"
    change = max(faster / slower, slower / faster) - 1
    if change > limit:
        return f"the tempo would have to change by {_percent(change)} on it (the limit is {_percent(limit)})"
    return f"would bend the tempo by {_percent(bend)} {where}: the cuts around it are served better without"


def _percent(share: Fraction) -> str:
    return f"{abs(float(share)) * 100:.1f}".removesuffix(".0") + " %"


def _ms(seconds: Fraction) -> str:
    return f"{float(seconds) * 1000:.0f} ms"
