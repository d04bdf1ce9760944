"""The command line: ``vem score``, ``plan``, ``inspect``, ``measure``, ``evaluate``, ``doctor`` and their like.

Nothing heavy is imported before a command needs it, so ``vem --help`` answers at once. Results go to standard
output (as tables, or as one JSON object with ``--json``); progress and errors go to standard error.

Exit codes: 0 done, 1 unexpected error, 2 wrong usage or settings, 3 the edit cannot be read or is empty,
4 media does not decode, 5 the model folder is missing or damaged, 6 the result cannot be written, 7 no tempo
map fits, 10 an installation is incomplete, 130 stopped by the user.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vem_server import (
    conform_cli,
    daemon_cli,
    dataset_cli,
    evaluate_cli,
    install_cli,
    models_cli,
    panel_cli,
    takes_cli,
    train_cli,
)
from vem_server.carrying_out import Memory, Model, UseDaemon, carry_out, memory_of, model_of, request_of

app = typer.Typer(
    name="vem",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Scores an edit to its cuts: a timeline in, music whose beats fall on the cuts out.",
)

Edit = Annotated[
    Path,
    typer.Argument(metavar="EDIT", help="A timeline (OTIO, FCPXML, XML, EDL, AAF, Kdenlive, MLT), or a video file."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, no tables, no bars.")]
Tempo = Annotated[
    str | None,
    typer.Option("--tempo", metavar="LOW-HIGH", help="Tempo range, e.g. 90-130, or one; in 6/8 of half bars."),
]
Metre = Annotated[
    str | None, typer.Option("--metre", metavar="4/4|3/4|6/8", help="Beats of a bar; default: the brief, else 4/4.")
]
Style = Annotated[str | None, typer.Option("--style", help="A style by name; default: brief and picture decide.")]
Timeline = Annotated[
    str | None, typer.Option("--timeline", metavar="NAME", help="Which timeline, where a file holds several.")
]
Rate = Annotated[float | None, typer.Option("--rate", metavar="FPS", help="Frames per second of an EDL.")]
Brief = Annotated[str, typer.Option("--brief", help="What the music should be, in your own words.")]


@app.command()
def score(
    edit: Edit,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Folder for the result; default: beside EDIT."),
    ] = None,
    brief: Brief = "",
    seed: Annotated[int, typer.Option(help="Which take of the endless possible ones.")] = 1,
    takes: Annotated[int, typer.Option(help="How many takes to make.")] = 1,
    tempo: Tempo = None,
    metre: Metre = None,
    style: Style = None,
    theme: Annotated[
        str | None,
        typer.Option(metavar="TAKE|FILE.mid|NOTES", help='A tune to build on: a take, MIDI, or "C4 D4 E4:2 G4".'),
    ] = None,
    palette: Annotated[
        str | None, typer.Option(metavar="STYLE/NAME", help="Instruments by name; a wrong name lists them all.")
    ] = None,
    effects: Annotated[
        bool, typer.Option("--effects/--no-effects", help="Risers and impacts at cuts, on a stem of their own.")
    ] = True,
    ducking: Annotated[
        float, typer.Option(metavar="DB", help="A second mix, this much softer under speech; 3 to 12, 0: none.")
    ] = 7.0,
    device: Annotated[str, typer.Option(help="Where the model runs: auto, cpu, cuda or mps.")] = "auto",
    memory: Memory = None,
    compiled: Annotated[
        bool, typer.Option("--compile/--no-compile", help="Compile the model first; pays from several takes on.")
    ] = False,
    model: Model = None,
    picture_encoder: Annotated[
        Path | None, typer.Option(help="Folder of another picture encoder, such as a CLIP export; default: ours.")
    ] = None,
    timecode: Annotated[
        bool, typer.Option("--timecode/--no-timecode", help="Sound files say at which timecode they begin.")
    ] = True,
    otio_target: Annotated[
        str | None,
        typer.Option(metavar="PROGRAM", help="Write .otio for resolve, premiere, kdenlive, otio, oldest or newest."),
    ] = None,
    timeline: Timeline = None,
    rate: Rate = None,
    json: Json = False,
    daemon: UseDaemon = True,
) -> None:
    """Score an edit: music, stems, MIDI and a timeline with the music track and beat markers."""
    from vem_plugin.scoring import STAGES
    from vem_plugin.settings import Settings
    from vem_server.protocol.messages import Score
    from vem_server.show import show_scored

    settings = Settings(
        brief=brief,
        style=style,
        tempo=_tempo_of(tempo),
        metre=_metre_of(metre),
        theme=_theme_of(theme),
        palette=palette,
        effects=effects,
        ducking=ducking,
        seed=seed,
        takes=takes,
        device=device,  # type: ignore[arg-type]  # Settings checks the word and says which ones there are
        memory=memory_of(memory),
        compiled=compiled,
        model=model_of(model),
        picture_encoder=picture_encoder,
        timeline=timeline,
        rate=rate,
        timecode=timecode,
        otio_target=otio_target,
    )
    done = carry_out(request_of(Score, edit, settings, out=out), STAGES, quiet=json, daemon=daemon)
    if json:
        _print_json(done)
    else:
        show_scored(done["takes"])


@app.command()
def plan(
    edit: Edit,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Folder for picture and MIDI; default: beside EDIT."),
    ] = None,
    tempo: Tempo = None,
    metre: Metre = None,
    style: Style = None,
    svg: Annotated[bool, typer.Option("--svg", help="Draw the picture as SVG instead of PNG.")] = False,
    timeline: Timeline = None,
    rate: Rate = None,
    json: Json = False,
    daemon: UseDaemon = True,
) -> None:
    """Beats only, no music: the tempo map, what each cut landed on, a picture and a MIDI tempo map."""
    from vem_plugin.scoring import STAGES
    from vem_plugin.settings import Settings
    from vem_server.protocol.messages import Plan
    from vem_server.show import show_plan

    stages = {name: STAGES[name] for name in ("read", "plan")}
    settings = Settings(tempo=_tempo_of(tempo), metre=_metre_of(metre), style=style, timeline=timeline, rate=rate)
    done = carry_out(request_of(Plan, edit, settings, out=out, svg=svg), stages, quiet=json, daemon=daemon)
    if json:
        _print_json(done)
    else:
        show_plan(done)


@app.command()
def inspect(
    edit: Edit, timeline: Timeline = None, rate: Rate = None, json: Json = False, daemon: UseDaemon = True
) -> None:
    """What was read from an edit: shots, transitions, markers, speech, and what was ignored and why."""
    from vem_plugin.settings import Settings
    from vem_server.protocol.messages import Inspect
    from vem_server.show import show_storyboard

    request = request_of(Inspect, edit, Settings(timeline=timeline, rate=rate))
    done = carry_out(request, {"read": "Reading the edit"}, quiet=json, daemon=daemon)
    if json:
        _print_json(done)
    else:
        show_storyboard(done)


@app.command()
def measure(
    take: Annotated[Path, typer.Argument(metavar="TAKE", help="A take's folder, or the scored timeline beside it.")],
    json: Json = False,
    daemon: UseDaemon = True,
) -> None:
    """Sync, measured in the sound: how far the nearest audible onset is from every cut and hit."""
    from vem_server.as_json import sync_of_json
    from vem_server.protocol.messages import Measure
    from vem_server.show import show_sync

    done = carry_out(request_of(Measure, take), {"listen": "Listening"}, quiet=json, daemon=daemon)
    if json:
        _print_json(done)
    else:
        show_sync(sync_of_json(done))


@app.command()
def doctor(json: Json = False) -> None:
    """Check this installation: versions, devices, codecs, sound bank, model; how to get what is missing."""
    from vem_plugin.doctor import examine
    from vem_server.show import show_checks

    checks = examine()
    if json:
        _print_json({"checks": [check.as_json() for check in checks]})
    else:
        show_checks(checks)
    if not all(check.ok for check in checks if check.needed):
        raise typer.Exit(1)


takes_cli.register(app)
evaluate_cli.register(app)
conform_cli.register(app)
daemon_cli.register(app)
panel_cli.register(app)
install_cli.register(app)
models_cli.register(app)
train_cli.register(app)
dataset_cli.register(app)


def _tempo_of(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    from vem_plugin.brief import parse_tempo

    return parse_tempo(text)


def _metre_of(text: str | None) -> int | None:
    if text is None:
        return None
    from vem_plugin.brief import parse_metre

    return parse_metre(text)


def _theme_of(text: str | None) -> str | None:
    """A tune as it is asked for; where that is a file or a folder, with its path made absolute."""
    return str(Path(text).absolute()) if text and Path(text).exists() else text


def _print_json(value: object) -> None:
    from vem_server.as_json import print_json

    print_json(value)


def main() -> None:
    """Run the command line; turn errors raised on purpose into one clear message and their exit code."""
    from vem_timeline.errors import VemError

    as_json = "--json" in sys.argv
    try:
        app()
    except VemError as error:
        if as_json:
            kind = type(error).__name__
            _print_json({"error": {"kind": kind, "what": error.what, "where": error.where, "remedy": error.remedy}})
        else:
            from vem_server.show import show_error

            show_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Nothing half-written was left behind.\n")
        sys.exit(130)
