"""Stage one: train the score codec on rasters, with noise on its latents."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from vem_plugin.models.placement import autocast
from vem_plugin.models.raster import DRUMS_STRUCK, DRUMS_VELOCITY, LANES, STEP_SIZE, notes_of
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.score.cue import ROLES
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.codec_lessons import CodecLessons, draw_steps, lesson
from vem_plugin.training.dataset import PieceColumns
from vem_plugin.training.endless import Endless
from vem_plugin.training.recipe import Recipe
from vem_plugin.training.stage import Loss

logger = logging.getLogger(__name__)

LOUDEST_NOISE = 0.6
"""Standard deviation of noise on the latents, drawn per beat from 0 to this."""
MEASURED_NOISE = (0.0, 0.3, 0.45)
VELOCITY_WEIGHT = 4.0


class RasterLoss(nn.Module):
    """Cross-entropy on what is struck, held and sounding; squared error on velocities where something is struck."""

    def __init__(self) -> None:
        super().__init__()
        step = torch.ones(STEP_SIZE)
        step[DRUMS_STRUCK] = 1.5
        velocity = torch.zeros(STEP_SIZE, dtype=torch.bool)
        velocity[DRUMS_VELOCITY] = True
        for lane in LANES:
            step[lane.struck], step[lane.held] = 2.0, 0.7
            velocity[lane.velocity] = True
        chord = torch.ones(24)
        self.weight = nn.Buffer(torch.cat([step.repeat(STEPS_PER_BEAT), chord]))
        self.velocity = nn.Buffer(torch.cat([velocity.repeat(STEPS_PER_BEAT), torch.zeros(24, dtype=torch.bool)]))

    def forward(self, logits: Tensor, raster: Tensor) -> Tensor:
        """Sum of the loss over beats, of logits (n, BEAT_SIZE) against rasters (n, BEAT_SIZE)."""
        symbols = ~self.velocity
        crossed = functional.binary_cross_entropy_with_logits(
            logits[:, symbols], raster[:, symbols], weight=self.weight[symbols], reduction="sum"
        )
        target = raster[:, self.velocity]
        error = (torch.sigmoid(logits[:, self.velocity]) - target) ** 2 * (target > 0)
        return crossed + VELOCITY_WEIGHT * error.sum()


@dataclass(frozen=True, slots=True)
class RasterBatch:
    """Rasters (B, T, BEAT_SIZE) padded to the longest, and real frames (B, T, 1)."""

    rasters: Tensor
    frames: Tensor

    def to(self, device: torch.device | str) -> RasterBatch:
        """The batch on another device."""
        return RasterBatch(self.rasters.to(device), self.frames.to(device))


def padded(rasters: Sequence[NDArray[np.float32]]) -> RasterBatch:
    """A batch of the rasters of pieces."""
    longest = max(len(raster) for raster in rasters)
    batch = torch.zeros(len(rasters), longest, rasters[0].shape[1])
    frames = torch.zeros(len(rasters), longest, 1)
    for index, raster in enumerate(rasters):
        batch[index, : len(raster)] = torch.from_numpy(raster)
        frames[index, : len(raster)] = 1
    return RasterBatch(batch, frames)


class CodecStage:
    """The score codec, taught on the corpus in the data folder.

    Noise of random strength is added to the latents before decoding, so that the codec forgives a sampler.
    """

    def __init__(self, recipe: Recipe, out: Path, data: Path) -> None:
        self.recipe = recipe
        self.options = recipe.lessons_as(CodecLessons)
        self.train, self.heldout = PieceColumns.open(data / "train"), PieceColumns.open(data / "heldout")
        self.steps = Endless(self._draw_epoch)
        self.loss_of = RasterLoss()

    def network(self, start: Path | None) -> ScoreCodec:
        """A codec; with ``decoder_only`` everything up to the latents is frozen."""
        codec = self.recipe.network_of(ScoreCodec) if start is None else codec_from(start)
        if self.options.decoder_only:
            for part in (codec.embed, codec.encoder, codec.to_latent):
                part.requires_grad_(False)
        return codec

    def batch(self, step: int, part: int, parts: int) -> RasterBatch:
        """Lessons of pieces of nearly one length, shared out in turn; where there is none left, one is told twice."""
        numbers = self.steps[step]
        chosen = list(range(part, len(numbers), parts)) or [part % len(numbers)]
        chance = [np.random.default_rng([self.recipe.seed, step, place, 1]) for place in chosen]
        return padded([lesson(self.train, numbers[at], rng) for at, rng in zip(chosen, chance, strict=True)])

    def loss(self, network: ScoreCodec, batch: RasterBatch) -> Loss:
        """Errors of decoding what was encoded, under noise; a beat counts one."""
        network.normalise.train(network.embed.weight.requires_grad)
        latents = network.encode(batch.rasters, batch.frames)
        noise = torch.randn_like(latents) * LOUDEST_NOISE * torch.rand_like(latents[..., :1])
        logits = network.decode(latents + noise, batch.frames)
        real = batch.frames[..., 0] > 0
        self.loss_of.to(logits.device)
        return Loss(self.loss_of(logits[real].float(), batch.rasters[real]), real.sum())

    def measure(self, network: ScoreCodec) -> dict[str, float]:
        """F1 of notes by role, and the share of right chords, of made and of real held-out pieces, under noise."""
        figures: dict[str, float] = {}
        for kind, real in (("made", False), ("real", True)):
            numbers = self.heldout.numbers(real=real)[: self.options.measured_pieces].tolist()
            for noise in MEASURED_NOISE if numbers else ():
                found = note_f1(network, self.heldout, numbers, noise=noise)
                figures.update({f"{kind}/{name} at {noise:g}": value for name, value in found.items()})
        return figures

    def save(self, network: ScoreCodec, folder: Path) -> None:
        """As diffusers lays a network out."""
        network.save_pretrained(folder)

    def _draw_epoch(self, number: int) -> list[list[int]]:
        return draw_steps(self.train, self.options, np.random.default_rng([self.recipe.seed, number, 0]))


def codec_from(folder: Path) -> ScoreCodec:
    """A codec that was saved, in float32, whole."""
    return ScoreCodec.from_pretrained(folder, low_cpu_mem_usage=False)


@torch.no_grad()
def note_f1(codec: ScoreCodec, pieces: PieceColumns, numbers: Sequence[int], *, noise: float) -> dict[str, float]:
    """F1 of notes by role (same onset, pitch and, in ``... long``, length) after encoding, noise and decoding.

    Roles that none of the pieces has are left out.

    ``chords`` is the share of beats with the same chord root.
    """
    generator = torch.Generator().manual_seed(0)
    found = np.zeros((len(ROLES), 4))
    roots = beats = 0
    for number in numbers:
        raster = pieces.raster(number)
        batch = padded([raster]).to(codec.device)
        latents = codec.encode(batch.rasters, batch.frames)[0].cpu()
        decoded, _ = notes_of(codec.probabilities_of(latents + noise * torch.randn(latents.shape, generator=generator)))
        truth, truth_chords = notes_of(raster)
        _, chords = notes_of(codec.probabilities_of(latents))
        roots += sum(a.root == b.root for a, b in zip(chords, truth_chords, strict=True))
        beats += len(chords)
        for role in range(len(ROLES)):
            mine, theirs = decoded[decoded["role"] == role], truth[truth["role"] == role]
            struck = [set(zip(n["start"].tolist(), n["pitch"].tolist(), strict=True)) for n in (mine, theirs)]
            columns = ("start", "pitch", "length")
            long = [set(zip(*(n[c].tolist() for c in columns), strict=True)) for n in (mine, theirs)]
            found[role] += (len(struck[0] & struck[1]), len(mine), len(theirs), len(long[0] & long[1]))
    scores = {"chords": roots / beats}
    for role, (hit, mine, theirs, long) in zip(ROLES, found, strict=True):
        if theirs:
            scores[role] = 2 * hit / (mine + theirs)
            scores[f"{role} long"] = 2 * long / (mine + theirs)
    return {name: round(float(value), 4) for name, value in scores.items()}


@torch.no_grad()
def encode_pieces(codec: ScoreCodec, pieces: PieceColumns, *, at_once: int = 32) -> NDArray[np.float16]:
    """Latents of all pieces end to end, (beats, latent size)."""
    codec.eval()
    latents = np.zeros((int(pieces.beats.sum()), codec.config["latent_size"]), np.float16)
    offsets = pieces.columns["beat_offsets"]
    for first in range(0, len(pieces), at_once):
        numbers = range(first, min(first + at_once, len(pieces)))
        batch = padded([pieces.raster(number) for number in numbers]).to(codec.device)
        with autocast(codec.device):
            encoded = codec.encode(batch.rasters, batch.frames).cpu().numpy()
        for row, number in zip(encoded, numbers, strict=True):
            start, end = offsets[number], offsets[number + 1]
            latents[start:end] = row[: end - start]
        if first % (at_once * 100) == 0:
            logger.info("encoded %d of %d pieces", first, len(pieces))
    return latents
