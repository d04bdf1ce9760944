"""Plans whose right answer is known by hand."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from vem_plugin.errors import PlanError, SettingsError
from vem_plugin.rhythm.beat_plan import BeatConstraint, BeatPlan
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.deserving import Deserved
from vem_plugin.rhythm.plan import plan_beats
from vem_timeline.storyboard import Storyboard


def plan_of(edit: Storyboard, **settings) -> BeatPlan:
    return plan_beats(constraints_of(edit), edit.duration, frame=edit.clock.frame_duration, **settings)


def landing_at(plan: BeatPlan, frame: int):
    return next(item for item in plan.landings if item.constraint.time == Fraction(frame, 24))


def test_an_edit_cut_to_120_bpm_is_found_out(make_edit):
    plan = plan_of(make_edit([12 * beat for beat in (4, 8, 10, 12, 16, 20, 24, 28, 29, 32)], 12 * 40))
    assert plan.base_bpm == 120
    assert [segment.bpm for segment in plan.segments] == [120]
    assert plan.misses == ()
    assert [bar.beats for bar in plan.bars] == [4] * 10
    assert all(landing.offset == 0 for landing in plan.landings)
    assert landing_at(plan, 12 * 10).on == "beat"
    assert landing_at(plan, 12 * 8).on == "downbeat"


def test_cuts_rounded_to_frames_do_not_bend_a_steady_tempo(make_edit):
    # 100 bpm at 24 fps is 14.4 frames a beat: no cut is exactly on its beat, all are within half a frame.
    grid = [round(beat * 14.4) for beat in (4, 8, 12, 16, 18, 20, 24, 28, 32, 33, 36)]
    plan = plan_of(make_edit(grid, 14 * 50 + 20))
    assert plan.misses == ()
    assert float(plan.base_bpm) == pytest.approx(100, abs=0.2)
    assert len(plan.segments) <= 3
    assert max(abs(float(segment.bpm) / 100 - 1) for segment in plan.segments) < 0.012


def test_off_beat_cuts_land_on_eighths(make_edit):
    plan = plan_of(make_edit([48, 54, 96, 102, 144], 192), tempo=(118, 122))
    assert (landing_at(plan, 54).on, landing_at(plan, 54).beat) == ("off-beat", Fraction(9, 2))


def test_a_timeline_without_cuts_gets_a_steady_tempo(make_edit):
    plan = plan_of(make_edit([], 24 * 60))
    assert len(plan.segments) == 1
    assert plan.beats % 4 == 0
    assert plan.beat_times[-1] == 60
    assert 100 < plan.base_bpm < 113


def test_a_preferred_tempo_is_kept_near(make_edit):
    for wanted in (84, 96, 132):
        assert float(plan_of(make_edit([], 24 * 60), prefer=wanted).base_bpm) == pytest.approx(wanted, rel=0.03)


def test_drops_begin_bars_though_bars_must_shrink_for_it(make_edit):
    markers = ((180, 1, "drop"), (300, 1, "downbeat"), (300 + 11 * 12, 1, "drop"))
    plan = plan_of(make_edit([90, 240], 600, markers))
    assert {landing_at(plan, frame).on for frame, *_ in markers} == {"downbeat"}
    assert sum(bar.beats for bar in plan.bars) == plan.beats


@pytest.mark.parametrize(("meter", "expected"), [(3, 3), (4, 4), (5, 5)])
def test_other_metres(make_edit, meter, expected):
    plan = plan_of(make_edit([], 24 * 30), meter=meter)
    assert max({bar.beats for bar in plan.bars}, key=[bar.beats for bar in plan.bars].count) == expected


@pytest.mark.parametrize("frames", [10, 12, 17, 20, 30])
def test_the_shortest_timelines_still_have_a_beat(make_edit, frames):
    plan = plan_of(make_edit([], frames))
    assert plan.beats >= 1
    assert plan.beat_times[-1] == Fraction(frames, 24)


def test_a_timeline_of_one_frame_is_refused_with_advice(make_edit):
    with pytest.raises(PlanError, match=r"less than one beat at 140 bpm.*Score at least 0\.39 s"):
        plan_of(make_edit([], 1))


def test_markers_too_close_are_both_named(make_edit):
    markers = ((240, 1, "Hit"), (243, 1, "other"))
    with pytest.raises(PlanError, match=r'marker "Hit" at 00:00:10:00.*marker "other" at 00:00:10:03') as raised:
        plan_of(make_edit([48], 600, markers))
    assert "ignore" in raised.value.remedy
    assert raised.value.where == "10.000 s to 10.125 s"


def test_a_marker_just_after_the_start_is_refused(make_edit):
    with pytest.raises(PlanError, match="the start of the timeline and marker"):
        plan_of(make_edit([], 600, ((2, 1, "too soon"),)))


def test_a_change_of_exactly_ten_percent_is_allowed(make_edit):
    # Eighths of 10 and of 11 frames: 144 and 130.9 bpm, 10 % apart and both within 10 % of 137.
    plan = plan_of(make_edit([], 80 + 88, ((80, 1, "hit"),)), tempo=(135, 140))
    assert [segment.bpm for segment in plan.segments] == [144, Fraction(1440, 11)]


def test_a_tempo_that_cannot_end_on_a_beat_is_refused(make_edit):
    with pytest.raises(PlanError, match="Widen --tempo"):
        plan_of(make_edit([], 20), tempo=(100, 100))


def test_close_markers_take_an_off_beat_before_failing_and_say_so(make_edit):
    plan = plan_of(make_edit([48], 600, ((240, 1, "Hit"), (246, 1, "other"))))
    assert {landing_at(plan, 240).on, landing_at(plan, 246).on} >= {"off-beat"}
    assert landing_at(plan, 246).offset == 0
    assert len(plan.remarks) == 1
    assert "falls on an off-beat eighth, though it wants a beat" in plan.remarks[0]


def test_a_downbeat_yields_before_a_beat_does(make_edit):
    plan = plan_of(make_edit([], 600, ((240, 1, "drop"), (252, 1, "drop"), (264, 1, "drop"))))
    assert [landing_at(plan, frame).on for frame in (240, 252, 264)].count("beat") == 1
    assert "falls on a beat, though it wants a downbeat" in plan.remarks[0]


def test_every_miss_says_why(make_edit):
    cuts = [48, 51, 96, 99, 103, 150, 171, 240, 244, 300, 331, 333]
    plan = plan_of(make_edit(cuts, 400), tempo=(100, 104))
    assert plan.misses
    for miss in plan.misses:
        assert abs(miss.offset) > Fraction(1, 48)
        assert any(
            words in miss.reason
            for words in (
                "closer than the shortest eighth",
                "than the base tempo",
                "would have to",
                "would bend",
                "left",
            )
        )
    assert len(plan.misses) + len(plan.landings) == len(cuts) + 1


def test_settings_that_make_no_sense_are_refused(make_edit):
    for tempo in ((140, 80), (0, 100), (90, 900)):
        with pytest.raises(SettingsError):
            plan_of(make_edit([], 240), tempo=tempo)
    with pytest.raises(SettingsError):
        plan_of(make_edit([], 240), meter=1)


def test_an_instant_outside_the_timeline_is_a_fault_of_the_caller():
    stray = BeatConstraint(Fraction(11), "hit", 1.0, True, "beat", "stray", "")
    with pytest.raises(ValueError, match="stray at 11"):
        plan_beats([stray], Fraction(10), frame=Fraction(1, 24))


def test_what_deserves_a_hit_lands_on_stronger_places(make_edit):
    rng = random.Random(4)
    strong = {1.0: 0, 0.0: 0}
    for _ in range(4):
        cuts = sorted(rng.sample(range(12, 580), 22))
        cuts = [cut for cut, after in zip(cuts, [*cuts[1:], 600], strict=True) if after - cut > 8]
        edit = make_edit(cuts, 600)
        for even in (0.0, 1.0):
            judged = [Deserved(even if index % 2 == 0 else 1 - even) for index in range(len(cuts))]
            constraints = constraints_of(edit, deserved=judged)
            plan = plan_beats(constraints, edit.duration, frame=edit.clock.frame_duration)
            for landing in plan.landings:
                if landing.constraint.deserves is not None:
                    strong[landing.constraint.deserves] += landing.on != "off-beat"
    assert strong[1.0] > 1.15 * strong[0.0]
