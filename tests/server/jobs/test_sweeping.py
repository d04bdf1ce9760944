"""A process that is killed in the middle of a write leaves nothing half there, and makes nothing twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from vem_server.jobs.journal import Journal
from vem_server.jobs.sweeping import JobLedger, sweep
from vem_server.jobs.work import perform
from vem_server.protocol.messages import JobRequest, Plan, Score

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")


DOOMED = Path(__file__).with_name("doomed.py")


def _killed(where: str, request: JobRequest, journal: Journal) -> None:
    """Do a job in a process of its own that is killed at a place in the code."""
    asked = msgspec.json.encode(request).decode()
    ended = subprocess.run([sys.executable, str(DOOMED), where, str(journal.file), asked], check=False)
    assert ended.returncode == -signal.SIGKILL


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "jobs.sqlite")
    yield journal
    journal.close()


@pytest.fixture
def clicks(monkeypatch):
    """The click composer in the model's place."""
    from vem_plugin import stages
    from vem_plugin.models.click import ClickComposer

    monkeypatch.setattr(stages, "open_composer", lambda settings, report=None: ClickComposer())


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_plan_whose_process_died_between_its_files(journal, edit):
    request = Plan(id="1", key="k", edit=str(edit))
    _killed("between picture and MIDI", request, journal)
    assert _names(edit.parent) == ["walk.otio", "walk_plan_v01.png"]
    sweep(journal, "job")
    assert _names(edit.parent) == ["walk.otio"]
    result = perform(request, ledger=JobLedger(journal, "job"))
    assert result["picture"].endswith("walk_plan_v01.png")


def test_a_score_whose_process_died_before_the_timeline_leaves_nothing(journal, edit):
    request = Score(id="1", key="k", edit=str(edit), device="cpu", style="epic")
    _killed("before the timeline", request, journal)
    assert _names(edit.parent) == ["walk.otio", "walk_v01"]
    sweep(journal, "job")
    assert _names(edit.parent) == ["walk.otio"]


@pytest.mark.parametrize(("takes", "where"), [(1, "at the very end"), (2, "at the second take")])
def test_takes_that_are_whole_are_taken_over(journal, edit, clicks, takes, where):
    request = Score(id="1", key="k", edit=str(edit), device="cpu", style="epic", takes=takes)
    _killed(where, request, journal)
    sweep(journal, "job")
    first = edit.parent / "walk_v01" / "take.json"
    before = first.read_bytes(), first.stat().st_mtime_ns
    assert _names(edit.parent) == ["walk.otio", "walk_v01", "walk_v01.otio"]
    result = perform(request, ledger=JobLedger(journal, "job"))
    assert (first.read_bytes(), first.stat().st_mtime_ns) == before
    assert [take["folder"] for take in result["takes"]] == [
        str(edit.parent / f"walk_v0{number + 1}") for number in range(takes)
    ]
    assert [take["seed"] for take in result["takes"]] == [1, 2][:takes]
    sheets = [name for name in _names(edit.parent) if "takes" in name]
    assert len(sheets) == (takes > 1)


def test_what_somebody_else_made_under_the_same_name_stays(journal, tmp_path):
    ledger = JobLedger(journal, "job")
    draft = tmp_path / ".vem-job-x"
    draft.mkdir()
    ledger.promising(tmp_path / "walk_v01", tmp_path / "walk_v01.otio", draft=draft)
    (tmp_path / "walk_v01").mkdir()  # not the draft, which is still there
    (tmp_path / "walk_v01" / "notes.txt").write_text("mine")
    sweep(journal, "job")
    assert (tmp_path / "walk_v01" / "notes.txt").read_text() == "mine"


def test_hidden_folders_of_other_jobs_stay(journal, tmp_path):
    for job in ("job", "job2"):
        (tmp_path / f"{JobLedger(journal, job).opening(tmp_path)}abc").mkdir()
    sweep(journal, "job")
    assert [path.name for path in tmp_path.glob(".vem-*")] == [".vem-job2-abc"]


def test_files_that_were_growing_go(journal, tmp_path):
    timeline = tmp_path / "walk_v01.xml"
    timeline.write_text("whole")
    JobLedger(journal, "job").touching(timeline)
    for name in (".walk_v01.xml.123.part", ".walk_v01.123.xml", ".walk_v01.xml.abc", ".other.xml.123.part"):
        (tmp_path / name).write_text("half")
    sweep(journal, "job")
    assert _names(tmp_path) == [
        ".other.xml.123.part",
        "jobs.sqlite",
        "jobs.sqlite-shm",
        "jobs.sqlite-wal",
        timeline.name,
    ]
