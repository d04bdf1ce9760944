"""A daemon in a process of its own, and a client that knows nothing but PROTOCOL.md, pyzmq and MessagePack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
import zmq

PATIENCE = 60.0
EXAMPLES = Path(__file__).parents[3] / "examples"


class Daemon:
    """``vem daemon run`` with a home of its own."""

    def __init__(self, home: Path, *options: str) -> None:
        self.home = home
        self.environment = os.environ | {"VEM_HOME": str(home)}
        self.file = home / "run" / "daemon.json"
        self.started = time.monotonic()
        self.process = self.vem("daemon", "run", *options)

    def vem(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "vem_server", *arguments]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def connection(self, *, may_end: bool = False) -> dict[str, Any]:
        """What the connection file says, as soon as it is there; ``may_end``: another daemon may have written it."""
        latest = time.monotonic() + PATIENCE
        while time.monotonic() < latest:
            if self.file.exists():
                found = json.loads(self.file.read_text())
                if psutil.pid_exists(found["pid"]):
                    return found
            assert may_end or self.process.poll() is None, self.process.stdout and self.process.stdout.read()
            time.sleep(0.01)
        raise AssertionError("no connection file")

    def ended(self) -> int:
        """Its exit code; its whole tree of processes is gone."""
        return self.process.wait(PATIENCE)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


class Line:
    """A connection to one ROUTER; every part of it can be got wrong on purpose."""

    def __init__(self, socket: zmq.Socket[bytes], found: dict[str, Any], door: str = "control", **keys: bytes) -> None:
        self.socket = socket
        put_keys(self.socket, found, **keys)
        self.socket.connect(found[door])
        self.session = b""
        self.counter = 0

    def send(self, message: Any, *, session: bytes | None = None, counter: int | None = None) -> None:
        self.counter += 1
        number = self.counter if counter is None else counter
        body = message if isinstance(message, bytes) else msgspec.msgpack.encode(message)
        self.socket.send_multipart(
            [b"VEM1", self.session if session is None else session, number.to_bytes(8, "big"), body]
        )

    def hear(self, seconds: float = PATIENCE) -> Any:
        """The next answer; None if there is none in time."""
        if not self.socket.poll(1000 * seconds):
            return None
        return msgspec.msgpack.decode(self.socket.recv_multipart()[3])

    def ask(self, kind: str, **fields: Any) -> Any:
        self.send({"kind": kind, "id": "r", **fields})
        return self.hear()

    def hello(self) -> Any:
        answer = self.ask("hello", versions=["1.0"])
        self.session = answer["session"].encode()
        return answer


def put_keys(socket: zmq.Socket[bytes], found: dict[str, Any], **keys: bytes) -> None:
    socket.curve_serverkey = keys.get("server_key", found["server_key"].encode())
    socket.curve_publickey = keys.get("client_key", found["client_key"].encode())
    socket.curve_secretkey = keys.get("client_secret", found["client_secret"].encode())


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One daemon for the tests of a module that leave it as it was."""
    one = Daemon(tmp_path_factory.mktemp("home"), "--no-gateway", "--idle", "0", "--root", str(EXAMPLES))
    try:
        yield one
    finally:
        one.end()


@pytest.fixture
def new_daemon(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Daemons of this test alone."""
    made: list[Daemon] = []

    def make(*options: str, gateway: bool = False) -> Daemon:
        made.append(Daemon(tmp_path, *options, *([] if gateway else ["--no-gateway"])))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def open_socket() -> Iterator[Callable[[int], zmq.Socket[bytes]]]:
    """Makes sockets, and closes them after the test."""
    with zmq.Context() as context:
        opened: list[zmq.Socket[bytes]] = []

        def make(kind: int) -> zmq.Socket[bytes]:
            opened.append(context.socket(kind))
            opened[-1].linger = 0
            return opened[-1]

        yield make
        for socket in opened:
            socket.close()


@pytest.fixture
def line(daemon: Daemon, open_socket: Callable[[int], Any]) -> Callable[..., Line]:
    """Opens a line to the module's daemon."""
    return lambda door="control", **keys: Line(open_socket(zmq.DEALER), daemon.connection(), door, **keys)


@pytest.fixture
def line_to(open_socket: Callable[[int], Any]) -> Callable[..., Line]:
    """Opens a line to any daemon."""
    return lambda one, door="control", **keys: Line(open_socket(zmq.DEALER), one.connection(), door, **keys)
