"""All conditions of one row of latent frames, as arrays and as tensors.

A row is a whole piece when composing, or several pieces side by side when training (``piece`` tells them apart, and
nothing is seen across it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vem_plugin.models.beat_features import BEAT_COLUMNS, DIRECTION_COLUMNS, BeatFeatures, withhold
from vem_plugin.models.storyboard_tokens import HIDDEN, StoryboardTokens


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the transformer is told about T latent frames, by N storyboard entries.

    ``beat`` (T, BEAT_FEATURES), ``direction`` (T, DIRECTION_FEATURES), ``card`` (T, CARD_FEATURES),
    ``piece`` (T,) int64 with -1 on padding; the rest as in ``StoryboardTokens``. All float32 unless said otherwise.
    """

    beat: NDArray[np.float32]
    direction: NDArray[np.float32]
    card: NDArray[np.float32]
    piece: NDArray[np.int64]
    text: NDArray[np.float32]
    picture: NDArray[np.float32]
    look: NDArray[np.float32]
    time: NDArray[np.float32]
    present: NDArray[np.float32]
    relation: NDArray[np.float32]
    mask: NDArray[np.float32]

    @property
    def frames(self) -> int:
        """Number of latent frames, T."""
        return len(self.beat)

    def without_pictures(self) -> Conditions:
        """The same row with no picture tokens at all."""
        return replace(self, picture=self.picture[:, :0])


@dataclass(frozen=True, slots=True)
class ConditionBatch:
    """The same for a batch of rows: every array with a leading axis B."""

    beat: Tensor
    direction: Tensor
    card: Tensor
    piece: Tensor
    text: Tensor
    picture: Tensor
    look: Tensor
    time: Tensor
    present: Tensor
    relation: Tensor
    mask: Tensor

    def to(self, device: torch.device | str) -> ConditionBatch:
        """The batch on another device."""
        return ConditionBatch(*(getattr(self, item.name).to(device) for item in fields(self)))


def conditions_of(features: BeatFeatures, card: NDArray[np.float32], tokens: StoryboardTokens) -> Conditions:
    """Join beat features, card features (beats, CARD_FEATURES) and storyboard tokens of one piece."""
    return Conditions(
        beat=features.beat,
        direction=features.direction,
        card=card.astype(np.float32),
        piece=np.zeros(len(card), np.int64),
        text=tokens.text,
        picture=tokens.picture,
        look=tokens.look,
        time=tokens.time,
        present=tokens.present,
        relation=tokens.relation,
        mask=tokens.mask,
    )


def withheld(conditions: Conditions) -> Conditions:
    """The same row without wishes, for classifier-free guidance: only the grid and the null token remain."""
    return replace(
        conditions,
        beat=withhold(conditions.beat, BEAT_COLUMNS),
        direction=withhold(conditions.direction, DIRECTION_COLUMNS),
        card=np.zeros_like(conditions.card),
        present=np.zeros_like(conditions.present),
    )


def window_of(conditions: Conditions, first: int, last: int) -> Conditions:
    """Frames ``first`` to ``last`` (exclusive), with only the storyboard entries that one of them sees."""
    seen = (conditions.mask[first:last] > HIDDEN / 2).any(0)
    return Conditions(
        beat=conditions.beat[first:last],
        direction=conditions.direction[first:last],
        card=conditions.card[first:last],
        piece=conditions.piece[first:last],
        text=conditions.text[seen],
        picture=conditions.picture[seen],
        look=conditions.look[seen],
        time=conditions.time[seen],
        present=conditions.present[seen],
        relation=conditions.relation[first:last, seen],
        mask=conditions.mask[first:last, seen],
    )


def with_entries(conditions: Conditions, entries: int) -> Conditions:
    """The same row with storyboard entries added, up to so many, that are absent and that no frame sees."""
    lacking = entries - len(conditions.text)
    if not lacking:
        return conditions
    added = {
        name: np.pad(getattr(conditions, name), ((0, lacking), (0, 0)))
        for name in ("text", "picture", "look", "time", "present")
    }
    relation = np.pad(conditions.relation, ((0, 0), (0, lacking), (0, 0)))
    mask = np.pad(conditions.mask, ((0, 0), (0, lacking)), constant_values=HIDDEN)
    return replace(conditions, **added, relation=relation, mask=mask)


def batch_of(rows: Sequence[Conditions]) -> ConditionBatch:
    """Stack rows of equal T and N."""
    stacked = (torch.from_numpy(np.stack([getattr(row, item.name) for row in rows])) for item in fields(Conditions))
    return ConditionBatch(*stacked)
