"""The score codec: an autoencoder between the raster of a beat and one latent vector.

The latent is normalised per dimension by statistics gathered in training (batch normalisation without scale and
offset, stored as buffers): unit variance is what the diffusion expects, so no KL term is needed. The decoder is
trained on latents with noise added, and so forgives the sampler's errors.
"""

from __future__ import annotations

import numpy as np
import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from vem_plugin.models.raster import BEAT_SIZE

SILENCE_LOGIT = -3.0
"""Output bias at the start of training: nearly every number of a raster is 0."""


class BeatBlock(nn.Module):
    """Residual block: a grouped convolution over three neighbouring beats, then a two-layer perceptron."""

    def __init__(self, width: int, *, groups: int = 8, widen: int = 2) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.neighbours = nn.Conv1d(width, width, 3, padding=1, groups=groups)
        self.expand = nn.Linear(width, width * widen)
        self.contract = nn.Linear(width * widen, width)
        nn.init.zeros_(self.contract.weight)

    def forward(self, hidden: Tensor, frames: Tensor) -> Tensor:
        """(B, T, width) to the same; ``frames`` (B, T, 1) is 1 on real beats, 0 on padding."""
        mixed = self.norm(hidden) * frames
        mixed = self.neighbours(mixed.transpose(1, 2)).transpose(1, 2) + mixed
        return (hidden + self.contract(functional.gelu(self.expand(mixed)))) * frames


class ScoreCodec(ModelMixin, ConfigMixin):
    """Encodes rasters (see ``vem_plugin.models.raster``) to latents and back.

    Parameters
    ----------
    beat_size : int
        Numbers a beat of the raster.
    latent_size : int
        Numbers a beat of the latent.
    width, encoder_blocks, decoder_blocks : int
        Size of the network.
    velocity_lines : list of [float, float], optional
        For each role: offset and slope of the mean velocity over energy (0 to 1), fitted to the training corpus;
        used when a score is finished (``vem_plugin.models.finish``).
    """

    config_name = "config.json"

    @register_to_config
    def __init__(
        self,
        beat_size: int = BEAT_SIZE,
        latent_size: int = 64,
        width: int = 320,
        encoder_blocks: int = 2,
        decoder_blocks: int = 3,
        velocity_lines: list[list[float]] | None = None,
    ) -> None:
        super().__init__()
        self.embed = nn.Linear(beat_size, width)
        self.encoder = nn.ModuleList(BeatBlock(width) for _ in range(encoder_blocks))
        self.to_latent = nn.Linear(width, latent_size)
        self.normalise = nn.BatchNorm1d(latent_size, affine=False, momentum=0.02)
        self.from_latent = nn.Linear(latent_size, width)
        self.decoder = nn.ModuleList(BeatBlock(width) for _ in range(decoder_blocks))
        self.norm = nn.LayerNorm(width)
        self.paint = nn.Linear(width, beat_size)
        nn.init.constant_(self.paint.bias, SILENCE_LOGIT)

    def encode(self, raster: Tensor, frames: Tensor) -> Tensor:
        """Latents of rasters.

        Parameters
        ----------
        raster : (B, T, beat_size), 0 to 1
        frames : (B, T, 1), 1 on real beats, 0 on padding

        Returns
        -------
        (B, T, latent_size) float32, about unit variance, 0 on padding.
        """
        hidden = self.embed(raster) * frames
        for block in self.encoder:
            hidden = block(hidden, frames)
        raw = self.to_latent(hidden).float()
        if not self.training:  # every number on its own: shapes do not hang on what is real
            return self.normalise(raw.flatten(0, 1)).view_as(raw) * frames.float()
        real = frames[..., 0] > 0
        latents = torch.zeros_like(raw)
        latents[real] = self.normalise(raw[real])
        return latents

    def decode(self, latents: Tensor, frames: Tensor) -> Tensor:
        """Logits of rasters, (B, T, beat_size), of latents (B, T, latent_size)."""
        hidden = self.from_latent(latents) * frames
        for block in self.decoder:
            hidden = block(hidden, frames)
        return self.paint(self.norm(hidden))

    def forward(self, raster: Tensor, frames: Tensor) -> Tensor:
        """Encode and decode at once: the logits of the reconstruction."""
        return self.decode(self.encode(raster, frames), frames)

    @torch.no_grad()
    def read_again(self, raster: NDArray[np.float32]) -> NDArray[np.float32]:
        """Raster of probabilities, (T, beat_size), after encoding and decoding the raster of one piece."""
        beats = torch.from_numpy(raster)[None].to(self.device, self.dtype)
        latents = self.encode(beats, torch.ones(1, len(raster), 1, dtype=self.dtype, device=self.device))
        return self.probabilities_of(latents[0])

    @torch.no_grad()
    def probabilities_of(self, latents: Tensor) -> NDArray[np.float32]:
        """Raster of probabilities, (T, beat_size), of one piece's latents, (T, latent_size)."""
        frames = torch.ones(1, len(latents), 1, dtype=self.dtype, device=self.device)
        logits = self.decode(latents[None].to(self.device, self.dtype), frames)
        return torch.sigmoid(logits[0].float()).cpu().numpy()
