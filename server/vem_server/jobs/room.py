"""The room of jobs: what the daemon's I/O process asks of all of this package.

Every method returns within a few milliseconds and may be called from any thread; the work is done in other processes.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from vem_server.jobs.board import Board, Job
from vem_server.jobs.confining import confine
from vem_server.jobs.crew import Crew
from vem_server.jobs.journal import Journal
from vem_server.jobs.limits import Limits
from vem_server.jobs.roots import Roots
from vem_server.jobs.supervisor import Supervisor
from vem_server.jobs.worker import LOCAL
from vem_server.protocol import places
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import JobRequest, JobState, WorkersStatus

JOURNAL = "jobs.sqlite"


def _nobody(_: object) -> None:
    """Nobody listens."""


class JobRoom:
    """Takes jobs, keeps them, and has them done.

    Parameters
    ----------
    folder : Path, optional
        Where the journal lies; default: the user's data folder. One room at a time may use it.
    roots : Roots, optional
        Folders below which requests may name files; default: the user's own.
    engine : str
        "local", or "ray://HOST:PORT" for a Ray cluster.
    limits : Limits, optional
        Workers, memory, patience.
    on_change : callable
        Told of every change of a job, without its result; from any thread, in order. Must be quick.
    on_workers : callable
        Told when the workers have changed. Must be quick.

    Raises
    ------
    ServiceError
        ``invalid``, if there is no such engine; or as `Journal`.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        roots: Roots | None = None,
        engine: str = LOCAL,
        limits: Limits | None = None,
        on_change: Callable[[JobState], None] = _nobody,
        on_workers: Callable[[WorkersStatus], None] = _nobody,
    ) -> None:
        if engine != LOCAL and not engine.startswith("ray://"):
            raise ServiceError("invalid", "There is no such engine.", where=engine, remedy="Use local, or ray://HOST.")
        self._folder = folder or places.data_folder()
        self._roots = roots or Roots.of_user()
        self._limits = limits or Limits()
        self._board = Board(on_change, kept=self._limits.kept)
        self._journal = Journal(self._folder / JOURNAL)
        self._crew = Crew(self._folder, self._journal, self._limits, self._roots, engine)
        self._supervisor = Supervisor(
            self._journal, self._board, self._crew, self._limits, lambda: on_workers(self.status())
        )
        self._open = False

    def start(self) -> None:
        """Take up what is in the journal and start the workers; they load their models in the background."""
        self._journal.forget_all_but(self._limits.kept)
        with self._board.lock:
            for state in self._journal.ended(self._limits.kept):
                self._board.remember(state)
            interrupted: list[str] = []
            for entry in self._journal.unfinished():
                self._board.add(Job(entry.state, entry.request, entry.attempt, entry.killed, entry.cancelling))
                if entry.state.state == "queued":
                    self._board.enqueue(entry.state.id)
                else:
                    interrupted.append(entry.state.id)
        self._supervisor.take_up(interrupted)
        self._open = True
        self._supervisor.start()

    def stop(self) -> None:
        """End the workers. What waits or runs stays in the journal and goes on with the next start."""
        self._open = False
        self._supervisor.close()
        self._journal.close()

    def submit(self, request: JobRequest) -> JobState:
        """Take a job. It is in the journal when this returns. The same key is the same job, whenever it comes.

        Raises
        ------
        ServiceError
            ``path_refused``, ``key_reused``, ``queue_full``, ``shutting_down``.
        """
        if not self._open:
            raise ServiceError("shutting_down")
        # A client that asks again may number its requests anew: only the key says what is the same.
        asked = msgspec.structs.replace(request, id=request.key)
        with self._board.lock:
            if (known := self._journal.with_key(asked.key)) is not None:
                job, before = known
                if before != asked:
                    raise ServiceError("key_reused", where=asked.key, remedy="Give every request a key of its own.")
                return self.job(job)
            confine(asked, self._roots)
            if len(self._board.jobs) >= self._limits.queue:
                raise ServiceError("queue_full", remedy="Wait until some jobs are done, or cancel some.")
            state = JobState(
                id=secrets.token_hex(8),
                kind=type(asked).__name__.lower(),  # type: ignore[arg-type]  # the names of the classes
                key=asked.key,
                edit=asked.edit,
                state="queued",
                revision=1,
                created=time.time(),
            )
            self._journal.add(state, asked)
            self._board.add(Job(state, asked), tell=True)
            self._board.enqueue(state.id)
        self._supervisor.wake()
        return state

    def cancel(self, job: str) -> JobState:
        """Stop a job: one that waits at once, one that runs within half a second. One that has ended stays as it is.

        Raises
        ------
        ServiceError
            ``no_such_job``.
        """
        with self._board.lock:
            entry = self._board.jobs.get(job)
            if entry is None:
                return self.job(job)
            entry.cancelling = True
            if entry.state.state == "queued" and self._journal.cancel_waiting(job):
                return self._board.change(job, state="cancelled", ended=time.time())
            self._journal.ask_cancel(job)
            state = entry.state
        self._supervisor.wake()
        return state

    def job(self, job: str) -> JobState:
        """A job as it stands, with its result if it is done.

        Raises
        ------
        ServiceError
            ``no_such_job``.
        """
        with self._board.lock:
            if (entry := self._board.jobs.get(job)) is not None:
                return entry.state
            known = self._board.ended.get(job)
            if known is not None and known.state != "done":
                return known
            told = self._journal.state_of(job)
        if told is None:
            raise ServiceError("no_such_job", where=job, remedy="`jobs` lists those there are.")
        return told if known is None else msgspec.structs.replace(known, result=told.result)

    def jobs(self, *, finished: int = 100) -> list[JobState]:
        """The last ``finished`` jobs that have ended, and all that have not, without results; oldest first."""
        with self._board.lock:
            ended = list(self._board.ended.values())
            last = ended[len(ended) - finished :] if finished < len(ended) else ended
            return [*last, *(job.state for job in self._board.jobs.values())]

    def status(self) -> WorkersStatus:
        """The workers and the queue."""
        return self._crew.status(*self._board.counts())

    @property
    def busy(self) -> bool:
        """Whether any job waits or runs."""
        return bool(self._board.jobs)
