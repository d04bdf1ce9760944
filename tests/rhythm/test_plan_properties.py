"""What holds for every plan, whatever the edit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vem_plugin.rhythm.beat_plan import GRID_RANK, BeatConstraint, BeatPlan
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.plan import plan_beats

FRAME = Fraction(1, 24)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[BeatConstraint], Fraction]:
    """Up to 30 cuts, every now and then a marker, all on frames and at least three seconds between markers."""
    gaps = draw(st.lists(st.integers(3, 140), min_size=0, max_size=30))
    frame, marked, constraints = 24, -100, []
    for number, gap in enumerate(gaps, start=2):
        frame += gap
        hard = frame - marked > 72 and draw(st.integers(0, 5)) == 0
        marked = frame if hard else marked
        constraints.append(
            BeatConstraint(
                frame * FRAME, "hit" if hard else "cut", 3.0 if hard else draw(st.sampled_from((0.6, 1.0, 1.4))),
                hard, "beat" if hard else "off-beat", f"instant {number}", "", number,
            )
        )  # fmt: skip
    return constraints, (frame + draw(st.integers(72, 200))) * FRAME


def planned(edit: tuple[list[BeatConstraint], Fraction]) -> BeatPlan:
    return plan_beats(edit[0], edit[1], frame=FRAME)


@QUICK
@given(edits())
def test_beats_rise_bars_are_whole_and_the_end_is_a_beat(edit):
    plan = planned(edit)
    assert all(first < second for first, second in pairwise(plan.beat_times))
    assert plan.beat_times[0] == 0
    assert plan.beat_times[-1] == edit[1]
    assert len(plan.beat_times) == plan.beats + 1
    assert sum(bar.beats for bar in plan.bars) == plan.beats
    assert [bar.beat for bar in plan.bars] == [sum(b.beats for b in plan.bars[:i]) for i in range(len(plan.bars))]
    assert {bar.beats for bar in plan.bars} <= {2, 3, 4, 5}
    assert all(first.end == second.start for first, second in pairwise(plan.segments))


@QUICK
@given(edits())
def test_the_limits_hold_exactly(edit):
    plan = planned(edit)
    assert 80 <= plan.base_bpm <= 140
    for segment in plan.segments:
        assert Fraction(9, 10) <= segment.bpm / plan.base_bpm <= Fraction(11, 10)
    for first, second in pairwise(plan.segments):
        assert max(first.bpm / second.bpm, second.bpm / first.bpm) <= Fraction(11, 10)


@QUICK
@given(edits())
def test_hard_instants_are_met_and_nothing_is_lost(edit):
    plan = planned(edit)
    told = [item.constraint for item in (*plan.landings, *plan.misses)]
    assert sorted(item.time for item in told) == [item.time for item in edit[0]]
    assert all(not miss.constraint.hard and miss.reason for miss in plan.misses)
    downbeats = {bar.beat for bar in plan.bars} | {plan.beats}
    for landing in plan.landings:
        assert abs(landing.offset) <= FRAME / 2
        assert plan.time_of(landing.beat) - landing.constraint.time == landing.offset
        place = "off-beat" if landing.beat.denominator == 2 else "downbeat" if landing.beat in downbeats else "beat"
        assert landing.on == place
        if landing.constraint.hard:
            assert landing.offset == 0
            assert GRID_RANK[landing.on] >= 1 or plan.remarks


@QUICK
@given(edits())
def test_twice_as_long_at_half_the_tempo_is_twice_the_plan(edit):
    constraints, duration = edit
    once = planned(edit)
    slow = [replace(item, time=2 * item.time) for item in constraints]
    twice = plan_beats(slow, 2 * duration, frame=2 * FRAME, tempo=(40, 70))
    assert twice.beat_times == tuple(2 * time for time in once.beat_times)
    assert twice.bars == once.bars
    assert twice.base_bpm * 2 == once.base_bpm
    assert [item.on for item in twice.landings] == [item.on for item in once.landings]


@QUICK
@given(edits(), st.randoms(use_true_random=False))
def test_the_order_constraints_come_in_does_not_matter(edit, chance):
    shuffled = list(edit[0])
    chance.shuffle(shuffled)
    assert planned((shuffled, edit[1])) == planned(edit)


@QUICK
@given(st.lists(st.integers(1, 600), unique=True, max_size=12), st.sampled_from((86_400, 12_345, -240)))
def test_a_timeline_that_starts_later_has_the_same_plan_later(make_edit, cuts, start):
    # Times count from the first frame, so moving the whole edit along the timecode moves only the names of times.
    here = make_edit(sorted(cuts), 700, ((350, 1, "hit"),))
    there = make_edit(sorted(cuts), 700, ((350, 1, "hit"),), start)
    plans = [plan_beats(constraints_of(edit), edit.duration, frame=FRAME) for edit in (here, there)]
    assert plans[0].beat_times == plans[1].beat_times
    assert plans[0].bars == plans[1].bars
    first, second = (edit.clock.frame_of_timecode(edit.clock.timecode_of(Fraction(10))) for edit in (here, there))
    assert first == second == 240


@QUICK
@given(edits(), st.fractions(0, 1, max_denominator=97))
def test_times_and_beats_are_each_other_s_inverse(edit, share):
    plan = planned(edit)
    assert plan.time_of(plan.beat_of(share * plan.duration)) == share * plan.duration
