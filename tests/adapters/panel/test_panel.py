"""The panel: its build is that of its sources, goes nowhere, and does in a browser what an editor does.

The browser tests lie beside the sources (``adapters/panel/tests``) and run against a real daemon. They need Node, the
packages of ``npm ci`` in ``adapters/panel``, and Chromium (``VEM_CHROMIUM`` names another one than /usr/bin/chromium).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vem_server

SOURCES = Path(__file__).parents[3] / "adapters" / "panel"
BUILT = Path(vem_server.__file__).parent / "panel"
CHROMIUM = os.environ.get("VEM_CHROMIUM", "/usr/bin/chromium")


def test_build_is_that_of_the_sources():
    built = json.loads((BUILT / "manifest.json").read_text())["sources"]
    files = [file for file in (SOURCES / "src").rglob("*") if file.is_file()]
    files += [SOURCES / name for name in ("build.mjs", "package-lock.json", "tsconfig.json")]
    now = {file.relative_to(SOURCES).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    stale = sorted(name for name in now.keys() | built.keys() if now.get(name) != built.get(name))
    assert not stale, "run `npm run build` in adapters/panel; changed since the last build: " + ", ".join(stale)


def test_page_is_complete_and_loads_nothing_from_afar():
    page = (BUILT / "index.html").read_text()
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert named
    for name in named:
        assert name.startswith("data:") or (BUILT / name).is_file(), name
    style = (BUILT / "panel.css").read_text()
    for address in re.findall(r"url\(([^)]+)\)", style):
        name = address.strip("\"'")
        assert name.startswith("data:") or (BUILT / name).is_file(), name
    assert not re.search(r"<script(?![^>]*\bsrc=)", page), "scripts in the page itself would be refused by its policy"


@pytest.mark.timeout(1800)
def test_an_editor_at_work_in_the_browser():
    if (reason := _missing()) is not None:
        pytest.skip(reason)
    playwright = SOURCES / "node_modules" / ".bin" / "playwright"
    environment = os.environ | {"VEM_PYTHON": sys.executable, "VEM_CHROMIUM": CHROMIUM}
    done = subprocess.run(
        [playwright, "test"], cwd=SOURCES, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def _missing() -> str | None:
    """What the browser tests lack on this machine."""
    if shutil.which("node") is None:
        return "the panel's browser tests need Node"
    if not (SOURCES / "node_modules" / ".bin" / "playwright").exists():
        return "the panel's browser tests need `npm ci` in adapters/panel"
    if not Path(CHROMIUM).exists():
        return f"the panel's browser tests need Chromium: there is none at {CHROMIUM}"
    return None
