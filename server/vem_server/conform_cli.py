"""The command ``vem reconform``; ``vem_server.cli`` registers it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from vem_plugin.conform.fates import ConformReport, Music, ShotFate
    from vem_plugin.reconforming import Reconformed
    from vem_plugin.settings import Settings

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
    model: Annotated[Path | None, typer.Option(help="The model folder that made the take.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output, no tables.")] = False,
) -> None:
    """Make the music fit a changed edit: what was not touched keeps its notes, the rest is written anew."""
    from vem_plugin.reconforming import STAGES
    from vem_plugin.reconforming import reconform as fit
    from vem_server.as_json import print_json, scored_as_json
    from vem_server.show import stage_bars

    settings = _settings_of(scored, device, model)
    with stage_bars(STAGES, quiet=json) as report:
        done = fit(scored, new_edit, out, settings=settings, report=report)
    if json:
        print_json(scored_as_json(done.scored) | report_as_json(done.report) | {"conform_picture": str(done.picture)})
    else:
        show_reconformed(done)


def _settings_of(scored: Path, device: str | None, model: Path | None) -> Settings | None:
    from vem_plugin.takes.find import take_in

    if device is None and model is None:
        return None
    settings = take_in(scored).take.settings
    return replace(settings, device=device or settings.device, model=model or settings.model)


def show_reconformed(done: Reconformed) -> None:
    """Print what became of every shot, the sums, new misses, and where the take lies."""
    from rich.text import Text

    from vem_server.show import MOST_ROWS, OUT, show_scored, table_of

    told = done.report
    table = table_of("shot", "was", "name", "edit", "music", "beats kept", "tempo")
    for fate in told.fates[:MOST_ROWS]:
        table.add_row(*_row(fate), style=COLORS[fate.music])
    OUT.print()
    OUT.print(table)
    if len(told.fates) > MOST_ROWS:
        OUT.print(Text(f"... and {len(told.fates) - MOST_ROWS} more shots; all of them with --json", style="dim"))
    OUT.print()
    OUT.print(
        Text.assemble(
            (f"{100 * told.share_kept:.0f} % of the music kept", "bold"),
            f" ({told.kept} of {told.beats} beats), {told.bpm[0]:.1f} to {told.bpm[1]:.1f} bpm; cuts on the grid: "
            f"{told.landed[0]} of {told.cuts[0]} before, {told.landed[1]} of {told.cuts[1]} now",
        )
    )
    for miss in told.new_misses[:MOST_ROWS]:
        OUT.print(Text(f"new miss  {miss.constraint.label}: {miss.reason}", style="yellow"))
    for shot in told.broken_locks:
        OUT.print(Text(f"shot {shot} was locked; the new edit leaves no room for all of its music", style="yellow"))
    show_scored([done.scored])
    OUT.print(Text.assemble(("ribbons  ", "dim"), str(done.picture)), soft_wrap=True)


def _row(fate: ShotFate) -> tuple[str, ...]:
    tempo = f"{100 * fate.tempo:+.1f} %" if abs(fate.tempo) >= 0.0005 else ""
    kept = f"{fate.kept} of {fate.beats}"
    return _number(fate.new), _number(fate.old), fate.name, fate.change, fate.music, kept, tempo


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
