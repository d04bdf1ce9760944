"""What became of every shot, told in words."""

from __future__ import annotations

from vem_plugin.conform.fates import report_of
from vem_plugin.conform.matching import match_shots
from vem_plugin.conform.steps import survivors_of
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.former import FormerBeats
from vem_plugin.rhythm.plan import plan_beats


def report(make, cuts, new_cuts, *, locked=()):
    old, new = make.edit(cuts), make.edit(new_cuts)
    before = plan_beats(constraints_of(old), old.duration, frame=old.clock.frame_duration)
    pairs = match_shots(old, new)
    former = FormerBeats(before, survivors_of(pairs), old.clock.frame_duration)
    now = plan_beats(constraints_of(new), new.duration, frame=new.clock.frame_duration, former=former)
    return report_of(pairs, before, now, former.beats_on(now), locked=locked)


def test_every_fate_has_its_name(make) -> None:
    # 120 bpm at 24 frames a second: a beat lasts 12 frames.
    cuts = make.cuts([96, 192, 96, 192, 96, 96])
    new = [
        cuts[0],
        make.trimmed(cuts[1], 48),
        make.trimmed(cuts[2], 3),
        make.trimmed(cuts[3], -48),
        make.Cut("pickup.mov", 0, 48),
        cuts[5],
    ]
    told = report(make, cuts, new, locked=(1, 2, 5))
    assert [fate.music for fate in told.fates] == ["kept", "cut", "bent", "extended", "new", "kept", "gone"]
    assert [fate.kept for fate in told.fates] == [8, 12, 8, 16, 0, 8, 0]
    assert [fate.beats for fate in told.fates] == [8, 12, 8, 20, 4, 8, 8]
    assert told.fates[2].tempo > 0.03
    assert told.broken_locks == (2, 5)
    assert told.kept == 52
    assert told.landed == told.cuts == (5, 5)
    assert not told.new_misses


def test_a_cut_that_is_lost_is_a_new_miss(make) -> None:
    cuts = make.cuts([96, 96, 96, 96])
    told = report(make, cuts, [*cuts[:2], make.Cut("a.mov", 0, 2), make.Cut("b.mov", 0, 3), *cuts[2:]])
    assert told.new_misses
    assert all(miss.constraint.shot in (3, 4, 5) for miss in told.new_misses)


def test_both_halves_of_a_split_shot_keep_their_beats(make) -> None:
    cuts = make.cuts([96, 192, 96])
    halves = [make.Cut(cuts[1].media, 100, 96), make.Cut(cuts[1].media, 196, 96)]
    told = report(make, cuts, [cuts[0], halves[0], make.Cut("cutaway.mov", 0, 48), halves[1], cuts[2]], locked=(2,))
    assert [fate.old for fate in told.fates] == [1, 2, None, 2, 3]
    assert [fate.change for fate in told.fates] == ["kept", "split", "inserted", "split", "kept"]
    assert [fate.kept for fate in told.fates] == [8, 8, 0, 8, 8]
    assert [fate.music for fate in told.fates] == ["kept", "kept", "new", "kept", "kept"]
    assert told.broken_locks == ()
    assert told.count("gone") == 0
    less = report(make, cuts, [cuts[0], halves[0], make.trimmed(halves[1], 48), cuts[2]], locked=(2,))
    assert less.broken_locks == (2,)
