"""``vem models`` as a user meets it, and ``--model NAME`` in process and through the daemon's door."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vem_plugin.errors import VemError
from vem_plugin.models.model_folder import SHIPPED, read_index
from vem_plugin.models.shelf import shelf
from vem_server.jobs.confining import confine
from vem_server.jobs.roots import Roots
from vem_server.jobs.work.wishes import settings_of
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import Score

SHIPS = read_index(SHIPPED).name


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VEM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def vem(*arguments: str | Path, code: int = 0) -> dict[str, object]:
    command = [sys.executable, "-c", "from vem_server.cli import main; main()", "models", *map(str, arguments)]
    done = subprocess.run(
        [*command, "--json"], capture_output=True, text=True, timeout=120, check=False, env=os.environ
    )
    assert done.returncode == code, done.stderr + done.stdout
    return json.loads(done.stdout)


def test_a_model_comes_is_listed_checked_damaged_and_goes(home: Path) -> None:
    assert [model["name"] for model in vem("list")["models"]] == [SHIPS]
    added = vem("add", SHIPPED, "--name", "copy")
    assert added["path"] == str(home / "data" / "models" / "copy")
    assert (added["kind"], added["licence"]) == ("score", "Apache-2.0")
    assert [model["ok"] for model in vem("verify")["models"]] == [True, True]
    config = Path(added["path"]) / "codec" / "config.json"
    config.write_text("{}")
    assert [model["ok"] for model in vem("verify", code=5)["models"]] == [True, False]
    error = vem("verify", "copy", code=5)["error"]
    assert error["where"] == str(config)
    assert vem("remove", "copy")["removed"] == added["path"]
    error = vem("remove", "copy", code=5)["error"]
    assert SHIPS in error["remedy"]


def test_the_commands_load_neither_torch_nor_a_hub() -> None:
    code = (
        "import sys; sys.argv = ['vem', 'models', 'list', '--json']\n"
        "from vem_server.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert not {'torch', 'diffusers', 'huggingface_hub', 'numpy'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def asked(**fields: object) -> Score:
    return Score(id="1", key="k", edit="/films/edit.otio", **fields)


def test_the_daemon_knows_models_by_name_and_lets_no_other_path_in(home: Path, tmp_path: Path) -> None:
    """The shelf lies in a hidden place, where requests may neither read nor write anything but models."""
    place = shelf() / "copy"
    shutil.copytree(SHIPPED, place)
    roots = Roots.of([Path("/films")])
    for told in ("copy", str(place), SHIPS):
        confine(asked(model=told), roots)
    assert settings_of(asked(model="copy")).model == place
    assert settings_of(asked(model=SHIPS)).model == SHIPPED
    for refused in ("nobody", "..", str(tmp_path), str(place / "codec"), str(shelf()), "copy/../copy"):
        with pytest.raises(ServiceError, match="path"):
            confine(asked(model=refused), roots)
    for field in ("out", "picture_encoder"):
        with pytest.raises(ServiceError, match="path"):
            confine(asked(**{field: str(place)}), roots)


def test_a_budget_is_read_and_nonsense_refused() -> None:
    from vem_server.carrying_out import memory_of, model_of

    assert memory_of("6GB") == 6 * 10**9
    assert memory_of("512 m") == 512 * 10**6
    assert memory_of(None) is None
    for wrong in ("much", "-1GB", "1", "6XB", ""):
        with pytest.raises(VemError, match="memory"):
            memory_of(wrong)
    assert model_of("some/folder") == Path("some/folder")
