"""Which folders a request may name: the user's own, and what the user has added.

A path is followed through all symbolic links first; where it truly lies must be inside a root, and nothing below the
root may be hidden (a name that begins with a dot, or a folder where programs keep their settings).
"""

from __future__ import annotations

import contextlib
import json
import os
import string
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vem_server.protocol import places
from vem_server.protocol.errors import ServiceError

VARIABLE = "VEM_ROOTS"
"""Environment variable with folders in place of the user's own, separated as in PATH."""
ROOTS_FILE = "roots.toml"
"""In the data folder; ``folders = ["/srv/media", ...]`` adds to the user's own."""
SETTINGS_FOLDERS = frozenset({"AppData", "Library"})
"""Folders right in the home folder where programs keep their settings, besides the hidden ones."""


@dataclass(frozen=True, slots=True)
class Roots:
    """The folders below which requests may name files; each as it truly lies, links followed."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, folders: Iterable[Path]) -> Roots:
        """Roots from any folders; they need not exist yet."""
        return cls(tuple(dict.fromkeys(folder.resolve() for folder in folders)))

    @classmethod
    def of_user(cls) -> Roots:
        """Home and mounted volumes, or those in ``VEM_ROOTS``; what the user has added; and what the service made.

        Raises
        ------
        ServiceError
            ``invalid``, if the file of added folders cannot be read.
        """
        told = os.environ.get(VARIABLE)
        own = [Path(folder) for folder in told.split(os.pathsep) if folder] if told else [Path.home(), *_volumes()]
        return cls.of([*own, *_added(), places.cache_folder(), places.data_folder() / "edits"])

    def confined(self, path: str | Path) -> Path:
        """Where a path truly lies.

        Parameters
        ----------
        path : str or Path
            Absolute. It need not exist.

        Raises
        ------
        ServiceError
            ``path_refused``, if it is relative or lies outside.
        """
        place = Path(path)
        if not place.is_absolute():
            raise ServiceError(
                "path_refused", "The path is not absolute.", where=str(path), remedy="Name it from the top."
            )
        try:
            true = place.resolve()
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                true.lstat()
        except (OSError, RuntimeError, ValueError) as error:  # links in a circle, names too long, no permission
            raise self._refused(place) from error
        if not any(_holds(root, true) for root in self.folders):
            raise self._refused(place)
        return true

    def _refused(self, path: Path) -> ServiceError:
        return ServiceError(
            "path_refused",
            "The path lies outside the folders that the service may touch, or in a hidden one.",
            where=str(path),
            remedy=f"Allowed are {', '.join(map(str, self.folders[:4]))}; `vem daemon allow FOLDER` adds one.",
        )


def allow(folder: Path) -> Roots:
    """Add a folder to the user's roots, for good; returns all roots as they are now.

    Raises
    ------
    ServiceError
        ``path_refused``, if there is no such folder.
    """
    if not folder.is_dir():
        raise ServiceError("path_refused", "There is no such folder.", where=str(folder), remedy="Check the path.")
    added = list(dict.fromkeys([*_added(), folder.resolve()]))
    # A JSON list of strings is a TOML list of strings.
    text = "# Folders that requests to the vem service may name, besides home and mounted volumes.\n"
    text += f"folders = {json.dumps([str(place) for place in added], indent=4, ensure_ascii=False)}\n"
    target = places.data_folder() / ROOTS_FILE
    handle, growing = tempfile.mkstemp(dir=target.parent, prefix=f".{ROOTS_FILE}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(growing, target)
    return Roots.of_user()


def _holds(root: Path, place: Path) -> bool:
    """Whether a place lies in a root, and none of the folders between them is hidden."""
    if not place.is_relative_to(root):
        return False
    below = place.relative_to(root).parts
    if any(part.startswith(".") for part in below):
        return False
    return not (below and root == Path.home().resolve() and below[0] in SETTINGS_FOLDERS)


def _added() -> list[Path]:
    file = places.data_folder() / ROOTS_FILE
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8")).get("folders", [])
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        told = error
    if not isinstance(told, list) or not all(isinstance(folder, str) for folder in told):
        raise ServiceError(
            "invalid",
            "The list of allowed folders cannot be read.",
            where=str(file),
            remedy='Write it as: folders = ["/one", "/another"].',
        )
    return [Path(folder).expanduser() for folder in told]


def _volumes() -> Iterator[Path]:
    """Where the system mounts other disks."""
    if sys.platform == "darwin":
        yield Path("/Volumes")
    elif sys.platform == "win32":
        system = os.environ.get("SYSTEMDRIVE", "C:").rstrip(":").upper()
        drives = (Path(f"{letter}:\\") for letter in string.ascii_uppercase if letter != system)
        yield from (drive for drive in drives if drive.is_dir())
    else:
        user = Path.home().name
        yield from (Path("/mnt"), Path("/media") / user, Path("/run/media") / user)
