"""``vem panel``: the page in the browser; ``vem_server.cli`` registers it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PATIENCE = 20.0
"""Seconds in which a gateway that is just starting must answer."""


def register(cli: typer.Typer) -> None:
    """Add the command of this module to the command line."""
    cli.command()(panel)


def panel(
    edit: Annotated[
        Path | None, typer.Argument(metavar="[EDIT]", help="An edit, or a scored timeline, to open.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the browser, or only say where the page is.")
    ] = True,
) -> None:
    """Open the panel in the browser; the daemon is started if none runs."""
    from vem_server.daemon.start import start_daemon
    from vem_server.protocol.errors import ServiceError

    connection = start_daemon()
    if connection.gateway is None:
        raise ServiceError("unreachable", "The daemon serves no panels.", remedy="`vem daemon logs` says why.")
    url = f"{connection.gateway}/#{_fragment(connection.gateway, connection.token, edit)}"
    if browser:
        import webbrowser

        browser = webbrowser.open(url)
    typer.echo(f"The panel is open: {connection.gateway}" if browser else url)


def _fragment(gateway: str, token: str, edit: Path | None) -> str:
    """What the page finds behind the # of its address, which no browser sends anywhere.

    A code that works once, not the token: an address stands in the browser's history, and on its command line, where
    every user of the machine can read it.
    """
    from urllib.parse import urlencode

    told = {"code": _code_from(gateway, token)}
    if edit is not None:
        told["edit"] = str(edit.absolute())
    return urlencode(told)


def _code_from(gateway: str, token: str) -> str:
    import json
    from urllib.request import ProxyHandler, Request, build_opener

    from vem_server.protocol.errors import ServiceError

    request = Request(f"{gateway}/api/v1/codes", method="POST", headers={"Authorization": f"Bearer {token}"})
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:  # no proxy leads to ourselves
            return json.load(answer)["code"]
    except OSError as error:
        raise ServiceError("unreachable", f"The gateway does not answer: {error}.", where=gateway) from error
