"""Stable Audio's pipeline inside ours: the same sample while the new parts are zero, all weights, windows, masks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from tests.models.audio.conftest import NEW_PARTS, small_stable_audio
from vem_plugin.errors import ModelError
from vem_plugin.models.audio import audio_pipeline, extra
from vem_plugin.models.audio.audio_codec import decoded_between, resampled
from vem_plugin.models.audio.audio_pipeline import VeMAudioPipeline
from vem_plugin.models.audio.audio_windows import padded, windows_to_write
from vem_plugin.models.audio.frame_conditions import frame_conditions
from vem_plugin.models.audio.frame_features import frame_clock
from vem_plugin.models.audio.stable_audio import StableAudioVeM
from vem_plugin.models.conditioning import Conditions
from vem_plugin.models.model_folder import load, write_index
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.placement import Placement
from vem_plugin.models.storyboard_tokens import HIDDEN
from vem_plugin.score.theme import draw_cards, realise
from vem_plugin.training.corpus.random_cue import random_cue

SEED, STEPS, GUIDANCE = 7, 4, 3.0
WISH = "warm hopeful music, 90 bpm"


def conditions_of(frames: int, rate: float) -> Conditions:
    cue = random_cue(np.random.default_rng(4), max_beats=64)
    theme = realise(cue, draw_cards(cue, np.random.default_rng(1)))
    beat_times = np.linspace(0, frames / rate, cue.beats + 1)
    return frame_conditions(cue, theme, None, beat_times, frame_clock(frames / rate, rate))


@pytest.fixture(scope="module")
def pipeline(stable_audio: Path) -> StableAudioVeM:
    return VeMPipeline.from_stable_audio(stable_audio, **NEW_PARTS)


@pytest.fixture
def lively(stable_audio: Path) -> StableAudioVeM:
    """One whose new parts are no longer zero."""
    made = VeMPipeline.from_stable_audio(stable_audio, **NEW_PARTS)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for weights in made.transformer.parameters():
            weights.add_(0.05 * torch.randn(weights.shape, generator=generator))
    return made


def write(pipeline: VeMAudioPipeline, frames: int, **request: object) -> np.ndarray:
    rate = float(pipeline.codec.frame_rate)
    asked = {"seconds": frames / rate, "seed": SEED, "steps": STEPS, "guidance": GUIDANCE} | request
    return pipeline(conditions_of(frames, rate), lambda first, last: WISH, **asked)  # pyright: ignore


@pytest.mark.parametrize("guidance", [1.0, GUIDANCE])
@pytest.mark.parametrize("seconds", [1.0, 1.92])
def test_untrained_the_whole_pipeline_samples_what_diffusers_samples(
    pipeline: StableAudioVeM, stable_audio: Path, seconds: float, guidance: float
) -> None:
    theirs = small_stable_audio().from_pretrained(stable_audio)
    theirs.set_progress_bar_config(disable=True)
    with audio_pipeline.rounding_of_noise_untold():
        latents = theirs(
            WISH,
            audio_end_in_s=seconds,
            num_inference_steps=STEPS,
            guidance_scale=guidance,
            generator=torch.Generator().manual_seed(SEED),
            output_type="latent",
        ).audios
        with torch.no_grad():
            sound = theirs.vae.decode(latents).sample[0].numpy().T
    frames = int(np.ceil(seconds * 31.25))
    pipeline.placement = Placement("cpu", "float32")
    mine = write(pipeline, frames, seconds=seconds, guidance=guidance)
    np.testing.assert_allclose(mine, latents[0].T[:frames].numpy(), rtol=0, atol=1e-5)
    longest = np.concatenate([mine, latents[0].T[frames:].numpy()])
    heard = pipeline.codec.decode(longest, 24 * len(sound))
    np.testing.assert_allclose(heard, resampled(sound, 2000, 48_000), rtol=0, atol=1e-5)


def test_every_weight_of_the_folder_is_taken(pipeline: StableAudioVeM, stable_audio: Path) -> None:
    taken: dict[str, set[str]] = {}
    for file in stable_audio.rglob("*.safetensors"):
        with safe_open(file, "pt") as weights:
            taken[file.parent.name] = set(weights.keys())
            ours = getattr(pipeline, file.parent.name).state_dict()
            for name in weights.keys():  # noqa: SIM118
                assert torch.equal(ours[name], weights.get_tensor(name)), name
    assert set(taken) == {"text_encoder", "projection_model", "transformer", "vae"}
    assert pipeline.weight_map is not None
    assert set(pipeline.weight_map.taken) == taken["transformer"]
    whole = set(pipeline.transformer.state_dict())
    assert whole - taken["transformer"] == set(pipeline.weight_map.added)


def test_a_folder_of_ours_gives_the_same_latents(pipeline: StableAudioVeM, tmp_path: Path) -> None:
    pipeline.save_pretrained(tmp_path)
    (tmp_path / "LICENSE.md").write_text("who may use it", encoding="utf-8")
    index = write_index(tmp_path, name="small", version="1", licence="ours", trained_on="nothing", kind="audio")
    assert {"tokenizer/tokenizer.json", "LICENSE.md", "transformer/config.json"} <= set(index.files)
    loaded = load(tmp_path, Placement("cpu"))
    assert isinstance(loaded, StableAudioVeM)
    assert loaded.folder is not None
    assert loaded.folder.index.kind == "audio"
    np.testing.assert_array_equal(write(loaded, 40), write(pipeline, 40))


def test_a_folder_that_is_none_is_refused(tmp_path: Path, pipeline: StableAudioVeM) -> None:
    with pytest.raises(ModelError, match="Stable Audio"):
        VeMPipeline.from_stable_audio(tmp_path)
    pipeline.save_pretrained(tmp_path)
    told = json.loads((tmp_path / "model_index.json").read_text())
    (tmp_path / "model_index.json").write_text(json.dumps(told | {"_class_name": "Stranger"}))
    write_index(tmp_path, name="small", version="1", licence="ours", trained_on="nothing", kind="audio")
    with pytest.raises(ModelError, match="Stranger"):
        load(tmp_path, Placement("cpu"))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, stable_audio: Path) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="transformers, torchsde, python-stretch") as refused:
        VeMPipeline.from_stable_audio(stable_audio)
    assert "vem-plugin[audio]" in str(refused.value)


@pytest.mark.parametrize("frames", [40, 60, 61, 150])
def test_pieces_of_any_length(lively: StableAudioVeM, frames: int) -> None:
    latents = write(lively, frames)
    assert latents.shape == (frames, 8)
    assert np.isfinite(latents).all()
    np.testing.assert_array_equal(latents, write(lively, frames))
    assert np.abs(latents - write(lively, frames, seed=SEED + 1)).max() > 0.1


def test_given_latents_stay_and_what_lies_between_is_new_and_knows_them(lively: StableAudioVeM) -> None:
    frames = 150
    before = write(lively, frames)
    mask = np.ones(frames, bool)
    mask[70:95] = False
    after = write(lively, frames, seed=SEED + 1, known=before, known_mask=mask)
    np.testing.assert_array_equal(after[mask], before[mask])
    assert (np.abs(after[70:95] - before[70:95]).max(1) > 1e-3).all()
    others = before.copy()
    others[60:70] += 1
    assert np.abs(write(lively, frames, seed=SEED + 1, known=others, known_mask=mask) - after)[70:95].max() > 1e-4
    all_known = np.ones(frames, bool)
    np.testing.assert_array_equal(write(lively, frames, known=before, known_mask=all_known), before)
    with pytest.raises(ValueError, match="belong together"):
        write(lively, frames, known=before)
    with pytest.raises(ValueError, match="150 frames"):
        write(lively, frames, known=before[:-1], known_mask=mask[:-1])


def test_windows_are_full_and_cover_what_is_missing() -> None:
    for frames, hole in ((40, slice(0, 40)), (150, slice(0, 150)), (150, slice(140, 150)), (400, slice(90, 260))):
        written = np.ones(frames, bool)
        written[hole] = False
        whole = max(frames, 60)
        windows = windows_to_write(written, whole, 60)
        covered = np.zeros(whole, bool)
        for window in windows:
            assert window.last - window.first == 60
            assert 0 <= window.first < window.last <= whole
            assert not covered[window.first : window.last].all()
            covered[window.first : window.last] = True
        assert covered[:frames][hole].all()
    assert not windows_to_write(np.ones(40, bool), 60, 60)


def test_frames_behind_the_piece_see_no_shot() -> None:
    row = padded(conditions_of(40, 31.25), 60)
    assert row.frames == 60
    assert (row.mask[40:] == HIDDEN).all()
    assert not row.beat[40:].any()
    assert (row.piece[40:] == -1).all()


def test_progress_is_told_to_the_end(pipeline: StableAudioVeM) -> None:
    told: list[float] = []
    write(pipeline, 100, report=lambda stage, done, note="": told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1


def test_blocks_and_stretches_of_latents_are_decoded_as_in_the_whole(
    pipeline: StableAudioVeM, monkeypatch: pytest.MonkeyPatch
) -> None:
    latents = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    samples = int(200 / 31.25 * 48_000)
    whole = pipeline.codec.decode(latents, samples)
    monkeypatch.setattr("vem_plugin.models.audio.audio_codec._BLOCK", 48)
    np.testing.assert_allclose(pipeline.codec.decode(latents, samples), whole, rtol=0, atol=1e-6)
    stretch = decoded_between(pipeline.codec, latents, samples, 2.0, 3.0)
    assert stretch.shape == whole.shape
    inside = slice(2 * 48_000, 3 * 48_000)
    np.testing.assert_allclose(stretch[inside], whole[inside], rtol=0, atol=1e-6)
    assert not stretch[: 48_000 // 2].any()
    assert not stretch[5 * 48_000 :].any()
