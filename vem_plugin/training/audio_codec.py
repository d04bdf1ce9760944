"""Stage one of the audio domain: fine-tune Stable Audio's autoencoder on the sound of a set.

The loss is that of Stable Audio Open (arXiv 2407.14358) without its discriminator: spectra at several
resolutions, of both channels and of their sum and difference, and the divergence of the latents from the unit normal.
Waveforms are compared too, lightly, as spectra do not know phase. A discriminator makes a codec trained from nothing
sound crisp; a published one that is tuned to other sound keeps what it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_oobleck import AutoencoderOobleck
from msgspec import Struct
from torch import Tensor
from torch.nn import functional

from vem_plugin.dataset import open_set
from vem_plugin.training.audio_sound import HeardPairs, held_out_of
from vem_plugin.training.recipe import AtLeastOne, NotNegative, Positive, Recipe
from vem_plugin.training.stage import Loss

QUIETEST = 1e-5
"""Magnitude below which a spectrum is silence, -100 dB of full scale."""
MEASURING_SEED = 3


class AudioCodecLessons(Struct, frozen=True, forbid_unknown_fields=True):
    """``[lessons]`` of the audio codec.

    ``rows`` stretches of ``seconds`` a step; ``windows`` of the spectra in samples, each moved by a quarter; weights of
    the divergence (``kl``) and of the waveform; ``decoder_only`` leaves the latents as they are, so that a transformer
    trained on them keeps its meaning.
    """

    rows: AtLeastOne = 8
    seconds: Positive = 1.5
    windows: tuple[AtLeastOne, ...] = (2048, 1024, 512, 256, 128, 64)
    kl: NotNegative = 1e-4
    waveform: NotNegative = 0.1
    decoder_only: bool = False
    measured_stretches: AtLeastOne = 16


@dataclass(frozen=True, slots=True)
class SoundBatch:
    """Stretches of sound, (B, channels, samples)."""

    sound: Tensor

    def to(self, device: torch.device | str) -> SoundBatch:
        """The batch on another device."""
        return SoundBatch(self.sound.to(device))


class AudioCodecStage:
    """Stable Audio's autoencoder, taught on the sound of the set in the data folder."""

    def __init__(self, recipe: Recipe, out: Path, data: Path) -> None:
        self.recipe = recipe
        self.options = recipe.lessons_as(AudioCodecLessons)
        found = open_set(data)
        self.taught = HeardPairs(found.split("train"), seed=recipe.seed)
        self.heldout = HeardPairs(held_out_of(found), seed=MEASURING_SEED)
        self.shape = _Shape.of({})

    def network(self, start: Path | None) -> AutoencoderOobleck:
        """A new autoencoder, or that of a folder: its own, or of a whole pipeline."""
        codec = self.recipe.network_of(AutoencoderOobleck) if start is None else oobleck_from(start)
        self.shape = _Shape.of(codec.config)
        if self.options.decoder_only:
            codec.encoder.requires_grad_(False)
        return codec

    def batch(self, step: int, part: int, parts: int) -> SoundBatch:
        """Stretches of a step, shared out over the parts in turn; where there is none left, one is told twice."""
        rows = range(step * self.options.rows, (step + 1) * self.options.rows)
        return self._heard(self.taught, rows[part::parts] or rows[:1])

    def loss(self, network: AutoencoderOobleck, batch: SoundBatch) -> Loss:
        """Errors of decoding what was encoded; a stretch counts one."""
        posterior = network.encode(batch.sound, return_dict=False)[0]
        decoded = _decoded(network, posterior.sample())
        spectra = spectral_error(decoded, batch.sound, self.options.windows)
        waveform = (decoded - batch.sound).abs().mean((1, 2))
        divergence = divergence_of(posterior.mean.float(), posterior.std.float())
        total = spectra + self.options.waveform * waveform + self.options.kl * divergence
        parts = {"spectra": spectra.sum(), "waveform": waveform.sum(), "kl": divergence.sum()}
        return Loss(total.sum(), torch.tensor(len(batch.sound), device=total.device), parts)

    def measure(self, network: AutoencoderOobleck) -> dict[str, float]:
        """Of held-out stretches, decoded from the middle of the posterior: spectral error, signal-to-noise ratio in
        dB, and the standard deviation of the latents (1 is what a diffusion expects)."""
        found: list[tuple[float, float, float]] = []
        for first in range(0, self.options.measured_stretches, self.options.rows):
            rows = range(first, min(first + self.options.rows, self.options.measured_stretches))
            sound = self._heard(self.heldout, rows).sound.to(network.device)
            latents = network.encode(sound, return_dict=False)[0].mode()
            decoded = _decoded(network, latents)
            error = spectral_error(decoded, sound, self.options.windows)
            noise = (decoded - sound).square().mean((1, 2)).clamp(min=QUIETEST**2)
            ratio = 10 * torch.log10(sound.square().mean((1, 2)).clamp(min=QUIETEST**2) / noise)
            spread = latents.float().std((1, 2))
            found += zip(error.tolist(), ratio.tolist(), spread.tolist(), strict=True)
        names = ("spectral error", "signal to noise, dB", "spread of latents")
        return dict(zip(names, np.mean(found, axis=0).round(4).tolist(), strict=True))

    def save(self, network: AutoencoderOobleck, folder: Path) -> None:
        """As diffusers lays a network out."""
        network.save_pretrained(folder)

    def _heard(self, pairs: HeardPairs, rows: Sequence[int]) -> SoundBatch:
        shape = self.shape
        samples = -(-round(self.options.seconds * shape.rate) // shape.hop) * shape.hop
        stretches = [pairs.stretch(row, samples=samples, rate=shape.rate).T for row in rows]
        sound = torch.from_numpy(np.stack(stretches))
        return SoundBatch(sound if shape.channels == 2 else sound.mean(1, keepdim=True))


class _Shape(msgspec.Struct, frozen=True):
    """What an autoencoder's configuration says of its sound: rate, samples a latent frame, channels."""

    rate: int
    hop: int
    channels: int

    @classmethod
    def of(cls, config) -> _Shape:
        return cls(
            int(config.get("sampling_rate", 44_100)),
            int(np.prod(config.get("downsampling_ratios", (2, 4, 4, 8, 8)))),
            int(config.get("audio_channels", 2)),
        )


def _decoded(network: AutoencoderOobleck, latents: Tensor) -> Tensor:
    """Sound (B, channels, samples) in float32 of latents (B, C, T)."""
    return network.decode(latents, return_dict=False)[0].float()  # pyright: ignore[reportArgumentType]


def oobleck_from(folder: Path) -> AutoencoderOobleck:
    """An autoencoder in float32: of its own folder, or of a pipeline whose ``vae`` it is."""
    inner = folder / "vae"
    return AutoencoderOobleck.from_pretrained(
        inner if inner.is_dir() else folder, low_cpu_mem_usage=False, local_files_only=True, torch_dtype=torch.float32
    )


def divergence_of(mean: Tensor, spread: Tensor) -> Tensor:
    """Kullback-Leibler divergence from the unit normal of normals (B, C, T), a frame, mean over frames, (B,)."""
    variance = spread.square()
    return (mean.square() + variance - variance.log() - 1).sum(1).mean(-1) / 2


def spectral_error(decoded: Tensor, truth: Tensor, windows: Sequence[int]) -> Tensor:
    """How far spectra are apart, mean over resolutions and over left, right, sum and difference, (B,).

    At each resolution: the distance of magnitudes relative to the true ones, and the mean distance of their logarithms
    (multi-resolution STFT, arXiv 1910.11480). Sum and difference keep the stereo picture (arXiv 2010.10291).

    Parameters
    ----------
    decoded, truth : (B, channels, samples)
    windows : sequence of int
        Lengths of the windows in samples; longer ones than the sound are left out.
    """
    decoded, truth = _with_sum_and_difference(decoded), _with_sum_and_difference(truth)
    errors = [_error_at(decoded, truth, window) for window in windows if window <= truth.shape[-1]]
    return torch.stack(errors).mean((0, 2))


def _error_at(decoded: Tensor, truth: Tensor, window: int) -> Tensor:
    """(B, channels) at one resolution."""
    mine, theirs = _magnitudes(decoded, window), _magnitudes(truth, window)
    far = (mine - theirs).norm(dim=(-2, -1)) / theirs.norm(dim=(-2, -1)).clamp(min=QUIETEST)
    return far + functional.l1_loss(mine.log(), theirs.log(), reduction="none").mean((-2, -1))


def _magnitudes(sound: Tensor, window: int) -> Tensor:
    """Magnitudes (B, channels, bins, frames) of sound (B, channels, samples), full scale 1, at least ``QUIETEST``."""
    flat = sound.float().flatten(0, 1)
    shape = torch.hann_window(window, device=sound.device)
    spectrum = torch.stft(flat, window, window // 4, window=shape, return_complex=True, pad_mode="constant")
    magnitudes = (2 / shape.sum() * spectrum.abs()).clamp(min=QUIETEST)
    return magnitudes.unflatten(0, sound.shape[:2])


def _with_sum_and_difference(sound: Tensor) -> Tensor:
    """Left and right, and their halved sum and difference behind them; one channel stays as it is."""
    if sound.shape[1] != 2:
        return sound
    left, right = sound.unbind(1)
    return torch.stack([left, right, (left + right) / 2, (left - right) / 2], 1)
