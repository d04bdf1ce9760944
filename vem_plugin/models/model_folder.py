"""The model folder: what ships, where it is found, and proof that it is whole.

A folder holds a diffusers pipeline (``model_index.json``, one folder a component, safetensors in half precision) and
``model.json``, which names the model and lists the SHA-256 of every file.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vem_plugin.checksum import sha256_of
from vem_plugin.errors import ModelError

if TYPE_CHECKING:
    from vem_plugin.models.pipeline import VeMPipeline

SHIPPED = Path(__file__).parent / "weights"
INDEX = "model.json"
REINSTALL = "Install vem-plugin again, or point --model to a complete model folder."


class ModelIndex(msgspec.Struct, frozen=True, kw_only=True):
    """What ``model.json`` says. ``files`` maps paths inside the folder to their SHA-256."""

    name: str
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


def check_folder(folder: Path | None = None) -> ModelFolder:
    """Check that a model folder is complete and unchanged.

    Parameters
    ----------
    folder : Path or None
        None: the model that ships.

    Raises
    ------
    ModelError
        If the folder or its index is missing or unreadable, or a file is missing or has another hash.
    """
    path = folder or SHIPPED
    index_file = path / INDEX
    try:
        content = index_file.read_bytes()
    except OSError as error:
        raise ModelError("There is no model here", where=str(index_file), remedy=REINSTALL) from error
    try:
        index = msgspec.json.decode(content, type=ModelIndex)
    except msgspec.DecodeError as error:
        raise ModelError(
            f"The model's index does not read: {error}", where=str(index_file), remedy=REINSTALL
        ) from error
    for name, expected in index.files.items():
        file = path / name
        try:
            found = sha256_of(file)
        except OSError as error:
            raise ModelError("A file of the model is missing", where=str(file), remedy=REINSTALL) from error
        if found != expected:
            what = f"A file of the model has been changed or damaged: SHA-256 {found[:12]}, not {expected[:12]}"
            raise ModelError(what, where=str(file), remedy=REINSTALL)
    return ModelFolder(path, index, hashlib.sha256(content).hexdigest())


def write_index(folder: Path, *, name: str, version: str, licence: str, trained_on: str) -> ModelIndex:
    """Hash all files of a saved pipeline and write ``model.json``, so that ``check_folder`` accepts it."""
    kept = (".safetensors", ".json")
    found = sorted(file for file in folder.rglob("*") if file.suffix in kept and file.name != INDEX)
    files = {file.relative_to(folder).as_posix(): sha256_of(file) for file in found}
    index = ModelIndex(name=name, version=version, licence=licence, trained_on=trained_on, files=files)
    (folder / INDEX).write_text(json.dumps(msgspec.to_builtins(index), indent=2) + "\n", encoding="utf-8")
    return index


def devices() -> tuple[str, ...]:
    """The torch devices of this machine, fastest first."""
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return tuple(device for device, here in present.items() if here)


def device_named(name: str) -> str:
    """The torch device of "auto", "cpu", "cuda" or "mps"; auto takes the fastest there is.

    Raises
    ------
    ModelError
        If the machine has no such device.
    """
    present = devices()
    if name == "auto":
        return present[0]
    if name not in present:
        raise ModelError(
            f'torch finds no device "{name}"', remedy=f"Use --device auto, or one of: {', '.join(present)}."
        )
    return name


def load_pipeline(folder: Path | None = None, device: str = "auto") -> VeMPipeline:
    """Check and load a model folder.

    Parameters
    ----------
    folder : Path or None
        None: the model that ships.
    device : str
        "auto", "cpu", "cuda" or "mps".

    Returns
    -------
    VeMPipeline
        In float32 (half precision is for the disk), ready to write.

    Raises
    ------
    ModelError
        As ``check_folder`` and ``device_named``; also if the files do not make a pipeline of this version.
    """
    checked = check_folder(folder)
    target = device_named(device)
    import torch
    from diffusers.utils.logging import disable_progress_bar

    from vem_plugin.models.pipeline import VeMPipeline

    disable_progress_bar()
    try:
        pipeline = VeMPipeline.from_pretrained(
            checked.path, torch_dtype=torch.float32, low_cpu_mem_usage=False, local_files_only=True
        )
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError, TypeError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        what = f"The model does not fit this version of vem-plugin: {first_line}"
        raise ModelError(what, where=str(checked.path), remedy=REINSTALL) from error
    pipeline.transformer.eval()
    pipeline.codec.eval()
    pipeline.folder = checked
    return pipeline.to(target)
