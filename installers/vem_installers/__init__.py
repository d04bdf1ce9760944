"""Machines: where editors keep their scripts and panels, and how ours get there. Imports none of our packages.

A *plan* is made first, by pure functions over a :class:`Machine` (system, home, environment, what is on its disk); it
can be told in plain words. *Carrying it out* keeps a receipt of every file and command, and *undoing* follows that
receipt: what somebody has changed since is left where it is, and said so. Nothing here needs an administrator.
"""

from vem_installers.carrying_out import Outcome, carry_out, foreseen, undo, undo_foreseen
from vem_installers.errors import InstallError
from vem_installers.machine import Machine, this_machine
from vem_installers.plans import parts_of, plan_for
from vem_installers.steps import PARTS, Advice, Part, Plan, PutFile, Run

__all__ = [
    "PARTS",
    "Advice",
    "InstallError",
    "Machine",
    "Outcome",
    "Part",
    "Plan",
    "PutFile",
    "Run",
    "carry_out",
    "foreseen",
    "parts_of",
    "plan_for",
    "this_machine",
    "undo",
    "undo_foreseen",
]
