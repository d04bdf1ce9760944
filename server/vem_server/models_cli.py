"""``vem models list|add|remove|verify``: models on the shelf; ``vem_server.cli`` registers them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from vem_plugin.models.shelf import ShelvedModel

app = typer.Typer(no_args_is_help=True, help="Models that --model knows by name; nothing is fetched unless asked for.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
STAGES = {"add": "Adding the model"}


def register(cli: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    cli.add_typer(app, name="models")


@app.command("list")
def list_models(json: Json = False) -> None:
    """The models on the shelf: name, kind, version, licence."""
    from rich.text import Text

    from vem_plugin.models.shelf import shelved
    from vem_server.as_json import print_json
    from vem_server.show import OUT, table_of

    found = [model_as_json(model) for model in shelved()]
    if json:
        print_json({"models": found})
        return
    table = table_of("name", "writes", "version", "licence", "MB", "found")
    for model in found:
        said = model["problem"] or model["path"]
        version = model["version"] or ""
        row = (model["name"], model["kind"] or "", version, model["licence"] or "", f"{model['bytes'] / 1e6:.0f}")
        table.add_row(*row, Text(said, style="red" if model["problem"] else "dim"))
    OUT.print(table)


@app.command()
def add(
    source: Annotated[str, typer.Argument(metavar="FOLDER|hub:OWNER/NAME", help="A model folder, or one on a hub.")],
    name: Annotated[str | None, typer.Option(help="What to call it; default: as its index says.")] = None,
    licence: Annotated[str | None, typer.Option(help="Its licence, where the folder does not tell it.")] = None,
    link: Annotated[bool, typer.Option("--link", help="Hard links instead of copies, on the same disk.")] = False,
    json: Json = False,
) -> None:
    """Put a model onto the shelf: ours, or Stable Audio Open or AudioLDM 2 as diffusers saves them."""
    from vem_plugin.models.arrivals import add as put
    from vem_server.show import stage_bars

    with stage_bars(STAGES, quiet=json) as report:
        model = put(source, name=name, licence=licence, link=link, report=report)
    _say(model_as_json(model), f"{model.name} is on the shelf: --model {model.name}", json=json)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `vem models list` calls it.")], json: Json = False
) -> None:
    """Take a model off the shelf and delete its files there."""
    from vem_plugin.models.shelf import remove as take_off

    place = take_off(name)
    _say({"removed": str(place)}, f"{name} is gone.", json=json)


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One model; default: all.")] = None,
    json: Json = False,
) -> None:
    """Check every file of the models on the shelf against its hash; exit code 5 if one is not whole."""
    from rich.text import Text

    from vem_plugin.errors import ModelError
    from vem_plugin.models.shelf import shelved
    from vem_plugin.models.shelf import verify as check
    from vem_server.as_json import print_json
    from vem_server.show import OUT

    found = []
    for each in (model.name for model in shelved()) if name is None else (name,):
        try:
            checked = check(each)
            found.append({"name": each, "ok": True, "sha256": checked.digest, "problem": "", "where": ""})
        except ModelError as error:
            if name is not None:
                raise
            found.append({"name": each, "ok": False, "sha256": None, "problem": error.what, "where": error.where})
    if json:
        print_json({"models": found})
    else:
        for model in found:
            told = f"whole, {model['sha256'][:12]}" if model["ok"] else f"{model['problem']} ({model['where']})"
            OUT.print(Text(f"{model['name']}   {told}", style="green" if model["ok"] else "red"))
    if not all(model["ok"] for model in found):
        raise typer.Exit(ModelError.exit_code)


def model_as_json(model: ShelvedModel) -> dict[str, Any]:
    """JSON-ready; ``bytes`` is what its files take on disk."""
    index = model.index
    return {
        "name": model.name,
        "path": str(model.path),
        "ships": model.ships,
        "kind": index and index.kind,
        "version": index and index.version,
        "licence": index and index.licence,
        "trained_on": index and index.trained_on,
        "bytes": _size_of(model.path, list(index.files) if index else []),
        "problem": model.problem,
    }


def _size_of(folder: Path, files: list[str]) -> int:
    return sum(file.stat().st_size for file in (folder / name for name in files) if file.is_file())


def _say(result: dict[str, Any], words: str, *, json: bool) -> None:
    from vem_server.as_json import print_json

    print_json(result) if json else typer.echo(words)
