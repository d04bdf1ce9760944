"""Control requests are answered at once, in words that PROTOCOL.md has."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from vem_plugin.score.cue import STYLES

EXAMPLE = Path(__file__).parents[3] / "examples" / "rush_hour.otio"


def test_hello_agrees_on_a_version_and_opens_a_session(line: Callable[..., Any], daemon: Any) -> None:
    one = line()
    answer = one.ask("hello", versions=["2.0", "1.7"], client="a test")
    found = daemon.connection()
    assert answer["id"] == "r"
    assert answer["version"] == "1.1"
    assert (answer["pid"], answer["instance"]) == (found["pid"], found["instance"])
    assert answer["session"] != one.ask("hello", versions=["1.0"])["session"]


def test_hello_without_a_common_version(line: Callable[..., Any]) -> None:
    answer = line().ask("hello", versions=["2.0"])
    assert answer["code"] == "version"
    assert "1.1" in answer["message"]


def test_status_says_how_the_daemon_is(line: Callable[..., Any], daemon: Any) -> None:
    one = line()
    one.hello()
    state = one.ask("status")["daemon"]
    assert state["pid"] == daemon.process.pid
    assert state["protocol"] == "1.1"
    assert state["idle_exit"] == 0
    assert not state["shutting_down"]
    assert state["workers"]["models"] in ("cold", "loading", "warm")


def test_choices_are_the_words_of_the_program(line: Callable[..., Any]) -> None:
    one = line()
    one.hello()
    answer = one.ask("choices")
    assert answer["styles"] == list(STYLES)
    assert answer["metres"] == [4, 3, 6]
    assert "epic/orchestra" in answer["palettes"]


def test_a_job_that_is_not_there(line: Callable[..., Any]) -> None:
    one = line()
    one.hello()
    for kind in ("job", "cancel"):
        assert one.ask(kind, job="nobody")["code"] == "no_such_job"


def test_a_request_that_makes_no_sense_names_the_field_and_its_asker(line: Callable[..., Any]) -> None:
    one = line("requests")
    one.hello()
    answer = one.ask("score", key="k", edit="/x.otio", metre=5)
    assert (answer["code"], answer["id"]) == ("invalid", "r")
    assert "$.metre" in answer["message"]


def test_a_job_goes_through_and_its_result_is_kept(line: Callable[..., Any]) -> None:
    one = line("requests")
    one.hello()
    job = one.ask("inspect", key="inspect-1", edit=str(EXAMPLE))["job"]
    again = one.ask("inspect", key="inspect-1", edit=str(EXAMPLE))["job"]
    assert job["id"] == again["id"]
    latest = time.monotonic() + 60
    while job["state"] not in ("done", "failed") and time.monotonic() < latest:
        time.sleep(0.1)
        job = one.ask("job", job=job["id"])["job"]
    assert job["state"] == "done", job
    assert len(job["result"]["shots"]) >= 12
    listed = one.ask("jobs")["jobs"]
    assert [(one["id"], one["result"]) for one in listed] == [(job["id"], None)]
    assert one.ask("jobs", unfinished=True)["jobs"] == []


def test_the_client_in_the_text_works(daemon: Any) -> None:
    text = (Path(__file__).parents[3] / "server" / "PROTOCOL.md").read_text()
    shown = text.split("A client in fifteen lines", 1)[1].split("\n\n", 2)[1]
    code = textwrap.dedent(shown).replace("CONNECTION_FILE", repr(str(daemon.file)))
    daemon.connection()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "'status_reply'" in done.stdout, done.stderr


def test_a_thousand_hellos_cost_little(line: Callable[..., Any], daemon: Any) -> None:
    """Time of the processor, so that the figure holds on a machine that is busy with something else."""
    one = line()
    one.hello()
    process = psutil.Process(daemon.process.pid)
    before = process.cpu_times()
    for _ in range(1000):
        one.send({"kind": "hello", "id": "r", "versions": ["1.0"]})
    answers = [one.hear() for _ in range(1000)]
    after = process.cpu_times()
    assert all(answer["kind"] == "hello_reply" for answer in answers)
    assert after.user + after.system - before.user - before.system < 2.0
