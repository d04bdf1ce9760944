"""PROTOCOL.md, protocol.schema.json and the code say the same."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from vem_plugin.settings import Settings
from vem_server.protocol import codec, messages, schema
from vem_server.protocol.connection import Connection
from vem_server.protocol.errors import CODES
from vem_server.protocol.versions import MAGIC, PROTOCOL

SERVER = Path(__file__).parents[3] / "server"
TEXT = (SERVER / "PROTOCOL.md").read_text()
ROWS: dict[str, list[str]] = {}
for line in TEXT[: TEXT.index("### Topics")].splitlines():
    name, *cells = line.strip("|").split(" | ")
    ROWS[name.strip()] = cells
REQUESTS = get_args(messages.AnyRequest)
ANSWERS = (*get_args(messages.AnyReply), *get_args(messages.AnyEvent))


def kind_of(message: type[msgspec.Struct]) -> str:
    return str(message.__struct_config__.tag)


def said_of(message: type[msgspec.Struct]) -> str:
    return " ".join(ROWS[f"`{kind_of(message)}`"])


@pytest.mark.parametrize("message", REQUESTS, ids=kind_of)
def test_every_field_of_a_request_is_in_its_row_with_its_default(message: type[msgspec.Struct]) -> None:
    told = set(re.findall(r"`(\w+)`(?:=(\"[^\"]*\"|\[\]|[\w.-]+))?", said_of(message)))
    names = {name for name, _ in told}
    everywhere = {"id", "key", "edit"}
    for field in msgspec.structs.fields(message):
        if field.name in everywhere:
            continue
        assert field.name in names, f"{field.name} is not in the row of {kind_of(message)}"
        if not field.required:
            default = json.dumps(field.default if not isinstance(field.default, tuple) else list(field.default))
            assert (field.name, default) in told, f"default of {field.name}"


@pytest.mark.parametrize("message", ANSWERS, ids=kind_of)
def test_every_field_of_an_answer_is_in_its_row(message: type[msgspec.Struct]) -> None:
    told = set(re.findall(r"`(\w+)`", said_of(message)))
    assert {field.name for field in msgspec.structs.fields(message)} <= told


@pytest.mark.parametrize("struct", [messages.JobState, messages.DaemonState, messages.WorkersStatus, Connection])
def test_states_and_the_connection_file_are_told_field_by_field(struct: type[msgspec.Struct]) -> None:
    missing = [field.name for field in msgspec.structs.fields(struct) if f"`{field.name}`" not in TEXT]
    assert not missing


def test_the_text_lists_no_kind_that_is_not_there() -> None:
    tables = TEXT[TEXT.index("## 5.") : TEXT.index("### Topics")]
    rows = set(re.findall(r"^\| `([\w]+)` \|", tables, re.MULTILINE))
    assert rows == {kind_of(message) for message in (*REQUESTS, *ANSWERS)}


def test_the_table_of_codes_is_that_of_the_code() -> None:
    table = TEXT[TEXT.index("| code | meaning |") : TEXT.index("A client treats `no_session`")]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (\d+) \| (\d+) \|$", table, re.MULTILINE)
    assert rows == [(name, code.text, str(code.http), str(code.exit_code)) for name, code in CODES.items()]


def test_the_text_has_the_versions_and_limits_of_the_code() -> None:
    assert f"vem daemon, version {PROTOCOL}" in TEXT
    assert f"{MAGIC.decode()} | session | counter | body" in TEXT
    assert f"{codec.LARGEST_REQUEST:,} bytes" in TEXT
    assert f"{codec.LARGEST_FRAME:,} bytes" in TEXT


def test_the_schema_in_the_file_is_that_of_the_code() -> None:
    again = "python -m vem_server.protocol.schema > server/protocol.schema.json"
    assert (SERVER / "protocol.schema.json").read_text() == schema.as_text(), again


def test_score_takes_exactly_what_settings_take() -> None:
    asked = {field.name: field.default for field in msgspec.structs.fields(messages.Score)}
    for field in fields(Settings):
        assert asked.pop(field.name, None) == field.default, field.name
    assert set(asked) == {"id", "key", "edit", "out"}


def test_the_examples_of_the_text_are_read() -> None:
    example = re.search(r'^    (\{"kind": "score".*\})$', TEXT, re.MULTILINE)
    assert example
    request = codec.decode_request(example[1].replace("8c1f...", "8c1f").encode(), "json")
    assert isinstance(request, messages.Score)
    assert request.brief == "warm, hopeful"
