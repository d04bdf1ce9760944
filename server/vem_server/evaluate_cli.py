"""``vem evaluate``: the model that ships beside its baselines, or any music on the clips it was made for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vem_server.carrying_out import Memory, Model, memory_of, model_of

Named = list[str]


def register(app: typer.Typer) -> None:
    """Add the command of this module to the command line."""
    app.command()(evaluate)


def evaluate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[SET|TAKE]...", help="Takes, folders of takes, sets. None: the model that ships."),
    ] = None,
    embedding: Annotated[
        Named | None,
        typer.Option(metavar="ROLE=FOLDER", help="An ONNX model as clap, languagebind, tags or fad; may be repeated."),
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(help="A set, or a folder of sound files: the music that people chose.")
    ] = None,
    music: Annotated[
        Named | None,
        typer.Option(metavar="NAME=FOLDER", help="One more column: sound files named like the clips, or a set."),
    ] = None,
    clips: Annotated[int | None, typer.Option(help="How many clips, spread evenly; default: all.")] = None,
    tracked: Annotated[
        bool, typer.Option("--tracked", help="Look for all beats in the sound, whoever claims to know them.")
    ] = False,
    pieces: Annotated[int, typer.Option(help="Without SET or TAKE: held-out pieces to measure on.")] = 40,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="A .html or .md page; without SET or TAKE a folder.")
    ] = None,
    model: Model = None,
    memory: Memory = None,
    device: Annotated[str, typer.Option(help="Where models run: auto, cpu, cuda or mps.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output, no tables.")] = False,
) -> None:
    """How good music is: on the cuts it was made for, or (without SET or TAKE) the model beside its teacher."""
    from vem_plugin.errors import SettingsError

    if not paths:
        if embedding or reference or music or clips or tracked:
            raise SettingsError(
                "There is nothing to measure.", remedy="Name a set or a take, or leave its options out."
            )
        _evaluate_model(pieces, out, model, memory, device, json=json)
        return
    from vem_plugin.evaluate.clips.judging import STAGES, Request, judge
    from vem_plugin.evaluate.clips.page import SUFFIXES, write_page
    from vem_server.as_json import print_json
    from vem_server.show import stage_bars
    from vem_server.show_evaluation import show_judgement

    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"A page cannot be '{out.name}'.", where="--out", remedy="Name a .html or a .md file.")
    request = Request(
        paths,
        embeddings=_by_name(embedding, "--embedding"),
        reference=reference,
        others=_by_name(music, "--music"),
        clips=clips,
        tracked=tracked,
        device=device,
    )
    with stage_bars(STAGES, quiet=json) as report:
        found = judge(request, report=report)
        report("draw", 0.1)
        page = None if out is None else write_page(found, out)
        report("draw", 1.0)
    if json:
        print_json(found.as_json() | {"page": None if page is None else str(page)})
    else:
        show_judgement(found, page)


def _evaluate_model(pieces: int, out: Path | None, model: Model, memory: Memory, device: str, *, json: bool) -> None:
    from vem_plugin.evaluate.evaluation import STAGES, evaluate
    from vem_plugin.settings import Settings
    from vem_server.as_json import print_json
    from vem_server.show import stage_bars
    from vem_server.show_evaluation import show_evaluation, write_table

    settings = Settings(
        model=model_of(model),
        device=device,  # type: ignore[arg-type]  # Settings checks the word
        memory=memory_of(memory),
    )
    with stage_bars(STAGES, quiet=json) as report:
        found = evaluate(pieces=pieces, out=out, settings=settings, report=report)
    if out is not None:
        write_table(found, out)
    if json:
        print_json(found.as_json())
    else:
        show_evaluation(found)


def _by_name(options: Named | None, where: str) -> dict[str, Path]:
    """``NAME=FOLDER`` options as a mapping; raises SettingsError for anything else, and for a name given twice."""
    from vem_plugin.errors import SettingsError

    named: dict[str, Path] = {}
    for option in options or ():
        name, sign, folder = option.partition("=")
        if not (name and sign and folder) or name in named:
            raise SettingsError(
                f"'{option}' is no name with a folder, or the name was given before.",
                where=where,
                remedy=f"Write {where} NAME=FOLDER, each name once.",
            )
        named[name] = Path(folder)
    return named
