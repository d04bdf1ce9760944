"""Mutated frames and JSON bodies against a daemon that runs: each answered by a typed error, and the daemon as before.

    python benchmarks/server_fuzz.py [--count 200000] [--seed 1]

Three quarters go to the two ROUTER sockets as frames, encrypted with the right keys (without them nothing gets in at
all, as the tests show), one quarter as JSON bodies to the gateway. Mutations start from one valid message of every
kind: values replaced by hostile ones, fields added and dropped, bytes flipped, cut and repeated, frames lost and
swapped. Besides, bare bytes are thrown at the ports.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import zmq
from server_line import Line, daemon_in, load_of

from vem_server.protocol.codec import decode_reply
from vem_server.protocol.connection import Connection
from vem_server.protocol.errors import CODES
from vem_server.protocol.frames import open_envelope
from vem_server.protocol.messages import AnyRequest, ErrorReply, Shutdown

BATCH = 100
HOSTILE: list[Any] = [
    *(None, True, -1, 0, 2**63, 2**64 - 1, -(2**63), 1e308, float("nan"), float("inf")),
    *("", "\0", "a" * 5000, "/../../etc/passwd", "\U0001f3b5" * 300, "; DROP TABLE jobs", "%s%n", b"\xff" * 9),
    *([], {}, [[[[[[[[]]]]]]]], {"kind": "shutdown"}, [None] * 1000),
]


def main() -> None:
    """Send what the options ask for, and say how each was answered."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    dice = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder, daemon_in(Path(folder)) as found, zmq.Context() as context:
        frames, bodies = asked.count * 3 // 4, asked.count // 4
        lines = [Line(context, found, door) for door in ("requests", "control")]
        fuzz_frames(lines, dice, frames // 10)  # so that memory is compared after everything was used once
        before = load_of(found.pid)
        told: Counter[str] = Counter()
        began = time.perf_counter()
        told += fuzz_frames(lines, dice, frames)
        print(f"{frames} frames in {time.perf_counter() - began:.0f} s")
        began = time.perf_counter()
        told += fuzz_bodies(found, dice, bodies)
        print(f"{bodies} JSON bodies in {time.perf_counter() - began:.0f} s")
        fuzz_ports(found, dice, 1000)
        after = load_of(found.pid)
        began = time.perf_counter()
        lines[1].hello()
        print(f"hello afterwards: {1000 * (time.perf_counter() - began):.1f} ms")
        print(f"memory {before[0]:.1f} -> {after[0]:.1f} MB, descriptors {before[1]} -> {after[1]}")
        print("answers:", ", ".join(f"{code} {count}" for code, count in told.most_common()))
        assert told["internal"] == 0, "an error that nobody foresaw: see the log"
        for line in lines:
            line.socket.close()


def valid_messages() -> list[dict[str, Any]]:
    """One message of every kind, but for ``shutdown``, with every field that has a default."""
    told = []
    for kind in get_args(AnyRequest):
        if kind is Shutdown:
            continue
        fields = {field.name: field.default for field in msgspec.structs.fields(kind) if not field.required}
        told.append(
            {"kind": kind.__struct_config__.tag, "id": "f", "versions": ["1.0"], "job": "j", "key": "k"}
            | {"edit": "/nowhere/x.otio", "new_edit": "/nowhere/y.otio", "shots": [1]}
            | fields
        )
        needed = {field.name for field in msgspec.structs.fields(kind)} | {"kind"}
        told[-1] = {name: value for name, value in told[-1].items() if name in needed}
    return told


def mutated(message: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """A message with one to three of its fields wrong."""
    wrong = dict(message)
    for _ in range(dice.randint(1, 3)):
        name = dice.choice([*wrong, "extra"])
        match dice.randrange(4):
            case 0:
                wrong.pop(name, None)
            case 1:
                wrong[name + dice.choice("_x\0")] = wrong.get(name)
            case _:
                wrong[name] = dice.choice(HOSTILE)
    return wrong


def mangled(body: bytes, dice: random.Random) -> bytes:
    """Bytes flipped, cut, repeated or put in."""
    wrong = bytearray(body)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(wrong) + 1)
        match dice.randrange(4):
            case 0 if place < len(wrong):
                wrong[place] ^= 1 << dice.randrange(8)
            case 1:
                del wrong[place : place + dice.randint(1, 20)]
            case 2:
                wrong[place:place] = wrong[:place][-dice.randint(1, 200) :] * dice.randint(1, 50)
            case _:
                wrong[place:place] = dice.randbytes(dice.randint(1, 8))
    return bytes(wrong)


def fuzz_frames(lines: list[Line], dice: random.Random, count: int) -> Counter[str]:
    """Send that many messages of wrong frames, and hear an answer to each."""
    messages = valid_messages()
    told: Counter[str] = Counter()
    for start in range(0, count, BATCH):
        line = dice.choice(lines)
        line.hello()
        now = min(BATCH, count - start)
        for _ in range(now):
            line.socket.send_multipart(wrong_frames(line, dice.choice(messages), dice))
        for _ in range(now):
            if not line.socket.poll(30_000):
                raise SystemExit("a message was not answered")
            told[code_of(open_envelope(line.socket.recv_multipart()).body)] += 1
    return told


def wrong_frames(line: Line, message: dict[str, Any], dice: random.Random) -> list[bytes]:
    """Frames of a message in which something is wrong: the body, the envelope, or both."""
    body = msgspec.msgpack.encode(mutated(message, dice) if dice.random() < 0.8 else message)
    if dice.random() < 0.4:
        body = mangled(body, dice)
    line.counter += 1
    frames = [b"VEM1", line.session, line.counter.to_bytes(8, "big"), body]
    if dice.random() < 0.2:
        match dice.randrange(4):
            case 0:
                frames[dice.randrange(4)] = dice.randbytes(dice.randrange(100))
            case 1:
                frames.pop(dice.randrange(4))
            case 2:
                dice.shuffle(frames)
            case _:
                frames.insert(dice.randrange(5), dice.randbytes(8))
    return frames


def code_of(body: bytes, notation: Any = "msgpack") -> str:
    """The code of an answer's error, one of the protocol's; "answered" for what is none."""
    reply = decode_reply(body, notation)
    if not isinstance(reply, ErrorReply):
        return "answered"
    assert reply.code in CODES, reply.code
    return reply.code


def fuzz_bodies(found: Connection, dice: random.Random, count: int) -> Counter[str]:
    """The same as JSON, to the gateway."""
    messages = valid_messages()
    told: Counter[str] = Counter()
    gateway = gateway_of(found)
    for _ in range(count):
        message = mutated(dice.choice(messages), dice)
        body = json.dumps(message, default=lambda value: value.decode("latin-1")).encode()
        if dice.random() < 0.5:
            body = mangled(body, dice)
        headers = {"Authorization": f"Bearer {found.token}", "Content-Type": "application/json"}
        gateway.request("POST", "/api/v1/requests", body, headers)
        answer = gateway.getresponse()
        code = code_of(answer.read(), "json")
        assert answer.status == (200 if code == "answered" else CODES[code].http), (answer.status, code)
        told[code] += 1
    gateway.close()
    return told


def gateway_of(found: Connection) -> http.client.HTTPConnection:
    """A connection to the gateway, as soon as it answers."""
    assert found.gateway is not None
    host = found.gateway.removeprefix("http://")
    for _ in range(200):
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            connection.request("GET", "/api/v1/hello")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return connection
    raise SystemExit("the gateway does not answer")


def fuzz_ports(found: Connection, dice: random.Random, count: int) -> None:
    """Bare bytes, half greetings and nothing at all, at every port."""
    greeting = b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01CURVE" + bytes(15) + b"\0" + bytes(31)
    makers: list[Callable[[], bytes]] = [
        lambda: dice.randbytes(dice.randrange(1, 500)),
        lambda: mangled(greeting, dice),
        lambda: greeting + dice.randbytes(dice.randrange(300)),
        lambda: b"",
    ]
    for _ in range(count):
        port = int(dice.choice([found.requests, found.control, found.events]).rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            raw.sendall(dice.choice(makers)())


if __name__ == "__main__":
    main()
