"""The command ``vem reconform``; ``vem_server.cli`` registers it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vem_server.carrying_out import Memory, Model, UseDaemon, carry_out, memory_of, model_of, request_of

if TYPE_CHECKING:
    from vem_plugin.conform.fates import ConformReport, Music

COLORS: dict[Music, str] = {
    "kept": "",
    "bent": "",
    "cut": "yellow",
    "extended": "yellow",
    "partly new": "magenta",
    "new": "red",
    "gone": "dim",
}


def register(app: typer.Typer) -> None:
    """Add the command of this module to the command line."""
    app.command()(reconform)


def reconform(
    scored: Annotated[Path, typer.Argument(metavar="SCORED", help="The timeline that `vem score` wrote.")],
    new_edit: Annotated[Path, typer.Argument(metavar="NEW_EDIT", help="The edit as it is now.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for the result; default: beside NEW_EDIT.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="Where the model runs: auto, cpu, cuda or mps.")] = None,
    memory: Memory = None,
    model: Model = None,
    timeline: Annotated[
        str | None, typer.Option("--timeline", metavar="NAME", help="Which timeline of NEW_EDIT, if it holds several.")
    ] = None,
    rate: Annotated[float | None, typer.Option("--rate", metavar="FPS", help="Frames per second of an EDL.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output, no tables.")] = False,
    daemon: UseDaemon = True,
) -> None:
    """Make the music fit a changed edit: what was not touched keeps its notes, the rest is written anew."""
    from vem_plugin.reconforming import STAGES
    from vem_server.as_json import print_json
    from vem_server.protocol.messages import Reconform

    where = {"device": device, "memory": memory_of(memory), "model": model_of(model)}
    request = request_of(Reconform, scored, new_edit=new_edit, out=out, timeline=timeline, rate=rate, **where)
    done = carry_out(request, STAGES, quiet=json, daemon=daemon)
    if json:
        print_json(done)
    else:
        show_reconformed(done)


def show_reconformed(done: dict[str, Any]) -> None:
    """Print what became of every shot, the sums, new misses, and where the take lies."""
    from rich.text import Text

    from vem_server.show import MOST_ROWS, OUT, show_scored, table_of

    table = table_of("shot", "was", "name", "edit", "music", "beats kept", "tempo")
    for fate in done["shots"][:MOST_ROWS]:
        table.add_row(*_row(fate), style=COLORS[fate["music"]])
    OUT.print()
    OUT.print(table)
    if len(done["shots"]) > MOST_ROWS:
        OUT.print(Text(f"... and {len(done['shots']) - MOST_ROWS} more shots; all of them with --json", style="dim"))
    OUT.print()
    bpm, landed, cuts = done["bpm"], done["cuts_on_the_grid"], done["cuts"]
    OUT.print(
        Text.assemble(
            (f"{100 * done['share_kept']:.0f} % of the music kept", "bold"),
            f" ({done['kept_beats']} of {done['beats']} beats), {bpm['before']:.1f} to {bpm['now']:.1f} bpm; cuts on "
            f"the grid: {landed['before']} of {cuts['before']} before, {landed['now']} of {cuts['now']} now",
        )
    )
    for miss in done["new_misses"][:MOST_ROWS]:
        OUT.print(Text(f"new miss  {miss['what']}: {miss['why']}", style="yellow"))
    for shot in done["broken_locks"]:
        OUT.print(Text(f"shot {shot} was locked; the new edit leaves no room for all of its music", style="yellow"))
    show_scored([done])
    OUT.print(Text.assemble(("ribbons  ", "dim"), done["conform_picture"]), soft_wrap=True)


def _row(fate: dict[str, Any]) -> tuple[str, ...]:
    tempo = f"{100 * fate['tempo']:+.1f} %" if abs(fate["tempo"]) >= 0.0005 else ""
    kept = f"{fate['kept_beats']} of {fate['beats']}"
    return _number(fate["shot"]), _number(fate["was"]), fate["name"], fate["edit"], fate["music"], kept, tempo


def _number(shot: int | None) -> str:
    return "" if shot is None else str(shot)


def report_as_json(told: ConformReport) -> dict[str, Any]:
    """What a re-conform did, for machines."""
    return {
        "kept_beats": told.kept,
        "beats": told.beats,
        "share_kept": told.share_kept,
        "bpm": {"before": told.bpm[0], "now": told.bpm[1]},
        "cuts_on_the_grid": {"before": told.landed[0], "now": told.landed[1]},
        "cuts": {"before": told.cuts[0], "now": told.cuts[1]},
        "new_misses": [
            {"what": miss.constraint.label, "why": miss.reason, "seconds": float(miss.constraint.time)}
            for miss in told.new_misses
        ],
        "broken_locks": list(told.broken_locks),
        "shots": [
            {
                "shot": fate.new,
                "was": fate.old,
                "name": fate.name,
                "edit": fate.change,
                "music": fate.music,
                "beats": fate.beats,
                "kept_beats": fate.kept,
                "tempo": fate.tempo,
            }
            for fate in told.fates
        ],
    }
