"""Stable Audio's diffusion transformer with the paper's two parts added: SG-CAtt and TB-As.

Every weight of ``StableAudioDiTModel`` keeps its name, so a published checkpoint fits as it is. What is new begins at
zero: with untrained new parts the outputs are diffusers' own (the proof is a test). As in VeM (arXiv 2511.09585) TB-As
stands before, and SG-CAtt after, what a block did already; latents that are given (masked re-scoring) enter by an
input of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers.configuration_utils import register_to_config
from diffusers.models.embeddings import get_1d_rotary_pos_embed
from diffusers.models.modeling_utils import ModelMixin  # noqa: F401  (a pipeline looks here for what it can load)
from diffusers.models.transformers.stable_audio_transformer import StableAudioDiTModel
from torch import Tensor, nn

from vem_plugin.errors import ModelError
from vem_plugin.models.adapter import BeatAdapter
from vem_plugin.models.attention import StoryboardAttention, StoryboardEmbedding, visibility
from vem_plugin.models.audio.extra import published
from vem_plugin.models.audio.frame_features import FRAME_FEATURES
from vem_plugin.models.conditioning import ConditionBatch
from vem_plugin.models.transformer import perceptron
from vem_plugin.parsing.parsed_video import TEXT_SIZE

ADDED = ("frame_features.", "storyboard.", "adapters.", "storyboard_attentions.", "given.")
"""Where the names of new weights begin."""


@dataclass(frozen=True, slots=True)
class WeightMap:
    """Which weights of a ``VeMAudioTransformer`` came from where.

    ``taken`` have the same name on both sides; ``added`` are new and were not in the checkpoint.
    """

    taken: tuple[str, ...]
    added: tuple[str, ...]


class VeMAudioTransformer(StableAudioDiTModel):
    """Predicts the velocity of audio latents under text, storyboard and beat grid.

    Parameters
    ----------
    sample_size ... cross_attention_input_dim
        As in ``StableAudioDiTModel``; the defaults are those of Stable Audio Open.
    token_width, beat_width : int
        Widths of storyboard tokens and of embedded frame features.
    text_size, picture_size : int
        Sizes of the storyboard's text and picture embeddings.
    sees_pictures : bool
        Whether the weights were trained with picture embeddings.
    """

    @register_to_config
    def __init__(
        self,
        sample_size: int = 1024,
        in_channels: int = 64,
        num_layers: int = 24,
        attention_head_dim: int = 64,
        num_attention_heads: int = 24,
        num_key_value_attention_heads: int = 12,
        out_channels: int = 64,
        cross_attention_dim: int = 768,
        time_proj_dim: int = 256,
        global_states_input_dim: int = 1536,
        cross_attention_input_dim: int = 768,
        token_width: int = 384,
        beat_width: int = 192,
        text_size: int = TEXT_SIZE,
        picture_size: int = 1280,
        sees_pictures: bool = False,
    ) -> None:
        super().__init__(
            sample_size=sample_size,
            in_channels=in_channels,
            num_layers=num_layers,
            attention_head_dim=attention_head_dim,
            num_attention_heads=num_attention_heads,
            num_key_value_attention_heads=num_key_value_attention_heads,
            out_channels=out_channels,
            cross_attention_dim=cross_attention_dim,
            time_proj_dim=time_proj_dim,
            global_states_input_dim=global_states_input_dim,
            cross_attention_input_dim=cross_attention_input_dim,
        )
        width = num_attention_heads * attention_head_dim
        self.frame_features = perceptron(FRAME_FEATURES, 2 * beat_width, beat_width)
        self.storyboard = StoryboardEmbedding(text_size=text_size, picture_size=picture_size, width=token_width)
        self.adapters = nn.ModuleList(BeatAdapter(beat_width, width) for _ in range(num_layers))
        self.storyboard_attentions = nn.ModuleList(
            StoryboardAttention(width, num_attention_heads, token_width) for _ in range(num_layers)
        )
        self.given = nn.Linear(in_channels + 1, width, bias=False)
        nn.init.zeros_(self.given.weight)

    @classmethod
    def from_stable_audio(cls, folder: Path, **new_parts: Any) -> tuple[VeMAudioTransformer, WeightMap]:
        """Take every weight of a Stable Audio checkpoint and add the new parts.

        Parameters
        ----------
        folder : Path
            A diffusers folder of ``StableAudioDiTModel``, or of a pipeline whose ``transformer`` is one.
        **new_parts
            ``token_width``, ``beat_width``, ``text_size``, ``picture_size``, ``sees_pictures``.

        Raises
        ------
        ModelError
            If the folder holds no such model, or a weight is left over on either side.
        """
        inner = folder / "transformer"
        base = published(
            StableAudioDiTModel,
            inner if inner.is_dir() else folder,
            called="Stable Audio transformer",
            remedy="Point to a diffusers folder of Stable Audio Open, or to its transformer.",
        )
        return cls.around(base, **new_parts)

    @classmethod
    def around(cls, base: StableAudioDiTModel, **new_parts: Any) -> tuple[VeMAudioTransformer, WeightMap]:
        """The same from a model in memory; the weights are copied."""
        known = {name: value for name, value in base.config.items() if not name.startswith("_")}
        model = cls(**known, **new_parts)
        lacking, left_over = model.load_state_dict(base.state_dict(), strict=False)
        strangers = [name for name in lacking if not name.startswith(ADDED)]
        if strangers or left_over:
            raise ModelError(
                f"Weights do not match: {', '.join([*strangers, *left_over][:5])}",
                remedy="Use a checkpoint of Stable Audio Open's architecture.",
            )
        return model, WeightMap(tuple(base.state_dict()), tuple(lacking))

    def forward(  # pyright: ignore[reportIncompatibleMethodOverride]  (conditions are what this model is for)
        self,
        latents: Tensor,
        timestep: Tensor,
        *,
        words: Tensor,
        whole: Tensor,
        conditions: ConditionBatch,
        known: Tensor | None = None,
        known_mask: Tensor | None = None,
    ) -> Tensor:
        """What diffusers' model predicts, (B, C, T).

        Parameters
        ----------
        latents : (B, C, T)
            Noisy latents.
        timestep : (B,)
            Diffusion time as the scheduler gives it.
        words : (B, L, cross_attention_input_dim)
            Text and length embeddings for the checkpoint's own cross-attention.
        whole : (B, 1, global_states_input_dim)
            Length embeddings that are put before the frames.
        conditions : ConditionBatch
            Of B rows of T frames; ``beat`` holds frame features (``frame_features.py``).
        known, known_mask : (B, C, T) and (B, 1, T), optional
            Latents that are given, and 1 where they are.
        """
        frames = latents.shape[-1]
        hidden = self.proj_in((self.preprocess_conv(latents) + latents).transpose(1, 2))
        if known is not None and known_mask is not None:
            hidden = hidden + self.given(torch.cat([known * known_mask, known_mask], 1).transpose(1, 2))
        time = self.timestep_proj(self.time_proj(timestep.float()).to(self.dtype))
        hidden = torch.cat([self.global_proj(whole) + time[:, None], hidden], dim=1)
        words = self.cross_attention_proj(words)
        half_head = self.config["attention_head_dim"] // 2
        rotary = tuple(
            part.to(hidden.device)
            for part in get_1d_rotary_pos_embed(half_head, frames + 1, use_real=True, repeat_interleave_real=False)
        )
        beat = self.frame_features(conditions.beat.to(hidden.dtype))
        tokens, absent = self.storyboard(conditions)
        seen = (tokens, visibility(conditions, absent).to(hidden.dtype), conditions.relation.to(hidden.dtype))
        saving = torch.is_grad_enabled() and self.gradient_checkpointing
        checkpoint = self._gradient_checkpointing_func if saving else None
        for block, adapter, attention in zip(
            self.transformer_blocks, self.adapters, self.storyboard_attentions, strict=True
        ):
            hidden = _on_frames(hidden, adapter(hidden[:, 1:], beat))
            if checkpoint is not None:
                hidden = checkpoint(block, hidden, None, words, None, rotary)
            else:
                hidden = block(hidden, encoder_hidden_states=words, rotary_embedding=rotary)
            hidden = _on_frames(hidden, hidden[:, 1:] + attention(hidden[:, 1:], *seen))
        predicted = self.proj_out(hidden)[:, 1:].transpose(1, 2)
        return self.postprocess_conv(predicted) + predicted


def _on_frames(hidden: Tensor, frames: Tensor) -> Tensor:
    """The hidden states with those of the frames replaced; the first, which stands for the whole, stays."""
    return torch.cat([hidden[:, :1], frames], dim=1)
