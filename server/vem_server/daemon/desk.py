"""Answers to requests: control requests from what the daemon knows, job requests by the state of their job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from msgspec.structs import replace

from vem_server.daemon.sessions import Sessions
from vem_server.protocol.codec import LARGEST_REQUEST
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import (
    AnyReply,
    AnyRequest,
    Cancel,
    Choices,
    ChoicesReply,
    DaemonState,
    Device,
    Hello,
    HelloReply,
    Job,
    JobReply,
    Jobs,
    JobsReply,
    JobState,
    Shutdown,
    ShutdownReply,
    Status,
    StatusReply,
)
from vem_server.protocol.versions import agree

if TYPE_CHECKING:
    from vem_server.jobs import JobRoom

HEARTBEAT = 1.0
"""Seconds between two ``beat`` events."""
ENDED = ("done", "failed", "cancelled")


def without_result(job: JobState) -> JobState:
    """A state as it goes into events and lists, which stay small that way."""
    return job if job.result is None else replace(job, result=None)


@dataclass(frozen=True, slots=True)
class DaemonName:
    """Who the daemon is: version of the program, a word for this start of it, process id."""

    version: str
    instance: str
    pid: int


class Desk:
    """Answers one request at a time, none of them slowly.

    Parameters
    ----------
    room : JobRoom
        Where jobs are done.
    sessions : Sessions
        Where hellos open sessions.
    name : DaemonName
        What a hello is told.
    state : callable
        The daemon as it is now.
    closing : callable
        Whether new jobs are refused.
    stop : callable
        Called with ``drain`` when a client asks the daemon to end.
    """

    def __init__(
        self,
        room: JobRoom,
        sessions: Sessions,
        *,
        name: DaemonName,
        closing: Callable[[], bool],
        state: Callable[[], DaemonState],
        stop: Callable[[bool], None],
    ) -> None:
        self._room = room
        self._sessions = sessions
        self._name = name
        self._closing = closing
        self._state = state
        self._stop = stop

    def answer(self, request: AnyRequest) -> AnyReply:
        """The answer to a request.

        Raises
        ------
        VemError
            What the request cannot be given, to be answered as an ``error``.
        """
        match request:
            case Hello():
                return self._hello(request)
            case Status():
                return StatusReply(id=request.id, daemon=self._state())
            case Choices():
                return choices(request.id)
            case Job():
                return JobReply(id=request.id, job=self._room.job(request.job))
            case Jobs():
                return JobsReply(id=request.id, jobs=self._newest(request))
            case Cancel():
                return JobReply(id=request.id, job=self._room.cancel(request.job))
            case Shutdown():
                self._stop(request.drain)
                return ShutdownReply(id=request.id)
            case _:
                if self._closing():
                    raise ServiceError("shutting_down", remedy="Ask again in a few seconds, of a new daemon.")
                return JobReply(id=request.id, job=self._room.submit(request))

    def _hello(self, request: Hello) -> HelloReply:
        return HelloReply(
            id=request.id,
            version=agree(request.versions),
            session=self._sessions.open(),
            daemon=f"vem {self._name.version}",
            instance=self._name.instance,
            pid=self._name.pid,
            largest=LARGEST_REQUEST,
            heartbeat=HEARTBEAT,
        )

    def _newest(self, request: Jobs) -> tuple[JobState, ...]:
        known = self._room.jobs(finished=0 if request.unfinished else request.most)
        wanted = (job for job in reversed(known) if not (request.unfinished and job.state in ENDED))
        return tuple(without_result(job) for _, job in zip(range(request.most), wanted, strict=False))


def choices(id: str) -> ChoicesReply:
    """The words that requests may use."""
    from vem_plugin.score.cue import METRES, ROLES, STYLES
    from vem_plugin.score.palette import palette_names

    return ChoicesReply(
        id=id,
        styles=tuple(STYLES),
        palettes=tuple(palette_names()),
        metres=tuple(METRES),
        roles=tuple(ROLES),
        devices=get_args(Device),
    )
