"""One public door, and it opens quickly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import vem_timeline

ROOM = Path(vem_timeline.__file__).parent


def test_everything_exported_is_there() -> None:
    assert all(hasattr(vem_timeline, name) for name in vem_timeline.__all__)
    assert callable(vem_timeline.read)
    assert sorted(vem_timeline.__all__) == list(vem_timeline.__all__)


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, vem_timeline\n"
        "heavy = {'opentimelineio', 'numpy', 'torch', 'av', 'librosa', 'onnxruntime'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_reading_and_writing_leave_the_door_as_it_was(samples: Path) -> None:
    vem_timeline.read(samples / "toucan__Transition.otio")
    assert callable(vem_timeline.read), "a module of that name must not take its place"


def test_no_file_is_longer_than_the_house_allows() -> None:
    assert all(len(path.read_text("utf-8").splitlines()) <= 400 for path in ROOM.glob("*.py"))
