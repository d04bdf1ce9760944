"""How much the workers may take."""

from __future__ import annotations

from dataclasses import dataclass, field

import psutil

SHARE_OF_MEMORY = 0.7
"""Of the machine's memory, for one worker: what is beyond would push the editing program out."""


def _most_memory() -> int:
    return int(SHARE_OF_MEMORY * psutil.virtual_memory().total)


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that keep the service in bounds.

    Parameters
    ----------
    studios, desks : int
        Worker processes that write music, with the models loaded, and those that do everything else.
    memory : int
        Bytes a worker may hold while it works.
    patience : float
        Seconds without a word of progress after which a working process counts as hung.
    grace : float
        Seconds a worker has to stop by itself once its job is cancelled; then it is ended and replaced.
    retries : int
        How often a job starts again after somebody ended its worker from outside.
    queue : int
        Jobs that may wait.
    kept : int
        Finished jobs that the journal remembers.
    """

    studios: int = 1
    desks: int = 1
    memory: int = field(default_factory=_most_memory)
    patience: float = 600.0
    grace: float = 0.2
    retries: int = 5
    queue: int = 10_000
    kept: int = 1000
