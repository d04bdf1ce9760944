"""The VeM transformer: denoises score latents under the storyboard and the beat grid.

After VeM (arXiv 2511.09585). Instead of the paper's T-UNet over mel latents it is a one-dimensional diffusion
transformer over beats (DiT, arXiv 2212.09748, with one AdaLN shared by all blocks as in PixArt, arXiv 2310.00426).
SG-CAtt and TB-As stand in every block. It predicts the clean latents, and takes known latents as an input of their
own, so that parts of a piece can be kept while others are written anew.
"""

from __future__ import annotations

import math

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional

from vem_plugin.models.adapter import BeatAdapter
from vem_plugin.models.attention import (
    FrameAttention,
    StoryboardAttention,
    StoryboardEmbedding,
    rotary_angles,
    visibility,
)
from vem_plugin.models.beat_features import BEAT_FEATURES, DIRECTION_FEATURES
from vem_plugin.models.conditioning import ConditionBatch
from vem_plugin.models.storyboard_tokens import HIDDEN
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_plugin.score.theme import CARD_FEATURES

TIME_WAVES = 64
"""Sinusoids that spell the diffusion time."""


def perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Two linear layers with SiLU between them."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, outputs))


def diffusion_waves(time: Tensor) -> Tensor:
    """Diffusion time (B, T, 1), 0 noise to 1 clean, as sinusoids (B, T, 2 * TIME_WAVES)."""
    rate = torch.exp(torch.arange(TIME_WAVES, device=time.device) * (-math.log(1000.0) / TIME_WAVES))
    angle = time * 1000.0 * rate
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


class VeMBlock(nn.Module):
    """TB-As, then self-attention over frames, SG-CAtt, and a perceptron, each added to the hidden states."""

    def __init__(self, width: int, heads: int, *, widen: int, token_width: int, beat_width: int) -> None:
        super().__init__()
        self.width = width
        self.adapter = BeatAdapter(beat_width, width)
        self.frames = FrameAttention(width, heads)
        self.storyboard = StoryboardAttention(width, heads, token_width)
        self.expand = nn.Linear(width, width * widen, bias=False)
        self.contract = nn.Linear(width * widen, width, bias=False)
        self.table = nn.Parameter(torch.randn(6, width) * 0.02)
        nn.init.zeros_(self.contract.weight)

    def forward(
        self,
        hidden: Tensor,
        modulation: Tensor,
        beat: Tensor,
        *,
        rotary: tuple[Tensor, Tensor],
        apart: Tensor,
        storyboard: tuple[Tensor, Tensor, Tensor],
    ) -> Tensor:
        """(B, T, width) to the same.

        ``modulation`` (B, T, 6, width) is the shared AdaLN; ``beat`` (B, T, beat width); ``apart`` (B, 1, T, T) keeps
        pieces apart; ``storyboard`` is tokens, mask and relation.
        """
        shift, scale, gate, shift_out, scale_out, gate_out = (modulation + self.table).unbind(-2)
        hidden = self.adapter(hidden, beat)
        normal = functional.layer_norm(hidden, (self.width,)) * (1 + scale) + shift
        hidden = hidden + gate * self.frames(normal, rotary, apart)
        hidden = hidden + self.storyboard(hidden, *storyboard)
        normal = functional.layer_norm(hidden, (self.width,)) * (1 + scale_out) + shift_out
        return hidden + gate_out * self.contract(functional.gelu(self.expand(normal), approximate="tanh"))


class VeMTransformer(ModelMixin, ConfigMixin):
    """Predicts clean score latents from noisy ones.

    Parameters
    ----------
    latent_size : int
        Numbers a frame of the codec's latent.
    width, layers, heads, widen : int
        Size of the network; heads of ``width / heads`` channels.
    token_width, beat_width : int
        Widths of storyboard tokens and of embedded beat features.
    text_size, picture_size : int
        Sizes of text and picture embeddings.
    sees_pictures : bool
        Whether the weights were trained with picture embeddings; if not, pictures are left out.
    """

    config_name = "config.json"

    @register_to_config
    def __init__(
        self,
        latent_size: int = 64,
        width: int = 256,
        layers: int = 8,
        heads: int = 8,
        widen: int = 3,
        token_width: int = 192,
        beat_width: int = 96,
        text_size: int = TEXT_SIZE,
        picture_size: int = 1280,
        sees_pictures: bool = False,
    ) -> None:
        super().__init__()
        self.head_size = width // heads
        self.embed = nn.Linear(2 * latent_size + 1, width)
        self.time = perceptron(2 * TIME_WAVES, width, width)
        self.direction = perceptron(DIRECTION_FEATURES, width, width)
        self.card = perceptron(CARD_FEATURES, 2 * width, width)
        self.beat = perceptron(BEAT_FEATURES, 2 * beat_width, beat_width)
        self.modulation = nn.Linear(width, 6 * width)
        self.storyboard = StoryboardEmbedding(text_size=text_size, picture_size=picture_size, width=token_width)
        self.blocks = nn.ModuleList(
            VeMBlock(width, heads, widen=widen, token_width=token_width, beat_width=beat_width) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        self.predict = nn.Linear(width, latent_size)
        nn.init.normal_(self.modulation.weight, std=0.02)
        nn.init.zeros_(self.predict.weight)

    def forward(
        self, latents: Tensor, time: Tensor, known: Tensor, known_mask: Tensor, conditions: ConditionBatch
    ) -> Tensor:
        """Predict the clean latents.

        Parameters
        ----------
        latents : (B, T, latent_size)
            Noisy latents; clean where known.
        time : (B, T, 1)
            Diffusion time of each frame, 0 noise to 1 clean; 1 where known.
        known : (B, T, latent_size)
            Latents that are given.
        known_mask : (B, T, 1)
            1 where they are, else 0.
        conditions : ConditionBatch
            Of B rows, T frames.

        Returns
        -------
        (B, T, latent_size) float32
        """
        wishes = self.direction(conditions.direction) + self.card(conditions.card)
        beat = self.beat(conditions.beat)
        hidden = self.embed(torch.cat([latents, known * known_mask, known_mask], dim=-1)) + wishes
        shared = self.modulation(functional.silu(self.time(diffusion_waves(time)) + wishes)).unflatten(-1, (6, -1))
        tokens, absent = self.storyboard(conditions)
        precision = hidden.dtype
        storyboard = (tokens, visibility(conditions, absent).to(precision), conditions.relation.to(precision))
        rotary = rotary_angles(latents.shape[1], self.head_size, latents.device)
        apart = HIDDEN * (conditions.piece[:, None, :, None] != conditions.piece[:, None, None, :]).to(precision)
        for block in self.blocks:
            hidden = block(hidden, shared, beat, rotary=rotary, apart=apart, storyboard=storyboard)
        return self.predict(self.norm(hidden)).float()
