"""One encrypted connection to one of the daemon's two doors for requests.

A channel answers many requests at once: each frame it sends carries a counter of its own, which comes back with the
answer. When no answer comes in time the caller has the channel opened anew (the zguide's Lazy Pirate) and asks again,
with the same id and key, so that the daemon does no work twice.
"""

from __future__ import annotations

import asyncio
import contextlib

import zmq
import zmq.asyncio

from vem_server.protocol.codec import decode_reply, encode
from vem_server.protocol.connection import Connection
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.frames import Envelope, open_envelope
from vem_server.protocol.messages import AnyReply, AnyRequest, ErrorReply, Hello, HelloReply
from vem_server.protocol.versions import PROTOCOL


def locked_in(socket: zmq.asyncio.Socket, connection: Connection) -> zmq.asyncio.Socket:
    """Give a socket the keys of a connection, and let it close without waiting."""
    socket.curve_serverkey = connection.server_key.encode()
    socket.curve_publickey = connection.client_key.encode()
    socket.curve_secretkey = connection.client_secret.encode()
    socket.linger = 0
    return socket


class Channel:
    """Asks one endpoint of the daemon, from within one event loop.

    Parameters
    ----------
    context : zmq.asyncio.Context
        Where sockets come from.
    connection : Connection
        The daemon's keys.
    endpoint : str
        The door to knock at.
    name : str
        Who this client is, for the daemon's log.
    """

    def __init__(self, context: zmq.asyncio.Context, connection: Connection, endpoint: str, *, name: str) -> None:
        self._context = context
        self._connection = connection
        self._endpoint = endpoint
        self._name = name
        self._counter = 0
        self._waiting: dict[int, asyncio.Future[AnyReply]] = {}
        self._session: str | None = None
        self._greeting = asyncio.Lock()
        self.generation = 0
        self._open()

    def _open(self) -> None:
        self.generation += 1
        self._socket = locked_in(self._context.socket(zmq.DEALER), self._connection)
        self._socket.connect(self._endpoint)
        self._reader = asyncio.create_task(self._read(self._socket))

    def close(self) -> None:
        """Close the socket; whoever still waits times out."""
        self._reader.cancel()
        self._socket.close()

    def reopen(self, generation: int) -> None:
        """Open the channel anew, unless somebody has since ``generation`` failed, or has closed it."""
        if generation == self.generation and not self._socket.closed:
            self.close()
            self._session = None
            self._open()

    async def ask(self, request: AnyRequest, *, timeout: float) -> AnyReply:
        """Send a request and wait for its answer; an error is an answer, too.

        Raises
        ------
        TimeoutError
            If none comes in time, seconds.
        """
        async with asyncio.timeout(timeout):
            reply = await self._exchange(request, session=await self._greet())
            if isinstance(reply, ErrorReply) and reply.code == "no_session":  # the daemon has forgotten us
                self._session = None
                reply = await self._exchange(request, session=await self._greet())
            return reply

    async def _greet(self) -> str:
        """The session; the first who needs one says hello for all."""
        async with self._greeting:
            if self._session is None:
                reply = await self._exchange(Hello(id="hello", versions=(PROTOCOL,), client=self._name), session="")
                if not isinstance(reply, HelloReply):
                    raise _refused(reply)
                self._session = reply.session
            return self._session

    async def _exchange(self, request: AnyRequest, *, session: str) -> AnyReply:
        self._counter += 1
        counter = self._counter
        answer: asyncio.Future[AnyReply] = asyncio.get_running_loop().create_future()
        self._waiting[counter] = answer
        try:
            await self._socket.send_multipart(Envelope(session.encode(), counter, encode(request)).frames())
            return await answer
        finally:
            del self._waiting[counter]

    async def _read(self, socket: zmq.asyncio.Socket) -> None:
        """Hand every answer to whoever waits for it; what belongs to nobody, or cannot be read, is dropped."""
        while True:
            frames = await socket.recv_multipart()
            with contextlib.suppress(ServiceError):
                envelope = open_envelope(frames)
                answer = self._waiting.get(envelope.counter)
                if answer is not None and not answer.done():
                    answer.set_result(decode_reply(envelope.body))


def _refused(reply: AnyReply) -> ServiceError:
    if isinstance(reply, ErrorReply):
        return ServiceError(reply.code, reply.message, where=reply.where, remedy=reply.remedy)
    return ServiceError("malformed", "The daemon answered hello with something else.")
