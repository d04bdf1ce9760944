"""The aligner: from what is known of an edit's transitions to "this one deserves a hit" (VeM, TB-As, stage 1).

The paper's is an R(2+1)D network over all frames of the video, which has to find the cuts as well. Here the edit tells
the cuts exactly; what is left to learn is small: a convolution over the frames around each transition, then some over
the sequence of transitions, so that each is judged among its neighbours.

Groups of what it is told may be unknown (``rhythm.transition_features.GROUPS``): their numbers are then the mean of
what it was taught on. Taught with groups left out at random, it judges by what is there, and shows what a group counts
for by being asked without it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from vem_plugin.parsing.surroundings import CURVES, REACH
from vem_plugin.rhythm.transition_features import GROUP_OF_NUMBER, GROUPS, NUMBERS

NEVER_VARIED = 1e-4
"""Spread below which a number was the same throughout the lessons, so that nothing was learned about it."""


class NeighbourBlock(nn.Module):
    """Residual block: a convolution over three transitions ``apart`` from each other, then a projection."""

    def __init__(self, width: int, apart: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.neighbours = nn.Conv1d(width, width, 3, padding=apart, dilation=apart)
        self.contract = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.contract.weight)

    def forward(self, hidden: Tensor, real: Tensor) -> Tensor:
        """(B, T, width) to the same; ``real`` (B, T, 1) is 1 on transitions, 0 on padding."""
        mixed = (self.norm(hidden) * real).transpose(1, 2)
        mixed = functional.gelu(self.neighbours(mixed).transpose(1, 2))
        return (hidden + self.dropout(self.contract(mixed))) * real


class Aligner(ModelMixin, ConfigMixin):
    """Judges the transitions of an edit.

    Parameters
    ----------
    width, blocks : int
        Size of the part that sees the sequence of transitions; block k looks 2^k transitions around.
    curve_width : int
        Channels of the part that sees the frames around each.
    dropout : float
        Share of what is dropped while learning.
    """

    config_name = "config.json"

    @register_to_config
    def __init__(self, width: int = 32, blocks: int = 3, curve_width: int = 12, dropout: float = 0.25) -> None:
        super().__init__()
        self.register_buffer("group_of_number", torch.tensor(GROUP_OF_NUMBER), persistent=False)
        self.register_buffer("mean", torch.zeros(len(NUMBERS)))
        self.register_buffer("scale", torch.ones(len(NUMBERS)))
        self.frames = nn.Conv1d(len(CURVES) + 1, curve_width, 3, padding=1)
        self.halve = nn.Conv1d(curve_width, curve_width, 3, padding=1, stride=2)
        self.enter = nn.Linear(len(NUMBERS) + len(GROUPS) + REACH * curve_width, width)
        self.drop = nn.Dropout(dropout)
        self.sequence = nn.ModuleList(NeighbourBlock(width, 2**number, dropout) for number in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.judge = nn.Linear(width, 1)

    def standardise(self, numbers: NDArray[np.float32], known: NDArray[np.float32]) -> None:
        """Take mean and spread of every number from the lessons: ``numbers`` (n, N) and ``known`` (n, G).

        A number that never varied is ignored for good: nothing could be learned about it.
        """
        for column, group in enumerate(GROUP_OF_NUMBER):
            values = numbers[known[:, group] > 0, column]
            spread = float(values.std()) if len(values) else 0.0
            self.mean[column] = float(values.mean()) if len(values) else 0.0
            self.scale[column] = 1 / spread if spread > NEVER_VARIED else 0.0

    def forward(self, numbers: Tensor, curves: Tensor, known: Tensor, real: Tensor) -> Tensor:
        """Log odds of a hit.

        Parameters
        ----------
        numbers : (B, T, N), curves : (B, T, 2 * REACH, 3), known : (B, T, G)
            As ``rhythm.transition_features.TransitionFeatures``.
        real : (B, T, 1)
            1 on transitions, 0 on padding.

        Returns
        -------
        (B, T)
        """
        told = (numbers - self.mean) * self.scale * known[..., self.group_of_number]
        seen = curves * known[..., GROUPS.index("around"), None, None]
        shape = seen.shape
        frames = functional.gelu(self.frames(seen.flatten(0, 1).transpose(1, 2)))
        frames = functional.gelu(self.halve(frames)).flatten(1).unflatten(0, (shape[0], shape[1]))
        hidden = self.drop(self.enter(torch.cat([told, known, frames], dim=-1))) * real
        for block in self.sequence:
            hidden = block(hidden, real)
        return self.judge(functional.gelu(self.norm(hidden)))[..., 0]


def padded(rows: Sequence[NDArray[np.float32]], *, longest: int) -> Tensor:
    """Rows (T, ...) of different T as one tensor (B, longest, ...), zeros after their ends."""
    batch = torch.zeros(len(rows), longest, *rows[0].shape[1:])
    for index, row in enumerate(rows):
        batch[index, : len(row)] = torch.from_numpy(row)
    return batch
