"""What a client may ask: control requests and job requests.

A message is a struct tagged by ``kind``, and strict: an unknown field, a wrong type or a value out of range is
refused. Paths are absolute and in the daemon's own notation. A *control request* is answered at once from what the
daemon knows; a *job request* at once by the state of a job that workers do later.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}$(?!\n)")]
"""An id or a key, chosen by whoever needs it; a UUID will do."""
Place = Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"^[^\u0000]+$")]
"""An absolute path."""
Words = Annotated[str, Meta(max_length=2000)]
"""Free text of an editor."""
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Moment = Annotated[str, Meta(pattern=r"^[0-9:;./]{1,40}$(?!\n)")]
"""A timecode ("01:00:12:10"), or seconds from the first frame ("12.5", "25/2")."""
Tempo = Annotated[float, Meta(ge=20, le=400)]
ShotNumber = Annotated[int, Meta(ge=1, le=100_000)]
ShotRun = Annotated[tuple[ShotNumber, ...], Meta(max_length=2)]
"""First and last shot of a run, or one shot alone; empty: none named."""
Seed = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Model = Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"^[^\u0000]+$")]
"""A model on the shelf by its name, or the absolute path of a model folder."""
Bytes = Annotated[int, Meta(ge=10**6, le=10**15)]
Device = Literal["auto", "cpu", "cuda", "mps"]
Metre = Literal[3, 4, 6]


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag=str.lower):
    """Anything a client asks. ``id`` is the client's own and comes back in the answer."""

    id: Name


# --- control requests ---------------------------------------------------------------------------------------------


class Hello(Request, frozen=True, kw_only=True):
    """First message of a connection: which protocol versions the client speaks, newest first, and who it is."""

    versions: Annotated[tuple[Annotated[str, Meta(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}$")], ...], Meta(max_length=16)]
    client: Label = "unnamed"


class Status(Request, frozen=True, kw_only=True):
    """How the daemon is: versions, workers, models, queue."""


class Choices(Request, frozen=True, kw_only=True):
    """The words a request may use: styles, palettes, metres, roles, devices."""


class Job(Request, frozen=True, kw_only=True):
    """One job, with its result if it is done."""

    job: Name


class Jobs(Request, frozen=True, kw_only=True):
    """The jobs, newest first, without their results. ``unfinished`` leaves out those that have ended."""

    unfinished: bool = False
    most: Annotated[int, Meta(ge=1, le=1000)] = 100


class Cancel(Request, frozen=True, kw_only=True):
    """Stop a job, or take it out of the queue. Cancelling what has ended changes nothing."""

    job: Name


class Shutdown(Request, frozen=True, kw_only=True):
    """Stop the daemon. What runs starts again with the next daemon, unless ``drain`` lets all jobs end first."""

    drain: bool = False


ControlRequest = Hello | Status | Choices | Job | Jobs | Cancel | Shutdown


# --- job requests -------------------------------------------------------------------------------------------------


class Work(Request, frozen=True, kw_only=True):
    """A request that becomes a job. Two requests with one ``key`` are one job, whenever they come."""

    key: Name
    edit: Place


class Inspect(Work, frozen=True, kw_only=True):
    """What is read from an edit. Result: as ``vem inspect --json``."""

    timeline: Label | None = None
    rate: Annotated[float, Meta(ge=1, le=300)] | None = None


class Plan(Work, frozen=True, kw_only=True):
    """Beats only. Result: as ``vem plan --json``. ``out`` is a folder; None: beside the edit."""

    out: Place | None = None
    tempo: tuple[Tempo, Tempo] | None = None
    metre: Metre | None = None
    style: Label | None = None
    svg: bool = False
    timeline: Label | None = None
    rate: Annotated[float, Meta(ge=1, le=300)] | None = None


class Score(Work, frozen=True, kw_only=True):
    """The whole job. Fields are those of ``vem_plugin.settings.Settings``. Result: as ``vem score --json``."""

    out: Place | None = None
    brief: Words = ""
    style: Label | None = None
    tempo: tuple[Tempo, Tempo] | None = None
    metre: Metre | None = None
    theme: Annotated[str, Meta(max_length=4096)] | None = None
    palette: Label | None = None
    seed: Seed = 1
    takes: Annotated[int, Meta(ge=1, le=16)] = 1
    device: Device = "auto"
    memory: Bytes | None = None
    compiled: bool = False
    model: Model | None = None
    picture_encoder: Place | None = None
    effects: bool = True
    ducking: Annotated[float, Meta(ge=0, le=12)] = 7.0
    loudness: Annotated[float, Meta(ge=-40, le=-6)] = -16.0
    timecode: bool = True
    otio_target: Label | None = None
    timeline: Label | None = None
    rate: Annotated[float, Meta(ge=1, le=300)] | None = None


class Rescore(Work, frozen=True, kw_only=True):
    """A span of a scored timeline anew: ``shots``, or ``start`` to ``end``. Result: as ``vem rescore --json``."""

    shots: ShotRun = ()
    start: Moment | None = None
    end: Moment | None = None
    brief: Words = ""
    style: Label | None = None
    roles: Annotated[str, Meta(max_length=200)] = ""
    energy: Annotated[float, Meta(ge=0, le=1)] | None = None
    seed: Seed | None = None
    device: Device | None = None
    memory: Bytes | None = None
    model: Model | None = None


class Reconform(Work, frozen=True, kw_only=True):
    """The music of ``edit``, a scored timeline, on a changed edit. Result: as ``vem reconform --json``.

    ``timeline`` and ``rate`` are about ``new_edit``; without them they are those that the take was made with.
    """

    new_edit: Place
    out: Place | None = None
    device: Device | None = None
    memory: Bytes | None = None
    model: Model | None = None
    timeline: Label | None = None
    rate: Annotated[float, Meta(ge=1, le=300)] | None = None


class Lock(Work, frozen=True, kw_only=True):
    """Lock or unlock shots of a scored timeline. Result: as ``vem lock --json``."""

    shots: Annotated[tuple[ShotNumber, ...], Meta(min_length=1, max_length=2)]
    locked: bool = True


class Takes(Work, frozen=True, kw_only=True):
    """The takes of a scored timeline. ``pick`` and ``delete`` need ``take``. Result: as ``vem takes --json``.

    ``show`` gives everything of one take, with plan and storyboard; without ``take``: of the one the timeline holds.
    """

    action: Literal["list", "show", "pick", "delete", "undo"] = "list"
    take: Label | None = None


class Thumbnails(Work, frozen=True, kw_only=True):
    """Small pictures, ``each`` of every shot, spread evenly; ``width`` in pixels. Result: ``ThumbnailsResult``."""

    width: Annotated[int, Meta(ge=32, le=640)] = 160
    each: Annotated[int, Meta(ge=1, le=16)] = 1
    timeline: Label | None = None
    rate: Annotated[float, Meta(ge=1, le=300)] | None = None


class Peaks(Work, frozen=True, kw_only=True):
    """A waveform to draw. ``edit`` is a sound file, a take's folder or a scored timeline. Result: ``PeaksResult``.

    ``file`` names a file of the take ("mix", "ducked_mix", "stem_drums"); a sound file has but itself.
    """

    file: Label = "mix"
    columns: Annotated[int, Meta(ge=16, le=8192)] = 1024


class Measure(Work, frozen=True, kw_only=True):
    """Sync measured in the sound of a take. Result: as ``vem measure --json``."""


JobRequest = Inspect | Plan | Score | Rescore | Reconform | Lock | Takes | Thumbnails | Peaks | Measure
AnyRequest = ControlRequest | JobRequest
