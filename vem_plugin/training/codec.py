"""Stage one: train the score codec on rasters, with noise on its latents."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from vem_plugin.models.placement import autocast
from vem_plugin.models.raster import DRUMS_STRUCK, DRUMS_VELOCITY, LANES, STEP_SIZE, notes_of
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.score.cue import ROLES
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.codec_lessons import lesson
from vem_plugin.training.dataset import PieceColumns
from vem_plugin.training.muon import Muon
from vem_plugin.training.pace import Pace, warm_up

logger = logging.getLogger(__name__)

PIECES_A_STEP = 12
SORTED_TOGETHER = 20 * PIECES_A_STEP
LEARNING_RATE = 1.5e-3
FURTHER_RATE = 1e-3
LOUDEST_NOISE = 0.6
"""Standard deviation of noise on the latents, drawn per beat from 0 to this."""
VELOCITY_WEIGHT = 4.0
MEASURED_PIECES = 60
REAL_SHARE = 0.35
"""Real pieces are harder to spell than made ones, so the codec sees them more often than the diffusion does."""


class RasterLoss:
    """Cross-entropy on what is struck, held and sounding; squared error on velocities where something is struck."""

    def __init__(self, device: torch.device) -> None:
        step = torch.ones(STEP_SIZE)
        step[DRUMS_STRUCK] = 1.5
        velocity = torch.zeros(STEP_SIZE, dtype=torch.bool)
        velocity[DRUMS_VELOCITY] = True
        for lane in LANES:
            step[lane.struck], step[lane.held] = 2.0, 0.7
            velocity[lane.velocity] = True
        chord = torch.ones(24)
        self.weight = torch.cat([step.repeat(STEPS_PER_BEAT), chord]).to(device)
        self.velocity = torch.cat([velocity.repeat(STEPS_PER_BEAT), torch.zeros(24, dtype=torch.bool)]).to(device)

    def __call__(self, logits: Tensor, raster: Tensor) -> Tensor:
        """Loss a beat of logits (n, BEAT_SIZE) against rasters (n, BEAT_SIZE)."""
        symbols = ~self.velocity
        crossed = functional.binary_cross_entropy_with_logits(
            logits[:, symbols], raster[:, symbols], weight=self.weight[symbols], reduction="sum"
        )
        target = raster[:, self.velocity]
        error = (torch.sigmoid(logits[:, self.velocity]) - target) ** 2 * (target > 0)
        return (crossed + VELOCITY_WEIGHT * error.sum()) / len(raster)


def padded(rasters: list[NDArray[np.float32]]) -> tuple[Tensor, Tensor]:
    """Rasters (B, T, BEAT_SIZE) padded to the longest, and real frames (B, T, 1)."""
    longest = max(len(raster) for raster in rasters)
    batch = torch.zeros(len(rasters), longest, rasters[0].shape[1])
    frames = torch.zeros(len(rasters), longest, 1)
    for index, raster in enumerate(rasters):
        batch[index, : len(raster)] = torch.from_numpy(raster)
        frames[index, : len(raster)] = 1
    return batch, frames


def train_codec(
    train: PieceColumns,
    heldout: PieceColumns,
    *,
    minutes: float,
    out: Path,
    further: bool = False,
    decoder_only: bool = False,
    device: str = "cpu",
    seed: int = 0,
) -> ScoreCodec:
    """Train a codec for a number of minutes; the result is saved into the folder ``out``.

    Noise of random strength is added to the latents before decoding, so that the codec forgives a sampler. With
    ``further`` the codec that lies in ``out`` is trained on, at a lower rate; with ``decoder_only`` its latents stay
    what they are, so that a transformer trained on them keeps its meaning.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    codec = ScoreCodec.from_pretrained(out, low_cpu_mem_usage=False) if further else ScoreCodec()
    codec.to(device)  # pyright: ignore[reportArgumentType]  (diffusers' wrapper hides self)
    peak = FURTHER_RATE if further else LEARNING_RATE
    loss_of = RasterLoss(codec.device)
    if decoder_only:
        freeze_encoder(codec)
    optimisers = optimisers_for(codec)
    pace, step, mean_loss = Pace.of_minutes(minutes), 0, 0.0
    batches: list[list[int]] = []
    while (progress := pace.progress) < 1:
        rate = peak * warm_up(step) * (1 - progress) ** 0.7
        if not batches:
            batches = alike(train, train.epoch(rng, real_share=REAL_SHARE), rng)
        batch, frames = padded([lesson(train, number, rng) for number in batches.pop()])
        loss = codec_step(codec, batch.to(device), frames.to(device), loss_of=loss_of)
        for optimiser in optimisers:
            optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(codec.parameters(), 1.0)
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = max(rate, 1e-5)
            optimiser.step()
        step += 1
        mean_loss += 0.02 * (loss.item() - mean_loss) if step > 1 else loss.item()
        if step % 100 == 0:
            logger.info("codec step %d, %.0f %% of the time, loss %.3f", step, 100 * progress, mean_loss)
    codec.eval()
    codec.save_pretrained(out)
    for noise in (0.0, 0.3, 0.45):
        for kind, real in (("made", False), ("real", True)):
            numbers = heldout.numbers(real=real)[:MEASURED_PIECES].tolist()
            if numbers:
                logger.info("codec noise %.2f, %s: %s", noise, kind, note_f1(codec, heldout, numbers, noise=noise))
    return codec


def optimisers_for(codec: ScoreCodec) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside blocks, AdamW for the rest; frozen weights are left out."""
    learning = [(name, weights) for name, weights in codec.named_parameters() if weights.requires_grad]
    matrices = [
        weights for name, weights in learning if ("encoder." in name or "decoder." in name) and weights.ndim == 2
    ]
    chosen = {id(weights) for weights in matrices}
    rest = [weights for _, weights in learning if id(weights) not in chosen]
    return [
        Muon(matrices, lr=LEARNING_RATE, weight_decay=1e-2),
        torch.optim.AdamW(rest, lr=LEARNING_RATE, weight_decay=1e-3, betas=(0.9, 0.98)),
    ]


def alike(pieces: PieceColumns, order: NDArray[np.int64], rng: np.random.Generator) -> list[list[int]]:
    """Batches of pieces of nearly one length, in random order, so that little is padded."""
    batches: list[list[int]] = []
    for first in range(0, len(order), SORTED_TOGETHER):
        some = order[first : first + SORTED_TOGETHER]
        by_length = some[np.argsort(pieces.beats[some], kind="stable")]
        batches += [by_length[at : at + PIECES_A_STEP].tolist() for at in range(0, len(by_length), PIECES_A_STEP)]
    return [batches[place] for place in rng.permutation(len(batches))]


def freeze_encoder(codec: ScoreCodec) -> None:
    """Keep everything up to the latents as it is."""
    for part in (codec.embed, codec.encoder, codec.to_latent):
        part.requires_grad_(False)


def codec_step(codec: ScoreCodec, batch: Tensor, frames: Tensor, *, loss_of: RasterLoss) -> Tensor:
    """Loss of one batch, under noise."""
    codec.train()
    codec.normalise.train(codec.embed.weight.requires_grad)
    with autocast(batch.device):
        latents = codec.encode(batch, frames)
        noise = torch.randn_like(latents) * LOUDEST_NOISE * torch.rand_like(latents[..., :1])
        logits = codec.decode(latents + noise, frames)
    real = frames[..., 0] > 0
    return loss_of(logits[real].float(), batch[real])


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
        batch, frames = padded([raster])
        latents = codec.encode(batch.to(codec.device), frames.to(codec.device))[0].cpu()
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
        batch, frames = padded([pieces.raster(number) for number in numbers])
        with autocast(codec.device):
            encoded = codec.encode(batch.to(codec.device), frames.to(codec.device)).cpu().numpy()
        for row, number in zip(encoded, numbers, strict=True):
            start, end = offsets[number], offsets[number + 1]
            latents[start:end] = row[: end - start]
        if first % (at_once * 100) == 0:
            logger.info("encoded %d of %d pieces", first, len(pieces))
    return latents
