"""Requests from outside are confined to the roots, whatever field a path stands in."""

from __future__ import annotations

import os
from pathlib import Path

from vem_plugin.models.shelf import model_folder_of
from vem_server.jobs.roots import Roots
from vem_server.protocol.messages import JobRequest

_PATHS = ("edit", "new_edit", "out", "model", "picture_encoder")


def confine(request: JobRequest, roots: Roots) -> None:
    """Refuse a request that names a file outside the roots.

    A model may also be one that the user has put onto the shelf: by its name, or as its folder there.

    Raises
    ------
    ServiceError
        ``path_refused``.
    """
    for name in _PATHS:
        path = getattr(request, name, None)
        if path is not None and not (name == "model" and model_folder_of(path)):
            roots.confined(path)
    theme = getattr(request, "theme", None)
    if theme is not None and _may_be_path(theme):
        roots.confined(theme)


def _may_be_path(theme: str) -> bool:
    """Whether a theme may be read as a file or folder instead of as notes."""
    path = Path(theme)
    return path.is_absolute() or path.suffix.lower() in (".mid", ".midi") or os.path.exists(theme)
