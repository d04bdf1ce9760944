"""The daemon's events on a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
from msgspec import Struct
from starlette.websockets import WebSocket, WebSocketDisconnect

from vem_server.client import AsyncClient
from vem_server.gateway.doorman import Doorman
from vem_server.protocol.codec import encode
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import AnyEvent, JobEvent

PATIENCE = 5.0
"""Seconds until the first message must have come."""
NOT_LET_IN, TOO_SLOW, NO_DAEMON = 4401, 4408, 4503
"""Close codes of our own."""


class Greeting(Struct, frozen=True, forbid_unknown_fields=True):
    """First message of a page: the token, and whose events it wants (none named: everybody's)."""

    token: str
    jobs: tuple[str, ...] = ()


class Newest:
    """The newest event of each kind and job: a page that reads slowly misses steps in between."""

    def __init__(self) -> None:
        self._events: dict[str, AnyEvent] = {}
        self._some = asyncio.Event()

    def put(self, event: AnyEvent) -> None:
        """Add an event, in place of an older one of its kind and job."""
        key = event.job.id if isinstance(event, JobEvent) else f"({type(event).__name__})"
        self._events[key] = event
        self._some.set()

    async def take(self) -> list[AnyEvent]:
        """What has come since the last time; waits until there is something."""
        await self._some.wait()
        events = list(self._events.values())
        self._events.clear()
        self._some.clear()
        return events


async def serve_events(page: WebSocket, client: AsyncClient, doorman: Doorman) -> None:
    """Let a page in that shows the token in its first message, and tell it what happens until it leaves."""
    await page.accept()
    with contextlib.suppress(WebSocketDisconnect):
        try:
            async with asyncio.timeout(PATIENCE):
                greeting = msgspec.json.decode(await page.receive_text(), type=Greeting)
        except TimeoutError:
            await page.close(TOO_SLOW, "The first message has not come.")
            return
        except (msgspec.DecodeError, RecursionError, KeyError):
            await page.close(NOT_LET_IN, "The first message is the token.")
            return
        if not doorman.knows(greeting.token):
            await page.close(NOT_LET_IN, "The token is wrong.")
            return
        await _tell(page, client, frozenset(greeting.jobs))


async def _tell(page: WebSocket, client: AsyncClient, wanted: frozenset[str]) -> None:
    newest = Newest()

    async def hear() -> None:
        async for event in client.events():
            if not wanted or not isinstance(event, JobEvent) or event.job.id in wanted:
                newest.put(event)

    async def send() -> None:
        while True:
            for event in await newest.take():
                await page.send_text(encode(event, "json").decode())

    async def notice_leaving() -> None:
        while (await page.receive())["type"] != "websocket.disconnect":
            pass

    tasks = [asyncio.create_task(work()) for work in (hear, send, notice_leaving)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if any(isinstance(task.exception(), ServiceError) for task in done):
        await page.close(NO_DAEMON, "The daemon is away.")
