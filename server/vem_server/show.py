"""How results look in a terminal, drawn from the JSON that ``--json`` prints, and so the same whoever did the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from vem_plugin.progress import Report, silent
from vem_timeline.errors import VemError

if TYPE_CHECKING:
    from vem_plugin.doctor import Check
    from vem_plugin.measure.report import SyncReport

Result = dict[str, Any]
"""JSON-ready."""
OUT = Console(highlight=False)
ERR = Console(stderr=True, highlight=False)
PROSE = ("landed on", "says", "found", "to do")
NAME_WIDTH = 30
MOST_ROWS = 60
"""Longest table that is printed whole; the rest is in ``--json``."""


def show_error(error: VemError) -> None:
    """Print an error as what, where and remedy, each on its own line."""
    ERR.print(Text(error.what, style="bold red"))
    if error.where:
        ERR.print(Text(f"  where   {error.where}"))
    if error.remedy:
        ERR.print(Text(f"  to do   {error.remedy}"))


@contextmanager
def stage_bars(stages: Mapping[str, str], *, quiet: bool) -> Iterator[Report]:
    """Progress bars, one per stage, on standard error; silent if ``quiet``."""
    if quiet:
        yield silent
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", table_column=Column(min_width=28, no_wrap=True)),
        BarColumn(bar_width=18, table_column=Column(min_width=18)),
        TimeElapsedColumn(table_column=Column(min_width=7, no_wrap=True)),
        TextColumn("[dim]{task.fields[note]}", table_column=Column(no_wrap=True, overflow="ellipsis")),
    )
    with Progress(*columns, console=ERR) as progress:
        tasks = {name: progress.add_task(words, total=1.0, start=False, note="") for name, words in stages.items()}
        names = list(stages)

        def report(stage: str, done: float, note: str = "") -> None:
            """Fill the bar of a stage, and finish those before it."""
            for earlier in names[: names.index(stage)] if stage in tasks else ():
                progress.update(tasks[earlier], completed=1.0)
                progress.stop_task(tasks[earlier])
            task = tasks.get(stage)
            if task is None:
                return
            if progress.tasks[task].start_time is None:
                progress.start_task(task)
            progress.update(task, completed=done, note=note)
            if done >= 1.0:
                progress.stop_task(task)

        yield report


def show_storyboard(board: Result) -> None:
    """Print what was read as tables; ``board`` is of `as_json.storyboard_as_json`."""
    drop = " drop-frame" if board["drop_frame"] else ""
    OUT.print(
        Text.assemble(
            (board["name"] or "(no name)", "bold"),
            f"   {float(Fraction(board['rate'])):g} fps{drop}, starts {board['start_timecode']}, "
            f"{len(board['shots'])} shots, {board['duration_seconds']:.2f} s",
        )
    )
    table = table_of("shot", "timecode", "seconds", "speed", "name", "media")
    into = {change["into"]: change["kind"] for change in board["transitions"] if change["kind"] != "fade_out"}
    for shot in board["shots"][:MOST_ROWS]:
        change, speed = into.get(shot["number"], "cut"), Fraction(shot["speed"])
        kind = "" if change == "cut" else f" [{change.replace('_', ' ')}]"
        table.add_row(
            str(shot["number"]),
            shot["start_timecode"],
            f"{float(Fraction(shot['duration'])):.2f}",
            "" if speed == 1 else f"{float(speed):g}x",
            Text(_short(shot) + kind),
            "" if shot["kind"] == "gap" else "found" if shot["online"] else "offline",
        )
    OUT.print(table)
    _print_rest(len(board["shots"]), "shots")
    if board["markers"]:
        table = table_of("marker", "timecode", "seconds", "says")
        for marker in board["markers"][:MOST_ROWS]:
            lasting = Fraction(marker["duration"])
            says = Text(marker["text"])
            table.add_row(marker["color"].lower(), marker["timecode"], f"{float(lasting):.2f}" if lasting else "", says)
        OUT.print(table)
    for spoken in board["speech"][:MOST_ROWS]:
        OUT.print(Text(f"speech   {spoken['start_timecode']} to {spoken['end_timecode']}   {spoken['source']}"))
    for note in board["ignored"][:MOST_ROWS]:
        OUT.print(Text(f"note     {note['what'].rstrip('.')}: {note['why']} ({note['where']})", style="yellow"))


def show_plan(plan: Result) -> None:
    """Print what every cut landed on, the misses, and the paths of picture and MIDI; ``plan`` is of `plan_as_json`."""
    _print_landings(plan)
    for remark in plan["remarks"]:
        OUT.print(Text(f"note  {remark}", style="yellow"))
    OUT.print(Text.assemble(("picture  ", "dim"), plan["picture"]), soft_wrap=True)
    OUT.print(Text.assemble(("midi     ", "dim"), plan["midi"]), soft_wrap=True)


def _print_landings(plan: Result) -> None:
    table = table_of("shot", "timecode", "name", "landed on", "tempo")
    landed = {entry["shot"]: entry for entry in plan["landings"] if entry["shot"] is not None}
    missed = {entry["shot"]: entry for entry in plan["misses"] if entry["shot"] is not None}
    tempi = [(Fraction(s["start"]), Fraction(s["end"]), s["bpm"]) for s in plan["tempo_map"]]
    for shot in plan["shots"][:MOST_ROWS]:
        start = Fraction(shot["start"])
        tempo = next((bpm for first, end, bpm in tempi if first <= start < end), plan["base_bpm"])
        table.add_row(
            str(shot["number"]),
            shot["start_timecode"],
            Text(_short(shot)),
            _place_of(shot, landed, missed),
            f"{tempo / plan['beats_a_pulse']:.1f}",
        )
    OUT.print(table)
    _print_rest(len(plan["shots"]), "shots")
    for entry in plan["landings"]:
        if entry["kind"] not in ("cut", "dissolve", "end"):
            OUT.print(Text.assemble(("hit   ", "bold magenta"), f"{entry['label']}: {entry['place']}"))
    bend = max(abs(bpm / plan["base_bpm"] - 1) for _, _, bpm in tempi)
    cuts = [entry for entry in plan["landings"] if entry["kind"] in ("cut", "dissolve")]
    wanted = len(cuts) + sum(entry["kind"] in ("cut", "dissolve") for entry in plan["misses"])
    OUT.print(
        Text(
            f"{len(cuts)} of {wanted} cuts on the beat grid, {plan['base_bpm'] / plan['beats_a_pulse']:.1f} bpm "
            f"bent by at most {bend:.1%}, {len(plan['bars'])} bars"
        )
    )


def _place_of(shot: Result, landed: Mapping[int, Result], missed: Mapping[int, Result]) -> Text:
    if shot["number"] in landed:
        entry = landed[shot["number"]]
        style = {"downbeat": "bold green", "beat": "green", "off-beat": "cyan"}[entry["on"]]
        return Text(entry["place"], style=style)
    if shot["number"] in missed:
        entry = missed[shot["number"]]
        return Text(f"missed by {abs(entry['offset_ms']):.0f} ms: {entry['reason']}", style="yellow")
    return Text("the start" if Fraction(shot["start"]) == 0 else "no cut wanted here", style="dim")


def show_scored(takes: Sequence[Result]) -> None:
    """Print the shots and where their cuts landed, then what was made and where it lies; of `scored_as_json`."""
    OUT.print()
    _print_landings(takes[0]["plan"])
    for take in takes:
        OUT.print()
        OUT.print(
            Text.assemble(
                (f"take {take['take']}", "bold"),
                f"   {take['style']}, {take['mode']}, seed {take['seed']}, {take['lufs']:.1f} LUFS, "
                f"{take['true_peak']:.1f} dBTP",
            )
        )
        OUT.print(Text.assemble(("timeline ", "dim"), take["timeline"]), soft_wrap=True)
        for label, name in (("mix", "mix"), ("ducked", "ducked_mix"), ("midi", "midi"), ("picture", "picture")):
            if take[name] is not None:
                OUT.print(Text.assemble((f"{label:<9}", "dim"), take[name]), soft_wrap=True)
        stems = f"{len(take['stems'])} files in {take['folder']}"
        OUT.print(Text.assemble(("stems    ", "dim"), stems), soft_wrap=True)
        if take["anchoring"] is not None:
            OUT.print(Text.assemble(("hits     ", "dim"), _anchoring_in_words(take["anchoring"])), soft_wrap=True)
        for remark in take["remarks"]:
            OUT.print(Text(f"note     {remark}", style="yellow"))
    if takes[0]["contact_sheet"] is not None:
        OUT.print()
        OUT.print(Text.assemble(("all takes", "dim"), f" {takes[0]['contact_sheet']}"), soft_wrap=True)


def _anchoring_in_words(told: Result) -> str:
    """How well the hits of an engine that writes sound were met, measured before and after time was stretched."""
    before, after = told["before"]["hits"], told["after"]["hits"]
    if not after["count"]:
        return "none asked for"
    heard = f"{after['within_40_ms']:.0%} of {after['count']} heard within 40 ms"
    moved = len(told["moved"])
    return f"{heard}; {moved} put right, {before['within_40_ms']:.0%} before" if moved else f"{heard}, none put right"


def show_sync(sync: SyncReport) -> None:
    """Print the sync figures in plain words, then what was not heard in place."""
    from vem_plugin.measure.wording import miss_lines, summary_lines

    for line in summary_lines(sync):
        OUT.print(Text(line))
    for line in miss_lines(sync)[:MOST_ROWS]:
        OUT.print(Text(line, style="yellow"))


def show_checks(checks: Sequence[Check]) -> None:
    """Print what the doctor found."""
    table = table_of("", "what", "found", "to do")
    for check in checks:
        sign = Text("ok", style="green") if check.ok else Text("missing", style="red" if check.needed else "yellow")
        table.add_row(sign, check.what, Text(check.found), Text("" if check.ok else check.remedy))
    OUT.print(table)


def table_of(*columns: str) -> Table:
    """An empty table in the style of ours; columns named in ``PROSE`` wrap, the others are cut."""
    table = Table(box=None, pad_edge=False, header_style="dim", show_edge=False)
    for column in columns:
        if column in PROSE:
            table.add_column(column, overflow="fold")
        else:  # one shot stays one line: a long name is cut rather than wrapped
            table.add_column(column, overflow="ellipsis", no_wrap=True, max_width=NAME_WIDTH)
    return table


def _short(shot: Result) -> str:
    return "(black)" if shot["kind"] == "gap" else shot["name"][:40]


def _print_rest(rows: int, words: str) -> None:
    if rows > MOST_ROWS:
        OUT.print(Text(f"... and {rows - MOST_ROWS} more {words}; --json lists them all", style="dim"))
