"""The gateway as a web application: each address and what answers it, behind the `Doorman`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

import vem_server
from vem_server.client import AsyncClient
from vem_server.gateway.asking import answer
from vem_server.gateway.browse import folder_as_json
from vem_server.gateway.describe import openapi
from vem_server.gateway.doorman import API, TICKETED, Doorman
from vem_server.gateway.events import serve_events
from vem_server.gateway.files import LARGEST_EDIT, file_at, serve_file, take_in
from vem_server.gateway.replies import message, refusal
from vem_server.gateway.tickets import codes, file_tickets
from vem_server.jobs.roots import Roots
from vem_server.protocol.codec import LARGEST_REQUEST
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import JobReply
from vem_server.protocol.versions import PROTOCOL
from vem_timeline.errors import VemError

log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=Struct)

PANEL = Path(vem_server.__file__).parent / "panel"
LONGEST_WAIT = 60.0
"""Longest time that a page may wait for a job in one call, seconds."""
BODY_PATIENCE = 60.0
"""Seconds in which a body must have come."""


class Code(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``token``."""

    code: str


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``files/tickets``."""

    path: str


class Gateway:
    """What answers each address.

    Parameters
    ----------
    client : AsyncClient
        The way to the daemon.
    token : str
        The bearer token.
    port : int
        The port on 127.0.0.1.
    roots : callable
        Which folders may be touched; asked each time, since a user may add one.
    panel : Path
        Folder of the page's static files.
    """

    def __init__(
        self,
        client: AsyncClient,
        *,
        token: str,
        port: int,
        roots: Callable[[], Roots],
        panel: Path = PANEL,
    ) -> None:
        self._client = client
        self._token = token
        self._roots = roots
        self._codes = codes()
        self._tickets = file_tickets()
        routes: list[BaseRoute] = [
            Route(f"{API}hello", self.hello),
            Route(f"{API}openapi.json", self.describe),
            Route(f"{API}requests", self.requests, methods=["POST"]),
            Route(f"{API}jobs", self.jobs),
            Route(f"{API}jobs/{{job}}", self.job),
            Route(f"{API}codes", self.codes, methods=["POST"]),
            Route(f"{API}token", self.token, methods=["POST"]),
            Route(f"{API}files", self.file),
            Route(f"{API}files/tickets", self.ticket, methods=["POST"]),
            Route(f"{TICKETED}{{ticket}}/{{name}}", self.ticketed),
            Route(f"{API}folder", self.folder),
            Route(f"{API}edits", self.edits, methods=["POST"]),
            WebSocketRoute(f"{API}events", self.events),
        ]
        if panel.is_dir():
            routes.append(Mount("/", StaticFiles(directory=panel, html=True)))
        pages = Starlette(routes=routes, exception_handlers={VemError: _told, HTTPException: _told, 500: _told})
        self.doorman = Doorman(pages, port=port, token=token)

    @property
    def app(self) -> ASGIApp:
        """The whole, doorman in front."""
        return self.doorman

    async def hello(self, _: Request) -> Response:
        """Who this is: for a panel that looks for the port."""
        return JSONResponse({"service": "vem", "protocol": PROTOCOL, "version": version("vem-plugin")})

    async def describe(self, _: Request) -> Response:
        """This interface as OpenAPI."""
        return JSONResponse(openapi())

    async def requests(self, request: Request) -> Response:
        """Any message of the protocol."""
        _require_json(request)
        return message(await answer(self._client, await _body_of(request, LARGEST_REQUEST)))

    async def jobs(self, _: Request) -> Response:
        """All jobs, newest first."""
        return message(await answer(self._client, b'{"kind":"jobs"}'))

    async def job(self, request: Request) -> Response:
        """One job; with ``wait`` when it is over, or that time is up."""
        job, wait = request.path_params["job"], _seconds_of(request.query_params.get("wait"))
        if wait:
            return message(JobReply(id="", job=await self._client.wait(job, timeout=wait)))
        return message(JobReply(id="", job=await self._client.job(job)))

    async def codes(self, _: Request) -> Response:
        """A code by which a page gets the token, once."""
        return JSONResponse({"code": self._codes.issue(None), "seconds": self._codes.seconds})

    async def token(self, request: Request) -> Response:
        """The token, for a code."""
        self._codes.redeem((await _read(request, Code)).code)
        return JSONResponse({"token": self._token})

    async def file(self, request: Request) -> Response:
        """A file by its path."""
        return serve_file(file_at(_path_in(request), self._roots()))

    async def ticket(self, request: Request) -> Response:
        """A URL by which a media element reads one file."""
        place = file_at((await _read(request, Place)).path, self._roots())
        url = request.app.url_path_for("ticketed", ticket=self._tickets.issue(place), name=place.name)
        return JSONResponse({"url": str(url), "seconds": self._tickets.seconds})

    async def ticketed(self, request: Request) -> Response:
        """The file that a ticket stands for, if it may still be served."""
        place = self._tickets.look_up(request.path_params["ticket"])
        return serve_file(file_at(str(place), self._roots()))

    async def folder(self, request: Request) -> Response:
        """What lies in a folder."""
        path = request.query_params.get("path")
        return JSONResponse(await asyncio.to_thread(folder_as_json, path, self._roots()))

    async def edits(self, request: Request) -> Response:
        """Take a dropped edit in."""
        name = request.query_params.get("name", "")
        content = await _body_of(request, LARGEST_EDIT)
        return JSONResponse({"path": str(await asyncio.to_thread(take_in, name, content, self._roots()))})

    async def events(self, page: WebSocket) -> None:
        """What happens, as it happens."""
        await serve_events(page, self._client, self.doorman)


async def _told(_: Request, error: Exception) -> Response:
    """Any exception as the protocol's error."""
    if isinstance(error, HTTPException):
        known = {404: "no_such_file", 405: "malformed"}
        said = ServiceError(known.get(error.status_code, "malformed"), f"{error.detail}.")
        told = refusal(said)
        told.status_code = error.status_code
        return told
    if not isinstance(error, VemError):
        log.error("a page's request failed in a way that nobody foresaw", exc_info=error)
    return refusal(error)


def _require_json(request: Request) -> None:
    """A page of another site cannot send JSON without asking first, so nothing else is read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ServiceError("not_json", remedy="Send 'Content-Type: application/json'.")


async def _body_of(request: Request, largest: int) -> bytes:
    """The body, which is read no further than ``largest`` bytes."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    raise ServiceError("too_large", f"More than {largest} bytes are not read.")
    except TimeoutError as error:
        raise ServiceError("malformed", "The body has not come in time.") from error
    return bytes(body)


async def _read(request: Request, kind: type[Body]) -> Body:
    _require_json(request)
    try:
        return msgspec.json.decode(await _body_of(request, LARGEST_REQUEST), type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError("invalid", str(error)) from error


def _path_in(request: Request) -> str:
    path = request.query_params.get("path")
    if not path or "\0" in path:
        raise ServiceError("invalid", "Which file?", where="path", remedy="Add ?path=/to/the/file to the address.")
    return path


def _seconds_of(text: str | None) -> float:
    try:
        seconds = float(text or 0)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ServiceError("invalid", f"'{text}' is no time to wait.", where="wait", remedy="Use 0 to 60 seconds.")
    return seconds
