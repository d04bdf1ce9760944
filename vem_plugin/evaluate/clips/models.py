"""The embedding models that some measures need: ONNX folders that the user names, by role.

None ships: their licences or sizes forbid it. A measure whose model is not named stays empty and says how to get one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vem_plugin.encoders.sound import PICTURE_TOWER, TEXT_TOWER, SoundEncoder
from vem_plugin.errors import ModelError, SettingsError

GUIDE = "vem_plugin/encoders/weights/README.md"
ROLES: Mapping[str, str] = {
    "clap": "CLAP and tw-CLAP",
    "languagebind": "LB and tw-LB",
    "tags": "IS and KLD",
    "fad": "FAD",
}
"""What may be named, and the measures that come of it."""


def how_to_get(role: str) -> str:
    """Why a measure is empty, and what to do, in a line."""
    return f"no model for it was named: --embedding {role}=FOLDER ({GUIDE} says how to make one)"


@dataclass(frozen=True)
class Models:
    """The models by role, None where none was named."""

    clap: SoundEncoder | None = None
    languagebind: SoundEncoder | None = None
    tags: SoundEncoder | None = None
    fad: SoundEncoder | None = None

    @property
    def names(self) -> dict[str, str]:
        """Names of the models there are, by role."""
        return {role: model.name for role in ROLES if (model := getattr(self, role)) is not None}


def open_models(folders: Mapping[str, Path], *, device: str = "auto") -> Models:
    """Open the folders that are named, and check that each is able to do what its role asks.

    Parameters
    ----------
    folders : mapping of str to Path
        By the names of ``ROLES``.
    device : str
        As in ``vem_plugin.encoders.runtime.open_session``.

    Raises
    ------
    SettingsError
        If a role is unknown.
    ModelError
        If a folder is incomplete, damaged, or no model for its role.
    """
    unknown = next((role for role in folders if role not in ROLES), None)
    if unknown is not None:
        raise SettingsError(
            f"There is no embedding called '{unknown}'.", where="--embedding", remedy=f"Use {', '.join(ROLES)}."
        )
    models = Models(**{role: SoundEncoder(folder, device) for role, folder in folders.items()})
    able = (
        ("clap", models.clap is None or (models.clap.embeds and models.clap.text_tower is not None), TEXT_TOWER),
        (
            "languagebind",
            models.languagebind is None
            or (models.languagebind.embeds and models.languagebind.picture_tower is not None),
            PICTURE_TOWER,
        ),
        ("tags", models.tags is None or models.tags.scores, "an output 'scores'"),
        ("fad", models.fad is None or models.fad.embeds, "an output 'embedding'"),
    )
    for role, enough, lacks in able:
        if not enough:
            raise ModelError(
                f"This model cannot give {ROLES[role]}: it has no embedding, or no {lacks.replace('_', ' ')}.",
                where=str(folders[role]),
                remedy=f"Name a folder as {GUIDE} describes it.",
            )
    return models
