"""Commands of training: ``vem train codec|aligner|diffusion|adapter RECIPE`` and what goes before, between and after.

``vem_server.cli`` registers them. All of a model's training happens in one run folder (``-o``).
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vem_timeline.errors import VemError

if TYPE_CHECKING:
    from vem_plugin.training.course import Trained
    from vem_plugin.training.recipe import Recipe as LoadedRecipe
    from vem_plugin.training.recipe import StageName

commands = typer.Typer(
    name="train",
    no_args_is_help=True,
    help="Train models: the paper's stages, and what goes before, between and after them. docs/TRAINING.md tells more.",
)

Recipe = Annotated[str, typer.Argument(metavar="RECIPE", help="A TOML file, or a name of `vem train recipes`.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="RUN", help="The run folder.")]
Data = Annotated[Path | None, typer.Option(metavar="FOLDER", help="What is taught; default: the recipe's, else RUN.")]
Start = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Weights to begin with; in the audio domain a whole pipeline.")
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="What the recipe shall say instead; repeatable.")
]
Device = Annotated[str, typer.Option(help="Where it computes: auto, cpu, cuda or mps.")]
Processes = Annotated[int, typer.Option(min=1, help="Processes that share every step; one a GPU, or a CPU core.")]
Threads = Annotated[int, typer.Option(min=0, help="CPU threads of each; 0: one process takes all, several one each.")]
Further = Annotated[bool, typer.Option("--further", help="Train a finished run on for the recipe's length.")]
PauseAt = Annotated[int, typer.Option(metavar="STEP", min=0, help="Stop there; the same command goes on.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.add_typer(commands)


@commands.command()
def recipes(json: Json = False) -> None:
    """The recipes that ship, each with what its first line says."""
    from vem_plugin.training.recipe import SHIPPED, load_recipe, recipe_names
    from vem_server.as_json import print_json
    from vem_server.show import OUT, table_of

    found = [
        {
            "name": name,
            "stage": load_recipe(name).stage,
            "what": (SHIPPED / f"{name}.toml").read_text(encoding="utf-8").splitlines()[0].lstrip("# "),
        }
        for name in recipe_names()
    ]
    if json:
        print_json({"recipes": found})
        return
    table = table_of("recipe", "stage", "says")
    for row in found:
        table.add_row(row["name"], row["stage"], row["what"])
    OUT.print(table)


@commands.command()
def corpus(
    out: Out,
    pieces: Annotated[int, typer.Option(min=1, help="Pieces to learn from.")] = 24_000,
    heldout: Annotated[int, typer.Option(min=1, help="Pieces to measure with.")] = 300,
    processes: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    json: Json = False,
) -> None:
    """Write the score's corpus into RUN: pieces by the rule-based composer, and the real ones of the package."""
    with _logged(out):
        from vem_plugin.training.preparing import make_corpus

        made = make_corpus(out, pieces=pieces, heldout=heldout, processes=processes)
    _tell(made, json=json)


@commands.command()
def encode(out: Out, data: Data = None, device: Device = "auto", json: Json = False) -> None:
    """After the score's codec: encode every piece of the corpus, and embed every caption."""
    with _logged(out):
        from vem_plugin.training.preparing import encode_corpus

        encoded = encode_corpus(out, data=data, device=device)  # type: ignore[arg-type]  # Placement checks the word
    _tell({"pieces": encoded}, json=json)


def _add_stage(stage: StageName, words: str) -> None:
    """Add the command of a stage; all of them take the same."""

    @commands.command(stage, help=words)
    def learn(
        recipe: Recipe,
        out: Out,
        data: Data = None,
        start: Start = None,
        changes: Changes = None,
        device: Device = "auto",
        processes: Processes = 1,
        threads: Threads = 0,
        further: Further = False,
        pause_at: PauseAt = 0,
        json: Json = False,
    ) -> None:
        """Train the stage."""
        with _logged(out):
            asked = _recipe_of(stage, recipe, changes or [], data=data, start=start)
            from vem_plugin.training.together import train_together

            learning = {"device": device, "further": further, "pause_at": pause_at}
            trained = train_together(asked, out, processes=processes, threads=threads, **learning)
        if _leads():
            _tell(_as_json(trained), json=True) if json else _show(trained)


_add_stage("codec", "Stage one: the codec, between notes or sound and latents.")
_add_stage("aligner", "Stage one, too: the aligner, which says how much a transition deserves a hit.")
_add_stage("diffusion", "Stage two: the diffusion, on the latents of a finished codec.")
_add_stage("adapter", "Stage three: TB-As alone, on a finished diffusion that was trained without it.")


@commands.command()
def export(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="The folder to write; for `vem score --model`.")],
    out: Out,
    data: Data = None,
    version: Annotated[str, typer.Option(help="Version of the model.")] = "1",
    last: Annotated[bool, typer.Option("--last", help="The last weights, not the averages: for short runs.")] = False,
    json: Json = False,
) -> None:
    """Put what was trained together as a model folder: score or audio, as the run's diffusion is."""
    with _logged(out):
        from vem_plugin.training.course import Trained

        trained = Trained.read(out / "adapter") or Trained.read(out / "diffusion")
        if trained is not None and trained.recipe.domain == "audio":
            from vem_plugin.training.audio_export import export_audio_pipeline

            export_audio_pipeline(out, model, version=version, last=last)
        else:
            from vem_plugin.training.export import export_pipeline

            export_pipeline(out, model, version=version, data=data, last=last)
    _tell({"model": str(model)}, json=json)


def _recipe_of(
    stage: StageName, name: str, changes: list[str], *, data: Path | None, start: Path | None
) -> LoadedRecipe:
    """The recipe of that name, which must be the stage's, with folders from the command line in place of its own."""
    from msgspec.structs import replace

    from vem_plugin.errors import SettingsError
    from vem_plugin.training.recipe import load_recipe

    asked = load_recipe(name, *changes)
    if asked.stage != stage:
        raise SettingsError(
            f"{name} is a recipe of the {asked.stage}, not of the {stage}.", remedy=f"Try: vem train {asked.stage}."
        )
    return replace(asked, data=str(data or asked.data), start=str(start or asked.start))


@contextmanager
def _logged(out: Path) -> Iterator[None]:
    """Check that training is installed; meanwhile its log goes to the run folder, after the command."""
    if find_spec("accelerate") is None:
        raise VemError("Training is not installed.", remedy="Install it: pip install 'vem-plugin[training]'.")
    from vem_plugin.training.together import log_in

    with log_in(out):
        if _leads():
            logging.getLogger("vem_plugin").info("$ vem %s", " ".join(sys.argv[1:]))
        yield


def _leads() -> bool:
    """Whether this is the first, or only, of the processes that ``accelerate launch`` or ``torchrun`` started."""
    return os.environ.get("RANK", "0") == "0"


def _tell(found: dict[str, Any], *, json: bool) -> None:
    from vem_server.as_json import print_json
    from vem_server.show import OUT

    if json:
        print_json(found)
    else:
        OUT.print(", ".join(f"{name} {value}" for name, value in found.items()), soft_wrap=True)


def _as_json(trained: Trained) -> dict[str, Any]:
    from msgspec import to_builtins

    return to_builtins(trained)


def _show(trained: Trained) -> None:
    """Figures of the weights, side by side."""
    from vem_server.show import OUT, table_of

    if not trained.finished:
        OUT.print(f"stopped at step {trained.steps}; the same command goes on")
        return
    table = table_of("held out", *trained.measured)
    for name in trained.measured["last"]:
        table.add_row(name, *(f"{figures[name]:g}" for figures in trained.measured.values()))
    OUT.print(table)
    OUT.print(f"{trained.steps} steps in {trained.seconds / 60:.1f} min: {trained.folder}", soft_wrap=True)
