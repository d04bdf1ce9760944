"""What the takes in a folder tell of the edits beside them; read from their records, without opening any music."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vem_plugin.checksum import sha256_of
from vem_timeline.formats import SUFFIXES, main_file_of

RECORD = "take.json"


def is_ours(timeline: Path) -> bool:
    """Whether a timeline is a scored one: it stands beside a take of its own name."""
    return (timeline.with_suffix("") / RECORD).is_file()


def is_done(edit: Path) -> bool:
    """Whether a take of this edit, as it is now, lies beside it; or the edit itself has just been taken away."""
    takes = list(_takes_of(edit))
    if not takes:
        return False
    try:
        checksum = sha256_of(main_file_of(edit))
    except FileNotFoundError:
        return True
    return any(record_of(folder).get("edit_sha256") == checksum for folder in takes)


def newest_scored(edit: Path) -> Path | None:
    """The scored timeline of the last take of an edit; None if it has none."""
    for folder in reversed(list(_takes_of(edit))):
        for suffix in (edit.suffix.lower(), *SUFFIXES):
            path = folder.with_name(f"{folder.name}{suffix}")
            if path.exists():
                return path
    return None


def record_of(folder: Path) -> dict[str, Any]:
    """The record of a take; empty if it is damaged, as one that is being written."""
    try:
        return json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _takes_of(edit: Path) -> Iterator[Path]:
    """Folders of the takes of an edit, by version."""
    version = re.compile(re.escape(edit.stem) + r"_v(\d+)")
    found = [
        (int(match[1]), place.parent)
        for place in edit.parent.glob(f"{glob.escape(edit.stem)}_v*/{RECORD}")
        if (match := version.fullmatch(place.parent.name))
    ]
    return (folder for _, folder in sorted(found))
