"""Candidate spans: the stretches of constant tempo a tempo map may be built from.

A span joins two anchors with a whole number of eighth notes. Everything here is in *slow eighths*: the unit
of time is an eighth note at the slowest tempo asked for, and a tempo is its ratio to that slowest tempo (1
and up). The numbers are then the same for an edit and for its double at half the tempo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR_ANCHORS = 3
"""A span may always reach this many anchors ahead, however far they are."""

FAR_ANCHORS = 12
FAR_REACH = 28.0
"""A span may reach this many anchors ahead within this time (slow eighths: 3.5 bars)."""

FLURRY_REACH = 8.0
"""A span may reach any anchor within this time (one bar), so that a flurry of cuts can always be crossed."""

FINEST_STEP = 0.01
"""Spans so long that neighbouring counts differ by less than this share of tempo are thinned to it."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """The instants a tempo map can be tied to: start, constraints, end.

    ``times`` (n,) slow eighths, strictly increasing from 0; ``hard`` (n,) those that cannot be passed over;
    ``rewards`` (n, phases) what landing on each eighth of the bar is worth; ``tolerance`` how far from the
    grid, in slow eighths, still counts as on it.
    """

    times: Floats
    hard: NDArray[np.bool_]
    rewards: Floats
    tolerance: float


@dataclass(frozen=True, slots=True)
class Spans:
    """Candidate spans, sorted by the anchor they end on, then by tempo. All arrays have one entry a span.

    ``log_tempo`` is the natural logarithm of the tempo's ratio to the slowest; ``gain`` (spans, phases) is
    what the anchors passed over on the way are worth, by the phase (eighth of the bar) the span begins in.
    """

    source: Ints
    target: Ints
    eighths: Ints
    log_tempo: Floats
    gain: Floats


def spans_between(anchors: Anchors, *, ratios: tuple[float, float]) -> Spans:
    """List the spans between anchors whose tempo lies within ``ratios`` to the slow tempo (low, high)."""
    phases = anchors.rewards.shape[1]
    source, target = _pairs(anchors)
    length = anchors.times[target] - anchors.times[source]
    fewest = np.maximum(1, np.ceil(ratios[0] * length)).astype(np.int64)
    most = np.floor(ratios[1] * length).astype(np.int64)
    counts = np.maximum(0, most - fewest + 1)
    pair = np.repeat(np.arange(len(counts)), counts)
    eighths = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts) + fewest[pair]
    kept = _thinned(eighths, fewest[pair], block=max(8, phases))
    pair, eighths = pair[kept], eighths[kept]
    log_tempo = np.log(eighths / length[pair])
    order = np.lexsort((log_tempo, target[pair]))
    pair, eighths, log_tempo = pair[order], eighths[order], log_tempo[order]
    gain = _gain_on_the_way(anchors, source[pair], target[pair], eighths)
    return Spans(source[pair], target[pair], eighths, log_tempo, gain)


def _pairs(anchors: Anchors) -> tuple[Ints, Ints]:
    """Pairs of anchors a span may join: near ones, all in a flurry, and each hard anchor with the next."""
    times, last = anchors.times, len(anchors.times) - 1
    hard = np.flatnonzero(anchors.hard)
    barrier = hard[np.minimum(np.searchsorted(hard, np.arange(last), side="right"), len(hard) - 1)]
    sources, targets = [hard[:-1]], [hard[1:]]
    for ahead in range(1, last + 1):
        first = np.arange(last + 1 - ahead)
        length = times[first + ahead] - times[first]
        near = (ahead <= NEAR_ANCHORS) | ((ahead <= FAR_ANCHORS) & (length <= FAR_REACH))
        first = first[(first + ahead <= barrier[first]) & (near | (length <= FLURRY_REACH))]
        if not len(first):
            break
        sources.append(first)
        targets.append(first + ahead)
    both = np.unique(np.stack([np.concatenate(sources), np.concatenate(targets)]), axis=1)
    return both[0], both[1]


def _thinned(eighths: Ints, fewest: Ints, *, block: int) -> NDArray[np.bool_]:
    """Keep whole blocks of consecutive counts (every phase stays possible), one for each step of tempo."""
    index = eighths // block

    def step_of(blocks: Ints) -> Floats:
        return np.floor(np.log(np.maximum(blocks * block, 1)) / FINEST_STEP)

    return (index == fewest // block) | (step_of(index) != step_of(index - 1))


def _gain_on_the_way(anchors: Anchors, source: Ints, target: Ints, eighths: Ints) -> Floats:
    """Sum what anchors on a span's grid, though not tied to it, are worth for each phase it begins in."""
    times, phases = anchors.times, anchors.rewards.shape[1]
    step = (times[target] - times[source]) / eighths
    gain = np.zeros((len(source), phases))
    shifts = (np.arange(phases)[:, None] + np.arange(phases)[None, :]) % phases
    spans = np.arange(len(source))
    ahead = 1
    while len(spans := spans[source[spans] + ahead < target[spans]]):
        passed = source[spans] + ahead
        position = (times[passed] - times[source[spans]]) / step[spans]
        nearest = np.rint(position)
        on_grid = np.abs(position - nearest) * step[spans] <= anchors.tolerance
        # An anchor at the grid point of the span's own ends is someone else's landing, or a second one on one
        # note.
        on_grid &= (nearest > 0) & (nearest < eighths[spans])
        landed = spans[on_grid]
        phase = nearest[on_grid].astype(np.int64) % phases
        gain[landed] += anchors.rewards[passed[on_grid][:, None], shifts[phase]]
        ahead += 1
    return gain
