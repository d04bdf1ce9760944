"""Files that appear in full or not at all, and never in the place of somebody else's."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from vem_timeline.errors import UnwritableTimeline


def refuse_overwriting(source: Path, destination: Path, *, ours: bool) -> None:
    """Refuse to write over the edit itself, or over a file that is not a scored timeline of ours.

    Parameters
    ----------
    ours : bool
        Whether what stands at the destination, if anything, is a scored timeline that we wrote.
    """
    if destination.exists() and os.path.samefile(source, destination):
        raise UnwritableTimeline(
            "The scored timeline would overwrite the edit.",
            where=str(destination),
            remedy="Choose another name.",
        )
    if destination.exists() and not ours:
        raise UnwritableTimeline(
            "There is a file of that name already, and it is not a scored timeline.",
            where=str(destination),
            remedy="Choose another name, or move that file away.",
        )


@contextmanager
def appearing(destination: Path) -> Iterator[IO[bytes]]:
    """A file that is there in full when the block ends, and not at all if it fails.

    Raises
    ------
    UnwritableTimeline
        If it cannot be written.
    """
    growing = destination.with_name(f".{destination.name}.{os.getpid()}.part")
    try:
        try:
            with growing.open("xb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            growing.replace(destination)
        finally:
            growing.unlink(missing_ok=True)
    except (OSError, zipfile.BadZipFile) as error:
        raise unwritable(destination, error) from error


@contextmanager
def appearing_folder(source: Path, destination: Path) -> Iterator[Path]:
    """A copy of a folder that takes its name when the block ends; yields the copy. Raises as `appearing`."""
    growing = destination.with_name(f".{destination.name}.{os.getpid()}.part")
    try:
        try:
            shutil.copytree(source, growing)
            yield growing
            if destination.exists():
                shutil.rmtree(destination)
            growing.replace(destination)
        finally:
            shutil.rmtree(growing, ignore_errors=True)
    except OSError as error:
        raise unwritable(destination, error) from error


def unwritable(destination: Path, error: Exception) -> UnwritableTimeline:
    """What a failure to write means for the user."""
    reason = getattr(error, "strerror", None) or str(error)
    return UnwritableTimeline(
        f"The scored timeline cannot be written: {reason}.",
        where=str(destination),
        remedy="Check the free space and the permissions of that folder, or choose another one.",
    )
