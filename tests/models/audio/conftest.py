"""A Stable Audio pipeline, small and with random weights: the real classes, a vocabulary of a few words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

SENTINELS = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
WORDS = [("▁" + word, -2.0) for word in ("warm", "hopeful", "music", "bpm", "dark", "tense", "no", "drums")]
LETTERS = [(letter, -5.0) for letter in "▁abcdefghijklmnopqrstuvwxyz0123456789,.-"]
NEW_PARTS = {"token_width": 16, "beat_width": 8}


def small_stable_audio(*, frames: int = 60) -> Any:
    """Diffusers' own pipeline: latents of 8 numbers at 31.25 frames a second, ``frames`` a window."""
    from diffusers.models.autoencoders.autoencoder_oobleck import AutoencoderOobleck
    from diffusers.models.transformers.stable_audio_transformer import StableAudioDiTModel
    from diffusers.pipelines.stable_audio.modeling_stable_audio import StableAudioProjectionModel
    from diffusers.pipelines.stable_audio.pipeline_stable_audio import StableAudioPipeline
    from diffusers.schedulers.scheduling_cosine_dpmsolver_multistep import CosineDPMSolverMultistepScheduler
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

    torch.manual_seed(0)
    vae = AutoencoderOobleck(
        encoder_hidden_size=16,
        downsampling_ratios=[2, 4, 8],
        channel_multiples=[1, 2, 4],
        decoder_channels=8,
        decoder_input_channels=8,
        sampling_rate=2000,
    )
    transformer = StableAudioDiTModel(
        sample_size=frames,
        in_channels=8,
        out_channels=8,
        num_layers=2,
        attention_head_dim=16,
        num_attention_heads=4,
        num_key_value_attention_heads=2,
        cross_attention_dim=32,
        cross_attention_input_dim=24,
        global_states_input_dim=48,
        time_proj_dim=16,
    )
    return StableAudioPipeline(
        vae=vae,
        text_encoder=T5EncoderModel(T5Config(vocab_size=64, d_model=24, d_kv=8, d_ff=32, num_layers=2, num_heads=2)),
        projection_model=StableAudioProjectionModel(24, 24, 0, 512),
        tokenizer=T5Tokenizer(vocab=SENTINELS + WORDS + LETTERS, extra_ids=0, model_max_length=16),
        transformer=transformer,
        scheduler=CosineDPMSolverMultistepScheduler(sigma_max=80),
    )


@pytest.fixture(scope="session")
def stable_audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder, as diffusers saves it."""
    from diffusers.utils.logging import disable_progress_bar
    from transformers.utils.logging import disable_progress_bar as disable_theirs

    disable_progress_bar()
    disable_theirs()
    folder = tmp_path_factory.mktemp("stable_audio")
    small_stable_audio().save_pretrained(folder)
    return folder
