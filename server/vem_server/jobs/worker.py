"""A worker process: it loads what its lane needs, then does one job after the other.

The main thread works; a second one listens to the daemon, and ends the process at once when the daemon is gone. What
was half done then is cleaned up by the next daemon (`vem_server.jobs.sweeping`).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import queue
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vem_plugin.errors import VemError
from vem_server.jobs.confining import confine
from vem_server.jobs.journal import Journal
from vem_server.jobs.pace import Pace
from vem_server.jobs.roots import Roots
from vem_server.jobs.sweeping import JobLedger
from vem_server.jobs.words import Begin, Ended, FromWorker, Ready, Told, hear_daemon, say
from vem_server.jobs.work import Lane, perform
from vem_server.protocol.errors import Problem, ServiceError, problem_of

if TYPE_CHECKING:
    from vem_server.jobs.distant import Cluster

LOG = logging.getLogger(__name__)
LOCAL = "local"
"""The engine that is this machine."""
SECONDS_BETWEEN_WORDS = 0.1
"""Progress is told at most this often, but for the beginning and the end of a stage."""
OUT_OF_MEMORY = Problem(
    code="out_of_memory",
    message="There is not enough memory for this job.",
    remedy="Close other programs, score a shorter piece, or choose another device with --device.",
)


class Cancelled(BaseException):
    """The job is not wanted any more. No ``Exception``, so that no step of the work takes it for an error."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What a worker process is told at its start. ``scratch`` is a folder for its temporary files; ``engine`` is
    "local", or a Ray cluster that does what a studio would."""

    lane: Lane
    journal: Path
    roots: Roots
    scratch: Path
    engine: str = LOCAL


def work(seat: Seat, pipe: Connection) -> None:
    """Run a worker until the daemon is gone. This is the main function of the process."""
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own: Ctrl-C on a terminal is for the daemon, and it is ended as a whole
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _step_back()
    seat.scratch.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(seat.scratch)
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {seat.lane}[%(process)d] %(levelname)s %(message)s")
    worker = _Worker(seat, pipe)
    threading.Thread(target=worker.listen, name="listen", daemon=True).start()
    worker.run()


class _Worker:
    def __init__(self, seat: Seat, pipe: Connection) -> None:
        self._seat = seat
        self._pipe = pipe
        self._speaking = threading.Lock()
        self._jobs: queue.SimpleQueue[Begin] = queue.SimpleQueue()
        self._unwanted: set[str] = set()
        self._journal = Journal(seat.journal)
        self._cluster: Cluster | None = None

    def listen(self) -> None:
        """Hear what the daemon says, for as long as it is there."""
        try:
            while True:
                message = hear_daemon(self._pipe)
                if isinstance(message, Begin):
                    self._jobs.put(message)
                else:
                    self._unwanted.add(message.job)
        except (EOFError, OSError):
            os._exit(0)
        except Exception:
            LOG.exception("The daemon said something that makes no sense")
            os._exit(1)

    def run(self) -> None:
        """Load what is needed and do the jobs as they come; never returns."""
        for ready in self._warm():
            if ready is not None:
                self._say(ready)
            while not self._jobs.empty():
                self._do_next()
        while True:
            self._do_next()

    def _warm(self) -> Iterator[Ready | None]:
        if self._is_distant:
            try:
                yield self._joined().warm()
            except ServiceError as error:  # every job will say so, and try again
                yield Ready(models=False, device="cpu", problem=str(error))
            return
        from vem_server.jobs.warming import warm

        yield from warm(self._seat.lane)

    @property
    def _is_distant(self) -> bool:
        """Whether the work of this lane is done on a cluster."""
        return self._seat.lane == "studio" and self._seat.engine != LOCAL

    def _joined(self) -> Cluster:
        """The cluster; raises ServiceError if it does not answer."""
        if self._cluster is None:
            from vem_server.jobs.distant import Cluster

            self._cluster = Cluster(self._seat.engine)
        return self._cluster

    def _do_next(self) -> None:
        begin = self._jobs.get()
        ended = self._do(begin)
        self._unwanted.discard(begin.job)
        self._say(ended)
        _give_memory_back()
        if ended.problem is not None and ended.problem.code == OUT_OF_MEMORY.code:
            sys.exit(1)  # what still holds the memory goes with the process

    def _do(self, begin: Begin) -> Ended:
        """One job, to its end whatever it is."""
        try:
            confine(begin.request, self._seat.roots)
            counted = self._journal.finish(begin.job, begin.attempt, self._perform(begin))
        except Cancelled:
            return Ended(begin.job, cancelled=True)
        except VemError as error:
            return Ended(begin.job, problem=problem_of(error))
        except MemoryError:
            return Ended(begin.job, problem=OUT_OF_MEMORY)
        except Exception as error:
            LOG.exception("Job %s failed", begin.job)
            # torch has errors of its own for a graphics card that is full
            full = type(error).__name__ == "OutOfMemoryError"
            return Ended(begin.job, problem=OUT_OF_MEMORY if full else problem_of(error))
        return Ended(begin.job, late=not counted)

    def _perform(self, begin: Begin) -> dict[str, Any]:
        telling, ledger = self._telling_of(begin), JobLedger(self._journal, begin.job)
        if not self._is_distant:
            return perform(begin.request, telling, ledger=ledger)
        result = self._joined().perform(
            begin.request, telling.tell, ledger=ledger, unwanted=lambda: self.unwanted(begin.job)
        )
        if result is None:
            raise Cancelled
        return result

    def _telling_of(self, begin: Begin) -> _Telling:
        takes = getattr(begin.request, "takes", 1)
        pace = Pace(type(begin.request).__name__.lower(), takes=takes if isinstance(takes, int) else 1)
        return _Telling(self, begin.job, pace)

    def unwanted(self, job: str) -> bool:
        """Whether a job was cancelled."""
        return job in self._unwanted

    def _say(self, message: FromWorker) -> None:
        with self._speaking, contextlib.suppress(OSError):  # the listener ends the process
            say(self._pipe, message)

    def tell(self, message: Told) -> None:
        """Tell the daemon how far a job is."""
        self._say(message)


class _Telling:
    """The ``Report`` of a job: tells the daemon, and stops the work if nobody wants it any more."""

    def __init__(self, worker: _Worker, job: str, pace: Pace) -> None:
        self._worker = worker
        self._job = job
        self._pace = pace
        self._stage = ""
        self._spoken = 0.0

    def __call__(self, stage: str, done: float, note: str = "") -> None:
        # What is published is finished: stopping now would leave a take behind that nobody is told of.
        if self._worker.unwanted(self._job) and not (stage == "write" and done >= 1):
            raise Cancelled
        self.tell(stage, done, note)

    def tell(self, stage: str, done: float, note: str = "") -> None:
        """Tell the daemon, but not too often; never stops the work."""
        fraction = self._pace.heard(stage, done)
        now = time.monotonic()
        if stage == self._stage and done < 1 and now - self._spoken < SECONDS_BETWEEN_WORDS:
            return
        self._stage, self._spoken = stage, now
        self._worker.tell(Told(self._job, stage, fraction, done, self._pace.seconds_left(), note))


def _give_memory_back() -> None:
    """Hand to the system what the last job has freed: the C library of Linux keeps it otherwise, in many pieces."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _step_back() -> None:
    """Let others go first: the daemon must answer at once, and the editing program must stay smooth.

    Where memory runs out, Linux is to end this process, not the editing program.
    """
    if hasattr(os, "nice"):
        os.nice(5)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
