"""Stage two: train the score's transformer by flow matching on the codec's latents.

The network predicts clean latents; the loss is that of the velocity, ``|x - z|**2 / (1 - t)**2`` with t (0 noise, 1
clean) at most .9 in the weight, and t drawn as the sigmoid of a normal number around -.4, where structure is decided.
With ``beats = false`` in its lessons TB-As stays at zero, as in the paper's second stage, and is taught in a third
(``vem_plugin.training.adapter``); else it learns along with the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vem_plugin.errors import SettingsError
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.training.dataset import PieceColumns
from vem_plugin.training.lessons import Lessons, ScoreLessons
from vem_plugin.training.packing import TaughtBatch, batch_pieces
from vem_plugin.training.recipe import Recipe
from vem_plugin.training.stage import Loss

TIME_MIDDLE, TIME_SPREAD = -0.4, 1.1
LATEST_WEIGHED = 0.9
MEASURED_TIMES = (0.1, 0.3, 0.5, 0.7, 0.9)
MEASURED_AT_ONCE = 24
MEASURING_SEED = 3


@dataclass(frozen=True, slots=True)
class NoisyBatch:
    """Rows to learn, each at a diffusion time (B, 1, 1), 0 noise to 1 clean, under noise (B, T, latent size)."""

    taught: TaughtBatch
    time: Tensor
    noise: Tensor

    def to(self, device: torch.device | str) -> NoisyBatch:
        """The batch on another device."""
        return NoisyBatch(self.taught.to(device), self.time.to(device), self.noise.to(device))


def flow_loss(model: VeMTransformer, batch: NoisyBatch) -> Loss:
    """Velocity loss and plain ``error`` of the clean latents, summed over frames that are real and not given."""
    taught, time = batch.taught, batch.time
    given = taught.known
    noisy = (1 - time) * batch.noise + time * taught.latents
    noisy = noisy * (1 - given) + taught.latents * given
    clean = model(noisy, time * (1 - given) + given, taught.latents, given, taught.conditions)
    weight = (1 - time).clamp(min=1 - LATEST_WEIGHED) ** -2
    asked = taught.real * (1 - given)
    error = ((clean - taught.latents) ** 2).mean(-1, keepdim=True) * asked
    return Loss((error * weight).sum(), asked.sum(), {"error": error.sum()})


class DiffusionStage:
    """The score's transformer, taught on the corpus in the data folder, encoded and with its captions embedded."""

    def __init__(self, recipe: Recipe, out: Path, data: Path) -> None:
        self.recipe, self.out = recipe, out
        self.options = recipe.lessons_as(ScoreLessons)
        self.lessons = Lessons(_encoded(data / "train"), self.options, seed=recipe.seed)
        self.heldout = Lessons(_encoded(data / "heldout"), self.options, seed=MEASURING_SEED)

    def network(self, start: Path | None) -> VeMTransformer:
        """A transformer; what no lesson can teach is frozen: pictures where none are seen, TB-As without beats."""
        network = self.recipe.network_of(VeMTransformer) if start is None else transformer_from(start)
        if network.storyboard is not None and not network.config["sees_pictures"]:
            network.storyboard.project["picture"].requires_grad_(False)
        if not self.options.beats:
            for part in beat_parts(network):
                part.requires_grad_(False)
        return network

    def batch(self, step: int, part: int, parts: int) -> NoisyBatch:
        """Rows of a step; they are shared out over the parts in turn, which must divide them."""
        if self.options.rows % parts:
            raise SettingsError(
                f"{self.options.rows} rows cannot be shared out over {parts} parts.",
                where="[lessons] rows",
                remedy="Parts are processes times [speed] accumulate; rows must be a multiple of them.",
            )
        size = self.options.rows // parts
        first = step * self.options.rows + part * size
        taught = batch_pieces([self.lessons.row(row) for row in range(first, first + size)], frames=self.options.frames)
        chance = [np.random.default_rng([self.recipe.seed, row, 3]) for row in range(first, first + size)]
        at = torch.tensor([rng.normal(TIME_MIDDLE, TIME_SPREAD) for rng in chance], dtype=torch.float32)
        noise = np.stack([rng.standard_normal(taught.latents.shape[1:], dtype=np.float32) for rng in chance])
        return NoisyBatch(taught, torch.sigmoid(at)[:, None, None], torch.from_numpy(noise))

    def loss(self, network: VeMTransformer, batch: NoisyBatch) -> Loss:
        """The velocity loss."""
        return flow_loss(network, batch)

    def measure(self, network: VeMTransformer) -> dict[str, float]:
        """Mean squared error of the clean latents at ``MEASURED_TIMES``, with the same noise every time."""
        batches = measuring_batches(self.heldout)
        return {f"error at {time:g}": measured_error(network, batches, time) for time in MEASURED_TIMES}

    def save(self, network: VeMTransformer, folder: Path) -> None:
        """As diffusers lays a network out."""
        network.save_pretrained(folder)


def beat_parts(network: VeMTransformer) -> list[torch.nn.Module]:
    """TB-As: what embeds the beat features, and every block's adapter; nothing if the network has none."""
    parts = (network.beat, *(block.adapter for block in network.blocks))
    return [part for part in parts if isinstance(part, torch.nn.Module)]


def transformer_from(folder: Path) -> VeMTransformer:
    """A transformer that was saved, in float32, whole."""
    return VeMTransformer.from_pretrained(folder, low_cpu_mem_usage=False)


def measuring_batches(lessons: Lessons) -> list[TaughtBatch]:
    """The same held-out pieces in the same batches every time, one piece a row."""
    count = min(lessons.options.measured_pieces, len(lessons.pieces))
    rows = [[lessons.plain(number)] for number in range(count)]
    firsts = range(0, count, MEASURED_AT_ONCE)
    return [batch_pieces(rows[first : first + MEASURED_AT_ONCE], frames=lessons.options.frames) for first in firsts]


@torch.no_grad()
def measured_error(network: VeMTransformer, batches: list[TaughtBatch], time: float) -> float:
    """Mean squared error of the clean latents at one diffusion time, over all real frames."""
    generator = torch.Generator().manual_seed(7)
    error = frames = 0.0
    for taught in batches:
        noise = torch.randn(taught.latents.shape, generator=generator)
        loss = flow_loss(network, NoisyBatch(taught, torch.full((len(noise), 1, 1), time), noise).to(network.device))
        error, frames = error + float(loss.parts["error"]), frames + float(loss.count)
    return round(error / frames, 4)


def _encoded(folder: Path) -> PieceColumns:
    pieces = PieceColumns.open(folder)
    if not {"latents", "caption_text"} <= pieces.columns.keys():
        raise SettingsError(
            "The pieces here are not encoded.",
            where=str(folder),
            remedy="Run 'vem train codec' and 'vem train encode' first, or name their folder with --data.",
        )
    return pieces
