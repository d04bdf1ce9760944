"""Two processes that train together keep one set of weights, as one process would on all their rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import torch

from vem_plugin.training.crew import Crew, work_together
from vem_plugin.training.muon import Muon


def _learn(crew: Crew, *, folder: Path) -> None:
    """Three steps of descent on this process's own data; what it ends with is written down."""
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 2)
    inputs = torch.randn(2, 8, 3, generator=torch.Generator().manual_seed(1))
    mine = inputs[crew.rank] if crew.size == 2 else inputs.flatten(0, 1)
    weights, bias = model.parameters()
    optimisers = [
        Muon([weights], lr=0.1, crew=crew),
        torch.optim.SGD([bias], lr=crew.agreed(0.1 + crew.rank)),
    ]
    for _ in range(3):
        model.zero_grad()
        model(mine).square().mean().backward()
        crew.average_gradients(model)
        for optimiser in optimisers:
            optimiser.step()
    np.save(folder / f"{crew.size}-{crew.rank}.npy", model.weight.detach().numpy())


def test_a_crew_learns_as_one(tmp_path: Path) -> None:
    work_together(partial(_learn, folder=tmp_path), size=2)
    work_together(partial(_learn, folder=tmp_path), size=1, threads=1)
    first, second, alone = (np.load(tmp_path / f"{name}.npy") for name in ("2-0", "2-1", "1-0"))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, alone, rtol=1e-5)
