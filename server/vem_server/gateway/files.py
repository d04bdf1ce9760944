"""Files of the user's own, for a panel to show and play; and a dropped file taken in.

What is served lies below an allowed root once every link is followed, is a regular file, and is of a kind that panels
show: a stolen token gives sound and pictures, not keys and letters.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from platformdirs import user_documents_path
from starlette.responses import FileResponse, Response

from vem_server.jobs.roots import Roots
from vem_server.protocol import places
from vem_server.protocol.errors import ServiceError
from vem_timeline.formats import SUFFIXES

KINDS = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".mid": "audio/midi",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".otio": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/plain; charset=utf-8",
    ".edl": "text/plain; charset=utf-8",
    ".xml": "text/plain; charset=utf-8",
    ".fcpxml": "text/plain; charset=utf-8",
}
"""Suffixes that are served, and as what. XML goes as text, which runs nothing."""
LARGEST_EDIT = 64 * 1024 * 1024
"""Longest file that is taken in, bytes."""
FOLDERS = (".otiod", ".fcpxmld")
"""Edits that are folders, which no browser sends whole."""


def file_at(path: str, roots: Roots) -> Path:
    """Where a file that may be served truly lies.

    Raises
    ------
    ServiceError
        ``path_refused`` or ``no_such_file``.
    """
    place = roots.confined(path)
    if place.suffix.lower() not in KINDS:
        raise ServiceError("path_refused", "Files of this kind are not served.", where=path)
    try:
        found = place.lstat()
    except OSError as error:
        raise ServiceError("no_such_file", where=path, remedy="Check the path.") from error
    if not stat.S_ISREG(found.st_mode):
        raise ServiceError("no_such_file", "This is no file.", where=path)
    return place


def serve_file(place: Path) -> Response:
    """A file, or the range of it that is asked for."""
    return FileResponse(place, media_type=KINDS[place.suffix.lower()], stat_result=os.stat(place))


def edits_folder(roots: Roots) -> Path:
    """Where dropped edits go: to the user's documents, since what is written beside them is to be found.

    Where those are out of bounds, and for a service that has a home of its own, to the service's folder.
    """
    if not os.environ.get("VEM_HOME"):
        with suppress(ServiceError):
            return roots.confined(user_documents_path() / "VEM Music")
    return roots.confined(places.data_folder() / "edits")


def take_in(name: str, content: bytes, roots: Roots) -> Path:
    """Keep a dropped edit, whole or not at all; the same one again is the same file.

    Parameters
    ----------
    name : str
        As the page knows it; a path in it is left out.

    Returns
    -------
    Path
        In a folder of its own, which is named after the content.

    Raises
    ------
    ServiceError
        ``invalid`` for what is no edit by its name, ``path_refused`` if there is no place for it.
    """
    plain = re.sub(r'[\x00-\x1f<>:"|?*]', "_", re.split(r"[/\\]", name)[-1]).strip(" .")
    suffix = Path(plain).suffix.lower()
    if not Path(plain).stem or suffix not in SUFFIXES or suffix in FOLDERS or len(os.fsencode(plain)) > 200:
        raise ServiceError(
            "invalid",
            "By its name this is no edit that can be taken in.",
            where=name[:200],
            remedy=f"{', '.join(SUFFIXES)}",
        )
    target = edits_folder(roots) / hashlib.sha256(content).hexdigest()[:12] / plain
    if target.exists():
        return target
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".taking-in-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(draft, target)
    except OSError as error:
        raise ServiceError("path_refused", "The edit cannot be kept.", where=str(target.parent)) from error
    return target
