"""Several processes that train one model together, each on lessons of its own.

Gradients are averaged once a step (gloo; the processes meet through a file), so that every process makes the same step.
On a CPU whose cores are shared with other work this is faster than threads of one process, which wait for each other
after every matrix product.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, distributed, nn
from torch.multiprocessing.spawn import spawn


@dataclass(frozen=True, slots=True)
class Crew:
    """This process's ``rank`` among ``size``; a crew of one changes nothing."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process measures, writes and logs."""
        return self.rank == 0

    @torch.no_grad()
    def average_gradients(self, model: nn.Module) -> None:
        """Replace every gradient by its mean over the crew."""
        if self.size == 1:
            return
        gradients = [weights.grad for weights in model.parameters() if weights.grad is not None]
        joined = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(joined)
        joined /= self.size
        for gradient, part in zip(gradients, joined.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    @torch.no_grad()
    def shared(self, work: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
        """Apply ``work``, which keeps shapes and goes row by row, to a tensor; each process does part of the rows."""
        if self.size == 1:
            return work(rows)
        parts = [torch.empty_like(part) for part in rows.tensor_split(self.size)]
        mine = rows.tensor_split(self.size)[self.rank]
        done = work(mine).contiguous() if len(mine) else mine
        for rank, part in enumerate(parts):
            if rank == self.rank:
                part.copy_(done)
            distributed.broadcast(part, rank)
        return torch.cat(parts)

    def agreed(self, value: float) -> float:
        """The leader's value."""
        if self.size == 1:
            return value
        told: Tensor = torch.tensor([value], dtype=torch.float64)
        distributed.broadcast(told, 0)
        return float(told)


ALONE = Crew()


def work_together(work: Callable[[Crew], None], *, size: int, threads: int = 0) -> None:
    """Run ``work`` in ``size`` processes (in this one if it is 1), each with its number of CPU threads.

    ``work`` must be picklable. ``threads`` 0 leaves one process its default, and gives each of several one thread.
    """
    if size == 1:
        if threads:
            torch.set_num_threads(threads)
        work(Crew())
        return
    with tempfile.TemporaryDirectory() as folder:
        spawn(_join, args=(work, size, threads or 1, str(Path(folder) / "meeting")), nprocs=size)


def _join(rank: int, work: Callable[[Crew], None], size: int, threads: int, meeting: str) -> None:
    torch.set_num_threads(threads)
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=size)
    try:
        work(Crew(rank, size))
    finally:
        distributed.destroy_process_group()
