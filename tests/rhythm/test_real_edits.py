"""The promise: on real edits the beats come to the cuts, within the limits and in time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

EDITS = sorted((Path(__file__).resolve().parents[1] / "samples" / "edits").glob("*.json"))
FULL_OF_CUTS = 20
MEDIAN_SHOT = 1.5


def test_the_sample_edits_are_those_the_promise_is_about(benchmark_plan):
    assert len(EDITS) >= 6
    for path in EDITS:
        edit = benchmark_plan.edit_of_file(path)
        assert len(edit.transitions) >= FULL_OF_CUTS


@pytest.mark.parametrize("path", EDITS, ids=lambda path: path.stem)
def test_nine_of_ten_cuts_land_on_the_grid_within_the_limits(benchmark_plan, path):
    edit = benchmark_plan.edit_of_file(path)
    row, plan = benchmark_plan.measure(edit)
    assert row.median_shot >= MEDIAN_SHOT
    assert row.on_grid >= 0.90
    assert row.on_grid >= row.constant + 0.4
    assert row.on_downbeat >= 0.25  # twice chance: an eighth of the eighths begin a bar
    assert row.deviation <= 0.10
    assert row.change <= 0.10
    assert all(abs(item.offset) <= edit.clock.frame_duration / 2 for item in plan.landings)
    # Bars of another length are the exception.
    assert sum(bar.beats == 4 for bar in plan.bars) >= 0.95 * len(plan.bars)


def test_planning_is_quick(benchmark_plan):
    benchmark_plan.measure(benchmark_plan.made_up_edit("warm-up", 2.2, 10))
    for shots, limit in ((101, 0.5), (501, 3.0)):
        row, _ = benchmark_plan.measure(benchmark_plan.made_up_edit("quick", 2.2, shots))
        assert row.cuts == shots - 1
        assert row.seconds < limit


def test_a_flurry_of_frames_and_a_feature_s_length_are_survived(benchmark_plan):
    flurry = benchmark_plan.edit_of_frames("flurry", list(range(1, 400)), 500, Fraction(24))
    row, _ = benchmark_plan.measure(flurry)
    assert 0.05 < row.on_grid < 0.5
    feature = benchmark_plan.edit_of_frames("feature", [24 * 601 * i for i in range(1, 17)], 24 * 10_800, Fraction(24))
    row, plan = benchmark_plan.measure(feature)
    assert row.on_downbeat == 1
    assert plan.beat_times[-1] == 10_800
