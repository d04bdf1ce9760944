"""The gateway as OpenAPI 3.1: addresses by hand, messages from the structs that are decoded."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any, get_args

import msgspec

from vem_server.protocol.messages import AnyEvent, AnyReply, AnyRequest, ErrorReply

API = "/api/v1"
PREFIX = "#/components/schemas/"
JOB_REPLY = "JobReply"


@cache
def openapi() -> dict[str, Any]:
    """The description, JSON-ready."""
    kinds = (*get_args(AnyRequest), *get_args(AnyReply), *get_args(AnyEvent))
    _, schemas = msgspec.json.schema_components(kinds, ref_template=PREFIX + "{name}")
    requests = [{"$ref": PREFIX + kind.__name__} for kind in get_args(AnyRequest)]
    replies = [{"$ref": PREFIX + kind.__name__} for kind in get_args(AnyReply)]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vem gateway",
            "version": version("vem-plugin"),
            "description": "Chapter 9 of server/PROTOCOL.md. The first free port of 8765 to 8774 on 127.0.0.1.",
        },
        "servers": [{"url": "http://127.0.0.1:{port}", "variables": {"port": {"default": "8765"}}}],
        "security": [{"token": []}],
        "paths": _paths({"oneOf": requests}, {"oneOf": replies}),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    }


def _paths(request: dict[str, Any], reply: dict[str, Any]) -> dict[str, Any]:
    """Every address but the WebSocket, which OpenAPI cannot describe, and the page's static files."""
    code = _object(code={"type": "string"})
    token = _object(token={"type": "string"})
    path = _object(path={"type": "string"})
    kept = {"type": "string"}
    ticket = _object(url=kept, seconds={"type": "number"})
    file = {"200": {"description": "The file"}, "206": {"description": "The range that was asked for"}}
    return {
        f"{API}/hello": {"get": _call("Who this is", {"type": "object"}, open_to_all=True)},
        f"{API}/openapi.json": {"get": _call("This description", {"type": "object"}, open_to_all=True)},
        f"{API}/requests": {"post": _call("Any message; id and key may be left out", reply, body=request)},
        f"{API}/jobs": {"get": _call("All jobs, newest first", _ref("JobsReply"))},
        f"{API}/jobs/{{job}}": {
            "get": _call(
                "A job; with wait when it is over",
                _ref(JOB_REPLY),
                parameters=[_parameter("job", place="path"), _parameter("wait", kind="number")],
            )
        },
        f"{API}/codes": {"post": _call("A code by which a page gets the token, once", code)},
        f"{API}/token": {"post": _call("The token, for a code", token, body=code, open_to_all=True)},
        f"{API}/files": {
            "get": _call("A file, or a range of it", None, parameters=[_parameter("path")]) | {"responses": file}
        },
        f"{API}/files/tickets": {"post": _call("A URL by which a media element reads a file", ticket, body=path)},
        f"{API}/folder": {"get": _call("What lies in a folder", {"type": "object"}, parameters=[_parameter("path")])},
        f"{API}/edits": {
            "post": _call("Take a dropped edit in", path, parameters=[_parameter("name")])
            | {"requestBody": {"content": {"application/octet-stream": {}}}}
        },
    }


def _call(
    summary: str,
    answer: dict[str, Any] | None,
    *,
    body: dict[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
    open_to_all: bool = False,
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": summary,
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": answer or {}}}},
            "default": {
                "description": "An error",
                "content": {"application/json": {"schema": _ref(ErrorReply.__name__)}},
            },
        },
    }
    if body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if parameters:
        told["parameters"] = parameters
    if open_to_all:
        told["security"] = []
    return told


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _parameter(name: str, *, place: str = "query", kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": kind}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": PREFIX + name}
