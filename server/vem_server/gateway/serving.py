"""What the gateway's process runs: the web server on a socket that listens already, and the mailbox beside it."""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path

import uvicorn

from vem_server.client import AsyncClient
from vem_server.gateway.app import Gateway
from vem_server.jobs.roots import Roots
from vem_server.mailbox import Mailbox
from vem_server.protocol.connection import read_connection

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
LARGEST_MESSAGE = 64 * 1024
"""Longest WebSocket message of a page, bytes; the token is the only one we read."""
GRACE = 1
"""Seconds that open connections get when the gateway stops."""


async def serve(listening: socket.socket | None, connection_file: Path, stop: asyncio.Event) -> None:
    """Serve panels and the mailbox until ``stop`` is set; not at all if the daemon is gone already."""
    connection = read_connection(connection_file)
    if connection is None:
        log.warning("no daemon to serve for")
        return
    async with AsyncClient(connection_file, name="gateway") as client:
        roots = Roots.of([Path(folder) for folder in (await client.status()).roots])
        tasks = [asyncio.create_task(Mailbox(client).watch(stop))]
        if listening is not None:
            port = listening.getsockname()[1]
            gateway = Gateway(client, token=connection.token, port=port, roots=lambda: roots)
            tasks.append(asyncio.create_task(_serve_pages(gateway, listening, stop)))
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await asyncio.gather(*tasks)


async def _serve_pages(gateway: Gateway, listening: socket.socket, stop: asyncio.Event) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            gateway.app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            timeout_graceful_shutdown=GRACE,
        )
    )

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    try:
        await server.serve(sockets=[listening])
    finally:
        ending.cancel()
