"""The daemon's answer as something to place: its JSON into a `MusicClip`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from vem_timeline import MusicClip, MusicMarker


def music_of(take: Mapping[str, Any]) -> MusicClip:
    """The mix of a take, with its markers.

    Parameters
    ----------
    take : Mapping
        A take as ``vem score --json`` prints it and as the daemon answers (``vem_server.as_json.scored_as_json``).
    """
    return MusicClip(
        audio=Path(take["mix"]),
        duration=Fraction(take["samples"], take["sample_rate"]),
        name=f"{Path(take['folder']).name} music",
        take_id=take["take"],
        markers=tuple(
            MusicMarker(Fraction(marker["time"]), marker["name"], marker["color"], marker["comment"])
            for marker in take["markers"]
        ),
        sample_rate=take["sample_rate"],
        time_reference=take["time_reference"],
    )
