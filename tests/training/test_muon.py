"""Muon: steps are orthogonal, as large as AdamW's, and lead downhill; the same as torch's own in full precision."""

from __future__ import annotations

import pytest
import torch

from vem_plugin.training.muon import MATCHED_RMS, Muon, orthogonalised


@pytest.mark.parametrize("shape", [(3, 24, 40), (3, 40, 24), (1, 16, 16)])
def test_singular_values_come_near_one(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonalised(torch.randn(shape)).float())
    assert values.min() > 0.3
    assert values.max() < 1.3


def test_one_step_agrees_with_torch() -> None:
    torch.manual_seed(0)
    start, gradient = torch.randn(24, 40), torch.randn(24, 40)
    mine, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    mine.grad, theirs.grad = gradient.clone(), gradient.clone()
    Muon([mine], lr=0.1, weight_decay=0.02).step()
    torch.optim.Muon([theirs], lr=0.1, weight_decay=0.02, adjust_lr_fn="match_rms_adamw").step()
    torch.testing.assert_close(mine, theirs, atol=4e-3, rtol=0)  # torch rounds to bfloat16 on the way


def test_a_step_has_the_size_of_adams() -> None:
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.zeros(64, 64))
    weight.grad = torch.randn(64, 64)
    Muon([weight], lr=1e-3, weight_decay=0.0).step()
    assert float(weight.detach().square().mean().sqrt()) == pytest.approx(1e-3 * MATCHED_RMS, rel=0.2)


def test_it_finds_a_matrix() -> None:
    torch.manual_seed(0)
    goal, weight = torch.randn(16, 12), torch.nn.Parameter(torch.zeros(16, 12))
    optimiser = Muon([weight], lr=0.05, weight_decay=0.0)
    for _ in range(150):
        optimiser.zero_grad()
        (weight - goal).square().sum().backward()
        optimiser.step()
    assert float((weight.detach() - goal).abs().mean()) < 0.1
