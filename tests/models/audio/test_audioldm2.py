"""AudioLDM 2's pipeline inside ours: the same latents and sound while the new parts are zero, all weights, windows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open

from tests.models.audio.conftest import LETTERS, NEW_PARTS, SENTINELS, WORDS
from vem_plugin.errors import ModelError
from vem_plugin.models.audio.audio_codec import resampled
from vem_plugin.models.audio.audioldm2 import AudioLDM2VeM
from vem_plugin.models.audio.frame_conditions import frame_conditions
from vem_plugin.models.audio.frame_features import frame_clock
from vem_plugin.models.conditioning import Conditions
from vem_plugin.models.model_folder import load, write_index
from vem_plugin.models.placement import Placement
from vem_plugin.score.theme import draw_cards, realise
from vem_plugin.training.corpus.random_cue import random_cue

FRAMES, RATE = 32, 50.0
"""Of a window, and a second."""
SEED, STEPS, GUIDANCE = 7, 3, 2.5
WISH = "warm hopeful music, 90 bpm"


def small_audioldm2(*, frames: int = FRAMES) -> Any:
    """Diffusers' own pipeline with all its parts, small and random: 50 latent frames a second, ``frames`` at once."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2ProjectionModel, AudioLDM2UNet2DConditionModel
    from diffusers.pipelines.audioldm2.pipeline_audioldm2 import AudioLDM2Pipeline
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler
    from transformers import (
        ClapAudioConfig,
        ClapConfig,
        ClapFeatureExtractor,
        ClapModel,
        ClapTextConfig,
        GPT2Config,
        GPT2LMHeadModel,
        RobertaTokenizer,
        SpeechT5HifiGan,
        SpeechT5HifiGanConfig,
        T5Config,
        T5EncoderModel,
        T5Tokenizer,
    )

    torch.manual_seed(0)
    clap = ClapConfig(
        text_config=ClapTextConfig(
            vocab_size=64, hidden_size=8, intermediate_size=16, num_attention_heads=1, num_hidden_layers=1
        ).to_dict(),
        audio_config=ClapAudioConfig(
            spec_size=8,
            window_size=4,
            num_mel_bins=8,
            depths=[1, 1],
            num_attention_heads=[1, 1],
            num_hidden_layers=1,
            hidden_size=192,
            patch_size=2,
            patch_stride=2,
            patch_embed_input_channels=4,
        ).to_dict(),
        projection_dim=16,
    )
    letters = {token: place for place, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", *"Ġwarmhopeful"])}
    return AudioLDM2Pipeline(
        vae=AutoencoderKL(
            in_channels=1,
            out_channels=1,
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            block_out_channels=(8, 8),
            latent_channels=4,
            norm_num_groups=4,
        ),
        text_encoder=ClapModel(clap),
        text_encoder_2=T5EncoderModel(T5Config(vocab_size=64, d_model=24, d_kv=8, d_ff=32, num_layers=1, num_heads=2)),
        projection_model=AudioLDM2ProjectionModel(16, 24, 16),
        language_model=GPT2LMHeadModel(
            GPT2Config(vocab_size=64, n_embd=16, n_head=2, n_layer=1, n_positions=99, max_new_tokens=4)
        ),
        tokenizer=RobertaTokenizer(vocab=letters, merges=[], model_max_length=24),
        tokenizer_2=T5Tokenizer(vocab=SENTINELS + WORDS + LETTERS, extra_ids=0, model_max_length=16),
        feature_extractor=ClapFeatureExtractor(feature_size=8),
        unet=AudioLDM2UNet2DConditionModel(
            sample_size=frames,
            in_channels=4,
            out_channels=4,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),  # pyright: ignore
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),  # pyright: ignore
            block_out_channels=(8, 16),  # pyright: ignore
            layers_per_block=1,
            norm_num_groups=4,
            attention_head_dim=2,
            cross_attention_dim=([None, 16, 24],) * 2,  # pyright: ignore
        ),
        scheduler=DDIMScheduler(
            beta_schedule="scaled_linear", clip_sample=False, steps_offset=1, set_alpha_to_one=False
        ),
        vocoder=SpeechT5HifiGan(
            SpeechT5HifiGanConfig(
                model_in_dim=8,
                upsample_initial_channel=8,
                upsample_rates=[10, 16],
                upsample_kernel_sizes=[20, 32],
                resblock_kernel_sizes=[3],
                resblock_dilation_sizes=[[1]],
                normalize_before=False,
            )
        ),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from diffusers.utils.logging import disable_progress_bar
    from transformers.utils.logging import disable_progress_bar as disable_theirs

    disable_progress_bar()
    disable_theirs()
    place = tmp_path_factory.mktemp("audioldm2")
    small_audioldm2().save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> AudioLDM2VeM:
    made = AudioLDM2VeM.taken_from(folder, **NEW_PARTS)
    made.placement = Placement("cpu", "float32")
    return made


def conditions_of(frames: int) -> Conditions:
    cue = random_cue(np.random.default_rng(4), max_beats=64)
    theme = realise(cue, draw_cards(cue, np.random.default_rng(1)))
    beat_times = np.linspace(0, frames / RATE, cue.beats + 1)
    return frame_conditions(cue, theme, None, beat_times, frame_clock(frames / RATE, RATE))


def write(pipeline: AudioLDM2VeM, frames: int, **request: Any) -> np.ndarray:
    asked = {"seconds": frames / RATE, "seed": SEED, "steps": STEPS, "guidance": GUIDANCE} | request
    return pipeline(conditions_of(frames), lambda first, last: WISH, **asked)


@pytest.mark.filterwarnings("ignore:.past_key_values. is deprecated:FutureWarning")
@pytest.mark.parametrize("guidance", [1.0, GUIDANCE])
def test_untrained_the_whole_pipeline_samples_what_diffusers_samples(
    pipeline: AudioLDM2VeM, folder: Path, guidance: float
) -> None:
    theirs = small_audioldm2().from_pretrained(folder)
    theirs.set_progress_bar_config(disable=True)
    asked = {"num_inference_steps": STEPS, "guidance_scale": guidance, "audio_length_in_s": FRAMES / RATE}
    latents, sound = (
        theirs(WISH, **asked, generator=torch.Generator().manual_seed(SEED), output_type=kind).audios
        for kind in ("latent", "np")
    )
    mine = write(pipeline, FRAMES, guidance=guidance)
    np.testing.assert_allclose(mine, latents[0].permute(1, 0, 2).flatten(1).numpy(), rtol=0, atol=1e-5)
    heard = pipeline.codec.decode(mine, 3 * sound.shape[1])
    wave = np.repeat(sound[0][:, None], 2, axis=1)
    np.testing.assert_allclose(heard, resampled(wave, 16_000, 48_000), rtol=0, atol=1e-5)


def test_every_weight_of_the_folder_is_taken(pipeline: AudioLDM2VeM, folder: Path) -> None:
    taken: set[str] = set()
    for file in folder.rglob("*.safetensors"):
        part = file.parent.name
        ours = getattr(pipeline, part).state_dict()
        with safe_open(file, "pt") as weights:
            for name in weights.keys():  # noqa: SIM118
                own = f"base.{name}" if part == "unet" else name
                assert torch.equal(ours[own], weights.get_tensor(name)), own
                taken |= {own} if part == "unet" else set()
    assert pipeline.weight_map is not None
    assert set(pipeline.weight_map.taken) == taken
    assert set(pipeline.unet.state_dict()) - taken == set(pipeline.weight_map.added)


def test_a_folder_of_ours_gives_the_same_latents_and_another_is_refused(pipeline: AudioLDM2VeM, tmp_path: Path) -> None:
    pipeline.save_pretrained(tmp_path)
    write_index(tmp_path, name="small", version="1", licence="ours", trained_on="nothing", kind="audio")
    loaded = load(tmp_path, Placement("cpu"))
    assert isinstance(loaded, AudioLDM2VeM)
    np.testing.assert_array_equal(write(loaded, 20), write(pipeline, 20))
    with pytest.raises(ModelError, match="AudioLDM 2"):
        AudioLDM2VeM.taken_from(tmp_path / "unet")


@pytest.mark.parametrize("replaces", [False, True])
def test_long_pieces_in_windows_keep_what_is_given(folder: Path, replaces: bool) -> None:
    made = AudioLDM2VeM.taken_from(folder, replaces_self_attention=replaces, **NEW_PARTS)
    frames = 70
    before = write(made, frames)
    assert before.shape == (frames, made.codec.latent_size)
    assert np.isfinite(before).all()
    np.testing.assert_array_equal(made.unfolded(made.folded(before)), before)
    mask = np.ones(frames, bool)
    mask[30:45] = False
    after = write(made, frames, seed=SEED + 1, known=before, known_mask=mask)
    np.testing.assert_array_equal(after[mask], before[mask])
    assert (np.abs(after - before)[30:45].max(1) > 1e-3).all()
    sound = made.decoded(after, int(frames / RATE * 48_000), 0.0, frames / RATE)
    assert sound.shape == (67_200, 2)
    assert np.isfinite(sound).all()
