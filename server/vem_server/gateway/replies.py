"""Answers of the protocol as HTTP: the same JSON as everywhere, with the status that its code stands for."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from vem_server.protocol.codec import encode
from vem_server.protocol.errors import CODES, problem_of
from vem_server.protocol.messages import ErrorReply


def message(reply: Struct) -> Response:
    """Any message of the protocol; an error with its HTTP status."""
    status = CODES[reply.code].http if isinstance(reply, ErrorReply) else 200
    return Response(encode(reply, "json"), status, media_type="application/json")


def refusal(error: BaseException, *, request_id: str = "") -> Response:
    """An exception as the protocol's ``error``."""
    return message(ErrorReply.to(request_id, problem_of(error)))
