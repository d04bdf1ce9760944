"""A training run on disk, and its state between two steps.

Below the run folder a stage has a folder of its own:

    checkpoints/step-00001200.pt   while it runs: all that is needed to go on
    tensorboard/                   curves
    last/, averaged/               when it is over: the network, with the weights of the last step and averaged ones
    trained.json                   when it is over: what was learned, and the figures

A file or folder is there whole or not at all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from vem_plugin.errors import SettingsError
from vem_plugin.training.pace import Pace
from vem_plugin.training.recipe import Recipe, StageName

DECIDES = ("domain", "seed", "average", "model", "lessons", "length", "optimiser")
"""Of a recipe: what a run that goes on must have in common with its beginning; its data may have moved."""


class Trained(msgspec.Struct, frozen=True):
    """How a run ended; ``measured`` has the figures of the weights of the last step, and of averaged ones.

    ``seconds`` are those of work. Where ``finished`` is false the run was stopped and its checkpoint waits.
    """

    folder: str
    steps: int
    seconds: float
    finished: bool
    measured: dict[str, dict[str, float]]
    recipe: Recipe

    @classmethod
    def read(cls, folder: Path) -> Trained | None:
        """What ``trained.json`` in a stage's folder says, if it is there."""
        file = folder / "trained.json"
        return msgspec.json.decode(file.read_bytes(), type=cls) if file.is_file() else None

    def write(self) -> None:
        """Write ``trained.json``."""
        fresh = Path(self.folder) / "trained.json.part"
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self)))
        os.replace(fresh, Path(self.folder) / "trained.json")


def weights_in(run: Path, stage: StageName, *, last: bool = False) -> Path:
    """Folder of the network a finished stage left in the run folder: averaged, unless there is only the last.

    Raises
    ------
    SettingsError
        If that stage is not finished there.
    """
    for name in ("last",) if last else ("averaged", "last"):
        if (run / stage / name).is_dir():
            return run / stage / name
    raise SettingsError(
        f"There is no finished {stage} here.", where=str(run / stage), remedy=f"Run 'vem train {stage}' first."
    )


@dataclass(slots=True)
class Course:
    """Everything a run needs to go on: weights, their average, optimisers, and how far it is."""

    recipe: Recipe
    network: nn.Module
    average: AveragedModel | None
    optimisers: list[Any]
    pace: Pace

    def save(self, folder: Path) -> Path:
        """Write a checkpoint of this step into a folder, and delete all but the recipe's last few."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"step-{self.pace.step:08d}.pt"
        state = {
            "recipe": msgspec.json.encode(self.recipe).decode(),
            "network": self.network.state_dict(),
            "average": self.average.state_dict() if self.average else None,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "pace": self.pace.state_dict(),
        }
        fresh = file.with_suffix(".part")
        torch.save(state, fresh)
        os.replace(fresh, file)
        for old in checkpoints_in(folder)[: -self.recipe.keep.last]:
            old.unlink()
        return file

    def load(self, file: Path) -> None:
        """Go on from a checkpoint.

        Raises
        ------
        SettingsError
            If it belongs to another recipe.
        """
        state = torch.load(file, map_location="cpu", weights_only=True)
        _same_lessons(self.recipe, msgspec.json.decode(state["recipe"], type=Recipe), file)
        self.network.load_state_dict(state["network"])
        if self.average:
            self.average.load_state_dict(state["average"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.pace.load_state_dict(state["pace"])


def averaged(network: nn.Module, decay: float) -> AveragedModel:
    """Exponential moving average of a network's weights, with a short memory at the start."""

    def follow(averages: Sequence[Tensor], weights: Sequence[Tensor], count: Tensor | int) -> None:
        """Move the averages towards the weights after ``count`` steps."""
        keep = min(decay, float(count / (count + 4)))
        for average, weight in zip(averages, weights, strict=True):
            average.lerp_(weight, 1 - keep)

    return AveragedModel(network, multi_avg_fn=torch.no_grad()(follow))


def checkpoints_in(folder: Path) -> list[Path]:
    """Checkpoints in a folder, oldest first."""
    return sorted(folder.glob("step-*.pt"))


def put_in_place(fresh: Path, folder: Path) -> None:
    """Replace a folder by a new one that is complete."""
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(fresh, folder)


def _same_lessons(now: Recipe, then: Recipe, file: Path) -> None:
    changed = [name for name in DECIDES if getattr(now, name) != getattr(then, name)]
    if changed:
        raise SettingsError(
            f"The run that was stopped here had another recipe: {', '.join(changed)} differ.",
            where=str(file),
            remedy="Go on with its own recipe, give another run folder, or delete its checkpoints.",
        )
