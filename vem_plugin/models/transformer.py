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

from vem_plugin.errors import ModelError
from vem_plugin.models.adapter import BeatAdapter
from vem_plugin.models.attention import (
    FrameAttention,
    StoryboardAttention,
    StoryboardEmbedding,
    pooled,
    presence,
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
CHOICES = {
    "storyboards": ("attended", "pooled", "none"),
    "mask": ("additive", "printed"),
    "tokens": ("several", "one"),
}
"""The words of the transformer's switches; the first of each is the model that ships."""


def perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Two linear layers with SiLU between them."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, outputs))


def diffusion_waves(time: Tensor) -> Tensor:
    """Diffusion time (B, T, 1), 0 noise to 1 clean, as sinusoids (B, T, 2 * TIME_WAVES)."""
    rate = torch.exp(torch.arange(TIME_WAVES, device=time.device) * (-math.log(1000.0) / TIME_WAVES))
    angle = time * 1000.0 * rate
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


class VeMBlock(nn.Module):
    """TB-As, then self-attention over frames, SG-CAtt, and a perceptron, each added to the hidden states.

    Without a ``beat_width`` there is no TB-As, without a ``token_width`` no SG-CAtt; ``printed`` is the latter's mask.
    """

    def __init__(
        self, width: int, heads: int, *, widen: int, token_width: int | None, beat_width: int | None, printed: bool
    ) -> None:
        super().__init__()
        self.width = width
        self.adapter = BeatAdapter(beat_width, width) if beat_width else None
        self.frames = FrameAttention(width, heads)
        self.storyboard = StoryboardAttention(width, heads, token_width, printed=printed) if token_width else None
        self.expand = nn.Linear(width, width * widen, bias=False)
        self.contract = nn.Linear(width * widen, width, bias=False)
        self.table = nn.Parameter(torch.randn(6, width) * 0.02)
        nn.init.zeros_(self.contract.weight)

    def forward(
        self,
        hidden: Tensor,
        modulation: Tensor,
        beat: Tensor | None,
        *,
        rotary: tuple[Tensor, Tensor],
        apart: Tensor,
        storyboard: tuple[Tensor, Tensor, Tensor] | None,
    ) -> Tensor:
        """(B, T, width) to the same.

        ``modulation`` (B, T, 6, width) is the shared AdaLN; ``beat`` (B, T, beat width); ``apart`` (B, 1, T, T) keeps
        pieces apart; ``storyboard`` is tokens, mask and relation.
        """
        shift, scale, gate, shift_out, scale_out, gate_out = (modulation + self.table).unbind(-2)
        if self.adapter is not None and beat is not None:
            hidden = self.adapter(hidden, beat)
        normal = functional.layer_norm(hidden, (self.width,)) * (1 + scale) + shift
        hidden = hidden + gate * self.frames(normal, rotary, apart)
        if self.storyboard is not None and storyboard is not None:
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
    storyboards : {"attended", "pooled", "none"}
        How storyboards are told: frame by frame by SG-CAtt, as one mean vector of the whole piece, or not at all.
    mask : {"additive", "printed"}
        Of SG-CAtt: see ``StoryboardAttention``.
    tokens : {"several", "one"}
        Tokens of a storyboard entry: see ``StoryboardEmbedding``.
    beats : bool
        Whether the beat grid is told, by TB-As.
    wishes : bool
        Whether the cue sheet's wishes and the theme cards are told, beat by beat, at the input.

    The last five exist for the ablation (``benchmarks/ABLATION.md``); their defaults are the model that ships.

    Raises
    ------
    ModelError
        If one of these words is another.
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
        storyboards: str = "attended",
        mask: str = "additive",
        tokens: str = "several",
        beats: bool = True,
        wishes: bool = True,
    ) -> None:
        super().__init__()
        for name, value in (("storyboards", storyboards), ("mask", mask), ("tokens", tokens)):
            _check_choice(name, value)
        self.head_size = width // heads
        attended = storyboards == "attended"
        self.embed = nn.Linear(2 * latent_size + 1, width)
        self.time = perceptron(2 * TIME_WAVES, width, width)
        self.direction = perceptron(DIRECTION_FEATURES, width, width) if wishes else None
        self.card = perceptron(CARD_FEATURES, 2 * width, width) if wishes else None
        self.beat = perceptron(BEAT_FEATURES, 2 * beat_width, beat_width) if beats else None
        self.modulation = nn.Linear(width, 6 * width)
        self.storyboard = None
        if storyboards != "none":
            self.storyboard = StoryboardEmbedding(
                text_size=text_size, picture_size=picture_size, width=token_width, together=tokens == "one"
            )
        self.pool = nn.Linear(token_width, width) if storyboards == "pooled" else None
        self.blocks = nn.ModuleList(
            VeMBlock(
                width,
                heads,
                widen=widen,
                token_width=token_width if attended else None,
                beat_width=beat_width if beats else None,
                printed=mask == "printed",
            )
            for _ in range(layers)
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
        hidden = self.embed(torch.cat([latents, known * known_mask, known_mask], dim=-1))
        precision = hidden.dtype
        whole, storyboard = self._storyboard(conditions, precision)
        if self.direction is not None and self.card is not None:
            whole = whole + self.direction(conditions.direction) + self.card(conditions.card)
        hidden = hidden + whole
        beat = None if self.beat is None else self.beat(conditions.beat)
        shared = self.modulation(functional.silu(self.time(diffusion_waves(time)) + whole)).unflatten(-1, (6, -1))
        rotary = rotary_angles(latents.shape[1], self.head_size, latents.device)
        apart = HIDDEN * (conditions.piece[:, None, :, None] != conditions.piece[:, None, None, :]).to(precision)
        for block in self.blocks:
            hidden = block(hidden, shared, beat, rotary=rotary, apart=apart, storyboard=storyboard)
        return self.predict(self.norm(hidden)).float()

    def _storyboard(
        self, conditions: ConditionBatch, precision: torch.dtype
    ) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor] | None]:
        """What the storyboard adds to every frame, (B, T, width) or 0, and what SG-CAtt is given, if there is one."""
        nothing = conditions.beat.new_zeros((), dtype=precision)
        if self.storyboard is None:
            return nothing, None
        tokens, absent = self.storyboard(conditions)
        if self.pool is not None:
            return self.pool(pooled(tokens, conditions, absent)), None
        mask = (presence if self.config["mask"] == "printed" else visibility)(conditions, absent)
        return nothing, (tokens, mask.to(precision), conditions.relation.to(precision))


def _check_choice(name: str, value: str) -> None:
    if value not in CHOICES[name]:
        told = f"The transformer's {name} cannot be {value!r}"
        raise ModelError(told, remedy=f"Choose one of: {', '.join(CHOICES[name])}.")
