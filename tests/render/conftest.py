"""Small scores and plans for the tests of this folder, made by hand so that every time in them is known."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.score.cue import ROLES, CueSheet, Section
from vem_plugin.score.notes import NOTE, Chord, Score

Notes = list[tuple[str, int, int, int, int]]
"""Role, first step, steps, pitch, velocity."""


def plan_of(*spans: tuple[int, Fraction]) -> BeatPlan:
    """A plan of stretches at constant tempo, each given by its beats and its length in seconds."""
    segments, start = [], Fraction(0)
    for beats, seconds in spans:
        segments.append(TempoSegment(start, start + seconds, 2 * beats))
        start += seconds
    total = sum(beats for beats, _ in spans)
    bars = tuple(Bar(1 + first // 4, first, min(4, total - first)) for first in range(0, total, 4))
    return BeatPlan(start, segments[0].bpm, tuple(segments), bars, (), ())


def score_of(
    notes: Notes,
    *,
    beats: int,
    style: str = "corporate",
    stops: tuple[int, ...] = (),
    hits: dict[int, float] | None = None,
    energy: float = 0.5,
) -> Score:
    """A score in one section."""
    bars = (4,) * (beats // 4) + ((beats % 4,) if beats % 4 else ())
    section = Section(0, bars, (energy, energy), 0.3, 0.3, 0, frozenset(ROLES))
    cue = CueSheet(style, "major", 0, 120.0, (section,), hits or {}, frozenset(stops), beats - 1)
    rows = [(ROLES.index(role), *rest) for role, *rest in notes]  # type: ignore[arg-type]
    array = np.array(sorted(rows, key=lambda row: row[1]), dtype=NOTE)
    return Score(cue, array, tuple(Chord(0, (0, 4, 7)) for _ in range(beats)))


def song(beats: int) -> Notes:
    """Every role at work: a plain groove, roots, chords, broken chords and a tune."""
    notes: Notes = []
    for beat in range(beats - 1):
        step = 4 * beat
        root = (48, 45, 41, 43)[beat // 4 % 4]
        notes.append(("drums", step, 1, 36 if beat % 2 == 0 else 38, 96))
        notes.append(("drums", step + 2, 1, 42, 70))
        notes.append(("counter", step + 2, 2, root + 19 + (beat % 3), 72))
        notes.append(("melody", step, 4, root + 24 + (0, 4, 7, 2)[beat % 4], 88))
        if beat % 4 == 0:
            notes.append(("bass", step, 12, root - 12, 90))
            notes.extend(("harmony", step, 15, root + 12 + offset, 76) for offset in (0, 4, 7))
    last = 4 * (beats - 1)
    notes.extend(("harmony", last, 4, pitch, 90) for pitch in (60, 64, 67))
    return [*notes, ("drums", last, 1, 49, 110), ("bass", last, 4, 36, 100)]


@pytest.fixture
def make_plan() -> Callable[..., BeatPlan]:
    return plan_of


@pytest.fixture
def make_score() -> Callable[..., Score]:
    return score_of


@pytest.fixture
def make_song() -> Callable[[int], Notes]:
    return song
