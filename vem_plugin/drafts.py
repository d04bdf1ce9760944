"""Where results go: nothing is overwritten, and nothing half-written stays behind."""

from __future__ import annotations

import contextlib
import errno
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vem_plugin.errors import RenderError, SettingsError


@dataclass(frozen=True, slots=True)
class Draft:
    """A take while it is made: its name, and a hidden folder that becomes ``<home>/<name>`` when all is there."""

    name: str
    folder: Path
    home: Path


class Ledger(Protocol):
    """Told what will lie on disk before it does, so that the traces of a process that was killed can be found."""

    def opening(self, folder: Path) -> str:
        """A hidden folder is about to be made inside ``folder``; gives the first letters of its name."""
        ...

    def promising(self, *targets: Path, draft: Path | None) -> None:
        """These are about to appear, in this order; ``draft`` is the hidden folder that becomes the first of them."""
        ...


LEDGER: ContextVar[Ledger | None] = ContextVar("ledger", default=None)
"""Whoever keeps the books of what is made here; nobody, unless a service sets one."""


def promise(*targets: Path, draft: Path | None = None) -> None:
    """Tell the ledger, if there is one, what is about to appear: see `Ledger.promising`."""
    if (ledger := LEDGER.get()) is not None:
        ledger.promising(*targets, draft=draft)


def folder_for(edit: Path, out: Path | None) -> Path:
    """The folder for results, not made yet; the default is the edit's own, where its relative media paths hold.

    Raises
    ------
    SettingsError
        If the path is a file.
    RenderError
        If nothing can be written there.
    """
    folder = edit.parent if out is None else out
    if folder.is_file():
        raise SettingsError(
            "The result needs a folder, and this is a file.", where=str(folder), remedy="Choose another with -o."
        )
    # Tried now, before minutes of work, on the nearest folder that exists, so that an error leaves nothing behind.
    there = next((place for place in (folder, *folder.resolve().parents) if place.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def next_name(folder: Path, stem: str) -> str:
    """``<stem>_vNN`` with the lowest number above every version in the folder, which need not exist."""
    pattern = re.compile(rf"\.?{re.escape(stem)}_v(\d+)")
    entries = folder.iterdir() if folder.is_dir() else ()
    versions = [int(found[1]) for entry in entries if (found := pattern.match(entry.name))]
    return f"{stem}_v{max(versions, default=0) + 1:02d}"


@contextmanager
def new_take(edit: Path, home: Path) -> Iterator[Draft]:
    """A hidden folder for a take in the making; whatever goes wrong, it does not stay behind.

    Raises
    ------
    RenderError
        As `workplace`.
    """
    with workplace(home) as hidden:
        yield Draft(next_name(home, edit.stem), hidden, home)


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A hidden folder inside ``folder`` that is gone afterwards, with whatever an error left in it.

    Raises
    ------
    RenderError
        ``folder`` cannot be made or written, or the disk filled up while work went on.
    """
    with made_folder(folder):
        ledger = LEDGER.get()
        prefix = ".vem-" if ledger is None else ledger.opening(folder)
        place = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
        place.chmod(0o755)  # it may become the take's own folder, which others may read
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def made_folder(folder: Path) -> Iterator[Path]:
    """The folder, made if needed; taken away again if it was made and nothing came to lie in it.

    Raises
    ------
    RenderError
        If it cannot be made or written.
    """
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        if made:
            with contextlib.suppress(OSError):  # it holds something, so it stays
                folder.rmdir()


def _unwritable(folder: Path, error: OSError) -> RenderError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return RenderError(
            "The disk filled up while the music was written; nothing was kept.",
            where=str(folder),
            remedy="A minute of music takes about 110 MB with its stems: free some space, or choose another folder.",
        )
    return RenderError(
        f"The folder cannot be written: {error.strerror or error}.",
        where=str(folder),
        remedy="Choose another folder with -o, or change its permissions.",
    )
