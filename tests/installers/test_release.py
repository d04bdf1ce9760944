"""What is downloaded: the real plug-in packs, the real payload is planned, checksums are those that tools compare."""

import importlib.util
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from vem_installers import PutFile, plan_for
from vem_installers.ccx import pack
from vem_installers.payload import PLACES, payload_files

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def release():
    spec = importlib.util.spec_from_file_location("release", ROOT / "installers" / "release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_plug_in_for_premiere_packs():
    package = pack(payload_files("plugin"))
    assert package.file_name.endswith(".ccx")
    assert len(package.content) > 10_000


def test_the_real_scripts_are_planned_for_every_system(draw):
    scripts = {place.name for place, _ in payload_files("scripts")}
    assert any(name.endswith(".lua") for name in scripts)
    for system in ("linux", "macos", "windows"):
        plan = plan_for("resolve", draw(system), vem=("vem",), anyway=True)
        assert {step.path.name for step in plan.steps if isinstance(step, PutFile)} == scripts | {"command.json"}


def test_the_wheel_carries_all_of_it():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert built["force-include"] == {
        f"adapters/{place}": f"vem_installers/payload/{place}" for place in PLACES.values()
    }


def test_checksums_are_compared_by_the_usual_tool(release, tmp_path):
    for name, text in {"a b.whl": "one", "c.ccx": "two"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "folder").mkdir()
    release.write_checksums(tmp_path)
    release.write_checksums(tmp_path)
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not on this machine")
    check = ["sha256sum", "--check", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.count("OK") == 2
    (tmp_path / "c.ccx").write_text("other")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_a_release_starts_from_an_empty_folder(release, tmp_path):
    (tmp_path / "old.whl").write_text("old")
    with pytest.raises(SystemExit, match="not empty"):
        release.release(tmp_path)
