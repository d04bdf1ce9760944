"""Does the music do what the cue sheet asks? Hits, stops, roles, energy, and the ending."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from vem_plugin.evaluate.counting import NOTHING, Count
from vem_plugin.evaluate.places import (
    BASS,
    PITCHED,
    STEPS_PER_EIGHTH,
    check,
    end_step,
    hit_steps,
    of_role,
    within,
)
from vem_plugin.score.cue import ROLES, CueSheet
from vem_plugin.score.cue_bars import CueBar, bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.corpus.build import Piece

MARKED = 1.0
ACCENT = 1.7
"""An accent has this many times the power of the same place in the bars around it."""
PEERS = 2
"""Bars before, and bars after, with which a place is compared."""
FEWEST_LEVELS = 4
"""Fewest bars (or sections) of which a rank correlation is told."""
SMALLEST_SPREAD = 0.2
"""Smallest difference in asked energy within a piece that is worth asking about."""
LONG_ENOUGH = 8
"""Beats that a section needs for a role to be missed in it."""


def hits_accented(piece: Piece) -> Count:
    """Marked hits (outside stops) on which the music is accented; see ``accented``."""
    check(piece)
    cue, power = piece.cue, power_by_step(piece.notes)
    hits = [eighth for eighth, strength in cue.hits.items() if strength >= MARKED and eighth // 2 not in cue.stops]
    steps = [eighth * STEPS_PER_EIGHTH for eighth in hits]
    return Count(sum(accented(piece, step, power) for step in steps), len(steps))


def false_accents(piece: Piece) -> Count:
    """Beats where nothing is asked for and yet the music is accented, among all such beats.

    Nothing is asked for where no hit lies within an eighth, no section begins, and the ending has not come.
    """
    check(piece)
    cue, power = piece.cue, power_by_step(piece.notes)
    wanted = {(eighth + by) // 2 for eighth in cue.hits for by in (-1, 0, 1)}
    wanted |= {section.start for section in cue.sections}
    beats = [beat for beat in range(cue.end_beat) if beat not in wanted and beat not in cue.stops]
    return Count(sum(accented(piece, beat * STEPS_PER_BEAT, power) for beat in beats), len(beats))


def accented(piece: Piece, step: int, power: Mapping[int, float]) -> bool:
    """Whether a step stands out: ``ACCENT`` times the median power of the same place in the bars around.

    The bars are up to ``PEERS`` on either side; places with hits or stops, and what lies in or after the ending, do
    not count. Where the bars around are silent there, the loudest beat of the own bar is the measure.
    """
    cue = piece.cue
    bars = bars_of(cue)
    own = next(index for index, bar in enumerate(bars) if bar.step <= step < bar.step + bar.steps)
    place, taken = step - bars[own].step, hit_steps(cue)
    near = [bar for bar in bars[max(0, own - PEERS) : own + PEERS + 1] if bar is not bars[own] and place < bar.steps]
    steps = [bar.step + place for bar in near]
    free = [s for s in steps if s not in taken and s // STEPS_PER_BEAT not in cue.stops and s < end_step(cue)]
    around = float(np.median([power.get(s, 0.0) for s in free])) if free else 0.0
    if around <= 0:
        beats = [bars[own].step + beat * STEPS_PER_BEAT for beat in range(bars[own].beats)]
        around = max((power.get(s, 0.0) for s in beats if s != step and s not in taken), default=0.0)
    return power.get(step, 0.0) > ACCENT * around


def power_by_step(notes: NDArray[np.void]) -> dict[int, float]:
    """Sum of squared velocities (1 is the loudest note) struck on each step."""
    power: dict[int, float] = defaultdict(float)
    for step, velocity in zip(notes["start"].tolist(), notes["velocity"].tolist(), strict=True):
        power[step] += (velocity / 127) ** 2
    return power


def power_of(notes: NDArray[np.void]) -> float:
    """Sum of squared velocities; 1 is one note as loud as can be."""
    return float(((notes["velocity"] / 127) ** 2).sum())


def hits_struck(piece: Piece) -> Count:
    """Hits of any strength (outside stops) with an onset on their step."""
    check(piece)
    struck = set(piece.notes["start"].tolist())
    eighths = [eighth for eighth in piece.cue.hits if eighth // 2 not in piece.cue.stops]
    return Count(sum(eighth * STEPS_PER_EIGHTH in struck for eighth in eighths), len(eighths))


def stops_silent(piece: Piece) -> Count:
    """Beats of silence in which nothing is struck."""
    check(piece)
    beats = piece.notes["start"] // STEPS_PER_BEAT
    return Count(sum(not (beats == stop).any() for stop in piece.cue.stops), len(piece.cue.stops))


def roles_left_out(piece: Piece) -> Count:
    """Roles that a section leaves out and that stay out of it; hits and the ending are excused."""
    return _roles(piece, asked=False)


def roles_asked_for(piece: Piece) -> Count:
    """Roles that a section of ``LONG_ENOUGH`` beats asks for and that play in it."""
    return _roles(piece, asked=True)


def _roles(piece: Piece, *, asked: bool) -> Count:
    check(piece)
    cue, good, of = piece.cue, 0, 0
    notes = piece.notes[~np.isin(piece.notes["start"], list(hit_steps(cue))) & (piece.notes["start"] < end_step(cue))]
    for section in cue.sections:
        last = min(section.start + section.beats, cue.end_beat)
        beats = notes["start"] // STEPS_PER_BEAT
        inside = notes[(beats >= section.start) & (beats < last)]
        for number, role in enumerate(ROLES):
            if (role in section.roles) == asked and (not asked or last - section.start >= LONG_ENOUGH):
                good += (number in inside["role"]) == asked
                of += 1
    return Count(good, of)


def energy_by_bar(piece: Piece) -> Count:
    """Rank correlation (Spearman) of the energy that bars ask for and that is heard, one a piece.

    Heard is the power struck in a bar (squared velocities), a beat, without hits. Pieces that ask for less than
    ``SMALLEST_SPREAD`` of difference do not count.
    """
    check(piece)
    bars = _bars_to_hear(piece.cue)
    heard = _heard(piece, bars)
    return rank_correlation([bar.energy for bar in bars], heard)


def energy_by_section(piece: Piece) -> Count:
    """As ``energy_by_bar``, of whole sections."""
    check(piece)
    bars = _bars_to_hear(piece.cue)
    asked, loud = [], []
    pairs = zip(bars, _heard(piece, bars), strict=True)
    for _, run in groupby(pairs, key=lambda pair: pair[0].section_index):
        both = np.array([(bar.energy, sound) for bar, sound in run]).mean(0)
        asked.append(float(both[0]))
        loud.append(float(both[1]))
    return rank_correlation(asked, loud)


def _bars_to_hear(cue: CueSheet) -> list[CueBar]:
    """Bars before the ending that hold no stop."""
    return [
        bar
        for bar in bars_of(cue)
        if bar.beat + bar.beats <= cue.end_beat and not cue.stops & set(range(bar.beat, bar.beat + bar.beats))
    ]


def _heard(piece: Piece, bars: Sequence[CueBar]) -> list[float]:
    notes = piece.notes[~np.isin(piece.notes["start"], list(hit_steps(piece.cue)))]
    return [power_of(within(notes, bar)) / bar.beats for bar in bars]


def rank_correlation(asked: Sequence[float], heard: Sequence[float]) -> Count:
    """Spearman's rank correlation as one value; nothing where too little is asked for, or all sounds the same."""
    if len(asked) < FEWEST_LEVELS or max(asked) - min(asked) < SMALLEST_SPREAD or len(set(heard)) < 2:
        return NOTHING
    return Count(float(np.corrcoef(_ranks(asked), _ranks(heard))[0, 1]), 1)


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Ranks from the lowest; equal values share the middle of theirs."""
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(times) - (times - 1) / 2)[place]


def last_chord_struck(piece: Piece) -> Count:
    """Whether at least two pitched notes begin on the last chord's beat, and nothing but hits after it."""
    check(piece)
    step, hits = end_step(piece.cue), hit_steps(piece.cue)
    pitched = of_role(piece, *PITCHED)
    later = {int(s) for s in piece.notes["start"] if s > step} - hits
    return Count(float((pitched["start"] == step).sum() >= 2 and not later), 1)


def ends_on_tonic(piece: Piece) -> Count:
    """Whether the lowest note of the last chord (the bass, where it plays) is the tonic."""
    check(piece)
    step = end_step(piece.cue)
    ringing = of_role(piece, *PITCHED)
    ringing = ringing[(ringing["start"] <= step) & (ringing["start"] + ringing["length"] > step)]
    if not len(ringing):
        return Count(0, 1)
    bass = ringing[ringing["role"] == BASS]
    lowest = (bass if len(bass) else ringing)["pitch"].min()
    return Count(float(lowest % 12 == 0), 1)
