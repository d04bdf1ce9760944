"""The shelf: models that the user has installed, each a folder of its name in the user's own data folder.

The model that ships is on it, too, and cannot be taken off. ``VEM_HOME`` puts the shelf below another folder. Nothing
here loads a model or torch; what comes in is checked by `vem_plugin.models.arrivals`.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from vem_plugin.errors import ModelError
from vem_plugin.models.model_folder import SHIPPED, ModelFolder, ModelIndex, check_folder, read_index

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a model on the shelf may be called; no name is a path."""


@dataclass(frozen=True, slots=True)
class ShelvedModel:
    """A model on the shelf. ``index`` is None, and ``problem`` says why, if its index does not read."""

    name: str
    path: Path
    index: ModelIndex | None
    problem: str = ""

    @property
    def ships(self) -> bool:
        """Whether it is the model that comes with vem-plugin."""
        return self.path == SHIPPED


def shelf() -> Path:
    """The folder of installed models; it need not exist."""
    home = os.environ.get("VEM_HOME")
    return (Path(home) / "data" if home else user_data_path("vem-plugin", appauthor=False)) / "models"


def shelved() -> tuple[ShelvedModel, ...]:
    """All models on the shelf, the one that ships first. Hashes are not checked: `verify` does that."""
    folder = shelf()
    found = sorted(place for place in folder.iterdir() if _holds_model(place)) if folder.is_dir() else []
    return (_looked_at(_shipped_name(), SHIPPED), *(_looked_at(place.name, place) for place in found))


def model_folder_of(told: str) -> Path | None:
    """The folder of a model on the shelf, told by its name or its path; None if it is not on the shelf."""
    if told == _shipped_name():
        return SHIPPED
    place = Path(told)
    on_shelf = shelf() / told if NAME.fullmatch(told) else place if place.parent == shelf() else None
    return on_shelf if on_shelf is not None and _holds_model(on_shelf) else None


def model_told(told: str) -> Path:
    """What ``--model`` means: a model on the shelf by its name, else the path of a model folder.

    ``./NAME`` is always a path.

    Raises
    ------
    ModelError
        If it is a mere name, and neither on the shelf nor a folder here.
    """
    found = model_folder_of(told)
    if found is None and NAME.fullmatch(told) and not Path(told).exists():
        raise no_such_model(told)
    return found or Path(told)


def verify(name: str) -> ModelFolder:
    """Check every file of a model on the shelf.

    Raises
    ------
    ModelError
        If there is no such model, or it is not whole any more.
    """
    return check_folder(_place_of(name))


def remove(name: str) -> Path:
    """Take a model off the shelf and delete its files; in one step, so that nothing half-deleted can be loaded.

    Raises
    ------
    ModelError
        If there is no such model, it is the one that ships, or its files cannot be deleted.
    """
    place = _place_of(name)
    if place == SHIPPED:
        raise ModelError(
            "The model that ships cannot be removed.", where=name, remedy="It goes when vem-plugin is uninstalled."
        )
    going = place.with_name(f".removing-{name}-{os.getpid()}")
    try:
        place.rename(going)
        shutil.rmtree(going)
    except OSError as error:
        raise ModelError(
            f"The model cannot be removed: {error.strerror or error}.",
            where=str(place),
            remedy="Close what uses it, and check who may write there.",
        ) from error
    return place


def no_such_model(name: str) -> ModelError:
    """The error that names the models there are."""
    known = ", ".join(model.name for model in shelved())
    return ModelError(f"There is no model '{name}'.", where=str(shelf()), remedy=f"There are: {known}.")


def _place_of(name: str) -> Path:
    place = model_folder_of(name)
    if place is None:
        raise no_such_model(name)
    return place


def _holds_model(place: Path) -> bool:
    return NAME.fullmatch(place.name) is not None and place.is_dir()


def _shipped_name() -> str:
    return read_index(SHIPPED).name


def _looked_at(name: str, path: Path) -> ShelvedModel:
    try:
        return ShelvedModel(name, path, read_index(path))
    except ModelError as error:
        return ShelvedModel(name, path, None, error.what)
