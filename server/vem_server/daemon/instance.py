"""One daemon a user: a lock that the system itself takes away from a process that dies, however it dies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from vem_server.protocol import places
from vem_server.protocol.connection import read_connection
from vem_server.protocol.errors import ServiceError

PATIENCE = 5.0
"""Seconds that a starting daemon waits for one that is just going, or just coming."""


@contextmanager
def only_instance(*, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of the running daemon.

    Raises
    ------
    ServiceError
        ``already_running``: at once if the other one serves, after ``patience`` seconds if it does nothing else.
    """
    lock = FileLock(places.lock_file(), mode=0o600)
    _acquire(lock, time.monotonic() + patience)
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, latest: float) -> None:
    while True:
        try:
            lock.acquire(timeout=0.1, poll_interval=0.02)
        except Timeout as error:
            if read_connection() is None and time.monotonic() < latest:
                continue
            raise ServiceError(
                "already_running", where=str(lock.lock_file), remedy="Use it, or end it first: vem daemon stop."
            ) from error
        return
