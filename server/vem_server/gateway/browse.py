"""A folder as a panel shows it: browsers tell no page where a chosen file lies, so the panel has its own chooser."""

from __future__ import annotations

import os
from typing import Any

from vem_plugin.stages import TIMELINES, VIDEOS
from vem_server.jobs.roots import Roots
from vem_server.protocol.errors import ServiceError

TAKE_FILE = "take.json"
"""As ``vem_plugin.take`` names it, which would load half the house."""
MOST = 2000
"""Most entries of a folder that are told."""


def folder_as_json(path: str | None, roots: Roots) -> dict[str, Any]:
    """Folders and edits in a folder below a root; without a path the roots themselves.

    Returns
    -------
    dict
        ``path``, ``parent`` (None at the top), ``folders`` (name, path) and ``edits`` (name, path, modified in
        seconds since 1970, and whether it is a timeline that we scored), each sorted by name.

    Raises
    ------
    ServiceError
        ``path_refused`` or ``no_such_file``.
    """
    if path is None:
        tops = [{"name": top.name or str(top), "path": str(top)} for top in roots.folders]
        return {"path": None, "parent": None, "folders": tops, "edits": []}
    place = roots.confined(path)
    folders: list[dict[str, Any]] = []
    edits: list[dict[str, Any]] = []
    try:
        with os.scandir(place) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name.lower())[:MOST]:
                _sort_in(entry, roots, folders, edits)
    except OSError as error:
        raise ServiceError("no_such_file", "The folder cannot be read.", where=path) from error
    parent = None if place in roots.folders else str(place.parent)
    return {"path": str(place), "parent": parent, "folders": folders, "edits": edits}


def _sort_in(entry: os.DirEntry[str], roots: Roots, folders: list[dict[str, Any]], edits: list[dict[str, Any]]) -> None:
    """Put an entry where it belongs; what is hidden, or leads out of the roots, nowhere."""
    try:
        place = roots.confined(entry.path)
        suffix = place.suffix.lower()
        if suffix in TIMELINES or suffix in VIDEOS:
            scored = (place.with_suffix("") / TAKE_FILE).is_file()
            told = {"name": entry.name, "path": entry.path, "modified": entry.stat().st_mtime, "scored": scored}
            edits.append(told)
        elif entry.is_dir() and not (place / TAKE_FILE).is_file():
            folders.append({"name": entry.name, "path": entry.path})
    except (OSError, ServiceError):
        return
