"""Effects come where the cue sheet wants them, peak on their hit, and keep out of stops and speech."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from vem_plugin.render.effects import EFFECT_KINDS, TASTES, Effect, effects_for
from vem_plugin.render.effects_sound import EffectsPlayer, shape_of
from vem_plugin.render.room import response_of
from vem_plugin.render.synth import frames_of
from vem_plugin.render.voice import RATE
from vem_plugin.rhythm.beat_plan import Bar, BeatConstraint, BeatPlan, Landing, TempoSegment
from vem_plugin.score.cue import ROLES, STYLES, CueSheet, Section

BEATS = 64
HALL = response_of("hall").shape[1]


def cue_of(
    style: str, *, hits: dict[int, float] | None = None, stops: tuple[int, ...] = (), metre: int = 4
) -> CueSheet:
    """Four sections: quiet, rising by much, falling, loud."""
    energies = (0.3, 0.8, 0.4, 0.9)
    bars = (metre,) * (BEATS // 4 // metre)
    sections = tuple(
        Section(number * sum(bars), bars, (energy, energy), 0.2, 0.4, 0, frozenset(ROLES))
        for number, energy in enumerate(energies)
    )
    beats = 4 * sum(bars)
    return CueSheet(style, "minor", 2, 120.0, sections, hits or {}, frozenset(stops), beats - metre, metre=metre)


def plan_for(beats: int, *, drop: int | None = None) -> BeatPlan:
    """120 beats a minute."""
    duration = Fraction(beats, 2)
    bars = tuple(Bar(1 + first // 4, first, min(4, beats - first)) for first in range(0, beats, 4))
    landings: tuple[Landing, ...] = ()
    if drop is not None:
        wanted = BeatConstraint(Fraction(drop, 2), "drop", 9.0, True, "downbeat", "drop", "a marker")
        landings = (Landing(wanted, Fraction(drop), "downbeat", Fraction(0)),)
    segment = TempoSegment(Fraction(0), duration, 2 * beats)
    return BeatPlan(duration, Fraction(120), (segment,), bars, landings, ())


PLAN = plan_for(BEATS)


def level_of(sound: NDArray[np.floating]) -> NDArray[np.float64]:
    """Root mean square over 5 ms around every sample."""
    power = np.square(np.asarray(sound, np.float64)).mean(axis=0)
    return np.sqrt(np.convolve(power, np.full(240, 1 / 240), "same"))


# --- deciding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_every_style_knows_what_it_likes_and_a_marked_hit_is_answered_or_not_at_all(style: str) -> None:
    effects = effects_for(cue_of(style, hits={80: 1.0}), PLAN, seed=1)
    on_hit = {effect.kind for effect in effects if effect.time == 20}
    if not TASTES[style].answers:
        assert effects == ()
    elif style in ("trailer", "action", "epic", "thriller", "tense", "electronic", "synthwave"):
        assert "impact" in on_hit
        assert on_hit & {"riser", "reverse_cymbal", "whoosh", "swell"}
    else:
        assert on_hit
        assert "impact" not in {effect.kind for effect in effects}


def test_a_trailer_gets_more_and_louder_ones_than_a_folk_tune() -> None:
    hits = {2 * beat: 1.0 if beat % 16 == 8 else 0.5 for beat in range(0, BEATS, 8)}
    trailer, folk = (effects_for(cue_of(style, hits=hits), PLAN, seed=1) for style in ("trailer", "folk"))
    assert len(trailer) > 2 * len(folk) > 0
    assert max(one.level for one in folk) < max(one.level for one in trailer) - 8
    assert {one.kind for one in folk} == {"swell"}


@pytest.mark.parametrize("style", ["trailer", "electronic", "pop", "documentary"])
@pytest.mark.parametrize("seed", range(5))
def test_moments_keep_their_distance_however_many_hits_there_are(style: str, seed: int) -> None:
    cue = cue_of(style, hits=dict.fromkeys(range(0, 2 * BEATS, 2), 1.0))
    times = sorted({effect.time for effect in effects_for(cue, PLAN, seed=seed)})
    gaps = np.diff([float(time) for time in times])
    assert len(times) > 2
    assert gaps.min() >= TASTES[style].apart / 2


def test_a_drop_gets_the_long_riser_the_impact_and_the_sub() -> None:
    effects = effects_for(cue_of("trailer", hits={80: 1.0}), plan_for(BEATS, drop=40), seed=4)
    there = {effect.kind: effect for effect in effects if effect.time == 20}
    assert {"riser", "impact", "sub_drop"} <= set(there)
    assert there["riser"].lead == 4
    assert there["impact"].lead == 0


def test_the_build_ends_where_the_stop_begins_and_the_impact_breaks_it() -> None:
    cue = cue_of("trailer", hits={80: 1.0}, stops=(39,))
    effects = [effect for effect in effects_for(cue, PLAN, seed=1) if 17 <= effect.time <= 20]
    (impact,) = [effect for effect in effects if effect.kind == "impact"]
    (build,) = [effect for effect in effects if effect.lead]
    assert impact.time == 20
    assert build.time == build.until == Fraction(39, 2)


def test_no_build_reaches_back_over_a_stop_or_the_moment_before() -> None:
    cue = cue_of("action", hits={60: 1.0, 72: 1.0, 80: 1.0}, stops=(35,))
    effects = effects_for(cue, PLAN, seed=2)
    times = sorted({effect.time for effect in effects})
    for effect in effects:
        begins = effect.time - effect.lead
        assert begins >= 0
        assert not any(begins < time < effect.time for time in times)
        assert not begins < 18 < effect.time


@pytest.mark.parametrize("metre", [3, 4, 6])
def test_every_metre_has_builds_of_whole_beats(metre: int) -> None:
    cue = cue_of("epic", hits={48: 1.0}, metre=metre)
    builds = [one for one in effects_for(cue, plan_for(cue.beats), seed=1) if one.kind in ("riser", "reverse_cymbal")]
    assert builds
    assert all((2 * one.lead).denominator == 1 for one in builds)


def test_effects_keep_out_of_speech() -> None:
    cue = cue_of("trailer", hits={80: 1.0})
    free = effects_for(cue, PLAN, seed=1)
    kept = effects_for(cue, PLAN, seed=1, speech=[(Fraction(19), Fraction(21))])
    loud, soft = (next(one for one in some if one.kind == "impact" and one.time == 20) for some in (free, kept))
    assert soft.level == loud.level - 6
    assert {one.kind for one in kept if one.time == 20} == {"impact"}
    assert {one for one in free if one.time < 15} == {one for one in kept if one.time < 15}


def test_the_seed_varies_them_and_repeats_them() -> None:
    cue = cue_of("epic", hits={80: 1.0})
    assert effects_for(cue, PLAN, seed=1) == effects_for(cue, PLAN, seed=1)
    kinds = {tuple(one.kind for one in effects_for(cue, PLAN, seed=seed)) for seed in range(12)}
    assert len(kinds) > 1


# --- sounding -----------------------------------------------------------------------------------------------------


def effect_of(kind: str, *, lead: Fraction = Fraction(2), seed: int = 5, until: Fraction | None = None) -> Effect:
    lead = Fraction(0) if kind in ("impact", "sub_drop") else lead
    return Effect(kind, Fraction(10), lead, until, 0.0, 48.0, 0.5, seed)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", EFFECT_KINDS)
@pytest.mark.parametrize(("lead", "seed"), [(Fraction(1, 2), 1), (Fraction(2), 2), (Fraction(10, 3), 3)])
def test_it_peaks_within_five_milliseconds_of_its_hit_and_begins_with_its_lead(
    kind: str, lead: Fraction, seed: int
) -> None:
    effect = effect_of(kind, lead=lead, seed=seed)
    shape = shape_of(effect, "hall")
    assert abs(int(level_of(shape.sound).argmax()) - shape.peak) <= 0.005 * RATE
    assert abs(shape.peak - frames_of(effect.lead)) <= 0.001 * RATE
    assert np.abs(shape.sound[:, -1]).max() < 1e-3


@pytest.mark.parametrize("kind", EFFECT_KINDS)
def test_it_survives_in_mono_and_reaches_no_full_scale(kind: str) -> None:
    left, right = shape_of(effect_of(kind), "hall").sound.astype(np.float64)
    assert left @ right / np.sqrt((left @ left) * (right @ right)) > 0.3
    assert 0.03 < max(np.abs(left).max(), np.abs(right).max()) < 1


def test_the_riser_opens_towards_the_hit() -> None:
    sound = shape_of(effect_of("riser"), "studio").sound.mean(axis=0)
    early, late = (np.abs(np.fft.rfft(sound[int(at * RATE) :][: RATE // 2])) for at in (0.3, 1.45))
    centre = [np.average(np.fft.rfftfreq(RATE // 2, 1 / RATE), weights=part) for part in (early, late)]
    assert centre[1] > 1.3 * centre[0]
    assert np.square(late).sum() > 100 * np.square(early).sum()


def test_the_whoosh_passes_from_one_side_to_the_other() -> None:
    shape = shape_of(effect_of("whoosh", lead=Fraction(1, 2)), "studio")
    before, after = shape.sound[:, shape.peak - 6000 : shape.peak - 3000], shape.sound[:, shape.peak + 3000 :][:, :3000]
    leans = [float(np.square(part[0]).sum() / np.square(part[1]).sum()) for part in (before, after)]
    assert leans[0] * leans[1] == pytest.approx(1, rel=0.9)
    assert max(leans) > 1.3


def test_a_stop_damps_the_tail() -> None:
    shape = shape_of(effect_of("impact", until=Fraction(21, 2)), "hall")
    assert shape.sound.shape[1] <= shape.peak + int(0.54 * RATE)
    free = shape_of(effect_of("impact"), "hall")
    until = shape.peak + RATE // 2
    assert np.array_equal(free.sound[:, :until], shape.sound[:, :until])


def test_an_effect_is_the_same_whatever_sounds_beside_it_and_however_it_is_cut_into_blocks() -> None:
    one = replace(effect_of("impact"), time=Fraction(2))
    far = replace(effect_of("riser", seed=9), time=Fraction(9))
    end = 10 * RATE
    alone = EffectsPlayer([one], "hall").play(0, end)
    player = EffectsPlayer([one, far], "hall")
    both = np.concatenate([player.play(first, min(first + 70_001, end)) for first in range(0, end, 70_001)], axis=1)
    reach = 2 * RATE + int(2.7 * RATE) + HALL
    assert reach < 7 * RATE
    assert np.array_equal(alone[:, : 7 * RATE], both[:, : 7 * RATE])
    assert np.abs(both[:, 8 * RATE : 9 * RATE]).max() > 0.01


def test_a_lead_from_before_the_picture_is_cut_off() -> None:
    early = replace(effect_of("swell", lead=Fraction(3)), time=Fraction(1))
    block = EffectsPlayer([early], "studio").play(0, RATE)
    assert np.abs(block).max() > 0.01
