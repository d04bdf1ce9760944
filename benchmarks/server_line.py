"""A daemon of its own and a bare line to it, for the benchmarks of the server: pyzmq and MessagePack, no client."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil
import zmq

from vem_server.protocol.connection import Connection, read_connection
from vem_server.protocol.frames import Envelope

EXAMPLES = Path(__file__).parents[1] / "examples"


@contextmanager
def daemon_in(home: Path, *options: str) -> Iterator[Connection]:
    """``vem daemon run`` with a home of its own; what it prints is passed on."""
    os.environ["VEM_HOME"] = str(home)
    command = [sys.executable, "-m", "vem_server", "daemon", "run", "--idle", "0", "--root", str(EXAMPLES)]
    process = subprocess.Popen([*command, "--root", str(home), *options])
    try:
        while (found := read_connection()) is None:
            if process.poll() is not None:
                raise SystemExit("the daemon did not start")
            time.sleep(0.005)
        yield found
    finally:
        process.terminate()
        process.wait(30)


class Line:
    """A DEALER with the daemon's keys. ``ask`` waits for its answer; after ``send`` somebody must ``hear``."""

    def __init__(self, context: zmq.Context[Any], found: Connection, door: str = "control") -> None:
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_serverkey = found.server_key.encode()
        self.socket.curve_publickey = found.client_key.encode()
        self.socket.curve_secretkey = found.client_secret.encode()
        self.socket.connect(getattr(found, door))
        self.session = b""
        self.counter = 0

    def send(self, **message: Any) -> None:
        """Send a message in the next frame of the session."""
        self.counter += 1
        body = msgspec.msgpack.encode({"id": "b"} | message)
        self.socket.send_multipart(Envelope(self.session, self.counter, body).frames())

    def hear(self, seconds: float = 30.0) -> Any:
        """The next answer; None if there is none in time."""
        if not self.socket.poll(1000 * seconds):
            return None
        return msgspec.msgpack.decode(self.socket.recv_multipart()[3])

    def ask(self, **message: Any) -> Any:
        """Send, and wait for the answer."""
        self.send(**message)
        return self.hear()

    def hello(self) -> None:
        """Begin a session."""
        self.session = b""
        self.session = self.ask(kind="hello", versions=["1.0"])["session"].encode()


def load_of(pid: int) -> tuple[float, int]:
    """Memory in MB and open file descriptors of a process."""
    process = psutil.Process(pid)
    return process.memory_info().rss / 2**20, process.num_fds()
