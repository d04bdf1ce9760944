"""What goes into DaVinci Resolve: entries of its Scripts menu, and, where it may be written, a Workflow Integration.

Scripts are copied byte for byte and find the daemon by themselves. Lua runs in every edition and version. Python runs
in Studio only from 21.1 on, and a free edition just does not list it: since the files do not tell the edition, both are
put in. The Workflow Integration (Studio, macOS and Windows) lives in a folder for all users, which may be closed to
this one; then the plan says what to copy by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath, PurePosixPath

from vem_installers.machine import Machine
from vem_installers.payload import payload_files
from vem_installers.programs import find_resolve, resolve_places
from vem_installers.steps import Advice, Plan, PutFile, Step

NODE = "WorkflowIntegration.node"
"""The maker's bridge between a Workflow Integration and Resolve. It is copied from the installed SDK, never shipped."""
COMMAND_FILE = "command.json"
SDK = PurePosixPath("Developer/Workflow Integrations/Examples/SamplePlugin")


def scripts_root(machine: Machine) -> PurePath:
    """The user's own script folder, whose sub-folders are Resolve's pages (`Utility`: all of them)."""
    match machine.system:
        case "linux":
            return machine.home / ".local" / "share" / "DaVinciResolve" / "Fusion" / "Scripts"
        case "macos":
            return machine.data / "Blackmagic Design" / "DaVinci Resolve" / "Fusion" / "Scripts"
        case "windows":
            return machine.config / "Blackmagic Design" / "DaVinci Resolve" / "Support" / "Fusion" / "Scripts"


def shared_root(machine: Machine) -> PurePath:
    """Resolve's folder for all users, that holds its SDK and the Workflow Integrations (macOS, Windows)."""
    ours = machine.all_users_data / "Blackmagic Design" / "DaVinci Resolve"
    return ours / "Support" if machine.system == "windows" else ours


def plan_resolve(machine: Machine, vem: tuple[str, ...], *, anyway: bool = False) -> Plan:
    """What installing into Resolve means on a machine.

    Parameters
    ----------
    machine : Machine
    vem : tuple of str
        The command that is `vem` on that machine, in full; the panel inside Resolve starts it.
    anyway : bool
        Put the scripts in even though no Resolve was found where it usually lies.

    Raises
    ------
    InstallError
        If this installation of ours lacks the scripts.
    """
    found = find_resolve(machine)
    if not found and not anyway:
        looked = ", ".join(str(place) for place in resolve_places(machine))
        return Plan("resolve", (), (Advice(f"No DaVinci Resolve was found (looked in {looked}); --anyway installs."),))
    panel = tuple(_workflow_integration(machine))
    menus = "Workspace > Scripts"
    if any(isinstance(step, PutFile) for step in panel):
        menus += ", or in Studio Workspace > Workflow Integrations"
    start = Advice(f"Restart Resolve if it is open; then choose {menus}")
    return Plan("resolve", tuple(map(str, found)), (*_scripts(machine), _command(machine, vem), *panel, start))


def _scripts(machine: Machine) -> Iterator[Step]:
    root = scripts_root(machine)
    for place, content in payload_files("scripts"):
        if place.suffix == ".py":
            why = "a script for Studio (the free edition does not list Python from 21.1 on)"
        elif place.suffix == ".lua":
            why = "an entry of the menu Workspace > Scripts, in every edition"
        else:
            why = "a part of the scripts beside it"
        yield PutFile(root / place, content, why)


def _command(machine: Machine, vem: tuple[str, ...]) -> PutFile:
    """Where programs that cannot ask a shell find `vem`: a file in our data folder."""
    told = json.dumps({"command": vem}, ensure_ascii=False, indent=1) + "\n"
    return PutFile(machine.ours / COMMAND_FILE, told.encode(), "how Resolve starts our part")


def _workflow_integration(machine: Machine) -> Iterator[Step]:
    if machine.system == "linux":
        return  # Resolve on Linux runs no Workflow Integration made of web pages
    root = shared_root(machine) / "Workflow Integration Plugins"
    bridge = shared_root(machine) / SDK / NODE
    node = machine.disk.content(bridge)
    if node is None:
        yield Advice(f"No panel inside Resolve: its SDK was not found ({bridge}). The panel also runs in any browser.")
        return
    if not machine.disk.writable(root):
        yield Advice(
            f"No panel inside Resolve Studio: {root} is closed to this user. The panel also runs in any browser; to "
            f"have it in Resolve, an administrator opens that folder to you, and you run this again."
        )
        return
    by_hand = f"The panel also runs in any browser; for the one in Resolve an administrator has to open {root} to you."
    files = payload_files("workflow_integration")
    for place, content in files:
        yield PutFile(root / place, content, "the panel inside Resolve Studio", needed=False, otherwise=by_hand)
    for plugin in sorted({place.parts[0] for place, _ in files if len(place.parts) > 1}):
        why = "Resolve's own bridge, copied from its SDK"
        yield PutFile(root / plugin / NODE, node, why, needed=False, otherwise=by_hand)
