"""The whole command line: ``vem_server``'s commands, and those of the editing programs on top.

``vem`` starts here, because the server's room may not know this one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vem_server import cli

if TYPE_CHECKING:
    from vem_adapters.host import Host
    from vem_adapters.resolve import ResolveHost
    from vem_adapters.round_trip import Task
    from vem_server.protocol.messages import JobState

Brief = Annotated[str, typer.Option("--brief", help="What the music should be, in your own words.")]
Shot = Annotated[int | None, typer.Option("--shot", metavar="N", help="Default: the shot under the playhead.")]

resolve = typer.Typer(no_args_is_help=True, help="The timeline that is open in DaVinci Resolve Studio.")


def watch(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Drop timelines in; what is scored lies beside them.")
    ],
    brief: Brief = "",
) -> None:
    """Score every edit that is dropped into a folder, until stopped with Ctrl-C."""
    from vem_adapters.files import watch as watch_folder
    from vem_plugin.errors import SettingsError
    from vem_server.client import Client

    if not folder.is_dir():
        raise SettingsError("There is no such folder.", where=str(folder), remedy="Name a folder that is there.")
    typer.echo(f"Watching {folder}. Stop with Ctrl-C.")
    with Client(name="watch") as vem:
        watch_folder(folder.absolute(), vem, say=typer.echo, brief=brief, on_progress=Progress())


@resolve.command()
def score(brief: Brief = "") -> None:
    """Write music for the open timeline, and lay it on a track of its own."""
    _round("score", wishes={"brief": brief})


@resolve.command()
def rescore(shot: Shot = None, brief: Brief = "") -> None:
    """Write other music for one shot; everywhere else it stays."""
    _round("rescore", wishes={"brief": brief}, shot=shot)


@resolve.command()
def reconform() -> None:
    """The timeline has changed: fit the same music to it."""
    _round("reconform")


@resolve.command()
def undo() -> None:
    """Put the take before back on the timeline."""
    _round("undo")


@resolve.command()
def unmark() -> None:
    """Remove our markers from the open timeline, and only ours."""
    typer.echo(f"{_resolve_host().remove_markers()} markers removed.")


@resolve.command(hidden=True)
def bridge() -> None:
    """Answer the panel's messages on standard input, one JSON object a line; the panel's window starts this."""
    from vem_adapters.bridge import Bridge, serve

    def write(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    serve(Bridge(_resolve_host, folder=home_of, page=_page), sys.stdin, write)


def _page() -> str:
    """The panel's URL for a window inside Resolve; the daemon is started if none runs."""
    from vem_server.daemon.start import start_daemon
    from vem_server.protocol.errors import ServiceError

    connection = start_daemon()
    if connection.gateway is None:
        raise ServiceError("unreachable", "The daemon serves no panels.", remedy="`vem daemon logs` says why.")
    return f"{connection.gateway}/#token={connection.token}&host=resolve"


def home_of(host: Host) -> Path:
    """Where the exports and takes of an open timeline lie: a folder for each project, in the user's documents."""
    import platformdirs

    from vem_adapters.names import file_name_of

    project = file_name_of(host.timeline().project, otherwise="Edits")
    return platformdirs.user_documents_path() / "VEM Music" / project


class Progress:
    """Prints what a job does, one line a stage."""

    def __init__(self) -> None:
        from vem_plugin import reconforming, rescoring, scoring

        self._words = {**rescoring.STAGES, **reconforming.STAGES, **scoring.STAGES}
        self._stage = ""

    def __call__(self, job: JobState) -> None:
        """A job has moved."""
        if job.stage and job.stage != self._stage:
            left = "" if job.seconds_left is None else f", about {job.seconds_left:.0f} s left"
            sys.stderr.write(f"  {self._words.get(job.stage, job.stage)}{left}\n")
        self._stage = job.stage


def _resolve_host() -> ResolveHost:
    from vem_adapters.resolve import ResolveHost, connect

    return ResolveHost(connect(), say=lambda text: typer.echo(text, err=True))


def _round(task: Task, *, wishes: dict[str, Any] | None = None, shot: int | None = None) -> None:
    from vem_adapters.round_trip import round_trip
    from vem_server.client import Client

    host = _resolve_host()
    with Client(name="resolve") as vem:
        round_trip(host, vem, home_of(host), task=task, wishes=wishes, shot=shot, on_progress=Progress())


def main() -> None:
    """Run the command line. See `vem_server.cli.main`."""
    cli.app.command()(watch)
    cli.app.add_typer(resolve, name="resolve")
    cli.main()
