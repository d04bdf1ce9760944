"""The JSON schema of every message, written to ``server/protocol.schema.json``.

python -m vem_server.protocol.schema > server/protocol.schema.json
"""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec

from vem_server.protocol.answers import AnyEvent, AnyReply, PeaksResult, ThumbnailsResult
from vem_server.protocol.connection import Connection
from vem_server.protocol.errors import CODES
from vem_server.protocol.requests import AnyRequest
from vem_server.protocol.versions import PROTOCOL


def schema() -> dict[str, Any]:
    """A JSON schema (draft 2020-12) of all messages, with the version and the error codes of the protocol."""
    roots = (AnyRequest, AnyReply, AnyEvent, ThumbnailsResult, PeaksResult, Connection)
    (requests, replies, events, *_), parts = msgspec.json.schema_components(roots, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messages of the vem daemon",
        "version": PROTOCOL,
        "codes": {name: {"text": code.text, "http": code.http, "exit": code.exit_code} for name, code in CODES.items()},
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in ("Request", "Reply", "Event")],
        "$defs": {"Request": requests, "Reply": replies, "Event": events} | parts,
    }


def as_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
