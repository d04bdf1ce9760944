"""Where the service keeps its files. Folders are made with owner-only permissions when they are first asked for.

``VEM_HOME`` puts all of them below one folder: for tests, and for several daemons side by side.
"""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path

from platformdirs import user_cache_path, user_data_path, user_runtime_path

from vem_server.protocol.errors import ServiceError

NAME = "vem-plugin"


def runtime_folder() -> Path:
    """Folder of the connection file and the lock: gone after a restart of the machine where the system has such."""
    home = os.environ.get("VEM_HOME")
    try:
        return _owned(Path(home) / "run" if home else _runtime_folder_of_system())
    except OSError:  # a session without a runtime folder, as in a container or under cron
        return _owned(data_folder() / "run")


def data_folder() -> Path:
    """Folder of the job journal and the log, which outlive the daemon."""
    home = os.environ.get("VEM_HOME")
    return _owned(Path(home) / "data" if home else user_data_path(NAME, appauthor=False))


def cache_folder() -> Path:
    """Folder of what can be made again: thumbnails."""
    home = os.environ.get("VEM_HOME")
    return _owned(Path(home) / "cache" if home else user_cache_path(NAME, appauthor=False))


def connection_file() -> Path:
    """The file by which clients find the daemon."""
    return runtime_folder() / "daemon.json"


def lock_file() -> Path:
    """The file that the running daemon holds locked."""
    return runtime_folder() / "daemon.lock"


def log_file() -> Path:
    """The daemon's log."""
    return data_folder() / "daemon.log"


def _runtime_folder_of_system() -> Path:
    with warnings.catch_warnings():  # that a variable is not set is nothing a user of ours should be told each time
        warnings.simplefilter("ignore")
        return user_runtime_path(NAME, appauthor=False)


def _owned(folder: Path) -> Path:
    """Make a folder that is ours alone.

    Raises
    ------
    ServiceError
        If somebody else owns it: whoever does could read the keys in it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix":
        found = folder.stat()
        if found.st_uid != os.getuid():
            raise ServiceError(
                "forbidden",
                "Another user owns the daemon's folder.",
                where=str(folder),
                remedy="Remove it, or set VEM_HOME to a folder of your own.",
            )
        if stat.S_IMODE(found.st_mode) & 0o077:
            folder.chmod(0o700)
    return folder
