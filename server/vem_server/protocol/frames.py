"""The frames of a message, between the routing id that ZeroMQ adds and the body.

    request, answer    MAGIC | session | counter | body
    event              topic | number | body

``session`` is the text that ``hello_reply`` gave (empty in ``hello``); ``counter`` an unsigned 64-bit number in
network order that grows with every frame a client sends on a socket, and comes back in the answer; ``number`` one
that grows by one with every public event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vem_server.protocol.errors import ServiceError
from vem_server.protocol.versions import MAGIC, PROTOCOL

FRAMES = 4
JOB_TOPIC = b"job."
"""Followed by the job's id."""
DAEMON_TOPIC = b"daemon"
BEAT_TOPIC = b"beat"
NOW_TOPIC = b"now."
"""Followed by 8 to 64 characters of the subscriber's choice: asks for all current states, sent there alone."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message with what identifies it; the body is still bytes."""

    session: bytes
    counter: int
    body: bytes

    def frames(self) -> list[bytes]:
        """As it is sent."""
        return [MAGIC, self.session, self.counter.to_bytes(8, "big"), self.body]


def open_envelope(frames: Sequence[bytes]) -> Envelope:
    """Read the frames of a request or an answer, without the routing id.

    Raises
    ------
    ServiceError
        ``version`` if they are of another major version, ``malformed`` if of no version at all.
    """
    if not frames or not frames[0].startswith(b"VEM"):
        raise ServiceError("malformed", "The first frame is not that of this protocol.")
    if frames[0] != MAGIC:
        raise ServiceError("version", f"The daemon speaks {PROTOCOL}.", remedy="Update the older of the two.")
    if len(frames) != FRAMES:
        raise ServiceError("malformed", f"A message has {FRAMES} frames, not {len(frames)}.")
    _, session, counter, body = frames
    if len(counter) != 8 or len(session) > 64:
        raise ServiceError("malformed", "The counter has 8 bytes, the session 64 at most.")
    return Envelope(session, int.from_bytes(counter, "big"), body)


def event_frames(topic: bytes, number: int, body: bytes) -> list[bytes]:
    """An event as it is sent."""
    return [topic, number.to_bytes(8, "big"), body]


def open_event(frames: Sequence[bytes]) -> tuple[bytes, int, bytes]:
    """Topic, number and body of an event.

    Raises
    ------
    ServiceError
        ``malformed``.
    """
    if len(frames) != 3 or len(frames[1]) != 8:
        raise ServiceError("malformed", "An event has three frames: topic, number, body.")
    return frames[0], int.from_bytes(frames[1], "big"), frames[2]
