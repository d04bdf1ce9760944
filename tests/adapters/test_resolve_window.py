"""The window for Resolve Studio: its own tests under Node, and its types against Electron's, if installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

RESOLVE = Path(__file__).parents[2] / "adapters" / "resolve"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs Node")
def test_the_window_passes_its_own_tests() -> None:
    assert NODE is not None
    ran = subprocess.run([NODE, "--test", "tests/"], cwd=RESOLVE, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.skipif(not (RESOLVE / "node_modules" / "electron").is_dir(), reason="needs `npm ci` in adapters/resolve")
def test_the_window_uses_electron_as_its_types_say() -> None:
    assert NODE is not None
    compiler = RESOLVE / "node_modules" / "typescript" / "bin" / "tsc"
    ran = subprocess.run([NODE, str(compiler), "-p", "."], cwd=RESOLVE, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout
