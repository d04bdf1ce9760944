"""Names and publishing of a take's files: a new name for every version, nothing overwritten, all or nothing.

Editors cache waveforms by path, so a version never takes the name of an earlier one. Files are written in a hidden
folder beside their place and moved there when all of them are whole.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from vem_plugin.errors import RenderError

_MOST_VERSIONS = 9999


def name_of(take: str, version: int, part: str = "") -> str:
    """File name of a take without its suffix: ``edit_v01_MX`` for the mix, ``edit_v01_MX_BASS_48k24`` for a stem."""
    return f"{take}_v{version:02d}_MX" + (f"_{part.upper()}_48k24" if part else "")


def free_version(folder: Path, take: str) -> int:
    """The lowest version above every one that the folder holds."""
    pattern = re.compile(re.escape(take) + r"_v(\d+)_MX")
    taken = [int(match[1]) for path in folder.iterdir() if (match := pattern.match(path.name))]
    return max(taken, default=0) + 1


@contextlib.contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A hidden folder inside ``folder`` that is gone afterwards, with whatever an error left in it.

    Raises
    ------
    RenderError
        ``folder`` cannot be made or written to, or the disk filled up while work went on.
    """
    created = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=".vem-", dir=folder))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield place
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
        if created:
            with contextlib.suppress(OSError):  # it holds the take
                folder.rmdir()


def publish(files: Mapping[str, Path], folder: Path, *, take: str, suffixes: Mapping[str, str]) -> dict[str, Path]:
    """Moves finished files to their final names, all under one new version.

    Parameters
    ----------
    files : mapping
        Part ("" for the mix, "MIDI", or a role) to the finished file.
    folder : Path
        Where they belong; on the same disk.
    take : str
        First part of the names.
    suffixes : mapping
        Part to the file name's ending, version and all left out: what ``name_of`` adds is added here.

    Returns
    -------
    dict
        Part to final path.
    """
    version = free_version(folder, take)
    while version <= _MOST_VERSIONS:
        names = {part: folder / (name_of(take, version, suffixes[part]) + path.suffix) for part, path in files.items()}
        moved: list[Path] = []
        try:
            for part, path in files.items():
                _move(path, names[part])
                moved.append(names[part])
        except FileExistsError:
            # Another render took this version in the meantime: give back what was placed and try the next one.
            for part, path in files.items():
                if names[part] in moved:
                    os.replace(names[part], path)
            version += 1
            continue
        except OSError:
            for path in moved:
                path.unlink(missing_ok=True)
            raise
        return names
    raise RenderError(
        f"The folder holds {_MOST_VERSIONS} versions of this take already.",
        where=str(folder),
        remedy="Choose another folder or name.",
    )


def _move(source: Path, target: Path) -> None:
    """Renames without ever replacing a file: the name is claimed first, which fails if somebody has it."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        os.replace(source, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _unwritable(folder: Path, error: OSError) -> RenderError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return RenderError(
            "The disk filled up while the music was written; nothing was kept.",
            where=str(folder),
            remedy="A minute of music takes about 110 MB with its stems: free some space, or choose another folder.",
        )
    return RenderError(
        f"The folder cannot be written to: {error.strerror or error}.",
        where=str(folder),
        remedy="Choose another folder with -o, or change its permissions.",
    )
