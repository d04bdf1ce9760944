"""The connection file: private, whole, and told apart from one that a dead daemon left."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from vem_server.protocol import places
from vem_server.protocol.connection import Connection, lives, read_connection, remove_connection, write_connection
from vem_server.protocol.errors import ServiceError


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv("VEM_HOME", str(tmp_path))
    return Connection(
        protocol="1.0",
        pid=os.getpid(),
        process_started=psutil.Process().create_time(),
        instance="one",
        requests="tcp://127.0.0.1:1",
        control="tcp://127.0.0.1:2",
        events="tcp://127.0.0.1:3",
        server_key="s",
        client_key="c",
        client_secret="x",
        token="t",
    )


def test_it_is_read_as_written_and_open_to_its_owner_alone(mine: Connection) -> None:
    path = write_connection(mine)
    assert read_connection() == mine
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(path.parent) == [path.name]


def test_a_file_that_others_may_read_is_refused(mine: Connection) -> None:
    write_connection(mine).chmod(0o644)
    with pytest.raises(ServiceError) as caught:
        read_connection()
    assert caught.value.code == "forbidden"


def test_no_file_half_a_file_and_a_foreign_file_are_no_connection(mine: Connection) -> None:
    assert read_connection() is None
    path = write_connection(mine)
    path.write_bytes(path.read_bytes()[:40])
    assert read_connection() is None
    path.write_bytes(b'{"port": 8765}')
    assert read_connection() is None


def test_a_dead_process_makes_a_stale_file(mine: Connection) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    started = psutil.Process(ended.pid).create_time()
    ended.wait()
    write_connection(replace(mine, pid=ended.pid, process_started=started))
    assert read_connection() is None


def test_a_process_id_that_was_given_to_another_program_makes_a_stale_file(mine: Connection) -> None:
    assert lives(mine)
    assert not lives(replace(mine, process_started=mine.process_started - 100))


def test_a_reader_never_meets_half_a_file(mine: Connection) -> None:
    write_connection(mine)
    stop = threading.Event()

    def rewrite() -> None:
        while not stop.is_set():
            write_connection(replace(mine, token="t" * 5000))
            write_connection(mine)

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        assert all(read_connection() is not None for _ in range(200))
    finally:
        stop.set()
        writer.join()


def test_an_instance_removes_its_own_file_only(mine: Connection) -> None:
    path = write_connection(mine)
    remove_connection("another")
    assert path.exists()
    remove_connection("one")
    assert not path.exists()
    remove_connection("one")


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can make another user's folder")
def test_a_folder_of_somebody_else_is_refused(mine: Connection, tmp_path: Path) -> None:
    os.chown(places.runtime_folder(), 12345, 12345)
    with pytest.raises(ServiceError) as caught:
        places.runtime_folder()
    assert caught.value.code == "forbidden"


def test_without_a_runtime_folder_of_the_system_it_lies_with_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VEM_HOME", raising=False)
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setattr(places, "user_runtime_path", lambda *_, **__: blocked / "vem-plugin")
    monkeypatch.setattr(places, "user_data_path", lambda *_, **__: tmp_path / "data")
    assert places.runtime_folder() == tmp_path / "data" / "run"
