"""The client, blocking and asyncio, with a real daemon behind it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vem_server.client import AsyncClient, Client, JobCancelled
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import JobEvent, JobState, Plan, WelcomeEvent
from vem_server.protocol.versions import PROTOCOL
from vem_timeline.errors import UnreadableTimeline

if TYPE_CHECKING:
    from tests.server.conftest import Service


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys, vem_server.client\n"
        "heavy = {'torch', 'numpy', 'onnxruntime', 'opentimelineio', 'av', 'starlette', 'uvicorn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_a_job_with_its_progress_on_the_callers_thread(service: Service, edit: Path) -> None:
    heard: list[tuple[JobState, int]] = []
    with Client(service.file) as vem:
        assert vem.status().protocol == PROTOCOL
        result = vem.inspect(edit, on_progress=lambda job: heard.append((job, threading.get_ident())))
    assert len(result["shots"]) == 4
    assert {thread for _, thread in heard} == {threading.get_ident()}
    revisions = [job.revision for job, _ in heard]
    assert revisions == sorted(set(revisions))
    assert heard[-1][0].state == "done"


def test_paths_are_the_callers(service: Service, edit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(edit.parent)
    with Client(service.file) as vem:
        made = vem.plan("walk.otio", out="plans")
    assert Path(made["midi"]).parent == edit.parent / "plans"


def test_errors_are_those_of_this_process(service: Service, films: Path) -> None:
    with Client(service.file) as vem:
        with pytest.raises(UnreadableTimeline) as missing:
            vem.inspect(films / "gone.otio")
        assert missing.value.exit_code == 3
        assert "gone.otio" in missing.value.where
        with pytest.raises(ServiceError) as refused:
            vem.inspect("/etc/passwd")
        assert refused.value.code == "path_refused"
        with pytest.raises(ServiceError) as unknown:
            vem.job("none")
        assert unknown.value.code == "no_such_job"


def test_one_key_is_one_job(service: Service, edit: Path) -> None:
    request = Plan(id="a", key=f"once-{edit.parent.name}"[:64], edit=str(edit))
    with Client(service.file) as vem, Client(service.file) as other:
        jobs = {vem.submit(request).id, other.submit(request).id, vem.submit(request).id}
        assert len(jobs) == 1
        assert vem.wait(jobs.pop()).state == "done"
        with pytest.raises(ServiceError) as reused:
            other.submit(Plan(id="a", key=request.key, edit=str(edit), svg=True))
        assert reused.value.code == "key_reused"
    assert len(list(edit.parent.glob("*_plan_*.mid"))) == 1


def test_who_stops_waiting_cancels(service: Service, edit: Path) -> None:
    seen: list[str] = []

    def stop(job: JobState) -> None:
        seen.append(job.id)
        raise KeyboardInterrupt

    with Client(service.file) as vem:
        with pytest.raises(KeyboardInterrupt):
            vem.plan(edit, on_progress=stop)
        assert vem.wait(seen[0]).state in ("cancelled", "done")


def test_a_job_that_somebody_else_cancels(service: Service, edit: Path) -> None:
    with Client(service.file) as vem, Client(service.file) as other:
        with pytest.raises(JobCancelled) as cancelled:
            vem.score(edit, on_progress=lambda job: other.cancel(job.id) and None)
        assert cancelled.value.exit_code == 130


def test_many_at_once_over_one_client(service: Service, edit: Path) -> None:
    async def run() -> list[Any]:
        async with AsyncClient(service.file) as vem:
            asked = [vem.status() for _ in range(50)] + [vem.jobs() for _ in range(50)]
            return await asyncio.gather(*asked, vem.inspect(edit))

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        answers = runner.run(run())
    assert len({state.instance for state in answers[:50]}) == 1
    assert len(answers[-1]["shots"]) == 4


def test_a_latecomer_hears_of_what_is_there(service: Service, edit: Path) -> None:
    with Client(service.file) as vem:
        job = vem.submit(Plan(id="a", key=f"late-{edit.parent.name}"[:64], edit=str(edit)))
        vem.wait(job.id)
        states = []
        for event in vem.events():
            if isinstance(event, JobEvent):
                states.append(event.job)
            if isinstance(event, WelcomeEvent):
                break
        assert [state.state for state in states if state.id == job.id] == ["done"]


def test_nobody_there(tmp_path: Path) -> None:
    with Client(tmp_path / "daemon.json", timeout=0.2, retries=1) as vem, pytest.raises(ServiceError) as nobody:
        vem.status()
    assert nobody.value.code == "unreachable"


def test_a_daemon_that_answers_late_does_the_work_once(own_service: Service, write_edit: Callable[..., Path]) -> None:
    edit = write_edit(own_service.root / "walk.otio")
    own_service.start()
    pid = own_service.connection.pid
    with Client(own_service.file, timeout=0.4, retries=40) as vem:
        vem.status()
        os.kill(pid, signal.SIGSTOP)  # the request is sent again and again, and all copies wait in the socket
        awake = threading.Timer(1.5, os.kill, (pid, signal.SIGCONT))
        awake.start()
        started = time.monotonic()
        made = vem.plan(edit)
        assert time.monotonic() - started > 1.0
        awake.join()
        jobs = vem.jobs()
    assert Path(made["midi"]).exists()
    assert [job.kind for job in jobs] == ["plan"]
    assert len(list(own_service.root.glob("*_plan_*.mid"))) == 1


def test_a_daemon_that_is_killed_in_the_middle(
    own_service: Service, write_edit: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client starts another one, which goes on with the job, and whose gateway knows the same token."""
    edit = write_edit(own_service.root / "walk.otio")
    own_service.start()
    before, killed = own_service.connection, threading.Event()
    for name in ("VEM_HOME", "VEM_ROOTS"):
        monkeypatch.setenv(name, own_service.environment[name])

    def kill(_: JobState) -> None:
        if not killed.is_set():
            killed.set()
            own_service.kill()

    with Client(timeout=0.5, retries=100) as vem:
        made = vem.plan(edit, key="survives", on_progress=kill)
        after = own_service.connection
        try:
            assert killed.is_set()
            assert after.instance != before.instance
            assert after.token == before.token
            with own_service.page() as page:
                assert page.get("/api/v1/jobs").json()["jobs"][0]["key"] == "survives"
            assert [(job.key, job.state) for job in vem.jobs()] == [("survives", "done")]
            assert [str(file) for file in own_service.root.glob("*_plan_*.mid")] == [made["midi"]]
        finally:
            vem.shutdown()
