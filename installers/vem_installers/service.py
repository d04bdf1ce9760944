"""The daemon as a thing that starts with the user's session: no terminal, no window, no administrator.

Linux: a systemd unit of the user, or a desktop autostart entry where systemd does not run. macOS: a launch agent.
Windows: an entry under `Run` in the user's registry, which Settings > Apps > Startup lists. Each starts the daemon at
once, too.
"""

from __future__ import annotations

import plistlib
from pathlib import PurePosixPath

from vem_installers.machine import Machine
from vem_installers.steps import Advice, Plan, PutFile, Run, Step, shown

LABEL = "org.vem-plugin.daemon"
UNIT = "vem.service"
ENTRY = "VEM Music"
RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
WORDS = "VEM Music, scores edits to their cuts"
AT_LOGIN = "the daemon starts when you log in"
RUN = ("daemon", "run", "--idle", "0")
"""What a service tells `vem` to do: be the daemon, in the foreground, and never leave for want of work."""
LATER = "It starts at your next login; until then the first `vem` command, or `vem daemon start`, starts it."


def plan_daemon(machine: Machine, vem: tuple[str, ...]) -> Plan:
    """What having the daemon start with the session means on a machine.

    Parameters
    ----------
    machine : Machine
    vem : tuple of str
        The command that is `vem`, in full: ``("/home/a/vem/bin/python", "-m", "vem_server")``.
    """
    match machine.system:
        case "linux":
            steps = _systemd(machine, vem) if _has_systemd(machine) else _autostart(machine, vem)
        case "macos":
            steps = _launchd(machine, vem)
        case "windows":
            steps = _run_entry(_windowless(machine, vem))
    room = Run((*vem, "daemon", "stop"), (), "a daemon that runs already makes room")
    return Plan("daemon", (), (room, *steps))


def _has_systemd(machine: Machine) -> bool:
    """Whether systemd runs this machine and has a manager for this user."""
    runtime = machine.environment.get("XDG_RUNTIME_DIR", "")
    return machine.disk.exists(PurePosixPath("/run/systemd/system")) and bool(
        runtime and machine.disk.exists(PurePosixPath(runtime) / "systemd")
    )


def _systemd(machine: Machine, vem: tuple[str, ...]) -> tuple[Step, ...]:
    command = " ".join(_systemd_word(word) for word in (*vem, *RUN))
    unit = (
        f"[Unit]\nDescription={WORDS}\nStartLimitIntervalSec=120\nStartLimitBurst=4\n\n"
        f"[Service]\nExecStart={command}\nRestart=on-failure\nRestartSec=5\n\n"
        "[Install]\nWantedBy=default.target\n"
    )
    control = ("systemctl", "--user")
    return (
        PutFile(machine.config / "systemd" / "user" / UNIT, unit.encode(), AT_LOGIN),
        Run(
            (*control, "enable", "--now", UNIT),
            (*control, "disable", "--now", UNIT),
            "start it now and at every login",
            otherwise=f"`systemctl --user status {UNIT}` says why.",
        ),
    )


def _systemd_word(word: str) -> str:
    """A word of a command as systemd reads it: in quotes, with its own signs taken literally."""
    for sign, literal in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(sign, literal)
    return f'"{word}"'


def _autostart(machine: Machine, vem: tuple[str, ...]) -> tuple[Step, ...]:
    command = " ".join(_desktop_word(word) for word in (*vem, *RUN))
    entry = f"[Desktop Entry]\nType=Application\nName={ENTRY}\nComment={WORDS}\nExec={command}\nNoDisplay=true\n"
    return (
        Advice("systemd does not run for this user: an autostart entry of the desktop takes its place."),
        PutFile(machine.config / "autostart" / f"{LABEL}.desktop", entry.encode(), AT_LOGIN),
        _start_now(vem),
    )


def _desktop_word(word: str) -> str:
    """A word of a command as the desktop entry specification wants it: in quotes, escaped once for those, once for
    the file.
    """
    for sign in ("\\", '"', "`", "$"):
        word = word.replace(sign, f"\\{sign}")
    word = word.replace("\\", "\\\\").replace("%", "%%")
    return f'"{word}"'


def _launchd(machine: Machine, vem: tuple[str, ...]) -> tuple[Step, ...]:
    path = machine.home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    agent = {
        "Label": LABEL,
        "ProgramArguments": [*vem, *RUN],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ProcessType": "Interactive",  # the default throttles the disk and the processor of what a person waits for
    }
    domain = f"gui/{machine.user_id}"
    return (
        PutFile(path, plistlib.dumps(agent), AT_LOGIN),
        Run(
            ("launchctl", "bootstrap", domain, str(path)),
            ("launchctl", "bootout", f"{domain}/{LABEL}"),
            "start it now and at every login",
            otherwise=LATER,
        ),
    )


def _windowless(machine: Machine, vem: tuple[str, ...]) -> tuple[str, ...]:
    """The command without a console window, where a Python that shows none lies beside the one that does."""
    program = machine.path(vem[0])
    silent = program.with_name("pythonw.exe")
    return (str(silent), *vem[1:]) if program.name == "python.exe" and machine.disk.exists(silent) else vem


def _run_entry(vem: tuple[str, ...]) -> tuple[Step, ...]:
    return (
        Run(
            ("reg", "add", RUN_KEY, "/v", ENTRY, "/t", "REG_SZ", "/d", shown((*vem, *RUN)), "/f"),
            ("reg", "delete", RUN_KEY, "/v", ENTRY, "/f"),
            AT_LOGIN,
            needed=True,
            otherwise="Put a shortcut to `vem daemon run` into the folder that Win+R, shell:startup opens.",
        ),
        _start_now(vem),
    )


def _start_now(vem: tuple[str, ...]) -> Run:
    return Run((*vem, "daemon", "start", "--idle", "0"), (*vem, "daemon", "stop"), "start it now", otherwise=LATER)
