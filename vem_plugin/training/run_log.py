"""What a run says of itself: a line of means every few steps, and the same as curves for TensorBoard."""

from __future__ import annotations

import logging
import time

import torch
from accelerate import Accelerator
from torch import Tensor

from vem_plugin.errors import ModelError
from vem_plugin.training.recipe import Recipe

logger = logging.getLogger(__name__)


class RunLog:
    """Means over some steps, as lines and as TensorBoard's curves; only the first process writes them."""

    def __init__(self, recipe: Recipe, accelerator: Accelerator) -> None:
        self.recipe, self.accelerator = recipe, accelerator
        self.names: list[str] = []
        self.sums: list[Tensor] = []
        self.since = time.monotonic()

    def add(self, sums: Tensor, step: int, *, progress: float, rate: float) -> None:
        """Count, total and parts of one step; every ``log_steps`` they are checked, and their means written."""
        self.sums.append(sums)
        if len(self.sums) < self.recipe.keep.log_steps:
            return
        self.check(step)
        counted, *errors = torch.stack(self.sums).sum(0).tolist()
        means = {name: error / max(1.0, counted) for name, error in zip(self.names, errors, strict=True)}
        seconds = (time.monotonic() - self.since) / len(self.sums)
        said = ", ".join(f"{name} {mean:.4g}" for name, mean in means.items())
        self.say(f"step {step}, {100 * progress:.0f} %, {said}, {seconds:.3f} s a step")
        self.accelerator.log({**means, "rate": rate, "seconds a step": seconds}, step=step)
        self.sums, self.since = [], time.monotonic()

    def check(self, step: int) -> None:
        """See to it that nothing is kept of a run that has failed.

        Raises
        ------
        ModelError
            If the loss of a step since the last line is no number.
        """
        if self.sums and not torch.stack(self.sums).isfinite().all():
            raise ModelError(
                f"By step {step} the loss is no number any more.",
                where=f"{self.recipe.stage} recipe",
                remedy="Lower the rate, or its precision is too low; the checkpoint before is unharmed.",
            )

    def measured(self, name: str, found: dict[str, float], step: int) -> None:
        """Figures on what is held out."""
        said = ", ".join(f"{key} {value:.4g}" for key, value in found.items())
        self.say(f"step {step}, {name} weights, held out: {said}")
        self.accelerator.log({f"held out/{name}/{key}": value for key, value in found.items()}, step=step)

    def say(self, words: str) -> None:
        """A line of the log."""
        if self.accelerator.is_main_process:
            logger.info("%s: %s", self.recipe.stage, words)
