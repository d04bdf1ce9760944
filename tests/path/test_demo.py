"""The demo with the model that ships: what the README promises, measured in the sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vem_plugin.measure import measure_take
from vem_plugin.publish import ScoredTake
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings
from vem_plugin.take import read_score

EXAMPLE = Path(__file__).parents[2] / "examples" / "rush_hour.otio"
SETTINGS = Settings(brief="warm, hopeful, builds to the end", device="cpu")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> ScoredTake:
    return score_edit(EXAMPLE, tmp_path_factory.mktemp("demo"), settings=SETTINGS)[0]


def test_the_hit_and_nearly_all_planned_cuts_are_heard_on_time(demo: ScoredTake) -> None:
    sync = measure_take(demo.folder / demo.take.files["mix"], demo.take.plan, frame=Fraction(1, 25))
    hits, cuts = sync.group("hit"), sync.group("planned cut")
    assert hits is not None
    assert cuts is not None
    assert hits.worst is not None
    assert hits.worst <= 0.020
    assert cuts.within_one_frame.rate >= 0.85
    assert cuts.within_one_frame.above_chance >= 0.4


def test_the_music_is_music(demo: ScoredTake) -> None:
    score = read_score(demo.folder, demo.take.cue)
    notes, cue = score.notes, demo.take.cue
    assert score.latents is not None
    assert len(score.latents) == cue.beats
    assert len(notes) > 2 * cue.beats
    pitched = notes[notes["role"] > 0]
    chords = np.array([[tone in chord.tones for tone in range(12)] for chord in score.chords])
    on_beat = pitched[pitched["start"] % 4 == 0]
    fits = chords[np.minimum(on_beat["start"] // 4, len(chords) - 1), on_beat["pitch"] % 12]
    assert fits.mean() > 0.85
    assert (notes["start"] + notes["length"]).max() <= 4 * cue.beats
    assert demo.take.composer["repaired_hits"] <= 0.1 * len(cue.hits)


def test_loudness_is_what_was_asked_for(demo: ScoredTake) -> None:
    assert demo.take.loudness.lufs == pytest.approx(-16, abs=0.3)
    assert demo.take.loudness.true_peak is not None
    assert demo.take.loudness.true_peak <= -1


def test_the_same_seed_writes_the_same_notes(demo: ScoredTake, tmp_path: Path) -> None:
    again = score_edit(EXAMPLE, tmp_path, settings=SETTINGS)[0]
    first, second = (read_score(take.folder, take.take.cue) for take in (demo, again))
    assert np.array_equal(first.notes, second.notes)
    assert np.array_equal(np.asarray(first.latents), np.asarray(second.latents))
    other = score_edit(EXAMPLE, tmp_path, settings=Settings(brief=SETTINGS.brief, device="cpu", seed=2))[0]
    assert not np.array_equal(first.notes, read_score(other.folder, other.take.cue).notes)
