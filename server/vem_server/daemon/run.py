"""The life of a daemon, from the lock to the last farewell."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from vem_server.daemon.desk import DaemonName, Desk
from vem_server.daemon.events import RECENT, Events
from vem_server.daemon.gatekeeper import Gatekeeper
from vem_server.daemon.inbox import Inbox
from vem_server.daemon.instance import only_instance
from vem_server.daemon.keys import fresh_keys, lasting_token
from vem_server.daemon.loop import Loop
from vem_server.daemon.reception import Reception
from vem_server.daemon.sessions import Sessions
from vem_server.daemon.sockets import Sockets
from vem_server.protocol import places
from vem_server.protocol.connection import Connection, remove_connection, write_connection
from vem_server.protocol.messages import DaemonState
from vem_server.protocol.versions import PROTOCOL

if TYPE_CHECKING:
    from vem_server.jobs import JobRoom
    from vem_server.jobs.roots import Roots

log = logging.getLogger(__name__)

IDLE_EXIT = 1800.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a daemon is to be run.

    Parameters
    ----------
    idle_exit : float
        Seconds without anything to do after which it ends; 0: never.
    address : str
        IPv4 address of the interface to listen on.
    roots : sequence of Path
        Folders that requests may touch; empty: the user's own (``vem_server.jobs.roots``).
    engine : str
        Where jobs run: "local", or "ray://HOST".
    gateway : bool
        Whether panels are served by HTTP, and sandboxed hosts by the mailbox.
    """

    idle_exit: float = IDLE_EXIT
    address: str = "127.0.0.1"
    roots: Sequence[Path] = ()
    engine: str = "local"
    gateway: bool = True


def run(wishes: Wishes) -> None:
    """Be the daemon until told to stop.

    Raises
    ------
    ServiceError
        ``already_running``, or what keeps it from listening.
    """
    from vem_server.jobs import JobRoom
    from vem_server.jobs.roots import Roots

    with only_instance():
        inbox = Inbox()
        own = [places.cache_folder(), places.data_folder() / "edits"]
        roots = Roots.of([*wishes.roots, *own]) if wishes.roots else Roots.of_user()
        room = JobRoom(
            places.data_folder(),
            roots=roots,
            engine=wishes.engine,
            on_change=inbox.put_job,
            on_workers=inbox.put_workers,
        )
        Daemon(wishes, room, roots, inbox).live()
        inbox.close()
        log.info("the daemon has ended")


class Daemon:
    """Sockets, loop and gateway around one room of jobs."""

    def __init__(self, wishes: Wishes, room: JobRoom, roots: Roots, inbox: Inbox) -> None:
        self._wishes = wishes
        self._room = room
        self._roots = roots
        self._name = DaemonName(version("vem-plugin"), secrets.token_hex(8), os.getpid())
        self._started = time.time()
        self._gateway_url: str | None = None
        self._keys = fresh_keys()
        self._sockets = Sockets(self._keys, address=wishes.address)
        self._sessions = Sessions()
        self._gatekeeper = Gatekeeper(self._announce)
        desk = Desk(
            room,
            self._sessions,
            name=self._name,
            closing=lambda: self._loop.shutting_down,
            state=self.state,
            stop=self.stop,
        )
        events = Events(self._sockets.events, jobs=lambda: room.jobs(finished=RECENT), daemon=self.state)
        self._loop = Loop(
            self._sockets,
            Reception(desk, self._sessions),
            events,
            inbox,
            busy=lambda: room.busy,
            idle_exit=wishes.idle_exit,
            every_beat=self._tend,
        )

    def state(self) -> DaemonState:
        """The daemon as it is now."""
        return DaemonState(
            version=self._name.version,
            protocol=PROTOCOL,
            pid=self._name.pid,
            instance=self._name.instance,
            started=self._started,
            idle_exit=self._wishes.idle_exit,
            shutting_down=self._loop.shutting_down,
            gateway=self._gateway_url,
            roots=tuple(str(folder) for folder in self._roots.folders),
            workers=self._room.status(),
        )

    def stop(self, drain: bool = False) -> None:
        """End soon."""
        log.info("asked to stop%s", ", when all jobs have ended" if drain else "")
        self._loop.stop(drain)

    def live(self) -> None:
        """Let clients in, and serve them."""
        with _signals(self.stop):
            if self._wishes.gateway:
                self._gatekeeper.start()
            else:
                self._announce(None)
            self._room.start()
            log.info("serving as process %d", self._name.pid)
            try:
                self._loop.run()
            finally:
                remove_connection(self._name.instance)
                self._room.stop()
                self._gatekeeper.stop()
        self._sockets.close()

    def _announce(self, gateway: str | None) -> Path:
        """Write the connection file: from now on clients find us."""
        self._gateway_url = gateway
        return write_connection(self._connection())

    def _tend(self) -> None:
        """Once a second: a gateway that died is started anew, a connection file that was swept away written again."""
        self._gatekeeper.tend()
        if not places.connection_file().exists() and not self._loop.shutting_down:
            log.warning("the connection file was gone: writing it again")
            self._announce(self._gateway_url)

    def _connection(self) -> Connection:
        keys = self._keys
        return Connection(
            protocol=PROTOCOL,
            pid=self._name.pid,
            process_started=psutil.Process().create_time(),
            instance=self._name.instance,
            requests=self._sockets.requests_endpoint,
            control=self._sockets.control_endpoint,
            events=self._sockets.events_endpoint,
            server_key=keys.server.decode(),
            client_key=keys.client.decode(),
            client_secret=keys.client_secret.decode(),
            token=lasting_token(),
            gateway=self._gateway_url,
        )


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """End in an orderly way on Ctrl-C and on SIGTERM."""
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
