"""Carries out a plan, and undoes it. The only module here that changes anything on the machine.

Three rules. A file that stands where ours should go is replaced only if it is ours and as we left it. The receipt is
written before each change, so an installation that is interrupted can be undone, too. Undoing takes away what the
receipt names and nothing else: files as they were put, folders if they are empty, commands by their counterparts.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vem_installers.machine import Machine
from vem_installers.receipt import Receipt, digest, read_receipt, remove_if_empty, replace_file, write_receipt
from vem_installers.steps import Part, Plan, PutFile, Run, Step, shown

Fate = Literal["done", "same", "left", "failed", "know"]
"""Done; already as it should be; left alone, as it is not ours; failed though needed; something to know or to do."""

PATIENCE = 120.0
"""Seconds that a command may take."""

Shell = Callable[[tuple[str, ...]], tuple[int, str]]
"""Runs a command: its words in, exit code and output out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step, in words."""

    fate: Fate
    words: str


def run_command(command: tuple[str, ...]) -> tuple[int, str]:
    """Run a command for at most `PATIENCE` seconds, without input or a window.

    Returns
    -------
    tuple of int and str
        Exit code (127: it could not be started, 124: it took too long), and what it printed.
    """
    no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
            creationflags=no_window,
        )
    except subprocess.TimeoutExpired:
        return 124, f"no end after {PATIENCE:.0f} s"
    except OSError as error:
        return 127, error.strerror or str(error)
    return done.returncode, done.stdout.decode(errors="replace").strip()


def carry_out(plan: Plan, machine: Machine, *, shell: Shell = run_command) -> Iterator[Outcome]:
    """Do what a plan says, step by step; what an earlier installation of the part put and this one does not goes.

    Raises
    ------
    InstallError
        If the receipt cannot be read or written; then nothing more is done.
    """
    receipt = read_receipt(plan.part, machine)
    if not plan.does_something:
        yield from (Outcome("know", str(step)) for step in plan.steps)
        return
    yield from _undo_commands(receipt, machine, shell, quiet=True)
    for path in sorted(set(receipt.files) - {str(step.path) for step in plan.steps if isinstance(step, PutFile)}):
        yield _take_away(Path(path), receipt, machine)
    for step in plan.steps:
        yield _do(step, receipt, machine, shell)


def undo(part: Part, machine: Machine, *, shell: Shell = run_command) -> Iterator[Outcome]:
    """Undo what was installed for a part, last things first.

    Raises
    ------
    InstallError
        If the receipt cannot be read or written.
    """
    receipt = read_receipt(part, machine)
    if receipt.empty:
        yield Outcome("know", "nothing of it is installed")
        return
    yield from _undo_commands(receipt, machine, shell, quiet=False)
    for path in reversed(receipt.files.copy()):
        yield _take_away(Path(path), receipt, machine)
    for folder in reversed(receipt.folders.copy()):
        remove_if_empty(Path(folder))
        receipt.folders.remove(folder)
    write_receipt(receipt, machine)


def foreseen(plan: Plan, machine: Machine) -> Iterator[Outcome]:
    """What carrying a plan out would do, without doing it."""
    receipt = read_receipt(plan.part, machine)
    for step in plan.steps:
        if isinstance(step, PutFile):
            fate = _fate_of(step, receipt, machine.disk.content(step.path))
            yield Outcome(fate, {"done": str(step), "same": _same(step)}.get(fate, _left(Path(step.path))))
        else:
            yield Outcome("done" if isinstance(step, Run) else "know", str(step))


def undo_foreseen(part: Part, machine: Machine) -> Iterator[Outcome]:
    """What undoing a part would do, without doing it."""
    receipt = read_receipt(part, machine)
    if receipt.empty:
        yield Outcome("know", "nothing of it is installed")
    for command in reversed(receipt.commands):
        yield Outcome("done", f"run {shown(tuple(command))}")
    for path, was in reversed(receipt.files.items()):
        content = machine.disk.content(Path(path))
        if content is not None:
            yield Outcome("done", f"take away {path}") if digest(content) == was else Outcome("left", _left(Path(path)))


def _do(step: Step, receipt: Receipt, machine: Machine, shell: Shell) -> Outcome:
    match step:
        case PutFile():
            return _put(step, receipt, machine)
        case Run():
            return _run(step, receipt, machine, shell)
        case _:
            return Outcome("know", str(step))


def _put(step: PutFile, receipt: Receipt, machine: Machine) -> Outcome:
    path = Path(step.path)
    fate = _fate_of(step, receipt, machine.disk.content(path))
    if fate == "same":
        return Outcome("same", _same(step))
    if fate == "left":
        return Outcome("left", _left(path))
    made = [str(folder) for folder in reversed(path.parents) if not folder.exists()]
    before = receipt.files.get(str(path))
    receipt.folders.extend(folder for folder in made if folder not in receipt.folders)
    receipt.files[str(path)] = digest(step.content)
    write_receipt(receipt, machine)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, step.content)
    except OSError as error:
        _never_put(path, before, receipt, machine)
        words = f"{path} cannot be written ({error.strerror or error}). {step.otherwise}".strip()
        return Outcome("failed" if step.needed else "know", words)
    return Outcome("done", str(step))


def _never_put(path: Path, before: str | None, receipt: Receipt, machine: Machine) -> None:
    """Let a receipt say what holds after a file could not be put."""
    if before is None:
        del receipt.files[str(path)]
    else:
        receipt.files[str(path)] = before
    receipt.folders[:] = [folder for folder in receipt.folders if Path(folder).exists()]
    write_receipt(receipt, machine)


def _fate_of(step: PutFile, receipt: Receipt, there: bytes | None) -> Fate:
    """Whether a file is to be put, is there already, or is left because what stands there is not ours any more."""
    if there is None:
        return "done"
    if there == step.content:
        return "same"
    return "done" if receipt.files.get(str(step.path)) == digest(there) else "left"


def _run(step: Run, receipt: Receipt, machine: Machine, shell: Shell) -> Outcome:
    if step.undo:
        receipt.commands.append(list(step.undo))
        write_receipt(receipt, machine)
    code, output = shell(step.do)
    if code == 0 and step.proof in output:
        return Outcome("done", str(step))
    if step.undo:
        receipt.commands.remove(list(step.undo))
        write_receipt(receipt, machine)
    reason = output.splitlines()[-1].rstrip(".") if output else f"exit code {code}"
    return Outcome("failed" if step.needed else "know", f"{shown(step.do)} did not work: {reason}. {step.otherwise}")


def _undo_commands(receipt: Receipt, machine: Machine, shell: Shell, *, quiet: bool) -> Iterator[Outcome]:
    """Run the commands of a receipt, last first. One that fails is told unless ``quiet``, and forgotten: what it
    was to undo is not there any more.
    """
    for command in reversed(receipt.commands.copy()):
        code, output = shell(tuple(command))
        receipt.commands.remove(command)
        write_receipt(receipt, machine)
        words = f"run {shown(tuple(command))}"
        if code and not quiet:
            yield Outcome("know", f"{words} did not work: {output or code}")
        elif not quiet:
            yield Outcome("done", words)


def _take_away(path: Path, receipt: Receipt, machine: Machine) -> Outcome:
    """Remove a file if it is as it was put; either way the receipt forgets it."""
    content = machine.disk.content(path)
    if content is None and not path.exists():
        outcome = Outcome("same", f"{path} was gone already")
    elif content is not None and digest(content) == receipt.files[str(path)]:
        try:
            path.unlink()
        except OSError as error:
            return Outcome("failed", f"{path} cannot be removed ({error.strerror or error})")
        outcome = Outcome("done", f"take away {path}")
    else:
        outcome = Outcome("left", _left(path))
    del receipt.files[str(path)]
    write_receipt(receipt, machine)
    return outcome


def _same(step: PutFile) -> str:
    return f"{step.path.name} is in {step.path.parent} already"


def _left(path: Path) -> str:
    return f"{path} is not as we put it, so it stays as it is; remove or rename it yourself to have ours"
