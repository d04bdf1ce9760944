"""The pipeline that a run of the audio domain begins with, and the codec it hears through."""

from __future__ import annotations

from pathlib import Path

from vem_plugin.errors import SettingsError
from vem_plugin.models.audio.stable_audio import StableAudioVeM
from vem_plugin.models.model_folder import INDEX, load
from vem_plugin.models.placement import Placement
from vem_plugin.training.course import Trained, weights_in
from vem_plugin.training.recipe import Recipe

REMEDY = "Name a folder of Stable Audio Open (diffusers' layout) or an audio model of ours with --start."


def open_base(recipe: Recipe) -> StableAudioVeM:
    """The pipeline in the recipe's ``start``; the sizes in ``[model]`` are those of new parts that it lacks.

    Raises
    ------
    SettingsError
        If the recipe names none, or one of another kind.
    ModelError
        If the folder is not whole.
    """
    if not recipe.start:
        raise SettingsError("The audio diffusion has nothing to begin with.", where="start", remedy=REMEDY)
    folder = Path(recipe.start)
    if not (folder / INDEX).is_file():
        return StableAudioVeM.taken_from(folder, **{k: v for k, v in recipe.model.items() if k in NEW_PARTS})
    pipeline = load(folder, Placement("cpu", "float32"))
    if not isinstance(pipeline, StableAudioVeM):
        raise SettingsError(
            f"{type(pipeline).__name__} cannot be trained here, StableAudioVeM can.", where=str(folder), remedy=REMEDY
        )
    return pipeline


NEW_PARTS = ("token_width", "beat_width", "text_size", "picture_size", "sees_pictures")
"""Arguments of ``VeMAudioTransformer`` that a checkpoint of Stable Audio does not bring."""


def codec_folder_of(run: Path, recipe: Recipe) -> Path:
    """Where the autoencoder lies: the run's own, if that stage is finished, else that of the base."""
    finished = Trained.read(run / "codec")
    return weights_in(run, "codec") if finished else Path(recipe.start) / "vae"
