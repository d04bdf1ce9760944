"""How well music meets the picture, from what is heard: shares less chance, offsets, downbeats, accents, misses.

An *instant* is a cut or a hit of the clip. Each is looked at with the tolerances of ``measure.report.tolerances_of``,
and beside every share stands the same share less its chance level (``measure.sync.chance_of``): dense music is near
everything, and only what it has above chance is sync.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vem_plugin.evaluate.clips.clip import Clip, Music
from vem_plugin.evaluate.counting import NOTHING, Count
from vem_plugin.measure.onsets import FLUX_RATE, SMALLEST_RISE, OnsetTrack, hear_samples
from vem_plugin.measure.report import tolerances_of
from vem_plugin.measure.sync import TBIOU_TOLERANCE, accents, hit_rate, matched_one_to_one, offsets_to_nearest

STRICT = 0.07
"""Seconds on either side within which two beats are one: mir_eval's window, MIREX's."""


@dataclass(frozen=True)
class Miss:
    """An instant without an onset within one frame; ``offset`` seconds to the nearest (None: none at all)."""

    clip: str
    time: float
    kind: str
    offset: float | None


@dataclass(frozen=True)
class Timing:
    """How one music meets one clip.

    ``counts`` by measure; ``offsets`` (instants,) signed seconds of the nearest onset, infinite where there is none;
    ``accents`` (instants,) ratios to their surroundings; ``onsets`` (any,) seconds.
    """

    counts: dict[str, Count]
    offsets: NDArray[np.float64]
    accents: NDArray[np.float64]
    onsets: NDArray[np.float64]
    misses: tuple[Miss, ...]


def listen(music: Music) -> OnsetTrack:
    """All onsets of a music."""
    return hear_samples(music.samples, music.rate)


def timing_of(clip: Clip, music: Music, heard: OnsetTrack) -> Timing:
    """Measure the sync of a music; what sounds after the clip's end does not count."""
    onsets = heard.times[heard.times <= clip.seconds]
    instants = np.array(clip.instants)
    counts: dict[str, Count] = {}
    for name, tolerance in _tolerances(clip):
        rate, above = _shares(clip, onsets, tolerance)
        counts |= {f"onset within {name}": rate, f"onset within {name}, less chance": above}
    for name, times in (("beat", music.beats), ("downbeat", music.downbeats)):
        rate, above = _shares(clip, np.array(_inside(times, clip)), clip.frame)
        counts |= {f"{name} within one frame": rate, f"{name} within one frame, less chance": above}
    offsets = offsets_to_nearest(instants, onsets)
    ratios = accents(instants, heard.flux, flux_rate=FLUX_RATE, reach=clip.frame, floor=SMALLEST_RISE)
    counts["louder than its surroundings"] = Count(float((ratios > 1).sum()), len(ratios))
    return Timing(counts, offsets, ratios, onsets, _misses(clip, offsets))


def beat_union(one: tuple[float, ...], other: tuple[float, ...], *, tolerance: float) -> Count:
    """Beats that two lists share, matched one to one, among all beats of both: BIoU and TBIoU of one clip.

    NOTHING where both lists are empty.
    """
    if not one and not other:
        return NOTHING
    matched = matched_one_to_one(one, other, tolerance=tolerance)
    return Count(matched / (len(one) + len(other) - matched), 1)


def paper_counts(clip: Clip, music: Music, reference: Music | None) -> dict[str, Count]:
    """BIoU and TBIoU as the VeM paper has them (0.5 s), and within ``STRICT``; BIoU needs a reference with beats."""
    beats = _inside(music.beats, clip)
    known = () if reference is None else _inside(reference.beats, clip)
    counts = {}
    for name, tolerance in (("", TBIOU_TOLERANCE), (f" within {STRICT * 1000:.0f} ms", STRICT)):
        counts[f"TBIoU{name}"] = beat_union(clip.cuts, beats, tolerance=tolerance) if clip.cuts else NOTHING
        counts[f"BIoU{name}"] = beat_union(known, beats, tolerance=tolerance) if known else NOTHING
    return counts


def _tolerances(clip: Clip) -> tuple[tuple[str, float], ...]:
    return tolerances_of(Fraction(clip.frame).limit_denominator(100_000))


def _shares(clip: Clip, times: NDArray[np.float64], tolerance: float) -> tuple[Count, Count]:
    """Instants with one of some times near them, and the same less chance."""
    rate = hit_rate("", clip.instants, times, tolerance=tolerance, duration=clip.seconds)
    return Count(rate.matched, rate.of), Count(rate.matched - rate.chance * rate.of, rate.of)


def _inside(times: tuple[float, ...], clip: Clip) -> tuple[float, ...]:
    return tuple(time for time in times if 0 <= time <= clip.seconds)


def _misses(clip: Clip, offsets: NDArray[np.float64]) -> tuple[Miss, ...]:
    hits = frozenset(clip.hits)
    return tuple(
        Miss(clip.key, time, "hit" if time in hits else "cut", float(offset) if np.isfinite(offset) else None)
        for time, offset in zip(clip.instants, offsets, strict=True)
        if abs(offset) > clip.frame + 1e-9
    )
