"""A worker process as the daemon holds it: started, spoken to, watched, ended as a whole group."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

import psutil

from vem_server.jobs.work import Lane
from vem_server.jobs.worker import Seat, work
from vem_server.protocol.messages import WorkerStatus

Verdict = Literal["cancelled", "hung", "memory"]
"""Why the daemon itself has ended a worker."""

_SPAWN = multiprocessing.get_context("spawn")
FROM_OUTSIDE = frozenset(
    -getattr(signal, name) for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)
"""Exit codes of processes that somebody ended; what a process does wrong itself gives other signals."""
BIRTH_LEEWAY = 1.0
"""Seconds by which two readings of a process's start may differ."""


@dataclass(eq=False)
class WorkerProcess:
    """One worker process, and what it is busy with.

    ``heard`` and ``stop_by`` are on the monotonic clock: the last word of the worker, and when a job that is not wanted
    any more is ended by force.
    """

    seat: Seat
    process: BaseProcess
    pipe: Connection
    born: float
    ready: bool = False
    job: str | None = None
    heard: float = field(default_factory=time.monotonic)
    stop_by: float | None = None
    verdict: Verdict | None = None
    most_memory: int = 0

    @property
    def lane(self) -> Lane:
        """What kind of jobs it does."""
        return self.seat.lane

    @property
    def pid(self) -> int:
        """Number of the process."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def idle(self) -> bool:
        """Whether it can be given a job."""
        return self.ready and self.job is None and self.verdict is None

    def memory(self) -> int:
        """Bytes it holds now; 0 if it is gone."""
        try:
            now = psutil.Process(self.pid).memory_info().rss
        except psutil.Error:
            return 0
        self.most_memory = max(self.most_memory, now)
        return now

    def kill(self, verdict: Verdict | None = None) -> None:
        """End it, and whatever it started, at once."""
        self.verdict = self.verdict or verdict
        end_group(self.pid)

    def gone(self, timeout: float = 1.0) -> int | None:
        """Wait for its end and free what it held; returns the exit code, negative for a signal."""
        self.process.join(timeout)
        code = self.process.exitcode
        self.pipe.close()
        shutil.rmtree(self.seat.scratch, ignore_errors=True)
        return code

    def status(self) -> WorkerStatus:
        """How it stands."""
        state = "stopping" if self.verdict else "busy" if self.job else "idle" if self.ready else "starting"
        return WorkerStatus(name=self.lane, pid=self.pid, state=state, job=self.job, memory=self.memory())


def start_worker(seat: Seat) -> WorkerProcess:
    """Start a worker process."""
    ours, its = _SPAWN.Pipe()
    process = _SPAWN.Process(target=work, args=(seat, its), name=f"vem-{seat.lane}", daemon=True)
    process.start()
    its.close()
    assert process.pid is not None
    return WorkerProcess(seat, process, ours, born_of(process.pid))


def born_of(pid: int) -> float:
    """When a process was started, seconds since 1970; 0 if it is gone."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def end_group(pid: int) -> None:
    """End a worker and all it started; it is no error if it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):  # too young to have a group of its own
                os.killpg(pid, signal.SIGKILL)
                return
        os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


def end_orphan(pid: int, born: float, *, timeout: float = 3.0) -> None:
    """End a worker that a killed daemon left behind, if it is still that process, and wait until it is gone."""
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - born) <= BIRTH_LEEWAY:
            end_group(pid)
            process.wait(timeout)
    except psutil.Error:
        return


def scratch_folder(data: Path, number: int) -> Path:
    """A worker's folder for temporary files, such as media unpacked from a bundle."""
    return data / "scratch" / f"{os.getpid()}-{number}"
