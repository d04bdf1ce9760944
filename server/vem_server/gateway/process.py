"""The gateway's process: started by the daemon with a socket that listens already, gone when the daemon is gone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterable
from multiprocessing.process import BaseProcess
from pathlib import Path

from vem_timeline.errors import VemError

PORTS = range(8765, 8775)
"""Where panels look for the gateway."""
HOST = "127.0.0.1"
GRACE = 2.0
"""Seconds that open connections get when the gateway stops."""
STILL_HELD = 1.0
"""Seconds that `listen` waits for the first port."""


class GatewayError(VemError):
    """No port is free for the gateway."""

    exit_code = 8


def listen(ports: Iterable[int] = PORTS) -> socket.socket:
    """A socket that listens on the first free port of 127.0.0.1 (IPv4, and no other address).

    The first one is waited for a moment: the gateway of a daemon that was killed just now may still hold it, and
    panels come back to the port they know.

    Raises
    ------
    GatewayError
        If none is free.
    """
    tried = tuple(ports)
    latest = time.monotonic() + STILL_HELD
    while (listening := _listening_on(tried[0])) is None and time.monotonic() < latest:
        time.sleep(0.02)
    for port in tried[1:]:
        listening = listening or _listening_on(port)
    if listening is None:
        raise GatewayError(
            "No port is free for the gateway.", where=", ".join(map(str, tried)), remedy="End what holds them."
        )
    return listening


def _listening_on(port: int) -> socket.socket | None:
    # asyncio sends without delay only on sockets that say they are TCP's; on others every answer takes 40 ms more.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # a port that a killed gateway held; on Windows the option would share one that is held
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError:
        listening.close()
        return None
    return listening


class GatewayProcess:
    """Gateway and mailbox of one daemon.

    Parameters
    ----------
    listening : socket or None
        From `listen`; None runs the mailbox alone.
    connection_file : Path
        The daemon's own, which must stand when the process starts.
    """

    def __init__(self, listening: socket.socket | None, connection_file: Path) -> None:
        self._listening = listening
        context = multiprocessing.get_context("spawn")  # a forked child would hold the daemon's locks and sockets
        self._process = context.Process(
            target=_serve, args=(listening, str(connection_file)), name="vem gateway", daemon=True
        )

    def start(self) -> None:
        """Start the process; the socket is then its own."""
        self._process.start()
        if self._listening is not None:
            self._listening.close()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def stop(self, timeout: float = 2 * GRACE) -> None:
        """End the process: kindly, and after ``timeout`` seconds for good."""
        if not self._process.is_alive():
            return
        self._process.terminate()
        self._process.join(timeout)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _serve(listening: socket.socket | None, connection_file: str) -> None:
    """What the process does."""
    import asyncio

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # ZeroMQ's sockets need one of this kind
        runner.run(_live(listening, Path(connection_file)))


async def _live(listening: socket.socket | None, connection_file: Path) -> None:
    """Serve until told to stop, or until the daemon is gone, even if it was killed.

    An orphan would hold the port and answer for nobody. There is nothing to finish then, so it ends at once.
    """
    import asyncio

    from vem_server.gateway.serving import serve

    def go_with_the_daemon(daemon: BaseProcess) -> None:
        daemon.join()
        os._exit(0)

    daemon = multiprocessing.parent_process()
    if daemon is not None:
        threading.Thread(target=go_with_the_daemon, args=(daemon,), daemon=True).start()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(stop.set))
    await serve(listening, connection_file, stop)
