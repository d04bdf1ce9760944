"""How a model comes onto the shelf: fetched if it lies on a hub, converted if it is not ours, checked, then copied.

A folder is refused if it names no licence, if a hash is wrong, or if it holds pickles, which can run code when they
are opened. It appears on the shelf under its name in one step, or not at all.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from vem_plugin.errors import ModelError
from vem_plugin.models.hub import DIFFUSERS_INDEX, fetch, hub_model_of
from vem_plugin.models.model_folder import INDEX, Kind, belongs, check_folder, write_index
from vem_plugin.models.shelf import NAME, ShelvedModel, model_folder_of, shelf
from vem_plugin.progress import Report, silent

CONVERTED = {
    "StableAudioPipeline": ("vem_plugin.models.audio.stable_audio", "StableAudioVeM"),
    "AudioLDM2Pipeline": ("vem_plugin.models.audio.audioldm2", "AudioLDM2VeM"),
}
"""Pipelines of diffusers, by the class that their index names, and the pipeline of ours that takes their weights."""
OURS: dict[str, Kind] = {"VeMPipeline": "score", "StableAudioVeM": "audio", "AudioLDM2VeM": "audio"}
"""Our own pipelines: a folder of one that lacks our index needs no more than that."""
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz", ".th")
"""Suffixes of files that may be pickles."""
PICKLE_MARK = b"\x80"
SAFETENSORS_START = 8
"""Byte at which the JSON header of a safetensors file begins."""
NO_LICENCE = ("", "none", "unknown", "other")
CARD = "README.md"


def add(
    source: str,
    *,
    name: str | None = None,
    licence: str | None = None,
    link: bool = False,
    report: Report = silent,
) -> ShelvedModel:
    """Put a model onto the shelf.

    Parameters
    ----------
    source : str
        A model folder, a folder of diffusers' (Stable Audio Open, AudioLDM 2), or ``hub:OWNER/NAME[@REVISION]``.
    name : str, optional
        What to call it; the default is the name in its index, or that of the folder.
    licence : str, optional
        Its licence, where a folder that is not ours does not tell it.
    link : bool
        Whether files are linked (hard links) instead of copied: no second gigabyte, but both names are one file.
    report : Report
        Told what is being done, as stage "add".

    Raises
    ------
    ModelError
        If the source holds no model, names no licence, has wrong hashes or pickles, cannot be fetched or converted;
        if the name is no name or taken; or if the shelf cannot be written.
    """
    with _workroom() as room:
        on_hub = hub_model_of(source)
        if on_hub is not None:
            report("add", 0.1, f"fetching {on_hub.name}")
            folder = fetch(on_hub, room / "fetched")
        else:
            folder = Path(source)
        if not folder.is_dir():
            raise ModelError("There is no such folder.", where=source, remedy="Name a model folder, or hub:OWNER/NAME.")
        report("add", 0.4, "checking")
        refuse_pickles(folder)
        if not (folder / INDEX).is_file():
            called = name or (on_hub.name.split("/")[1] if on_hub is not None else folder.resolve().name)
            report("add", 0.5, "converting")
            folder = _as_ours(folder, room / "converted", name=called, licence=licence)
        index = check_folder(folder).index
        _refuse_without_licence(index.licence, folder)
        place = _free_place(name or index.name)
        report("add", 0.8, "copying")
        _copy(folder, room / "model", [INDEX, *index.files], link=link or folder.is_relative_to(room))
        index = check_folder(room / "model").index
        (room / "model").rename(place)
    report("add", 1.0, place.name)
    return ShelvedModel(place.name, place, index)


def refuse_pickles(folder: Path) -> None:
    """Refuse a folder that holds a pickle, or something that could be one, whether the index names it or not.

    Raises
    ------
    ModelError
    """
    for file in sorted(folder.rglob("*")):
        if ".git" in file.relative_to(folder).parts or not file.is_file():
            continue
        if file.suffix.lower() in PICKLES or _is_pickle(file):
            raise ModelError(
                "The folder holds a pickle, which can run any program when it is opened.",
                where=str(file),
                remedy="Remove it if the safetensors beside it are complete, or ask for the model as safetensors.",
            )


def _is_pickle(file: Path) -> bool:
    """Whether a file is one by its content: a bare pickle, or a zip archive (torch's own form)."""
    with file.open("rb") as opened:
        start = opened.read(SAFETENSORS_START + 1)
    if file.suffix.lower() == ".safetensors":  # its first bytes are a length, and may be any
        return start[SAFETENSORS_START:] != b"{"
    return start[:1] == PICKLE_MARK or zipfile.is_zipfile(file)


def _refuse_without_licence(licence: str, folder: Path) -> None:
    if licence.strip().lower() in NO_LICENCE:
        raise ModelError(
            "The model does not say under which licence it may be used.",
            where=str(folder),
            remedy="Ask who made it. For a folder of diffusers', --licence says what it is.",
        )


def _as_ours(folder: Path, into: Path, *, name: str, licence: str | None) -> Path:
    """A folder of diffusers' as one of ours, with index and hashes; the weights it came from stay as they are."""
    told = licence or licence_of(folder)
    _refuse_without_licence(told, folder)
    made_by = _pipeline_class(folder)
    kind = OURS.get(made_by, "audio")
    if made_by in OURS:
        files = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file() and belongs(file)]
        _copy(folder, into, files, link=False)
    elif made_by in CONVERTED:
        module, ours = CONVERTED[made_by]
        getattr(import_module(module), ours).taken_from(folder).save_pretrained(into, safe_serialization=True)
        _copy(folder, into, [paper.name for paper in _papers(folder)], link=False)
    else:
        raise ModelError(
            f"A {made_by} is no model that vem-plugin can use.",
            where=str(folder / DIFFUSERS_INDEX),
            remedy=f"Name a model folder of vem-plugin, or one of {', '.join(CONVERTED)}.",
        )
    trained = "as published" if made_by in OURS else f"as published; converted from {made_by}, what is new is untrained"
    write_index(into, name=name, version="1", licence=told, trained_on=trained, kind=kind)
    return into


def _pipeline_class(folder: Path) -> str:
    try:
        return str(json.loads((folder / DIFFUSERS_INDEX).read_text(encoding="utf-8"))["_class_name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"There is no model here: neither {INDEX} nor {DIFFUSERS_INDEX} reads.",
            where=str(folder),
            remedy="Name the folder that holds one of them.",
        ) from error


def licence_of(folder: Path) -> str:
    """The licence that a diffusers folder names: in the header of its card, else the first line of its licence file.

    Empty if it names none.
    """
    card = folder / CARD
    if card.is_file():
        header = re.match(r"---\s*\n(.*?)\n---", card.read_text(encoding="utf-8", errors="replace"), re.DOTALL)
        told = dict(re.findall(r"^(license(?:_name)?):\s*[\"']?([^\"'\n]+)", header[1], re.MULTILINE)) if header else {}
        named = told.get("license_name") or told.get("license", "")
        if named.strip().lower() not in NO_LICENCE:
            return named.strip()
    for paper in _papers(folder):
        if paper.name != CARD:
            lines = paper.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if lines:
                return lines[0].strip("# ")[:100]
    return ""


def _papers(folder: Path) -> list[Path]:
    """Licence, notice and card of a folder."""
    names = ("LICENSE", "LICENCE", "NOTICE")
    return sorted(file for file in folder.iterdir() if file.stem.upper() in names or file.name == CARD)


def _free_place(name: str) -> Path:
    if NAME.fullmatch(name) is None:
        raise ModelError(
            f"'{name}' cannot be the name of a model.",
            remedy="Give another with --name: letters, digits, dot, hyphen and underscore, at most 64.",
        )
    place = shelf() / name
    if model_folder_of(name) is not None or place.exists():
        raise ModelError(
            f"There is a model '{name}' already.",
            where=str(place),
            remedy="Give another name with --name, or remove that one first.",
        )
    return place


def _copy(source: Path, target: Path, files: list[str], *, link: bool) -> None:
    """Copy or link the named files, and no others."""
    for name in files:
        if not belongs(Path(name)):
            raise ModelError("A model does not consist of such files.", where=name, remedy="Ask who made it.")
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            if link:
                os.link((source / name).resolve(), target / name)
            else:
                shutil.copyfile(source / name, target / name)
        except OSError as error:
            raise ModelError(
                f"A file cannot be {'linked' if link else 'copied'}: {error.strerror or error}.",
                where=str(source / name),
                remedy="Add it without --link." if link else f"Check the disk that {shelf()} lies on.",
            ) from error


@contextmanager
def _workroom() -> Iterator[Path]:
    """A hidden folder on the shelf, gone in the end whatever happens: what is finished is moved out of it."""
    try:
        shelf().mkdir(mode=0o700, parents=True, exist_ok=True)
        room = tempfile.TemporaryDirectory(prefix=".adding-", dir=shelf())
    except OSError as error:
        raise ModelError(
            f"The shelf cannot be written: {error.strerror or error}.",
            where=str(shelf()),
            remedy="Check who may write there.",
        ) from error
    with room as path:
        yield Path(path)
