"""The journal: every job, in SQLite, so that neither a killed daemon nor a killed worker loses one.

One file, in write-ahead mode; a change is there once its method has returned, whatever is killed then. The daemon
writes what is asked and what was started; a worker writes the result of its job itself, so that no moment lies between
a finished job and its record in which the daemon could take it for unfinished. Each start of a job has a number, its
*attempt*: a worker that comes too late, for a job that was started again meanwhile, changes nothing.

Moments are seconds since 1970. Requests, results and problems are MessagePack.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from vem_server.jobs.journal_file import open_journal
from vem_server.protocol.errors import Problem, ServiceError
from vem_server.protocol.messages import JobRequest, JobState

_decode_request = msgspec.msgpack.Decoder(JobRequest).decode
_decode_problem = msgspec.msgpack.Decoder(Problem).decode
_encode = msgspec.msgpack.encode


@dataclass(frozen=True, slots=True)
class Entry:
    """A job in the journal that has not ended. ``killed`` counts the workers it lost to somebody outside."""

    state: JobState
    request: JobRequest
    attempt: int
    killed: int
    cancelling: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Something that a job has made, or was about to make, on disk.

    ``kind`` is "folder" (hidden folders may lie in ``path``), "touched" (``path`` is rewritten in place) or "target"
    (``path`` appears; the targets of one ``batch`` appear together, in order). ``inode`` tells a target that is ours
    from one that somebody else made under the same name. ``moment`` is when it was noted, seconds since 1970.
    """

    batch: int
    kind: str
    path: Path
    inode: int | None
    moment: float


class Journal:
    """The jobs of one user. May be used by several threads, and the file by several processes.

    Parameters
    ----------
    file : Path
        Made if it does not exist.

    Raises
    ------
    ServiceError
        As `vem_server.jobs.journal_file.open_journal`.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.RLock()
        self._db = open_journal(file)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing.

        Raises
        ------
        ServiceError
            ``internal``, if the file cannot be written: the disk is full, say.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as error:
                raise ServiceError(
                    "internal",
                    f"The journal of jobs cannot be written: {error}.",
                    where=str(self.file),
                    remedy="Make room on the disk.",
                ) from error

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    # --- what is asked --------------------------------------------------------------------------------------------

    def add(self, state: JobState, request: JobRequest) -> None:
        """A new job."""
        with self._change() as db:
            db.execute(
                "INSERT INTO jobs (id, key, kind, edit, request, state, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (state.id, state.key, state.kind, state.edit, _encode(request), state.state, state.created),
            )

    def with_key(self, key: str) -> tuple[str, JobRequest] | None:
        """Id and request of the job with an idempotency key."""
        rows = self._rows("SELECT id, request FROM jobs WHERE key = ?", key)
        return (rows[0][0], _decode_request(rows[0][1])) if rows else None

    def ask_cancel(self, job: str) -> None:
        """Remember that a running job is not wanted any more, whatever becomes of the daemon meanwhile."""
        with self._change() as db:
            db.execute("UPDATE jobs SET cancelling = 1 WHERE id = ? AND state = 'running'", (job,))

    def cancel_waiting(self, job: str) -> bool:
        """Cancel a job that waits; False if it does not wait any more."""
        with self._change() as db:
            changed = db.execute(
                "UPDATE jobs SET state = 'cancelled', ended = ? WHERE id = ? AND state = 'queued'", (time.time(), job)
            )
            return changed.rowcount == 1

    # --- what becomes of it ---------------------------------------------------------------------------------------

    def begin(self, job: str, attempt: int) -> None:
        """A worker starts a job for the ``attempt``-th time."""
        with self._change() as db:
            db.execute(
                "UPDATE jobs SET state = 'running', attempt = ?, started = coalesce(started, ?) WHERE id = ?",
                (attempt, time.time(), job),
            )

    def requeue(self, job: str, *, warnings: Sequence[str], killed: int) -> None:
        """A job whose worker is gone waits again."""
        with self._change() as db:
            db.execute(
                "UPDATE jobs SET state = 'queued', warnings = ?, killed = ? WHERE id = ? AND state = 'running'",
                (_encode(list(warnings)), killed, job),
            )

    def finish(self, job: str, attempt: int, result: dict[str, Any]) -> bool:
        """Record the result of a job. Called by the worker.

        Returns
        -------
        bool
            False if the job was started again, or ended, meanwhile: the result counts for nothing then.
        """
        with self._change() as db:
            changed = db.execute(
                "UPDATE jobs SET state = 'done', result = ?, ended = ?"
                " WHERE id = ? AND attempt = ? AND state = 'running'",
                (_encode(result), time.time(), job, attempt),
            )
            if changed.rowcount == 1:
                db.execute("DELETE FROM memory WHERE job = ?", (job,))
                db.execute("DELETE FROM traces WHERE job = ?", (job,))
            return changed.rowcount == 1

    def end(self, job: str, state: str, problem: Problem | None = None) -> bool:
        """A job that has not ended is cancelled, or has failed; False if it had ended before."""
        with self._change() as db:
            changed = db.execute(
                "UPDATE jobs SET state = ?, error = ?, ended = ? WHERE id = ? AND state IN ('queued', 'running')",
                (state, None if problem is None else _encode(problem), time.time(), job),
            )
            db.execute("DELETE FROM memory WHERE job = ?", (job,))
            db.execute("DELETE FROM traces WHERE job = ?", (job,))
            return changed.rowcount == 1

    # --- reading --------------------------------------------------------------------------------------------------

    def state_of(self, job: str, *, result: bool = True) -> JobState | None:
        """A job as it stands, with its result if it is done and ``result`` is true."""
        rows = self._rows(f"SELECT {_COLUMNS}, result FROM jobs WHERE id = ?", job)
        return _state(rows[0], result=result) if rows else None

    def unfinished(self) -> list[Entry]:
        """All jobs that have not ended, oldest first."""
        rows = self._rows(
            f"SELECT {_COLUMNS}, NULL, request, attempt, killed, cancelling FROM jobs"
            " WHERE state IN ('queued', 'running') ORDER BY number"
        )
        return [Entry(_state(row), _decode_request(row[-4]), row[-3], row[-2], bool(row[-1])) for row in rows]

    def ended(self, most: int) -> list[JobState]:
        """The last jobs that have ended, oldest first, without results."""
        rows = self._rows(
            f"SELECT {_COLUMNS}, NULL FROM jobs WHERE state NOT IN ('queued', 'running') ORDER BY ended DESC LIMIT ?",
            most,
        )
        return [_state(row) for row in reversed(rows)]

    def forget_all_but(self, kept: int) -> None:
        """Throw away the records of jobs that ended long ago; ``kept`` remain."""
        with self._change() as db:
            db.execute(
                "DELETE FROM jobs WHERE state NOT IN ('queued', 'running') AND number NOT IN ("
                "SELECT number FROM jobs WHERE state NOT IN ('queued', 'running') ORDER BY ended DESC LIMIT ?)",
                (kept,),
            )
            db.execute("DELETE FROM traces WHERE job NOT IN (SELECT id FROM jobs)")

    # --- what a job leaves on disk, and remembers -----------------------------------------------------------------

    def trace(self, job: str, kind: str, *paths: Path, inode: int | None = None) -> None:
        """Note something a job is about to make; ``inode`` is that of what becomes the first path."""
        with self._change() as db:
            (batch,) = db.execute("SELECT coalesce(max(batch), 0) + 1 FROM traces WHERE job = ?", (job,)).fetchone()
            db.executemany(
                "INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (job, batch, place, kind, str(path), inode if place == 0 else None, time.time())
                    for place, path in enumerate(paths)
                ],
            )

    def traces_of(self, job: str) -> list[Trace]:
        """Everything noted of a job, in order."""
        rows = self._rows(
            "SELECT batch, kind, path, inode, moment FROM traces WHERE job = ? ORDER BY batch, place", job
        )
        return [Trace(batch, kind, Path(path), inode, moment) for batch, kind, path, inode, moment in rows]

    def forget_trace(self, job: str, batch: int) -> None:
        """Nothing is left of a batch."""
        with self._change() as db:
            db.execute("DELETE FROM traces WHERE job = ? AND batch = ?", (job, batch))

    def remember(self, job: str, name: str, value: str) -> str:
        """What a job once found out and must find again if it is started again; the first value stays."""
        with self._change() as db:
            db.execute("INSERT OR IGNORE INTO memory VALUES (?, ?, ?)", (job, name, value))
            (first,) = db.execute("SELECT value FROM memory WHERE job = ? AND name = ?", (job, name)).fetchone()
        return first

    def recall(self, job: str, name: str) -> str | None:
        """What was remembered, or None."""
        rows = self._rows("SELECT value FROM memory WHERE job = ? AND name = ?", job, name)
        return rows[0][0] if rows else None

    # --- worker processes -----------------------------------------------------------------------------------------

    def note_worker(self, pid: int, born: float) -> None:
        """A worker process was started; ``born`` is its start as the system tells it, seconds since 1970."""
        with self._change() as db:
            db.execute("INSERT OR REPLACE INTO workers VALUES (?, ?)", (pid, born))

    def forget_worker(self, pid: int) -> None:
        """A worker process is gone."""
        with self._change() as db:
            db.execute("DELETE FROM workers WHERE pid = ?", (pid,))

    def workers(self) -> list[tuple[int, float]]:
        """Workers that were started and not seen to end: (pid, born)."""
        return [(pid, born) for pid, born in self._rows("SELECT pid, born FROM workers")]


_COLUMNS = "id, kind, key, edit, state, warnings, error, created, started, ended"


def _state(row: Sequence[Any], *, result: bool = True) -> JobState:
    job, kind, key, edit, state, warnings, error, created, started, ended, found = row[:11]
    return JobState(
        id=job,
        kind=kind,
        key=key,
        edit=edit,
        state=state,
        fraction=1.0 if state == "done" else 0.0,
        stage_fraction=1.0 if state == "done" else 0.0,
        seconds_left=0.0 if state == "done" else None,
        warnings=() if warnings is None else tuple(msgspec.msgpack.decode(warnings)),
        result=msgspec.msgpack.decode(found) if result and found is not None else None,
        error=None if error is None else _decode_problem(error),
        created=created,
        started=started,
        ended=ended,
    )
