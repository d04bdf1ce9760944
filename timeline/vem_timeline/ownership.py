"""How we know our own music track again in somebody else's timeline.

The track is named "VEM Music" and carries metadata under "vem". DaVinci Resolve drops unknown metadata on
import, so the names of our clip and its markers end in a short id as well: "BAR 12 · ab3f".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

TRACK_NAME = "VEM Music"
METADATA_KEY = "vem"
_ID_AT_END = re.compile(r" · [0-9a-f]{4}$")


def short_id(take_id: str) -> str:
    """Four hexadecimal digits that stand for a take in names."""
    head = take_id[:4].lower()
    if re.fullmatch(r"[0-9a-f]{4}", head):
        return head
    return hashlib.sha256(take_id.encode()).hexdigest()[:4]


def name_with_id(name: str, take_id: str) -> str:
    """A name that ends in the take's short id, once."""
    return name if carries_id(name) else f"{name} · {short_id(take_id)}"


def carries_id(name: str) -> bool:
    """Whether a name ends in a short id of ours."""
    return bool(_ID_AT_END.search(name))


def id_in(name: str) -> str:
    """The short id at the end of a name; empty if there is none."""
    found = _ID_AT_END.search(name)
    return found[0][-4:] if found else ""


def without_id(name: str) -> str:
    """A name without the short id at its end."""
    return _ID_AT_END.sub("", name)


def is_own_track(name: str, metadata: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether a track is one that we wrote.

    Parameters
    ----------
    name : str
        Name of the track. A track of another name is never ours.
    metadata : Mapping
        Metadata of the track.
    names : iterable of str
        Names of its clips and of the markers on them.
    """
    return name == TRACK_NAME and (METADATA_KEY in metadata or any(carries_id(entry) for entry in names))
