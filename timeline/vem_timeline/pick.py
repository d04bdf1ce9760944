"""Choosing one of several timelines in a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from vem_timeline.errors import UnreadableTimeline

Found = TypeVar("Found")


def picked(found: Sequence[Found], wanted: str | None, path: Path, *, name_of: Callable[[Found], str]) -> Found:
    """The timeline of a name, or the only one.

    Raises
    ------
    UnreadableTimeline
        If there is none, or several of which none is named; their names are listed.
    """
    names = [name_of(entry) or "untitled" for entry in found]
    listed = ", ".join(f"'{name}'" for name in names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    if wanted is not None:
        matches = [entry for entry, name in zip(found, names, strict=True) if name == wanted]
        if len(matches) == 1:
            return matches[0]
        number = f"{len(matches)} timelines" if matches else "no timeline"
        raise UnreadableTimeline(
            f"The file holds {number} of the name '{wanted}'.",
            where=str(path),
            remedy=f"It holds {listed or 'none at all'}.",
        )
    if not found:
        raise UnreadableTimeline(
            "The file holds no timeline.", where=str(path), remedy="Export a whole timeline or sequence."
        )
    if len(found) > 1:
        raise UnreadableTimeline(
            f"The file holds {len(found)} timelines: {listed}.",
            where=str(path),
            remedy="Choose one with --timeline NAME, or export one timeline into a file of its own.",
        )
    return found[0]
