"""Wrong keys, no keys, replayed frames, frames that are too long: each is refused."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import zmq

DOORS = ("requests", "control")
A_MOMENT = 0.5
"""Seconds in which an answer would long have come."""
HELLO = {"kind": "hello", "id": "r", "versions": ["1.0"]}


@pytest.mark.parametrize("door", DOORS)
def test_the_right_keys_get_in(line: Callable[..., Any], door: str) -> None:
    one = line(door)
    assert one.hello()["kind"] == "hello_reply"
    assert one.ask("status")["kind"] == "status_reply"


@pytest.mark.parametrize("door", DOORS)
def test_a_client_with_another_key_hears_nothing(line: Callable[..., Any], door: str) -> None:
    public, secret = zmq.curve_keypair()
    stranger = line(door, client_key=public, client_secret=secret)
    stranger.send(HELLO)
    assert stranger.hear(A_MOMENT) is None


@pytest.mark.parametrize("door", DOORS)
def test_a_client_that_takes_the_daemon_for_another_hears_nothing(line: Callable[..., Any], door: str) -> None:
    public, _ = zmq.curve_keypair()
    mistaken = line(door, server_key=public)
    mistaken.send(HELLO)
    assert mistaken.hear(A_MOMENT) is None


@pytest.mark.parametrize("door", DOORS)
def test_a_client_without_keys_hears_nothing(daemon: Any, open_socket: Callable[[int], Any], door: str) -> None:
    stranger = open_socket(zmq.DEALER)
    stranger.connect(daemon.connection()[door])
    stranger.send_multipart([b"VEM1", b"", bytes(8), msgspec.msgpack.encode(HELLO)])
    assert not stranger.poll(1000 * A_MOMENT)


@pytest.mark.parametrize("keys", ["none", "another"])
def test_a_stranger_hears_no_events(daemon: Any, open_socket: Callable[[int], Any], keys: str) -> None:
    found = daemon.connection()
    ear = open_socket(zmq.SUB)
    if keys == "another":
        ear.curve_serverkey = found["server_key"].encode()
        ear.curve_publickey, ear.curve_secretkey = zmq.curve_keypair()
    ear.connect(found["events"])
    ear.subscribe(b"")
    ear.subscribe(b"now.stranger1")
    assert not ear.poll(1000 * (A_MOMENT + 1))


@pytest.mark.parametrize("door", DOORS)
def test_a_replayed_frame_is_refused_and_not_looked_at(line: Callable[..., Any], door: str) -> None:
    one = line(door)
    one.hello()
    frame = {"kind": "shutdown", "id": "r"}
    one.send({"kind": "status", "id": "r"}, counter=7)
    assert one.hear()["kind"] == "status_reply"
    for old in (7, 6, 0):
        one.send(frame, counter=old)
        assert one.hear()["code"] == "replayed"
    another = line(door)
    another.send(frame, session=one.session, counter=7)
    assert another.hear()["code"] == "replayed"
    one.send({"kind": "status", "id": "r"}, counter=8)
    assert not one.hear()["daemon"]["shutting_down"]


def test_a_session_that_was_never_opened_is_refused(line: Callable[..., Any]) -> None:
    one = line()
    for session in (b"", b"0" * 32):
        one.send({"kind": "status", "id": "r4"}, session=session)
        answer = one.hear()
        assert (answer["code"], answer["id"]) == ("no_session", "r4")


def test_a_body_that_is_too_long_is_refused(line: Callable[..., Any]) -> None:
    one = line()
    one.hello()
    one.send(b"\0" * (256 * 1024 + 1))
    assert one.hear()["code"] == "too_large"
    assert one.ask("status")["kind"] == "status_reply"


def test_a_sender_of_an_oversized_frame_is_cut_off_and_nobody_else(line: Callable[..., Any]) -> None:
    one, other = line(), line()
    one.hello()
    other.hello()
    one.send(b"\0" * (1024 * 1024 + 1))
    assert one.hear(A_MOMENT) is None
    assert other.ask("status")["kind"] == "status_reply"


def test_garbage_is_answered_by_a_typed_error(line: Callable[..., Any]) -> None:
    one = line()
    for frames, code in (
        ([b"GET / HTTP/1.1"], "malformed"),
        ([b"VEM2", b"", bytes(8), b""], "version"),
        ([b"VEM1", b"", bytes(8)], "malformed"),
        ([b"VEM1", b"", bytes(7), b""], "malformed"),
        ([b"VEM1", b"", bytes(8), b"\xc1"], "malformed"),
        ([b"VEM1", b"", bytes(8), b"x", b"y"], "malformed"),
    ):
        one.socket.send_multipart(frames)
        assert one.hear()["code"] == code, frames


def test_only_this_machine_can_connect(daemon: Any) -> None:
    found = daemon.connection()
    assert all(found[name].startswith("tcp://127.0.0.1:") for name in ("requests", "control", "events"))


def test_bytes_that_were_listened_to_on_the_wire_open_nothing(daemon: Any, open_socket: Callable[[int], Any]) -> None:
    """A conversation is recorded between client and daemon, and sent again by somebody who has no key."""
    found = daemon.connection()
    port = int(found["control"].rsplit(":", 1)[1])
    with Tap(port) as tap:
        client = open_socket(zmq.DEALER)
        client.curve_serverkey = found["server_key"].encode()
        client.curve_publickey, client.curve_secretkey = found["client_key"].encode(), found["client_secret"].encode()
        client.connect(f"tcp://127.0.0.1:{tap.port}")
        client.send_multipart([b"VEM1", b"", bytes(8), msgspec.msgpack.encode(HELLO)])
        assert client.poll(20_000)
    assert b"READY" in tap.from_daemon, "the daemon has let the client in"
    with socket.create_connection(("127.0.0.1", port)) as again:
        heard = b""
        with contextlib.suppress(ConnectionError):
            for said in tap.from_client:
                again.sendall(said)
                while select.select([again], [], [], A_MOMENT)[0] and (part := again.recv(4096)):
                    heard += part
    assert b"WELCOME" in heard, "as every stranger is greeted"
    assert b"READY" not in heard


class Tap:
    """Passes one connection on to a port, and keeps what was said."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.port = self._ear.getsockname()[1]
        self.from_client: list[bytes] = []
        self.from_daemon = b""

    def __enter__(self) -> Tap:
        self._thread = threading.Thread(target=self._pass_on)
        self._stop = threading.Event()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._ear.close()

    def _pass_on(self) -> None:
        client, _ = self._ear.accept()
        with client, socket.create_connection(("127.0.0.1", self._to)) as daemon:
            while not self._stop.is_set():
                for one in select.select([client, daemon], [], [], 0.05)[0]:
                    said = one.recv(65536)
                    if one is client:
                        self.from_client.append(said)
                        daemon.sendall(said)
                    else:
                        self.from_daemon += said
                        client.sendall(said)
