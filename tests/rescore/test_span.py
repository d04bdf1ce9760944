"""Where a change falls, what it asks of the cue sheet, and how old and new notes are joined: properties, no sound."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from vem_plugin.brief import read_spans
from vem_plugin.errors import SettingsError
from vem_plugin.render.effects import Effect
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.score.cue import CueSheet, Section
from vem_plugin.score.notes import NOTE, Chord, Score
from vem_plugin.takes.joined import joined_effects, joined_score
from vem_plugin.takes.locks import locked_shots
from vem_plugin.takes.sections import Ask, asked_anew, cut_sections
from vem_plugin.takes.span import span_between, span_of_shots
from vem_timeline.clock import Clock
from vem_timeline.storyboard import Marker, Shot, Storyboard

BEATS = 48
ROLES = frozenset({"drums", "bass", "harmony", "counter", "melody"})


def board_of(lengths: list[int]) -> Storyboard:
    """Shots of so many frames at 24 frames a second."""
    starts = np.cumsum([0, *lengths]).tolist()
    shots = tuple(
        Shot(number, f"shot {number}", Fraction(start, 24), Fraction(length, 24), "picture", None)
        for number, (start, length) in enumerate(zip(starts, lengths, strict=False), 1)
    )
    return Storyboard("edit", Clock(Fraction(24)), Fraction(sum(lengths), 24), shots, (), ())


def plan_over(board: Storyboard, beats: int = BEATS) -> BeatPlan:
    """A plan whose second half is a little faster."""
    middle = board.duration * Fraction(13, 25)
    segments = (TempoSegment(Fraction(0), middle, beats), TempoSegment(middle, board.duration, beats))
    bars = tuple(Bar(number + 1, 4 * number, 4) for number in range(beats // 4))
    return BeatPlan(board.duration, beats * 60 / board.duration, segments, bars, (), ())


@settings(max_examples=200, deadline=None)
@given(
    lengths=some.lists(some.integers(6, 120), min_size=3, max_size=12),
    pick=some.integers(0, 100),
    more=some.integers(0, 3),
    locked=some.sets(some.integers(1, 12), max_size=4),
)
def test_a_span_is_widened_by_a_beat_at_most(lengths: list[int], pick: int, more: int, locked: set[int]) -> None:
    board = board_of(lengths)
    plan = plan_over(board)
    first = pick % len(lengths) + 1
    shots = [first, min(first + more, len(lengths))]
    locked -= set(range(shots[0], shots[1] + 1))
    try:
        span = span_of_shots(board, plan, shots, locked=locked)
    except SettingsError:
        assert locked & {shots[0] - 1, shots[1] + 1}  # shorter than a beat, beside a locked shot
        return
    begin, end = board.shots[shots[0] - 1].start, board.shots[shots[1] - 1].end
    assert span.shots == tuple(range(shots[0], shots[1] + 1))
    assert 0 <= span.first < span.last <= plan.beats
    reach = Fraction(0) if shots[0] - 1 in locked else Fraction(1)
    if span.first:
        assert plan.beat_of(span.opening[0]) >= max(Fraction(0), plan.beat_of(begin) - reach)
        assert span.opening[0] < span.opening[1]
    reach = Fraction(0) if shots[1] + 1 in locked else Fraction(1)
    assert plan.beat_of(span.closing[1]) <= plan.beat_of(end) + reach
    assert span.closing[0] <= span.closing[1]
    if span.last < plan.beats:
        assert span.closing[0] < span.closing[1]
    assert span.first >= plan.beat_of(begin) - 1
    assert span.last <= plan.beat_of(end) + 1


def test_an_accent_on_an_off_beat_cut_belongs_to_the_shot_that_begins() -> None:
    board = board_of([84, 96, 108])  # 288 frames: a beat is six frames
    plan = BeatPlan(Fraction(12), Fraction(240), (TempoSegment(Fraction(0), Fraction(12), 96),), (), (), ())
    halves = span_between(board, plan, Fraction(21, 8), Fraction(43, 8))  # beats 10.5 to 21.5
    assert (halves.first, halves.last) == (10, 21)


@pytest.mark.parametrize("times", [(3, 3), (5, 4), (99, 100), (-5, 0)])
def test_spans_without_length(times: tuple[int, int]) -> None:
    board = board_of([84, 96, 108])
    with pytest.raises(SettingsError):
        span_between(board, plan_over(board), Fraction(times[0]), Fraction(times[1]))


def test_markers_lock_the_shots_they_touch() -> None:
    board = board_of([48, 48, 48, 48])
    frame = Fraction(1, 24)
    marks = (
        Marker(Fraction(2), Fraction(0), "Lock", "", "RED", "timeline"),
        Marker(Fraction(4), Fraction(3), "", "locked, client approved", "RED", "timeline"),
        Marker(Fraction(0), Fraction(0), "clock", "", "RED", "timeline"),
    )
    assert set(locked_shots((), replace(board, markers=marks))) == {2, 3, 4}
    assert set(locked_shots((1,), replace(board, markers=()))) == {1}
    on_last_frame = Marker(Fraction(4) - frame, Fraction(0), "lock", "", "RED", "clip")
    assert set(locked_shots((), replace(board, markers=(on_last_frame,)))) == {2}


def cue_of() -> CueSheet:
    sections = (
        Section(0, (4, 4, 4, 4), (0.2, 0.6), 0.1, 0.3, 0, ROLES, caption="a"),
        Section(16, (4, 3, 4, 5), (0.7, 0.7), 0.1, 0.3, 1, ROLES, caption="b", shift=2),
        Section(32, (4, 4, 4, 4), (0.5, 0.9), 0.1, 0.3, 0, ROLES, caption="c"),
    )
    return CueSheet("epic", "minor", 2, 100.0, sections, {0: 1.0, 41: 0.5}, frozenset({30}), 44)


def levels_of(cue: CueSheet) -> np.ndarray:
    return np.concatenate([np.linspace(*section.energy, section.beats) for section in cue.sections])


@settings(max_examples=100, deadline=None)
@given(first=some.integers(0, 46), length=some.integers(1, 30))
def test_a_request_leaves_bars_and_all_outside_as_they_were(first: int, length: int) -> None:
    cue = cue_of()
    last = min(first + length, BEATS)
    asked = asked_anew(cue, first, last, Ask("dark, no melody", energy=0.9))
    assert [bar for section in asked.sections for bar in section.bars] == [
        bar for section in cue.sections for bar in section.bars
    ]
    assert [section.start for section in asked.sections] == np.cumsum(
        [0, *(section.beats for section in asked.sections[:-1])]
    ).tolist()
    changed = [section for section in asked.sections if "melody" not in section.roles]
    assert changed
    beats = [beat for section in changed for beat in range(section.start, section.start + section.beats)]
    assert beats == list(range(beats[0], beats[-1] + 1))
    assert abs(beats[0] - first) <= 4
    assert abs(beats[-1] + 1 - last) <= 5
    outside = np.setdiff1d(np.arange(BEATS), beats)
    np.testing.assert_allclose(levels_of(asked)[outside], levels_of(cue)[outside])
    assert (asked.hits, asked.stops, asked.key, asked.end_beat) == (cue.hits, cue.stops, cue.key, cue.end_beat)


def test_a_request_without_words_changes_nothing_but_where_sections_are_cut() -> None:
    cue = cue_of()
    asked = asked_anew(cue, 20, 28, Ask(seed=3))
    np.testing.assert_allclose(levels_of(asked), levels_of(cue))
    assert {section.caption for section in asked.sections} == {"a", "b", "c"}
    assert [section.start for section in cut_sections(cue.sections, (20, 27))] == [0, 16, 20, 27, 32]


def score_of(cue: CueSheet, seed: int) -> Score:
    random = np.random.default_rng(seed)
    notes = np.zeros(300, NOTE)
    notes["role"] = random.integers(0, 5, 300)
    notes["start"] = np.sort(random.integers(0, 4 * BEATS, 300))
    notes["length"] = np.minimum(random.integers(1, 30, 300), 4 * BEATS - notes["start"])
    notes["pitch"] = random.integers(40, 80, 300)
    notes["velocity"] = 80
    chords = tuple(Chord(int(root), (int(root),)) for root in random.integers(0, 12, BEATS))
    return Score(cue, notes, chords, random.normal(size=(BEATS, 4)).astype(np.float32))


@settings(max_examples=50, deadline=None)
@given(first=some.integers(0, 46), length=some.integers(1, 30), seed=some.integers(0, 99))
def test_notes_outside_stay_and_notes_inside_are_new(first: int, length: int, seed: int) -> None:
    cue = cue_of()
    last = min(first + length, BEATS)
    old, new = score_of(cue, seed), score_of(cue, seed + 100)
    joined = joined_score(old, new, first, last, silent=frozenset({"drums"}))
    begin, end = 4 * first, 4 * last
    notes = joined.written.notes
    stops = notes["start"] + notes["length"]
    assert not ((notes["start"] < begin) & (stops > begin)).any()
    assert not ((notes["start"] < end) & (stops > end)).any()
    untouched = old.notes[(old.notes["start"] + old.notes["length"] <= begin) | (old.notes["start"] >= end)]
    assert set(untouched.tolist()) <= set(notes.tolist())
    inside = notes[(notes["start"] >= begin) & (notes["start"] < end)]
    fresh = {(note[0], note[1], note[3]) for note in new.notes.tolist()}
    assert {(note[0], note[1], note[3]) for note in inside.tolist()} <= fresh
    assert not ((inside["role"] == 0) & ~np.isin(inside["start"], [0, 82])).any()
    crossing = (old.notes["start"] < end) & (old.notes["start"] + old.notes["length"] > end)
    assert len(notes) - len(joined.struck.notes) == crossing.sum()
    assert joined.written.chords[first:last] == new.chords[first:last]
    assert joined.written.chords[:first] + joined.written.chords[last:] == old.chords[:first] + old.chords[last:]


def effect(time: int, lead: int, seed: int) -> Effect:
    return Effect("riser" if lead else "impact", Fraction(time), Fraction(lead), None, 0.0, 50.0, 0.5, seed)


def test_half_of_a_riser_is_none() -> None:
    old = [effect(4, 3, 1), effect(10, 4, 2), effect(12, 0, 3), effect(22, 4, 4), effect(30, 0, 5)]
    new = [effect(9, 4, 6), effect(14, 2, 7), effect(21, 3, 8), effect(10, 0, 9)]
    joined = joined_effects(old, new, Fraction(8), Fraction(20))
    assert [one.seed for one in joined] == [1, 2, 9, 7, 4, 5]


def test_the_word_lock_says_nothing_about_the_music() -> None:
    marks = [
        Marker(Fraction(0), Fraction(2), "LOCKED", "", "", "timeline"),
        Marker(Fraction(2), Fraction(2), "no drums, lock", "", "", "timeline"),
    ]
    (note,) = read_spans(marks)
    assert (note.text, note.wishes.roles_off) == ("no drums", {"drums"})
