"""AudioLDM 2's UNet with the paper's two parts in it, where VeM (arXiv 2511.09585) has them.

TB-As stands before every block of the encoder. SG-CAtt stands at every level that has attention (encoder, middle,
decoder), in the last transformer's last block: as printed, *in place of* its self-attention
(``replaces_self_attention``), or beside it, which changes nothing while it is untrained. Every weight of the checkpoint
keeps its name behind ``base.``.

Time is the third axis, (B, C, T, F), as for the mel spectrogram of ``MelCodec``. The masks of the storyboard are those
of the latent frames, taken at each level's ratio.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2UNet2DConditionModel
from torch import Tensor, nn

from vem_plugin.errors import ModelError
from vem_plugin.models.adapter import BeatAdapter
from vem_plugin.models.attention import StoryboardAttention, StoryboardEmbedding, visibility
from vem_plugin.models.audio.audio_transformer import ADDED
from vem_plugin.models.audio.audioldm_blocks import Seen, Text, attended, sees_text, through, width_of, with_beats
from vem_plugin.models.audio.extra import published
from vem_plugin.models.audio.frame_features import FRAME_FEATURES
from vem_plugin.models.conditioning import ConditionBatch
from vem_plugin.models.transformer import perceptron
from vem_plugin.parsing.parsed_video import TEXT_SIZE

BASE = "base."
"""Before the names of the checkpoint's weights."""


@dataclass(frozen=True, slots=True)
class UNetWeightMap:
    """Which weights of a ``VeMAudioLDM2UNet`` came from where, by their names in it.

    ``taken`` are the checkpoint's, less ``base.``; ``added`` are new; ``replaced`` are the checkpoint's self-attentions
    that SG-CAtt stands in place of: they are in the checkpoint and no longer in the model.
    """

    taken: tuple[str, ...]
    added: tuple[str, ...]
    replaced: tuple[str, ...]


class VeMAudioLDM2UNet(ModelMixin, ConfigMixin):
    """Predicts the noise of mel latents under text, storyboard and beat grid; called like ``VeMAudioTransformer``.

    Parameters
    ----------
    unet : dict
        Configuration of the ``AudioLDM2UNet2DConditionModel`` within.
    replaces_self_attention : bool
        Whether SG-CAtt stands in place of a self-attention, as in the paper, or beside it.
    token_width, beat_width : int
        Widths of storyboard tokens and of embedded frame features.
    text_size, picture_size : int
        Sizes of the storyboard's text and picture embeddings.
    sees_pictures : bool
        Whether the weights were trained with picture embeddings.
    """

    _supports_gradient_checkpointing = True

    @register_to_config
    def __init__(
        self,
        unet: dict[str, Any],
        replaces_self_attention: bool = False,
        token_width: int = 384,
        beat_width: int = 192,
        text_size: int = TEXT_SIZE,
        picture_size: int = 1280,
        sees_pictures: bool = False,
    ) -> None:
        super().__init__()
        self.base = AudioLDM2UNet2DConditionModel(**unet)
        if self.base.class_embedding is not None:
            raise ModelError(
                "This UNet wants class labels, which nobody can tell it.",
                remedy="Use a checkpoint of AudioLDM 2.",
            )
        self.frame_features = perceptron(FRAME_FEATURES, 2 * beat_width, beat_width)
        self.storyboard = StoryboardEmbedding(text_size=text_size, picture_size=picture_size, width=token_width)
        widths = [self.base.conv_in.out_channels, *self.base.config["block_out_channels"][:-1]]
        self.adapters = nn.ModuleList(BeatAdapter(beat_width, width) for width in widths)
        self.storyboard_attentions = nn.ModuleDict(
            {name: StoryboardAttention(*width_of(level), token_width) for name, level in self._levels()}
        )
        self.given = nn.Conv2d(self.base.conv_in.in_channels + 1, widths[0], 3, padding=1, bias=False)
        nn.init.zeros_(self.given.weight)
        if replaces_self_attention:
            for _, level in self._levels():
                last = cast("Any", level).attentions[-1].transformer_blocks[-1]
                last.norm1 = last.attn1 = None

    def _levels(self) -> Iterator[tuple[str, nn.Module]]:
        """Every level that has attention, with its name among ours."""
        for place, level in enumerate(self.base.down_blocks):
            if sees_text(level):
                yield f"down{place}", level
        yield "middle", cast("nn.Module", self.base.mid_block)
        for place, level in enumerate(self.base.up_blocks):
            if sees_text(level):
                yield f"up{place}", level

    @classmethod
    def from_audioldm2(cls, folder: Path, **new_parts: Any) -> tuple[VeMAudioLDM2UNet, UNetWeightMap]:
        """Take every weight of an AudioLDM 2 checkpoint and add the new parts.

        Parameters
        ----------
        folder : Path
            A diffusers folder of ``AudioLDM2UNet2DConditionModel``, or of a pipeline whose ``unet`` is one.
        **new_parts
            ``replaces_self_attention``, ``token_width``, ``beat_width``, ``text_size``, ``picture_size``,
            ``sees_pictures``.

        Raises
        ------
        ModelError
            If the folder holds no such model, or a weight is left over on either side.
        """
        inner = folder / "unet"
        base = published(
            AudioLDM2UNet2DConditionModel,
            inner if inner.is_dir() else folder,
            called="UNet of AudioLDM 2",
            remedy="Point to a diffusers folder of AudioLDM 2, or to its unet.",
        )
        return cls.around(base, **new_parts)

    @classmethod
    def around(cls, base: AudioLDM2UNet2DConditionModel, **new_parts: Any) -> tuple[VeMAudioLDM2UNet, UNetWeightMap]:
        """The same from a model in memory; the weights are copied."""
        known = {name: value for name, value in base.config.items() if not name.startswith("_")}
        model = cls(unet=known, **new_parts)
        offered = {BASE + name: value for name, value in base.state_dict().items()}
        own = model.state_dict()  # asked itself: torch does not report what it finds no module for
        lacking, left_over = (
            [name for name in own if name not in offered],
            [name for name in offered if name not in own],
        )
        replaced = tuple(name for name in left_over if name.startswith(model.replaced))
        strangers = [*(name for name in lacking if not name.startswith(ADDED)), *set(left_over) - set(replaced)]
        if strangers:
            raise ModelError(
                f"Weights do not match: {', '.join(strangers[:5])}",
                remedy="Use a checkpoint of AudioLDM 2's architecture.",
            )
        model.load_state_dict(offered, strict=False)
        taken = tuple(name for name in offered if name not in replaced)
        return model, UNetWeightMap(taken, tuple(lacking), replaced)

    @property
    def replaced(self) -> tuple[str, ...]:
        """Where the names of weights begin that SG-CAtt stands in place of."""
        empty = [name for name, block in self.base.named_modules() if getattr(block, "attn1", self) is None]
        return tuple(f"{BASE}{name}.{part}." for name in empty for part in ("norm1", "attn1"))

    def forward(
        self,
        latents: Tensor,
        timestep: Tensor,
        *,
        words: Tensor,
        whole: Tensor | None,
        conditions: ConditionBatch,
        known: Tensor | None = None,
        known_mask: Tensor | None = None,
    ) -> Tensor:
        """What diffusers' model predicts, (B, C, T, F).

        Parameters
        ----------
        latents : (B, C, T, F)
            Noisy latents.
        timestep : (B,)
            Diffusion time as the scheduler gives it.
        words : (B, L, size)
            States of the text encoder (T5), zero where there is no word; diffusers' ``encoder_hidden_states_1``.
        whole : (B, L', size), optional
            States that the language model made of the text; diffusers' ``encoder_hidden_states``. ``words`` if None.
        conditions : ConditionBatch
            Of B rows of T frames; ``beat`` holds frame features (``frame_features.py``).
        known, known_mask : (B, C, T, F) and (B, 1, T, F), optional
            Latents that are given, and 1 where they are.
        """
        seen = self._seen(latents.dtype, words, whole, conditions)
        time = self.base.time_embedding(self.base.time_proj(timestep.expand(len(latents))).to(latents.dtype))
        time = time if self.base.time_embed_act is None else self.base.time_embed_act(time)
        hidden = self.base.conv_in(latents)
        if known is not None and known_mask is not None:
            hidden = hidden + self.given(torch.cat([known * known_mask, known_mask], 1))
        skips = [hidden]
        for place, (level, adapter) in enumerate(zip(self.base.down_blocks, self.adapters, strict=True)):
            hidden = with_beats(cast("BeatAdapter", adapter), hidden, seen)
            hidden = self._down(level, f"down{place}", hidden, time, seen, skips)
        hidden = self._middle(self.base.mid_block, hidden, time, seen)
        for place, level in enumerate(self.base.up_blocks):
            hidden = self._up(level, f"up{place}", hidden, time, seen, skips)
        if self.base.conv_norm_out is not None and self.base.conv_act is not None:
            hidden = self.base.conv_act(self.base.conv_norm_out(hidden))
        return self.base.conv_out(hidden)

    def _seen(self, precision: torch.dtype, words: Tensor, whole: Tensor | None, conditions: ConditionBatch) -> Seen:
        tokens, absent = self.storyboard(conditions)
        told = Text.of(words)
        return Seen(
            whole=told if whole is None else Text(whole, None),
            words=told,
            tokens=tokens,
            mask=visibility(conditions, absent).to(precision),
            relation=conditions.relation.to(precision),
            beat=self.frame_features(conditions.beat.to(precision)),
        )

    def _attention(self, name: str) -> StoryboardAttention | None:
        """The SG-CAtt of a level, if it has one."""
        return (
            cast("StoryboardAttention", self.storyboard_attentions[name])
            if name in self.storyboard_attentions
            else None
        )

    def _down(self, level: Any, name: str, hidden: Tensor, time: Tensor, seen: Seen, skips: list[Tensor]) -> Tensor:
        """A block of the encoder; adds to ``skips`` what the decoder will want."""
        for layer, resnet in enumerate(level.resnets):
            hidden = through(level, resnet, hidden, time)
            hidden = attended(level, layer, self._attention(name), hidden, seen)
            skips.append(hidden)
        for downsampler in level.downsamplers or ():
            hidden = downsampler(hidden)
            skips.append(hidden)
        return hidden

    def _middle(self, level: Any, hidden: Tensor, time: Tensor, seen: Seen) -> Tensor:
        hidden = level.resnets[0](hidden, time)
        for layer, resnet in enumerate(level.resnets[1:]):
            hidden = attended(level, layer, self._attention("middle"), hidden, seen)
            hidden = through(level, resnet, hidden, time)
        return hidden

    def _up(self, level: Any, name: str, hidden: Tensor, time: Tensor, seen: Seen, skips: list[Tensor]) -> Tensor:
        """A block of the decoder; takes from ``skips`` what the encoder left."""
        for layer, resnet in enumerate(level.resnets):
            hidden = through(level, resnet, torch.cat([hidden, skips.pop()], dim=1), time)
            hidden = attended(level, layer, self._attention(name), hidden, seen)
        for upsampler in level.upsamplers or ():
            hidden = upsampler(hidden, skips[-1].shape[2:])
        return hidden
