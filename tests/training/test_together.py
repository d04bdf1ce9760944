"""Two processes that train one network (gloo): every stage runs in them, and they keep one set of weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from msgspec.structs import replace
from torch import nn
from torch.multiprocessing.spawn import spawn

from vem_plugin.dataset import write_set
from vem_plugin.dataset.synth import draw_pair
from vem_plugin.training.recipe import Recipe, load_recipe
from vem_plugin.training.stage import Stage, stage_of
from vem_plugin.training.together import meet
from vem_plugin.training.trainer import train

SHORT = ("average=0.0", "keep.tensorboard=false", "length.steps=3")


class Watched:
    """A stage that keeps the network it made."""

    def __init__(self, stage: Stage[Any]) -> None:
        self.made: nn.Module | None = None
        self.stage = stage
        self.batch, self.loss, self.measure, self.save = stage.batch, stage.loss, stage.measure, stage.save

    def network(self, start: Path | None) -> nn.Module:
        self.made = self.stage.network(start)
        return self.made


def weights_after(recipe: Recipe, out: Path) -> dict[str, torch.Tensor]:
    """Weights a process ends with."""
    stage = Watched(stage_of(recipe, out))
    assert train(stage, recipe, out, device="cpu").finished
    assert stage.made is not None
    return {name: weights.detach() for name, weights in stage.made.named_parameters()}


def _learn(rank: int, recipes: list[Recipe], folder: Path) -> None:
    """Go through the stages with the other process, and write down the weights this one ends with."""
    torch.set_num_threads(1)
    for recipe in recipes:
        meeting = folder / f"meeting of the {recipe.stage}"
        meeting.mkdir(exist_ok=True)
        meet(rank, 2, meeting, on_cpu=True)
        torch.save(weights_after(recipe, folder / "run"), folder / f"{recipe.stage}-{rank}.pt")


@pytest.fixture
def recipes(corpus: Path, tmp_path: Path) -> list[Recipe]:
    """Every stage, the diffusion without TB-As."""
    write_set(tmp_path / "set", [draw_pair(number, seed=3, held_out=number > 3) for number in range(6)], encoders={})
    made = [
        load_recipe("score-tiny-codec", *SHORT, "lessons.measured_pieces=1"),
        load_recipe("tiny-aligner", *SHORT),
        load_recipe("score-tiny-diffusion", *SHORT, "lessons.measured_pieces=1"),
        load_recipe("score-tiny-adapter", *SHORT, "lessons.measured_pieces=1"),
    ]
    return [replace(recipe, data=str(tmp_path / "set" if recipe.stage == "aligner" else corpus)) for recipe in made]


@pytest.mark.timeout(900)  # three times torch is loaded, and the aligner is exported; a busy machine takes minutes
def test_two_processes_go_through_all_stages_with_one_set_of_weights(recipes: list[Recipe], tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    spawn(_learn, args=(recipes, tmp_path), nprocs=2)
    ends: dict[str, dict[str, torch.Tensor]] = {}
    for recipe in recipes:
        ends[recipe.stage], other = (
            torch.load(tmp_path / f"{recipe.stage}-{rank}.pt", weights_only=True) for rank in (0, 1)
        )
        torch.testing.assert_close(ends[recipe.stage], other, atol=0, rtol=0)
    (diffusion,) = (recipe for recipe in recipes if recipe.stage == "diffusion")
    alone = weights_after(diffusion, tmp_path)
    torch.testing.assert_close(ends["diffusion"], alone, atol=1e-4, rtol=0)
    assert (ends["adapter"]["blocks.0.adapter.project.weight"] != 0).any()
