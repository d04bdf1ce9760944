"""Commands on what was scored: ``vem rescore``, ``takes``, ``lock``, ``unlock``; ``vem_server.cli`` registers them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from vem_plugin.settings import Settings
    from vem_plugin.takes.lineage import ListedTake
    from vem_plugin.takes.sections import Ask
    from vem_timeline.storyboard import Storyboard

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
    model: Annotated[Path | None, typer.Option(help="The model folder that made the take.")] = None,
    json: Json = False,
) -> None:
    """Score one shot, a run of shots or a span of time anew; everywhere else not one sample changes."""
    from vem_plugin.rescoring import STAGES
    from vem_plugin.rescoring import rescore as score_anew
    from vem_plugin.takes import lineage
    from vem_server.as_json import change_as_json, print_json, scored_as_json
    from vem_server.show import show_scored, stage_bars

    if undo:
        back = lineage.undo(scored)
        _say_held(scored, back, json=json)
        return
    ask = _ask_of(brief, style, roles, energy, seed)
    settings = _settings_of(scored, device, model)
    times = None if start is None and end is None else _times_of(scored, start, end)
    with stage_bars(STAGES, quiet=json) as report:
        done = score_anew(scored, ask, shots=_run_of(shot, shots), times=times, settings=settings, report=report)
    if json:
        print_json(scored_as_json(done) | {"change": done.take.change and change_as_json(done.take.change)})
    else:
        show_scored([done])


def takes(
    scored: Scored,
    pick: Annotated[str | None, typer.Option(metavar="TAKE", help="Put this take into SCORED.")] = None,
    delete: Annotated[str | None, typer.Option(metavar="TAKE", help="Throw this take away.")] = None,
    json: Json = False,
) -> None:
    """All takes of an edit: how each came about, and the file to listen to."""
    from vem_plugin.takes import lineage
    from vem_server.as_json import print_json

    if pick is not None:
        _say_held(scored, lineage.pick_take(scored, pick), json=json)
        return
    if delete is not None:
        gone = lineage.delete_take(scored, delete)
        print_json({"deleted": str(gone)}) if json else typer.echo(f"{gone.name} is gone.")
        return
    listed = lineage.list_takes(scored)
    if json:
        print_json({"takes": [take_as_json(one) for one in listed]})
    else:
        show_takes(listed)


def lock(scored: Scored, shot: Shot = None, shots: Shots = None, json: Json = False) -> None:
    """Lock shots: no command changes their music. A marker `lock` in a shot does the same."""
    _lock(scored, shot, shots, locked=True, json=json)


def unlock(scored: Scored, shot: Shot = None, shots: Shots = None, json: Json = False) -> None:
    """Take a lock away again."""
    _lock(scored, shot, shots, locked=False, json=json)


def _lock(scored: Path, shot: int | None, shots: str | None, *, locked: bool, json: bool) -> None:
    from vem_plugin.errors import SettingsError
    from vem_plugin.takes import lineage
    from vem_server.as_json import print_json

    run = _run_of(shot, shots)
    if not run:
        raise SettingsError("Which shots?", remedy="Name them with --shot N or --shots N-M.")
    now = lineage.lock_shots(scored, tuple(range(min(run), max(run) + 1)), locked=locked)
    if json:
        print_json({"locked": list(now)})
    else:
        typer.echo(f"Locked: {', '.join(f'shot {number}' for number in now) or 'none'}.")


def _ask_of(brief: str, style: str | None, roles: str, energy: float | None, seed: int | None) -> Ask:
    from vem_plugin.takes.sections import Ask, read_roles

    on, off = read_roles(roles) if roles.strip() else (frozenset(), frozenset())
    return Ask(brief, style, on, off, energy, seed)


def _settings_of(scored: Path, device: str | None, model: Path | None) -> Settings | None:
    from dataclasses import replace

    from vem_plugin.takes.find import take_in

    if device is None and model is None:
        return None
    settings = take_in(scored).take.settings
    return replace(settings, device=device or settings.device, model=model or settings.model)


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


def _times_of(scored: Path, start: str | None, end: str | None) -> tuple[Fraction, Fraction]:
    """Start and end in seconds from the first frame; what is not given is the edit's own start or end."""
    from vem_plugin.takes.find import take_in

    board = take_in(scored).take.storyboard
    return (
        Fraction(0) if start is None else _time_of(start, board),
        board.duration if end is None else _time_of(end, board),
    )


def _time_of(text: str, board: Storyboard) -> Fraction:
    if ":" in text or ";" in text:
        return board.clock.seconds_of_timecode(text)
    from vem_plugin.errors import SettingsError

    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise SettingsError(
            f"'{text}' is no time.", where="--from, --to", remedy="Write a timecode, or seconds such as 12.5."
        ) from error


def _say_held(scored: Path, held: ListedTake, *, json: bool) -> None:
    from vem_server.as_json import print_json

    if json:
        print_json({"timeline": str(scored)} | take_as_json(held))
    else:
        typer.echo(f"{scored.name} now holds {held.take.name}: {held.mix}")


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
        "lufs": take.loudness.lufs,
        "locked": list(take.locked),
        "change": None if change is None else change_as_json(change),
    }


def show_takes(listed: Sequence[ListedTake]) -> None:
    """Print the takes of an edit, each with the file to listen to; the one that the timeline holds is marked."""
    from rich.text import Text

    from vem_server.show import OUT

    for one in listed:
        lufs = one.take.loudness.lufs
        OUT.print(
            Text.assemble(
                ("> " if one.held else "  ", "bold green"),
                (one.take.name, "bold"),
                f"   {_how(one)}" + ("" if lufs is None else f", {lufs:.1f} LUFS"),
            )
        )
        OUT.print(Text(f"  {one.mix}", style="dim"), soft_wrap=True)
    locked = next((one.take.locked for one in listed if one.held), ())
    if locked:
        OUT.print(Text(f"locked: {', '.join(f'shot {number}' for number in locked)}", style="yellow"))


def _how(listed: ListedTake) -> str:
    """How a take came about, in a few words."""
    take, change = listed.take, listed.take.change
    if change is None:
        return f"{take.style}, seed {take.seed}" + (f": {take.settings.brief}" if take.settings.brief else "")
    if not change.shots:
        return f"{listed.parent}, {change.how}" + (f": {change.words}" if change.words else "")
    first, last = min(change.shots), max(change.shots)
    where = f"shot {first}" if first == last else f"shots {first}-{last}"
    return f"{listed.parent}, {where} {change.how}" + (f": {change.words}" if change.words else f", seed {change.seed}")
