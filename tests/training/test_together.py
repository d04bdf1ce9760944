"""Two processes that train one network (gloo) keep one set of weights, those that one process comes to."""

from __future__ import annotations

from pathlib import Path

import torch
from msgspec.structs import replace
from torch import distributed
from torch.multiprocessing.spawn import spawn

from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.training.diffusion import DiffusionStage, transformer_from
from vem_plugin.training.recipe import Length, Recipe
from vem_plugin.training.stage import stage_of
from vem_plugin.training.together import meet
from vem_plugin.training.trainer import train


class Watched(DiffusionStage):
    """Keeps the network it made."""

    def network(self, start: Path | None) -> VeMTransformer:
        self.made = super().network(start)
        return self.made


def _learn(rank: int, recipe: Recipe, folder: Path) -> None:
    """Train with the other process, and write down the weights this one ends with."""
    torch.set_num_threads(1)
    meet(rank, 2, folder, on_cpu=True)
    stage = Watched(recipe, folder, Path(recipe.data))
    train(stage, recipe, folder / "two", device="cpu")
    assert not distributed.is_initialized()
    torch.save(stage.made.state_dict(), folder / f"{rank}.pt")


def test_two_processes_learn_what_one_does(recipe: Recipe, tmp_path: Path) -> None:
    recipe = replace(recipe, average=0.0, length=Length(steps=4))
    spawn(_learn, args=(recipe, tmp_path), nprocs=2)
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    torch.testing.assert_close(first, second, atol=0, rtol=0)
    train(stage_of(recipe, tmp_path), recipe, tmp_path / "one", device="cpu")
    alone = transformer_from(tmp_path / "one" / "diffusion" / "last").state_dict()
    torch.testing.assert_close(first, alone, atol=1e-4, rtol=0)
