"""``vem daemon run|start|stop|status|logs|allow``; ``vem_server.cli`` registers them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vem_server.protocol.messages import DaemonState

app = typer.Typer(no_args_is_help=True, help="The local service that panels and scripts talk to.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Idle = Annotated[float, typer.Option(metavar="SECONDS", min=0, help="End after so long with nothing to do; 0: never.")]
Bind = Annotated[str, typer.Option(metavar="ADDRESS", help="IPv4 address of the one interface to listen on.")]
Root = Annotated[
    list[Path] | None, typer.Option(metavar="FOLDER", help="A folder that requests may touch, instead of your own.")
]
Engine = Annotated[str, typer.Option(metavar="local|ray://HOST", help="Where jobs run.")]
Gateway = Annotated[bool, typer.Option("--gateway/--no-gateway", help="Serve panels by HTTP.")]

IDLE_EXIT = 1800.0
GOING = 15.0
"""Seconds to wait for a daemon to end."""


def register(cli: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    cli.add_typer(app, name="daemon")


@app.command()
def run(
    idle: Idle = IDLE_EXIT,
    bind: Bind = "127.0.0.1",
    root: Root = None,
    engine: Engine = "local",
    gateway: Gateway = True,
) -> None:
    """Be the daemon, in the foreground, until Ctrl-C, `vem daemon stop` or a long time with nothing to do."""
    from vem_server.daemon.logs import log_to_file
    from vem_server.daemon.run import Wishes
    from vem_server.daemon.run import run as live

    log_to_file()
    live(Wishes(idle_exit=idle, address=bind, roots=tuple(root or ()), engine=engine, gateway=gateway))


@app.command()
def start(
    idle: Idle = IDLE_EXIT,
    bind: Bind = "127.0.0.1",
    root: Root = None,
    engine: Engine = "local",
    gateway: Gateway = True,
    json: Json = False,
) -> None:
    """Put a daemon into the background, unless one runs; return at its first answer."""
    from vem_server.client import Client
    from vem_server.daemon.start import start_daemon

    roots = [part for folder in root or () for part in ("--root", str(folder.absolute()))]
    options = ["--idle", str(idle), "--bind", bind, "--engine", engine, *roots]
    start_daemon(options=options if gateway else [*options, "--no-gateway"])
    with Client(start=False) as vem:
        _say_state(vem.status(), json=json)


@app.command()
def stop(
    drain: Annotated[bool, typer.Option("--drain", help="Let all queued and running jobs end first.")] = False,
) -> None:
    """End the daemon. Unfinished jobs go on with the next one."""
    from vem_server.client import Client
    from vem_server.protocol.connection import lives, read_connection
    from vem_server.protocol.errors import ServiceError

    running = read_connection()
    if running is None:
        typer.echo("No daemon runs.")
        return
    with Client(start=False) as vem:
        vem.shutdown(drain=drain)
    latest = time.monotonic() + GOING
    while lives(running):
        if not drain and time.monotonic() > latest:
            raise ServiceError("internal", f"Process {running.pid} was told to end and still lives.")
        time.sleep(0.05)
    typer.echo("The daemon has ended.")


@app.command()
def status(json: Json = False) -> None:
    """How the daemon is: process, gateway, workers, queue, models."""
    from vem_server.client import Client
    from vem_server.protocol.connection import read_connection
    from vem_server.protocol.errors import ServiceError

    if read_connection() is None:
        raise ServiceError("unreachable", "No daemon runs.", remedy="Start one: vem daemon start.")
    with Client(start=False) as vem:
        _say_state(vem.status(), json=json)


@app.command()
def logs(
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what comes.")] = False,
) -> None:
    """The last lines of the daemon's log."""
    from vem_server.daemon.logs import last_lines, new_lines

    for line in last_lines(lines):
        typer.echo(line)
    if follow:
        for line in new_lines():
            typer.echo(line)


@app.command()
def allow(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of media or projects.")]) -> None:
    """Let requests name files below one more folder, from the next start of the daemon on."""
    from vem_server.jobs.roots import allow as let_in
    from vem_server.protocol.connection import read_connection

    roots = let_in(folder.absolute())
    typer.echo(f"Allowed: {', '.join(map(str, roots.folders))}")
    if read_connection() is not None:
        typer.echo("The daemon that runs takes it in when it is started anew: vem daemon stop, vem daemon start.")


def _say_state(daemon: DaemonState, *, json: bool) -> None:
    if json:
        from msgspec import to_builtins

        from vem_server.as_json import print_json

        print_json(to_builtins(daemon))
        return
    from rich.text import Text

    from vem_server.protocol.places import connection_file
    from vem_server.show import OUT

    at_work = daemon.workers
    facts = {
        "daemon": f"vem {daemon.version}, protocol {daemon.protocol}, process {daemon.pid}"
        + (", shutting down" if daemon.shutting_down else ""),
        "running for": f"{time.time() - daemon.started:.0f} s, "
        + (f"ends after {daemon.idle_exit:g} s with nothing to do" if daemon.idle_exit else "never ends by itself"),
        "gateway": daemon.gateway or "none",
        "jobs": f"{at_work.running} running, {at_work.queued} queued",
        "models": f"{at_work.models} ({at_work.device}, engine {at_work.engine}) {at_work.note}".rstrip(),
        "workers": ", ".join(f"{one.name} {one.state} ({one.memory / 2**20:.0f} MB)" for one in at_work.workers)
        or "none",
        "folders": ", ".join(daemon.roots),
        "connection": str(connection_file()),
    }
    for name, fact in facts.items():
        OUT.print(Text.assemble((f"{name:<12}", "dim"), fact), soft_wrap=True)
