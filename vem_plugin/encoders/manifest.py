"""``encoder.json``: what a folder of an encoder says about itself, read and checked before anything is run.

Every folder holds one; the README of ``weights`` describes its fields. Files are named relative to the
folder, each with its SHA-256, so a damaged or swapped file is told before onnxruntime sees it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vem_plugin.checksum import sha256_of
from vem_plugin.errors import ModelError

FILE_NAME = "encoder.json"
FORMAT = "vem-encoder/1"
SHIPPED = Path(__file__).parent / "weights"
"""Folder of the encoders that ship with the package: ``text`` and ``picture``."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The checked contents of an ``encoder.json``; ``fields`` is its object, read by the methods below."""

    folder: Path
    kind: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The file's path, for messages."""
        return str(self.folder / FILE_NAME)

    def text(self, key: str) -> str:
        """A field that must be a non-empty string."""
        value = self.fields.get(key)
        if not isinstance(value, str) or not value:
            raise self.fault(f"The field {key!r} must be a text; it is {value!r}.")
        return value

    def one_of(self, key: str, choices: tuple[str, ...]) -> str:
        """A field that must be one of a few words."""
        value = self.text(key)
        if value not in choices:
            raise self.fault(f"The field {key!r} must be one of {', '.join(choices)}; it is {value!r}.")
        return value

    def count(self, key: str) -> int:
        """A field that must be a whole number above 0."""
        value = self.fields.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.fault(f"The field {key!r} must be a whole number above 0; it is {value!r}.")
        return value

    def number(self, key: str, *, above: float | None = None) -> float:
        """A field that must be a number, and greater than ``above`` if that is given."""
        value = self.fields.get(key)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or (above is not None and value <= above):
            least = "" if above is None else f" above {above:g}"
            raise self.fault(f"The field {key!r} must be a number{least}; it is {value!r}.")
        return float(value)

    def triple(self, key: str) -> tuple[float, float, float]:
        """A field that must be three numbers, one for each of red, green and blue."""
        value = self.fields.get(key)
        if not isinstance(value, list) or len(value) != 3 or not all(_is_number(each) for each in value):
            raise self.fault(f"The field {key!r} must be three numbers; it is {value!r}.")
        return float(value[0]), float(value[1]), float(value[2])

    def names(self, key: str) -> dict[str, str]:
        """A field that must be an object of strings (tensor names by role)."""
        value = self.fields.get(key)
        if not isinstance(value, dict) or not all(isinstance(each, str) and each for each in value.values()):
            raise self.fault(f"The field {key!r} must be an object of names; it is {value!r}.")
        return dict(value)

    def path(self, key: str) -> Path:
        """The path of the file that a field names; its hash was checked on reading."""
        name = self.text(key)
        if name not in self.fields["sha256"]:
            raise self.fault(f"The file {name!r} of the field {key!r} has no entry under 'sha256'.")
        return self.folder / name

    def check_names(self, role: str, wanted: list[str], there: tuple[str, ...]) -> None:
        """Raise if the model lacks one of the tensors that this file names."""
        missing = [name for name in wanted if name not in there]
        if missing:
            raise self.fault(f"The model has no {role} {missing[0]!r}; it has {', '.join(there)}.")

    def fault(self, what: str) -> ModelError:
        """An error about this file, to raise."""
        return ModelError(what, where=self.where, remedy="Correct the file, or export the encoder again.")


def read_manifest(folder: Path, kind: str) -> Manifest:
    """Read a folder's ``encoder.json`` and check its format, its kind and the hash of every file it lists.

    Parameters
    ----------
    folder : Path
        A folder of an encoder.
    kind : str
        "text", "picture" or "sound": what it must be.

    Raises
    ------
    ModelError
        If the file is missing, no JSON, of another format or kind, or a listed file is missing or changed.
    """
    path = folder / FILE_NAME
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"The encoder folder has no readable {FILE_NAME}.",
            where=str(folder),
            remedy="Point to a folder with a model and its encoder.json, or leave the option out.",
        ) from error
    except ValueError as error:
        raise ModelError(f"{FILE_NAME} is not JSON: {error}", where=str(path), remedy="Correct the file.") from error
    if not isinstance(fields, dict):
        raise ModelError(f"{FILE_NAME} must hold a JSON object.", where=str(path), remedy="Correct the file.")
    manifest = Manifest(folder, kind, "", fields)
    manifest.one_of("format", (FORMAT,))
    manifest.one_of("kind", (kind,))
    _check_hashes(manifest)
    return Manifest(folder, kind, manifest.text("name"), fields)


def _check_hashes(manifest: Manifest) -> None:
    for name, digest in manifest.names("sha256").items():
        path = manifest.folder / name
        if not path.is_file():
            raise ModelError(
                f"The encoder's file {name!r} is missing.",
                where=str(path),
                remedy="Install the encoder again.",
            )
        if sha256_of(path) != digest.lower():
            raise ModelError(
                f"The encoder's file {name!r} is not the one {FILE_NAME} describes (its SHA-256 differs).",
                where=str(path),
                remedy="Install the encoder again; if you changed the file on purpose, update its hash.",
            )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
