"""How results look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from vem_plugin.progress import Report, silent
from vem_server.as_json import place_in_bars
from vem_timeline.errors import VemError
from vem_timeline.storyboard import Shot, Storyboard

if TYPE_CHECKING:
    from vem_plugin.doctor import Check
    from vem_plugin.measure.report import SyncReport
    from vem_plugin.publish import ScoredTake
    from vem_plugin.rhythm.beat_plan import BeatPlan, Landing, Miss

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


def show_storyboard(board: Storyboard) -> None:
    """Print what was read as tables."""
    clock = board.clock
    drop = " drop-frame" if clock.drop_frame else ""
    OUT.print(
        Text.assemble(
            (board.name or "(no name)", "bold"),
            f"   {float(clock.rate):g} fps{drop}, starts {clock.timecode_of(Fraction(0))}, "
            f"{len(board.shots)} shots, {float(board.duration):.2f} s",
        )
    )
    table = table_of("shot", "timecode", "seconds", "speed", "name", "media")
    into = {change.into: change for change in board.transitions if change.kind != "fade_out"}
    for shot in board.shots[:MOST_ROWS]:
        change = into.get(shot.number)
        kind = "" if change is None or change.kind == "cut" else f" [{change.kind.replace('_', ' ')}]"
        table.add_row(
            str(shot.number),
            clock.timecode_of(shot.start),
            f"{float(shot.duration):.2f}",
            "" if shot.speed == 1 else f"{float(shot.speed):g}x",
            Text(_short(shot) + kind),
            "" if shot.kind == "gap" else "found" if shot.media and shot.media.online else "offline",
        )
    OUT.print(table)
    _print_rest(len(board.shots), "shots")
    if board.markers:
        table = table_of("marker", "timecode", "seconds", "says")
        for marker in board.markers[:MOST_ROWS]:
            lasting = f"{float(marker.duration):.2f}" if marker.duration else ""
            table.add_row(marker.color.lower(), clock.timecode_of(marker.time), lasting, Text(marker.text))
        OUT.print(table)
    for spoken in board.speech[:MOST_ROWS]:
        end = clock.timecode_of(spoken.start + spoken.duration)
        OUT.print(Text(f"speech   {clock.timecode_of(spoken.start)} to {end}   {spoken.source}"))
    for note in board.remarks[:MOST_ROWS]:
        OUT.print(Text(f"note     {note.what.rstrip('.')}: {note.why} ({note.where})", style="yellow"))


def show_plan(board: Storyboard, plan: BeatPlan, *, picture: Path, midi: Path) -> None:
    """Print what every cut landed on, the misses, and the paths of picture and MIDI."""
    _print_landings(board, plan)
    for remark in plan.remarks:
        OUT.print(Text(f"note  {remark}", style="yellow"))
    OUT.print(Text.assemble(("picture  ", "dim"), str(picture)), soft_wrap=True)
    OUT.print(Text.assemble(("midi     ", "dim"), str(midi)), soft_wrap=True)


def _print_landings(board: Storyboard, plan: BeatPlan) -> None:
    table = table_of("shot", "timecode", "name", "landed on", "tempo")
    landed = {entry.constraint.shot: entry for entry in plan.landings if entry.constraint.shot is not None}
    missed = {entry.constraint.shot: entry for entry in plan.misses if entry.constraint.shot is not None}
    for shot in board.shots[:MOST_ROWS]:
        tempo = next((s.bpm for s in plan.segments if s.start <= shot.start < s.end), plan.base_bpm)
        timecode = board.clock.timecode_of(shot.start)
        table.add_row(
            str(shot.number),
            timecode,
            Text(_short(shot)),
            _place_of(shot, plan, landed, missed),
            f"{float(tempo / plan.beats_a_pulse):.1f}",
        )
    OUT.print(table)
    _print_rest(len(board.shots), "shots")
    for entry in plan.landings:
        if entry.constraint.kind not in ("cut", "dissolve", "end"):
            where = place_in_bars(plan, entry.beat)
            OUT.print(Text.assemble(("hit   ", "bold magenta"), f"{entry.constraint.label}: {where}"))
    bend = max(abs(float(segment.bpm / plan.base_bpm) - 1) for segment in plan.segments)
    cuts = [entry for entry in plan.landings if entry.constraint.kind in ("cut", "dissolve")]
    wanted = len(cuts) + sum(entry.constraint.kind in ("cut", "dissolve") for entry in plan.misses)
    OUT.print(
        Text(
            f"{len(cuts)} of {wanted} cuts on the beat grid, {float(plan.felt_bpm):.1f} bpm "
            f"bent by at most {bend:.1%}, {len(plan.bars)} bars"
        )
    )


def _place_of(shot: Shot, plan: BeatPlan, landed: Mapping[int, Landing], missed: Mapping[int, Miss]) -> Text:
    if shot.number in landed:
        entry = landed[shot.number]
        style = {"downbeat": "bold green", "beat": "green", "off-beat": "cyan"}[entry.on]
        return Text(place_in_bars(plan, entry.beat), style=style)
    if shot.number in missed:
        entry = missed[shot.number]
        return Text(f"missed by {abs(float(entry.offset)) * 1000:.0f} ms: {entry.reason}", style="yellow")
    return Text("the start" if shot.start == 0 else "no cut wanted here", style="dim")


def show_scored(scored: Sequence[ScoredTake]) -> None:
    """Print the shots and where their cuts landed, then what was made and where it lies."""
    first = scored[0].take
    OUT.print()
    _print_landings(first.storyboard, first.plan)
    for entry in scored:
        take = entry.take
        OUT.print()
        OUT.print(
            Text.assemble(
                (f"take {take.take_id}", "bold"),
                f"   {take.style}, {take.cue.mode}, seed {take.seed}, {take.loudness.lufs:.1f} LUFS, "
                f"{take.loudness.true_peak:.1f} dBTP",
            )
        )
        OUT.print(Text.assemble(("timeline ", "dim"), str(entry.timeline)), soft_wrap=True)
        stems = [name for name in take.files if name.startswith("stem_")]
        for label, name in (("mix", "mix"), ("ducked", "ducked_mix"), ("midi", "midi"), ("picture", "picture")):
            if name in take.files:
                OUT.print(Text.assemble((f"{label:<9}", "dim"), str(entry.folder / take.files[name])), soft_wrap=True)
        OUT.print(Text.assemble(("stems    ", "dim"), f"{len(stems)} files in {entry.folder}"), soft_wrap=True)
        for remark in take.remarks:
            OUT.print(Text(f"note     {remark}", style="yellow"))
    if scored[0].sheet is not None:
        OUT.print()
        OUT.print(Text.assemble(("all takes", "dim"), f" {scored[0].sheet}"), soft_wrap=True)


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


def _short(shot: Shot) -> str:
    return "(black)" if shot.kind == "gap" else shot.name[:40]


def _print_rest(rows: int, words: str) -> None:
    if rows > MOST_ROWS:
        OUT.print(Text(f"... and {rows - MOST_ROWS} more {words}; --json lists them all", style="dim"))
