"""Messages go there and back, and what is not one of them is refused with a code."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vem_plugin.errors import SettingsError
from vem_server.protocol import messages
from vem_server.protocol.codec import LARGEST_REQUEST, decode_event, decode_reply, decode_request, encode, id_of
from vem_server.protocol.errors import CODES, WORK_ERRORS, ServiceError, error_of, problem_of
from vem_server.protocol.frames import Envelope, event_frames, open_envelope, open_event
from vem_server.protocol.versions import agree
from vem_timeline.errors import UnreadableTimeline

SCORE: dict[str, Any] = {"kind": "score", "id": "r1", "key": "k1", "edit": "/edits/cut.otio"}


def refused(body: bytes, notation: Any = "msgpack") -> str:
    with pytest.raises(ServiceError) as caught:
        decode_request(body, notation)
    return caught.value.code


def code_of(read: Callable[[], object]) -> str | None:
    try:
        read()
    except ServiceError as error:
        return error.code
    return None


@pytest.mark.parametrize("notation", ["msgpack", "json"])
def test_a_request_goes_there_and_back(notation: Any) -> None:
    asked = messages.Score(id="r1", key="k1", edit="/a b/ü.otio", brief="warm", tempo=(90, 130), metre=6, seed=7)
    assert decode_request(encode(asked, notation), notation) == asked


@pytest.mark.parametrize("notation", ["msgpack", "json"])
def test_a_reply_and_an_event_go_there_and_back(notation: Any) -> None:
    job = messages.JobState(id="j", kind="plan", key="k", edit="/x", state="done", result={"bars": [1, 2.5, None]})
    reply = messages.JobReply(id="r", job=job)
    assert decode_reply(encode(reply, notation), notation) == reply
    event = messages.JobEvent(job=job)
    assert decode_event(encode(event, notation), notation) == event


def test_answers_may_gain_fields() -> None:
    later = {"kind": "shutdown_reply", "id": "r", "farewell": "see you"}
    assert decode_reply(msgspec.msgpack.encode(later)) == messages.ShutdownReply(id="r")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "compose"}, "unknown_kind"),
        ({"kind": None}, "unknown_kind"),
        ({"mood": "tense"}, "invalid"),
        ({"id": ""}, "invalid"),
        ({"id": "r1\n"}, "invalid"),
        ({"key": "k" * 65}, "invalid"),
        ({"edit": "/a\0b"}, "invalid"),
        ({"edit": "/" + "a" * 4096}, "invalid"),
        ({"seed": True}, "invalid"),
        ({"seed": "1"}, "invalid"),
        ({"seed": 2**31}, "invalid"),
        ({"takes": 17}, "invalid"),
        ({"metre": 5}, "invalid"),
        ({"tempo": [90]}, "invalid"),
        ({"tempo": [90, math.inf]}, "invalid"),
        ({"loudness": math.nan}, "invalid"),
        ({"device": "tpu"}, "invalid"),
        ({"brief": "a" * 2001}, "invalid"),
    ],
)
def test_what_a_request_may_not_hold(change: dict[str, Any], code: str) -> None:
    assert refused(msgspec.msgpack.encode(SCORE | change)) == code


def test_a_field_that_is_missing() -> None:
    assert refused(msgspec.msgpack.encode({"kind": "score", "id": "r1", "key": "k"})) == "invalid"


def test_bytes_that_are_no_message() -> None:
    assert refused(b"") == "malformed"
    assert refused(b"\xc1") == "malformed"
    assert refused(b"{", "json") == "malformed"
    assert refused(b"\xff\xfe", "json") == "malformed"
    assert refused(b"\x91" * 100_000) in ("malformed", "invalid")
    assert refused(b"[" * 100_000, "json") in ("malformed", "invalid")
    assert refused(b'{"a":' * 20_000, "json") in ("malformed", "invalid")


def test_a_body_that_is_too_long() -> None:
    assert refused(b"\0" * (LARGEST_REQUEST + 1)) == "too_large"


def test_the_id_of_a_request_that_is_otherwise_wrong() -> None:
    assert id_of(msgspec.msgpack.encode({"kind": "nonsense", "id": "r9", "more": [1]})) == "r9"
    assert id_of(b"\x91" * 100_000) == ""


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_typed_error(body: bytes) -> None:
    for notation in ("msgpack", "json"):
        assert code_of(lambda notation=notation: decode_request(body, notation)) in (None, *CODES)
        assert isinstance(id_of(body, notation), str)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=70), max_size=6))
def test_any_frames_are_an_envelope_or_a_typed_error(frames: list[bytes]) -> None:
    assert code_of(lambda: open_envelope(frames)) in (None, "malformed", "version")


def test_frames_go_there_and_back() -> None:
    envelope = Envelope(b"word", 2**64 - 1, b"body")
    assert open_envelope(envelope.frames()) == envelope
    assert open_event(event_frames(b"job.j", 7, b"body")) == (b"job.j", 7, b"body")


def test_frames_of_another_major_version() -> None:
    with pytest.raises(ServiceError) as caught:
        open_envelope([b"VEM2", b"anything"])
    assert caught.value.code == "version"


@pytest.mark.parametrize(
    ("offered", "ours", "agreed"),
    [
        (["1.0"], "1.0", "1.0"),
        (["1.3", "1.1"], "1.2", "1.2"),
        (["1.1"], "1.2", "1.1"),
        (["2.0", "1.0"], "1.2", "1.0"),
        (["1.10"], "1.9", "1.9"),
    ],
)
def test_versions_agree_on_the_smaller_minor(offered: list[str], ours: str, agreed: str) -> None:
    assert agree(offered, ours=ours) == agreed


@pytest.mark.parametrize("offered", [[], ["2.0"], ["0.9"]])
def test_versions_without_a_common_major(offered: list[str]) -> None:
    with pytest.raises(ServiceError, match=r"1\.0") as caught:
        agree(offered, ours="1.0")
    assert caught.value.code == "version"


def test_errors_of_the_work_come_back_as_they_were() -> None:
    for code, kind in WORK_ERRORS.items():
        raised = kind("What.", where="Where.", remedy="Remedy.")
        problem = problem_of(raised)
        back = error_of(problem)
        assert problem.code == code
        assert (type(back), back.args, back.exit_code) == (kind, raised.args, CODES[code].exit_code)


def test_errors_of_the_service_keep_their_code() -> None:
    back = error_of(problem_of(ServiceError("queue_full", "1000 jobs wait.")))
    assert isinstance(back, ServiceError)
    assert (back.code, back.what) == ("queue_full", "1000 jobs wait.")


def test_a_child_of_a_known_error_takes_its_parents_code() -> None:
    class Stranger(UnreadableTimeline):
        pass

    assert problem_of(Stranger("x")).code == "unreadable_timeline"
    assert problem_of(SettingsError("x")).code == "settings_error"


def test_an_unforeseen_error_tells_its_first_line_only() -> None:
    problem = problem_of(ZeroDivisionError("division\nsecret"))
    assert problem.code == "internal"
    assert problem.message == "ZeroDivisionError: division"
