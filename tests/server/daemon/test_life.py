"""How a daemon comes, stays alone, and goes; and what a killed one leaves behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
import zmq

from vem_server.daemon import logs
from vem_server.protocol.connection import read_connection

EXAMPLE = Path(__file__).parents[3] / "examples" / "rush_hour.otio"


def vem(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vem_server", "daemon", *arguments]
    environment = os.environ | {"VEM_HOME": str(home)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_first_answer_comes_within_a_second_of_work(
    new_daemon: Callable[..., Any], line_to: Callable[..., Any]
) -> None:
    """Seconds of the processor; `benchmarks/SERVER.md` has those of the clock on an idle machine."""
    one = new_daemon()
    assert line_to(one).hello()["kind"] == "hello_reply"
    spent = psutil.Process(one.process.pid).cpu_times()
    assert spent.user + spent.system < 1.0


def test_two_started_at_once_are_one(new_daemon: Callable[..., Any], line_to: Callable[..., Any]) -> None:
    both = [new_daemon(), new_daemon()]
    found = both[0].connection(may_end=True)
    winner, loser = sorted(both, key=lambda one: one.process.pid != found["pid"])
    assert loser.ended() == 8
    assert "already" in loser.process.stdout.read()
    assert line_to(winner).hello()["pid"] == winner.process.pid


def test_starting_it_from_many_places_at_once_starts_one(tmp_path: Path) -> None:
    code = "from vem_server.daemon import start_daemon; print(start_daemon(options=['--no-gateway']).pid)"
    environment = os.environ | {"VEM_HOME": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", code]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    starters = [subprocess.Popen(command, env=environment, text=True, **pipes) for _ in range(4)]
    try:
        answers = [starter.communicate(timeout=60) for starter in starters]
    finally:
        stopped = vem(tmp_path, "stop")
    said = {out.strip() for out, _ in answers}
    assert len(said) == 1
    assert [err for _, err in answers] == [""] * 4, "nobody is told of processes that still run"
    assert stopped.returncode == 0, stopped.stderr
    pid = int(said.pop())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_the_commands_start_show_and_stop_it(tmp_path: Path) -> None:
    started = vem(tmp_path, "start", "--no-gateway", "--idle", "60", "--json")
    try:
        assert started.returncode == 0, started.stderr
        state = json.loads(started.stdout)
        again = json.loads(vem(tmp_path, "start", "--json").stdout)
        shown = vem(tmp_path, "status")
        assert again["pid"] == state["pid"]
        assert state["idle_exit"] == 60
        assert f"process {state['pid']}" in shown.stdout
        assert "serving" in vem(tmp_path, "logs").stdout
    finally:
        stopped = vem(tmp_path, "stop")
    assert stopped.stdout == "The daemon has ended.\n"
    assert not (tmp_path / "run" / "daemon.json").exists()
    assert vem(tmp_path, "stop").stdout == "No daemon runs.\n"
    missing = vem(tmp_path, "status", "--json")
    assert missing.returncode == 8
    assert json.loads(missing.stdout)["error"]["kind"] == "ServiceError"


def test_after_kill_9_the_stale_file_is_known_and_a_new_daemon_comes(
    new_daemon: Callable[..., Any], line_to: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = new_daemon()
    old = one.connection()
    children = psutil.Process(one.process.pid).children(recursive=True)
    one.process.kill()
    one.process.wait()
    monkeypatch.setenv("VEM_HOME", str(tmp_path))
    assert one.file.exists()
    assert read_connection() is None
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive, "processes of a killed daemon go with it"
    other = new_daemon()
    latest = time.monotonic() + 20
    while read_connection() is None and time.monotonic() < latest:
        time.sleep(0.01)
    answer = line_to(other).hello()
    assert answer["pid"] == other.process.pid
    assert answer["instance"] != old["instance"]


def test_a_connection_file_that_is_swept_away_comes_back(new_daemon: Callable[..., Any]) -> None:
    one = new_daemon()
    before = one.connection()
    one.file.unlink()
    assert one.connection() == before


def test_an_old_session_does_not_open_a_new_daemon(new_daemon: Callable[..., Any], line_to: Callable[..., Any]) -> None:
    one = new_daemon()
    talk = line_to(one)
    talk.hello()
    one.end()
    other = new_daemon()
    again = line_to(other)
    again.send({"kind": "status", "id": "r"}, session=talk.session, counter=99)
    assert again.hear()["code"] == "no_session"


def test_it_ends_when_there_is_nothing_to_do(new_daemon: Callable[..., Any]) -> None:
    one = new_daemon("--idle", "0.5")
    one.connection()
    assert one.ended() == 0
    assert not one.file.exists()


def test_a_listener_keeps_it(new_daemon: Callable[..., Any], open_socket: Callable[[int], Any]) -> None:
    one = new_daemon("--idle", "0.5")
    found = one.connection()
    ear = ear_at(found, open_socket)
    ear.subscribe(b"daemon")
    time.sleep(2.5)
    assert one.process.poll() is None
    ear.close()
    assert one.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(
    new_daemon: Callable[..., Any], line_to: Callable[..., Any], number: signal.Signals
) -> None:
    one = new_daemon()
    line_to(one).hello()
    children = psutil.Process(one.process.pid).children(recursive=True)
    one.process.send_signal(number)
    assert one.ended() == 0
    assert not one.file.exists()
    assert not psutil.wait_procs(children, timeout=5)[1]


def test_a_client_ends_it_and_is_answered(new_daemon: Callable[..., Any], line_to: Callable[..., Any]) -> None:
    one = new_daemon()
    talk = line_to(one)
    talk.hello()
    assert talk.ask("shutdown")["kind"] == "shutdown_reply"
    assert one.ended() == 0


def test_a_gateway_that_dies_is_started_anew(new_daemon: Callable[..., Any]) -> None:
    one = new_daemon(gateway=True)
    old = listener_at(one.connection()["gateway"], one.process.pid)
    old.kill()
    new = listener_at(one.connection()["gateway"], one.process.pid, other_than=old)
    assert new.pid != old.pid


def ear_at(found: dict[str, Any], open_socket: Callable[[int], Any]) -> Any:
    """A SUB socket that the daemon lets in."""
    ear = open_socket(zmq.SUB)
    ear.curve_serverkey = found["server_key"].encode()
    ear.curve_publickey, ear.curve_secretkey = found["client_key"].encode(), found["client_secret"].encode()
    ear.connect(found["events"])
    return ear


def listener_at(url: str, daemon: int, other_than: psutil.Process | None = None) -> psutil.Process:
    """The child of the daemon that listens at the gateway's address, as soon as there is one."""
    port = int(url.rsplit(":", 1)[1])
    latest = time.monotonic() + 30
    while time.monotonic() < latest:
        for child in psutil.Process(daemon).children():
            with contextlib.suppress(psutil.Error):
                heard = {at.laddr.port for at in child.net_connections("tcp4") if at.status == psutil.CONN_LISTEN}
                if port in heard and child != other_than:
                    return child
        time.sleep(0.05)
    raise AssertionError("no gateway listens")


def test_draining_refuses_new_jobs_and_ends_with_the_last(
    new_daemon: Callable[..., Any], line_to: Callable[..., Any]
) -> None:
    one = new_daemon("--root", str(EXAMPLE.parent))
    talk = line_to(one)
    talk.hello()
    job = talk.ask("inspect", key="last", edit=str(EXAMPLE))["job"]
    talk.ask("shutdown", drain=True)
    assert talk.ask("inspect", key="late", edit=str(EXAMPLE))["code"] == "shutting_down"
    assert talk.ask("status")["daemon"]["shutting_down"]
    assert one.ended() == 0
    other = new_daemon("--root", str(EXAMPLE.parent))
    again = line_to(other)
    again.hello()
    assert again.ask("job", job=job["id"])["job"]["state"] == "done"
    assert f"job {job['id']} (inspect) done" in (one.home / "data" / "daemon.log").read_text()


def test_listeners_are_told_that_it_ends(
    new_daemon: Callable[..., Any], line_to: Callable[..., Any], open_socket: Callable[[int], Any]
) -> None:
    one = new_daemon()
    found = one.connection()
    ear = ear_at(found, open_socket)
    ear.subscribe(b"daemon")
    ear.subscribe(b"now.0123456789")
    while msgspec.msgpack.decode(ear.recv_multipart()[2])["kind"] != "welcome":
        pass
    talk = line_to(one)
    talk.hello()
    talk.ask("shutdown")
    told = [msgspec.msgpack.decode(ear.recv_multipart()[2])]
    while not told[-1]["daemon"]["shutting_down"]:
        assert ear.poll(10_000)
        told.append(msgspec.msgpack.decode(ear.recv_multipart()[2]))
    assert one.ended() == 0


def test_an_address_that_is_not_ours_is_refused(new_daemon: Callable[..., Any]) -> None:
    one = new_daemon("--bind", "192.0.2.1")
    assert one.ended() == 8
    assert "192.0.2.1" in one.process.stdout.read()


def test_the_log_is_followed_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    path.write_text("".join(f"{number}\n" for number in range(9)))
    assert logs.last_lines(2, path) == ["7", "8"]
    coming = logs.new_lines(path, pause=0.01)
    with path.open("a", buffering=1) as file:
        for delay, text in ((0.2, "half"), (0.4, " and half\nmore\n")):
            threading.Timer(delay, file.write, (text,)).start()
        assert [next(coming), next(coming)] == ["half and half", "more"]
    path.write_text("anew\n")
    assert next(coming) == "anew"
