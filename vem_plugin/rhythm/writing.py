"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from vem_plugin.errors import RenderError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside its place and move it there, so that it is never half
    written.

    Raises
    ------
    RenderError
        If the folder does not exist or cannot be written, or the disk is full.
    """
    unfinished = ""
    try:
        handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # A temporary file is private; the finished one gets the rights any new file of this user gets.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(unfinished, 0o666 & ~mask)
        os.replace(unfinished, path)
    except OSError as error:
        if unfinished and os.path.exists(unfinished):
            os.unlink(unfinished)
        raise RenderError(
            f"Cannot write {path.name}: {error.strerror or error}.",
            where=str(path.parent),
            remedy="Choose another folder with -o, or make room on the disk.",
        ) from error
