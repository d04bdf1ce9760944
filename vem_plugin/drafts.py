"""Where results go: nothing is overwritten, and nothing half-written stays behind."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vem_plugin.errors import RenderError, SettingsError


@dataclass(frozen=True, slots=True)
class Draft:
    """A take while it is made: its name, and a hidden folder that becomes ``<name>/`` when all of it is there."""

    name: str
    folder: Path
    home: Path


def prepare_folder(edit: Path, out: Path | None, *, made: str = "scored") -> Path:
    """Make the folder for results; the default is ``<edit>_<made>`` beside the edit.

    Raises
    ------
    SettingsError, RenderError
        If the path is a file, or the folder cannot be made or written.
    """
    folder = out if out is not None else edit.with_name(f"{edit.stem}_{made}")
    if folder.exists() and not folder.is_dir():
        raise SettingsError(
            "The result needs a folder, and this is a file.", where=str(folder), remedy="Use another -o."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise RenderError(
            f"The folder cannot be written: {error.strerror}.",
            where=str(folder),
            remedy="Choose another with -o.",
        ) from error
    return folder


def next_name(folder: Path, stem: str) -> str:
    """``<stem>_vNN`` with the lowest number above every version in the folder."""
    pattern = re.compile(rf"\.?{re.escape(stem)}_v(\d+)")
    versions = [int(found[1]) for entry in folder.iterdir() if (found := pattern.match(entry.name))]
    return f"{stem}_v{max(versions, default=0) + 1:02d}"


@contextmanager
def new_take(edit: Path, home: Path) -> Iterator[Draft]:
    """A hidden folder for a take in the making; whatever goes wrong, it does not stay behind."""
    name = next_name(home, edit.stem)
    hidden = home / f".{name}.making"
    try:
        hidden.mkdir()
        yield Draft(name, hidden, home)
    except OSError as error:
        raise RenderError(
            f"The take cannot be written: {error.strerror}.",
            where=str(home),
            remedy="Free some space, or use another -o.",
        ) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
