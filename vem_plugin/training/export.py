"""Put a finished transformer and codec together as a pipeline, in half precision, ready to ship."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import numpy as np

from vem_plugin.models.beat_features import DIRECTION_COLUMNS
from vem_plugin.models.model_folder import write_index
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.sampler import flow_solver
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.score.cue import ROLES
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.codec import codec_from
from vem_plugin.training.course import Trained, weights_in
from vem_plugin.training.dataset import PieceColumns
from vem_plugin.training.diffusion import transformer_from
from vem_plugin.training.recipe import StageName

logger = logging.getLogger(__name__)

NAME = "vem-score-small"
LICENCE = "Apache-2.0"
FITTED_PIECES = 2000


def velocity_lines(pieces: PieceColumns, *, count: int = FITTED_PIECES) -> list[list[float]]:
    """Offset and slope of velocity over energy for each role, least squares over all notes of some pieces."""
    lines: list[list[float]] = []
    count = min(count, len(pieces))
    last_note = pieces.columns["note_offsets"][count]
    notes = np.asarray(pieces.columns["notes"][:last_note])
    piece = np.repeat(np.arange(count), np.diff(pieces.columns["note_offsets"][: count + 1]))
    beat = pieces.columns["beat_offsets"][piece] + notes["start"] // STEPS_PER_BEAT
    energy = np.asarray(pieces.columns["direction"][:, DIRECTION_COLUMNS["energy"].start], np.float64)[beat]
    for role in range(len(ROLES)):
        own = notes["role"] == role
        slope, offset = np.polyfit(energy[own], notes["velocity"][own].astype(float), 1)
        lines.append([round(float(offset), 2), round(float(slope), 2)])
    return lines


def _steps_of(run: Path, stage: StageName) -> int:
    trained = Trained.read(run / stage)
    return trained.steps if trained else 0


def _with_velocities(trained: ScoreCodec, pieces: PieceColumns) -> ScoreCodec:
    """The same codec, with the corpus's velocities in its configuration and no trace of where it came from."""
    sizes = ("beat_size", "latent_size", "width", "encoder_blocks", "decoder_blocks")
    codec = ScoreCodec(**{name: trained.config[name] for name in sizes}, velocity_lines=velocity_lines(pieces))
    codec.load_state_dict(trained.state_dict())
    return codec


def export_pipeline(run: Path, to: Path, *, version: str, data: Path | None = None, last: bool = False) -> None:
    """Write the pipeline of a run folder to the folder ``to``; its former model is replaced file by file.

    Parameters
    ----------
    run : Path
        With a finished codec, and a finished adapter or, if there is none, diffusion.
    to : Path
        The model folder.
    version : str
        Of the model.
    data : Path, optional
        Folder of the corpus; default: the run folder.
    last : bool
        Take the weights of the last step instead of the averaged ones: better after a short run, whose average still
        remembers its beginning.

    Raises
    ------
    SettingsError
        If a stage is not finished.
    """
    train = PieceColumns.open((data or run) / "train")
    stage = "adapter" if (run / "adapter" / "last").is_dir() else "diffusion"
    transformer = transformer_from(weights_in(run, stage, last=last))
    codec = _with_velocities(codec_from(weights_in(run, "codec")), train)
    steps = _steps_of(run, "diffusion") + (_steps_of(run, "adapter") if stage == "adapter" else 0)
    pipeline = VeMPipeline(transformer.half(), codec.half(), flow_solver())
    fresh = to.with_name(to.name + ".part")
    shutil.rmtree(fresh, ignore_errors=True)
    pipeline.save_pretrained(fresh, safe_serialization=True)
    made, real = len(train.numbers(real=False)), len(train.numbers(real=True))
    told = f"{made} pieces by the project's rule-based composer, {real} real ones; {steps} steps"
    write_index(fresh, name=NAME, version=version, licence=LICENCE, trained_on=told)
    for file in sorted(fresh.rglob("*")):
        if file.is_file():
            target = to / file.relative_to(fresh)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.chmod(0o644)
            os.replace(file, target)
    shutil.rmtree(fresh)
    logger.info("exported the %s, %d steps, to %s", stage, steps, to.name)
