"""Sync of music on clips, stand-ins, intervals: perfect, blind, silent, ill-formed; mir_eval and scipy agree."""

from __future__ import annotations

import mir_eval
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.clips.clip import Clip, Music
from vem_plugin.evaluate.clips.hearing import with_tracked_beats
from vem_plugin.evaluate.clips.likeness import frechet_distance
from vem_plugin.evaluate.clips.stand_ins import (
    RATE,
    ConstantTempo,
    as_long_as,
    best_constant_tempo,
    clicks,
    clicks_at,
    partners,
    silence,
)
from vem_plugin.evaluate.clips.timing import STRICT, beat_union, listen, paper_counts, timing_of
from vem_plugin.evaluate.counting import NOTHING, Count, figure_by_redrawing, figure_of

FRAME = 1 / 25
CUTS = (1.2, 2.48, 3.0, 4.4, 6.12, 7.0)
CLIP = Clip("clip", 8.0, FRAME, CUTS, hits=(5.0,))
beats = st.lists(st.integers(0, 8000), max_size=30, unique=True).map(lambda ms: tuple(sorted(t / 1000 for t in ms)))


def share(count: Count) -> float:
    return count.good / count.of


def heard(music: Music, clip: Clip = CLIP):
    return timing_of(clip, music, listen(music))


def test_clicks_on_every_instant_are_perfect() -> None:
    timing = heard(clicks_at(CLIP.instants, CLIP.instants, seconds=8.0))
    for name in ("half a frame", "one frame", "40 ms", "70 ms"):
        assert share(timing.counts[f"onset within {name}"]) == 1
        assert share(timing.counts[f"onset within {name}, less chance"]) > 0.85
    assert share(timing.counts["beat within one frame"]) == 1
    assert share(timing.counts["downbeat within one frame"]) == 1
    assert share(timing.counts["louder than its surroundings"]) == 1
    assert np.abs(timing.offsets).max() < 0.005
    assert np.median(timing.accents) > 3
    assert timing.misses == ()


def test_late_clicks_are_late_by_as_much() -> None:
    late = tuple(time + 0.06 for time in CLIP.instants)
    timing = heard(clicks_at(late, seconds=8.0))
    assert np.median(timing.offsets) == pytest.approx(0.06, abs=0.003)
    assert share(timing.counts["onset within 40 ms"]) == 0
    assert share(timing.counts["onset within 70 ms"]) == 1
    assert [miss.time for miss in timing.misses] == list(CLIP.instants)
    assert {miss.kind for miss in timing.misses if miss.time == 5.0} == {"hit"}
    assert all(miss.offset == pytest.approx(0.06, abs=0.003) for miss in timing.misses)


def test_clicks_everywhere_are_all_chance() -> None:
    everywhere = clicks_at(tuple(np.arange(0.02, 8, 0.06).tolist()), seconds=8.0)
    timing = heard(everywhere)
    assert share(timing.counts["onset within 70 ms"]) == 1
    assert share(timing.counts["onset within 70 ms, less chance"]) == pytest.approx(0, abs=0.02)
    assert np.median(timing.accents) == pytest.approx(1, abs=0.3)


def test_beats_are_found_in_music_that_tells_none() -> None:
    told = clicks_at(tuple(np.arange(0.25, 16, 0.5).tolist()), tuple(np.arange(0.25, 16, 2).tolist()), seconds=16.0)
    silent_about_it = Music(told.samples, told.rate)
    found = with_tracked_beats(silent_about_it, listen(silent_about_it))
    inside = [beat for beat in found.beats if 1 < beat < 15]
    assert len(inside) == 28
    assert np.abs(np.subtract.outer(inside, told.beats)).min(axis=1).max() < 0.02
    assert set(np.round(found.downbeats, 1)) <= set(np.round(told.downbeats, 1))
    assert with_tracked_beats(silence(CLIP), listen(silence(CLIP))).beats == ()


def test_silence_has_no_sync_and_misses_all() -> None:
    timing = heard(silence(CLIP))
    assert all(count.good == 0 for count in timing.counts.values())
    assert len(timing.misses) == len(CLIP.instants)
    assert all(miss.offset is None for miss in timing.misses)


def test_a_clip_without_cuts_has_nothing_to_count() -> None:
    timing = heard(silence(CLIP), Clip("still", 8.0, FRAME, ()))
    assert {count.of for count in timing.counts.values()} == {0}


def test_what_begins_or_ends_the_clip_is_no_instant() -> None:
    assert Clip("clip", 8.0, FRAME, (0.0, 2.0, 8.0), hits=(2.0, 3.0)).instants == (2.0, 3.0)


@pytest.mark.parametrize(("seconds", "frame"), [(0, FRAME), (8, 0), (-1, FRAME), (float("nan"), FRAME)])
def test_a_clip_without_length_is_refused(seconds: float, frame: float) -> None:
    with pytest.raises(SettingsError, match="cannot be measured"):
        Clip("clip", seconds, frame, ())


@settings(deadline=None)
@given(beats, beats, st.sampled_from([0.0705, 0.5005]))
def test_the_union_of_beats_is_mir_evals_f_measure_told_another_way(one: tuple, other: tuple, tolerance: float) -> None:
    if not one or not other:
        return
    union = beat_union(one, other, tolerance=tolerance).good
    f_measure = mir_eval.beat.f_measure(np.array(one), np.array(other), f_measure_threshold=tolerance)
    assert 2 * union / (1 + union) == pytest.approx(f_measure)


def test_the_papers_measures_of_the_same_beats_are_one() -> None:
    music = Music(np.zeros((8 * RATE, 1), np.float32), RATE, CUTS, CUTS)
    counts = paper_counts(CLIP, music, music)
    assert {share(count) for count in counts.values()} == {1.0}


def test_without_reference_or_cuts_the_papers_measures_are_empty() -> None:
    music = Music(np.zeros((8 * RATE, 1), np.float32), RATE, (1.0, 2.0))
    counts = paper_counts(Clip("still", 8.0, FRAME, ()), music, None)
    assert set(counts.values()) == {NOTHING}
    assert beat_union((), (), tolerance=STRICT) == NOTHING
    assert share(paper_counts(CLIP, silence(CLIP), None)["TBIoU"]) == 0


def test_the_best_constant_tempo_finds_a_tempo_that_was_there() -> None:
    truth = ConstantTempo(97.0, 0.31)
    cuts = [truth.beats(60)[number] for number in (2, 6, 9, 10, 14, 18, 23, 26, 30, 33, 38, 42, 50)]
    found = best_constant_tempo(cuts, tolerance=FRAME)
    assert found.bpm == pytest.approx(97, abs=0.5)
    near = [np.abs(np.subtract.outer(cuts, times)).min(axis=1) for times in (found.beats(60), found.downbeats(60))]
    assert (near[0] <= FRAME).all()
    assert (near[1] <= FRAME).sum() == 10  # all those that are two beats after a multiple of four


def test_no_other_constant_tempo_has_more_cuts_on_its_beats_less_chance() -> None:
    rng = np.random.default_rng(4)
    cuts = np.sort(rng.uniform(0, 30, 14))

    def worth(metronome: ConstantTempo) -> float:
        distance = np.abs(np.subtract.outer(cuts, metronome.beats(31))).min(axis=1)
        return float((distance <= FRAME).mean() - 2 * FRAME * metronome.bpm / 60)

    best = worth(best_constant_tempo(cuts, tolerance=FRAME))
    others = [worth(ConstantTempo(rng.uniform(60, 180), rng.uniform(0, 0.3))) for _ in range(300)]
    assert best > max(others)


def test_a_click_track_without_cuts_still_clicks() -> None:
    music = clicks(Clip("still", 8.0, FRAME, ()))
    assert len(music.beats) > 8
    assert len(music.samples) == 8 * RATE


def test_tempi_that_make_no_sense_are_refused() -> None:
    with pytest.raises(SettingsError):
        best_constant_tempo([1.0], tolerance=0)
    with pytest.raises(SettingsError):
        best_constant_tempo([1.0], tolerance=0.1, slowest=90, fastest=80)


@pytest.mark.parametrize("count", [2, 3, 20])
def test_permuted_pairs_leave_nobody_their_own(count: int) -> None:
    found = partners(count)
    assert sorted(found) == list(range(count))
    assert all(partner != number for number, partner in enumerate(found))


def test_one_clip_alone_cannot_be_permuted() -> None:
    assert partners(1) == ()


def test_shorter_music_begins_again_with_its_beats() -> None:
    music = clicks_at((0.0, 1.0, 2.0), (0.0,), seconds=3.0)
    longer = as_long_as(CLIP, music)
    assert longer.seconds == pytest.approx(8)
    assert longer.beats == (0, 1, 2, 3, 4, 5, 6, 7)
    assert longer.downbeats == (0, 3, 6)
    np.testing.assert_array_equal(longer.samples[3 * RATE : 6 * RATE], music.samples)


def test_the_interval_of_a_share_is_scipys() -> None:
    rng = np.random.default_rng(6)
    of = rng.integers(3, 20, 40)
    good = rng.binomial(of, 0.6)
    found = figure_of([Count(float(g), float(o)) for g, o in zip(good, of, strict=True)], draws=4000)
    theirs = bootstrap(
        (good, of), lambda g, o: g.sum() / o.sum(), paired=True, vectorized=False, n_resamples=4000,
        method="percentile", random_state=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_the_basic_interval_is_scipys() -> None:
    values = np.random.default_rng(7).exponential(2, 60)
    found = figure_by_redrawing(list(values), lambda v: float(np.std(v)), interval="basic", draws=4000)
    theirs = bootstrap(
        (values,), np.std, n_resamples=4000, method="basic", random_state=np.random.default_rng(1)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.12)


def test_drawing_again_pushes_a_frechet_distance_up_and_the_basic_interval_takes_that_off() -> None:
    rng = np.random.default_rng(8)
    reference, clips = rng.normal(size=(60, 8)), [rng.normal(size=(2, 8)) for _ in range(30)]
    found = figure_by_redrawing(clips, lambda c: frechet_distance(np.concatenate(c), reference), interval="basic")
    assert found.low < found.high < found.value


def test_a_statistic_of_nothing_is_unknown() -> None:
    assert not figure_by_redrawing([], lambda values: 1.0, interval="basic").known
    assert not figure_by_redrawing([1.0], lambda values: np.inf, interval="percentile").known
