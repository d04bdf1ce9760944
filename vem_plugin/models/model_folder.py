"""The model folder: what ships, where it is found, proof that it is whole, and how it is loaded.

A folder holds a diffusers pipeline (``model_index.json``, one folder a component, safetensors) and ``model.json``,
which names the model and its licence, says of which kind it is, and lists the SHA-256 of every file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import msgspec

from vem_plugin.checksum import sha256_of
from vem_plugin.errors import ModelError
from vem_plugin.models.placement import Placement

if TYPE_CHECKING:
    from vem_plugin.models.audio.audio_pipeline import VeMAudioPipeline
    from vem_plugin.models.pipeline import VeMPipeline

SHIPPED = Path(__file__).parent / "weights"
INDEX = "model.json"
REINSTALL = "Install vem-plugin again, or point --model to a complete model folder."

Kind = Literal["score", "audio"]
"""What a model writes: latents of a score, or of sound."""
PIPELINES: dict[Kind, tuple[str, str]] = {
    "score": ("vem_plugin.models.pipeline", "VeMPipeline"),
    "audio": ("vem_plugin.models.audio.audio_pipeline", "VeMAudioPipeline"),
}
"""Module and class of each kind; every class has ``from_folder(checked, placement)``."""
KEPT = (".safetensors", ".json", ".txt", ".md", ".model")
"""Suffixes of the files that belong to a model: weights, configs, vocabularies, model card. No pickles."""


class ModelIndex(msgspec.Struct, frozen=True, kw_only=True):
    """What ``model.json`` says. ``files`` maps paths inside the folder to their SHA-256.

    An index without a ``kind`` is of the time when all models wrote scores.
    """

    name: str
    kind: Kind = "score"
    version: str
    licence: str
    trained_on: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model folder whose files have been checked. ``digest`` identifies it in a take's provenance."""

    path: Path
    index: ModelIndex
    digest: str


def read_index(folder: Path) -> ModelIndex:
    """What a model folder says of itself; its files are not checked.

    Raises
    ------
    ModelError
        If the index is missing or unreadable, or names a file outside the folder.
    """
    file = folder / INDEX
    try:
        index = msgspec.json.decode(file.read_bytes(), type=ModelIndex)
    except OSError as error:
        raise ModelError("There is no model here", where=str(file), remedy=REINSTALL) from error
    except msgspec.DecodeError as error:
        raise ModelError(f"The model's index does not read: {error}", where=str(file), remedy=REINSTALL) from error
    for name in index.files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name or ":" in name:
            raise ModelError("The model's index names a file outside its folder", where=name, remedy=REINSTALL)
    return index


def check_folder(folder: Path | None = None) -> ModelFolder:
    """Check that a model folder is complete and unchanged.

    Parameters
    ----------
    folder : Path or None
        None: the model that ships.

    Raises
    ------
    ModelError
        As ``read_index``; also if a file is missing or has another hash.
    """
    path = folder or SHIPPED
    index = read_index(path)
    for name, expected in index.files.items():
        file = path / name
        try:
            found = sha256_of(file)
        except OSError as error:
            raise ModelError("A file of the model is missing", where=str(file), remedy=REINSTALL) from error
        if found != expected:
            what = f"A file of the model has been changed or damaged: SHA-256 {found[:12]}, not {expected[:12]}"
            raise ModelError(what, where=str(file), remedy=REINSTALL)
    return ModelFolder(path, index, sha256_of(path / INDEX))


def write_index(
    folder: Path, *, name: str, version: str, licence: str, trained_on: str, kind: Kind = "score"
) -> ModelIndex:
    """Hash all files of a saved pipeline and write ``model.json``, so that ``check_folder`` accepts it."""
    found = sorted(file for file in folder.rglob("*") if file.is_file() and belongs(file) and file.name != INDEX)
    files = {file.relative_to(folder).as_posix(): sha256_of(file) for file in found}
    index = ModelIndex(name=name, kind=kind, version=version, licence=licence, trained_on=trained_on, files=files)
    (folder / INDEX).write_text(json.dumps(msgspec.to_builtins(index), indent=2) + "\n", encoding="utf-8")
    return index


def belongs(file: Path) -> bool:
    """Whether a file is of a sort that a model folder holds."""
    return file.suffix.lower() in KEPT or file.stem.upper() in ("LICENSE", "LICENCE", "NOTICE")


def load(folder: Path | None = None, placement: Placement | None = None) -> VeMPipeline | VeMAudioPipeline:
    """Check and load a model folder of either kind.

    Parameters
    ----------
    folder : Path or None
        None: the model that ships.
    placement : Placement or None
        Where it shall compute; None: ``Placement()``, the fastest device there is.

    Returns
    -------
    VeMPipeline or VeMAudioPipeline
        As the folder's kind says, ready to write.

    Raises
    ------
    ModelError
        As ``check_folder`` and ``Placement.device``; also if the files do not make a pipeline of this version.
    """
    checked = check_folder(folder)
    placement = placement or Placement()
    placement.device  # noqa: B018  (a device that is not there is refused before anything is read)
    from diffusers.utils.logging import disable_progress_bar

    disable_progress_bar()
    module, name = PIPELINES[checked.index.kind]
    try:
        return getattr(import_module(module), name).from_folder(checked, placement)
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError, TypeError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        what = f"The model does not fit this version of vem-plugin: {first_line}"
        raise ModelError(what, where=str(checked.path), remedy=REINSTALL) from error
