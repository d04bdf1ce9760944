"""What a plan consists of: files to put somewhere, commands to run, and advice where a person has to do a thing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

Part = Literal["resolve", "premiere", "daemon"]
PARTS: tuple[Part, ...] = ("resolve", "premiere", "daemon")


@dataclass(frozen=True, slots=True)
class PutFile:
    """A file to be put where ``path`` says.

    ``why`` says in plain words what it is for. A file that is not ``needed`` may be refused by the system without the
    installation being a failure; ``otherwise`` then says what a person can do.
    """

    path: PurePath
    content: bytes
    why: str
    needed: bool = True
    otherwise: str = ""

    def __str__(self) -> str:
        return f"put {self.path.name} into {self.path.parent}: {self.why}"


@dataclass(frozen=True, slots=True)
class Run:
    """A command to be run, and the one that undoes it (empty: nothing has to be undone).

    It has worked if it exits with 0 and, where ``proof`` is given, its output holds those words. If it has not,
    ``otherwise`` says what a person can do; only a ``needed`` command makes the installation a failure.
    """

    do: tuple[str, ...]
    undo: tuple[str, ...]
    why: str
    proof: str = ""
    needed: bool = False
    otherwise: str = ""

    def __str__(self) -> str:
        return f"run {shown(self.do)}: {self.why}"


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to know, or to do by hand."""

    words: str

    def __str__(self) -> str:
        return self.words


Step = PutFile | Run | Advice


@dataclass(frozen=True, slots=True)
class Plan:
    """What installing one part means on one machine.

    Attributes
    ----------
    part : Part
    found : tuple of str
        The programs that it is for, in words; empty if none was found.
    steps : tuple of Step
        In the order of doing.
    """

    part: Part
    found: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def does_something(self) -> bool:
        """Whether carrying it out changes anything on the machine."""
        return any(not isinstance(step, Advice) for step in self.steps)


def shown(command: tuple[str, ...]) -> str:
    """A command as one would read it: words with a space in quotes."""
    return " ".join(f'"{word}"' if " " in word or not word else word for word in command)
