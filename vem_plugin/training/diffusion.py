"""Stage two: train the transformer by flow matching on the codec's latents.

The network predicts clean latents; the loss is that of the velocity, ``|x - z|**2 / (1 - t)**2`` with t (0 noise, 1
clean) at most .9 in the weight, and t drawn as the sigmoid of a normal number around -.4, where structure is decided.
Matrices of the blocks are trained with Muon, everything else with AdamW. SG-CAtt and TB-As are trained along with the
rest: the paper adds TB-As in a stage of its own because its codec and aligner are pretrained elsewhere.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vem_plugin.models.placement import autocast
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.training.crew import ALONE, Crew
from vem_plugin.training.dataset import PieceColumns
from vem_plugin.training.lessons import FRAMES, ROWS, Lessons
from vem_plugin.training.muon import Muon
from vem_plugin.training.pace import Pace, constant_then_linear, warm_up
from vem_plugin.training.packing import TaughtBatch, batch_pieces

logger = logging.getLogger(__name__)

LEARNING_RATE = 2e-3
AVERAGING = 0.9985
TIME_MIDDLE, TIME_SPREAD = -0.4, 1.1
LATEST_WEIGHED = 0.9
MEASURED_TIMES = (0.1, 0.3, 0.5, 0.7, 0.9)
MEASURED_PIECES = 64
CHECKPOINT_MINUTES = 4.0


def flow_loss(model: VeMTransformer, batch: TaughtBatch, time: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Velocity loss and plain error of the clean latents, over frames that are real and not given.

    Parameters
    ----------
    model : VeMTransformer
    batch : TaughtBatch
        B rows of T frames.
    time : (B, 1, 1)
        Diffusion time, 0 noise to 1 clean.
    noise : (B, T, latent size)
        Unit normal.
    """
    given = batch.known
    noisy = (1 - time) * noise + time * batch.latents
    noisy = noisy * (1 - given) + batch.latents * given
    clean = model(noisy, time * (1 - given) + given, batch.latents, given, batch.conditions)
    weight = (1 - time).clamp(min=1 - LATEST_WEIGHED) ** -2
    asked = batch.real * (1 - given)
    error = ((clean - batch.latents) ** 2).mean(-1, keepdim=True) * asked
    count = asked.sum().clamp(min=1)
    return (error * weight).sum() / count, error.sum() / count


def optimisers_for(model: VeMTransformer, crew: Crew = ALONE) -> list[torch.optim.Optimizer]:
    """Muon for the blocks' matrices, AdamW for the rest."""
    matrices, rest = [], []
    for name, weights in model.named_parameters():
        in_block = name.startswith("blocks.") and weights.ndim == 2
        (matrices if in_block and name.endswith("weight") else rest).append(weights)
    return [
        Muon(matrices, lr=LEARNING_RATE, weight_decay=0.02, crew=crew),
        torch.optim.AdamW(rest, lr=LEARNING_RATE, betas=(0.9, 0.97), weight_decay=0.01),
    ]


class AveragedWeights:
    """Exponential moving average of a model's weights, with a short memory at the start."""

    def __init__(self, model: VeMTransformer) -> None:
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def follow(self, model: VeMTransformer, step: int) -> None:
        """Move towards the model's weights."""
        keep = min(AVERAGING, 1 - 1 / (step / 4 + 1))
        for name, value in model.state_dict().items():
            self.weights[name].lerp_(value, 1 - keep)


@dataclass(slots=True)
class Course:
    """Everything a run needs to go on: model, average, optimisers, pace and step."""

    model: VeMTransformer
    average: AveragedWeights
    optimisers: list[torch.optim.Optimizer]
    pace: Pace
    step: int = 0
    pieces: int = 0

    def save(self, file: Path) -> None:
        """Write a checkpoint; an older one is replaced only by a whole new one."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.weights,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "pace": (self.pace.start, self.pace.end),
            "step": self.step,
            "pieces": self.pieces,
        }
        fresh = file.with_suffix(".part")
        torch.save(state, fresh)
        os.replace(fresh, file)

    def load(self, file: Path, *, further: bool = False) -> None:
        """Go on from a checkpoint, with its own deadline; with ``further`` train on for this course's."""
        state = torch.load(file, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.weights = state["average"]
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        if not further:
            self.pace = Pace(*state["pace"])
        self.step, self.pieces = state["step"], state["pieces"]


def train_diffusion(
    train: PieceColumns,
    heldout: PieceColumns,
    *,
    pace: Pace,
    out: Path,
    device: str = "cpu",
    seed: int = 0,
    crew: Crew = ALONE,
    further: bool = False,
) -> Course:
    """Train until ``pace`` ends; checkpoints go to ``out / "diffusion.pt"``, from which a stopped run goes on.

    A stopped run keeps its first deadline. With ``further`` it is trained on until ``pace`` ends, at the full learning
    rate again: for a run that is over, or whose corpus or codec has changed. A crew shares the rows of every step; all
    its processes keep the same weights.
    """
    torch.manual_seed(seed)
    with torch.device(device):
        model = VeMTransformer()
    course = Course(model, AveragedWeights(model), optimisers_for(model, crew), pace)
    checkpoint = out / "diffusion.pt"
    if checkpoint.exists():
        course.load(checkpoint, further=further)
        logger.info("diffusion goes on from step %d", course.step)
    tests = measuring_batches(heldout) if crew.leads else []
    saved = course.pace.progress
    between = CHECKPOINT_MINUTES * 60 / (course.pace.end - course.pace.start)
    recent: deque[tuple[float, float]] = deque(maxlen=50)
    lesson = crew.size * (seed + course.step) + crew.rank
    torch.manual_seed(lesson)
    for batch in Lessons(train, seed=lesson).batches(rows=max(1, ROWS // crew.size)):
        progress = crew.agreed(course.pace.progress)
        if progress >= 1:
            break
        recent.append(diffusion_step(course, batch.to(device), progress=progress, crew=crew))
        if course.step % 50 == 0:
            told = (course.step, course.pieces, 100 * progress, *np.mean(recent, axis=0))
            logger.info("diffusion step %d, %d pieces, %.0f %% of the time, loss %.3f, error %.3f", *told)
        if progress - saved > between:
            saved = progress
            if crew.leads:
                course.save(checkpoint)
                logger.info("held-out error at t=%s: %s", MEASURED_TIMES, measure(course.model, tests))
    if crew.leads:
        course.save(checkpoint)
    course.model.load_state_dict(course.average.weights)
    if crew.leads:
        told = (course.step, course.pieces, measure(course.model, tests))
        logger.info("averaged weights, step %d, %d pieces: %s", *told)
    return course


def diffusion_step(course: Course, batch: TaughtBatch, *, progress: float, crew: Crew = ALONE) -> tuple[float, float]:
    """One step of the optimisers at a point of the run (``progress`` 0 to 1); returns loss and error."""
    rate = LEARNING_RATE * warm_up(course.step) * constant_then_linear(progress)
    for optimiser in course.optimisers:
        optimiser.zero_grad(set_to_none=True)
        for group in optimiser.param_groups:
            group["lr"] = rate
    rows = len(batch.latents)
    time = torch.sigmoid(torch.randn(rows, 1, 1, device=batch.latents.device) * TIME_SPREAD + TIME_MIDDLE)
    course.model.train()
    with autocast(batch.latents.device):
        loss, error = flow_loss(course.model, batch, time, torch.randn_like(batch.latents))
    loss.backward()
    crew.average_gradients(course.model)
    torch.nn.utils.clip_grad_norm_(course.model.parameters(), 1.0)
    for optimiser in course.optimisers:
        optimiser.step()
    course.step += 1
    course.pieces += crew.size * int((batch.conditions.piece.amax(1) + 1).sum())
    course.average.follow(course.model, course.step)
    return float(loss.detach()), float(error.detach())


def measuring_batches(heldout: PieceColumns) -> list[TaughtBatch]:
    """The same held-out pieces in the same batches every time, one piece a row."""
    lessons = Lessons(heldout, seed=3)
    count = min(MEASURED_PIECES, len(heldout))
    rows = [[lessons.plain(number)] for number in range(count)]
    return [batch_pieces(rows[first : first + ROWS], frames=FRAMES) for first in range(0, count, ROWS)]


@torch.no_grad()
def measure(model: VeMTransformer, batches: list[TaughtBatch]) -> list[float]:
    """Mean squared error of the clean latents at ``MEASURED_TIMES``, with the same noise every time."""
    model.eval()
    errors = []
    for time in MEASURED_TIMES:
        generator = torch.Generator().manual_seed(7)
        total = 0.0
        for batch in batches:
            noise = torch.randn(batch.latents.shape, generator=generator)
            with autocast(model.device):
                moment = torch.full((len(noise), 1, 1), time, device=model.device)
                _, error = flow_loss(model, batch.to(model.device), moment, noise.to(model.device))
            total += float(error)
        errors.append(round(total / len(batches), 4))
    return errors
