"""The one loop that trains every stage, on one processor or many (accelerate; data-parallel).

What a step does depends on its number alone: the stage's batches do, and torch's generators are seeded anew from
recipe, step and process. So a run that was stopped goes on bit by bit as if it had not been (on the same machine, with
as many processes), and a checkpoint need not know any generator's state.

Sums of errors are divided by the count of the whole step (`Loss`), and the rows of a step are shared out over processes
and parts: how many of either there are changes the result by rounding only. (Where a network keeps running statistics
of what it sees, they are those of the first process's rows.)
"""

from __future__ import annotations

import logging
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, GradientState
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from vem_plugin.errors import SettingsError
from vem_plugin.models.placement import Device, Placement
from vem_plugin.training.blocks import optimisers_for, prepare_blocks
from vem_plugin.training.course import Course, Trained, averaged, checkpoints_in, put_in_place
from vem_plugin.training.pace import Pace, rate_at
from vem_plugin.training.recipe import Recipe
from vem_plugin.training.run_log import RunLog
from vem_plugin.training.stage import Loss, Stage

logger = logging.getLogger(__name__)


def train(
    stage: Stage[Any], recipe: Recipe, out: Path, *, device: Device = "auto", further: bool = False, pause_at: int = 0
) -> Trained:
    """Train a stage to the end of its recipe; what comes of it lies in ``out / recipe.stage`` (see ``course``).

    A run that was stopped goes on from its newest checkpoint; one that is over is only read.

    Parameters
    ----------
    stage : Stage
    recipe : Recipe
    out : Path
        The run folder.
    device : str
        ``auto`` for the fastest there is, ``cpu``, ``cuda`` or ``mps``.
    further : bool
        Train a run that is over once more, for the recipe's length, from its last weights.
    pause_at : int
        Stop at this step with a checkpoint, as SIGTERM and SIGINT do; 0: do not.

    Raises
    ------
    SettingsError
        If the run folder holds a run of another recipe, or TensorBoard is asked for and missing.
    ModelError
        If the machine has no such device, or the loss is no number any more.
    """
    folder = out / recipe.stage
    done = Trained.read(folder)
    waiting = checkpoints_in(folder / "checkpoints")
    if done and not waiting and not further:
        logger.info("%s: finished already, %d steps", recipe.stage, done.steps)
        return done
    with _accelerator(recipe, folder, Placement(device, recipe.speed.precision)) as accelerator:
        start = folder / "last" if done else Path(recipe.start) if recipe.start else None
        torch.manual_seed(recipe.seed)
        run = _Run(stage, recipe, folder, accelerator, stage.network(start))
        if waiting:
            run.course.load(waiting[-1])
            logger.info("%s goes on from step %d", recipe.stage, run.course.pace.step)
        elif done:
            run.course.pace.first = run.course.pace.step = done.steps
        return run.to_the_end(pause_at)


class _Lesson(nn.Module):
    """The network with its loss, so that whatever part of it the stage calls, processes average its gradients."""

    def __init__(self, stage: Stage[Any], network: nn.Module) -> None:
        super().__init__()
        self.stage = stage
        self.network = network

    def forward(self, batch: Any) -> Loss:
        """Errors of the network on a batch."""
        return self.stage.loss(self.network, batch)


class _Run:
    """One call of ``train``: the course, and what the steps since the last line of the log came to."""

    def __init__(
        self, stage: Stage[Any], recipe: Recipe, folder: Path, accelerator: Accelerator, network: nn.Module
    ) -> None:
        self.stage, self.recipe, self.folder, self.accelerator = stage, recipe, folder, accelerator
        self.network = network.to(accelerator.device)
        self.learning = [weights for weights in network.parameters() if weights.requires_grad]
        average = averaged(network, recipe.average) if recipe.average else None
        optimisers = optimisers_for(network, recipe.optimiser)
        prepare_blocks(network, recipe.speed)
        self.lesson, *optimisers = accelerator.prepare(_Lesson(stage, network), *optimisers)
        self.course = Course(recipe, network, average, optimisers, Pace(recipe.length))
        self.log = RunLog(recipe, accelerator)

    def to_the_end(self, pause_at: int) -> Trained:
        """Make steps until the recipe's length is over, or until told to stop."""
        pace, leads, keep = self.course.pace, self.accelerator.is_main_process, self.recipe.keep
        progress, now = pace.progress, time.monotonic()
        saved = now
        self.lesson.train()
        with _stopping() as asked_to_stop:
            for batches in self.batches(pace.step):
                sums = self.errors_of(batches)
                rate = rate_at(self.recipe.optimiser, step=pace.step - pace.first, progress=progress)
                before, now = now, time.monotonic()
                pace.step, pace.seconds = pace.step + 1, pace.seconds + now - before
                due = leads and keep.minutes > 0 and now - saved > 60 * keep.minutes
                stop = bool(asked_to_stop) or pace.step == pause_at
                sums, progress, due, stop = self.agreed(sums, pace.progress, due=due, stop=stop)
                self.descend(sums[0], rate)
                self.log.add(sums, pace.step, progress=progress, rate=rate)
                if progress >= 1:
                    break
                if due or stop:
                    self.save()
                    saved = now
                if stop:
                    self.log.say(f"stopped at step {pace.step}; the same command goes on")
                    return self.told({}, finished=False)
                if due:
                    self.measure("last", self.network)
        return self.finish()

    def batches(self, first: int) -> Iterator[list[Any]]:
        """This process's parts of every step from ``first`` on, without end."""
        size, rank, speed = self.accelerator.num_processes, self.accelerator.process_index, self.recipe.speed
        shares = range(rank * speed.accumulate, (rank + 1) * speed.accumulate)
        steps = _Steps(self.stage, shares, parts=size * speed.accumulate)
        return iter(DataLoader(steps, batch_size=None, sampler=count(first), num_workers=speed.workers))

    def errors_of(self, batches: list[Any]) -> Tensor:
        """Gradients of one step's batches, as sums; returns count, total and parts, summed too."""
        place = [self.recipe.seed, self.course.pace.step, self.accelerator.process_index]
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))
        for optimiser in self.course.optimisers:
            optimiser.zero_grad(set_to_none=True)
        sums = torch.zeros((), device=self.accelerator.device)
        for number, batch in enumerate(batches, 1):
            last = number == len(batches)
            with nullcontext() if last else self.accelerator.no_sync(self.lesson):
                loss: Loss = self.lesson(batch.to(self.accelerator.device))
                self.accelerator.backward(loss.total)
            self.log.names = ["loss", *loss.parts]
            told = torch.stack([part.detach().float() for part in (loss.count, loss.total, *loss.parts.values())])
            sums = sums + told
        return sums

    def agreed(self, sums: Tensor, progress: float, *, due: bool, stop: bool) -> tuple[Tensor, float, bool, bool]:
        """Sums over all processes, the first one's progress, and whether any wants a checkpoint, or to stop."""
        if self.accelerator.num_processes == 1:
            return sums, progress, due, stop
        mine = torch.tensor([progress * self.accelerator.is_main_process, due, stop], device=sums.device)
        all_of_it: Any = self.accelerator.reduce(torch.cat([mine, sums]), "sum")
        first, any_due, any_stop = all_of_it[:3].tolist()
        return all_of_it[3:], first, any_due > 0, any_stop > 0

    @torch.no_grad()
    def descend(self, counted: Tensor, rate: float) -> None:
        """Turn gradients of sums into those of the mean over the whole step, and follow them."""
        scale = self.accelerator.num_processes / counted.clamp(min=1)
        for weights in self.learning:
            if weights.grad is not None:
                weights.grad.mul_(scale)
        if self.recipe.optimiser.clip:
            self.accelerator.clip_grad_norm_(self.learning, self.recipe.optimiser.clip)
        for optimiser in self.course.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
        if self.course.average:
            self.course.average.update_parameters(self.network)

    def save(self) -> None:
        """Write a checkpoint; the other processes wait."""
        self.log.check(self.course.pace.step)
        if self.accelerator.is_main_process:
            self.course.save(self.folder / "checkpoints")
        self.accelerator.wait_for_everyone()

    def measure(self, name: str, network: nn.Module) -> dict[str, float]:
        """Figures of the last or the averaged weights, by the first process; none from the others, which wait."""
        found: dict[str, float] = {}
        if self.accelerator.is_main_process:
            with torch.no_grad(), self.accelerator.autocast():
                found = self.stage.measure(network.eval())
            self.log.measured(name, found, self.course.pace.step)
            network.train()
        self.accelerator.wait_for_everyone()
        return found

    def finish(self) -> Trained:
        """Measure and save the last and the averaged weights, and clear the checkpoints away."""
        self.log.check(self.course.pace.step)
        networks = {"last": self.network}
        if self.course.average:
            networks["averaged"] = self.course.average.module
        measured = {name: self.measure(name, network) for name, network in networks.items()}
        trained = self.told(measured, finished=True)
        if self.accelerator.is_main_process:
            for name, network in networks.items():
                fresh = self.folder / f"{name}.part"
                shutil.rmtree(fresh, ignore_errors=True)
                self.stage.save(network.eval(), fresh)
                put_in_place(fresh, self.folder / name)
            trained.write()
            shutil.rmtree(self.folder / "checkpoints", ignore_errors=True)
        return trained

    def told(self, measured: dict[str, dict[str, float]], *, finished: bool) -> Trained:
        """How the run stands."""
        pace = self.course.pace
        return Trained(str(self.folder), pace.step, round(pace.seconds, 1), finished, measured, self.recipe)


class _Steps(Dataset[list[Any]]):
    """Numbered by step: those parts of it that are one process's."""

    def __init__(self, stage: Stage[Any], shares: range, *, parts: int) -> None:
        self.stage, self.shares, self.parts = stage, shares, parts

    def __getitem__(self, step: int) -> list[Any]:
        return [self.stage.batch(step, part, self.parts) for part in self.shares]


@contextmanager
def _accelerator(recipe: Recipe, folder: Path, placement: Placement) -> Iterator[Accelerator]:
    """Accelerate's view of the machine for one run; its state is the process's, so it is cleared for the next."""
    if recipe.keep.tensorboard and find_spec("tensorboard") is None:
        raise SettingsError(
            "TensorBoard is not installed.",
            remedy="pip install 'vem-plugin[training]', or tensorboard = false in the recipe's [keep].",
        )
    try:
        accelerator = Accelerator(
            cpu=placement.device.type == "cpu",
            mixed_precision="bf16" if placement.dtype == torch.bfloat16 else "no",
            log_with="tensorboard" if recipe.keep.tensorboard else None,
            project_dir=folder,
        )
        accelerator.init_trackers("tensorboard")
        yield accelerator
        accelerator.end_training()
    finally:
        AcceleratorState._reset_state(reset_partial_state=True)
        GradientState._reset_state()


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """A list that is no longer empty once the process was told to stop; told twice, it stops at once."""
    asked: list[int] = []

    def remember(number: int, _: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    former = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
