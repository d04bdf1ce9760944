"""A message as JSON, from a page or a file, to the daemon and back."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from msgspec import UNSET, Struct

from vem_server.client import AsyncClient
from vem_server.client.verbs import new_id
from vem_server.protocol.codec import LARGEST_REQUEST, decode_request, id_of
from vem_server.protocol.errors import ServiceError, problem_of
from vem_server.protocol.messages import AnyReply, AnyRequest, ErrorReply, Hello, HelloReply, JobRequest
from vem_server.protocol.versions import agree
from vem_timeline.errors import VemError

HEARTBEAT = 1.0
JOB_KINDS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(JobRequest))


class _Head(Struct):
    kind: Any = UNSET
    id: Any = UNSET
    key: Any = UNSET


def read_request(body: bytes, *, name: str | None = None) -> AnyRequest:
    """Read a request; ``id`` and ``key`` may be left out, and are then ``name``, or made up.

    Raises
    ------
    ServiceError
        As `decode_request`.
    """
    if len(body) > LARGEST_REQUEST:
        raise ServiceError("too_large", f"The body has {len(body)} bytes; {LARGEST_REQUEST} are read.")
    try:
        head = msgspec.json.decode(body, type=_Head)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return decode_request(body, "json")  # which says what is wrong
    missing = {"id": name or new_id()} if head.id is UNSET else {}
    if head.key is UNSET and isinstance(head.kind, str) and head.kind in JOB_KINDS:
        missing["key"] = name or new_id()
    if missing:  # put in front of the rest as it came, which is then read as strictly as any other request
        rest = body.strip()[1:].lstrip()
        body = msgspec.json.encode(missing)[:-1] + (b"" if rest == b"}" else b",") + rest
    return decode_request(body, "json")


async def answer(client: AsyncClient, body: bytes, *, name: str | None = None) -> AnyReply:
    """Ask the daemon what a page or a file asks; whatever goes wrong is answered with an ``error``."""
    try:
        request = read_request(body, name=name)
        if isinstance(request, Hello):
            return await _greet(client, request)
        return await client.ask(request)
    except VemError as error:
        return ErrorReply.to(id_of(body, "json") or name or "", problem_of(error))


async def _greet(client: AsyncClient, hello: Hello) -> HelloReply:
    """Answer ``hello`` for the daemon, if it lives. The session is the gateway's own and stays here."""
    version = agree(hello.versions)
    daemon = await client.status()
    return HelloReply(
        id=hello.id,
        version=version,
        session="",
        daemon=daemon.version,
        instance=daemon.instance,
        pid=daemon.pid,
        largest=LARGEST_REQUEST,
        heartbeat=HEARTBEAT,
    )
