"""A picture of Kdenlive with a scored project open: its music track, and the markers of the music.

    python benchmarks/timelines_kdenlive.py SCORED.kdenlive PICTURE.png

Kdenlive, Xvfb, xdotool and scrot must be installed (Debian: ``apt install kdenlive xvfb xdotool scrot dbus``).
Kdenlive runs on a screen of its own with empty settings of its own, opens the project, which must be complete with its
media, and is photographed when it has drawn it. Questions that it asks on its first start are answered with Return.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCREEN = ":97"
SIZE = "1600x1000x24"
PATIENCE = 240
"""Seconds until the window of the project must be there."""
DRAWING = 30
"""Seconds that thumbnails and waveforms get."""


def photograph(project: Path, picture: Path, home: Path) -> str:
    """Open a project in Kdenlive, and photograph the screen; returns the titles of its windows."""
    environment = {
        **os.environ,
        "DISPLAY": SCREEN,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "QT_QPA_PLATFORM": "xcb",
        "LC_ALL": "C.UTF-8",
    }
    screen = subprocess.Popen(["Xvfb", SCREEN, "-screen", "0", SIZE], stderr=subprocess.DEVNULL)
    time.sleep(2)
    log = (home / "kdenlive.log").open("w")
    command = ["dbus-run-session", "--", "kdenlive", str(project)]
    kdenlive = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        titles = _opened(project, kdenlive, environment)
        _fill_screen(project, environment)
        time.sleep(DRAWING)
        taken = home / "screen.png"
        subprocess.run(["scrot", "--overwrite", str(taken)], env=environment, check=True, timeout=60)
        shutil.copyfile(taken, picture)
        return titles
    finally:
        os.killpg(kdenlive.pid, signal.SIGKILL)  # the session that carries it, and what it started
        screen.terminate()
        screen.wait()
        log.close()


def _opened(project: Path, kdenlive: subprocess.Popen[bytes], environment: dict[str, str]) -> str:
    """Wait for the window of the project; any other window is a question."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if kdenlive.poll() is not None:
            raise SystemExit(f"Kdenlive ended with {kdenlive.returncode}.")
        titles = _titles(environment)
        if any(project.stem in title for title in titles):
            return ", ".join(titles)
        if titles:
            subprocess.run(["xdotool", "key", "Return"], env=environment, check=False)
        time.sleep(5)
    raise SystemExit(f"Kdenlive has not opened the project; its windows: {', '.join(_titles(environment)) or 'none'}.")


def _fill_screen(project: Path, environment: dict[str, str]) -> None:
    """Make the window as large as the screen, and the timeline as long as the window."""
    width, height, _ = SIZE.split("x")
    window = ["search", "--onlyvisible", "--name", project.stem]
    subprocess.run(
        ["xdotool", *window, "windowmove", "0", "0", "windowsize", width, height], env=environment, check=False
    )
    time.sleep(5)
    subprocess.run(["xdotool", *window, "windowfocus", "key", "shift+z"], env=environment, check=False)


def _titles(environment: dict[str, str]) -> list[str]:
    command = ["xdotool", "search", "--onlyvisible", "--name", "."]
    windows = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.split()
    named = (["xdotool", "getwindowname", window] for window in windows)
    told = (subprocess.run(command, env=environment, capture_output=True, text=True, check=False) for command in named)
    return [title for answer in told if (title := answer.stdout.strip())]


def main() -> int:
    """Take the picture and print the titles of the windows in it."""
    project, picture = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as home:
        print(photograph(project, picture, Path(home)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
