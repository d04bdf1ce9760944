"""Parts of AudioLDM 2's UNet walked through one by one, so that SG-CAtt and TB-As can stand between them.

Hidden states are pictures, (B, channels, T', F'): time, then frequency, as the mel spectrogram lies; every level halves
both. What is known of T latent frames is brought to a level's T' frames here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from torch import Tensor, nn
from torch.nn import functional

from vem_plugin.models.adapter import BeatAdapter
from vem_plugin.models.attention import StoryboardAttention

ABSENT = -10_000.0
"""Added to the logits of words that are not there; diffusers' own number."""


@dataclass(frozen=True, slots=True)
class Text:
    """States of a text encoder (B, L, size), and what is added to the logits of each of its places, (B, 1, L)."""

    states: Tensor
    bias: Tensor | None

    @classmethod
    def of(cls, states: Tensor) -> Text:
        """Places whose state is zero throughout are not there."""
        absent = (states == 0).all(-1)
        return cls(states, absent.to(states.dtype)[:, None] * ABSENT)


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the levels of the UNet are told.

    ``whole`` is the text of cross-attentions 0 and 1 of a layer, ``words`` that of the others; ``tokens``
    (B, S, width), ``mask`` (B, 1, T, S) and ``relation`` (B, T, N, R) as for ``StoryboardAttention``; ``beat``
    (B, T, width).
    """

    whole: Text
    words: Text
    tokens: Tensor
    mask: Tensor
    relation: Tensor
    beat: Tensor


def frames_of_level(frames: int, wanted: int, device: torch.device) -> Tensor:
    """The frame of ``frames`` at the middle of each of ``wanted``, (wanted,) int64: the mask at a level's ratio."""
    return ((2 * torch.arange(wanted, device=device) + 1) * frames) // (2 * wanted)


def with_beats(adapter: BeatAdapter, hidden: Tensor, seen: Seen) -> Tensor:
    """TB-As of a picture: one scale and shift for all frequencies; the beat is averaged over a level's frames."""
    beat = functional.adaptive_avg_pool1d(seen.beat.transpose(1, 2), hidden.shape[2]).transpose(1, 2)
    return adapter(hidden.permute(0, 2, 3, 1), beat[:, :, None]).permute(0, 3, 1, 2)


def with_storyboard(
    transformer: Transformer2DModel, attention: StoryboardAttention, hidden: Tensor, text: Text | None, seen: Seen
) -> Tensor:
    """What a transformer makes of a picture, with SG-CAtt beside or in place of its last self-attention.

    diffusers' blocks take nothing in there, so the last one is walked through; it is one with plain layer norms.
    """
    batch, _, frames, bins = hidden.shape
    flat, inner = transformer._operate_on_continuous_inputs(hidden)
    states, bias = (None, None) if text is None else (text.states, text.bias)
    for block in list(transformer.transformer_blocks)[:-1]:
        flat = block(flat, encoder_hidden_states=states, encoder_attention_mask=bias)
    last: Any = transformer.transformer_blocks[-1]
    place = frames_of_level(seen.mask.shape[2], frames, hidden.device).repeat_interleave(bins)
    told = attention(flat, seen.tokens, seen.mask[:, :, place], seen.relation[:, place])
    kept = 0 if last.attn1 is None else last.attn1(last.norm1(flat))
    flat = flat + kept + told
    if last.attn2 is not None:
        flat = flat + last.attn2(last.norm2(flat), encoder_hidden_states=states, attention_mask=bias)
    flat = flat + last.ff(last.norm3(flat))
    return transformer._get_output_for_continuous_inputs(flat, hidden, batch, frames, bins, inner)


def attended(level: Any, layer: int, attention: StoryboardAttention | None, hidden: Tensor, seen: Seen) -> Tensor:
    """All transformers of a layer of a level; the level's last one sees the storyboard.

    Parameters
    ----------
    level : nn.Module
        A down, middle or up block of diffusers; one without attention changes nothing.
    layer : int
        From 0; a layer has a transformer for each of the level's ``cross_attention_dim``, None for one without text.
    attention : StoryboardAttention or None
        The level's own; None where it has no attention.
    hidden : (B, channels, T', F')
    """
    if attention is None:
        return hidden
    sizes = level.cross_attention_dim
    for place, size in enumerate(sizes):
        transformer = level.attentions[layer * len(sizes) + place]
        text = None if size is None else seen.whole if place <= 1 else seen.words
        if transformer is level.attentions[-1]:
            hidden = through(level, with_storyboard, transformer, attention, hidden, text, seen)
        else:
            states, bias = (None, None) if text is None else (text.states, text.bias)
            hidden = through(level, transformer, hidden, states, None, None, None, None, None, bias, False)[0]
    return hidden


def through(level: Any, part: Any, *inputs: Any) -> Any:
    """A part of a level; what is between its ends is computed again on the way back if checkpointing was asked for."""
    if torch.is_grad_enabled() and level.gradient_checkpointing:
        return level._gradient_checkpointing_func(part, *inputs)
    return part(*inputs)


def sees_text(level: nn.Module) -> bool:
    """Whether a block of the UNet has transformers."""
    return bool(getattr(level, "has_cross_attention", False))


def width_of(level: Any) -> tuple[int, int]:
    """Channels and heads of the last transformer of a level."""
    last = level.attentions[-1].transformer_blocks[-1]
    return last.dim, last.num_attention_heads
