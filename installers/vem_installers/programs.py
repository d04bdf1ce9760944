"""Finds the editing programs of a machine: where they are, and what their own files say of version and edition.

Where the files do not tell, the answer is None and both cases are provided for. DaVinci Resolve's free and Studio
editions install into the same folders on every system, so the edition is mostly None; on Linux its texts may name
version and edition (not documented by the maker, so only taken where they are there).
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Literal
from xml.parsers.expat import ExpatError

from vem_installers.machine import Machine

Edition = Literal["free", "Studio"]
Version = tuple[int, ...]

RESOLVE = "DaVinci Resolve"
NAMED_IN_TEXT = re.compile(r"DaVinci Resolve (Studio )?(\d{2}(?:\.\d+)*)")
PREMIERE = re.compile(r"Adobe Premiere(?: Pro)?(?: CC)? (20\d\d|\(Beta\))$")
FIRST_YEAR = 2000
"""Premiere's folders carry the year; its major version is the year less this, since 2020."""


@dataclass(frozen=True, slots=True)
class Program:
    """An editing program on a machine. ``version`` and ``edition`` are None where its files do not tell."""

    name: str
    folder: PurePath
    version: Version | None = None
    edition: Edition | None = None

    def __str__(self) -> str:
        version = ".".join(map(str, self.version)) if self.version else "of an unknown version"
        edition = f" {self.edition}" if self.edition else ""
        return f"{self.name}{edition} {version} in {self.folder}"


def find_resolve(machine: Machine) -> tuple[Program, ...]:
    """Every DaVinci Resolve of the machine, in the order of the places looked at (`resolve_places`)."""
    look = {"linux": _resolve_on_linux, "macos": _resolve_on_macos, "windows": _resolve_on_windows}[machine.system]
    return tuple(look(machine))


def resolve_places(machine: Machine) -> tuple[PurePath, ...]:
    """The folders, or application bundles, that Resolve is looked for in."""
    match machine.system:
        case "linux":
            return PurePosixPath("/opt/resolve"), PurePosixPath("/home/resolve")
        case "macos":
            return (
                machine.programs / RESOLVE / f"{RESOLVE}.app",
                machine.programs / f"{RESOLVE}.app",
                machine.programs / f"{RESOLVE} Studio.app",
            )
        case "windows":
            told = tuple(machine.path(one.folder) for one in machine.listed if _is_resolve(one.name) and one.folder)
            usual = machine.programs / "Blackmagic Design" / RESOLVE
            return tuple(dict.fromkeys((*told, usual)))


def find_premiere(machine: Machine) -> tuple[Program, ...]:
    """Every Premiere of the machine, newest first; none on Linux, which it does not run on."""
    if machine.system == "linux":
        return ()
    root = machine.programs / "Adobe" if machine.system == "windows" else machine.programs
    found = [
        Program("Premiere", root / name, _premiere_version(machine, root / name, match[1]))
        for name in machine.disk.names(root)
        if (match := PREMIERE.fullmatch(name))
    ]
    return tuple(sorted(found, key=lambda program: program.version or (), reverse=True))


def _resolve_on_linux(machine: Machine) -> Iterator[Program]:
    for folder in resolve_places(machine):
        if not machine.disk.exists(folder / "bin" / "resolve"):
            continue
        texts = [machine.disk.content(folder / "docs" / name) for name in ("Welcome.txt", "ReadMe.html")]
        told = [match for text in texts if text and (match := NAMED_IN_TEXT.search(text.decode(errors="replace")))]
        version = _version(told[0][2]) if told else None
        yield Program(RESOLVE, folder, version, "Studio" if told and told[0][1] else None)


def _resolve_on_macos(machine: Machine) -> Iterator[Program]:
    for app in resolve_places(machine):
        if machine.disk.exists(app):
            yield Program(RESOLVE, app, _bundle_version(machine, app), "Studio" if "Studio" in app.name else None)


def _resolve_on_windows(machine: Machine) -> Iterator[Program]:
    listed = next((one for one in machine.listed if _is_resolve(one.name)), None)
    for folder in resolve_places(machine):
        if machine.disk.exists(folder / "Resolve.exe"):
            studio = listed is not None and "Studio" in listed.name
            yield Program(RESOLVE, folder, listed and _version(listed.version), "Studio" if studio else None)


def _is_resolve(name: str) -> bool:
    """Whether an entry of Windows' list is the program itself, not one of its panels, keyboards or drivers."""
    return name.strip() in (RESOLVE, f"{RESOLVE} Studio")


def _premiere_version(machine: Machine, folder: PurePath, year: str) -> Version | None:
    """The exact version where a file or Windows' list tells it, else the one that the folder's year stands for."""
    if machine.system == "macos":
        for app in (name for name in machine.disk.names(folder) if name.endswith(".app")):
            if (version := _bundle_version(machine, folder / app)) and app.startswith("Adobe Premiere"):
                return version
    for one in machine.listed:
        if one.name.startswith(folder.name):
            return _version(one.version)
    return (int(year) - FIRST_YEAR,) if year.isdigit() else None


def _bundle_version(machine: Machine, app: PurePath) -> Version | None:
    """The version in an application bundle's property list; None if it has none that can be read."""
    content = machine.disk.content(app / "Contents" / "Info.plist")
    if content is None:
        return None
    try:
        told = plistlib.loads(content)
    except (plistlib.InvalidFileException, ExpatError, ValueError):
        return None
    return _version(str(told.get("CFBundleShortVersionString", ""))) if isinstance(told, dict) else None


def _version(text: str) -> Version | None:
    """``"19.1.3"`` as ``(19, 1, 3)``; None if no number leads the text."""
    match = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in match[0].split(".")) if match else None
