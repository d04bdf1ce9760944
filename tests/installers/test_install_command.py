"""`vem install` and `vem uninstall` as a user runs them, on this machine, below a temporary home."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a home is moved by HOME alone on Linux only")


@pytest.fixture
def vem(tmp_path):
    """Runs `vem` with a home of its own; gives exit code and what it printed."""
    home = tmp_path / "home"
    (home / "ours").mkdir(parents=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "SUDO_"))}

    def run(*words, **more):
        done = subprocess.run(
            [sys.executable, "-m", "vem_server", *words],
            capture_output=True,
            text=True,
            check=False,
            env=kept | {"HOME": str(home), "VEM_HOME": str(home / "ours")} | more,
        )
        return done.returncode, done.stdout + done.stderr

    run.home = home
    return run


def test_dry_run_says_and_does_nothing(vem):
    code, said = vem("install", "all", "--dry-run", "--anyway")
    assert code == 0
    assert "VEM" in said
    assert "Nothing was done" in said
    assert list(vem.home.rglob("*")) == [vem.home / "ours"]


def test_there_and_back(vem):
    code, said = vem("install", "resolve", "--anyway")
    assert code == 0, said
    scripts = vem.home / ".local/share/DaVinciResolve/Fusion/Scripts"
    assert list(scripts.rglob("*.lua"))
    code, said = vem("uninstall", "resolve", "--dry-run")
    assert "take away" in said
    code, said = vem("uninstall", "all", "--json")
    assert code == 0
    assert [part["part"] for part in json.loads(said)["parts"]] == ["daemon", "premiere", "resolve"]
    assert list(vem.home.rglob("*")) == [vem.home / "ours"]


def test_mistakes_are_told(vem):
    code, said = vem("install", "avid")
    assert (code, "resolve, premiere, daemon" in said) == (10, True)
    code, said = vem("install", "resolve", SUDO_USER="ada")
    assert (code, "without sudo" in said) == (10, True)
    (vem.home / ".local").write_text("in the way")
    code, said = vem("install", "resolve", "--anyway")
    assert (code, "cannot be written" in said) == (10, True)
