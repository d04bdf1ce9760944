"""Gateway and mailbox beside the daemon: started with it, ended with it, and started anew if their process dies."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vem_server.protocol import places

if TYPE_CHECKING:
    from vem_server.gateway import GatewayProcess

log = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds between two starts at least."""


class Gatekeeper:
    """Keeps one gateway process alive.

    Parameters
    ----------
    announce : callable
        Writes the connection file with the gateway's URL (None: no port was free, and only the mailbox runs), which
        the process then reads; returns the file's path.
    """

    def __init__(self, announce: Callable[[str | None], Path]) -> None:
        self._announce = announce
        self._process: GatewayProcess | None = None
        self._started = 0.0

    def start(self) -> None:
        """Start the process on the first free port."""
        from vem_server.gateway import GatewayProcess

        listening = _listening_socket()
        url = None if listening is None else f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._process = GatewayProcess(listening, self._announce(url))
        self._process.start()
        self._started = time.monotonic()

    def tend(self) -> None:
        """Start the process anew if it has died."""
        if self._process is None or self._process.alive or time.monotonic() < self._started + PAUSE:
            return
        log.warning("the gateway has died: starting it anew")
        self.start()

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.stop()


def _listening_socket() -> socket.socket | None:
    """The first free port, that of the last daemon before the others, so that open panels find us again."""
    from vem_server.gateway import PORTS, GatewayError, listen

    note = places.data_folder() / "gateway.port"
    try:
        last = int(note.read_text())
    except (OSError, ValueError):
        last = PORTS[0]
    first = [last] if last in PORTS else []
    try:
        listening = listen([*first, *(port for port in PORTS if port not in first)])
    except GatewayError as error:
        log.warning("no gateway: %s", error)
        return None
    note.write_text(str(listening.getsockname()[1]))
    return listening
