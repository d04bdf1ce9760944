"""What an item says about itself: markers, notes and roles, in the dialects of the applications.

Applications keep the text of a marker in different places: DaVinci Resolve in ``metadata.Resolve_OTIO.Note``,
Kdenlive and Premiere in ``comment``, converters from Final Cut 7 XML in ``metadata.fcp_xml.comment``.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from vem_timeline.clock import exact_rate
from vem_timeline.exact_time import seconds_of_time
from vem_timeline.tree import Mark

_COMMENT_KEYS = frozenset({"note", "notes", "comment", "comments"})
_NOTE_KEYS = frozenset(
    {"note", "notes", "comment", "comments", "description", "keywords", "scene", "shot", "lognote", "mood"}
)
_ROLE_KEYS = frozenset({"role", "roles", "audiorole", "videorole"})
_DEEPEST = 4


def marks_of_item(item: Any, *, where: object) -> tuple[Mark, ...]:
    """Markers on an OpenTimelineIO item, in the item's own time.

    A marker of at most one frame of its own rate is a point: DaVinci Resolve gives point markers one frame.
    """
    marks = []
    for marker in item.markers:
        span = marker.marked_range
        duration = max(seconds_of_time(span.duration, where=where), Fraction(0))
        if duration and 6 <= span.duration.rate <= 300 and duration <= 1 / exact_rate(span.duration.rate):
            duration = Fraction(0)
        marks.append(
            Mark(
                time=seconds_of_time(span.start_time, where=where),
                duration=duration,
                name=marker.name,
                comment=_comment_of(marker),
                color=str(marker.color or ""),
            )
        )
    return tuple(marks)


def labels_of_metadata(metadata: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Notes and roles that an item's metadata holds, each once, in their order."""
    notes: dict[str, None] = {}
    roles: dict[str, None] = {}
    for key, text in _texts_in(metadata):
        if key in _NOTE_KEYS:
            notes[text] = None
        elif key in _ROLE_KEYS:
            roles[text] = None
    return tuple(notes), tuple(roles)


def _comment_of(marker: Any) -> str:
    """Every comment a marker carries, each once."""
    texts = {str(marker.comment or "").strip(): None}
    texts |= {text: None for key, text in _texts_in(marker.metadata) if key in _COMMENT_KEYS}
    return " ".join(text for text in texts if text and text != marker.name.strip())


def _texts_in(metadata: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Lower-case key and text of every non-empty string in nested metadata."""
    for key, value in metadata.items():
        name = str(key).lower().replace(" ", "").replace("_", "").lstrip("@")
        if isinstance(value, str):
            if value.strip():
                yield name, value.strip()
        elif hasattr(value, "items"):
            if depth < _DEEPEST:
                yield from _texts_in(value, depth + 1)
        elif hasattr(value, "__iter__"):
            yield from ((name, entry.strip()) for entry in value if isinstance(entry, str) and entry.strip())
