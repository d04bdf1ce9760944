"""Hosts and a real daemon with the real model: music into the double of Resolve, by Python and then by Lua."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_labs import FRAMES, ResolveLab
from lua_resolve import Script

from vem_adapters.round_trip import round_trip
from vem_server.client import Client
from vem_server.protocol.connection import read_connection

SCRIPTS = Path(__file__).parents[2] / "adapters" / "resolve" / "scripts" / "Utility"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a daemon of its own; scripts take it for the user's home."""
    folder = tmp_path_factory.mktemp("machine")
    patch = pytest.MonkeyPatch()
    for name, value in {
        "HOME": folder / "home", "VEM_HOME": folder / "vem", "VEM_ROOTS": folder, "OMP_NUM_THREADS": 1,
    }.items():  # fmt: skip
        patch.setenv(name, str(value))
    daemon = subprocess.Popen([sys.executable, "-m", "vem_adapters", "daemon", "run"], env=os.environ)
    try:
        latest = time.monotonic() + PATIENCE
        while (found := read_connection()) is None or found.gateway is None:
            assert daemon.poll() is None
            assert time.monotonic() < latest
            time.sleep(0.05)
        yield folder
    finally:
        daemon.terminate()
        daemon.wait(PATIENCE)
        patch.undo()


def test_music_comes_into_the_editor_and_a_shot_is_scored_anew_from_its_menu(home: Path) -> None:
    lab = ResolveLab(home)
    before = lab.editors_things()
    with Client(start=False) as vem:
        done = round_trip(lab.host, vem, home / "home" / "Documents" / "VEM Music", wishes={"brief": "calm piano"})
    ((first, start, frames),) = lab.music_heard()
    assert (str(first), start, frames) == (done.take["mix"], 0, FRAMES)
    assert done.markers == len(lab.host.markers()) > 0
    seen = lab.markers_seen()

    script = Script(lab.program, "luajit21", wait=lambda: time.sleep(0.1))
    lab.timeline._playhead = 75
    script.run(SCRIPTS / "VEM Score this shot anew.lua")
    ((second, start, frames),) = lab.music_heard()
    assert (start, frames) == (0, FRAMES), script.printed
    assert second != first
    assert second.is_file()
    assert sorted(lab.markers_seen()) == sorted(seen)
    assert lab.markers_seen() != seen  # the same beats, named after the new take

    script.run(SCRIPTS / "VEM Put the music before back.lua")
    assert lab.music_heard() == [(first, 0, FRAMES)]
    assert lab.markers_seen() == seen
    assert lab.editors_things() == before


def test_the_window_inside_resolve_finds_its_page_and_hears_that_resolve_is_away(home: Path) -> None:
    command = [sys.executable, "-m", "vem_adapters", "resolve", "bridge"]
    asked = '{"vem": "open"}\n{"vem": "ready", "id": "1"}\n'
    ran = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=PATIENCE, env=os.environ)
    opened, ready = (json.loads(line) for line in ran.stdout.splitlines())
    page, _, fragment = opened["url"].partition("#")
    assert fragment.startswith("token=")
    assert fragment.endswith("&host=resolve")
    with urllib.request.urlopen(page) as answer:
        assert answer.status == 200
    assert (ready["vem"], ready["kind"], ready["id"]) == ("failed", "HostAbsent", "1")
