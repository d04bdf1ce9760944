"""What goes into Premiere: our UXP plug-in as a `.ccx` package, handed to Adobe's own installer.

Adobe's Unified Plugin Installer Agent comes with Creative Cloud and installs a package from the command line; it may
ask for an administrator, which we never do: then, or where it is missing, a double click on the package does the same
through the Creative Cloud app. The package stays in our data folder, so that it can be clicked later.
References: Adobe's UXP guides, "Package a UXP plugin"; the agent removes by the plug-in's name.
"""

from __future__ import annotations

from pathlib import PurePath

from vem_installers.ccx import Package, pack
from vem_installers.machine import Machine
from vem_installers.payload import payload_files
from vem_installers.programs import Program, Version, find_premiere
from vem_installers.steps import Advice, Plan, PutFile, Run, Step

OLDEST: Version = (25, 6)
"""The first Premiere that runs UXP plug-ins of ours."""
SENDS_TIMELINES: Version = (26, 2)
"""The first Premiere whose plug-ins may export OpenTimelineIO; with older ones the plug-in walks over the tracks."""
AGENT = "UnifiedPluginInstallerAgent"
PROOF = "Successful"
"""What the agent prints when it has installed a package, whatever it exits with."""


def agent_path(machine: Machine) -> PurePath:
    """Where Creative Cloud keeps its installer for plug-ins."""
    shared = PurePath("Adobe", "Adobe Desktop Common", "RemoteComponents", "UPI", AGENT)
    if machine.system == "windows":
        common = machine.variable("CommonProgramFiles", machine.programs / "Common Files")
        return common / shared / f"{AGENT}.exe"
    return machine.all_users_data / shared / f"{AGENT}.app" / "Contents" / "MacOS" / AGENT


def plan_premiere(machine: Machine, *, anyway: bool = False) -> Plan:
    """What installing into Premiere means on a machine.

    Parameters
    ----------
    machine : Machine
    anyway : bool
        Lay the package ready even though no Premiere was found.

    Raises
    ------
    InstallError
        If this installation of ours lacks the plug-in, or it does not hold together.
    """
    if machine.system == "linux":
        return Plan("premiere", (), (Advice("Premiere does not run on Linux: nothing to do."),))
    found = find_premiere(machine)
    fit = tuple(program for program in found if _runs_us(program))
    if not fit and not anyway:
        return Plan("premiere", tuple(map(str, found)), (Advice(_nothing_fits(machine, found)),))
    package = pack(payload_files("plugin"))
    steps = (*_install(machine, package), *(Advice(_limits(program)) for program in fit if _limits(program)))
    return Plan("premiere", tuple(map(str, found)), steps)


def _install(machine: Machine, package: Package) -> tuple[Step, ...]:
    path = machine.ours / "premiere" / package.file_name
    click = f"Double-click {path}; Creative Cloud installs it. Remove it there under Stock & Marketplace > Plugins."
    put = PutFile(path, package.content, "the plug-in as a package")
    start = Advice("Restart Premiere if it is open; then choose Window > UXP Plugins")
    agent = agent_path(machine)
    if not machine.disk.exists(agent):
        return put, Advice(f"Adobe's installer for plug-ins was not found ({agent}). {click}"), start
    mark = "/" if machine.system == "windows" else "--"
    do, undo = (
        (str(agent), f"{mark}install", str(path)),
        (str(agent), f"{mark}remove", package.name),
    )
    return put, Run(do, undo, "Adobe's own installer takes the package", proof=PROOF, otherwise=click), start


def _runs_us(program: Program) -> bool:
    """Whether a Premiere is new enough; one whose minor version is unknown gets the benefit of the doubt."""
    if program.version is None:
        return True
    return program.version[: len(OLDEST)] >= OLDEST[: len(program.version)]


def _nothing_fits(machine: Machine, found: tuple[Program, ...]) -> str:
    if found:
        wanted = ".".join(map(str, OLDEST))
        return f"The plug-in wants Premiere {wanted} or newer. Until then: File > Import of what `vem score` writes."
    return f"No Premiere was found in {machine.programs}; --anyway lays the plug-in ready."


def _limits(program: Program) -> str:
    """What an older Premiere cannot do, in words; empty where nothing is missing or the version is not known."""
    if program.version is None or program.version[:2] >= SENDS_TIMELINES or len(program.version) < 2:
        return ""
    return f"{program} cannot export OpenTimelineIO (26.2 can); the plug-in sends it another way."
