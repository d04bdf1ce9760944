"""The hard promise of a re-score: outside its span not one sample, note or latent is another one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.publish import ScoredTake
from vem_plugin.rescoring import STAGES, rescore
from vem_plugin.score.cue import ROLES
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.take import read_score, read_take
from vem_plugin.takes.sections import Ask

SHOT = 4
SOUNDS = (*(f"stem_{role}" for role in ROLES), "stem_effects", "mix", "ducked_mix")


@dataclass(frozen=True)
class Both:
    """A take, and the version after it with one shot scored anew."""

    before: ScoredTake
    after: ScoredTake

    def sound(self, name: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        paths = (one.folder / one.take.files[name] for one in (self.before, self.after))
        first, second = (soundfile.read(path, dtype="int32", always_2d=True)[0] >> 8 for path in paths)
        return first, second

    def widened(self) -> tuple[int, int]:
        """The shot, a beat wider on both sides, in samples."""
        plan = self.before.take.plan
        shot = self.before.take.storyboard.shots[SHOT - 1]
        begin = plan.time_of(max(Fraction(0), plan.beat_of(shot.start) - 1))
        end = plan.time_of(min(Fraction(plan.beats), plan.beat_of(shot.end) + 1))
        return int(begin * 48000), int(end * 48000) + 1


@pytest.fixture(scope="module")
def both(scored: ScoredTake, composer: VeMComposer) -> Both:
    return Both(scored, rescore(scored.timeline, Ask("darker", seed=5), shots=[SHOT], composer=composer))


@pytest.mark.parametrize("name", SOUNDS)
def test_every_sample_outside_is_the_same(both: Both, name: str) -> None:
    old, new = both.sound(name)
    first, end = both.widened()
    assert old.shape == new.shape
    changed = np.flatnonzero((old != new).any(axis=1))
    assert not len(changed) or (changed.min() >= first and changed.max() < end)


def test_the_shot_itself_is_new(both: Both) -> None:
    old, new = both.sound("mix")
    shot = both.before.take.storyboard.shots[SHOT - 1]
    inside = slice(int(shot.start * 48000), int(shot.end * 48000))
    assert (old[inside] != new[inside]).any(axis=1).mean() > 0.5
    assert np.abs(new[inside]).max() > 0.01 * (1 << 23)


def test_the_mix_is_still_the_sum_of_the_stems(both: Both) -> None:
    """Where the limiter does not act: at the take's gain the stems add up to the mix, inside and outside."""
    gain = 10 ** (both.after.take.loudness.gain / 20)
    total = sum(both.sound(f"stem_{stem}")[1].astype(float) for stem in (*ROLES, "effects")) * gain
    _, mix = both.sound("mix")
    free = np.abs(total).max(axis=1) < 0.5 * (1 << 23)
    quiet = np.convolve(~free, np.ones(2401), "same") == 0
    assert quiet.mean() > 0.3
    assert np.abs(total - mix)[quiet].max() <= 2


def test_no_click_at_the_seams(both: Both) -> None:
    """The highest step between samples, and its change, are within the range of the rest of the take."""
    old, new = both.sound("mix")
    first, end = both.widened()
    seams = [slice(first - 2400, first + 4800), slice(end - 14400, end + 2400)]
    for order in (1, 2):
        rest = np.abs(np.diff(old, order, axis=0)).max()
        assert max(np.abs(np.diff(new[seam], order, axis=0)).max() for seam in seams) <= rest


def test_notes_chords_and_latents_outside_are_the_same(both: Both) -> None:
    change = both.after.take.change
    assert change is not None
    assert change.beats is not None
    assert change.parent == both.before.take.take_id
    first, last = change.beats
    old, new = (read_score(one.folder, one.take.cue) for one in (both.before, both.after))
    assert old.latents is not None
    assert new.latents is not None
    outside = np.r_[0:first, last : len(old.latents)]
    np.testing.assert_array_equal(old.latents[outside], new.latents[outside])
    assert np.abs(old.latents[first:last] - new.latents[first:last]).max() > 0.01
    assert [old.chords[beat] for beat in outside] == [new.chords[beat] for beat in outside]
    ends = old.notes["start"] + old.notes["length"]
    before = old.notes[ends <= first * STEPS_PER_BEAT]
    after = old.notes[old.notes["start"] >= last * STEPS_PER_BEAT]
    assert set(before.tolist()) <= set(new.notes.tolist())
    assert set(after.tolist()) <= set(new.notes.tolist())


def test_plan_key_themes_and_gain_are_the_takes(both: Both) -> None:
    before, after = both.before.take, both.after.take
    assert after.plan == before.plan
    assert (after.cue.key, after.cue.mode, after.cue.style) == (before.cue.key, before.cue.mode, before.cue.style)
    assert (after.cue.hits, after.cue.stops, after.cue.end_beat) == (
        before.cue.hits,
        before.cue.stops,
        before.cue.end_beat,
    )
    assert (after.cards, after.palette, after.seed) == (before.cards, before.palette, before.seed)
    assert (after.loudness.gain, after.loudness.trim) == (before.loudness.gain, before.loudness.trim)
    assert [bar for section in after.cue.sections for bar in section.bars] == [
        bar for section in before.cue.sections for bar in section.bars
    ]


def test_the_new_version_has_names_of_its_own(both: Both) -> None:
    assert both.after.take.name == "walk_v02"
    assert not set(both.after.take.files.values()) - {"plan.png", "seen.npz"} & set(both.before.take.files.values())
    names = {path.name for path in both.after.folder.iterdir()}
    assert set(both.after.take.files.values()) <= names
    assert not {name for name in names if "walk_v01" in name}
    assert read_take(both.before.folder) == both.before.take
    assert read_take(both.after.timeline) == both.after.take


def test_the_timeline_holds_the_new_version_and_nothing_else_changes(both: Both) -> None:
    old, new = (json.loads(one.timeline.read_text()) for one in (both.before, both.after))
    tracks = [timeline["tracks"]["children"] for timeline in (old, new)]
    assert tracks[0][:-1] == tracks[1][:-1]
    (was,), (clip,) = (track[-1]["children"] for track in tracks)
    assert clip["media_references"]["DEFAULT_MEDIA"]["target_url"].endswith("walk_v02_MX.wav")
    assert clip["source_range"] == was["source_range"]
    assert len(clip["markers"]) == len(was["markers"])
    shot = both.before.take.storyboard.shots[SHOT - 1]
    beat = 1.2
    for mine, theirs in zip(clip["markers"], was["markers"], strict=True):
        assert mine["marked_range"] == theirs["marked_range"]
        time = mine["marked_range"]["start_time"]["value"] / 24
        if not float(shot.start) - beat <= time <= float(shot.end) + beat:
            assert mine == theirs
        elif float(shot.start) < time < float(shot.end):
            assert mine["name"] != theirs["name"]


def test_the_last_and_the_first_shot(scored: ScoredTake, composer: VeMComposer) -> None:
    for shots in ([1], [7]):
        done = rescore(scored.timeline, shots=shots, composer=composer)
        pair = Both(scored, done)
        old, new = pair.sound("mix")
        assert old.shape == new.shape
        shot = scored.take.storyboard.shots[shots[0] - 1]
        far = slice(int((shot.end + 2) * 48000), None) if shots == [1] else slice(0, int((shot.start - 2) * 48000))
        np.testing.assert_array_equal(old[far], new[far])
        assert (old != new).any()


def test_roles_energy_and_words_reach_the_span_only(scored: ScoredTake, composer: VeMComposer) -> None:
    ask = Ask("no bass", off=frozenset({"drums"}), energy=0.2)
    done = rescore(scored.timeline, ask, shots=[4, 5], composer=composer)
    change, cue = done.take.change, done.take.cue
    assert change is not None
    assert change.beats is not None
    first, last = change.beats
    asked = [section for section in cue.sections if first <= section.start + section.beats / 2 < last]
    assert asked
    for section in asked:
        assert not section.roles & {"drums", "bass"}
        assert sum(section.energy) / 2 == pytest.approx(0.2, abs=0.05)
    notes = read_score(done.folder, cue).notes
    steps = notes["start"]
    inside = notes[(steps >= first * STEPS_PER_BEAT) & (steps < last * STEPS_PER_BEAT)]
    on_hit = np.isin(inside["start"], [eighth * STEPS_PER_BEAT // 2 for eighth in cue.hits])
    assert not (np.isin(inside["role"], [0, 1]) & ~on_hit).any()
    roles = [section.roles for section in cue.sections if section.start + section.beats <= first - 4]
    assert roles == [section.roles for section in scored.take.cue.sections][: len(roles)]


def test_a_span_of_time(scored: ScoredTake, composer: VeMComposer) -> None:
    done = rescore(scored.timeline, times=(Fraction(3), Fraction(6)), composer=composer)
    assert done.take.change is not None
    assert set(done.take.change.shots) == {2, 3}


def test_the_same_seed_gives_the_same_version(scored: ScoredTake, composer: VeMComposer) -> None:
    one, two = (rescore(scored.timeline, Ask(seed=9), shots=[3], composer=composer) for _ in range(2))
    np.testing.assert_array_equal(*Both(one, two).sound("mix"))
    other = rescore(scored.timeline, Ask(seed=10), shots=[3], composer=composer)
    assert not np.array_equal(*Both(one, other).sound("mix"))


def test_every_stage_reports(scored: ScoredTake, composer: VeMComposer) -> None:
    told: list[str] = []
    rescore(scored.timeline, shots=[2], composer=composer, report=lambda stage, done, note="": told.append(stage))
    assert list(dict.fromkeys(told)) == list(STAGES)


def test_a_versions_version(both: Both, composer: VeMComposer) -> None:
    """A change of a change: everything but the second span is as the first change left it."""
    third = rescore(both.after.timeline, shots=[6], composer=composer)
    old, new = Both(both.after, third).sound("mix")
    shot = both.before.take.storyboard.shots[5]
    changed = np.flatnonzero((old != new).any(axis=1))
    assert changed.min() > int((shot.start - 1) * 48000)
    assert third.take.change is not None
    assert third.take.change.parent == both.after.take.take_id
