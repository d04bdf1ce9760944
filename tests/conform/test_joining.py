"""Kept notes stay what they are, new ones stay where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vem_plugin.conform.joining import joined, latents_at, runs_of
from vem_plugin.models.finish import finish
from vem_plugin.score.cue import CueSheet, Section
from vem_plugin.score.notes import NOTE, Chord, Score

ROLES = frozenset({"drums", "bass", "harmony", "counter", "melody"})
TONIC = Chord(0, (0, 4, 7))


def cue_of(bars: int) -> CueSheet:
    section = Section(0, (4,) * bars, (0.5, 0.5), 0.0, 0.2, 0, ROLES)
    return CueSheet("pop", "major", 0, 120.0, (section,), {0: 0.25, 8: 0.5}, frozenset(), 4 * (bars - 1))


def score_with(cue: CueSheet, rows, *, shade: float = 1.0) -> Score:
    done = finish(np.array(rows, NOTE), [TONIC] * cue.beats, cue).notes
    latents = np.full((cue.beats, 3), shade, np.float32) * np.arange(1, cue.beats + 1, dtype=np.float32)[:, None]
    return Score(cue, done, (TONIC,) * cue.beats, latents)


def random_score(cue: CueSheet, seed: int) -> Score:
    chance = np.random.default_rng(seed)
    count = 6 * cue.beats
    rows = np.zeros(count, NOTE)
    rows["role"] = chance.integers(0, 5, count)
    rows["start"] = chance.integers(0, 4 * cue.beats, count)
    rows["length"] = chance.integers(1, 12, count)
    rows["pitch"] = np.where(rows["role"] == 0, 36, chance.integers(50, 59, count))
    rows["velocity"] = chance.integers(40, 100, count)
    _, first = np.unique(rows[["role", "start", "pitch"]], return_index=True)
    return score_with(cue, rows[first], shade=float(seed + 1))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 50), st.integers(2, 6))
def test_keeping_every_beat_changes_nothing(seed, bars) -> None:
    score = random_score(cue_of(bars), seed)
    again = joined(score, tuple(range(score.cue.beats)), None, score.cue)
    assert np.array_equal(again.notes, score.notes)
    assert again.chords == score.chords
    assert np.array_equal(again.latents, score.latents)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 50), st.integers(1, 4), st.integers(1, 3))
def test_there_and_back_restores_the_kept_bars(seed, place, count) -> None:
    """Bars come out and others go in; what was kept both times starts, lasts and sounds as before."""
    long = random_score(cue_of(6), seed)
    short_cue = cue_of(6 - 1)
    away = set(range(4 * place, 4 * place + 4))
    there = tuple(beat for beat in range(24) if beat not in away)
    short = joined(long, there, None, short_cue)
    back = tuple(there.index(beat) if beat in there else None for beat in range(24))
    fresh = random_score(cue_of(6), seed + 100 + count)
    again = joined(short, back, fresh, long.cue)
    new = (again.notes["start"] >= 16 * place) & (again.notes["start"] < 16 * place + 16)
    old = (long.notes["start"] >= 16 * place) & (long.notes["start"] < 16 * place + 16)
    inside = long.notes[~old]
    crossing = (inside["start"] < 16 * place) & (inside["start"] + inside["length"] > 16 * place)
    kept = {tuple(note) for note in inside[~crossing].tolist()}
    assert kept <= {tuple(note) for note in again.notes[~new].tolist()}
    starts = {(n[0], n[1], n[3], n[4]) for n in inside[crossing].tolist()}
    assert starts <= {(n[0], n[1], n[3], n[4]) for n in again.notes[~new].tolist()}


def test_new_beats_come_from_the_new_score_and_no_others() -> None:
    cue = cue_of(4)
    old = score_with(cue, [(4, step, 2, 72, 80) for step in range(0, 64, 4)])
    fresh = score_with(cue, [(4, step, 2, 84, 80) for step in range(0, 64, 4)], shade=9.0)
    beats = (*range(4), None, None, None, None, *range(8, 16))
    done = joined(old, beats, fresh, cue)
    melody = done.notes[done.notes["role"] == 4]
    assert {int(n["pitch"]) for n in melody if 16 <= n["start"] < 32} == {84}
    assert {int(n["pitch"]) for n in melody if not 16 <= n["start"] < 32 and n["start"] < 48} == {72}
    assert done.latents[4:8, 0].tolist() == [45, 54, 63, 72]
    assert done.latents[8:, 0].tolist() == list(range(9, 17))
    assert done.facts["kept_beats"] == 12


def test_a_chord_that_rings_over_a_joint_is_one_chord_or_struck_again() -> None:
    cue = cue_of(4)
    old = score_with(cue, [(2, 0, 32, 60, 70)])
    whole = joined(old, (0, 1, 2, 3, *range(5, 16), None), old, cue)  # a beat comes out while it rings
    chord = whole.notes[(whole.notes["role"] == 2) & (whole.notes["pitch"] == 60) & (whole.notes["start"] < 40)]
    assert [(int(n["start"]), int(n["length"])) for n in chord] == [(0, 28)]
    begun = joined(old, (4, 5, 6, 7, *range(4, 16)), None, cue)  # its first half is gone
    chord = begun.notes[(begun.notes["role"] == 2) & (begun.notes["pitch"] == 60) & (begun.notes["start"] < 40)]
    assert int(chord["start"].min()) == 0


def test_runs_and_their_latents() -> None:
    beats = (2, 3, None, None, 7, 8, 2)
    assert [(run.first, run.last, run.former) for run in runs_of(beats)] == [
        (0, 2, 2), (2, 4, None), (4, 6, 7), (6, 7, 2),
    ]  # fmt: skip
    old = score_with(cue_of(3), [(4, 0, 2, 72, 80)])
    latents = latents_at(old, beats)
    assert latents is not None
    assert latents[:, 0].tolist() == [3, 4, 0, 0, 8, 9, 3]


def test_beats_and_cue_sheet_must_agree() -> None:
    score = random_score(cue_of(3), 1)
    with pytest.raises(ValueError, match="beats"):
        joined(score, (0, 1, 2), None, score.cue)
    with pytest.raises(ValueError, match="beats"):
        joined(score, (None, *range(11)), None, score.cue)
