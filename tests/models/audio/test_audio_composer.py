"""The audio composer's own hand: what it says to the checkpoint, hits put right, seams in step, stops silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models.audio.conftest import NEW_PARTS
from vem_plugin.models.audio.audio_composer import AudioComposer, anchors_beside, silenced, words_for
from vem_plugin.models.composer import Kept, Rewriter
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet, Section

RATE = 48_000
BEATS, PACE = 24, Fraction(1, 2)
LATE = {8: 0.09, 12: 0.07, 20: -0.08}
"""Beats, each a hit, that are played so many seconds off."""


@pytest.fixture
def cue(make_cue: Callable[..., CueSheet]) -> CueSheet:
    quiet, loud = (
        replace(make_cue().sections[0], start=12 * place, bars=(4, 4, 4), energy=(0.5, 0.5), caption=caption)
        for place, caption in enumerate(("calm ambient pads", "trailer music, high energy"))
    )
    hits = {2 * beat: 0.8 for beat in (4, 8, 12, 16, 20)}
    return replace(make_cue(), sections=(quiet, loud), hits=hits, stops=frozenset(), bpm=120.0, end_beat=BEATS - 1)


@pytest.fixture
def plan(cue: CueSheet, steady_plan: Callable[[CueSheet], BeatPlan]) -> BeatPlan:
    return steady_plan(cue)


@pytest.fixture
def composer(stable_audio: Path) -> AudioComposer:
    return AudioComposer(VeMPipeline.from_stable_audio(stable_audio, **NEW_PARTS), steps=1, guidance=1.0)


def clicks(samples: int) -> NDArray[np.float32]:
    """Plucked tones on every beat, the hits twice as loud, some of them off."""
    sound = np.zeros((samples, 2), np.float32)
    time = np.arange(RATE // 5) / RATE
    for beat in range(BEATS):
        tone = np.sin(2 * np.pi * (220 + 20 * beat) * time) * np.exp(-25 * time)
        start = round((beat * float(PACE) + LATE.get(beat, 0.0)) * RATE)
        part = sound[start : start + len(tone)]
        part += ((0.6 if beat % 4 == 0 else 0.2) * tone[: len(part), None]).astype(np.float32)
    return sound


def plays_clicks(composer: AudioComposer, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(latents: object, samples: int, first: float, last: float) -> NDArray[np.float32]:
        sound = clicks(samples)
        sound[: round((first - 1) * RATE) if first > 1 else 0] = 0
        sound[round((last + 1) * RATE) :] = 0
        return sound

    monkeypatch.setattr(composer.pipeline, "decoded", decoded)


def test_hits_that_are_off_are_put_right_and_the_figures_told(
    composer: AudioComposer, cue: CueSheet, plan: BeatPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    plays_clicks(composer, monkeypatch)
    score = composer.compose(cue, None, plan, seed=1)
    told: Any = score.facts["anchoring"]
    assert {round(hit["time"] / float(PACE)) for hit in told["moved"]} == set(LATE)
    assert told["before"]["hits"]["within_40_ms"] == 0.4
    assert told["after"]["hits"]["within_40_ms"] == 1.0
    assert told["after"]["hits"]["worst_ms"] < 10
    assert score.facts["anchors"]


def test_music_around_a_span_goes_on_in_step(
    composer: AudioComposer, cue: CueSheet, plan: BeatPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beats 14 to 18 are new. The hits at 12 and 20 were moved before; beside the span they lie where they lay."""
    assert isinstance(composer, Rewriter)
    plays_clicks(composer, monkeypatch)
    before = composer.compose(cue, None, plan, seed=1)
    assert before.latents is not None
    assert before.sound is not None
    beats = np.arange(BEATS)
    kept = Kept(before.latents, (beats < 14) | (beats >= 18), before.facts)
    after = composer.write(cue, None, plan, seed=2, kept=kept)
    assert after.sound is not None
    for first, last in ((12.8, 14), (18, 19.2)):
        seam = slice(int(first * float(PACE) * RATE), int(last * float(PACE) * RATE))
        assert np.abs(before.sound[seam]).max() > 0.1
        np.testing.assert_allclose(after.sound[seam], before.sound[seam], rtol=0, atol=0.02)
    told: Any = after.facts["anchoring"]
    assert told["before"]["hits"]["count"] == 1


def test_anchors_inside_a_span_are_forgotten() -> None:
    passes = {"anchors": [[[0, 0], [4.1, 4.0], [5.0, 5.1], [6.2, 6.0], [9, 9]], [[0, 0], [5.0, 5.1], [9, 9]]]}
    assert anchors_beside(passes, 4.5, 5.5) == [((0, 0), (4.1, 4.0), (6.2, 6.0), (9, 9))]
    assert anchors_beside({}, 4.5, 5.5) == []


def test_words_are_of_the_sections_that_are_new(cue: CueSheet) -> None:
    times, fresh = np.arange(BEATS + 1) / 2, np.ones(BEATS, bool)
    say = words_for(cue, None, times, fresh)
    assert say(0, 5) == "calm ambient pads, 120 BPM"
    assert say(0, 12) == "calm ambient pads, trailer music, high energy, 120 BPM"
    fresh[:12] = False
    assert words_for(cue, None, times, fresh)(0, 12) == "trailer music, high energy, 120 BPM"


def test_a_stop_is_silent_and_opens_with_its_hit(plan: BeatPlan) -> None:
    sound = silenced(np.ones((BEATS * RATE // 2, 2), np.float32), plan, frozenset({5, 6}))
    first, last = int(2.5 * RATE), int(3.5 * RATE)
    assert (sound[:first] == 1).all()
    assert not sound[first + int(0.06 * RATE) : last - int(0.006 * RATE)].any()
    assert (sound[last:] == 1).all()
    assert np.abs(np.diff(sound[:, 0])).max() < 0.01


def test_lengths_that_differ_are_refused(composer: AudioComposer, cue: CueSheet, plan: BeatPlan) -> None:
    section: Section = replace(cue.sections[1], bars=(4, 4, 4, 4))
    with pytest.raises(ValueError, match="28 beats"):
        composer.compose(replace(cue, sections=(cue.sections[0], section)), None, plan, seed=1)
