"""What other threads have to say to the I/O loop: jobs that moved, workers that changed, a wish to stop.

Of a job only the newest state is kept, so that a burst of changes costs the loop one event for each job.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from vem_server.protocol.messages import JobState


class Inbox:
    """Filled from any thread and from signal handlers, emptied by the loop, which polls its file descriptor."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, JobState] = {}
        self._workers_changed = False
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)

    def fileno(self) -> int:
        """Readable while something has come in."""
        return self._ear.fileno()

    def put_job(self, job: JobState) -> None:
        """A job has moved."""
        with self._lock:
            self._jobs.pop(job.id, None)  # so that jobs come out in the order of their last change
            self._jobs[job.id] = job
        self.ring()

    def put_workers(self, _: object = None) -> None:
        """A worker has changed, or models have been loaded."""
        with self._lock:
            self._workers_changed = True
        self.ring()

    def ring(self) -> None:
        """Wake the loop."""
        with suppress(OSError):  # full: the loop is being woken already; closed: it has ended
            self._bell.send(b"\0")

    def take(self) -> tuple[list[JobState], bool]:
        """Everything that came in since the last time: jobs in order, and whether workers changed."""
        with suppress(BlockingIOError):
            while self._ear.recv(4096):
                pass
        with self._lock:
            jobs, self._jobs = list(self._jobs.values()), {}
            changed, self._workers_changed = self._workers_changed, False
        return jobs, changed

    def close(self) -> None:
        """Give the descriptors back."""
        self._ear.close()
        self._bell.close()
