"""The command line as a user meets it: a separate process, exit codes, JSON, and errors that say what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "rush_hour.otio"


def vem(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from vem_server.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['vem', '--help']\n"
        "from vem_server.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'torch', 'diffusers', 'librosa', 'numba', 'onnxruntime', 'opentimelineio', 'av', 'numpy', 'zmq'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("score", "plan", "inspect", "measure", "doctor"):
        assert command in done.stdout


def test_planning_loads_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['vem', 'plan', {str(EXAMPLE)!r}, '-o', {str(tmp_path)!r}, '--json']\n"
        "from vem_server.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert Path(plan["picture"]).stat().st_size > 10_000
    assert Path(plan["midi"]).read_bytes()[:4] == b"MThd"
    assert [entry["kind"] for entry in plan["landings"]].count("hit") == 1
    assert plan["landings"][-1]["kind"] == "end"
    assert abs(plan["beat_times"][-1] - 40.92) < 1e-6


def test_inspecting_the_example() -> None:
    done = vem("inspect", EXAMPLE, "--json")
    assert done.returncode == 0, done.stderr
    board = json.loads(done.stdout)
    assert board["start_timecode"] == "01:00:00:00"
    assert len(board["shots"]) >= 12
    assert {change["kind"] for change in board["transitions"]} == {"cut", "dissolve"}
    assert any(shot["speed"] == "1/2" for shot in board["shots"])
    assert all(shot["online"] for shot in board["shots"])
    shown = vem("inspect", EXAMPLE)
    assert "01:00:00:00" in shown.stdout
    assert "mood: tense" in shown.stdout


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


BAD_EDITS = {
    "missing": (lambda folder: folder / "gone.otio", 3),
    "of another kind": (lambda folder: write(folder / "notes.txt", "hello"), 3),
    "not JSON": (lambda folder: write(folder / "broken.otio", "{"), 3),
    "not a timeline": (lambda folder: write(folder / "clip.otio", '{"OTIO_SCHEMA": "Clip.2", "name": "a"}'), 3),
    "no film": (lambda folder: write(folder / "film.mp4", "this is no film"), 4),
}


@pytest.mark.parametrize("name", BAD_EDITS)
@pytest.mark.parametrize("command", ["plan", "score"])
def test_a_bad_edit_is_one_clear_error(name: str, command: str, tmp_path: Path) -> None:
    make, code = BAD_EDITS[name]
    edit = make(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    done = vem(command, edit, "--json")
    assert done.returncode == code, done.stderr
    error = json.loads(done.stdout)["error"]
    assert error["what"]
    assert error["remedy"]
    assert edit.name in error["where"]
    assert "Traceback" not in done.stderr
    left = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert left == before
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path not in before]


@pytest.mark.parametrize(
    "options",
    [
        ("--tempo", "fast"),
        ("--tempo", "130-90"),
        ("--style", "polka"),
        ("--takes", "0"),
        ("--seed", "-1"),
        ("--device", "abacus"),
        ("--metre", "5/4"),
        ("--theme", "C4 H4 E4"),
        ("--theme", "gone.mid"),
        ("--theme", "no/such/take"),
        ("--palette", "epic/kazoo"),
        ("--ducking", "40"),
    ],
)
def test_a_senseless_option_is_refused_before_any_work(options: tuple[str, str], tmp_path: Path) -> None:
    done = vem("score", EXAMPLE, "-o", tmp_path / "out", *options)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    blocked = write(tmp_path / "file", "in the way")
    done = vem("score", EXAMPLE, "-o", blocked / "out", "--json")
    assert done.returncode == 6, done.stdout + done.stderr
    assert json.loads(done.stdout)["error"]["remedy"]


def test_measuring_what_is_no_take(tmp_path: Path) -> None:
    done = vem("measure", tmp_path)
    assert done.returncode == 2
    assert "take" in done.stderr


def test_the_doctor_finds_this_installation_sound() -> None:
    done = vem("doctor", "--json")
    checks = {check["what"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0, [check for check in checks.values() if not check["ok"]]
    assert {"onnxruntime providers", "codecs", "sound bank", "model", "encoders"} <= set(checks)
