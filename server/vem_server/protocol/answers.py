"""What the daemon says: states, answers to requests, events, and the results that no command prints.

Fields may be added in a later minor version; whoever reads ignores those it does not know. Moments are seconds since
1970 (UTC), spans are seconds, sizes are bytes, shares are 0 to 1.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from vem_server.protocol.errors import Problem

JobKind = Literal["inspect", "plan", "score", "rescore", "reconform", "lock", "takes", "thumbnails", "peaks", "measure"]
JobStage = Literal["queued", "running", "done", "failed", "cancelled"]

# --- states -------------------------------------------------------------------------------------------------------


class JobState(Struct, frozen=True, kw_only=True):
    """Where a job stands. In events and lists ``result`` is always None: ask ``job`` for it.

    ``fraction`` is of the whole job, ``stage_fraction`` of the present ``stage`` (``vem_plugin.scoring.STAGES``), both
    0 to 1. ``revision`` grows with every change of the state.
    """

    id: str
    kind: JobKind
    key: str
    edit: str
    state: JobStage
    stage: str = ""
    fraction: float = 0.0
    stage_fraction: float = 0.0
    revision: int = 0
    seconds_left: float | None = None
    note: str = ""
    warnings: tuple[str, ...] = ()
    result: dict[str, Any] | None = None
    error: Problem | None = None
    created: float = 0.0
    started: float | None = None
    ended: float | None = None


class WorkerStatus(Struct, frozen=True, kw_only=True):
    """One worker process; ``memory`` in bytes."""

    name: str
    pid: int | None
    state: Literal["starting", "idle", "busy", "stopping"]
    job: str | None = None
    memory: int = 0


class WorkersStatus(Struct, frozen=True, kw_only=True):
    """The workers together. ``models``: whether a worker holds them loaded; ``note`` says why they could not be."""

    workers: tuple[WorkerStatus, ...] = ()
    queued: int = 0
    running: int = 0
    models: Literal["cold", "loading", "warm", "failed"] = "cold"
    note: str = ""
    device: str = "cpu"
    engine: str = "local"


class DaemonState(Struct, frozen=True, kw_only=True):
    """The daemon as a whole. ``idle_exit`` in seconds, 0: never. ``gateway`` is its URL, None until it stands."""

    version: str
    protocol: str
    pid: int
    instance: str
    started: float
    idle_exit: float
    shutting_down: bool
    gateway: str | None
    roots: tuple[str, ...]
    workers: WorkersStatus


# --- answers and events -------------------------------------------------------------------------------------------


class Answer(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What the daemon answers; ``id`` is that of the request, empty if it could not be read."""

    id: str


class HelloReply(Answer, frozen=True, kw_only=True, tag="hello_reply"):
    """The agreed protocol version, and the session that every further frame of this client carries."""

    version: str
    session: str
    daemon: str
    instance: str
    pid: int
    largest: int
    """Longest body that is read, bytes."""
    heartbeat: float
    """Seconds between two ``beat`` events."""


class StatusReply(Answer, frozen=True, kw_only=True, tag="status_reply"):
    """Answer to ``status``."""

    daemon: DaemonState


class ChoicesReply(Answer, frozen=True, kw_only=True, tag="choices_reply"):
    """Answer to ``choices``."""

    styles: tuple[str, ...]
    palettes: tuple[str, ...]
    metres: tuple[int, ...]
    roles: tuple[str, ...]
    devices: tuple[str, ...]


class JobReply(Answer, frozen=True, kw_only=True, tag="job_reply"):
    """Answer to every job request, to ``job`` and to ``cancel``."""

    job: JobState


class JobsReply(Answer, frozen=True, kw_only=True, tag="jobs_reply"):
    """Answer to ``jobs``."""

    jobs: tuple[JobState, ...]


class ShutdownReply(Answer, frozen=True, kw_only=True, tag="shutdown_reply"):
    """The daemon is going."""


class ErrorReply(Answer, frozen=True, kw_only=True, tag="error"):
    """The request was not carried out; ``code`` is one of ``vem_server.protocol.errors.CODES``."""

    code: str
    message: str
    where: str = ""
    remedy: str = ""

    @classmethod
    def to(cls, id: str, problem: Problem) -> ErrorReply:
        """The answer that tells a problem to the request ``id``."""
        return cls(id=id, code=problem.code, message=problem.message, where=problem.where, remedy=problem.remedy)

    @property
    def problem(self) -> Problem:
        """What went wrong, without the id."""
        return Problem(code=self.code, message=self.message, where=self.where, remedy=self.remedy)


AnyReply = HelloReply | StatusReply | ChoicesReply | JobReply | JobsReply | ShutdownReply | ErrorReply


class Event(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What the daemon tells everybody who listens."""


class JobEvent(Event, frozen=True, kw_only=True, tag="job_event"):
    """A job has moved."""

    job: JobState


class DaemonEvent(Event, frozen=True, kw_only=True, tag="daemon_event"):
    """The daemon itself has changed: models warm, workers, shutting down."""

    daemon: DaemonState


class BeatEvent(Event, frozen=True, kw_only=True, tag="beat"):
    """The daemon lives. Sent while anybody listens."""

    time: float


class WelcomeEvent(Event, frozen=True, kw_only=True, tag="welcome"):
    """All current states were sent; what comes from now on is new."""

    number: int
    """Number of the last public event before this one."""


AnyEvent = JobEvent | DaemonEvent | BeatEvent | WelcomeEvent


# --- results that no command prints -------------------------------------------------------------------------------


class Thumbnail(Struct, frozen=True, kw_only=True):
    """A picture of a shot; ``seconds`` from the first frame of the edit; ``path`` None where its media is missing."""

    shot: int
    seconds: float
    path: str | None


class ThumbnailsResult(Struct, frozen=True, kw_only=True):
    """Result of ``thumbnails``."""

    width: int
    thumbnails: tuple[Thumbnail, ...]


class PeaksResult(Struct, frozen=True, kw_only=True):
    """Result of ``peaks``: lowest and highest sample (-1 to 1, all channels together) of each column in time."""

    path: str
    rate: int
    samples: int
    low: tuple[float, ...]
    high: tuple[float, ...]
