"""The file of the journal: its tables, and how it is opened."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

from vem_server.protocol.errors import ServiceError

LOG = logging.getLogger(__name__)
VERSION = 1
PATIENCE = 10.0
"""Seconds to wait for another process that writes."""

_TABLES = f"""
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    edit TEXT NOT NULL,
    request BLOB NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    killed INTEGER NOT NULL DEFAULT 0,
    cancelling INTEGER NOT NULL DEFAULT 0,
    warnings BLOB,
    result BLOB,
    error BLOB,
    created REAL NOT NULL,
    started REAL,
    ended REAL
);
CREATE INDEX unfinished ON jobs (state) WHERE state IN ('queued', 'running');
CREATE TABLE traces (
    job TEXT NOT NULL,
    batch INTEGER NOT NULL,
    place INTEGER NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    inode INTEGER,
    moment REAL NOT NULL
);
CREATE INDEX traces_of_job ON traces (job);
CREATE TABLE memory (job TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (job, name));
CREATE TABLE workers (pid INTEGER PRIMARY KEY, born REAL NOT NULL);
PRAGMA user_version = {VERSION};
"""


def open_journal(file: Path) -> sqlite3.Connection:
    """Open the journal, or make it. A file that is no journal is put aside, not overwritten.

    Returns
    -------
    sqlite3.Connection
        Without transactions of its own; may be used by several threads, one at a time.

    Raises
    ------
    ServiceError
        ``internal``, if it is of a later version, or cannot be opened.
    """
    try:
        db = _opened(file)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise ServiceError(
                "internal",
                f"The journal of jobs cannot be opened: {error}.",
                where=str(file),
                remedy="Check the permissions of the folder and the space on its disk.",
            ) from error
        _put_aside(file, error)
        db = _opened(file)
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        db.close()
        raise ServiceError(
            "internal",
            f"The journal of jobs is of version {version}; this program knows {VERSION}.",
            where=str(file),
            remedy="Update vem-plugin.",
        )
    return db


def _put_aside(file: Path, error: Exception) -> None:
    aside = file.with_name(f"{file.name}.broken-{int(time.time())}")
    LOG.error("The journal is damaged (%s); it now lies at %s, and a new one begins.", error, aside)
    file.replace(aside)
    for part in ("-wal", "-shm"):
        file.with_name(file.name + part).unlink(missing_ok=True)


def _opened(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # In write-ahead mode a commit outlives the process with this; only a power cut can take the last ones.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN IMMEDIATE")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            for statement in _TABLES.split(";"):
                db.execute(statement)
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    file.chmod(0o600)
    return db
