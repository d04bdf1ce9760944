"""The blocking client: `AsyncClient` on a thread of its own, so that there is one implementation and no other.

It works inside notebooks and programs that run an event loop themselves. ``on_progress`` is called on the caller's
own thread, and Ctrl-C stops a waiting call at once; the job it waits for is then cancelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from vem_server.client.asynchronous import AsyncClient, result_of
from vem_server.client.verbs import Asked, OnProgress, Verbs
from vem_server.protocol.messages import AnyEvent, AnyReply, AnyRequest, DaemonState, JobState, Work

Value = TypeVar("Value")
WAKE = 0.25
"""Longest time until Ctrl-C is noticed where the system does not wake a waiting thread, seconds."""


class Client(Verbs[dict[str, Any]]):
    """Asks the local service and waits for the answer; to be used with ``with``.

    Parameters are those of `AsyncClient`.
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
        self._loop = asyncio.SelectorEventLoop()  # ZeroMQ needs one that watches sockets, which is not Windows' own
        self._thread = threading.Thread(target=self._loop.run_forever, name="vem client", daemon=True)
        self._thread.start()
        self._client = self._run(_made(connection, start=start, timeout=timeout, retries=retries, name=name))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all sockets. Jobs go on."""
        if not self._loop.is_closed():
            self._run(self._client.__aexit__())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def ask(self, request: AnyRequest) -> AnyReply:
        """As `AsyncClient.ask`."""
        return self._run(self._client.ask(request))

    def status(self) -> DaemonState:
        """How the daemon is."""
        return self._run(self._client.status())

    def job(self, job: str) -> JobState:
        """A job, with its result if it is done."""
        return self._run(self._client.job(job))

    def jobs(self, *, unfinished: bool = False, most: int = 100) -> tuple[JobState, ...]:
        """The jobs, without their results."""
        return self._run(self._client.jobs(unfinished=unfinished, most=most))

    def cancel(self, job: str) -> JobState:
        """Stop a job, or take it out of the queue."""
        return self._run(self._client.cancel(job))

    def shutdown(self, *, drain: bool = False) -> None:
        """Stop the daemon; with ``drain`` when what runs is done."""
        self._run(self._client.shutdown(drain=drain))

    def submit(self, request: Work) -> JobState:
        """Give the daemon a job and come back at once. The same key again is the same job."""
        return self._run(self._client.submit(request))

    def wait(self, job: str, *, on_progress: OnProgress | None = None, timeout: float | None = None) -> JobState:
        """As `AsyncClient.wait`."""
        return self._run_telling(lambda tell: self._client.wait(job, on_progress=tell, timeout=timeout), on_progress)

    def run(self, request: Work, *, on_progress: OnProgress | None = None) -> dict[str, Any]:
        """As `AsyncClient.run`; Ctrl-C cancels the job."""
        return self.follow(self.submit(request).id, on_progress=on_progress)

    def follow(self, job: str, *, on_progress: OnProgress | None = None) -> dict[str, Any]:
        """As `AsyncClient.follow`; Ctrl-C cancels the job."""
        try:
            over = self.wait(job, on_progress=on_progress)
        except BaseException:
            self.cancel(job)
            raise
        return result_of(over)

    def events(self) -> Iterator[AnyEvent]:
        """As `AsyncClient.events`."""
        events = self._client.events()
        try:
            while True:
                try:
                    yield self._run(_next_of(events))
                except StopAsyncIteration:
                    return
        finally:
            self._run(_close(events))

    def _do(self, asked: Asked) -> dict[str, Any]:
        return self.run(asked.request, on_progress=asked.on_progress)

    def _run(self, work: Coroutine[Any, Any, Value]) -> Value:
        return self._run_telling(lambda _: work, None)

    def _run_telling(
        self, work: Callable[[OnProgress], Coroutine[Any, Any, Value]], on_progress: OnProgress | None
    ) -> Value:
        """Run a coroutine on the client's thread and hand what it tells to the caller's."""
        told: queue.SimpleQueue[JobState | None] = queue.SimpleQueue()
        future: Future[Value] = asyncio.run_coroutine_threadsafe(work(told.put), self._loop)
        future.add_done_callback(lambda _: told.put(None))
        try:
            while True:
                with contextlib.suppress(queue.Empty):
                    state = told.get(timeout=WAKE)
                    if state is None:
                        return future.result()
                    if on_progress is not None:
                        on_progress(state)
        except BaseException:
            future.cancel()
            raise


async def _made(connection: Path | None, **options: Any) -> AsyncClient:
    return AsyncClient(connection, **options)


async def _next_of(events: Any) -> AnyEvent:
    return await anext(events)


async def _close(events: Any) -> None:
    await events.aclose()
