"""The commands of the topmost room: what they say, and their exit codes, where there is nothing to do it with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from host_labs import ResolveLab

from vem_adapters.commands import home_of


def vem(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vem_adapters", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | environment)


def test_the_commands_of_all_rooms_are_there() -> None:
    listed = vem("--help").stdout
    assert all(f" {name} " in listed for name in ("score", "rescore", "daemon", "install", "watch", "resolve"))


def test_without_resolve_the_user_is_told_what_to_do(tmp_path: Path) -> None:
    ran = vem("resolve", "score", RESOLVE_SCRIPT_LIB=str(tmp_path / "nothing.so"))
    assert ran.returncode == 9
    assert "not installed" in ran.stderr
    assert "Workspace > Scripts" in " ".join(ran.stderr.split())


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    ran = vem("watch", str(tmp_path / "nowhere"))
    assert ran.returncode == 2
    assert "no such folder" in ran.stderr


@pytest.mark.parametrize(
    ("project", "folder"), [("A: project / two", "A project two"), ("...", "Edits"), ("Übung", "Übung")]
)
def test_takes_of_a_project_lie_in_a_folder_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: str, folder: str
) -> None:
    lab = ResolveLab(tmp_path)
    monkeypatch.setattr(lab.program._project, "GetName", lambda: project, raising=False)
    assert home_of(lab.host).parts[-2:] == ("VEM Music", folder)
