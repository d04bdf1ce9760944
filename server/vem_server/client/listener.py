"""Hears what the daemon tells everybody: jobs that move, the daemon itself, and its heartbeat.

A listener begins with all current states, which the daemon sends to it alone; when events were lost on the way, which
their numbers tell, it asks for the states again. So it may miss a step in between, but never the last one.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets

import zmq
import zmq.asyncio

from vem_server.client.channel import locked_in
from vem_server.protocol.codec import decode_event
from vem_server.protocol.connection import Connection
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.frames import BEAT_TOPIC, DAEMON_TOPIC, JOB_TOPIC, NOW_TOPIC, open_event
from vem_server.protocol.messages import AnyEvent, WelcomeEvent


class Listener:
    """Events of one daemon, in order. To be closed when nobody listens any more: it keeps the daemon awake."""

    def __init__(self, context: zmq.asyncio.Context, connection: Connection) -> None:
        self.instance = connection.instance
        self._socket = locked_in(context.socket(zmq.SUB), connection)
        self._socket.connect(connection.events)
        for topic in (JOB_TOPIC, DAEMON_TOPIC, BEAT_TOPIC):
            self._socket.subscribe(topic)
        self._number: int | None = None
        self._now = b""
        self._ask_for_states()

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()

    async def next(self, *, timeout: float) -> AnyEvent | None:
        """The next event; None if the daemon, which beats every second, was silent for ``timeout`` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                return await self._next()
        return None

    async def _next(self) -> AnyEvent:
        while True:
            frames = await self._socket.recv_multipart()
            try:
                topic, number, body = open_event(frames)
                event = decode_event(body)
            except ServiceError:  # of a later version, or damaged: not for us
                continue
            if topic == self._now:
                if isinstance(event, WelcomeEvent):
                    self._socket.unsubscribe(self._now)
                    self._now = b""
            else:
                if self._number is not None and number > self._number + 1 and not self._now:
                    self._ask_for_states()
                self._number = number
            return event

    def _ask_for_states(self) -> None:
        self._now = NOW_TOPIC + secrets.token_hex(8).encode()
        self._socket.subscribe(self._now)
