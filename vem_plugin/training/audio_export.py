"""Put what a run of the audio domain has taught into its base, as a model folder of kind "audio"."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

from vem_plugin.errors import SettingsError
from vem_plugin.models.model_folder import INDEX, read_index, write_index
from vem_plugin.models.placement import Placement
from vem_plugin.training.audio_base import open_base
from vem_plugin.training.audio_codec import oobleck_from
from vem_plugin.training.audio_diffusion import audio_transformer_from
from vem_plugin.training.course import Trained, put_in_place, weights_in
from vem_plugin.training.recipe import StageName

logger = logging.getLogger(__name__)

NAME = "vem-audio"
UNKNOWN_LICENCE = "as its base; ask whoever made it"


def export_audio_pipeline(run: Path, to: Path, *, version: str, licence: str = "", last: bool = False) -> None:
    """Write the model folder ``to``; a folder of that name is replaced whole.

    The transformer is that of the adapter stage if it is finished, else of the diffusion; the autoencoder is the
    run's if it taught one; all else is the base's.

    Parameters
    ----------
    run : Path
        The run folder.
    to : Path
    version : str
    licence : str
        Under which the result may be used; empty: that of the base, where it tells.
    last : bool
        The weights of the last step instead of averaged ones.

    Raises
    ------
    SettingsError
        If neither stage is finished.
    ModelError
        If the base is no longer where it was.
    """
    stage, trained = _newest(run)
    pipeline = open_base(trained.recipe)
    parts: dict[str, Any] = {"transformer": audio_transformer_from(weights_in(run, stage, last=last))}
    if Trained.read(run / "codec"):
        parts["vae"] = oobleck_from(weights_in(run, "codec", last=last))
    pipeline = type(pipeline)(**{**pipeline.components, **parts}).placed(Placement("cpu", "float32"))
    fresh = to.with_name(to.name + ".part")
    shutil.rmtree(fresh, ignore_errors=True)
    pipeline.save_pretrained(fresh, safe_serialization=True)
    base = Path(trained.recipe.start)
    told = f"{trained.steps} steps of the {stage} on {Path(trained.recipe.data).name or 'a set'}, from {base.name}"
    licence = licence or _licence_of(base)
    write_index(fresh, name=NAME, version=version, licence=licence, trained_on=told, kind="audio")
    put_in_place(fresh, to)
    logger.info("exported %s after %d steps to %s", stage, trained.steps, to.name)


def _newest(run: Path) -> tuple[StageName, Trained]:
    stages: tuple[StageName, ...] = ("adapter", "diffusion")
    for stage in stages:
        trained = Trained.read(run / stage)
        if trained is not None:
            return stage, trained
    raise SettingsError(
        "There is no finished diffusion here.", where=str(run), remedy="Run 'vem train diffusion' with an audio recipe."
    )


def _licence_of(base: Path) -> str:
    return read_index(base).licence if (base / INDEX).is_file() else UNKNOWN_LICENCE
