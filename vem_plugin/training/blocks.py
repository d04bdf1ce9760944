"""The repeated blocks of a network, which do nearly all of its work: compiled, kept small, and given to Muon.

They are found, not declared: the members of every outermost ``ModuleList``.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from vem_plugin.training.muon import Muon
from vem_plugin.training.recipe import Optimiser, Speed


def blocks_of(network: nn.Module) -> list[nn.Module]:
    """Repeated blocks of a network, in order."""
    found: list[nn.Module] = []
    for child in network.children():
        found += list(child) if isinstance(child, nn.ModuleList) else blocks_of(child)
    return found


def prepare_blocks(network: nn.Module, speed: Speed) -> None:
    """Have blocks compute their activations anew when going back, and compile them, as the recipe says.

    Blocks of one kind share what is compiled, so a deep network takes no longer to compile than a shallow one. What is
    compiled lies inside of what is computed anew: torch compiles nothing of a block that is checkpointed from within.
    Names of weights stay what they are.
    """
    for block in blocks_of(network):
        if speed.compile:
            block.forward = torch.compile(block.forward, backend=speed.compile)
        if speed.checkpointing:
            block.forward = partial(checkpoint, block.forward, use_reentrant=False)


def optimisers_for(network: nn.Module, recipe: Optimiser) -> list[torch.optim.Optimizer]:
    """Muon for the blocks' matrices and AdamW for the rest, or AdamW alone; frozen weights are left out."""
    matrices = [
        weights
        for block in blocks_of(network)
        for name, weights in block.named_parameters()
        if recipe.kind == "muon" and weights.requires_grad and weights.ndim == 2 and name.endswith("weight")
    ]
    chosen = {id(weights) for weights in matrices}
    rest = [weights for weights in network.parameters() if weights.requires_grad and id(weights) not in chosen]
    optimisers: list[torch.optim.Optimizer] = []
    if matrices:
        optimisers.append(Muon(matrices, lr=recipe.rate, weight_decay=recipe.decay))
    if rest:
        optimisers.append(torch.optim.AdamW(rest, lr=recipe.rate, betas=recipe.betas, weight_decay=recipe.rest_decay))
    return optimisers
