"""A job request of the command line, done by the running daemon, or in this process if there is none.

Both ways end in ``vem_server.jobs.work.perform`` and give its JSON, and all that is printed is drawn from that JSON.
So what comes out is the same; only who holds the models warm differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

if TYPE_CHECKING:
    from vem_plugin.progress import Report
    from vem_plugin.settings import Settings
    from vem_server.client import Client
    from vem_server.protocol.messages import JobState, Work

UseDaemon = Annotated[
    bool,
    typer.Option(
        "--daemon/--no-daemon", envvar="VEM_DAEMON", help="Whether a running daemon does it, if there is one."
    ),
]
Model = Annotated[
    str | None, typer.Option(metavar="NAME|FOLDER", help="A model: a name of `vem models list`, or a folder.")
]
Memory = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Most memory the models may take, such as 6GB; default: no limit.")
]
NOT_FOR_THE_DAEMON = ("path_refused", "invalid", "queue_full", "shutting_down", "unreachable", "version")
"""Codes with which a daemon turns down what this process can do by itself."""
PATIENCE = 1.0
"""Seconds in which a running daemon must say hello."""


def carry_out(request: Work, stages: Mapping[str, str], *, quiet: bool, daemon: bool) -> dict[str, Any]:
    """Do a job request, with a progress bar for each stage unless ``quiet``.

    Returns
    -------
    dict
        What ``--json`` prints.

    Raises
    ------
    VemError
        What the work fails with; the same either way.
    """
    from vem_server.show import stage_bars

    with stage_bars(stages, quiet=quiet) as report:
        if daemon:
            result = _by_daemon(request, stages, report)
            if result is not None:
                return result
        from vem_server.jobs.work import perform

        return perform(request, report)  # type: ignore[arg-type]  # every Work is a JobRequest


def _by_daemon(request: Work, stages: Mapping[str, str], report: Report) -> dict[str, Any] | None:
    """The daemon's result; None if none runs, or it does not take this job."""
    client = _running_daemon()
    if client is None:
        return None
    from vem_server.protocol.errors import ServiceError

    def tell(job: JobState) -> None:
        if job.state == "done":
            report(list(stages)[-1], 1.0, job.note)
        elif job.stage in stages:
            report(job.stage, job.stage_fraction, job.note)

    with client:
        try:
            job = client.submit(request)
        except ServiceError as error:
            if error.code in NOT_FOR_THE_DAEMON:
                return None
            raise
        return client.follow(job.id, on_progress=tell)


def _running_daemon() -> Client | None:
    """A client of the daemon, if one of this very version runs and answers."""
    from vem_server.protocol.connection import read_connection
    from vem_timeline.errors import VemError

    try:
        if read_connection() is None:
            return None
        from vem_server.client import Client

        client = Client(start=False, timeout=PATIENCE, retries=1, name="vem")
    except VemError:
        return None
    try:
        if client.status().version == version("vem-plugin"):
            return client
    except VemError:
        pass
    client.close()
    return None


def model_of(told: str | None) -> Path | None:
    """The model folder that ``--model`` names, if any."""
    if told is None:
        return None
    from vem_plugin.models.shelf import model_told

    return model_told(told)


def memory_of(told: str | None) -> int | None:
    """The bytes that ``--memory`` names, if any."""
    if told is None:
        return None
    from vem_plugin.models.placement import parse_memory

    return parse_memory(told)


def request_of(kind: type[Work], edit: Path, settings: Settings | None = None, **fields: Any) -> Work:
    """A request with an id and key of its own, its paths made absolute.

    Parameters
    ----------
    kind : type
        Class of the request.
    edit : Path
        What it is about.
    settings : Settings, optional
        Where fields are taken from that are settings.
    **fields
        The others.
    """
    if settings is not None:
        fields |= {name: getattr(settings, name) for name in kind.__struct_fields__ if hasattr(settings, name)}
    fields |= {name: str(value.absolute()) for name, value in fields.items() if isinstance(value, Path)}
    name = uuid4().hex
    return kind(id=name, key=name, edit=str(edit.absolute()), **fields)
