"""A training run in as many processes as are asked for.

One process is this one. Several on this machine are started here (on CPUs they speak gloo, on NVIDIA GPUs nccl): on a
CPU whose cores are shared with other work they are faster than the threads of one process, which wait for each other
after every matrix product. Processes that ``accelerate launch`` or ``torchrun`` started, on one host or many, already
know of each other, and are left as they are.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import distributed
from torch.multiprocessing.spawn import spawn

from vem_plugin.models.placement import backend_between_processes
from vem_plugin.training.course import Trained
from vem_plugin.training.recipe import Recipe
from vem_plugin.training.stage import stage_of
from vem_plugin.training.trainer import train


def train_together(recipe: Recipe, out: Path, *, processes: int = 1, threads: int = 0, **options: Any) -> Trained:
    """Train the recipe's stage in a run folder; ``options`` are those of ``trainer.train``.

    Parameters
    ----------
    recipe : Recipe
    out : Path
        The run folder.
    processes : int
        How many share every step.
    threads : int
        CPU threads of each; 0 leaves one process its default, and gives each of several one.

    Raises
    ------
    SettingsError, ModelError
        As ``trainer.train`` does; from several processes as one of torch's, with their words in it.
    """
    out.mkdir(parents=True, exist_ok=True)
    if processes == 1:
        return _work(recipe, out, threads, options)
    with tempfile.TemporaryDirectory() as meeting:
        arguments = (processes, Path(meeting), recipe, out, threads or 1, options)
        context: Any = spawn(_join, args=arguments, nprocs=processes, join=False)
        with _passing_on(context.pids()):
            while not context.join():
                pass
        return msgspec.json.decode((Path(meeting) / "trained.json").read_bytes(), type=Trained)


def _work(recipe: Recipe, out: Path, threads: int, options: dict[str, Any]) -> Trained:
    if threads:
        torch.set_num_threads(threads)
    return train(stage_of(recipe, out), recipe, out, **options)


def _join(
    rank: int, size: int, meeting: Path, recipe: Recipe, out: Path, threads: int, options: dict[str, Any]
) -> None:
    """One of several processes: find the others, work, and let the first tell how it ended."""
    meet(rank, size, meeting, on_cpu=options.get("device") == "cpu")
    with log_in(out) if rank == 0 else nullcontext():
        trained = _work(recipe, out, threads, options)
    if rank == 0:
        (meeting / "trained.json").write_bytes(msgspec.json.encode(trained))


def meet(rank: int, size: int, meeting: Path, *, on_cpu: bool) -> None:
    """Join the other processes of this machine at a file in the folder ``meeting``, and have accelerate know of it."""
    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size}
    os.environ.update({name: str(value) for name, value in place.items()})
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # else accelerate chooses a number, with a warning
    backend = backend_between_processes(on_cpu=on_cpu)
    distributed.init_process_group(backend, init_method=f"file://{meeting}/group", rank=rank, world_size=size)


@contextmanager
def log_in(out: Path) -> Iterator[None]:
    """Meanwhile what the package says goes to standard error, and to ``log.txt`` in a run folder."""
    out.mkdir(parents=True, exist_ok=True)
    ours, former = logging.getLogger("vem_plugin"), logging.getLogger("vem_plugin").level
    targets: list[logging.Handler] = [logging.StreamHandler(sys.stderr), logging.FileHandler(out / "log.txt")]
    for target in targets:
        target.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
        ours.addHandler(target)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.setLevel(former)
        for target in targets:
            ours.removeHandler(target)
            target.close()


@contextmanager
def _passing_on(processes: Sequence[int]) -> Iterator[None]:
    """While the others work, what would stop this process is for them, and makes them stop with a checkpoint.

    A terminal sends its interrupt to all of them by itself; to be terminated only this one is asked.
    """

    def pass_on(number: int, _: object) -> None:
        for process in processes if number == signal.SIGTERM else ():
            os.kill(process, number)

    former = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
