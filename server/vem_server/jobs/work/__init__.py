"""The work itself: every kind of job, done in the process that asks, with the result that ``--json`` prints.

Workers call `perform`, and so does the command line where no daemon is wanted, so both give the same. Nothing heavy is
loaded before a kind of work needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal

from vem_plugin.drafts import LEDGER
from vem_plugin.progress import Report, silent
from vem_server.jobs.sweeping import JobLedger
from vem_server.jobs.work.bench import Bench
from vem_server.protocol.messages import JobRequest

Lane = Literal["studio", "desk"]
"""A *studio* holds the models and writes music; a *desk* does everything else, so that it never waits for music."""

_WORK: dict[str, tuple[Lane, int, str]] = {
    "rescore": ("studio", 0, "scoring"),
    "reconform": ("studio", 1, "scoring"),
    "score": ("studio", 2, "scoring"),
    "takes": ("desk", 0, "takes"),
    "lock": ("desk", 0, "takes"),
    "inspect": ("desk", 1, "reading"),
    "plan": ("desk", 1, "reading"),
    "peaks": ("desk", 2, "peaks"),
    "thumbnails": ("desk", 2, "thumbnails"),
    "measure": ("desk", 3, "reading"),
}
"""Lane, rank in it (the lowest goes first) and module of each kind; the function has the kind's name."""


def lane_of(kind: str) -> Lane:
    """Which workers do a kind of job."""
    return _WORK[kind][0]


def rank_of(kind: str) -> int:
    """Who goes first among the jobs of a lane: the lowest."""
    return _WORK[kind][1]


def perform(request: JobRequest, report: Report = silent, *, ledger: JobLedger | None = None) -> dict[str, Any]:
    """Do what a request asks.

    Parameters
    ----------
    request : JobRequest
        Its paths are not confined here: `vem_server.jobs.confining` does that for requests from outside.
    report : Report
        Called with the stages of the kind. May raise, which stops the work and leaves nothing half-written.
    ledger : JobLedger, optional
        Told what appears on disk. It also knows what an earlier start of the same job has finished already.

    Returns
    -------
    dict
        JSON-ready: what the command of that name prints with ``--json``.

    Raises
    ------
    VemError
        As the functions of ``vem_plugin`` that do the work.
    """
    kind = type(request).__name__.lower()
    work: Callable[[Any, Bench], dict[str, Any]] = getattr(import_module(f"{__name__}.{_WORK[kind][2]}"), kind)
    kept = LEDGER.set(ledger)
    try:
        return work(request, Bench(report, ledger))
    finally:
        LEDGER.reset(kept)
