"""What the daemon knows of the jobs at this moment: who waits, who is at work, what has ended lately.

The journal keeps it all; the board answers without reading it. Every change goes through `Board.change`, which counts
revisions and tells whoever listens, one change after the other.
"""

from __future__ import annotations

import heapq
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

import msgspec

from vem_server.jobs.work import Lane, lane_of, rank_of
from vem_server.protocol.messages import JobRequest, JobState, Lock, Plan, Reconform, Rescore, Score, Takes

Place = tuple[Literal["names", "takes"], str, str]
"""Something that one job at a time may change: the numbering of new versions, or the takes there are, of an edit's name
(without its version) in a folder."""


@dataclass
class Job:
    """A job that has not ended. ``attempt`` counts its starts, ``killed`` the workers it lost to somebody outside."""

    state: JobState
    request: JobRequest
    attempt: int = 0
    killed: int = 0
    cancelling: bool = False
    places: frozenset[Place] = field(init=False)

    def __post_init__(self) -> None:
        self.places = places_of(self.request)

    @property
    def needs_gpu(self) -> bool:
        """Whether it takes the graphics card, where there is one."""
        return lane_of(self.state.kind) == "studio" and getattr(self.request, "device", None) != "cpu"


class Board:
    """All jobs that have not ended, the queue, and the last ones that have.

    Parameters
    ----------
    on_change : callable
        Told of every change, with the lock held: it must be quick and not call back.
    kept : int
        Ended jobs that are remembered here.
    """

    def __init__(self, on_change: Callable[[JobState], None], *, kept: int) -> None:
        self.lock = threading.RLock()
        self.jobs: dict[str, Job] = {}
        self.ended: OrderedDict[str, JobState] = OrderedDict()
        self._on_change = on_change
        self._kept = kept
        self._queues: dict[Lane, list[tuple[int, int, str]]] = {"studio": [], "desk": []}
        self._number = 0

    def add(self, job: Job, *, tell: bool = False) -> None:
        """A job that is new, or was in the journal; ``tell`` whoever listens."""
        with self.lock:
            self.jobs[job.state.id] = job
            if tell:
                self._on_change(job.state)

    def enqueue(self, job: str) -> None:
        """A job waits for a worker."""
        with self.lock:
            kind = self.jobs[job].state.kind
            self._number += 1
            heapq.heappush(self._queues[lane_of(kind)], (rank_of(kind), self._number, job))

    def change(self, job: str, **fields: Any) -> JobState:
        """Change the state of a job and tell it; one that has ended leaves the board."""
        with self.lock:
            entry = self.jobs[job]
            entry.state = msgspec.structs.replace(entry.state, revision=entry.state.revision + 1, **fields)
            if entry.state.state not in ("queued", "running"):
                del self.jobs[job]
                self.remember(entry.state)
            self._on_change(entry.state)
            return entry.state

    def remember(self, state: JobState) -> None:
        """A job that has ended."""
        self.ended[state.id] = state
        while len(self.ended) > self._kept:
            self.ended.popitem(last=False)

    def next_for(self, lane: Lane, *, gpu: bool) -> Job | None:
        """The job whose turn it is, if one can start now.

        Jobs that change the same places wait for each other, and of those that need the graphics card one is done at a
        time (``gpu`` says whether it is free).
        """
        with self.lock:
            running = (job.places for job in self.jobs.values() if job.state.state == "running")
            taken = frozenset[Place]().union(*running)
            waiting = self._queues[lane]
            passed: list[tuple[int, int, str]] = []
            found: Job | None = None
            while waiting and found is None:
                turn = heapq.heappop(waiting)
                job = self.jobs.get(turn[2])
                if job is None or job.state.state != "queued":
                    continue  # cancelled while it waited
                if not job.places.isdisjoint(taken) or (job.needs_gpu and not gpu):
                    passed.append(turn)
                else:
                    found = job
            for turn in passed:
                heapq.heappush(waiting, turn)
            return found

    def counts(self) -> tuple[int, int]:
        """How many jobs wait, and how many run."""
        with self.lock:
            running = sum(job.state.state == "running" for job in self.jobs.values())
            return len(self.jobs) - running, running

    def waiting(self, lane: Lane) -> Collection[str]:
        """Ids of the jobs that wait for a lane."""
        with self.lock:
            return [
                job.state.id
                for job in self.jobs.values()
                if job.state.state == "queued" and lane_of(job.state.kind) == lane
            ]


def places_of(request: JobRequest) -> frozenset[Place]:
    """What a job changes; nothing if it only reads."""
    match request:
        case Score():
            return frozenset({("names", *_name_in(request.edit, request.out))})
        case Plan():
            folder, name = _name_in(request.edit, request.out)
            return frozenset({("names", folder, f"{name}_plan")})
        case Rescore():
            return frozenset({("names", *_name_in(request.edit)), ("takes", *_name_in(request.edit))})
        case Reconform():
            new = _name_in(request.new_edit, request.out)
            return frozenset({("names", *new), ("takes", *_name_in(request.edit))})
        case Lock():
            return frozenset({("takes", *_name_in(request.edit))})
        case Takes() if request.action not in ("list", "show"):
            return frozenset({("takes", *_name_in(request.edit))})
        case _:
            return frozenset()


def _name_in(edit: str, out: str | None = None) -> tuple[str, str]:
    path = PurePath(edit)
    return str(out or path.parent), re.sub(r"_v\d+$", "", path.stem)
