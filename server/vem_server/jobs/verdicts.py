"""Why a worker process ended, told as a problem of the job it was doing."""

from __future__ import annotations

import signal

from vem_server.jobs.board import Job
from vem_server.jobs.limits import Limits
from vem_server.jobs.process import FROM_OUTSIDE, WorkerProcess
from vem_server.protocol.errors import CODES, Problem

NEARLY = 0.8
"""Share of its memory limit above which a worker that the system ended has most likely run out of memory."""


def problem_of_death(worker: WorkerProcess, code: int | None, job: Job, limits: Limits) -> Problem | None:
    """The problem of a job whose worker is gone.

    Parameters
    ----------
    code : int or None
        Exit code of the process, negative for a signal.
    job : Job
        It is told of one more worker that somebody ended from outside, if that is what happened.

    Returns
    -------
    Problem or None
        None if the job may start again.
    """
    megabytes = f"{worker.most_memory / 2**20:.0f} MB"
    if worker.verdict == "hung":
        return _problem(
            "worker_hung",
            f"Nothing was heard of the work for {limits.patience:g} seconds, so it was ended.",
            "Check whether the media plays in another program; a damaged file can do this.",
        )
    ended_from_outside = code in FROM_OUTSIDE
    if worker.verdict == "memory" or (ended_from_outside and worker.most_memory > NEARLY * limits.memory):
        return _problem(
            "out_of_memory",
            f"The job took {megabytes} of memory, of {limits.memory / 2**20:.0f} MB at most.",
            "Close other programs, or score a shorter piece.",
        )
    if not ended_from_outside:
        return _problem(
            "worker_crashed",
            f"The process that did the work broke down ({_name_of(code)}).",
            "`vem daemon logs` tells more; please report it with the edit that did it.",
        )
    job.killed += 1
    if job.killed <= limits.retries:
        return None
    return _problem(
        "worker_killed",
        f"The process that did the work was ended from outside {job.killed} times.",
        "See what ends it: often the system, when memory runs out.",
    )


def problem_of_start(code: int | None) -> Problem:
    """The problem of jobs for which no worker can be started."""
    return _problem(
        "worker_crashed",
        f"The process that should do the work does not start ({_name_of(code)}).",
        "Run `vem doctor`; `vem daemon logs` tells more.",
    )


def _problem(code: str, message: str, remedy: str) -> Problem:
    assert code in CODES
    return Problem(code=code, message=message, remedy=remedy)


def _name_of(code: int | None) -> str:
    if code is None:
        return "it did not end"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
