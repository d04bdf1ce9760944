"""Events: changes as they come, current states for latecomers, a heartbeat."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq

EXAMPLE = Path(__file__).parents[3] / "examples" / "rush_hour.otio"


class Ear:
    """A SUB socket with the right keys."""

    def __init__(self, socket: Any, found: dict[str, Any], *topics: bytes) -> None:
        self.socket = socket
        self.socket.curve_serverkey = found["server_key"].encode()
        self.socket.curve_publickey = found["client_key"].encode()
        self.socket.curve_secretkey = found["client_secret"].encode()
        self.socket.connect(found["events"])
        for topic in topics:
            self.socket.subscribe(topic)

    def events(self, seconds: float = 20.0) -> Iterator[tuple[bytes, int, Any]]:
        latest = time.monotonic() + seconds
        while self.socket.poll(max(0, 1000 * (latest - time.monotonic()))):
            topic, number, body = self.socket.recv_multipart()
            yield topic, int.from_bytes(number, "big"), msgspec.msgpack.decode(body)


def submit_one(line: Callable[..., Any], key: str) -> Any:
    asking = line("requests")
    asking.hello()
    return asking.ask("inspect", key=key, edit=str(EXAMPLE))["job"]


def test_a_latecomer_first_gets_the_current_states(
    line: Callable[..., Any], daemon: Any, open_socket: Callable[[int], Any]
) -> None:
    jobs = {submit_one(line, f"late-{number}")["id"] for number in range(3)}
    ear = Ear(open_socket(zmq.SUB), daemon.connection(), b"job.", b"daemon", b"now.0123456789abcdef")
    told: list[Any] = []
    for topic, _, event in ear.events():
        if topic.startswith(b"now."):
            told.append(event)
            if event["kind"] == "welcome":
                break
    assert jobs <= {event["job"]["id"] for event in told if event["kind"] == "job_event"}
    assert [event["kind"] for event in told][-2:] == ["daemon_event", "welcome"]
    assert all(event["job"]["result"] is None for event in told if event["kind"] == "job_event")


def test_a_job_is_told_to_its_end_and_numbers_have_no_gap(
    line: Callable[..., Any], daemon: Any, open_socket: Callable[[int], Any]
) -> None:
    ear = Ear(open_socket(zmq.SUB), daemon.connection(), b"job.", b"daemon", b"beat", b"now.fedcba9876543210")
    heard = ear.events(60)
    assert any(event["kind"] == "welcome" for _, _, event in heard)
    job = submit_one(line, "told-1")
    numbers, revisions = [], []
    for topic, number, event in heard:
        numbers.append(number)
        if topic == b"job." + job["id"].encode():
            revisions.append(event["job"]["revision"])
            if event["job"]["state"] == "done":
                assert event["job"]["result"] is None
                break
    else:
        pytest.fail("the job's end was not told")
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert revisions == sorted(set(revisions))


def test_the_heart_beats(daemon: Any, open_socket: Callable[[int], Any]) -> None:
    ear = Ear(open_socket(zmq.SUB), daemon.connection(), b"beat")
    beats = [event["time"] for (_, _, event), _ in zip(ear.events(), range(3), strict=False)]
    assert len(beats) == 3
    assert all(0.5 < later - earlier < 5 for earlier, later in itertools.pairwise(beats))


def test_a_private_topic_is_heard_by_its_asker_alone(daemon: Any, open_socket: Callable[[int], Any]) -> None:
    bystander = Ear(open_socket(zmq.SUB), daemon.connection(), b"job.", b"now.bystander")
    assert any(event["kind"] == "welcome" for _, _, event in bystander.events())
    asker = Ear(open_socket(zmq.SUB), daemon.connection(), b"now.somebodyelse")
    assert any(event["kind"] == "welcome" for _, _, event in asker.events())
    assert [topic for topic, _, _ in bystander.events(0.3) if topic.startswith(b"now.")] == []
