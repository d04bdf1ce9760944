"""A whole service for the tests of those who use it: daemon, workers, gateway and mailbox, with a home of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import opentimelineio as otio
import pytest

from vem_server.protocol.connection import Connection, read_connection

PATIENCE = 60.0
RATE = 24


@dataclass
class Service:
    """``vem daemon run`` with everything below ``home``; requests may touch ``root`` alone."""

    home: Path
    root: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"VEM_HOME": str(self.home), "VEM_ROOTS": str(self.root), "OMP_NUM_THREADS": "1"}

    @property
    def file(self) -> Path:
        return self.home / "run" / "daemon.json"

    @property
    def mailbox(self) -> Path:
        return self.home / "data" / "mailbox"

    @property
    def connection(self) -> Connection:
        found = read_connection(self.file)
        assert found is not None
        return found

    @property
    def url(self) -> str:
        assert self.connection.gateway is not None
        return self.connection.gateway

    @property
    def token(self) -> str:
        return self.connection.token

    def start(self) -> Service:
        """Start a daemon and wait for its connection file."""
        before = read_connection(self.file)
        self.processes.append(
            subprocess.Popen([sys.executable, "-m", "vem_server", "daemon", "run"], env=self.environment)
        )
        latest = time.monotonic() + PATIENCE
        while (now := read_connection(self.file)) is None or now == before:
            assert self.processes[-1].poll() is None
            assert time.monotonic() < latest
            time.sleep(0.05)
        with self.page() as page:  # which answers as soon as the gateway stands, and the mailbox with it
            assert page.get("/api/v1/hello").status_code == 200
        return self

    def kill(self) -> None:
        """End the daemon's own process as if the power had gone."""
        os.kill(self.connection.pid, signal.SIGKILL)
        self.processes[-1].wait(PATIENCE)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)

    def page(self, **headers: str) -> httpx.Client:
        """What a panel has: a way to the gateway, with the token."""
        known = {"Authorization": f"Bearer {self.token}"} | headers
        return httpx.Client(base_url=self.url, headers=known, timeout=PATIENCE, trust_env=False)

    def vem(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """A command beside the service."""
        command = [sys.executable, "-m", "vem_server", *map(str, arguments)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=280, check=False)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests that leave it as it was."""
    home = tmp_path_factory.mktemp("service")
    one = Service(home / "home", (home / "films").resolve())
    one.root.mkdir()
    one.start()
    try:
        yield one
    finally:
        one.stop()


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Service]:
    """A service that a test may kill; not yet started."""
    one = Service(tmp_path / "home", (tmp_path / "films").resolve())
    one.root.mkdir()
    try:
        yield one
    finally:
        one.stop()


@pytest.fixture
def films(service: Service, request: pytest.FixtureRequest) -> Path:
    """A folder of the test's own, which requests may touch."""
    folder = service.root / request.node.name.translate({ord(sign): "_" for sign in "[]/\\:. "})[:80]
    folder.mkdir()
    return folder


def write_edit(path: Path, *, shots: int = 4) -> Path:
    """An edit of short shots whose media is missing, two seconds each."""
    pictures = otio.schema.Track("V1", kind="Video")
    for number in range(shots):
        window = otio.opentime.TimeRange(
            otio.opentime.RationalTime(100 * number, RATE), otio.opentime.RationalTime(48 + 3 * number, RATE)
        )
        pictures.append(otio.schema.Clip(f"street {number}", otio.schema.ExternalReference("gone.mov"), window))
    timeline = otio.schema.Timeline(path.stem)
    timeline.tracks.append(pictures)
    otio.adapters.write_to_file(timeline, str(path))
    return path


@pytest.fixture
def edit(films: Path) -> Path:
    """A short edit in a folder of the test's own."""
    return write_edit(films / "walk.otio")


@pytest.fixture(name="write_edit")
def _write_edit() -> Callable[..., Path]:
    """Writes a short edit."""
    return write_edit
