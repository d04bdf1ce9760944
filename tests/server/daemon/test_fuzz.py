"""Whatever the frames are: one answer of this protocol. `benchmarks/server_fuzz.py` asks a daemon, and far more."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vem_server.daemon.desk import DaemonName, Desk
from vem_server.daemon.reception import Reception
from vem_server.daemon.sessions import Sessions
from vem_server.jobs import JobRoom
from vem_server.jobs.roots import Roots
from vem_server.protocol.codec import decode_reply
from vem_server.protocol.errors import CODES
from vem_server.protocol.frames import open_envelope
from vem_server.protocol.messages import AnyRequest, DaemonState, ErrorReply, WorkersStatus

KINDS = sorted(str(message.__struct_config__.tag) for message in get_args(AnyRequest))
FIELDS = sorted({field.name for message in get_args(AnyRequest) for field in msgspec.structs.fields(message)})
WORDS = st.text(max_size=20) | st.sampled_from(["/x.otio", "r1", "1.0", "list", "auto", "", "/../..", "a\0b"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | WORDS | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)
MESSAGES = st.builds(
    lambda kind, key, fields: msgspec.msgpack.encode({"id": "r", "key": key, "edit": "/x"} | fields | {"kind": kind}),
    st.sampled_from(KINDS) | st.text(max_size=8),
    st.text("abc", min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), VALUES, max_size=5),
)
FRAMES = st.tuples(
    st.sampled_from([b"VEM1"] * 8 + [b"VEM2", b"", b"GET "]),
    st.sampled_from([b"open"] * 8 + [b"", b"unknown"]) | st.binary(max_size=70),
    st.integers(0, 40).map(lambda counter: counter.to_bytes(8, "big")) | st.binary(max_size=9),
    MESSAGES | st.binary(max_size=100),
).map(list) | st.lists(st.binary(max_size=40), max_size=7)


@pytest.fixture(scope="module")
def reception(tmp_path_factory: pytest.TempPathFactory) -> Reception:
    """The daemon's own, with a room of jobs that is closed: no job is done here."""
    folder = tmp_path_factory.mktemp("jobs")
    room = JobRoom(folder, roots=Roots.of([folder]))
    sessions = Sessions(most=8)
    state = DaemonState(
        version="0",
        protocol="1.0",
        pid=1,
        instance="i",
        started=0.0,
        idle_exit=0.0,
        shutting_down=False,
        gateway=None,
        roots=(),
        workers=WorkersStatus(),
    )
    desk = Desk(
        room,
        sessions,
        name=DaemonName("0", "i", 1),
        closing=lambda: False,
        state=lambda: state,
        stop=lambda drain: None,
    )
    return Reception(desk, sessions)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=FRAMES, data=st.data())
def test_any_frames_get_one_answer_with_a_known_code(reception: Reception, frames: list[bytes], data: Any) -> None:
    if len(frames) == 4 and frames[1] == b"open":
        frames[1] = reception._sessions.open().encode()
    entrance = data.draw(st.sampled_from(["requests", "control"]))
    reply = decode_reply(open_envelope(reception.answer(entrance, frames)).body)
    if isinstance(reply, ErrorReply):
        assert reply.code in CODES
        assert reply.code != "internal", reply.message


def test_sessions_that_are_forgotten_cost_a_hello_and_no_memory() -> None:
    sessions = Sessions(most=3)
    first = sessions.open().encode()
    for _ in range(2):
        sessions.open()
    sessions.admit(first, "control", 1)
    for _ in range(2):
        sessions.open()
    sessions.admit(first, "control", 2)
    assert len(sessions) == 3
