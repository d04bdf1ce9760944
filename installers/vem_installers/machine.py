"""The machine as a value: everything a plan may depend on, so that a plan for any system can be made on any other.

Paths are pure (`PurePosixPath` or `PureWindowsPath`, as the system has it) and become real ones only where a plan is
carried out. All folders are the user's own unless a name says otherwise.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Literal, Protocol

from vem_installers.errors import InstallError

System = Literal["linux", "macos", "windows"]

SYSTEMS: dict[str, System] = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}
"""``platform.system()`` to our word."""

UNINSTALL_KEY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
"""Where Windows lists installed programs, below HKEY_LOCAL_MACHINE and HKEY_CURRENT_USER."""


class Disk(Protocol):
    """What a plan may ask of a disk. Asking never changes anything."""

    def exists(self, path: PurePath) -> bool:
        """Whether a file or folder stands there."""
        ...

    def names(self, folder: PurePath) -> tuple[str, ...]:
        """Names in a folder, sorted; empty if there is no such folder."""
        ...

    def content(self, file: PurePath) -> bytes | None:
        """A file's bytes; None if it cannot be read."""
        ...

    def writable(self, folder: PurePath) -> bool:
        """Whether this user may write there, or, where it is not there yet, may make it."""
        ...


class RealDisk:
    """The disk of the machine that this runs on."""

    def exists(self, path: PurePath) -> bool:
        """See `Disk.exists`."""
        return Path(path).exists()

    def names(self, folder: PurePath) -> tuple[str, ...]:
        """See `Disk.names`."""
        try:
            return tuple(sorted(os.listdir(folder)))
        except OSError:
            return ()

    def content(self, file: PurePath) -> bytes | None:
        """See `Disk.content`."""
        try:
            return Path(file).read_bytes()
        except OSError:
            return None

    def writable(self, folder: PurePath) -> bool:
        """See `Disk.writable`. On Windows an access list may still say no later; carrying out allows for that."""
        there = next((one for one in (Path(folder), *Path(folder).parents) if one.exists()), None)
        return there is not None and there.is_dir() and os.access(there, os.W_OK)


@dataclass(frozen=True, slots=True)
class ListedProgram:
    """A program as Windows lists it under installed apps. ``folder`` is empty where the list does not say."""

    name: str
    version: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine and its user.

    Attributes
    ----------
    system : "linux", "macos" or "windows"
    home : PurePath
        The user's home folder.
    environment : mapping
        Environment variables.
    disk : Disk
    listed : tuple of ListedProgram
        What Windows lists as installed; empty elsewhere.
    user_id : int
        Number of the user, which launchd wants; 0 on Windows.
    """

    system: System
    home: PurePath
    environment: Mapping[str, str] = field(default_factory=dict)
    disk: Disk = field(default_factory=RealDisk)
    listed: tuple[ListedProgram, ...] = ()
    user_id: int = 0

    def path(self, text: str) -> PurePath:
        """``text`` as a path of this machine's system."""
        return PureWindowsPath(text) if self.system == "windows" else PurePosixPath(text)

    def variable(self, name: str, otherwise: PurePath) -> PurePath:
        """The folder that an environment variable names, if it names an absolute one, else ``otherwise``."""
        named = self.path(self.environment.get(name, ""))
        return named if named.is_absolute() else otherwise

    @property
    def data(self) -> PurePath:
        """Where this user's programs keep data that stays on this machine."""
        match self.system:
            case "linux":
                return self.variable("XDG_DATA_HOME", self.home / ".local" / "share")
            case "macos":
                return self.home / "Library" / "Application Support"
            case "windows":
                return self.variable("LOCALAPPDATA", self.home / "AppData" / "Local")

    @property
    def ours(self) -> PurePath:
        """Our own folder in ``data``, or in the folder that `VEM_HOME` names: the one that the daemon uses, too."""
        home = self.path(self.environment.get("VEM_HOME", ""))
        return home / "data" if home.is_absolute() else self.data / "vem-plugin"

    @property
    def config(self) -> PurePath:
        """Where this user's programs keep settings."""
        match self.system:
            case "linux":
                return self.variable("XDG_CONFIG_HOME", self.home / ".config")
            case "macos":
                return self.home / "Library" / "Application Support"
            case "windows":
                return self.variable("APPDATA", self.home / "AppData" / "Roaming")

    @property
    def all_users_data(self) -> PurePath:
        """Where programs keep data for all users (macOS, Windows); only asked, written to where that is allowed."""
        if self.system == "windows":
            return self.variable("PROGRAMDATA", PureWindowsPath(r"C:\ProgramData"))
        return PurePosixPath("/Library/Application Support")

    @property
    def programs(self) -> PurePath:
        """Where programs are installed."""
        match self.system:
            case "linux":
                return PurePosixPath("/opt")
            case "macos":
                return PurePosixPath("/Applications")
            case "windows":
                return self.variable("ProgramFiles", PureWindowsPath(r"C:\Program Files"))


def this_machine() -> Machine:
    """The machine that this runs on.

    Raises
    ------
    InstallError
        On a system that no editing program of ours runs on, or under ``sudo``, where "the user" would be root.
    """
    system = SYSTEMS.get(platform.system())
    if system is None:
        raise InstallError(
            f"{platform.system() or 'This system'} is not one that we know.",
            remedy="Linux, macOS and Windows are; on others `vem score` works without an installation.",
        )
    if system != "windows" and os.environ.get("SUDO_USER"):
        raise InstallError(
            "This runs under sudo, and would install for root instead of you.",
            remedy="Run the same command without sudo; nothing here needs it.",
        )
    user = 0 if system == "windows" else os.getuid()
    return Machine(system, Path.home(), dict(os.environ), RealDisk(), _listed_by_windows(), user)


def _listed_by_windows() -> tuple[ListedProgram, ...]:
    """What Windows lists as installed, for all users and this one; empty on other systems."""
    if sys.platform != "win32":
        return ()
    import winreg

    def told(entry: winreg.HKEYType, name: str) -> str:
        try:
            return str(winreg.QueryValueEx(entry, name)[0])
        except OSError:
            return ""

    found: list[ListedProgram] = []
    for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
        try:
            key = winreg.OpenKey(root, UNINSTALL_KEY)
        except OSError:
            continue
        with key:
            for number in range(winreg.QueryInfoKey(key)[0]):
                with winreg.OpenKey(key, winreg.EnumKey(key, number)) as entry:
                    if name := told(entry, "DisplayName"):
                        found.append(ListedProgram(name, told(entry, "DisplayVersion"), told(entry, "InstallLocation")))
    return tuple(found)
