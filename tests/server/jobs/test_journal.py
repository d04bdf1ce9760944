"""The journal keeps what it was told, in one process and across processes."""

import sqlite3
from pathlib import Path

import pytest

from vem_server.jobs.journal import Journal
from vem_server.protocol.errors import Problem, ServiceError
from vem_server.protocol.messages import JobState, Plan


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "jobs.sqlite")
    yield journal
    journal.close()


def _added(journal, name="a", key=None):
    request = Plan(id="1", key=key or f"key-{name}", edit="/edits/harbour.otio")
    state = JobState(id=name, kind="plan", key=request.key, edit=request.edit, state="queued", created=1.0)
    journal.add(state, request)
    return request


def test_what_was_added_is_there_in_another_process(journal):
    request = _added(journal)
    other = Journal(journal.file)
    (entry,) = other.unfinished()
    assert (entry.state.id, entry.request, entry.attempt) == ("a", request, 0)
    assert other.with_key("key-a") == ("a", request)
    other.close()


def test_a_key_is_taken_once(journal):
    _added(journal)
    with pytest.raises(sqlite3.IntegrityError):
        _added(journal, "b", key="key-a")


def test_a_worker_that_comes_too_late_changes_nothing(journal):
    _added(journal)
    journal.begin("a", 1)
    journal.requeue("a", warnings=["again"], killed=1)
    journal.begin("a", 2)
    assert not journal.finish("a", 1, {"by": "the late one"})
    assert journal.finish("a", 2, {"by": "the right one"})
    assert not journal.finish("a", 2, {"by": "the right one, again"})
    state = journal.state_of("a")
    assert state is not None
    assert (state.state, state.result, state.warnings) == ("done", {"by": "the right one"}, ("again",))


def test_what_has_ended_stays_as_it_is(journal):
    _added(journal)
    assert journal.end("a", "failed", Problem(code="plan_error", message="No."))
    assert not journal.end("a", "cancelled")
    state = journal.state_of("a")
    assert state is not None
    assert state.error is not None
    assert (state.state, state.error.code) == ("failed", "plan_error")
    assert journal.unfinished() == []


def test_only_the_last_jobs_are_kept(journal):
    for number in range(6):
        _added(journal, f"job{number}")
        if number < 5:
            journal.end(f"job{number}", "cancelled")
    journal.forget_all_but(2)
    assert [state.id for state in journal.ended(10)] == ["job3", "job4"]
    assert [entry.state.id for entry in journal.unfinished()] == ["job5"]


def test_the_first_thing_remembered_stays(journal):
    _added(journal)
    assert journal.recall("a", "take") is None
    assert journal.remember("a", "take", "v01") == "v01"
    assert journal.remember("a", "take", "v02") == "v01"


def test_a_journal_that_cannot_be_written_says_so_and_goes_on_later(journal):
    _added(journal)
    journal._db.execute("PRAGMA query_only = ON")  # as a full disk would
    with pytest.raises(ServiceError, match="Make room"):
        journal.begin("a", 1)
    journal._db.execute("PRAGMA query_only = OFF")
    journal.begin("a", 1)
    assert journal.unfinished()[0].attempt == 1


def test_a_damaged_file_is_put_aside(tmp_path, caplog):
    file = tmp_path / "jobs.sqlite"
    file.write_bytes(b"no database at all" * 300)
    journal = Journal(file)
    assert journal.unfinished() == []
    journal.close()
    assert len(list(tmp_path.glob("jobs.sqlite.broken-*"))) == 1
    assert "damaged" in caplog.text


def test_a_later_version_is_refused(tmp_path):
    file = tmp_path / "jobs.sqlite"
    Journal(file).close()
    db = sqlite3.connect(file)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ServiceError, match="Update"):
        Journal(file)
    assert Path(file).exists()
