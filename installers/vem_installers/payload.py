"""The files that go into the editing programs. They are made in `adapters/` and shipped inside this package's wheel.

In a wheel they lie in `payload/`, put there by the build (`pyproject.toml`); in a checkout they are read where they
are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from vem_installers.errors import InstallError

Kind = Literal["scripts", "workflow_integration", "plugin"]

HERE = Path(__file__).parent
ROOTS = (HERE / "payload", HERE.parents[1] / "adapters")
"""Where payload is looked for: in a wheel, in a checkout."""
PLACES: dict[Kind, str] = {
    "scripts": "resolve/scripts",
    "workflow_integration": "resolve/workflow_integration",
    "plugin": "premiere/plugin",
}
"""Each kind's folder, the same below `payload/` in a wheel and below `adapters/` in a checkout."""


def payload_folder(kind: Kind) -> Path:
    """The folder that holds a kind of payload.

    Raises
    ------
    InstallError
        If this installation lacks it.
    """
    for root in ROOTS:
        if (root / PLACES[kind]).is_dir():
            return root / PLACES[kind]
    raise InstallError(
        f"This installation of vem-plugin lacks its {PLACES[kind]}.",
        where=str(HERE),
        remedy="Reinstall vem-plugin; these files are part of it.",
    )


def payload_files(kind: Kind) -> tuple[tuple[PurePosixPath, bytes], ...]:
    """Every file of a kind of payload with its place below the kind's folder, sorted by that."""
    return tuple(files_below(payload_folder(kind)))


def files_below(folder: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Every file below a folder with its relative path, sorted; hidden ones and Python's caches left out."""
    for path in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).as_posix()):
        place = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in place.parts):
            yield PurePosixPath(place.as_posix()), path.read_bytes()
