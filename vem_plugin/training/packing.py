"""Several pieces side by side in one row of latent frames, each blind to the others.

Short pieces padded to a common length would waste more than half of the work. The block-diagonal masks follow from
``Conditions.piece`` (frames) and ``Conditions.mask`` (storyboard entries).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vem_plugin.models.conditioning import ConditionBatch, Conditions, batch_of
from vem_plugin.models.storyboard_tokens import HIDDEN


@dataclass(frozen=True, slots=True)
class TaughtPiece:
    """A piece to learn: its conditions, latents (T, latent size) and which frames are given (T, 1)."""

    conditions: Conditions
    latents: NDArray[np.float32]
    known: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TaughtBatch:
    """Rows to learn: conditions, latents (B, T, latent size), given frames and real frames (B, T, 1)."""

    conditions: ConditionBatch
    latents: Tensor
    known: Tensor
    real: Tensor

    def to(self, device: torch.device | str) -> TaughtBatch:
        """The batch on another device."""
        return TaughtBatch(
            self.conditions.to(device), self.latents.to(device), self.known.to(device), self.real.to(device)
        )


def batch_pieces(rows: Sequence[Sequence[TaughtPiece]], *, frames: int) -> TaughtBatch:
    """Lay pieces into rows of ``frames`` latent frames and as many storyboard entries as needed, the rest padding."""
    entries = max(sum(len(piece.conditions.text) for piece in pieces) for pieces in rows)
    conditions, latents, known, real = [], [], [], []
    for pieces in rows:
        conditions.append(side_by_side([piece.conditions for piece in pieces], frames=frames, entries=entries))
        latents.append(_laid_out([piece.latents for piece in pieces], frames))
        known.append(_laid_out([piece.known for piece in pieces], frames))
        real.append((conditions[-1].piece >= 0).astype(np.float32)[:, None])
    return TaughtBatch(
        batch_of(conditions),
        torch.from_numpy(np.stack(latents)),
        torch.from_numpy(np.stack(known)),
        torch.from_numpy(np.stack(real)),
    )


def side_by_side(pieces: Sequence[Conditions], *, frames: int, entries: int) -> Conditions:
    """Conditions of several pieces as one row.

    Raises
    ------
    ValueError
        If they do not fit.
    """
    used = sum(piece.frames for piece in pieces)
    entries_used = sum(len(piece.text) for piece in pieces)
    if used > frames or entries_used > entries:
        raise ValueError(f"{used} frames and {entries_used} entries do not fit into {frames} and {entries}")
    mask = np.full((frames, entries), HIDDEN, np.float32)
    relation = np.zeros((frames, entries, pieces[0].relation.shape[-1]), np.float32)
    owner = np.full(frames, -1, np.int64)
    frame = entry = 0
    for index, piece in enumerate(pieces):
        rows, columns = slice(frame, frame + piece.frames), slice(entry, entry + len(piece.text))
        mask[rows, columns] = piece.mask
        relation[rows, columns] = piece.relation
        owner[rows] = index
        frame, entry = rows.stop, columns.stop
    return Conditions(
        beat=_laid_out([piece.beat for piece in pieces], frames),
        direction=_laid_out([piece.direction for piece in pieces], frames),
        card=_laid_out([piece.card for piece in pieces], frames),
        piece=owner,
        text=_laid_out([piece.text for piece in pieces], entries),
        picture=_laid_out([piece.picture for piece in pieces], entries),
        look=_laid_out([piece.look for piece in pieces], entries),
        time=_laid_out([piece.time for piece in pieces], entries),
        present=_laid_out([piece.present for piece in pieces], entries),
        relation=relation,
        mask=mask,
    )


def _laid_out(parts: Sequence[NDArray[np.float32]], length: int) -> NDArray[np.float32]:
    whole = np.zeros((length, *parts[0].shape[1:]), np.float32)
    joined = np.concatenate(parts)
    whole[: len(joined)] = joined
    return whole


def pack(sizes: NDArray[np.int64], order: Sequence[int], *, frames: int, waiting: int = 40) -> Iterator[list[int]]:
    """Fill rows first-fit: yields lists of piece numbers whose sizes add up to at most ``frames``.

    At most ``waiting`` rows stay open for pieces that fit better; the rest of them comes at the end.
    """
    nearly = frames - int(sizes.min())
    rows: list[tuple[int, list[int]]] = []
    for number in order:
        size = int(sizes[number])
        for index, (used, numbers) in enumerate(rows):
            if used + size <= frames:
                rows[index] = (used + size, [*numbers, number])
                break
        else:
            index = len(rows)
            rows.append((size, [number]))
        if rows[index][0] > nearly:
            yield rows.pop(index)[1]
        elif len(rows) > waiting:
            yield rows.pop(0)[1]
    for _, numbers in rows:
        yield numbers
