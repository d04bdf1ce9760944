"""Receipts: what was done to a machine, part by part, written down while it is done, so that it can be undone exactly.

A receipt is a JSON file in our data folder. It names every file with the SHA-256 of what was put there, every folder
that was made for them, and the command that undoes each command that was run.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from vem_installers.errors import InstallError
from vem_installers.machine import Machine
from vem_installers.steps import Part

FORMAT = 1
"""Version of the receipt's form."""


@dataclass(slots=True)
class Receipt:
    """What was done for one part.

    Attributes
    ----------
    files : dict of str to str
        Path of each file put, and the SHA-256 of its content.
    folders : list of str
        Folders made, outermost first.
    commands : list of list of str
        Commands that undo what was run, in the order of doing.
    """

    part: Part
    files: dict[str, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing is left to undo."""
        return not (self.files or self.folders or self.commands)


def receipt_path(part: Part, machine: Machine) -> Path:
    """Where a part's receipt lies."""
    return Path(machine.ours) / "installed" / f"{part}.json"


def read_receipt(part: Part, machine: Machine) -> Receipt:
    """A part's receipt; an empty one if there is none.

    Raises
    ------
    InstallError
        If it is damaged or of a newer version.
    """
    path = receipt_path(part, machine)
    try:
        told = json.loads(path.read_bytes())
        if told["format"] != FORMAT:
            raise InstallError(
                f"The receipt of {part} has form {told['format']}; this version knows {FORMAT}.",
                where=str(path),
                remedy="Use the version of vem-plugin that installed it.",
            )
        return Receipt(part, dict(told["files"]), list(told["folders"]), [list(one) for one in told["commands"]])
    except FileNotFoundError:
        return Receipt(part)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InstallError(
            f"The receipt of {part} cannot be read: {error}.",
            where=str(path),
            remedy="It says what was installed where. Move it away to start anew; nothing else is touched.",
        ) from error


def write_receipt(receipt: Receipt, machine: Machine) -> None:
    """Write a receipt, whole or not at all; an empty one goes away, with our folders if they are empty then.

    Raises
    ------
    InstallError
        If the folder cannot be written to.
    """
    path = receipt_path(receipt.part, machine)
    try:
        if receipt.empty:
            path.unlink(missing_ok=True)
            for folder in (path.parent, path.parent.parent):
                remove_if_empty(folder)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        written = {"format": FORMAT, **asdict(receipt)}
        replace_file(path, json.dumps(written, indent=1, ensure_ascii=False).encode())
    except OSError as error:
        raise InstallError(
            f"The receipt cannot be written: {error.strerror or error}.",
            where=str(path),
            remedy="Nothing is installed without one. Free the folder or the disk, and run this again.",
        ) from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old one or the whole new one."""
    draft = path.with_name(f"{path.name}.vem-part")
    try:
        draft.write_bytes(content)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def remove_if_empty(folder: Path) -> bool:
    """Remove a folder if nothing is in it; says whether it went."""
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def digest(content: bytes) -> str:
    """SHA-256 as hexadecimal."""
    return hashlib.sha256(content).hexdigest()
