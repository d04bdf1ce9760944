"""The connection file: how a client finds the daemon, and the keys that let it in.

It is JSON, readable by its owner alone, and written to a temporary name first, so that nobody ever reads half of it.
A file that a killed daemon left behind is told from a live one by the process it names.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import msgspec
import psutil
from msgspec import Struct

from vem_server.protocol import places
from vem_server.protocol.errors import ServiceError


class Connection(Struct, frozen=True, kw_only=True):
    """Everything a client needs. Keys are CURVE keys in Z85, 40 characters; endpoints are those of ZeroMQ.

    ``process_started`` is the start of process ``pid`` in seconds since 1970, as the system tells it: a process id
    alone may since belong to another program. ``gateway`` is a URL, None until the gateway stands.
    """

    protocol: str
    pid: int
    process_started: float
    instance: str
    requests: str
    control: str
    events: str
    server_key: str
    client_key: str
    client_secret: str
    token: str
    """Bearer token of the gateway."""
    gateway: str | None = None


def write_connection(connection: Connection, path: Path | None = None) -> Path:
    """Write the file at once and for the owner only; ``path`` defaults to `places.connection_file`."""
    path = path or places.connection_file()
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(connection)))
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(Path(draft), path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return path


def _put_in_place(draft: Path, path: Path) -> None:
    """Rename over the old file; on Windows that fails while somebody reads it, which takes a moment at most."""
    for _ in range(50):
        try:
            draft.replace(path)
        except PermissionError:
            time.sleep(0.01)
        else:
            return
    draft.replace(path)


def read_connection(path: Path | None = None) -> Connection | None:
    """The connection of a daemon that lives; None if there is no file, or a stale one.

    Raises
    ------
    ServiceError
        ``forbidden``, if others than its owner may read or replace the file.
    """
    path = path or places.connection_file()
    try:
        _require_private(path)
        connection = msgspec.json.decode(path.read_bytes(), type=Connection)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return connection if lives(connection) else None


def remove_connection(instance: str, path: Path | None = None) -> None:
    """Take the file away if it is this instance's."""
    path = path or places.connection_file()
    try:
        if msgspec.json.decode(path.read_bytes(), type=Connection).instance == instance:
            path.unlink(missing_ok=True)
    except (FileNotFoundError, msgspec.DecodeError):
        return


def lives(connection: Connection) -> bool:
    """Whether the process that wrote the file still runs."""
    try:
        process = psutil.Process(connection.pid)
        return abs(process.create_time() - connection.process_started) < 1 and process.status() != "zombie"
    except psutil.Error:
        return False


def _require_private(path: Path) -> None:
    if os.name != "posix":
        return
    found = path.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ServiceError(
            "forbidden",
            "The connection file is open to others, so its keys are worth nothing.",
            where=str(path),
            remedy="Stop the daemon, remove the file, and start the daemon again.",
        )
