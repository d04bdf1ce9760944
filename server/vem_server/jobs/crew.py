"""The worker processes together: as many of each lane as are wished, replaced when they are lost."""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

from vem_server.jobs.journal import Journal
from vem_server.jobs.limits import Limits
from vem_server.jobs.process import FROM_OUTSIDE, WorkerProcess, end_orphan, scratch_folder, start_worker
from vem_server.jobs.roots import Roots
from vem_server.jobs.words import Ready
from vem_server.jobs.work import Lane
from vem_server.jobs.worker import LOCAL, Seat
from vem_server.protocol.messages import WorkersStatus

LOG = logging.getLogger(__name__)
MOST_FAILED_STARTS = 3
"""Starts of a lane's workers that may fail in a row before the jobs that wait for it fail too."""
LONGEST_PAUSE, LONGEST_PAUSE_FROM_OUTSIDE = 30.0, 2.0
"""Seconds between two starts once they fail: by themselves, and because somebody ends what was started."""


class Crew:
    """All workers of a daemon. Changed by the supervisor's thread alone; `status` may be asked from any.

    Parameters
    ----------
    folder : Path
        The service's data folder.
    engine : str
        "local", or the Ray cluster that does what studios do.
    """

    def __init__(self, folder: Path, journal: Journal, limits: Limits, roots: Roots, engine: str) -> None:
        self.workers: list[WorkerProcess] = []
        self.models = Ready(models=False, device="cpu")
        self._folder, self._journal, self._roots, self._engine = folder, journal, roots, engine
        self._wished: dict[Lane, int] = {"desk": limits.desks, "studio": limits.studios}
        self._number = 0
        self._failed: dict[Lane, int] = {"studio": 0, "desk": 0}
        self._killed: dict[Lane, int] = {"studio": 0, "desk": 0}
        self._start_at: dict[Lane, float] = {"studio": 0.0, "desk": 0.0}

    def end_orphans(self) -> None:
        """End what a killed daemon left running, and free what it held."""
        for pid, born in self._journal.workers():
            end_orphan(pid, born)
            self._journal.forget_worker(pid)
        shutil.rmtree(self._folder / "scratch", ignore_errors=True)

    def fill(self) -> bool:
        """Start the workers that are missing; returns whether there were any."""
        before = self._number
        for lane, wished in self._wished.items():
            missing = wished - sum(worker.lane == lane for worker in self.workers)
            for _ in range(missing if time.monotonic() >= self._start_at[lane] else 0):
                self._number += 1
                scratch = scratch_folder(self._folder, self._number)
                worker = start_worker(Seat(lane, self._journal.file, self._roots, scratch, self._engine))
                self._journal.note_worker(worker.pid, worker.born)
                self.workers.append(worker)
        return self._number > before

    def is_ready(self, worker: WorkerProcess, told: Ready) -> None:
        """A worker has loaded what it needs."""
        worker.ready = True
        self._failed[worker.lane] = self._killed[worker.lane] = 0
        if worker.lane == "studio":
            self.models = told

    def lose(self, worker: WorkerProcess) -> int | None:
        """A worker is gone; returns its exit code, negative for a signal."""
        self.workers.remove(worker)
        return self._free(worker)

    def is_hopeless(self, worker: WorkerProcess, code: int | None) -> bool:
        """A worker ended before it was ready. Whether that happens so often that waiting for the next is no use."""
        lane, now = worker.lane, time.monotonic()
        if code in FROM_OUTSIDE and worker.verdict is None:
            self._start_at[lane] = now + min(LONGEST_PAUSE_FROM_OUTSIDE, 0.05 * 2 ** self._killed[lane])
            self._killed[lane] += 1
            return False
        self._failed[lane] += 1
        self._start_at[lane] = now + min(LONGEST_PAUSE, 0.5 * 2 ** self._failed[lane])
        LOG.error("A %s worker did not start (%s), for the %d. time", lane, code, self._failed[lane])
        return self._failed[lane] >= MOST_FAILED_STARTS

    def end_all(self) -> list[str]:
        """End all workers; returns the jobs they were doing."""
        for worker in self.workers:
            worker.kill()
        for worker in self.workers:
            self._free(worker)
        jobs = [worker.job for worker in self.workers if worker.job is not None]
        self.workers = []
        return jobs

    def gives_cards_itself(self) -> bool:
        """Whether nobody here has to see to it that a graphics card is used by one job at a time."""
        return self.models.device == "cpu" or self._engine != LOCAL

    def status(self, queued: int, running: int) -> WorkersStatus:
        """The workers as they stand."""
        workers = list(self.workers)
        studios = [worker for worker in workers if worker.lane == "studio"]
        if any(worker.ready for worker in studios) or self.models.problem:
            models = "warm" if self.models.models else "failed" if self.models.problem else "cold"
        else:
            models = "loading" if studios else "cold"
        return WorkersStatus(
            workers=tuple(worker.status() for worker in workers),
            queued=queued,
            running=running,
            models=models,
            note=self.models.problem,
            device=self.models.device,
            engine=self._engine,
        )

    def _free(self, worker: WorkerProcess) -> int | None:
        code = worker.gone()
        self._journal.forget_worker(worker.pid)
        return code
