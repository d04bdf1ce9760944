"""A watched folder: an edit that is dropped in finds its scored version beside it.

A file is taken up once it has stopped growing. What a file is, is told by the files around it: a timeline beside a take
of its own name is one that we wrote, and an edit whose checksum stands in a take's record is done. So nothing is
remembered, and the folder may be watched again after a week.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vem_adapters.errors import HostAbsent
from vem_adapters.files.folder_host import FolderHost
from vem_adapters.files.records import is_done, is_ours
from vem_adapters.round_trip import round_trip
from vem_server.protocol.errors import ServiceError
from vem_timeline import VemError
from vem_timeline.formats import SUFFIXES

if TYPE_CHECKING:
    from vem_server.client import Client

BRIEF = "brief.txt"
"""A file in the folder that says what the music should be, for every edit in it."""
AWAY = ("unreachable", "shutting_down", "queue_full")
"""What the daemon's absence looks like: no fault of the edit, which is tried again."""
REST = 10.0
"""Seconds until then."""
_Shape = tuple[int, int]


def watch(
    folder: Path,
    vem: Client,
    *,
    say: Callable[[str], None],
    brief: str = "",
    pause: float = 1.0,
    stop: threading.Event | None = None,
    on_progress: Callable[[Any], None] | None = None,
) -> None:
    """Score every edit that lies in a folder or is dropped into it, until told to stop.

    An edit that was changed since it was scored keeps its music, fitted to it. What goes wrong is said, and written
    beside the edit as ``NAME.failed.txt``; a changed edit is tried again.

    Parameters
    ----------
    folder : Path
        It is not searched any deeper.
    vem : Client
        The daemon's client.
    say : callable
        How the user is told what happens.
    brief : str
        What the music should be; without it, what ``brief.txt`` in the folder says.
    pause : float
        Seconds between two looks. A file is whole when it looks the same twice.
    stop : Event, optional
        Set it to stop after the edit at hand.
    on_progress : callable, optional
        Called with the state of each job whenever it moves.

    Raises
    ------
    HostAbsent
        If the folder is taken away.
    """
    stop = stop or threading.Event()
    seen: dict[Path, _Shape] = {}
    failed: dict[Path, _Shape] = {}
    while not stop.is_set():
        shapes = dict(_edits(folder))
        for edit, shape in shapes.items():
            if stop.is_set():
                return
            if seen.get(edit) != shape or failed.get(edit) == shape or is_done(edit):
                continue
            try:
                _score(edit, vem, brief or _brief_of(folder), say, on_progress)
            except VemError as error:
                say(f"{edit.name}: {error}")
                if isinstance(error, ServiceError) and error.code in AWAY:
                    stop.wait(REST)
                    continue
                failed[edit] = shape
                _note(edit).write_text(f"{error}\n", encoding="utf-8")
        seen = shapes
        stop.wait(pause)


def _score(edit: Path, vem: Client, brief: str, say: Callable[[str], None], on_progress: Any) -> None:
    host = FolderHost(edit, say=say)
    if host.scored:
        say(f"{edit.name}: the same music, fitted to the changed edit")
        round_trip(host, vem, edit.parent, task="reconform", on_progress=on_progress)
    else:
        say(f"{edit.name}: writing music")
        round_trip(host, vem, edit.parent, wishes={"brief": brief}, on_progress=on_progress)
    _note(edit).unlink(missing_ok=True)


def _note(edit: Path) -> Path:
    return edit.with_name(f"{edit.stem}.failed.txt")


def _edits(folder: Path) -> Iterator[tuple[Path, _Shape]]:
    """Timelines in a folder that are not ours, with size and time of the last change, by which growth shows."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise HostAbsent("The watched folder is gone.", where=str(folder), remedy="Bring it back.") from error
    for path in entries:
        if path.name.startswith(".") or path.suffix.lower() not in SUFFIXES or is_ours(path):
            continue
        try:
            parts = [entry.stat() for entry in ([path, *path.rglob("*")] if path.is_dir() else [path])]
        except FileNotFoundError:  # it was taken away while we looked
            continue
        size = sum(part.st_size for part in parts)
        if size:
            yield path, (size, max(part.st_mtime_ns for part in parts))


def _brief_of(folder: Path) -> str:
    try:
        return " ".join((folder / BRIEF).read_text(encoding="utf-8").split())
    except FileNotFoundError:
        return ""
