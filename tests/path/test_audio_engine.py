"""The audio engine through the one path: a small Stable Audio with random weights, and all else the real thing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
import symusic
import torch
from numpy.typing import NDArray
from typer.testing import CliRunner

from tests.models.audio.conftest import NEW_PARTS, small_stable_audio
from vem_plugin.errors import SettingsError
from vem_plugin.models.audio.stable_audio import StableAudioVeM
from vem_plugin.models.model_folder import write_index
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.publish import ScoredTake
from vem_plugin.reconforming import reconform
from vem_plugin.render.loudness import LoudnessMeter
from vem_plugin.rescoring import rescore
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings
from vem_plugin.stages import measure_take_on_disk
from vem_plugin.take import read_score, read_take
from vem_plugin.takes.contact_sheet import level_of
from vem_plugin.takes.lineage import list_takes
from vem_plugin.takes.sections import Ask
from vem_server.cli import app

LENGTHS, RATE = (48, 60, 36, 48), 24
SHOT = 3


def write_edit(path: Path, lengths: tuple[int, ...] = LENGTHS) -> Path:
    """Four shots without media, and a voice in the first: 8 seconds."""
    pictures, voices = otio.schema.Track("V1", kind="Video"), otio.schema.Track("VO", kind="Audio")

    def clip(name: str, first: int, length: int) -> otio.schema.Clip:
        window = otio.opentime.TimeRange(*(otio.opentime.RationalTime(frames, RATE) for frames in (first, length)))
        return otio.schema.Clip(name, otio.schema.ExternalReference("gone.mov"), window)

    pictures.extend(clip(f"street {number}", 100 * number, length) for number, length in enumerate(lengths))
    voices.append(clip("narration", 0, 30))
    timeline = otio.schema.Timeline(path.stem)
    timeline.tracks.extend([pictures, voices])
    otio.adapters.write_to_file(timeline, str(path))
    return path


@pytest.fixture(scope="module", autouse=True)
def _few_steps() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StableAudioVeM, "steps", 12)
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of ours, of kind "audio", every weight alive; one window is 8 seconds."""
    torch.set_num_threads(1)
    theirs, folder = (tmp_path_factory.mktemp(name) for name in ("theirs", "model"))
    small_stable_audio(frames=250).save_pretrained(theirs)
    pipeline = VeMPipeline.from_stable_audio(theirs, **NEW_PARTS)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for weights in pipeline.transformer.parameters():
            weights.add_(0.02 * torch.randn(weights.shape, generator=generator))
    pipeline.save_pretrained(folder)
    write_index(folder, name="small", version="1", licence="Apache-2.0", trained_on="nothing", kind="audio")
    return folder


@pytest.fixture(scope="module")
def settings(model: Path) -> Settings:
    return Settings(brief="warm, hopeful", style="trailer", device="cpu", model=model, ducking=6)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> ScoredTake:
    return score_edit(write_edit(tmp_path_factory.mktemp("edit") / "walk.otio"), settings=settings)[0]


@pytest.fixture(scope="module")
def after(scored: ScoredTake) -> ScoredTake:
    return rescore(scored.timeline, Ask("darker", seed=5), shots=[SHOT])


def sound_of(scored: ScoredTake, name: str) -> NDArray[np.int32]:
    return soundfile.read(scored.folder / scored.take.files[name], dtype="int32", always_2d=True)[0] >> 8


def test_a_mix_of_music_and_effects_to_the_sample_at_its_loudness(scored: ScoredTake) -> None:
    take = scored.take
    assert take.stems == ("music", "effects")
    assert {name for name in take.files if name.startswith("stem_")} == {"stem_music", "stem_effects"}
    for name in ("mix", "stem_music", "stem_effects", "ducked_mix"):
        facts = soundfile.info(scored.folder / take.files[name])
        assert (facts.frames, facts.samplerate, facts.channels, facts.subtype) == (384_000, 48_000, 2, "PCM_24")
    meter = LoudnessMeter()
    meter.add(sound_of(scored, "mix").T.astype(np.float32) / (1 << 23))
    assert meter.integrated() == pytest.approx(-16, abs=0.2)
    assert take.effects
    assert np.abs(sound_of(scored, "stem_effects")).max() > 0
    total = sum(sound_of(scored, name).astype(float) for name in ("stem_music", "stem_effects"))
    free = np.abs(total).max(axis=1) * 10 ** (take.loudness.gain / 20) < 0.5 * (1 << 23)
    quiet = np.convolve(~free, np.ones(2401), "same") == 0
    assert quiet.any()
    assert np.abs(total * 10 ** (take.loudness.gain / 20) - sound_of(scored, "mix"))[quiet].max() <= 2


def test_the_take_says_plainly_what_this_engine_does_not_give(scored: ScoredTake) -> None:
    assert any("no stems by instrument" in remark for remark in scored.take.remarks)
    assert "no stems by instrument" in (scored.folder / "README.txt").read_text(encoding="utf-8")
    midi = symusic.Score(scored.folder / scored.take.files["midi"])
    assert len(midi.tempos)
    assert not midi.tracks


def test_the_take_knows_what_made_it_and_how_its_hits_were_met(scored: ScoredTake, model: Path) -> None:
    told = read_take(scored.folder).composer
    assert (told["composer"], told["model"], told["steps"], told["guidance"]) == ("audio", "small", 12, 7.0)
    assert "hopeful" in told["words"]
    assert "BPM" in told["words"]
    for when in ("before", "after"):
        assert told["anchoring"][when]["hits"]["count"] == len(scored.take.cue.hits)
    latents = read_score(scored.folder, scored.take.cue).latents
    assert latents is not None
    assert latents.shape == (250, 8)


def test_the_same_seed_makes_the_same_take(scored: ScoredTake, settings: Settings, tmp_path: Path) -> None:
    again = score_edit(scored.take.edit, tmp_path, settings=settings)[0]
    for name in ("mix", "stem_music"):
        np.testing.assert_array_equal(sound_of(again, name), sound_of(scored, name))


@pytest.mark.parametrize("name", ["mix", "stem_music", "stem_effects", "ducked_mix"])
def test_a_shot_anew_and_every_sample_elsewhere_as_it_was(scored: ScoredTake, after: ScoredTake, name: str) -> None:
    plan, shot = scored.take.plan, scored.take.storyboard.shots[SHOT - 1]
    begin = int(plan.time_of(max(Fraction(0), plan.beat_of(shot.start) - 1)) * 48_000)
    end = int(plan.time_of(min(Fraction(plan.beats), plan.beat_of(shot.end) + 1)) * 48_000) + 1
    old, new = sound_of(scored, name), sound_of(after, name)
    changed = np.flatnonzero((old != new).any(axis=1))
    assert not len(changed) or (changed.min() >= begin and changed.max() < end)
    if name in ("mix", "stem_music"):
        inside = slice(int(shot.start * 48_000), int(shot.end * 48_000))
        assert (old[inside] != new[inside]).any(axis=1).mean() > 0.9


def test_latents_outside_the_shot_are_the_same_and_the_new_figures_are_told(
    scored: ScoredTake, after: ScoredTake
) -> None:
    take = after.take
    assert take.change is not None
    assert take.change.beats is not None
    first, last = (float(take.plan.time_of(Fraction(beat))) * 31.25 for beat in take.change.beats)
    old, new = (read_score(one.folder, one.take.cue).latents for one in (scored, after))
    assert old is not None
    assert new is not None
    changed = np.flatnonzero((old != new).any(axis=1))
    assert np.ceil(first) <= changed.min() <= changed.max() < last
    assert len(changed) > 0.9 * (last - first) - 2
    told = read_take(after.folder).composer
    assert 0 < told["anchoring"]["before"]["hits"]["count"] <= len(scored.take.cue.hits)
    assert "no stems by instrument" in (after.folder / "README.txt").read_text(encoding="utf-8")


def test_a_version_of_a_version_leaves_the_first_change_alone(after: ScoredTake) -> None:
    third = rescore(after.timeline, Ask(seed=6), shots=[1])
    shot = after.take.storyboard.shots[SHOT - 1]
    inside = slice(int((shot.start + 1) * 48_000), int(shot.end * 48_000))
    np.testing.assert_array_equal(sound_of(third, "mix")[inside], sound_of(after, "mix")[inside])
    assert [listed.take.name for listed in list_takes(after.timeline)][:3] == ["walk_v01", "walk_v02", "walk_v03"]


def test_it_is_measured_like_any_other_and_not_fitted_to_another_edit(scored: ScoredTake, tmp_path: Path) -> None:
    sync = measure_take_on_disk(scored.folder)
    assert sync.group("planned cut") is not None
    same = reconform(scored.timeline, write_edit(tmp_path / "same.otio"), tmp_path).scored
    np.testing.assert_array_equal(sound_of(same, "mix"), sound_of(scored, "mix"))
    assert any("no stems by instrument" in remark for remark in same.take.remarks)
    with pytest.raises(SettingsError, match="sound without notes"):
        reconform(scored.timeline, write_edit(tmp_path / "walk.otio", (48, 30, 36, 48)), tmp_path)


def test_the_command_line_tells_it_all(tmp_path: Path, model: Path) -> None:
    edit = write_edit(tmp_path / "walk.otio")
    arguments = ["score", str(edit), "--model", str(model), "--takes", "2", "--no-daemon", "--json"]
    done = CliRunner().invoke(app, [*arguments, "--device", "cpu"])
    assert done.exit_code == 0, done.output
    takes = json.loads(done.stdout)["takes"]
    assert len(takes) == 2
    assert takes[0]["engine"] == "audio"
    assert set(takes[0]["stems"]) == {"music", "effects"}
    assert {"before", "after", "moved", "left"} == set(takes[0]["anchoring"])
    assert Path(takes[0]["contact_sheet"]).is_file()


def test_the_contact_sheet_shows_how_loud_sound_is(tmp_path: Path) -> None:
    time = np.arange(96_000) / 48_000
    tone = 0.5 * np.sin(2 * np.pi * 440 * time) * (time < 1)
    soundfile.write(tmp_path / "mix.wav", np.stack([tone, tone], 1), 48_000, subtype="PCM_24")
    level = level_of(tmp_path / "mix.wav")
    assert len(level) == 40
    np.testing.assert_allclose(level[:20], 1 + 20 * np.log10(0.5 / np.sqrt(2)) / 60, atol=0.01)
    assert not level[20:].any()
