"""AudioLDM 2 with the paper's two parts in it: the pipeline around ``VeMAudioLDM2UNet``, on the paper's mel path.

Words reach the checkpoint as in diffusers' ``AudioLDM2Pipeline`` (CLAP and T5, projected, continued by GPT-2);
storyboard and beat grid come in by SG-CAtt and TB-As. With those untrained, the same seed gives diffusers' own latents
(a test).
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor, nn

from vem_plugin.models.audio.audio_codec import MelCodec, decoded_between
from vem_plugin.models.audio.audio_pipeline import Told, VeMAudioPipeline
from vem_plugin.models.audio.audioldm_unet import UNetWeightMap, VeMAudioLDM2UNet
from vem_plugin.models.audio.extra import check_installed, loading_quietly, published

TELLERS = ("text_encoder", "text_encoder_2", "projection_model", "language_model")
"""Components that make a text into what the UNet hears."""


class AudioLDM2VeM(VeMAudioPipeline):
    """Writes the mel latents of AudioLDM 2 under words, storyboard and beat grid.

    Components: ``unet`` (VeMAudioLDM2UNet); all others as in diffusers' ``AudioLDM2Pipeline``.
    """

    steps: ClassVar[int] = 200
    guidance: ClassVar[float] = 3.5
    unet: VeMAudioLDM2UNet
    vae: AutoencoderKL
    vocoder: Any
    weight_map: UNetWeightMap | None = None
    """Which weights came from the checkpoint, if it was just taken."""

    def __init__(
        self,
        vae: AutoencoderKL,
        text_encoder: Any,
        text_encoder_2: Any,
        projection_model: Any,
        language_model: Any,
        tokenizer: Any,
        tokenizer_2: Any,
        feature_extractor: Any,
        unet: VeMAudioLDM2UNet,
        scheduler: Any,
        vocoder: Any,
    ) -> None:
        super().__init__()
        self.register_modules(
            vae=vae,
            text_encoder=text_encoder,
            text_encoder_2=text_encoder_2,
            projection_model=projection_model,
            language_model=language_model,
            tokenizer=tokenizer,
            tokenizer_2=tokenizer_2,
            feature_extractor=feature_extractor,
            unet=unet,
            scheduler=scheduler,
            vocoder=vocoder,
        )
        vocoder.float()  # rounding there is heard as noise
        told = vocoder.config
        hop = math.prod(told.upsample_rates)
        self.codec = MelCodec(vae, vocoder, bins=told.model_in_dim, sample_rate=told.sampling_rate, hop=hop)

    @classmethod
    def taken_from(cls, folder: Path, **new_parts: Any) -> AudioLDM2VeM:
        """Take every weight of an ``AudioLDM2Pipeline`` folder and add SG-CAtt and TB-As, which begin at zero.

        Parameters
        ----------
        folder : Path
            As diffusers saves it.
        **new_parts
            ``replaces_self_attention`` and sizes of what is new, as in ``VeMAudioLDM2UNet``.

        Raises
        ------
        ModelError
            If the folder holds no such pipeline, a weight is left over on either side, or the extra ``audio`` is
            not installed.
        """
        check_installed()
        from diffusers.pipelines.audioldm2.pipeline_audioldm2 import AudioLDM2Pipeline

        with loading_quietly():
            base = published(
                AudioLDM2Pipeline,
                folder,
                called="pipeline of AudioLDM 2",
                remedy="Point to a diffusers folder of AudioLDM 2 (it holds model_index.json).",
                torch_dtype=torch.float32,
            )
        unet, weight_map = VeMAudioLDM2UNet.around(base.unet, **new_parts)
        parts = {name: part for name, part in base.components.items() if name != "unet"}
        pipeline = cls(unet=unet.eval(), **parts)
        pipeline.weight_map = weight_map
        return pipeline

    @property
    def network(self) -> VeMAudioLDM2UNet:
        """The denoiser."""
        return self.unet

    @property
    def blocks(self) -> Iterable[nn.Module]:
        """The parts of the denoiser that are called one by one: residual blocks and transformers."""
        base = self.unet.base
        levels = [*base.down_blocks, base.mid_block, *base.up_blocks]
        return [part for level in levels for kind in ("resnets", "attentions") for part in getattr(level, kind, ())]

    @property
    def longest(self) -> int:
        """Latent frames denoised at once: what the checkpoint was trained with."""
        return int(self.unet.base.config["sample_size"])

    def decoded(self, latents: NDArray[np.float32], samples: int, first: float, last: float) -> NDArray[np.float32]:
        """Sound of seconds ``first`` to ``last`` (``audio_codec.decoded_between``)."""
        with (
            self.placement.hosting(self.vae, taking_turns=self._taking_turns),
            self.placement.hosting(self.vocoder, taking_turns=self._taking_turns),
        ):
            return decoded_between(self.codec, latents, samples, first, last)

    def told(self, text: str, first: float, last: float, *, guided: bool) -> Told:
        """A text as diffusers' pipeline tells it; places without a word are zero."""
        from diffusers.pipelines.audioldm2.pipeline_audioldm2 import AudioLDM2Pipeline

        parts: dict[str, Any] = {**self.components, "unet": self.unet.base}
        with self.working(*(parts[name] for name in TELLERS)), warnings.catch_warnings():
            # diffusers 0.39 hands GPT-2 its past by the older name
            warnings.filterwarnings("ignore", message=".past_key_values. is deprecated", category=FutureWarning)
            device = parts["text_encoder_2"].device
            told: Any = AudioLDM2Pipeline(**parts).encode_prompt(text, device, 1, guided)
        words, there, whole = told
        return Told(words * there[..., None].to(words.dtype), whole)

    def folded(self, frames: NDArray[np.float32]) -> Tensor:
        """Codec latents (T, channels * bins) as a picture, (1, channels, T, bins)."""
        channels = int(self.vae.config["latent_channels"])
        return torch.from_numpy(frames).view(len(frames), channels, -1).permute(1, 0, 2)[None].contiguous()

    def unfolded(self, latents: Tensor) -> NDArray[np.float32]:
        """The way back."""
        return latents[0].permute(1, 0, 2).flatten(1).float().cpu().numpy()

    def _stepped(self, predicted: Tensor, moment: Tensor, sample: Tensor, generator: torch.Generator) -> Tensor:
        """One step of the scheduler; not every one that AudioLDM 2 is used with draws noise."""
        step = self.scheduler.step
        noise = {"generator": generator} if "generator" in inspect.signature(step).parameters else {}
        return step(predicted, moment, sample, **noise, return_dict=False)[0]
