"""The ``Composer`` contract, run against every composer we ship.

The learned composers run untrained here: their promises must hold whatever the network writes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.models.audio.conftest import NEW_PARTS, small_stable_audio
from tests.models.audio.test_audioldm2 import small_audioldm2
from vem_plugin.models.audio.audio_composer import AudioComposer
from vem_plugin.models.audio.audioldm2 import AudioLDM2VeM
from vem_plugin.models.audio.stable_audio import StableAudioVeM
from vem_plugin.models.click import ClickComposer
from vem_plugin.models.composer import Composer
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.score.cue import ROLES, CueSheet
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import DRUMS, NOTE, Score
from vem_plugin.training.corpus.random_cue import random_cue

Write = Callable[..., Score]
NOTED, SOUNDING = ("click", "vem"), ("stable_audio", "audioldm2")
CUES = [random_cue(np.random.default_rng([77, number]), max_beats=64) for number in range(8)]

SHORT = min(range(len(CUES)), key=lambda number: CUES[number].beats)


def plan_for(cue: CueSheet) -> BeatPlan:
    """A beat plan of constant tempo under a cue sheet."""
    bpm = Fraction(round(cue.bpm))
    duration = cue.beats * 60 / bpm
    bars = tuple(Bar(number, bar.beat, bar.beats) for number, bar in enumerate(bars_of(cue), 1))
    segment = TempoSegment(Fraction(0), duration, 2 * cue.beats)
    return BeatPlan(duration, bpm, (segment,), bars, (), ())


@pytest.fixture(scope="module")
def composers(pipeline: VeMPipeline, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Composer]:
    folders = {name: tmp_path_factory.mktemp(name) for name in SOUNDING}
    small_stable_audio(frames=400).save_pretrained(folders["stable_audio"])
    small_audioldm2(frames=400).save_pretrained(folders["audioldm2"])
    sounding = {
        "stable_audio": StableAudioVeM.taken_from(folders["stable_audio"], **NEW_PARTS),
        "audioldm2": AudioLDM2VeM.taken_from(folders["audioldm2"], **NEW_PARTS),
    }
    noted: dict[str, Composer] = {"click": ClickComposer(), "vem": VeMComposer(pipeline, steps=2)}
    return noted | {name: AudioComposer(made, steps=2, guidance=2.0) for name, made in sounding.items()}


@pytest.fixture(scope="module")
def write(composers: dict[str, Composer]) -> Write:
    """The score of a composer, by name, for a cue, by number; the same is written once."""

    @cache
    def written(name: str, number: int, seed: int = 1) -> Score:
        cue = CUES[number]
        return composers[name].compose(cue, None, plan_for(cue), seed=seed)

    return written


def engines(*names: str) -> Any:
    return pytest.mark.parametrize("name", names)


every_cue = pytest.mark.parametrize("number", range(len(CUES)), ids=lambda number: f"{CUES[number].style}-{number}")


@engines(*NOTED, *SOUNDING)
def test_it_writes_notes_or_sound_and_says_who_it_is(name: str, write: Write, composers: dict[str, Composer]) -> None:
    score = write(name, SHORT)
    assert score.cue == CUES[SHORT]
    assert score.facts["composer"] == composers[name].name
    assert score.notes.dtype == NOTE
    assert (len(score.notes) > 0) == (score.sound is None)
    assert len(score.chords) == (CUES[SHORT].beats if score.sound is None else 0)


@engines(*NOTED)
@every_cue
def test_notes_are_well_formed(name: str, number: int, write: Write) -> None:
    cue, notes = CUES[number], write(name, number).notes
    assert (np.diff(notes["start"]) >= 0).all()
    assert (notes["length"] >= 1).all()
    assert notes["start"].min() >= 0
    assert (notes["start"] + notes["length"]).max() <= 4 * cue.beats
    assert notes["role"].max() < len(ROLES)
    assert 1 <= notes["velocity"].min() <= notes["velocity"].max() <= 127
    assert set(notes["pitch"][notes["role"] == 0].tolist()) <= set(DRUMS)


@engines(*NOTED)
@every_cue
def test_every_hit_has_an_onset_on_its_eighth(name: str, number: int, write: Write) -> None:
    cue = CUES[number]
    onsets = set(write(name, number).notes["start"].tolist())
    asked = {2 * eighth for eighth in cue.hits if eighth // 2 not in cue.stops}
    assert asked <= onsets


@engines(*NOTED)
@every_cue
def test_stops_start_no_note(name: str, number: int, write: Write) -> None:
    assert not {int(step) // 4 for step in write(name, number).notes["start"]} & CUES[number].stops


@engines(*NOTED)
@every_cue
def test_roles_left_out_stay_out(name: str, number: int, write: Write) -> None:
    cue = CUES[number]
    sections = [section for section in cue.sections for _ in range(4 * section.beats)]
    excused = {2 * eighth for eighth in cue.hits} | {4 * cue.end_beat}
    strays = [
        note
        for note in write(name, number).notes
        if int(note["start"]) not in excused and ROLES[note["role"]] not in sections[note["start"]].roles
    ]
    assert not strays


@engines(*NOTED)
@every_cue
def test_the_last_chord_is_struck_and_rings_to_the_end(name: str, number: int, write: Write) -> None:
    cue, notes = CUES[number], write(name, number).notes
    pitched = notes[notes["role"] > 0]
    last = pitched[pitched["start"] + pitched["length"] == 4 * cue.beats]
    assert len(last)
    assert (pitched["start"] == 4 * cue.end_beat).any()


@engines(*SOUNDING)
def test_sound_is_as_long_as_the_plan_to_the_sample_and_tells_how_its_hits_were_met(name: str, write: Write) -> None:
    cue, score = CUES[SHORT], write(name, SHORT)
    assert score.sound is not None
    assert score.sound.shape == (int(plan_for(cue).duration * 48_000 + Fraction(1, 2)), 2)
    assert score.sound.dtype == np.float32
    assert np.isfinite(score.sound).all()
    assert np.abs(score.sound).max() > 0
    told: Any = score.facts["anchoring"]
    asked = [eighth for eighth in cue.hits if eighth // 2 not in cue.stops]
    assert told["before"]["hits"]["count"] == told["after"]["hits"]["count"] == len(asked)
    assert told["after"]["hits"]["heard"] <= len(asked)


@engines(*SOUNDING)
def test_stops_are_silent(name: str, composers: dict[str, Composer]) -> None:
    cue = replace(CUES[SHORT], stops=frozenset({9}))
    sound = composers[name].compose(cue, None, plan_for(cue), seed=1).sound
    assert sound is not None
    beat = 60 / round(cue.bpm)
    inside = slice(int((9 * beat + 0.07) * 48_000), int((10 * beat - 0.01) * 48_000))
    assert not sound[inside].any()
    assert np.abs(sound[int(8.2 * beat * 48_000) : int(8.8 * beat * 48_000)]).max() > 0
    assert np.abs(sound[int(10 * beat * 48_000) : int(10.5 * beat * 48_000)]).max() > 0


@engines(*NOTED, *SOUNDING)
def test_one_seed_makes_one_score(name: str, write: Write, composers: dict[str, Composer]) -> None:
    for number in range(len(CUES)) if name in NOTED else [SHORT]:
        one = write(name, number)
        two = composers[name].compose(CUES[number], None, plan_for(CUES[number]), seed=1)
        assert (one.notes == two.notes).all()
        assert one.chords == two.chords
        if one.sound is not None:
            np.testing.assert_array_equal(one.sound, two.sound)


@engines(*NOTED, *SOUNDING)
def test_progress_is_told_to_the_end(name: str, composers: dict[str, Composer]) -> None:
    told: list[float] = []
    composers[name].compose(
        CUES[SHORT], None, plan_for(CUES[SHORT]), seed=1, report=lambda stage, done, note="": told.append(done)
    )
    assert told == sorted(told)
    assert told[-1] == 1
