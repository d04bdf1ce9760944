"""A judgement as a page to keep: Markdown with the picture beside it, or one HTML file with the picture inside."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape
from itertools import groupby
from pathlib import Path

from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.evaluate.clips.judging import Judgement
from vem_plugin.evaluate.clips.picture import draw
from vem_plugin.evaluate.clips.timing import Miss
from vem_plugin.evaluate.counting import Figure
from vem_plugin.evaluate.table import Row

SUFFIXES = (".html", ".md")
MOST_MISSES = 200
"""Misses that a page lists; all of them are in ``--json``."""

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;font-size:13px}"
    "td,th{padding:.2em .7em;text-align:right;border-bottom:1px solid #eee}"
    "td:first-child,th:first-child{text-align:left}small{color:#777}img{max-width:100%}"
)


def write_page(found: Judgement, path: Path) -> Path:
    """Write a judgement as its suffix says; an older page is replaced.

    Raises
    ------
    SettingsError
        If the suffix is neither ``.html`` nor ``.md``.
    RenderError
        If it cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise SettingsError(f"A page cannot be '{path.name}'.", where="--out", remedy="Name a .html or a .md file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = draw(found.heard, path.with_suffix(".png"))
        if kind == ".md":
            path.write_text(as_markdown(found, picture.name), encoding="utf-8")
        else:
            image = base64.b64encode(picture.read_bytes()).decode("ascii")
            path.write_text(as_html(found, f"data:image/png;base64,{image}"), encoding="utf-8")
            picture.unlink()
    except OSError as error:
        raise RenderError(
            f"The page cannot be written: {error.strerror}.", where=str(path), remedy="Choose another place."
        ) from error
    return path


def cell_of(figure: Figure | None, *, sure: bool) -> str:
    """A figure in three digits, with its interval where it has one and ``sure`` asks for it; "-" for none."""
    if figure is None or not figure.known:
        return "-"
    value = _digits(figure.value)
    if not sure or figure.low == figure.high:
        return value
    return f"{value} ({_digits(figure.low)}..{_digits(figure.high)})"


def remarks_of(rows: Iterable[Row]) -> list[str]:
    """Why cells are empty: one line a reason, with the rows it is about."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row.why:
            by_reason.setdefault(row.why, []).append(row.name)
    return [f"{', '.join(names)}: {why}." for why, names in by_reason.items()]


def words_of(miss: Miss) -> str:
    """A miss in a line."""
    if miss.offset is None:
        return f"{miss.clip}, {miss.kind} at {miss.time:.3f} s: nothing is heard"
    side = "late" if miss.offset > 0 else "early"
    return (
        f"{miss.clip}, {miss.kind} at {miss.time:.3f} s: the nearest onset is {abs(miss.offset) * 1000:.0f} ms {side}"
    )


def as_markdown(found: Judgement, picture: str) -> str:
    """The page as Markdown; ``picture`` is where its picture lies."""
    table, columns = found.evaluation, found.evaluation.columns
    lines = ["# Music measured on its clips", "", *_facts(found), "", f"![Sync by tolerance]({picture})", ""]
    lines += ["| measure | " + " | ".join(columns) + " | n |", "|---|" + "---|" * (len(columns) + 1)]
    for group, rows in groupby(table.rows, key=lambda row: row.group):
        lines.append(f"| **{group}** |" + " |" * (len(columns) + 1))
        lines += [f"| {row.name} | {' | '.join(_cells(row, columns))} | {_number(row)} |" for row in rows]
    lines += ["", *(f"- {remark}" for remark in remarks_of(table.rows)), "", _misses_title(found), ""]
    lines += [f"- {words_of(miss)}" for miss in found.misses[:MOST_MISSES]]
    return "\n".join(lines) + "\n"


def as_html(found: Judgement, picture: str) -> str:
    """The page as HTML; ``picture`` is a URL."""
    table, columns = found.evaluation, found.evaluation.columns
    body = ["<h1>Music measured on its clips</h1>", *(f"<p>{escape(line)}</p>" for line in _facts(found))]
    body.append(f'<img src="{escape(picture)}" alt="Sync by tolerance">')
    body.append("<table><tr><th></th>" + "".join(f"<th>{escape(name)}</th>" for name in (*columns, "n")) + "</tr>")
    for group, rows in groupby(table.rows, key=lambda row: row.group):
        body.append(f'<tr><th colspan="{len(columns) + 2}">{escape(group)}</th></tr>')
        for row in rows:
            cells = (*_cells(row, columns), _number(row))
            body.append(f"<tr><td>{escape(row.name)}</td>" + "".join(f"<td>{escape(c)}</td>" for c in cells) + "</tr>")
    body += ["</table>", *(f"<p><small>{escape(remark)}</small></p>" for remark in remarks_of(table.rows))]
    body += [f"<h2>{escape(_misses_title(found).lstrip('# '))}</h2>", "<ul>"]
    body += [f"<li>{escape(words_of(miss))}</li>" for miss in found.misses[:MOST_MISSES]]
    head = f'<!doctype html><meta charset="utf-8"><title>Music measured</title><style>{_STYLE}</style>'
    return head + "\n".join([*body, "</ul>"]) + "\n"


def _facts(found: Judgement) -> list[str]:
    facts = found.evaluation.facts
    return [
        f"{facts['clips']} clips, {facts['minutes']} minutes, {facts['instants']} cuts and hits. "
        f"Beats: {facts['beats']}. Reference: {facts['reference']}. Intervals (95 %) come from drawing the clips again."
    ]


def _cells(row: Row, columns: Iterable[str]) -> list[str]:
    return [cell_of(row.figures.get(column), sure=place == 0) for place, column in enumerate(columns)]


def _number(row: Row) -> str:
    return f"{max((figure.of for figure in row.figures.values()), default=0):.0f}"


def _misses_title(found: Judgement) -> str:
    count, instants = len(found.misses), found.evaluation.facts["instants"]
    shown = f"; the first {MOST_MISSES}" if count > MOST_MISSES else ""
    return f"## {count} of {instants} cuts and hits have no onset within one frame{shown}"


def _digits(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
