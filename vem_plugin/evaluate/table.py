"""What ``vem evaluate`` finds: rows of figures, each beside its baselines and its target."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vem_plugin.evaluate.counting import Figure

MODEL, NETWORK, TEACHER, REAL, SHUFFLED = COLUMNS = ("model", "network", "teacher", "real", "shuffled")
"""The model as it ships; what its network wrote before any repair; the rule-based composer under the same cue sheets
and themes; real pieces kept out of training; the teacher's bars shuffled."""

Figures = Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: in words, and as a test of a row's figures (None where a baseline is missing)."""

    words: str
    met: Callable[[Figures], bool | None]


def at_least(least: float) -> Target:
    """The model reaches a number."""
    return Target(f"at least {least:g}", lambda figures: figures[MODEL].value >= least)


def at_most(most: float) -> Target:
    """The model does not exceed a number."""
    return Target(f"at most {most:g}", lambda figures: figures[MODEL].value <= most)


def within_of(most: float, column: str) -> Target:
    """The model falls short of a baseline by no more than this."""

    def met(figures: Figures) -> bool | None:
        return figures[MODEL].value >= figures[column].value - most if _known(figures, column) else None

    return Target(f"within {most:g} of {column}", met)


def not_above(column: str) -> Target:
    """The model does not exceed a baseline."""

    def met(figures: Figures) -> bool | None:
        return figures[MODEL].value <= figures[column].value if _known(figures, column) else None

    return Target(f"not above {column}", met)


def between(one: str, other: str) -> Target:
    """The model lies between two baselines."""

    def met(figures: Figures) -> bool | None:
        if not _known(figures, one, other):
            return None
        low, high = sorted((figures[one].value, figures[other].value))
        return low <= figures[MODEL].value <= high

    return Target(f"between {one} and {other}", met)


def either(one: Target, other: Target) -> Target:
    """One of two targets is enough."""

    def met(figures: Figures) -> bool | None:
        answers = (one.met(figures), other.met(figures))
        return True if any(answers) else None if None in answers else False

    return Target(f"{one.words}, or {other.words}", met)


def _known(figures: Figures, *columns: str) -> bool:
    return all(column in figures and figures[column].known for column in columns)


@dataclass(frozen=True)
class Row:
    """One measure: its group, its name, figures by column, the target if there is one.

    ``why`` says why columns are empty, where they are.
    """

    group: str
    name: str
    figures: Figures
    target: Target | None = None
    why: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without target, or where nothing could be counted."""
        if self.target is None or not _known(self.figures, MODEL):
            return None
        return self.target.met(self.figures)

    def as_json(self) -> dict[str, Any]:
        """JSON-ready; four places."""
        figures = {
            column: {"value": _short(f.value), "low": _short(f.low), "high": _short(f.high), "of": _short(f.of)}
            for column, f in self.figures.items()
            if f.known
        }
        target = self.target.words if self.target else None
        row = {"group": self.group, "name": self.name, "target": target, "met": self.met, "figures": figures}
        return row | {"why": self.why} if self.why else row


@dataclass(frozen=True)
class Evaluation:
    """All rows; what made the figures (model, pieces, machine); pictures that were drawn; the columns, in order, of
    which the first is the one that is judged."""

    rows: tuple[Row, ...]
    facts: Mapping[str, object]
    pictures: tuple[str, ...] = field(default=())
    columns: tuple[str, ...] = COLUMNS

    def as_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "facts": dict(self.facts),
            "columns": list(self.columns),
            "rows": [row.as_json() for row in self.rows],
            "pictures": list(self.pictures),
        }


def by_group(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows of one group side by side, groups in the order in which they first come."""
    rows = tuple(rows)
    order = list(dict.fromkeys(row.group for row in rows))
    return tuple(sorted(rows, key=lambda row: order.index(row.group)))


def _short(value: float) -> float | None:
    """Four places; None for what is not finite, which JSON cannot say."""
    return round(float(value), 4) if math.isfinite(value) else None
