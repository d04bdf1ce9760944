"""Commands on what was scored: ``vem rescore``, ``takes``, ``lock``, ``unlock``; ``vem_server.cli`` registers them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vem_server.carrying_out import Memory, Model, UseDaemon, carry_out, memory_of, model_of, request_of

if TYPE_CHECKING:
    from vem_plugin.takes.lineage import ListedTake

Scored = Annotated[Path, typer.Argument(metavar="SCORED", help="The timeline that `vem score` wrote.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, no tables, no bars.")]
Shot = Annotated[int | None, typer.Option(metavar="N", help="Number of a shot; `vem inspect` lists them.")]
Shots = Annotated[str | None, typer.Option(metavar="N-M", help="A run of shots.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command()(rescore)
    app.command()(takes)
    app.command()(lock)
    app.command()(unlock)


def rescore(
    scored: Scored,
    shot: Shot = None,
    shots: Shots = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TC", help="Timecode, or seconds.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TC", help="Timecode, or seconds.")] = None,
    brief: Annotated[str, typer.Option(help='What the music should be there: "darker, no drums".')] = "",
    style: Annotated[str | None, typer.Option(help="Another style there; the instruments stay.")] = None,
    roles: Annotated[str, typer.Option(metavar="LIST", help="-drums,+melody: who rests there, and who plays.")] = "",
    energy: Annotated[float | None, typer.Option(help="How much happens there, 0 to 1.")] = None,
    seed: Annotated[int | None, typer.Option(help="Which of the possible takes; default: a fresh one.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Put the take before back into SCORED.")] = False,
    device: Annotated[str | None, typer.Option(help="Where the model runs: auto, cpu, cuda or mps.")] = None,
    memory: Memory = None,
    model: Model = None,
    json: Json = False,
    daemon: UseDaemon = True,
) -> None:
    """Score one shot, a run of shots or a span of time anew; everywhere else not one sample changes."""
    from vem_plugin.rescoring import STAGES
    from vem_server.as_json import print_json
    from vem_server.protocol.messages import Rescore
    from vem_server.show import show_scored

    if undo:
        _say_held(scored, _of_takes(scored, daemon, action="undo"), json=json)
        return
    spans = {"shots": _run_of(shot, shots), "start": start, "end": end}
    asked = {"brief": brief, "style": style, "roles": roles, "energy": energy, "seed": seed}
    where = {"device": device, "memory": memory_of(memory), "model": model_of(model)}
    request = request_of(Rescore, scored, **spans, **asked, **where)
    done = carry_out(request, STAGES, quiet=json, daemon=daemon)
    if json:
        print_json(done)
    else:
        show_scored([done])


def takes(
    scored: Scored,
    pick: Annotated[str | None, typer.Option(metavar="TAKE", help="Put this take into SCORED.")] = None,
    delete: Annotated[str | None, typer.Option(metavar="TAKE", help="Throw this take away.")] = None,
    json: Json = False,
    daemon: UseDaemon = True,
) -> None:
    """All takes of an edit: how each came about, and the file to listen to."""
    from vem_server.as_json import print_json

    if pick is not None:
        _say_held(scored, _of_takes(scored, daemon, action="pick", take=pick), json=json)
    elif delete is not None:
        gone = _of_takes(scored, daemon, action="delete", take=delete)
        print_json(gone) if json else typer.echo(f"{Path(gone['deleted']).name} is gone.")
    else:
        listed = _of_takes(scored, daemon, action="list")
        print_json(listed) if json else show_takes(listed["takes"])


def lock(scored: Scored, shot: Shot = None, shots: Shots = None, json: Json = False, daemon: UseDaemon = True) -> None:
    """Lock shots: no command changes their music. A marker `lock` in a shot does the same."""
    _lock(scored, shot, shots, locked=True, json=json, daemon=daemon)


def unlock(
    scored: Scored, shot: Shot = None, shots: Shots = None, json: Json = False, daemon: UseDaemon = True
) -> None:
    """Take a lock away again."""
    _lock(scored, shot, shots, locked=False, json=json, daemon=daemon)


def _lock(scored: Path, shot: int | None, shots: str | None, *, locked: bool, json: bool, daemon: bool) -> None:
    from vem_plugin.errors import SettingsError
    from vem_server.as_json import print_json
    from vem_server.protocol.messages import Lock

    run = _run_of(shot, shots)
    if not run:
        raise SettingsError("Which shots?", remedy="Name them with --shot N or --shots N-M.")
    done = carry_out(request_of(Lock, scored, shots=run, locked=locked), {}, quiet=True, daemon=daemon)
    if json:
        print_json(done)
    else:
        typer.echo(f"Locked: {', '.join(f'shot {number}' for number in done['locked']) or 'none'}.")


def _of_takes(scored: Path, daemon: bool, *, action: str, take: str | None = None) -> dict[str, Any]:
    from vem_server.protocol.messages import Takes

    return carry_out(request_of(Takes, scored, action=action, take=take), {}, quiet=True, daemon=daemon)


def _run_of(shot: int | None, shots: str | None) -> tuple[int, ...]:
    """First and last shot of a run; empty if none is named.

    Raises
    ------
    SettingsError
        If ``shots`` is no run.
    """
    from vem_plugin.errors import SettingsError

    if shots is None:
        return () if shot is None else (shot,)
    numbers = [part.strip() for part in shots.split("-")]
    if shot is not None or len(numbers) not in (1, 2) or not all(number.isdigit() for number in numbers):
        raise SettingsError(f"'{shots}' is no run of shots.", where="--shots", remedy="Write 3-6, or --shot 3 for one.")
    return tuple(int(number) for number in numbers)


def _say_held(scored: Path, held: dict[str, Any], *, json: bool) -> None:
    from vem_server.as_json import print_json

    if json:
        print_json(held)
    else:
        typer.echo(f"{scored.name} now holds {held['name']}: {held['mix']}")


def take_as_json(listed: ListedTake) -> dict[str, Any]:
    """A take of a list as JSON-ready values."""
    from vem_server.as_json import change_as_json

    take, change = listed.take, listed.take.change
    return {
        "name": take.name,
        "take": take.take_id,
        "held": listed.held,
        "from": listed.parent,
        "folder": str(listed.folder),
        "mix": str(listed.mix),
        "seed": take.seed if change is None or change.seed is None else change.seed,
        "style": take.style,
        "brief": take.settings.brief,
        "lufs": take.loudness.lufs,
        "locked": list(take.locked),
        "change": None if change is None else change_as_json(change),
    }


def show_takes(listed: Sequence[dict[str, Any]]) -> None:
    """Print the takes of an edit, each with the file to listen to; the one that the timeline holds is marked."""
    from rich.text import Text

    from vem_server.show import OUT

    for one in listed:
        OUT.print(
            Text.assemble(
                ("> " if one["held"] else "  ", "bold green"),
                (one["name"], "bold"),
                f"   {_how(one)}" + ("" if one["lufs"] is None else f", {one['lufs']:.1f} LUFS"),
            )
        )
        OUT.print(Text(f"  {one['mix']}", style="dim"), soft_wrap=True)
    locked = next((one["locked"] for one in listed if one["held"]), ())
    if locked:
        OUT.print(Text(f"locked: {', '.join(f'shot {number}' for number in locked)}", style="yellow"))


def _how(listed: dict[str, Any]) -> str:
    """How a take came about, in a few words."""
    change = listed["change"]
    if change is None:
        return f"{listed['style']}, seed {listed['seed']}" + (f": {listed['brief']}" if listed["brief"] else "")
    words = f": {change['words']}" if change["words"] else ""
    if not change["shots"]:
        return f"{listed['from']}, {change['how']}{words}"
    first, last = min(change["shots"]), max(change["shots"])
    where = f"shot {first}" if first == last else f"shots {first}-{last}"
    return f"{listed['from']}, {where} {change['how']}" + (words or f", seed {change['seed']}")
