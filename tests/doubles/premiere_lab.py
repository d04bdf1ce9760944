"""Premiere as a laboratory: its TypeScript host over its TypeScript double, in a Node process, as a `Host`.

Where Node or the packages of ``adapters/premiere`` are missing, whoever asks for it is skipped with the reason.
"""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vem_adapters import errors
from vem_adapters.host import HeldMusic, OpenTimeline, OwnMarker, Placed, Selection
from vem_timeline import Clock, MusicClip, MusicMarker

PREMIERE = Path(__file__).parents[2] / "adapters" / "premiere"


@functools.cache
def node() -> str:
    """Path of Node; skips where it is missing, or where the packages are and cannot be fetched."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node is not installed (20 or newer): the Premiere plug-in is not tested.")
    if not (PREMIERE / "node_modules").exists():
        npm = shutil.which("npm") or "npm"
        try:
            fetched = subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund"], cwd=PREMIERE, capture_output=True, text=True, timeout=180
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"`npm ci` in adapters/premiere: {error}")
        if fetched.returncode:
            pytest.skip(f"`npm ci` in adapters/premiere failed: {fetched.stderr[-300:]}")
    return found


def run_node(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run Node in the plug-in's folder."""
    return subprocess.run([node(), *arguments], cwd=PREMIERE, capture_output=True, text=True, timeout=timeout)


@functools.cache
def bundle(entry: str) -> Path:
    """A TypeScript file as one JavaScript file, made once for all tests."""
    target = Path(tempfile.mkdtemp(prefix="vem-premiere-")) / "bundle.mjs"
    atexit.register(shutil.rmtree, target.parent, ignore_errors=True)
    made = run_node("scripts/run.mjs", "--bundle", entry, str(target))
    assert made.returncode == 0, made.stderr
    return target


class NodeHost:
    """`vem_adapters.host.Host` over the host in a Node process."""

    def __init__(self, folder: Path, version: str = "26.3") -> None:
        command = [node(), str(bundle("tests/host_process.ts")), str(folder), version]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        weakref.finalize(self, _end, self._process)

    def call(self, name: str, *given: Any) -> Any:
        """Ask the process; an error comes back as the `HostError` that it is."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"call": name, "with": given}) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        if "error" in answer:
            told = answer["error"]
            raise getattr(errors, told["kind"])(told["what"], where=told["where"], remedy=told["remedy"])
        return answer["value"]

    @property
    def name(self) -> str:
        return self.call("name")

    def timeline(self) -> OpenTimeline:
        told = self.call("timeline")
        clock = Clock(Fraction(told["rate"]), drop_frame=told["dropFrame"], start_frame=told["startFrame"])
        return OpenTimeline(told["name"], clock, told["frames"], told["project"])

    def export(self, folder: Path) -> Path:
        return Path(self.call("export", str(folder))["path"])

    def music(self) -> HeldMusic | None:
        held = self.call("music")
        if held is None:
            return None
        return HeldMusic(Path(held["audio"]), held["take"], Fraction(held["start"]), Fraction(held["duration"]))

    def place(self, music: MusicClip) -> Placed:
        told = self.call("place", {"path": str(music.audio), "name": music.name, "take": music.take_id})
        return Placed(told["replaced"], tuple(told["remarks"]))

    def markers(self) -> tuple[OwnMarker, ...]:
        return tuple(
            OwnMarker(mark["key"], MusicMarker(Fraction(mark["time"]), mark["name"], mark["color"], mark["comment"]))
            for mark in self.call("markers")
        )

    def write_markers(self, markers: Iterable[MusicMarker], take_id: str) -> int:
        told = [
            {"time": _exact(mark.time), "name": mark.name, "color": mark.color, "comment": mark.comment}
            for mark in markers
        ]
        return self.call("writeMarkers", told, take_id)

    def move_marker(self, key: str, time: Fraction) -> None:
        self.call("moveMarker", key, _exact(time))

    def remove_markers(self) -> int:
        return self.call("removeMarkers")

    def selection(self) -> Selection:
        told = self.call("selection")
        shot = told["shot"]
        return Selection(
            Fraction(told["playhead"]), None if shot is None else (Fraction(shot["start"]), Fraction(shot["end"]))
        )

    def seek(self, time: Fraction) -> None:
        self.call("seek", _exact(time))

    def tell(self, text: str) -> None:
        self.call("tell", text)


class PremiereLab:
    """Premiere, as its double: a `host_labs.Lab`."""

    def __init__(self, folder: Path, version: str = "26.3") -> None:
        self.host = NodeHost(folder, version)

    @property
    def said(self) -> list[str]:
        return self.host.call("said")

    def editors_things(self) -> object:
        return self.host.call("things")

    def music_heard(self) -> list[tuple[Path, int, int]]:
        return [(Path(path), start, frames) for path, start, frames in self.host.call("heard")]

    def markers_seen(self) -> dict[int, str]:
        return dict(self.host.call("seen"))


def _exact(time: Fraction) -> str:
    return f"{time.numerator}/{time.denominator}"


def _end(process: subprocess.Popen[str]) -> None:
    """End a host: it stops when nothing more can come."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
