"""Names of a take's files, and their publishing: nothing is overwritten, and it is all of them or none.

Editors cache waveforms by path, so two renders never share a name: the caller gives every take a name of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from vem_plugin.errors import RenderError


def name_of(take: str, part: str = "") -> str:
    """File name without its suffix: ``edit_v01_MX`` for mix and MIDI, ``edit_v01_MX_BASS_48k24`` for a stem."""
    return f"{take}_MX" + (f"_{part.upper()}_48k24" if part else "")


def publish(files: Mapping[Path, str], folder: Path) -> dict[Path, Path]:
    """Move finished files to their final names.

    Parameters
    ----------
    files : mapping of Path to str
        Finished file, on the same disk, to its final name in ``folder``.

    Returns
    -------
    dict
        Former path to final path.

    Raises
    ------
    RenderError
        If one of the names is taken; no file has been moved then.
    OSError
        If the disk refuses; no file has been moved then.
    """
    final: dict[Path, Path] = {}
    try:
        for path, name in files.items():
            _move(path, folder / name)
            final[path] = folder / name
    except OSError as error:
        for path, moved in final.items():
            os.replace(moved, path)
        if isinstance(error, FileExistsError):
            raise RenderError(
                "There is a file of that name already.",
                where=str(error.filename),
                remedy="Give this take another name.",
            ) from error
        raise
    return final


def _move(source: Path, target: Path) -> None:
    """Renames without ever replacing a file: the name is claimed first, which fails if somebody has it."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        os.replace(source, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise
