"""Cleaning up after a job that was ended in the middle: what is half there goes, what is whole stays.

Before anything appears on disk, its job notes it in the journal (`JobLedger`). A batch of targets is whole when all of
them are there; takes are, for one, a folder and then the timeline that holds it. Only the standard library is needed,
so that the daemon can do this without loading anything.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from vem_server.jobs.journal import Journal, Trace

LEEWAY = 2.0
"""Seconds by which file times and our clock may differ (FAT counts in twos)."""


class JobLedger:
    """Notes what one job makes; a ``vem_plugin.drafts.Ledger``."""

    def __init__(self, journal: Journal, job: str) -> None:
        self._journal = journal
        self._job = job

    def opening(self, folder: Path) -> str:
        """A hidden folder is about to be made inside ``folder``; gives the first letters of its name."""
        self._journal.trace(self._job, "folder", folder.resolve())
        return _prefix_of(self._job)

    def promising(self, *targets: Path, draft: Path | None) -> None:
        """Targets are about to appear, in order; ``draft`` is what becomes the first of them."""
        inode = None if draft is None else draft.stat().st_ino
        self._journal.trace(self._job, "target", *(target.absolute() for target in targets), inode=inode)

    def touching(self, *files: Path) -> None:
        """Files are about to be replaced in place."""
        for file in files:
            self._journal.trace(self._job, "touched", file.absolute())

    def remember(self, name: str, value: str) -> str:
        """What the job found out; if it is started again, it gets the first value back."""
        return self._journal.remember(self._job, name, value)

    def recall(self, name: str) -> str | None:
        """What an earlier start of this job remembered."""
        return self._journal.recall(self._job, name)

    def whole(self) -> list[tuple[Path, ...]]:
        """Batches of targets that an earlier start of this job has brought to their end."""
        batches = _batches(self._journal.traces_of(self._job))
        return [tuple(trace.path for trace in batch) for batch in batches if _is_whole(batch)]

    def discard(self, first: Path) -> None:
        """Throw away the batch that begins with a path: it cannot be used, and is made again."""
        for batch in _batches(self._journal.traces_of(self._job)):
            if batch[0].path == first:
                _discard(batch)
                self._journal.forget_trace(self._job, batch[0].batch)


def sweep(journal: Journal, job: str) -> None:
    """Take away everything half-written that a job has left, whose process is gone."""
    traces = journal.traces_of(job)
    for trace in traces:
        if trace.kind == "folder":
            for place in trace.path.glob(f"{_prefix_of(job)}*"):
                shutil.rmtree(place, ignore_errors=True)
            journal.forget_trace(job, trace.batch)
        else:
            _remove_growing(trace)
    for batch in _batches(traces):
        if not _is_whole(batch):
            _discard(batch)
            journal.forget_trace(job, batch[0].batch)


def _prefix_of(job: str) -> str:
    return f".vem-{job}-"


def _batches(traces: list[Trace]) -> Iterator[list[Trace]]:
    targets = (trace for trace in traces if trace.kind == "target")
    for _, batch in groupby(targets, key=lambda trace: trace.batch):
        yield list(batch)


def _is_whole(batch: list[Trace]) -> bool:
    return all(_is_ours(trace) for trace in batch)


def _is_ours(trace: Trace) -> bool:
    """Whether what lies at a target was made by the job: its own draft, or at least not older than its promise."""
    try:
        found = trace.path.lstat()
    except OSError:
        return False
    if trace.inode is not None:
        return found.st_ino == trace.inode
    return found.st_mtime >= trace.moment - LEEWAY


def _discard(batch: list[Trace]) -> None:
    """Take away what is there of a batch, the last first: a folder goes after the timeline that points into it."""
    for trace in reversed(batch):
        if _is_ours(trace):
            _remove(trace.path)


def _remove_growing(trace: Trace) -> None:
    """Files that grow beside their place under a hidden name, as ``vem_timeline`` and ``vem_plugin`` write them."""
    name, folder = trace.path.name, trace.path.parent
    if not folder.is_dir():
        return
    for place in folder.iterdir():
        grows = place.name.startswith(f".{name}.") or (
            place.suffix == trace.path.suffix and place.name.startswith(f".{trace.path.stem}.")
        )
        if grows and _is_ours(replace(trace, path=place, inode=None)):
            _remove(place)


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
