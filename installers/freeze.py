"""The one-folder build: `vem` for people who shall not install anything, made by PyInstaller and tried at once.

    python installers/freeze.py [FOLDER]      default: build/frozen; wants the `freeze` extra, and some minutes

It is tried where it was made: the example is scored by the frozen program, with an environment that holds no Python of
ours, and the build is a failure if that is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPEC = Path(__file__).parent / "vem.spec"


def freeze(folder: Path) -> Path:
    """Build into a folder; gives the program's path.

    Raises
    ------
    SystemExit
        If PyInstaller fails.
    """
    words = ["-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    places = ["--distpath", str(folder), "--workpath", str(folder / "work")]
    if subprocess.run([sys.executable, *words, *places, str(SPEC)], check=False, cwd=ROOT).returncode:
        sys.exit("PyInstaller failed; the lines above say why.")
    shutil.rmtree(folder / "work")
    return folder / "vem" / ("vem.exe" if sys.platform == "win32" else "vem")


def try_out(program: Path) -> None:
    """Let the frozen program examine itself and score the example, far from the checkout.

    Raises
    ------
    SystemExit
        If either fails, or a file of the take is missing.
    """
    with tempfile.TemporaryDirectory() as place:
        shutil.copy2(ROOT / "examples" / "rush_hour.otio", place)
        shutil.copytree(ROOT / "examples" / "media", Path(place) / "media")
        home = {"HOME": place, "USERPROFILE": place, "VEM_HOME": str(Path(place) / "vem"), "PATH": "/usr/bin:/bin"}
        for words in (["doctor"], ["score", "rush_hour.otio", "--brief", "warm, hopeful", "--no-daemon", "--json"]):
            began = time.perf_counter()
            done = subprocess.run(
                [program, *words], cwd=place, env=home, stdout=subprocess.PIPE, text=True, check=False
            )
            if done.returncode:
                sys.exit(f"{' '.join(words)} failed in the frozen build with {done.returncode}.\n{done.stdout}")
            print(f"vem {words[0]}: {time.perf_counter() - began:.1f} s")
        take = json.loads(done.stdout)["takes"][0]
        for path in (take["timeline"], take["mix"], take["midi"], *take["stems"].values()):
            if not (Path(place) / path).stat().st_size:
                sys.exit(f"{path} is empty.")


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    made = freeze(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "frozen").resolve())
    print(f"{made}: {size_of(made.parent) / 1e6:.0f} MB")
    try_out(made)
    print("the frozen build scored the example")
