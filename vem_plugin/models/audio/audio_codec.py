"""Between sound and latents: one contract, two codecs.

``OobleckCodec`` is Stable Audio's autoencoder (44.1 kHz stereo, 64 channels at 21.5 frames a second); ``MelCodec`` is
the paper's path (16 kHz mono, log-mel spectrogram, VAE of AudioLDM, HiFi-GAN). Whatever the codec's own rate, what is
decoded leaves at 48 kHz stereo and has exactly the asked number of samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_oobleck import AutoencoderOobleck
from numpy.typing import NDArray
from scipy.signal import resample_poly
from torch import Tensor, nn

OUT_RATE = 48_000
_BLOCK = 256
"""Frames decoded at once: at full rate a minute of Stable Audio takes more than a gigabyte on its way out."""
_BESIDE = 32
"""Frames on either side of a block of a mel spectrogram that are decoded twice."""


class AudioCodec(Protocol):
    """Encodes sound to latents and back.

    ``sample_rate`` is the codec's own; ``latent_size`` numbers a frame; ``frame_rate`` frames a second, exact.
    """

    sample_rate: int
    latent_size: int
    frame_rate: Fraction

    def encode(self, sound: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """Latents (T, latent_size) of sound (samples, 2) at any rate; T frames cover it."""
        ...

    def decode(self, latents: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
        """Sound (samples, 2) at 48 kHz of latents (T, latent_size), cut or filled with silence to the sample."""
        ...


class OobleckCodec:
    """Stable Audio's autoencoder behind the ``AudioCodec`` contract."""

    def __init__(self, autoencoder: AutoencoderOobleck) -> None:
        self.autoencoder = autoencoder.eval()
        self.sample_rate = int(autoencoder.config["sampling_rate"])
        self.latent_size = int(autoencoder.config["decoder_input_channels"])
        self.hop = int(np.prod(autoencoder.config["downsampling_ratios"]))
        self.channels = int(autoencoder.config["audio_channels"])
        self.frame_rate = Fraction(self.sample_rate, self.hop)
        self.reach = _reach_of(autoencoder.config["downsampling_ratios"])

    @torch.no_grad()
    def encode(self, sound: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """See ``AudioCodec``."""
        own = resampled(sound, rate, self.sample_rate)
        wave = torch.from_numpy(_filled(own, -(-len(own) // self.hop) * self.hop).T.copy())[None]
        wave = wave if self.channels == 2 else wave.mean(1, keepdim=True)
        posterior = self.autoencoder.encode(wave.to(_place_of(self.autoencoder)), return_dict=False)[0]
        return posterior.mode()[0].T.float().cpu().numpy()

    @torch.no_grad()
    def decode(self, latents: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
        """See ``AudioCodec``."""
        frames = len(latents)
        blocks = [self._decoded(latents, first, min(first + _BLOCK, frames)) for first in range(0, frames, _BLOCK)]
        wave = np.concatenate(blocks) if blocks else np.zeros((0, self.channels), np.float32)
        return _filled(resampled(_stereo(wave), self.sample_rate, OUT_RATE), samples)

    def _decoded(self, latents: NDArray[np.float32], first: int, last: int) -> NDArray[np.float32]:
        """Frames ``first`` to ``last`` (excluded) as sound at the codec's own rate, (samples, channels).

        They are decoded with all the neighbours that the decoder hears for them, so that blocks join without a seam.
        """
        before, after = max(0, first - self.reach), min(len(latents), last + self.reach)
        weights = next(self.autoencoder.parameters())
        channels_first = torch.from_numpy(latents[before:after].T.copy())[None].to(weights)
        decoded = self.autoencoder.decode(channels_first, return_dict=False)[0]  # pyright: ignore[reportArgumentType]
        inner = slice((first - before) * self.hop, (last - before) * self.hop)
        return decoded[0, :, inner].float().cpu().numpy().T


class MelCodec:
    """The paper's path: a log-mel spectrogram, its VAE, and a vocoder.

    Parameters
    ----------
    autoencoder : AutoencoderKL
        Over pictures of one channel: (time, mel bins). Several numbers a frame: channels times reduced mel bins.
    vocoder : torch.nn.Module
        Log-mel (B, frames, bins) to waveform (B, samples), ``hop`` samples a frame, such as ``SpeechT5HifiGan``.
    bins, sample_rate, hop : int
        Of the spectrogram; the paper has 60 bins, 16 kHz, 256 samples (its window is not told: four hops).
    """

    def __init__(
        self,
        autoencoder: AutoencoderKL,
        vocoder: nn.Module,
        *,
        bins: int = 64,
        sample_rate: int = 16_000,
        hop: int = 160,
    ) -> None:
        from librosa.filters import mel

        self.autoencoder, self.vocoder = autoencoder.eval(), vocoder.eval()
        self.sample_rate, self.hop, self.bins = sample_rate, hop, bins
        self.squeeze = 2 ** (len(autoencoder.config["block_out_channels"]) - 1)
        self.channels = int(autoencoder.config["latent_channels"])
        self.latent_size = self.channels * (bins // self.squeeze)
        self.frame_rate = Fraction(sample_rate, hop * self.squeeze)
        self.filters = torch.from_numpy(mel(sr=sample_rate, n_fft=4 * hop, n_mels=bins))

    @torch.no_grad()
    def encode(self, sound: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """See ``AudioCodec``."""
        own = resampled(sound.mean(1, keepdims=True), rate, self.sample_rate)
        block = self.hop * self.squeeze
        wave = torch.from_numpy(_filled(own, -(-len(own) // block) * block)[:, 0].copy())
        picture = self.log_mel(wave)[None, None].to(_place_of(self.autoencoder))
        latents = self.autoencoder.encode(picture).latent_dist.mode()  # pyright: ignore[reportAttributeAccessIssue]
        scaled = latents * self.autoencoder.config["scaling_factor"]
        return scaled[0].permute(1, 0, 2).flatten(1).float().cpu().numpy()

    @torch.no_grad()
    def decode(self, latents: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
        """See ``AudioCodec``."""
        wave = self.vocoder(self._pictured(latents)[None]).reshape(-1, 1).float().cpu().numpy()
        return _filled(resampled(_stereo(wave), self.sample_rate, OUT_RATE), samples)

    def _pictured(self, latents: NDArray[np.float32]) -> Tensor:
        """Log-mel (frames, bins) of latents, in blocks that fade into each other.

        The VAE attends from every place to every other and normalises over all: what it makes of a block depends on
        what it sees beside it, and its work grows with the square of the length.
        """
        scale = self.autoencoder.config["scaling_factor"]
        folded = torch.from_numpy(latents).view(len(latents), self.channels, -1).permute(1, 0, 2)[None]
        picture = torch.zeros(len(latents) * self.squeeze, self.bins, device=_place_of(self.autoencoder))
        weight = torch.zeros(len(picture), 1, device=picture.device)
        for first in range(0, len(latents), _BLOCK):
            begin, end = max(0, first - _BESIDE), min(len(latents), first + _BLOCK + _BESIDE)
            part = self.autoencoder.decode(folded[:, :, begin:end].to(picture.device) / scale)
            there = torch.arange(begin * self.squeeze, end * self.squeeze, device=picture.device)
            rise = there - (first - _BESIDE) * self.squeeze + 0.5 if first else torch.full_like(there, 1 << 30)
            fall = (first + _BLOCK + _BESIDE) * self.squeeze - there - 0.5
            loud = torch.minimum(rise, fall).clamp(max=2 * _BESIDE * self.squeeze)[:, None]
            picture[there] += loud * part.sample[0, 0]  # pyright: ignore[reportAttributeAccessIssue]
            weight[there] += loud
        return picture / weight

    def log_mel(self, wave: Tensor) -> Tensor:
        """Natural logarithm of the mel spectrogram, (frames, bins), floor 1e-5, of a waveform (samples,)."""
        window = torch.hann_window(4 * self.hop)
        spectrum = torch.stft(wave, 4 * self.hop, self.hop, window=window, return_complex=True, pad_mode="constant")
        frames = len(wave) // self.hop
        return (self.filters @ spectrum.abs()[:, :frames]).clamp(min=1e-5).log().T


def decoded_between(
    codec: AudioCodec, latents: NDArray[np.float32], samples: int, first: float, last: float
) -> NDArray[np.float32]:
    """The sound of a whole piece, (samples, 2), of which only seconds ``first`` to ``last`` are there.

    The rest is silence and costs nothing. What is there is the same as in the whole, but for rounding: the part begins
    where a frame begins on a whole sample, and a second early.
    """
    grid = (OUT_RATE / codec.frame_rate).denominator
    begin = max(0, int((first - 1) * codec.frame_rate)) // grid * grid
    end = min(len(latents), int(np.ceil((last + 1) * codec.frame_rate)))
    sound = np.zeros((samples, 2), np.float32)
    start = int(begin * OUT_RATE / codec.frame_rate)
    stop = min(samples, int(end * OUT_RATE / codec.frame_rate))
    if stop > start:
        sound[start:stop] = codec.decode(latents[begin:end], stop - start)
    return sound


def resampled(sound: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """Sound (samples, channels) at another rate, by a polyphase filter."""
    if rate == wanted:
        return sound
    ratio = Fraction(wanted, rate)
    return resample_poly(sound, ratio.numerator, ratio.denominator, axis=0).astype(np.float32)


def _filled(sound: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
    """Exactly so many samples: cut, or with silence behind."""
    return np.pad(sound[:samples], ((0, max(0, samples - len(sound))), (0, 0)))


def _reach_of(ratios: Sequence[int]) -> int:
    """How many frames on each side an Oobleck decoder hears for one of its own: its convolutions, rate by rate."""
    reach, rate = 3.0, 1
    for ratio in reversed(ratios):
        rate *= ratio
        reach += ratio / rate + 39 / rate  # an upsampling, then three of width 7 at dilations 1, 3 and 9
    return int(np.ceil(reach + 3 / rate))


def _stereo(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    return sound if sound.shape[1] == 2 else np.repeat(sound[:, :1], 2, axis=1)


def _place_of(module: nn.Module) -> torch.device:
    return next(module.parameters()).device
