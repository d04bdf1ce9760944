"""Bodies of any shape: each is answered by a message of the protocol, and the gateway lives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vem_server.gateway.asking import read_request
from vem_server.protocol.codec import decode_reply
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import ErrorReply, Request

if TYPE_CHECKING:
    from tests.server.conftest import Service

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
KINDS = ("hello", "status", "choices", "job", "jobs", "cancel", "inspect", "plan", "score", "rescore", "reconform",
         "lock", "takes", "thumbnails", "peaks", "measure", "nonsense")  # fmt: skip
FIELDS = ("id", "key", "edit", "brief", "shots", "tempo", "metre", "job", "versions", "action", "take", "out", "seed")
REQUEST = st.builds(
    lambda kind, fields: {"kind": kind} | fields,
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
)
BODY = st.binary(max_size=200) | (REQUEST | ANYTHING).map(lambda value: json.dumps(value).encode())


@given(body=BODY)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_is_answered_by_a_message(service: Service, body: bytes) -> None:
    with service.page() as page:
        answer = page.post("/api/v1/requests", content=body, headers={"Content-Type": "application/json"})
    reply = decode_reply(answer.content, "json")
    assert answer.status_code == 200 or isinstance(reply, ErrorReply)
    assert answer.status_code < 500


@given(body=BODY, name=st.none() | st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))
@settings(max_examples=500, deadline=None)
def test_any_body_is_a_request_or_a_typed_error(body: bytes, name: str | None) -> None:
    told: object = None
    try:
        told = read_request(body, name=name)
    except ServiceError as error:
        told = error.code
    assert isinstance(told, Request) or told in ("malformed", "invalid", "unknown_kind", "too_large")


@given(request=REQUEST)
@settings(max_examples=300, deadline=None)
def test_what_is_filled_in_changes_nothing_that_is_there(request: dict[str, Any]) -> None:
    whole = {"id": "here", "key": "mine"} | request
    if request["kind"] not in KINDS[6:16]:
        whole.pop("key")
    for body in (whole, request):
        try:
            told = read_request(json.dumps(body).encode(), name="given")
        except ServiceError:
            continue
        assert told.id == body.get("id", "given")
        assert getattr(told, "key", None) == body.get("key", "given" if hasattr(told, "key") else None)
