"""Messages to bytes and back: MessagePack on ZeroMQ, JSON in the gateway and the mailbox.

Reading a request either gives the request or raises a `ServiceError` with a code; nothing else gets out.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import AnyEvent, AnyReply, AnyRequest

Notation = Literal["msgpack", "json"]

LARGEST_REQUEST = 256 * 1024
"""Longest body of a request that is read, bytes."""
LARGEST_FRAME = 1024 * 1024
"""A sender of a longer frame is cut off, bytes."""


class _WithId(Struct):
    id: str = ""


_REQUEST = {"msgpack": msgspec.msgpack.Decoder(AnyRequest), "json": msgspec.json.Decoder(AnyRequest)}
_REPLY = {"msgpack": msgspec.msgpack.Decoder(AnyReply), "json": msgspec.json.Decoder(AnyReply)}
_EVENT = {"msgpack": msgspec.msgpack.Decoder(AnyEvent), "json": msgspec.json.Decoder(AnyEvent)}
_ID = {"msgpack": msgspec.msgpack.Decoder(_WithId), "json": msgspec.json.Decoder(_WithId)}
_ENCODE = {"msgpack": msgspec.msgpack.Encoder().encode, "json": msgspec.json.Encoder().encode}


def encode(message: Struct, notation: Notation = "msgpack") -> bytes:
    """Any message as bytes."""
    return _ENCODE[notation](message)


def decode_request(body: bytes, notation: Notation = "msgpack") -> AnyRequest:
    """Read a request, strictly.

    Raises
    ------
    ServiceError
        ``too_large``, ``malformed``, ``unknown_kind`` or ``invalid``.
    """
    if len(body) > LARGEST_REQUEST:
        raise ServiceError("too_large", f"The body has {len(body)} bytes; {LARGEST_REQUEST} are read.")
    try:
        return _REQUEST[notation].decode(body)
    except msgspec.ValidationError as error:
        said = str(error)
        if said.endswith("`$.kind`"):
            raise ServiceError("unknown_kind", said, remedy="PROTOCOL.md lists the messages.") from error
        raise ServiceError("invalid", said, remedy="PROTOCOL.md says what the message may hold.") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError("malformed", f"The body is no {notation}: {error}") from error


def id_of(body: bytes, notation: Notation = "msgpack") -> str:
    """The id of a request that is otherwise wrong, so that the error finds its asker; empty if there is none."""
    try:
        return _ID[notation].decode(body[:LARGEST_REQUEST]).id[:64]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""


def decode_reply(body: bytes, notation: Notation = "msgpack") -> AnyReply:
    """Read an answer; fields of later minor versions are passed over.

    Raises
    ------
    ServiceError
        ``malformed``, if it is no answer of this protocol.
    """
    try:
        return _REPLY[notation].decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError("malformed", f"The daemon's answer cannot be read: {error}") from error


def decode_event(body: bytes, notation: Notation = "msgpack") -> AnyEvent:
    """Read an event; fields of later minor versions are passed over.

    Raises
    ------
    ServiceError
        ``malformed``, if it is no event of this protocol.
    """
    try:
        return _EVENT[notation].decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError("malformed", f"The daemon's event cannot be read: {error}") from error
