"""Putting a daemon into the background, for ``vem daemon start`` and for every client that finds none."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vem_server.protocol import places
from vem_server.protocol.connection import Connection, read_connection
from vem_server.protocol.errors import ServiceError


def start_daemon(*, patience: float = 20.0, options: Sequence[str] = ()) -> Connection:
    """The connection of the running daemon; one is started if there is none.

    Parameters
    ----------
    patience : float
        Seconds to wait for a new daemon at most.
    options : sequence of str
        Options of ``vem daemon run`` for a new one.

    Raises
    ------
    ServiceError
        ``unreachable``, if it does not come up, with the last it said.
    """
    running = read_connection()
    if running is not None:
        return running
    process = _spawn(options)
    latest = time.monotonic() + patience
    while time.monotonic() < latest:
        running = read_connection()
        if running is not None:
            _let_go(process)
            return running
        if process.poll() is not None and not _another_comes_up():
            break
        time.sleep(0.02)
    raise ServiceError(
        "unreachable",
        f"The daemon did not start: {_last_words() or 'it said nothing'}",
        where=str(first_words()),
        remedy="`vem daemon run` shows what happens; `vem daemon logs` what happened.",
    )


def first_words() -> Path:
    """What the latest daemon in the background wrote beside its log: mostly nothing, a traceback if it broke."""
    return places.data_folder() / "daemon.out"


def _spawn(options: Sequence[str]) -> subprocess.Popen[Any]:
    itself = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "vem_server"]
    with first_words().open("wb") as out:
        return subprocess.Popen(
            [*itself, "daemon", "run", *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=places.data_folder(),
            **_detached(),
        )


def _let_go(process: subprocess.Popen[Any]) -> None:
    """Wait for this process no more: it outlives us, and Python would warn that it still runs."""
    process.returncode = 0


def _detached() -> dict[str, Any]:
    """How a process is started that outlives this one and hears none of its signals."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _another_comes_up() -> bool:
    """Whether our daemon ended because another one was started in the same moment."""
    return "already" in _last_words()


def _last_words() -> str:
    lines = first_words().read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
