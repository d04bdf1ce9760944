"""What a piece of work has at hand: whom it tells how far it is, and its ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vem_plugin.progress import Report
from vem_server.jobs.sweeping import JobLedger


@dataclass(frozen=True, slots=True)
class Bench:
    """A report, and the ledger of the job, if it is one that may be started again."""

    report: Report
    ledger: JobLedger | None

    def whole(self) -> list[tuple[Path, ...]]:
        """What an earlier start of the same job has finished: batches of paths that appeared together."""
        return [] if self.ledger is None else self.ledger.whole()

    def discard(self, first: Path) -> None:
        """Throw away the finished batch that begins with a path."""
        if self.ledger is not None:
            self.ledger.discard(first)

    def touching(self, *files: Path) -> None:
        """Files are about to be replaced in place."""
        if self.ledger is not None:
            self.ledger.touching(*files)

    def once(self, name: str, find: Callable[[], str]) -> str:
        """What ``find`` gave the first time this job was started, whatever it would give now."""
        if self.ledger is None:
            return find()
        known = self.ledger.recall(name)
        return self.ledger.remember(name, find()) if known is None else known
