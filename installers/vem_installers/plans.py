"""One door to the plans: which parts a word names, and the plan of each."""

from __future__ import annotations

from vem_installers.errors import InstallError
from vem_installers.machine import Machine
from vem_installers.premiere import plan_premiere
from vem_installers.resolve import plan_resolve
from vem_installers.service import plan_daemon
from vem_installers.steps import PARTS, Part, Plan

ALL = "all"


def parts_of(word: str) -> tuple[Part, ...]:
    """The parts that a word names: one of `PARTS`, or all of them.

    Raises
    ------
    InstallError
        If it names none.
    """
    named: dict[str, tuple[Part, ...]] = {ALL: PARTS, **{part: (part,) for part in PARTS}}
    chosen = named.get(word.lower())
    if chosen is None:
        raise InstallError(f"'{word}' cannot be installed.", remedy=f"One of {', '.join(PARTS)}, or {ALL}.")
    return chosen


def plan_for(part: Part, machine: Machine, *, vem: tuple[str, ...], anyway: bool = False) -> Plan:
    """The plan of one part.

    Parameters
    ----------
    part : Part
    machine : Machine
    vem : tuple of str
        The command that is `vem` on that machine, in full.
    anyway : bool
        Install into a program's folders even though the program was not found.

    Raises
    ------
    InstallError
        If this installation of ours lacks the files of that part.
    """
    match part:
        case "resolve":
            return plan_resolve(machine, vem, anyway=anyway)
        case "premiere":
            return plan_premiere(machine, anyway=anyway)
        case "daemon":
            return plan_daemon(machine, vem)
