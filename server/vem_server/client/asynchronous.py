"""The client for asyncio; the blocking one runs it on a thread of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import zmq.asyncio

from vem_server.client.channel import Channel
from vem_server.client.listener import Listener
from vem_server.client.verbs import Asked, OnProgress, Verbs, new_id
from vem_server.protocol.connection import Connection, read_connection
from vem_server.protocol.errors import ServiceError, error_of
from vem_server.protocol.messages import (
    AnyEvent,
    AnyReply,
    AnyRequest,
    Cancel,
    DaemonState,
    ErrorReply,
    Job,
    JobEvent,
    JobReply,
    Jobs,
    JobsReply,
    JobState,
    Shutdown,
    Status,
    StatusReply,
    Work,
)
from vem_timeline.errors import VemError

SILENCE = 3.0
"""Seconds without a heartbeat after which a listener asks instead of waiting on."""
STARTING = 60.0
"""Seconds that a daemon may take to start; a busy machine takes long."""
OVER = ("done", "failed", "cancelled")

Reply = TypeVar("Reply", bound=AnyReply)


class AsyncClient(Verbs[Awaitable[dict[str, Any]]]):
    """Asks the local service, from within one event loop; to be used with ``async with``.

    Parameters
    ----------
    connection : Path, optional
        The connection file; the default is the user's own daemon.
    start : bool
        Whether to start the daemon if none runs. Never with a connection file of one's own.
    timeout : float
        Seconds to wait for an answer before the request is sent again.
    retries : int
        How often it is sent again, before the daemon counts as unreachable.
    name : str
        Who asks, for the daemon's log.
    """

    def __init__(
        self,
        connection: Path | None = None,
        *,
        start: bool = True,
        timeout: float = 3.0,
        retries: int = 4,
        name: str = "python",
    ) -> None:
        self._file = connection
        self._start = start and connection is None
        self._timeout = timeout
        self._retries = retries
        self._name = f"{name} {os.getpid()}"
        self._context = zmq.asyncio.Context()
        self._connection: Connection | None = None
        self._channels: dict[str, Channel] = {}
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all sockets. Jobs go on."""
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()
        self._context.destroy(linger=0)

    # --- asking ---------------------------------------------------------------------------------------------------

    async def ask(self, request: AnyRequest) -> AnyReply:
        """Send any request and give its answer, which may be an ``error``; sent again if none comes.

        Raises
        ------
        ServiceError
            ``unreachable``, if no daemon answers at all; ``version``, if it speaks another protocol.
        """
        for attempt in range(self._retries + 1):
            channel = await self._channel_for(request, fresh=attempt > 0)
            generation = channel.generation
            try:
                return await channel.ask(request, timeout=self._timeout)
            except TimeoutError:
                channel.reopen(generation)
        raise ServiceError(
            "unreachable",
            f"The daemon has not answered for {self._timeout * (self._retries + 1):.0f} seconds.",
            remedy="`vem daemon status` and `vem daemon logs` tell more.",
        )

    async def _channel_for(self, request: AnyRequest, *, fresh: bool) -> Channel:
        """Job requests and control requests knock at doors of their own, so that a cancel never stands in a queue."""
        start = not isinstance(request, Shutdown)  # or one would be started to be stopped
        connection = await self.connected(fresh=fresh, start=start)
        endpoint = connection.requests if isinstance(request, Work) else connection.control
        if endpoint not in self._channels:
            self._channels[endpoint] = Channel(self._context, connection, endpoint, name=self._name)
        return self._channels[endpoint]

    async def connected(self, *, fresh: bool = False, start: bool = True) -> Connection:
        """The connection that is used; if there is none yet, or with ``fresh``, that of the daemon that runs now.

        With ``start`` one is started if none runs and this client may.

        Raises
        ------
        ServiceError
            ``unreachable``, if there is none and none may be started.
        """
        async with self._connecting:
            if self._connection is not None and not fresh:
                return self._connection
            found = await asyncio.to_thread(read_connection, self._file)
            if found is None and start and self._start:
                from vem_server.daemon.start import start_daemon

                found = await asyncio.to_thread(partial(start_daemon, patience=STARTING))
            if found is None:
                raise ServiceError("unreachable", "No daemon runs.", remedy="Start it with `vem daemon start`.")
            if self._connection is None or found.instance != self._connection.instance:
                for channel in self._channels.values():
                    channel.close()
                self._channels.clear()
                self._connection = found
            return found

    async def _expect(self, kind: type[Reply], request: AnyRequest) -> Reply:
        """The answer of a kind; an ``error`` is raised as the exception it stands for."""
        reply = await self.ask(request)
        if isinstance(reply, ErrorReply):
            raise error_of(reply.problem)
        if not isinstance(reply, kind):
            raise ServiceError("malformed", f"The daemon answered with a {type(reply).__name__}.")
        return reply

    # --- control --------------------------------------------------------------------------------------------------

    async def status(self) -> DaemonState:
        """How the daemon is."""
        return (await self._expect(StatusReply, Status(id=new_id()))).daemon

    async def job(self, job: str) -> JobState:
        """A job, with its result if it is done."""
        return (await self._expect(JobReply, Job(id=new_id(), job=job))).job

    async def jobs(self, *, unfinished: bool = False, most: int = 100) -> tuple[JobState, ...]:
        """The jobs, without their results."""
        return (await self._expect(JobsReply, Jobs(id=new_id(), unfinished=unfinished, most=most))).jobs

    async def cancel(self, job: str) -> JobState:
        """Stop a job, or take it out of the queue."""
        return (await self._expect(JobReply, Cancel(id=new_id(), job=job))).job

    async def shutdown(self, *, drain: bool = False) -> None:
        """Stop the daemon, if one runs; with ``drain`` when what runs is done."""
        with suppress(ServiceError):
            await self.ask(Shutdown(id=new_id(), drain=drain))

    # --- jobs -----------------------------------------------------------------------------------------------------

    async def submit(self, request: Work) -> JobState:
        """Give the daemon a job and come back at once. The same key again is the same job."""
        return (await self._expect(JobReply, request)).job  # type: ignore[arg-type]  # every Work is a JobRequest

    async def wait(self, job: str, *, on_progress: OnProgress | None = None, timeout: float | None = None) -> JobState:
        """Wait until a job is over; a daemon that is restarted meanwhile goes on with it.

        Parameters
        ----------
        on_progress : callable, optional
            Called with every new state that is seen, the last one included.
        timeout : float, optional
            Longest wait, seconds; the state is then that of now.

        Returns
        -------
        JobState
            With its result or error, if it is over.
        """
        loop = asyncio.get_running_loop()
        end = None if timeout is None else loop.time() + timeout
        told = -1
        async with self._listening() as hear:
            while True:
                left = SILENCE if end is None else min(SILENCE, end - loop.time())
                event = await hear(max(left, 0.0))
                if isinstance(event, JobEvent) and event.job.id == job:
                    state = event.job
                elif event is None:
                    state = await self.job(job)
                else:
                    continue
                if state.revision > told and on_progress is not None:
                    on_progress(state)
                told = max(told, state.revision)
                if state.state in OVER:
                    return state if state.result is not None or state.error is not None else await self.job(job)
                if end is not None and loop.time() >= end:
                    return state

    async def events(self) -> AsyncIterator[AnyEvent]:
        """Everything the daemon tells: first the current states, then a ``welcome``, then what changes.

        Raises
        ------
        ServiceError
            ``unreachable``, when the daemon has fallen silent.
        """
        async with self._listening(follow=False) as hear:
            while (event := await hear(SILENCE)) is not None:
                yield event
        raise ServiceError("unreachable", "The daemon has fallen silent.")

    @asynccontextmanager
    async def _listening(self, *, follow: bool = True) -> AsyncIterator[Callable[[float], Awaitable[AnyEvent | None]]]:
        """A function that waits for the next event; with ``follow`` it goes over to a daemon that is restarted."""
        listener = Listener(self._context, await self.connected(fresh=True))

        async def hear(seconds: float) -> AnyEvent | None:
            nonlocal listener
            event = await listener.next(timeout=seconds)
            if event is None and follow and (now := await self.connected(fresh=True)).instance != listener.instance:
                listener.close()
                listener = Listener(self._context, now)
            return event

        try:
            yield hear
        finally:
            listener.close()

    def _do(self, asked: Asked) -> Awaitable[dict[str, Any]]:
        return self.run(asked.request, on_progress=asked.on_progress)

    async def run(self, request: Work, *, on_progress: OnProgress | None = None) -> dict[str, Any]:
        """Give the daemon a job and wait for its result, as `follow` does."""
        return await self.follow((await self.submit(request)).id, on_progress=on_progress)

    async def follow(self, job: str, *, on_progress: OnProgress | None = None) -> dict[str, Any]:
        """The result of a job, when it is over. Who stops waiting (a cancelled task) cancels the job.

        Raises
        ------
        VemError
            What the job failed with, of the same class as in the process that did it.
        JobCancelled
            If somebody else cancelled it.
        """
        try:
            over = await self.wait(job, on_progress=on_progress)
        except BaseException:
            await asyncio.shield(self.cancel(job))
            raise
        return result_of(over)


class JobCancelled(VemError):
    """Somebody cancelled the job that was waited for."""

    exit_code = 130


def result_of(state: JobState) -> dict[str, Any]:
    """The result of a job that is over; raises what it failed with, or `JobCancelled`."""
    if state.error is not None:
        raise error_of(state.error)
    if state.state == "cancelled":
        raise JobCancelled("The job was cancelled.", where=state.edit)
    return state.result or {}
