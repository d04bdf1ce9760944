"""What the music does at each cut: hits, stops, and where the last chord is struck."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from vem_plugin.direct.energies import Character
from vem_plugin.direct.scenes import Scene
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.rhythm.beat_plan import BeatPlan, Landing
from vem_plugin.score.cue_bars import QUIET
from vem_plugin.score.strengths import MARKED, ORDINARY, STRONG

STRONG_QUANTILE = 0.8
STRONGER_BY = 0.08
"""A cut is strong if its change of picture is in the top fifth and this far above the median."""
APART = 4
"""Eighths between two strong cuts at least."""
LOUD_END, FIRM_END = 0.65, 0.4


def hits_of(
    parsed: ParsedVideo, plan: BeatPlan, scenes: Sequence[Scene], characters: Sequence[Character], end_beat: int
) -> tuple[dict[int, float], frozenset[int]]:
    """Hits by eighth, and the beats of silence before stops."""
    starts = [scene.bars[0].beat for scene in scenes]
    strong = _strong_times(parsed)
    hits: dict[int, float] = {}
    stops: set[int] = set()
    last_strong = -APART
    for landing in sorted(plan.landings, key=lambda landing: landing.beat):
        eighth = int(2 * landing.beat)
        if landing.constraint.kind == "end" or eighth >= 2 * plan.beats:
            continue
        scene = int(np.searchsorted(starts, eighth // 2, side="right")) - 1
        begins = landing.beat == starts[scene] and scene > 0
        strength = _strength(landing, begins=begins, strong=landing.constraint.time in strong)
        if strength == STRONG and (sum(characters[scene].energy) / 2 < QUIET or eighth - last_strong < APART):
            strength = ORDINARY
        if strength == STRONG:
            last_strong = eighth
        hits[eighth] = max(hits.get(eighth, 0.0), strength)
        if landing.constraint.kind == "stop" and landing.beat >= 2:
            stops.add(int(landing.beat) - 1)
    energy = characters[-1].energy[1]
    closing = MARKED if energy > LOUD_END else STRONG if energy > FIRM_END else ORDINARY
    hits[2 * end_beat] = max(hits.get(2 * end_beat, 0.0), closing)
    marked = {eighth // 2 for eighth, strength in hits.items() if strength == MARKED}
    silent = frozenset(stops - marked)
    return {eighth: hits[eighth] for eighth in sorted(hits) if eighth // 2 not in silent}, silent


def end_beat_of(plan: BeatPlan) -> int:
    """Beat of the last chord: the last downbeat, or the final beat where something marked lands on it."""
    last = plan.bars[-1]
    final = Fraction(last.beat + last.beats - 1)
    marked = any(
        landing.beat == final and landing.constraint.kind in ("hit", "drop", "stop", "downbeat")
        for landing in plan.landings
    )
    return int(final) if marked and last.beats >= 3 else last.beat


def _strength(landing: Landing, *, begins: bool, strong: bool) -> float:
    kind = landing.constraint.kind
    if kind in ("hit", "drop", "stop"):
        return MARKED
    if kind == "cut" and (strong or begins):
        return STRONG
    return ORDINARY


def _strong_times(parsed: ParsedVideo) -> set[Fraction]:
    """Times of the transitions that change the picture most; none where all change alike."""
    if not parsed.transitions:
        return set()
    strengths = np.array([seen.strength for seen in parsed.transitions])
    least = max(float(np.quantile(strengths, STRONG_QUANTILE)), float(np.median(strengths)) + STRONGER_BY)
    return {seen.time for seen in parsed.transitions if seen.strength >= least}
