"""Muon: momentum whose matrices are made orthogonal before they are applied.

After K. Jordan's Muon and its scaling in "Muon is Scalable for LLM Training" (arXiv 2502.16982): the momentum of a
weight matrix is replaced by the nearest (semi-)orthogonal matrix, found by five steps of a Newton-Schulz iteration, and
scaled so that the step is as large as AdamW's would be. ``torch.optim.Muon`` iterates in bfloat16 whatever the
processor: where that is emulated it takes six times as long as the rest of a training step (measured: 21.6 of 25.4 s).
Here the precision is the processor's own, matrices of one shape are iterated together, and processes that train one
network share the matrices out among themselves: their gradients are the same, so each need not do it all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, distributed

from vem_plugin.models.placement import fast_with_bfloat16

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic ``a X + b (X X^T) X + c (X X^T)^2 X``, steep at 0 and within .7 to 1.2 after five steps."""
ITERATIONS = 5
MATCHED_RMS = 0.2
"""Root mean square of an AdamW step in units of its learning rate (arXiv 2502.16982, section 2.2)."""


def orthogonalised(matrices: Tensor) -> Tensor:
    """Bring the singular values of matrices (n, rows, columns) near 1, keeping their singular vectors."""
    a, b, c = COEFFICIENTS
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + 1e-7)
    if fast_with_bfloat16(x.device):
        x = x.bfloat16()
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    x = x.to(matrices.dtype)
    return x.mT if tall else x


def shared_out(matrices: Tensor) -> Tensor:
    """``orthogonalised``, each process of the group doing some of the matrices (n, rows, columns)."""
    if not distributed.is_available() or not distributed.is_initialized():
        return orthogonalised(matrices)
    parts = list(matrices.tensor_split(distributed.get_world_size()))
    for rank, part in enumerate(parts):
        if rank == distributed.get_rank() and len(part):
            parts[rank] = orthogonalised(part).contiguous()
        distributed.broadcast(parts[rank], rank)
    return torch.cat(parts)


class Muon(torch.optim.Optimizer):
    """For the weight matrices of hidden layers; everything else belongs to AdamW.

    Parameters
    ----------
    matrices : iterable of Tensor
        Two-dimensional weights.
    lr : float
        Learning rate, on AdamW's scale.
    momentum : float
        Of the gradients, Nesterov's way.
    weight_decay : float
        Decoupled.
    """

    def __init__(
        self,
        matrices: Iterable[Tensor],
        *,
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.1,
    ) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Apply one step to every matrix that has a gradient."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[tuple[Tensor, Tensor]]] = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    alike[weight.shape].append((weight, weight.grad))
            for shape, weights in alike.items():
                moved = torch.stack([self._moved(weight, gradient, group["momentum"]) for weight, gradient in weights])
                step = group["lr"] * MATCHED_RMS * max(shape) ** 0.5
                for (weight, _), direction in zip(weights, shared_out(moved), strict=True):
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
                    weight.add_(direction, alpha=-step)

    def _moved(self, weight: Tensor, gradient: Tensor, keep: float) -> Tensor:
        """Where momentum and gradient point together; the momentum is updated."""
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].lerp_(gradient, 1 - keep)
        return gradient.lerp(state["momentum"], keep)
