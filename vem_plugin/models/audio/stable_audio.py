"""Stable Audio Open with the paper's two parts in it: the pipeline around ``VeMAudioTransformer``.

The checkpoint's own cross-attention hears words and lengths as in diffusers' ``StableAudioPipeline``; storyboard and
beat grid come in by SG-CAtt and TB-As. With those untrained, the same seed gives diffusers' own latents (a test).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_oobleck import AutoencoderOobleck
from numpy.typing import NDArray
from torch import nn

from vem_plugin.models.audio.audio_codec import OobleckCodec, decoded_between
from vem_plugin.models.audio.audio_pipeline import Told, VeMAudioPipeline
from vem_plugin.models.audio.audio_transformer import VeMAudioTransformer, WeightMap
from vem_plugin.models.audio.extra import check_installed, loading_quietly, published

if TYPE_CHECKING:
    from diffusers.pipelines.stable_audio.modeling_stable_audio import StableAudioProjectionModel


class StableAudioVeM(VeMAudioPipeline):
    """Writes the latents of Stable Audio Open under words, storyboard and beat grid.

    Components: ``transformer`` (VeMAudioTransformer); ``vae``, ``text_encoder`` (T5), ``tokenizer``,
    ``projection_model`` and ``scheduler`` as in diffusers' ``StableAudioPipeline``.
    """

    steps: ClassVar[int] = 100
    guidance: ClassVar[float] = 7.0
    transformer: VeMAudioTransformer
    vae: AutoencoderOobleck
    text_encoder: Any
    tokenizer: Any
    projection_model: StableAudioProjectionModel
    weight_map: WeightMap | None = None
    """Which weights came from the checkpoint, if it was just taken."""

    def __init__(
        self,
        transformer: VeMAudioTransformer,
        vae: AutoencoderOobleck,
        text_encoder: Any,
        tokenizer: Any,
        projection_model: Any,
        scheduler: Any,
    ) -> None:
        super().__init__()
        self.register_modules(
            transformer=transformer,
            vae=vae,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
            projection_model=projection_model,
            scheduler=scheduler,
        )
        self.codec = OobleckCodec(vae)

    @classmethod
    def taken_from(cls, folder: Path, **new_parts: Any) -> StableAudioVeM:
        """Take every weight of a ``StableAudioPipeline`` folder and add SG-CAtt and TB-As, which begin at zero.

        Parameters
        ----------
        folder : Path
            As diffusers saves it: text encoder, tokenizer, projection model, transformer, vae, scheduler.
        **new_parts
            Sizes of what is new, as in ``VeMAudioTransformer``.

        Raises
        ------
        ModelError
            If the folder holds no such pipeline, a weight is left over on either side, or the extra ``audio`` is
            not installed.
        """
        check_installed()
        from diffusers.pipelines.stable_audio.pipeline_stable_audio import StableAudioPipeline

        with loading_quietly():
            base = published(
                StableAudioPipeline,
                folder,
                called="Stable Audio pipeline",
                remedy="Point to a diffusers folder of Stable Audio Open (it holds model_index.json).",
                torch_dtype=torch.float32,
            )
        transformer, weight_map = VeMAudioTransformer.around(base.transformer, **new_parts)
        parts = {name: part for name, part in base.components.items() if name != "transformer"}
        pipeline = cls(transformer=transformer.eval(), **parts)
        pipeline.weight_map = weight_map
        return pipeline

    @property
    def network(self) -> VeMAudioTransformer:
        """The denoiser."""
        return self.transformer

    @property
    def blocks(self) -> Iterable[nn.Module]:
        """The denoiser's blocks."""
        return self.transformer.transformer_blocks

    @property
    def longest(self) -> int:
        """Latent frames denoised at once: what the checkpoint was trained with."""
        return int(self.transformer.config["sample_size"])

    def decoded(self, latents: NDArray[np.float32], samples: int, first: float, last: float) -> NDArray[np.float32]:
        """Sound of seconds ``first`` to ``last`` (``audio_codec.decoded_between``)."""
        with self.placement.hosting(self.vae, taking_turns=self._taking_turns):
            return decoded_between(self.codec, latents, samples, first, last)

    def told(self, text: str, first: float, last: float, *, guided: bool) -> Told:
        """Text and lengths as diffusers' pipeline tells them; without the wish, all words are zero."""
        lengths = self.projection_model
        with self.working(self.text_encoder, lengths):
            words = self._words_of(text)
            begins = lengths.start_number_conditioner(torch.tensor([first], device=words.device)).to(words.dtype)
            ends = lengths.end_number_conditioner(torch.tensor([last], device=words.device)).to(words.dtype)
        words, whole = torch.cat([words, begins, ends], dim=1), torch.cat([begins, ends], dim=2)
        if not guided:
            return Told(words, whole)
        return Told(torch.cat([torch.zeros_like(words), words]), whole.expand(2, -1, -1))

    def _words_of(self, text: str) -> torch.Tensor:
        """A text as the projected states of its tokens, (1, L, size); zero where the text has ended."""
        tokens = self.tokenizer(
            text,
            padding="max_length",
            max_length=self.tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        device = self.text_encoder.device
        there = tokens.attention_mask.to(device)
        states = self.text_encoder(tokens.input_ids.to(device), attention_mask=there)[0]
        projected = self.projection_model.text_projection(states)
        return projected * there[..., None].to(projected.dtype)
