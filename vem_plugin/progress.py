"""How long work tells its caller where it stands."""

from __future__ import annotations

from typing import Protocol


class Report(Protocol):
    """Called with the stage's name, the share of it that is done (0 to 1), and a few plain words."""

    def __call__(self, stage: str, done: float, note: str = "") -> None: ...


def silent(stage: str, done: float, note: str = "") -> None:
    """A report that nobody hears."""


def part(report: Report, first: float, last: float) -> Report:
    """A report of work that is only the part from ``first`` to ``last`` (0 to 1) of what the caller does."""

    def forward(stage: str, done: float, note: str = "") -> None:
        report(stage, first + done * (last - first), note)

    return forward


def within(report: Report, stage: str) -> Report:
    """A report whose every call counts as progress of ``stage``, whatever the callee calls its own steps."""

    named = stage

    def forward(stage: str, done: float, note: str = "") -> None:
        report(named, done, note)

    return forward
