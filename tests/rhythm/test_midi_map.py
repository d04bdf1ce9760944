"""The tempo map as MIDI."""

from __future__ import annotations

from fractions import Fraction

import pytest

from vem_plugin.errors import RenderError
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.midi_map import (
    hit_markers,
    tempo_changes,
    ticks_per_beat,
    time_signatures,
    write_tempo_map,
)
from vem_plugin.rhythm.plan import plan_beats
from vem_plugin.score.cue import tempo_range


def played(changes: list[tuple[int, int]], tick: int, ticks_per_quarter: int) -> Fraction:
    """Seconds a sequencer takes to a tick."""
    total = Fraction(0)
    for index, (start, microseconds) in enumerate(changes):
        end = min(tick, changes[index + 1][0] if index + 1 < len(changes) else tick)
        if end > start:
            total += Fraction(end - start, ticks_per_quarter) * microseconds
    return total / 1_000_000


@pytest.fixture(scope="module")
def plan(benchmark_plan) -> BeatPlan:
    edit = benchmark_plan.made_up_edit("midi", 2.0, 60)
    return plan_beats(constraints_of(edit), edit.duration, frame=edit.clock.frame_duration)


@pytest.mark.parametrize("ticks", [96, 480])
def test_no_beat_is_off_by_more_than_a_tenth_of_a_millisecond(plan, ticks):
    changes = tempo_changes(plan, ticks)
    errors = [abs(played(changes, beat * ticks, ticks) - time) for beat, time in enumerate(plan.beat_times)]
    assert max(errors) < Fraction(1, 10_000)
    assert len(changes) > 10


def test_rounding_does_not_add_up_over_three_hours():
    eighths = 2 * 19_001
    plan = BeatPlan(
        Fraction(10_800), Fraction(30 * eighths, 10_800),
        (TempoSegment(Fraction(0), Fraction(10_800), eighths),), (Bar(1, 0, 19_001),), (), (),
    )  # fmt: skip
    changes = tempo_changes(plan, 480)
    for beat in (1, 500, 9_999, 19_001):
        assert abs(played(changes, beat * 480, 480) - plan.time_of(Fraction(beat))) < Fraction(1, 10_000)


def test_a_steady_tempo_is_one_event(make_edit):
    edit = make_edit([96, 192], 384)
    plan = plan_beats(constraints_of(edit), edit.duration, frame=edit.clock.frame_duration, tempo=(118, 122))
    assert tempo_changes(plan, 480) == [(0, 500_000)]
    assert time_signatures(plan, 480) == [(0, 4, 4)]


def test_time_signatures_change_where_bars_do():
    bars = (Bar(1, 0, 4), Bar(2, 4, 4), Bar(3, 8, 3), Bar(4, 11, 4))
    plan = BeatPlan(Fraction(10), Fraction(90), (TempoSegment(Fraction(0), Fraction(10), 30),), bars, (), ())
    assert time_signatures(plan, 480) == [(0, 4, 4), (8 * 480, 3, 4), (11 * 480, 4, 4)]


@pytest.mark.parametrize("ticks", [481, 482, 2])
def test_an_odd_resolution_is_refused(plan, ticks):
    with pytest.raises(ValueError, match="eighths"):
        tempo_changes(plan, ticks)


@pytest.fixture(scope="module")
def plan_in_six(benchmark_plan) -> BeatPlan:
    edit = benchmark_plan.made_up_edit("midi six", 2.0, 60)
    return plan_beats(
        constraints_of(edit), edit.duration, frame=edit.clock.frame_duration, tempo=tempo_range("folk", 6), meter=6
    )


def test_a_beat_of_six_eight_is_an_eighth_note(plan_in_six):
    changes, beat = tempo_changes(plan_in_six, 480), ticks_per_beat(plan_in_six, 480)
    assert beat == 240
    errors = [abs(played(changes, n * beat, 480) - time) for n, time in enumerate(plan_in_six.beat_times)]
    assert max(errors) < Fraction(1, 10_000)
    signatures = time_signatures(plan_in_six, 480)
    assert signatures[0] == (0, 6, 8)
    assert {lower for _, _, lower in signatures} == {8}
    downbeats = {bar.beat * 240 for bar in plan_in_six.bars}
    assert {tick for tick, _, _ in signatures} <= downbeats
    assert [tick for tick, _ in hit_markers(plan_in_six, 480)] == [
        landing.beat * 240 for landing in plan_in_six.landings
    ]


def test_six_eight_is_told_in_dotted_quarters(plan_in_six):
    slow, fast = tempo_range("folk", 6)
    assert slow / 3 <= plan_in_six.felt_bpm <= fast / 3
    assert plan_in_six.felt_bpm * 3 == plan_in_six.base_bpm
    assert max(bar.beats for bar in plan_in_six.bars) <= 7


def test_the_file_reads_back_event_for_event(plan, tmp_path):
    import symusic

    score = symusic.Score(write_tempo_map(plan, tmp_path / "tempo.mid"))
    assert score.ticks_per_quarter == 480
    assert [(event.time, event.mspq) for event in score.tempos] == tempo_changes(plan, 480)
    signatures = [(event.time, event.numerator, event.denominator) for event in score.time_signatures]
    assert signatures == time_signatures(plan, 480)
    assert [(event.time, event.text) for event in score.markers] == [
        (landing.beat * 480, landing.constraint.label) for landing in plan.landings
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["tempo.mid"]


def test_a_folder_that_is_not_there_is_one_clear_error(plan, tmp_path):
    with pytest.raises(RenderError, match=r"Cannot write tempo\.mid"):
        write_tempo_map(plan, tmp_path / "nowhere" / "tempo.mid")
