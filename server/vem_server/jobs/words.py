"""What the daemon and a worker process tell each other: small messages over a pipe, as MessagePack."""

from __future__ import annotations

from multiprocessing.connection import Connection

import msgspec
from msgspec import Struct

from vem_server.protocol.errors import Problem
from vem_server.protocol.messages import JobRequest


class Begin(Struct, frozen=True, tag=True):
    """To a worker: do this job. ``attempt`` counts its starts."""

    job: str
    attempt: int
    request: JobRequest


class Stop(Struct, frozen=True, tag=True):
    """To a worker: this job is not wanted any more."""

    job: str


class Ready(Struct, frozen=True, tag=True):
    """From a worker: everything is loaded. ``problem`` says what could not be."""

    models: bool
    device: str
    problem: str = ""


class Told(Struct, frozen=True, tag=True):
    """From a worker: how far the job is. Fractions are of the job and of its stage."""

    job: str
    stage: str
    fraction: float
    stage_fraction: float
    seconds_left: float | None
    note: str


class Ended(Struct, frozen=True, tag=True):
    """From a worker: the job is over. A result lies in the journal already; ``late`` says that it did not count."""

    job: str
    cancelled: bool = False
    problem: Problem | None = None
    late: bool = False


ToWorker = Begin | Stop
FromWorker = Ready | Told | Ended

_decode_to = msgspec.msgpack.Decoder(ToWorker).decode
_decode_from = msgspec.msgpack.Decoder(FromWorker).decode
_encode = msgspec.msgpack.Encoder().encode


def say(pipe: Connection, message: ToWorker | FromWorker) -> None:
    """Send a message; raises OSError if nobody is there any more."""
    pipe.send_bytes(_encode(message))


def hear_daemon(pipe: Connection) -> ToWorker:
    """Wait for the daemon's next message; raises EOFError or OSError if it is gone."""
    return _decode_to(pipe.recv_bytes())


def hear_worker(pipe: Connection) -> FromWorker:
    """Wait for a worker's next message; raises EOFError or OSError if it is gone."""
    return _decode_from(pipe.recv_bytes())
