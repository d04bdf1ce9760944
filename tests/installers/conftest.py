"""Drawn machines: a system, a home and a disk that exist in a test only, and a payload small enough to read."""

import json
import plistlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from vem_installers import Machine, payload
from vem_installers.machine import ListedProgram, System

HOMES: dict[System, PurePath] = {
    "linux": PurePosixPath("/home/ada"),
    "macos": PurePosixPath("/Users/ada"),
    "windows": PureWindowsPath(r"C:\Users\ada"),
}
Draw = Callable[..., Machine]


@dataclass(frozen=True)
class DrawnDisk:
    """A disk of files that are only named; a folder is there if something is in it, a ``closed`` one refuses."""

    files: Mapping[PurePath, bytes]
    closed: tuple[PurePath, ...] = ()

    def exists(self, path: PurePath) -> bool:
        return any(path == one or path in one.parents for one in self.files)

    def names(self, folder: PurePath) -> tuple[str, ...]:
        depth = len(folder.parts)
        return tuple(sorted({one.parts[depth] for one in self.files if folder in one.parents}))

    def content(self, file: PurePath) -> bytes | None:
        return self.files.get(file)

    def writable(self, folder: PurePath) -> bool:
        return not any(folder == one or one in folder.parents for one in self.closed)


@pytest.fixture
def draw() -> Draw:
    """Draws a machine: `draw("macos", {"/Applications/...": b"..."}, closed=[...])`."""

    def drawn(
        system: System,
        files: Mapping[str, bytes] = {},
        *,
        closed: tuple[str, ...] = (),
        environment: Mapping[str, str] = {},
        listed: tuple[ListedProgram, ...] = (),
    ) -> Machine:
        kind = PureWindowsPath if system == "windows" else PurePosixPath
        disk = DrawnDisk({kind(path): content for path, content in files.items()}, tuple(map(kind, closed)))
        return Machine(system, HOMES[system], environment, disk, listed, user_id=501)

    return drawn


@pytest.fixture
def property_list() -> Callable[[str], bytes]:
    """The property list of an application bundle of a version."""
    return lambda version: plistlib.dumps({"CFBundleShortVersionString": version})


@pytest.fixture
def small_payload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A payload of one file of each kind in place of the real one; its folder."""
    root = tmp_path / "payload"
    manifest = {
        "manifestVersion": 5,
        "id": "org.example.vem",
        "name": "VEM Music",
        "version": "1.2.3",
        "main": "index.html",
        "host": {"app": "premierepro", "minVersion": "25.6.0"},
    }
    for place, content in {
        "resolve/scripts/Utility/VEM Music.lua": b"print('score')\n",
        "resolve/scripts/Utility/VEM Music Studio.py": b"print('score')\n",
        "resolve/workflow_integration/org.vem/manifest.xml": b"<BlackmagicDesign/>\n",
        "premiere/plugin/manifest.json": json.dumps(manifest).encode(),
        "premiere/plugin/index.html": b"<html></html>\n",
    }.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(content)
    monkeypatch.setattr(payload, "ROOTS", (root,))
    return root
