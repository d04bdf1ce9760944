"""Train the model step by step; every step reads and writes one run folder."""

from __future__ import annotations

import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vem_plugin.training.crew import Crew
    from vem_plugin.training.pace import Pace

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
Out = Annotated[Path, typer.Option(help="The run folder.")]
Device = Annotated[str, typer.Option(help="cpu, cuda or mps.")]

TRAIN_SEED, HELDOUT_SEED = 1, 900_000


def _log_to(out: Path, step: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    targets: list[logging.Handler] = [logging.StreamHandler(sys.stderr), logging.FileHandler(out / "log.txt")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", handlers=targets)
    logging.getLogger("vem_plugin").info("$ python -m vem_plugin.training %s %s", step, " ".join(sys.argv[2:]))


@app.command()
def corpus(
    out: Out,
    pieces: Annotated[int, typer.Option(help="Pieces to learn from.")] = 30_000,
    heldout: Annotated[int, typer.Option(help="Pieces to measure with.")] = 300,
    processes: Annotated[int, typer.Option(help="Processes.")] = os.cpu_count() or 1,
) -> None:
    """Build the teaching corpus: pieces by the rule-based composer, and the real ones that lie in the package."""
    from vem_plugin.training.corpus.real import load_real_pieces
    from vem_plugin.training.dataset import build_columns, save_columns

    _log_to(out, "corpus")
    real = load_real_pieces("heldout")
    save_columns(
        out / "heldout", build_columns(heldout, seed=HELDOUT_SEED, held_out=True, processes=processes, real=real)
    )
    columns = build_columns(pieces, seed=TRAIN_SEED, processes=processes, real=load_real_pieces("train"))
    save_columns(out / "train", columns)
    logging.getLogger(__name__).info(
        "corpus: %d pieces (%d real), %d beats, %d notes, %d captions",
        len(columns["bpm"]),
        int(columns["real"].sum()),
        len(columns["root"]),
        len(columns["notes"]),
        len(columns["caption_words"]),
    )


@app.command()
def codec(
    out: Out,
    minutes: Annotated[float, typer.Option(help="How long to train.")] = 8.0,
    further: Annotated[bool, typer.Option(help="Train on the codec of the run folder.")] = False,
    decoder_only: Annotated[bool, typer.Option(help="Leave the latents as they are.")] = False,
    seed: Annotated[int, typer.Option(help="Order of the pieces and noise.")] = 0,
    device: Device = "cpu",
) -> None:
    """Train the score codec."""
    from vem_plugin.training.codec import train_codec
    from vem_plugin.training.dataset import PieceColumns

    _log_to(out, "codec")
    train, heldout = PieceColumns.open(out / "train"), PieceColumns.open(out / "heldout")
    train_codec(
        train,
        heldout,
        minutes=minutes,
        out=out / "codec",
        further=further,
        decoder_only=decoder_only,
        device=device,
        seed=seed,
    )


@app.command()
def encode(out: Out, device: Device = "cpu") -> None:
    """Encode all pieces to latents, and embed all captions."""
    import numpy as np

    from vem_plugin.encoders.text import TextEncoder
    from vem_plugin.models.score_codec import ScoreCodec
    from vem_plugin.training.codec import encode_pieces
    from vem_plugin.training.dataset import PieceColumns, save_columns

    _log_to(out, "encode")
    trained = ScoreCodec.from_pretrained(out / "codec", low_cpu_mem_usage=False)
    trained.to(device)  # pyright: ignore[reportArgumentType]  (diffusers' wrapper hides self)
    encoder = TextEncoder(device="auto" if device == "cuda" else "cpu")
    for part in ("heldout", "train"):
        pieces = PieceColumns.open(out / part)
        texts = encoder.encode(pieces.columns["caption_words"].tolist()).astype(np.float16)
        save_columns(out / part, {"caption_text": texts, "latents": encode_pieces(trained, pieces)})


@app.command()
def diffusion(
    out: Out,
    minutes: Annotated[float, typer.Option(help="How long to train.")] = 60.0,
    until: Annotated[str, typer.Option(help="Or train until this time of today, HH:MM.")] = "",
    further: Annotated[bool, typer.Option(help="Train a finished run on for so long.")] = False,
    device: Device = "cpu",
    processes: Annotated[int, typer.Option(help="Processes that share every step.")] = 1,
    threads: Annotated[int, typer.Option(help="CPU threads of each; 0 leaves the choice to torch.")] = 0,
) -> None:
    """Train the diffusion transformer; goes on from the run folder's checkpoint if there is one."""
    import time
    from datetime import datetime

    from vem_plugin.training.crew import work_together
    from vem_plugin.training.pace import Pace

    pace = Pace.of_minutes(minutes)
    if until:
        hour, minute = (int(part) for part in until.split(":"))
        pace = Pace(time.time(), datetime.now().replace(hour=hour, minute=minute, second=0).timestamp())
    work = partial(_diffuse, out=out, device=device, pace=pace, further=further)
    work_together(work, size=processes, threads=threads)


def _diffuse(crew: Crew, *, out: Path, device: str, pace: Pace, further: bool) -> None:
    from vem_plugin.training.dataset import PieceColumns
    from vem_plugin.training.diffusion import train_diffusion

    if crew.leads:
        _log_to(out, "diffusion")
    train, heldout = PieceColumns.open(out / "train"), PieceColumns.open(out / "heldout")
    train_diffusion(train, heldout, pace=pace, out=out, device=device, crew=crew, further=further)


@app.command()
def export(
    out: Out,
    to: Annotated[Path, typer.Option(help="The model folder to write.")],
    version: Annotated[str, typer.Option(help="Version of the model.")] = "1",
    last: Annotated[bool, typer.Option(help="The last weights, not the averaged ones: for short runs.")] = False,
) -> None:
    """Put codec and transformer together as a model folder."""
    from vem_plugin.training.export import export_pipeline

    _log_to(out, "export")
    export_pipeline(out, to, version=version, last=last)
