"""Stages two and three of the audio domain: Stable Audio's transformer learns the storyboard, then the beat grid.

Latents of a set's sound are noised as ``cos(pi t / 2) z + sin(pi t / 2) e`` (t from 0 clean to 1 noise, evenly drawn),
and the network predicts the velocity ``cos(pi t / 2) e - sin(pi t / 2) z`` (arXiv 2202.00512), as the checkpoint did.
For some rows all wishes are left out (classifier-free guidance), for some a stretch of latents is given (re-scoring).
As in the paper TB-As stays at zero in stage two, unless the lessons say otherwise, and is all that learns in stage
three.

``start`` of the recipe is a whole pipeline (diffusers' ``StableAudioPipeline`` or a model folder of ours): text
encoder, lengths, scheduler and, if the run has no finished codec of its own, the autoencoder come from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import nn

from vem_plugin.dataset import open_set
from vem_plugin.models.audio.audio_transformer import VeMAudioTransformer
from vem_plugin.training.audio_base import codec_folder_of, open_base
from vem_plugin.training.audio_lessons import AudioBatch, AudioLessons, AudioRows, EncodedSound
from vem_plugin.training.audio_sound import HeardPairs, held_out_of
from vem_plugin.training.course import Trained, weights_in
from vem_plugin.training.recipe import Recipe
from vem_plugin.training.stage import Loss

MEASURED_TIMES = (0.2, 0.5, 0.8)
MEASURING_SEED = 3


def velocity_loss(network: VeMAudioTransformer, batch: AudioBatch) -> Loss:
    """Squared error of the velocity, summed over frames that are real and not given."""
    angle = (batch.time * (math.pi / 2))[:, None, None]
    noisy = angle.cos() * batch.latents + angle.sin() * batch.noise
    velocity = angle.cos() * batch.noise - angle.sin() * batch.latents
    predicted = network(
        noisy,
        batch.time,
        words=batch.words,
        whole=batch.whole,
        conditions=batch.conditions,
        known=batch.latents,
        known_mask=batch.given,
    )
    asked = batch.real * (1 - batch.given)
    error = (predicted.float() - velocity).square().mean(1, keepdim=True) * asked
    return Loss(error.sum(), asked.sum())


class AudioDiffusionStage:
    """Stable Audio's transformer with our parts in it, taught on the set in the data folder."""

    def __init__(self, recipe: Recipe, out: Path, data: Path) -> None:
        self.recipe, self.out = recipe, out
        self.options = recipe.lessons_as(AudioLessons)
        self.base = open_base(recipe)
        found, latents = open_set(data), EncodedSound(codec_folder_of(out, recipe), out / "latents")
        frames = self.options.frames or self.base.longest
        self.taught, self.heldout = (
            AudioRows(HeardPairs(pairs, seed=seed), latents, self.base, self.options, frames=frames)
            for pairs, seed in ((found.split("train"), recipe.seed), (held_out_of(found), MEASURING_SEED))
        )

    def network(self, start: Path | None) -> VeMAudioTransformer:
        """The transformer of the base, a new one of its shape, or one that was trained here; what is not to learn is
        frozen."""
        network = self._whole_network(start)
        sees = int(network.config["picture_size"]) if network.config["sees_pictures"] else 0
        self.taught.picture_size = self.heldout.picture_size = sees
        if self.options.new_alone:
            network.requires_grad_(False)
            for part in (network.storyboard, network.storyboard_attentions, network.given):
                part.requires_grad_(True)
        if not sees:
            network.storyboard.project["picture"].requires_grad_(False)
        for part in beat_parts(network):
            part.requires_grad_(self.options.beats)
        return network

    def _whole_network(self, start: Path | None) -> VeMAudioTransformer:
        if start is not None and start != Path(self.recipe.start):
            return audio_transformer_from(start)
        if not self.options.fresh:
            return self.base.transformer.float()
        config = self.base.transformer.config
        shape = {name: config[name] for name in config if name[0] != "_" and name not in self.recipe.model}
        return self.recipe.network_of(VeMAudioTransformer, **shape)

    def batch(self, step: int, part: int, parts: int) -> AudioBatch:
        """Rows of a step, shared out over the parts in turn; where there is none left, one is told twice."""
        rows = range(step * self.options.rows, (step + 1) * self.options.rows)
        return self.taught.batch(rows[part::parts] or rows[:1])

    def loss(self, network: VeMAudioTransformer, batch: AudioBatch) -> Loss:
        """The velocity's error."""
        return velocity_loss(network, batch)

    def measure(self, network: VeMAudioTransformer) -> dict[str, float]:
        """Mean squared error of the velocity on held-out pairs at ``MEASURED_TIMES``, everything told, none given."""
        errors, frames = np.zeros(len(MEASURED_TIMES)), 0.0
        for first in range(0, self.options.measured_rows, self.options.rows):
            rows = range(first, min(first + self.options.rows, self.options.measured_rows))
            batch = self.heldout.batch(rows, plain=True).to(network.device)
            losses = [velocity_loss(network, batch.at(time)) for time in MEASURED_TIMES]
            errors += [float(loss.total) for loss in losses]
            frames += float(losses[0].count)
        found = (errors / frames).round(4).tolist()
        return {f"error at {time:g}": error for time, error in zip(MEASURED_TIMES, found, strict=True)}

    def save(self, network: VeMAudioTransformer, folder: Path) -> None:
        """As diffusers lays a network out."""
        network.save_pretrained(folder)


class AudioAdapterStage(AudioDiffusionStage):
    """TB-As alone, on the run folder's finished diffusion, or on the base where there is none."""

    def network(self, start: Path | None) -> VeMAudioTransformer:
        """The transformer of the stage before, all frozen but TB-As."""
        begun = start is not None and start != Path(self.recipe.start)
        if not begun and Trained.read(self.out / "diffusion"):
            start = weights_in(self.out, "diffusion")
        network = super().network(start)
        network.requires_grad_(False)
        for part in beat_parts(network):
            part.requires_grad_(True)
        return network


def beat_parts(network: VeMAudioTransformer) -> Sequence[nn.Module]:
    """TB-As: what embeds the frame features, and the adapters."""
    return (network.frame_features, network.adapters)


def audio_transformer_from(folder: Path) -> VeMAudioTransformer:
    """A transformer that was saved, in float32, whole."""
    return VeMAudioTransformer.from_pretrained(folder, low_cpu_mem_usage=False, local_files_only=True)
