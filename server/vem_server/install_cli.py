"""Commands on this machine: ``vem install`` and ``vem uninstall``; ``vem_server.cli`` registers them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vem_timeline.errors import VemError

if TYPE_CHECKING:
    from vem_installers import Outcome, Part

Word = Annotated[str, typer.Argument(metavar="resolve|premiere|daemon|all", help="What, for this user only.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]

TITLES: dict[str, str] = {"resolve": "DaVinci Resolve", "premiere": "Premiere", "daemon": "The daemon at login"}
SIGNS: dict[str, tuple[str, str]] = {
    "done": ("+", "green"),
    "same": ("=", "dim"),
    "left": ("!", "yellow"),
    "failed": ("x", "red"),
    "know": (">", ""),
}
UNDO_SIGN = ("-", "green")


class InstallationError(VemError):
    """Something keeps `vem install` or `vem uninstall` from being planned, done or undone."""

    exit_code = 10


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one part: the programs found for it, and the outcome of each step."""

    part: Part
    found: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    def as_json(self) -> dict[str, Any]:
        """JSON-ready."""
        steps = [{"fate": outcome.fate, "words": outcome.words} for outcome in self.outcomes]
        return {"part": self.part, "found": list(self.found), "steps": steps}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command()(install)
    app.command()(uninstall)


def install(
    what: Word,
    dry_run: DryRun = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Even where the program was not found.")] = False,
    json: Json = False,
) -> None:
    """Put what belongs to us into your editing programs, or let the daemon start when you log in."""
    from vem_installers import carry_out, foreseen, parts_of, plan_for, this_machine

    with _as_our_errors():
        machine, told = this_machine(), []
        for part in parts_of(what):
            plan = plan_for(part, machine, vem=vem_command(), anyway=anyway)
            outcomes = foreseen(plan, machine) if dry_run else carry_out(plan, machine)
            told.append(Told(part, plan.found, tuple(outcomes)))
    _tell(told, undoing=False, dry_run=dry_run, json=json)


def uninstall(what: Word, dry_run: DryRun = False, json: Json = False) -> None:
    """Undo exactly what `vem install` did; what you have changed since stays."""
    from vem_installers import parts_of, this_machine, undo, undo_foreseen

    with _as_our_errors():
        machine = this_machine()
        parts = reversed(parts_of(what))
        told = [Told(part, (), tuple((undo_foreseen if dry_run else undo)(part, machine))) for part in parts]
    _tell(told, undoing=True, dry_run=dry_run, json=json)


def vem_command() -> tuple[str, ...]:
    """The command that is `vem` in this installation, in full; the adapters' door, which has all commands."""
    frozen = getattr(sys, "frozen", False)
    return (sys.executable,) if frozen else (sys.executable, "-m", "vem_adapters")


@contextmanager
def _as_our_errors() -> Iterator[None]:
    """Errors of the installers, which know none of our packages, as errors of our tree."""
    from vem_installers import InstallError

    try:
        yield
    except InstallError as error:
        raise InstallationError(error.what, where=error.where, remedy=error.remedy) from error


def _tell(told: Sequence[Told], *, undoing: bool, dry_run: bool, json: bool) -> None:
    """Show what was or would be done.

    Raises
    ------
    typer.Exit
        With 10 if something needed has failed.
    """
    if json:
        from vem_server.as_json import print_json

        print_json({"dry_run": dry_run, "parts": [one.as_json() for one in told]})
    else:
        for one in told:
            _show(one, undoing=undoing)
        typer.echo("\nNothing was done (--dry-run)." if dry_run else "")
    if any(outcome.fate == "failed" for one in told for outcome in one.outcomes):
        raise typer.Exit(InstallationError.exit_code)


def _show(told: Told, *, undoing: bool) -> None:
    from rich.text import Text

    from vem_server.show import OUT

    OUT.print()
    OUT.print(Text(TITLES[told.part], style="bold"))
    for program in told.found:
        OUT.print(Text(f"  {program}", style="dim"), soft_wrap=True)
    for outcome in told.outcomes:
        sign, style = UNDO_SIGN if undoing and outcome.fate == "done" else SIGNS[outcome.fate]
        OUT.print(Text.assemble((f"  {sign} ", style), outcome.words), soft_wrap=True)
