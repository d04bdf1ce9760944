"""Attention of the transformer: over frames with rotary positions, and over storyboard tokens (SG-CAtt)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vem_plugin.models.conditioning import ConditionBatch
from vem_plugin.models.storyboard_tokens import (
    HIDDEN,
    LOOK_SIZE,
    RELATIONS,
    SLOTS,
    TIME_SIZE,
)

ROTARY_BASE = 2000.0
"""Longest period of the rotary positions in frames; music rarely refers back further."""


def weigh(query: Tensor, key: Tensor, bias: Tensor, *, factor: Tensor | None = None) -> Tensor:
    """Softmax attention weights (B, H, T, S) with an additive bias.

    query (B, H, T, C), key (B, H, S, C), bias broadcastable to (B, H, T, S). A ``factor`` of the same shape is
    multiplied with the logits first: a mask as VeM prints it, which hides nothing.
    """
    logits = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if factor is not None:
        logits = logits * factor
    return torch.softmax(logits + bias.to(query.dtype), dim=-1)


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor, *, factor: Tensor | None = None) -> Tensor:
    """Softmax attention as in ``weigh`` over values (B, H, S, C), heads joined again: (B, T, H * C).

    Written out, because the fused kernels are slower on a CPU with a dense bias (measured twice as slow).
    """
    mixed = weigh(query, key, bias, factor=factor).to(value.dtype) @ value
    return mixed.transpose(1, 2).flatten(2)


def rotary_angles(frames: int, head_size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines, each (frames, head_size / 2)."""
    rate = ROTARY_BASE ** -(torch.arange(0, head_size, 2, device=device) / head_size)
    angle = torch.arange(frames, device=device)[:, None] * rate
    return angle.cos(), angle.sin()


def rotate(heads: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turn (B, H, T, C) by position (RoPE, arXiv 2104.09864)."""
    first, second = heads.chunk(2, dim=-1)
    cosine, sine = cosine.to(heads.dtype), sine.to(heads.dtype)
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


class FrameAttention(nn.Module):
    """Self-attention over latent frames with rotary positions and normalised queries and keys."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_size = width // heads
        self.to_qkv = nn.Linear(width, 3 * width, bias=False)
        self.to_out = nn.Linear(width, width, bias=False)
        self.query_scale = nn.Parameter(torch.full((self.head_size,), float(self.head_size) ** 0.5))
        self.key_scale = nn.Parameter(torch.full((self.head_size,), float(self.head_size) ** 0.5))
        nn.init.zeros_(self.to_out.weight)

    def forward(self, hidden: Tensor, rotary: tuple[Tensor, Tensor], bias: Tensor) -> Tensor:
        """(B, T, width) to the same; ``bias`` (B, 1, T, T) keeps pieces apart."""
        batch, frames, _ = hidden.shape
        qkv = self.to_qkv(hidden).view(batch, frames, 3, self.heads, self.head_size)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        query = rotate(functional.normalize(query, dim=-1) * self.query_scale.to(query.dtype), *rotary)
        key = rotate(functional.normalize(key, dim=-1) * self.key_scale.to(key.dtype), *rotary)
        return self.to_out(attend(query, key, value, bias))


class StoryboardEmbedding(nn.Module):
    """Turns the vectors of storyboard entries into tokens; the last token is the null token, always visible.

    Tokens of one entry stand ``entries`` apart: all texts first, then pictures (only if there are any), looks, times.
    With ``together`` an entry is one token, the sum of what is known of it: a linear layer over the joined vectors, as
    VeM (arXiv 2511.09585) has it.
    """

    def __init__(self, *, text_size: int, picture_size: int, width: int, together: bool = False) -> None:
        super().__init__()
        sizes = {"text": text_size, "picture": picture_size, "look": LOOK_SIZE, "time": TIME_SIZE}
        self.together = together
        self.project = nn.ModuleDict({slot: nn.Linear(sizes[slot], width, bias=False) for slot in SLOTS})
        self.kind = nn.Parameter(torch.randn(len(SLOTS), width) * 0.02)
        self.null = nn.Parameter(torch.randn(width) * 0.02)
        self.norm = nn.LayerNorm(width)

    def forward(self, conditions: ConditionBatch) -> tuple[Tensor, Tensor]:
        """Tokens (B, S, width) and the additive bias for absent ones (B, S)."""
        tokens, presence = [], []
        for index, slot in enumerate(SLOTS):
            vector = getattr(conditions, slot)
            if vector.shape[-1] == 0:
                continue
            tokens.append(self.project[slot](vector) + self.kind[index])
            presence.append(conditions.present[..., index])
        if self.together:
            known = [token * present[..., None] for token, present in zip(tokens, presence, strict=True)]
            tokens, presence = [torch.stack(known).sum(0)], [torch.stack(presence).amax(0)]
        batch = len(tokens[0])
        tokens.append(self.null.expand(batch, 1, -1))
        presence.append(torch.ones_like(presence[0][:, :1]))
        absent = (1 - torch.cat(presence, 1)) * HIDDEN
        return self.norm(torch.cat(tokens, 1)), absent


def visibility(conditions: ConditionBatch, absent: Tensor) -> Tensor:
    """Mask (B, 1, T, S) of all tokens, from that of the entries and the bias for absent ones (B, S)."""
    return _of_all_tokens(conditions.mask, absent)


def presence(conditions: ConditionBatch, absent: Tensor) -> Tensor:
    """Mask (B, 1, T, S) that hides only absent tokens and other pieces' entries: time does not matter.

    An entry belongs to the piece of the frames that see it.
    """
    same = conditions.piece[:, :, None] == conditions.piece[:, None, :]
    own = same.to(conditions.relation.dtype) @ conditions.relation.sum(-1) > 0
    return _of_all_tokens(HIDDEN * (~own).to(absent.dtype), absent)


def _of_all_tokens(mask: Tensor, absent: Tensor) -> Tensor:
    """A mask of entries (B, T, N) for each of their tokens and the null token, with the bias for absent ones."""
    slots = (absent.shape[-1] - 1) // mask.shape[-1]
    return (functional.pad(mask.repeat(1, 1, slots), (0, 1)) + absent[:, None]).clamp(min=HIDDEN)[:, None]


def pooled(tokens: Tensor, conditions: ConditionBatch, absent: Tensor) -> Tensor:
    """The mean of all tokens of each frame's piece, (B, T, token width): what it is about, but not when."""
    there = (presence(conditions, absent)[:, 0] > HIDDEN / 2).to(tokens.dtype)
    return there / there.sum(-1, keepdim=True) @ tokens


class StoryboardAttention(nn.Module):
    """SG-CAtt: cross-attention from latent frames to storyboard tokens under a time mask.

    After VeM (arXiv 2511.09585), where a frame attends to the storyboard on screen. The mask is additive here, and a
    learned bias per head and relation (previous, own, next, global) lets heads look back or ahead by one shot.

    With ``printed`` the mask is what the paper prints, ``softmax(mask * logits)`` with a mask of 0 and 1. It is there
    to be measured (``benchmarks/ABLATION.md``): a logit of 0 is not a weight of 0, so hidden shots stay in view.
    """

    def __init__(self, width: int, heads: int, token_width: int, *, printed: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.head_size = width // heads
        self.printed = printed
        self.norm = nn.LayerNorm(width)
        self.to_query = nn.Linear(width, width, bias=False)
        self.to_key_value = nn.Linear(token_width, 2 * width, bias=False)
        self.to_out = nn.Linear(width, width, bias=False)
        self.relation = nn.Parameter(torch.zeros(len(RELATIONS), heads))
        nn.init.zeros_(self.to_out.weight)

    def forward(self, hidden: Tensor, tokens: Tensor, mask: Tensor, relation: Tensor) -> Tensor:
        """What the storyboard says, (B, T, width).

        Parameters
        ----------
        hidden : (B, T, width)
        tokens : (B, S, token width)
            As ``StoryboardEmbedding`` makes them, S = slots * N + 1.
        mask : (B, 1, T, S)
            As ``visibility`` makes it; if the mask is the printed one, as ``presence`` does.
        relation : (B, T, N, 4)
            One-hot of ``RELATIONS``, one for each entry.
        """
        query, key, value = self._heads(hidden, tokens)
        bias, factor = self._masks(mask, relation, query.dtype)
        return self.to_out(attend(query, key, value, bias, factor=factor))

    def weights(self, hidden: Tensor, tokens: Tensor, mask: Tensor, relation: Tensor) -> Tensor:
        """How much each frame attends to each token, (B, heads, T, S); a sum of 1 over S."""
        query, key, _ = self._heads(hidden, tokens)
        bias, factor = self._masks(mask, relation, query.dtype)
        return weigh(query, key, bias, factor=factor)

    def _heads(self, hidden: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries (B, H, T, C), keys and values (B, H, S, C)."""
        batch, frames, _ = hidden.shape
        query = self.to_query(self.norm(hidden)).view(batch, frames, self.heads, self.head_size).transpose(1, 2)
        pairs = self.to_key_value(tokens).view(batch, tokens.shape[1], 2, self.heads, self.head_size)
        key, value = pairs.permute(2, 0, 3, 1, 4)
        return query, key, value

    def _masks(self, mask: Tensor, relation: Tensor, precision: torch.dtype) -> tuple[Tensor, Tensor | None]:
        """What is added to the logits (B, H, T, S), and what they are multiplied with before, if anything."""
        slots = (mask.shape[-1] - 1) // relation.shape[2]
        leaning = (relation.to(precision) @ self.relation.to(precision)).permute(0, 3, 1, 2)
        bias = functional.pad(leaning.repeat(1, 1, 1, slots), (0, 1)) + mask
        if not self.printed:
            return bias, None
        shown = relation.sum(-1).to(precision).repeat(1, 1, slots)
        return bias, functional.pad(shown, (0, 1), value=1.0)[:, None]
