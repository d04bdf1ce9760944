"""The thread that gives jobs to worker processes, hears them, watches them, and replaces those that are lost."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from vem_server.jobs.board import Board, Job
from vem_server.jobs.crew import Crew
from vem_server.jobs.journal import Journal
from vem_server.jobs.limits import Limits
from vem_server.jobs.process import WorkerProcess
from vem_server.jobs.sweeping import sweep
from vem_server.jobs.verdicts import problem_of_death, problem_of_start
from vem_server.jobs.words import Begin, Ended, FromWorker, Ready, Stop, Told, hear_worker, say
from vem_server.protocol.errors import Problem, ServiceError

LOG = logging.getLogger(__name__)
TICK = 0.25
"""Seconds between two looks at memory and clock while nothing happens."""
ENDED_BETWEEN_TIDYINGS = 200
"""Jobs that end until the journal is made shorter again."""
AGAIN = "The service was interrupted while this job ran; it was started again."


class Supervisor(threading.Thread):
    """Runs from `start` to `close`.

    Parameters
    ----------
    on_workers : callable
        Told when a worker has started, is ready, is busy, or was lost; from this thread.
    """

    def __init__(
        self,
        journal: Journal,
        board: Board,
        crew: Crew,
        limits: Limits,
        on_workers: Callable[[], None],
    ) -> None:
        super().__init__(name="jobs", daemon=True)
        self._journal, self._board, self._crew = journal, board, crew
        self._limits, self._on_workers = limits, on_workers
        self._wake_read, self._wake_write = Pipe(duplex=False)
        self._waking = threading.Lock()
        self._closing = False
        self._interrupted: list[str] = []
        self._ended_jobs = 0

    # --- called from other threads --------------------------------------------------------------------------------

    def wake(self) -> None:
        """Something has changed: look at once."""
        with self._waking, contextlib.suppress(OSError):
            if not self._wake_read.poll():
                self._wake_write.send_bytes(b"!")

    def close(self, timeout: float = 3.0) -> None:
        """End all workers; what they were doing starts again next time. Waits until that is done."""
        self._closing = True
        if self.is_alive():
            self.wake()
            self.join(timeout)

    def take_up(self, interrupted: list[str]) -> None:
        """Before the start: jobs that were running when the last daemon ended."""
        self._interrupted = interrupted

    # --- the thread -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Until `close`."""
        try:
            self._clean_up()
        except Exception:
            LOG.exception("What an earlier daemon left could not be cleaned up")
        while not self._closing:
            try:
                if self._crew.fill():
                    self._on_workers()
                self._give_out()
                self._hear()
                self._watch()
                self._tidy()
            except Exception:
                LOG.exception("The supervisor of the workers stumbled; it goes on")
                time.sleep(TICK)
        for job in self._crew.end_all():
            self._sweep(job)

    def _clean_up(self) -> None:
        """End what a killed daemon left running, and take up its jobs."""
        self._crew.end_orphans()
        for job in self._interrupted:
            self._sweep(job)
            self._settle(job, lost=None)

    def _sweep(self, job: str | None) -> None:
        """Clean up after a job whose process is gone; a disk that has gone too is no reason to stop."""
        try:
            if job is not None:
                sweep(self._journal, job)
        except (OSError, ServiceError):
            LOG.exception("What job %s has left could not be cleaned up", job)

    def _give_out(self) -> None:
        """Give every idle worker the job whose turn it is."""
        for worker in self._crew.workers:
            if worker.idle and (job := self._board.next_for(worker.lane, gpu=self._gpu_is_free())) is not None:
                try:
                    self._begin(worker, job)
                except ServiceError:  # the journal cannot be written: nothing has begun
                    self._board.enqueue(job.state.id)
                    raise

    def _gpu_is_free(self) -> bool:
        if self._crew.gives_cards_itself():
            return True
        busy = [self._board.jobs.get(worker.job) for worker in list(self._crew.workers) if worker.job]
        return not any(job is not None and job.needs_gpu for job in busy)

    def _begin(self, worker: WorkerProcess, job: Job) -> None:
        with self._board.lock:
            name = job.state.id
            if name not in self._board.jobs:  # cancelled this very moment
                return
            job.attempt += 1
            self._journal.begin(name, job.attempt)
            worker.job, worker.heard, worker.stop_by = name, time.monotonic(), None
            self._board.change(name, state="running", started=job.state.started or time.time(), note="")
        with contextlib.suppress(OSError):  # its end is noticed in a moment
            say(worker.pipe, Begin(name, job.attempt, job.request))
        self._on_workers()

    # --- hearing --------------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        """Wait for words, deaths, or a call from another thread; then act on all there are."""
        by_pipe = {worker.pipe: worker for worker in self._crew.workers}
        by_end = {worker.process.sentinel: worker for worker in self._crew.workers}
        ready = wait([self._wake_read, *by_pipe, *by_end], self._nap())
        if self._wake_read in ready:
            while self._wake_read.poll():
                self._wake_read.recv_bytes()
        for pipe in ready:
            if isinstance(pipe, Connection) and (worker := by_pipe.get(pipe)) is not None:
                self._hear_all(worker)
        for worker in [by_end[end] for end in ready if isinstance(end, int) and end in by_end]:
            self._hear_all(worker)
            self._lost(worker)

    def _nap(self) -> float:
        """Seconds until the next deadline, at most a tick."""
        now = time.monotonic()
        deadlines = [worker.stop_by - now for worker in self._crew.workers if worker.stop_by is not None]
        return max(0.0, min([TICK, *deadlines]))

    def _hear_all(self, worker: WorkerProcess) -> None:
        with contextlib.suppress(EOFError, OSError):
            while worker.pipe.poll():
                self._act_on(worker, hear_worker(worker.pipe))

    def _act_on(self, worker: WorkerProcess, message: FromWorker) -> None:
        worker.heard = time.monotonic()
        if isinstance(message, Ready):
            self._crew.is_ready(worker, message)
            self._on_workers()
        elif isinstance(message, Told):
            self._told(message)
        elif worker.job == message.job:
            worker.job, worker.stop_by = None, None
            self._ended_jobs += 1
            self._ended(message)
            self._on_workers()

    def _tidy(self) -> None:
        if self._ended_jobs >= ENDED_BETWEEN_TIDYINGS:
            self._journal.forget_all_but(self._limits.kept)
            self._ended_jobs = 0

    def _told(self, told: Told) -> None:
        with self._board.lock:
            if told.job in self._board.jobs:
                self._board.change(
                    told.job,
                    stage=told.stage,
                    fraction=told.fraction,
                    stage_fraction=told.stage_fraction,
                    seconds_left=told.seconds_left,
                    note=told.note,
                )

    def _ended(self, ended: Ended) -> None:
        if ended.cancelled:
            self._end(ended.job, "cancelled")
        elif ended.problem is not None:
            self._end(ended.job, "failed", ended.problem)
        else:
            self._settle(ended.job, lost=None)

    def _end(self, job: str, state: str, problem: Problem | None = None) -> None:
        """A job is over without a result."""
        with self._board.lock:
            if job not in self._board.jobs:
                return
            try:
                ended = self._journal.end(job, state, problem)
            except ServiceError:
                LOG.exception("The end of job %s is not in the journal", job)
                ended = True
            if ended:
                self._board.change(job, state=state, error=problem, seconds_left=None, ended=time.time())

    def _settle(self, job: str, *, lost: Callable[[Job], Problem | None] | None) -> None:
        """What the journal says of a job that no worker holds any more: done, or else to be started again.

        ``lost`` says, of a job whose worker was lost, which problem that is, or None if it may start again.
        """
        with self._board.lock:
            entry = self._board.jobs.get(job)
            known = self._journal.state_of(job, result=False)
            if entry is None or known is None:
                return
            if known.state == "done":
                over: dict[str, Any] = {"fraction": 1.0, "stage_fraction": 1.0, "seconds_left": 0.0, "note": ""}
                self._board.change(job, state="done", ended=known.ended, error=None, **over)
            elif entry.cancelling:
                self._end(job, "cancelled")
            elif lost is not None and (problem := lost(entry)) is not None:
                self._end(job, "failed", problem)
            else:
                warnings = tuple(dict.fromkeys((*entry.state.warnings, AGAIN)))
                self._journal.requeue(job, warnings=warnings, killed=entry.killed)
                self._board.change(
                    job,
                    state="queued",
                    warnings=warnings,
                    stage="",
                    fraction=0.0,
                    stage_fraction=0.0,
                    seconds_left=None,
                )
                self._board.enqueue(job)

    # --- watching -------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Pass on cancellations, and end workers that do not stop, are hung, or hold too much."""
        now = time.monotonic()
        for worker in self._crew.workers:
            if worker.verdict is not None or worker.idle:
                continue
            job = self._board.jobs.get(worker.job or "")
            if worker.job is not None and job is not None and job.cancelling and worker.stop_by is None:
                worker.stop_by = now + self._limits.grace
                with contextlib.suppress(OSError):
                    say(worker.pipe, Stop(worker.job))
            elif worker.stop_by is not None and now >= worker.stop_by:
                worker.kill("cancelled")
            elif now - worker.heard > self._limits.patience:
                worker.kill("hung")
            elif worker.job is not None and worker.memory() > self._limits.memory:
                worker.kill("memory")

    def _lost(self, worker: WorkerProcess) -> None:
        """A worker is gone: its job fails with the reason or starts again, and another worker takes its place."""
        code = self._crew.lose(worker)
        if worker.job is not None:
            self._sweep(worker.job)
            self._settle(worker.job, lost=lambda job: problem_of_death(worker, code, job, self._limits))
            LOG.warning("A %s worker ended (%s) while it did job %s", worker.lane, worker.verdict or code, worker.job)
        elif not worker.ready and self._crew.is_hopeless(worker, code):
            for job in self._board.waiting(worker.lane):
                self._end(job, "failed", problem_of_start(code))
        self._on_workers()
