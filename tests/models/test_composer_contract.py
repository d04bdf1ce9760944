"""The ``Composer`` contract, run against every composer we ship.

The VeM composer runs untrained here: its promises must hold whatever the network writes.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vem_plugin.models.click import ClickComposer
from vem_plugin.models.composer import Composer
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.score.cue import ROLES, CueSheet
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import DRUMS, NOTE
from vem_plugin.training.corpus.random_cue import random_cue

CUES = [random_cue(np.random.default_rng([77, number]), max_beats=64) for number in range(8)]


def plan_for(cue: CueSheet) -> BeatPlan:
    """A beat plan of constant tempo under a cue sheet."""
    bpm = Fraction(round(cue.bpm))
    duration = cue.beats * 60 / bpm
    bars = tuple(Bar(number, bar.beat, bar.beats) for number, bar in enumerate(bars_of(cue), 1))
    segment = TempoSegment(Fraction(0), duration, 2 * cue.beats)
    return BeatPlan(duration, bpm, (segment,), bars, (), ())


@pytest.fixture(params=["click", "vem"])
def composer(request: pytest.FixtureRequest) -> Composer:
    if request.param == "click":
        return ClickComposer()
    return VeMComposer(request.getfixturevalue("pipeline"), steps=2)


@pytest.fixture(params=CUES, ids=lambda cue: f"{cue.style}-{cue.beats}")
def cue(request: pytest.FixtureRequest) -> CueSheet:
    return request.param


def test_the_score_is_well_formed(composer: Composer, cue: CueSheet) -> None:
    score = composer.compose(cue, None, plan_for(cue), seed=1)
    notes = score.notes
    assert score.cue == cue
    assert notes.dtype == NOTE
    assert len(notes)
    assert (np.diff(notes["start"]) >= 0).all()
    assert (notes["length"] >= 1).all()
    assert notes["start"].min() >= 0
    assert (notes["start"] + notes["length"]).max() <= 4 * cue.beats
    assert notes["role"].max() < len(ROLES)
    assert 1 <= notes["velocity"].min() <= notes["velocity"].max() <= 127
    assert set(notes["pitch"][notes["role"] == 0].tolist()) <= set(DRUMS)
    assert len(score.chords) == cue.beats
    assert score.facts["composer"] == composer.name


def test_every_hit_has_an_onset_on_its_eighth(composer: Composer, cue: CueSheet) -> None:
    score = composer.compose(cue, None, plan_for(cue), seed=1)
    onsets = set(score.notes["start"].tolist())
    asked = {2 * eighth for eighth in cue.hits if eighth // 2 not in cue.stops}
    assert asked <= onsets


def test_stops_start_no_note(composer: Composer, cue: CueSheet) -> None:
    score = composer.compose(cue, None, plan_for(cue), seed=1)
    assert not {int(step) // 4 for step in score.notes["start"]} & cue.stops


def test_roles_left_out_stay_out(composer: Composer, cue: CueSheet) -> None:
    score = composer.compose(cue, None, plan_for(cue), seed=1)
    sections = [section for section in cue.sections for _ in range(4 * section.beats)]
    excused = {2 * eighth for eighth in cue.hits} | {4 * cue.end_beat}
    strays = [
        note
        for note in score.notes
        if int(note["start"]) not in excused and ROLES[note["role"]] not in sections[note["start"]].roles
    ]
    assert not strays


def test_the_last_chord_is_struck_and_rings_to_the_end(composer: Composer, cue: CueSheet) -> None:
    notes = composer.compose(cue, None, plan_for(cue), seed=1).notes
    pitched = notes[notes["role"] > 0]
    last = pitched[pitched["start"] + pitched["length"] == 4 * cue.beats]
    assert len(last)
    assert (pitched["start"] == 4 * cue.end_beat).any()


def test_one_seed_makes_one_score(composer: Composer, cue: CueSheet) -> None:
    one, two = (composer.compose(cue, None, plan_for(cue), seed=5) for _ in range(2))
    assert (one.notes == two.notes).all()
    assert one.chords == two.chords


def test_progress_is_told_to_the_end(composer: Composer) -> None:
    told: list[float] = []
    composer.compose(CUES[0], None, plan_for(CUES[0]), seed=1, report=lambda stage, done, note="": told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1
