"""The daemon's log: a file of bounded size for its owner alone. It holds no keys, no tokens and no words of briefs."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import time
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

from vem_server.protocol import places

LARGEST = 1_000_000
"""Bytes of one log file; three older ones are kept."""


def log_to_file() -> Path:
    """Send what this process logs to its file, and to standard error where somebody looks on."""
    path = places.log_file()
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handlers: list[logging.Handler] = [RotatingFileHandler(path, maxBytes=LARGEST, backupCount=3, encoding="utf-8")]
    if sys.stderr.isatty():
        handlers.append(logging.StreamHandler())
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=handlers, force=True
    )
    faulthandler.enable()
    return path


def last_lines(count: int, path: Path | None = None) -> list[str]:
    """The last lines of the log; none if nothing was ever logged."""
    path = path or places.log_file()
    if not path.exists():
        return []
    return path.read_text("utf-8", errors="replace").splitlines()[-count:]


def new_lines(path: Path | None = None, *, pause: float = 0.3) -> Iterator[str]:
    """Lines as they are written from now on, for ever; a log that was begun anew is read from its start."""
    path = path or places.log_file()
    place = path.stat().st_size if path.exists() else 0
    while True:
        time.sleep(pause)
        size = path.stat().st_size if path.exists() else 0
        if size < place:
            place = 0
        if size > place:
            with path.open("rb") as file:
                file.seek(place)
                fresh, found, _ = file.read().rpartition(b"\n")
            place += len(fresh) + len(found)
            yield from fresh.decode("utf-8", errors="replace").splitlines()
