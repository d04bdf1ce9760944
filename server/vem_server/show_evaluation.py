"""How the evaluation looks in a terminal, and as a Markdown table."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from rich.table import Table
from rich.text import Text

from vem_plugin.errors import RenderError
from vem_plugin.evaluate.clips.judging import Judgement
from vem_plugin.evaluate.clips.page import cell_of, remarks_of, words_of
from vem_plugin.evaluate.counting import Figure
from vem_plugin.evaluate.table import COLUMNS, MODEL, Evaluation, Row
from vem_server.show import OUT

TABLE = "figures.md"
MOST_MISSES = 20
"""Misses that are printed; all of them are in ``--json``."""
SIGNS = {True: ("yes", "green"), False: ("no", "red"), None: ("", "dim")}


def show_evaluation(found: Evaluation) -> None:
    """Print all rows by group, targets met and missed, and where the pictures lie."""
    for group, rows in groupby(found.rows, key=lambda row: row.group):
        OUT.print(_table_of(group, list(rows)))
        OUT.print()
    asked = [row for row in found.rows if row.met is not None]
    OUT.print(Text(f"{sum(row.met is True for row in asked)} of {len(asked)} targets met. {_told(found)}"))
    for picture in found.pictures:
        OUT.print(Text.assemble(("picture  ", "dim"), picture), soft_wrap=True)


def show_judgement(found: Judgement, page: Path | None) -> None:
    """Print what was measured on clips: all columns by group, why some are empty, the misses, where the page lies."""
    table = found.evaluation
    for group, rows in groupby(table.rows, key=lambda row: row.group):
        shown = Table(title=Text(group, style="bold"), title_justify="left", box=None, pad_edge=False)
        shown.add_column("", overflow="fold", max_width=44)
        for column in table.columns:
            shown.add_column(column, justify="right", no_wrap=True, header_style="dim")
        for row in rows:
            cells = [cell_of(row.figures.get(name), sure=place == 0) for place, name in enumerate(table.columns)]
            shown.add_row(row.name, *cells)
        OUT.print(shown)
        OUT.print()
    for remark in remarks_of(table.rows):
        OUT.print(Text(remark, style="dim"))
    facts = table.facts
    OUT.print(Text(f"{len(found.misses)} of {facts['instants']} cuts and hits have no onset within one frame."))
    for miss in found.misses[:MOST_MISSES]:
        OUT.print(Text(f"  {words_of(miss)}", style="yellow"))
    if len(found.misses) > MOST_MISSES:
        OUT.print(Text(f"  and {len(found.misses) - MOST_MISSES} more: --json or --out", style="dim"))
    if page is not None:
        OUT.print(Text.assemble(("page  ", "dim"), str(page)), soft_wrap=True)


def _table_of(group: str, rows: list[Row]) -> Table:
    columns = [column for column in COLUMNS if any(column in row.figures for row in rows)]
    table = Table(title=Text(group, style="bold"), title_justify="left", box=None, pad_edge=False, header_style="dim")
    table.add_column("", overflow="fold", max_width=36)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("target", overflow="fold", max_width=18)
    table.add_column("met", no_wrap=True)
    for row in rows:
        cells = [_cell(row.figures.get(column), sure=column == MODEL) for column in columns]
        sign, style = SIGNS[row.met]
        table.add_row(row.name, *cells, row.target.words if row.target else "", Text(sign, style=style))
    return table


def _cell(figure: Figure | None, *, sure: bool) -> str:
    """A figure in three digits; with its interval where it has one and ``sure`` asks for it."""
    if figure is None or not figure.known:
        return "-"
    if not sure or figure.low == figure.high:
        return _digits(figure.value)
    return f"{_digits(figure.value)} ({_digits(figure.low)}-{_digits(figure.high)})"


def _digits(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def _told(found: Evaluation) -> str:
    facts = found.facts
    return f"{facts['pieces']} held-out pieces, {facts['real_pieces']} real ones, model {facts['model']}."


def write_table(found: Evaluation, folder: Path) -> Path:
    """Write all rows as ``TABLE`` into a folder; an older one is replaced.

    Raises
    ------
    RenderError
        If the folder cannot be written.
    """
    path = folder / TABLE
    try:
        path.write_text(as_markdown(found), encoding="utf-8")
    except OSError as error:
        raise RenderError("The table cannot be written.", where=str(path), remedy="Choose another folder.") from error
    return path


def as_markdown(found: Evaluation) -> str:
    """All rows as one Markdown table; intervals (95 %) beside the model's figures."""
    lines = ["| measure | " + " | ".join(COLUMNS) + " | n | target | met |", "|" + "---|" * (len(COLUMNS) + 4)]
    for group, rows in groupby(found.rows, key=lambda row: row.group):
        lines.append(f"| **{group}** |" + " |" * (len(COLUMNS) + 3))
        for row in rows:
            cells = [_cell(row.figures.get(column), sure=column == MODEL) for column in COLUMNS]
            number = max((figure.of for figure in row.figures.values()), default=0)
            target = row.target.words if row.target else ""
            lines.append(f"| {row.name} | {' | '.join(cells)} | {number:.0f} | {target} | {SIGNS[row.met][0]} |")
    return "\n".join(lines) + "\n"
