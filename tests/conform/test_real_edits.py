"""The promise, on real edits: music survives a re-edit, and the beats stay on the cuts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from vem_timeline import read

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "timelines"
NAMES = ("pipeline-neo__TimelineSample.fcpxml", "otio-fcp-adapter__empty_name_tags.xml")


@pytest.fixture(scope="module")
def rows(benchmark):
    """Figures of every re-edit of the first of the edits: 48 shots, 130 s, five lines of dialogue."""
    return dict(benchmark.measured(SAMPLES / NAMES[0]))


def test_nine_of_ten_notes_of_hardly_changed_shots_survive(rows) -> None:
    for name, row in rows.items():
        assert row.notes > 50, name
        assert row.survive >= 0.9 * row.notes, name


def test_cuts_are_met_no_worse_than_by_scoring_anew(rows) -> None:
    again, anew, cuts = (sum(getattr(row, name) for row in rows.values()) for name in ("again", "anew", "cuts"))
    assert again >= anew - 0.01 * cuts
    for name, row in rows.items():
        assert row.again >= row.anew - 0.05 * row.cuts, name


def test_there_and_back_every_kept_shot_has_its_notes_again(benchmark, reedits, tmp_path) -> None:
    timeline = reedits.flat_timeline(read(SAMPLES / NAMES[0]))
    first = read(reedits.write_reedit(timeline, None, tmp_path / "first.otio"))
    changed = read(reedits.write_reedit(timeline, reedits.delete_some, tmp_path / "changed.otio"))
    old = benchmark.scored(first)
    there, pairs, _ = benchmark.conformed(old, changed)
    back, _, _ = benchmark.conformed(there, first)
    notes = survive = 0
    for shot in (pair.old for pair in pairs if pair.old is not None and pair.new is not None):
        then, now = benchmark.placed_notes(old, shot), benchmark.placed_notes(back, shot)
        notes, survive = notes + then.total(), survive + (then & now).total()
    assert survive >= 0.95 * notes


def test_the_same_edit_is_kept_whole(benchmark, reedits, tmp_path) -> None:
    timeline = reedits.flat_timeline(read(SAMPLES / NAMES[1]))
    edit = read(reedits.write_reedit(timeline, None, tmp_path / "edit.otio"))
    old = benchmark.scored(edit)
    new, _, beats = benchmark.conformed(old, edit)
    assert beats == tuple(range(old.plan.beats))
    assert new.plan.segments == old.plan.segments
    assert new.plan.bars == old.plan.bars
    assert (new.score.notes == old.score.notes).all()
    assert new.score.cue == old.score.cue


def test_a_rippled_line_changes_one_shot(benchmark, reedits, tmp_path) -> None:
    timeline = reedits.flat_timeline(read(SAMPLES / NAMES[0]))
    first = read(reedits.write_reedit(timeline, None, tmp_path / "first.otio"))
    changed = read(reedits.write_reedit(timeline, reedits.ripple_dialogue, tmp_path / "rippled.otio"))
    assert changed.duration == first.duration - Fraction(round(float(first.clock.rate) / 2)) / first.clock.rate
    _, pairs, _ = benchmark.conformed(benchmark.scored(first), changed)
    assert [pair.change for pair in pairs if pair.change != "kept"] == ["trimmed"]
