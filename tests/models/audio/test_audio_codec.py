"""Codecs of sound: exact lengths, exact rates, and what is encoded comes back where it was."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_oobleck import AutoencoderOobleck
from torch import Tensor, nn

from vem_plugin.models.audio.audio_codec import AudioCodec, MelCodec, OobleckCodec, resampled


class Pulses(nn.Module):
    """A vocoder of 160 samples a frame: loud where the spectrogram is, by one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.level = nn.Linear(64, 160)

    def forward(self, log_mel: Tensor) -> Tensor:
        return self.level(log_mel).flatten(1)


def oobleck() -> AudioCodec:
    torch.manual_seed(0)
    return OobleckCodec(
        AutoencoderOobleck(
            encoder_hidden_size=12,
            downsampling_ratios=[2, 4, 4],
            channel_multiples=[1, 2, 4],
            decoder_channels=8,
            decoder_input_channels=6,
        )
    )


def mel() -> AudioCodec:
    torch.manual_seed(0)
    picture = AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 8, 8),
        latent_channels=2,
        norm_num_groups=4,
    )
    return MelCodec(picture, Pulses())


@pytest.mark.parametrize("make", [oobleck, mel])
@pytest.mark.parametrize("samples", [47_999, 48_000, 50_021])
def test_frames_cover_the_sound_and_what_comes_back_has_its_samples(make, samples: int) -> None:
    codec = make()
    sound = np.random.default_rng(0).normal(0, 0.1, (samples, 2)).astype(np.float32)
    latents = codec.encode(sound, 48_000)
    frames = Fraction(samples, 48_000) * codec.frame_rate
    assert latents.shape[1] == codec.latent_size
    assert frames <= len(latents) <= frames + 2
    assert codec.decode(latents, samples).shape == (samples, 2)


@pytest.mark.parametrize("make", [oobleck, mel])
def test_the_same_sound_gives_the_same_latents_at_any_rate(make) -> None:
    codec = make()
    time = np.arange(44_100) / 44_100
    tone = np.stack([0.3 * np.sin(2 * np.pi * 330 * time)] * 2, 1).astype(np.float32)
    one, other = codec.encode(tone, 44_100), codec.encode(resampled(tone, 44_100, 48_000), 48_000)
    inner = slice(2, min(len(one), len(other)) - 2)
    assert np.corrcoef(one[inner].ravel(), other[inner].ravel())[0, 1] > 0.95


def test_rates_are_those_of_the_published_models() -> None:
    codec = OobleckCodec(AutoencoderOobleck(encoder_hidden_size=8, decoder_channels=8))
    assert codec.frame_rate == Fraction(44_100, 2048)
    assert codec.latent_size == 64


def test_a_tone_stands_in_its_mel_band() -> None:
    codec = mel()
    assert isinstance(codec, MelCodec)
    time = torch.arange(16_000) / 16_000
    low, high = (codec.log_mel(torch.sin(2 * torch.pi * hertz * time)).mean(0).argmax() for hertz in (300, 3000))
    assert low < high
    assert codec.log_mel(torch.zeros(1600)).max() < -11


def test_long_spectrograms_are_decoded_in_blocks_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    codec = mel()
    assert isinstance(codec, MelCodec)
    latents = np.random.default_rng(0).normal(size=(150, codec.latent_size)).astype(np.float32)
    with torch.no_grad():
        whole = codec._pictured(latents)
        monkeypatch.setattr("vem_plugin.models.audio.audio_codec._BLOCK", 48)
        monkeypatch.setattr("vem_plugin.models.audio.audio_codec._BESIDE", 8)
        blocks = codec._pictured(latents)
        latents[120:] += 1
        other = codec._pictured(latents)
    assert (blocks - whole).square().mean() < 0.01 * (whole - whole.mean()).square().mean()
    steps = [(picture[1:] - picture[:-1]).abs().max() for picture in (blocks, whole)]
    assert steps[0] < 1.1 * steps[1]
    assert torch.equal(other[: 4 * 88], blocks[: 4 * 88])  # frames whose blocks see nothing of what has changed
    assert not torch.equal(other, blocks)
