"""Requests name files below the roots, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from vem_server.jobs import Roots, roots
from vem_server.protocol.errors import ServiceError


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("VEM_HOME", str(tmp_path / ".vem"))
    monkeypatch.delenv(roots.VARIABLE, raising=False)
    return tmp_path


def _refused(allowed: Roots, path: str | Path) -> str:
    with pytest.raises(ServiceError) as refused:
        allowed.confined(path)
    assert refused.value.code == "path_refused"
    return str(refused.value)


def test_home_is_allowed_but_not_what_is_hidden_in_it(home):
    allowed = Roots.of_user()
    assert allowed.confined(home / "Movies" / "cut.otio") == home / "Movies" / "cut.otio"
    assert allowed.confined(str(home)) == home
    for hidden in (".ssh/id_ed25519", "Library/Keychains/x", "Movies/.cache/x", "AppData/Local/x", ".vem/data/x"):
        _refused(allowed, home / hidden)
    assert allowed.confined(home / "Movies" / "Library" / "x")
    assert allowed.confined(home / ".vem" / "cache" / "thumbnails" / "ab" / "x.jpg")
    assert allowed.confined(home / ".vem" / "data" / "edits" / "x.otio")


def test_ways_out_are_refused(home, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (home / "link").symlink_to(outside)
    (home / "round").symlink_to(home / "round")
    (home / "inside").symlink_to(home / "Movies")
    allowed = Roots.of_user()
    for path in (
        outside / "x",
        home / "link" / "x",
        home / ".." / outside.name / "x",
        home / "round" / "x",
        f"{home}ly/x",
        "relative/x",
        "~/x",
        home / ("x" * 5000),
    ):
        _refused(allowed, path)
    assert allowed.confined(home / "inside" / "x") == home / "Movies" / "x"


def test_a_folder_can_be_added_for_good(home, tmp_path_factory):
    outside = tmp_path_factory.mktemp("media")
    assert "vem daemon allow" in _refused(Roots.of_user(), outside / "x")
    roots.allow(outside)
    roots.allow(outside)
    assert Roots.of_user().confined(outside / "x") == outside / "x"
    assert (home / ".vem" / "data" / "roots.toml").read_text().count(str(outside)) == 1
    with pytest.raises(ServiceError):
        roots.allow(outside / "nowhere")


def test_a_list_that_cannot_be_read_is_an_error(home):
    Roots.of_user()
    (home / ".vem" / "data" / "roots.toml").write_text("folders = 3")
    with pytest.raises(ServiceError, match="folders"):
        Roots.of_user()


def test_the_environment_can_replace_the_users_folders(home, monkeypatch, tmp_path_factory):
    outside = tmp_path_factory.mktemp("media")
    monkeypatch.setenv(roots.VARIABLE, str(outside))
    assert Roots.of_user().confined(outside / "x")
    _refused(Roots.of_user(), home / "Movies" / "x")
