"""A timeline file on disk: its text, and the OpenTimelineIO timeline in it.

``.otio`` is JSON; ``.otioz`` is a zip with the same JSON as ``content.otio`` and the media under ``media/``.
What is inside decides, not the suffix. Foreign exceptions end here and become `UnreadableTimeline`.
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio

from vem_timeline.errors import EmptyTimeline, UnreadableTimeline
from vem_timeline.splice import loaded

CONTENT = "content.otio"
"""Name of the timeline inside an .otioz bundle."""

_OTHER_FORMATS = {
    ".xml",
    ".fcpxml",
    ".fcpxmld",
    ".edl",
    ".aaf",
    ".prproj",
    ".drp",
    ".drt",
    ".kdenlive",
    ".mlt",
    ".xges",
}
_UNREADABLE = (otio.exceptions.OTIOError, ValueError, KeyError, TypeError, IndexError, RuntimeError)
_VALUE_SCHEMAS = ("RationalTime", "TimeRange", "TimeTransform", "Box2d", "V2d", "Filler", "Sequence")
_EXPORT_AGAIN = "Export the edit as OpenTimelineIO (.otio) again."
_COLORS = (
    ("PINK", (1.0, 0.0, 0.75)), ("RED", (1.0, 0.0, 0.0)), ("ORANGE", (1.0, 0.5, 0.0)),
    ("YELLOW", (1.0, 1.0, 0.0)), ("GREEN", (0.0, 1.0, 0.0)), ("CYAN", (0.0, 1.0, 1.0)),
    ("BLUE", (0.0, 0.0, 1.0)), ("PURPLE", (0.5, 0.0, 0.5)), ("MAGENTA", (1.0, 0.0, 1.0)),
    ("BLACK", (0.0, 0.0, 0.0)), ("WHITE", (1.0, 1.0, 1.0)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A timeline file that was read. ``members`` are the files of an .otioz bundle, None for an .otio."""

    path: Path
    text: str
    timeline: otio.schema.Timeline
    members: frozenset[str] | None = None


def open_document(path: Path) -> Document:
    """Read a timeline file.

    Raises
    ------
    UnreadableTimeline
        If the file is missing, broken, no timeline, or of a newer format than is understood.
    """
    text, members = text_of_file(path)
    return Document(path=path, text=text, timeline=timeline_of_text(text, path), members=members)


def timeline_of_text(text: str, path: Path) -> otio.schema.Timeline:
    """The timeline that a JSON text holds; ``path`` is named in errors, those of `open_document`."""
    return _timeline_in(_parse(text, path), path)


def text_of_file(path: Path) -> tuple[str, frozenset[str] | None]:
    """JSON text of a timeline file, and the members of the bundle it lies in (None for a bare .otio)."""
    try:
        if path.is_dir():
            raise UnreadableTimeline("This is a folder, not a timeline.", where=str(path), remedy="Give an .otio file.")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as bundle:
                raw, members = bundle.read(CONTENT), frozenset(bundle.namelist())
        else:
            raw, members = path.read_bytes(), None
        text = raw.decode("utf-8")
    except FileNotFoundError as error:
        raise UnreadableTimeline("There is no such file.", where=str(path), remedy="Check the path.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableTimeline(
            f"The file cannot be read: {reason}.", where=str(path), remedy="Check its permissions."
        ) from error
    except KeyError as error:
        raise UnreadableTimeline(
            f"The bundle holds no {CONTENT}.", where=str(path), remedy="Export the edit as .otioz again."
        ) from error
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise UnreadableTimeline(
            f"The bundle is damaged: {error}.", where=str(path), remedy="Export the edit as .otioz again."
        ) from error
    except UnicodeDecodeError as error:
        raise _not_a_timeline(path) from error
    if not text.strip():
        raise EmptyTimeline("The file is empty.", where=str(path), remedy=_EXPORT_AGAIN)
    return text, members


def _parse(text: str, path: Path) -> Any:
    text = text.removeprefix("\ufeff")
    try:
        return otio.adapters.read_from_string(text, "otio_json")
    except _UNREADABLE as error:
        understood = _in_known_schemas(text, path, error)
    try:
        return otio.adapters.read_from_string(understood, "otio_json")
    except _UNREADABLE as error:
        raise UnreadableTimeline(
            f"The timeline is broken: {_first_line(error)}.", where=str(path), remedy=_EXPORT_AGAIN
        ) from error


def _in_known_schemas(text: str, path: Path, cause: Exception) -> str:
    """Rewrite in known terms what a newer OpenTimelineIO writes (Marker.3) and effects unknown to it."""
    try:
        tree = loaded(text)
    except (ValueError, RecursionError) as error:
        if path.suffix.lower() in _OTHER_FORMATS or "{" not in text[:100]:
            raise _not_a_timeline(path) from error
        raise UnreadableTimeline(
            f"The timeline is broken JSON: {_first_line(error)}.", where=str(path), remedy=_EXPORT_AGAIN
        ) from cause
    if not isinstance(tree, dict) or "OTIO_SCHEMA" not in tree:
        raise _not_a_timeline(path) from cause
    known = {**dict.fromkeys(_VALUE_SCHEMAS, 1), **otio.core.type_version_map()}
    strange: set[str] = set()
    _translate(tree, known, strange)
    if strange:
        raise UnreadableTimeline(
            f"The timeline holds {', '.join(sorted(strange))}, which this version does not understand.",
            where=str(path),
            remedy="Export it in an older OpenTimelineIO version (0.18), or update this program.",
        ) from cause
    return json.dumps(tree)


def _translate(value: Any, known: dict[str, int], strange: set[str], *, key: str = "") -> None:
    if isinstance(value, list):
        for entry in value:
            _translate(entry, known, strange, key=key)
        return
    if not isinstance(value, dict):
        return
    schema = str(value.get("OTIO_SCHEMA", ""))
    name, _, version = schema.rpartition(".")
    if name == "Marker" and isinstance(value.get("color"), dict):
        value["OTIO_SCHEMA"], value["color"] = "Marker.2", _color_name(value["color"])
    elif key == "effects" and name and name not in known:
        value["OTIO_SCHEMA"] = "Effect.1"
        value.setdefault("effect_name", name)
    elif schema and key != "metadata" and (name not in known or int(version or 0) > known[name]):
        strange.add(schema)
    for inner_key, inner in value.items():
        # Whatever lies in metadata is the application's own and is passed over as it is.
        if inner_key not in ("metadata", "OTIO_SCHEMA"):
            _translate(inner, known, strange, key=inner_key)


def _color_name(color: dict[str, Any]) -> str:
    """Name of a Marker.3 colour: its own if it is one of the eleven, else the nearest of them."""
    name = str(color.get("name", "")).upper()
    if name in dict(_COLORS):
        return name
    wanted = tuple(float(color.get(part, 0.0)) for part in "rgb")
    return min(_COLORS, key=lambda entry: sum((a - b) ** 2 for a, b in zip(wanted, entry[1], strict=True)))[0]


def _timeline_in(root: Any, path: Path) -> otio.schema.Timeline:
    """The one timeline in what a file holds."""
    if isinstance(root, otio.schema.Timeline):
        timelines = [root]
    elif isinstance(root, otio.schema.SerializableCollection):
        timelines = list(root.find_children(descended_from_type=otio.schema.Timeline))
    else:
        kind = root.schema_name() if isinstance(root, otio.core.SerializableObject) else "no OpenTimelineIO object"
        raise UnreadableTimeline(
            f"The file holds {kind}, not a timeline.",
            where=str(path),
            remedy="Export a whole timeline or sequence.",
        )
    if len(timelines) != 1:
        names = ", ".join(repr(timeline.name) for timeline in timelines)
        what = f"The file holds {len(timelines)} timelines: {names}." if timelines else "The file holds no timeline."
        raise UnreadableTimeline(what, where=str(path), remedy="Export one timeline into a file of its own.")
    if timelines[0].tracks is None or len(timelines[0].tracks) == 0:
        raise EmptyTimeline("The timeline has no tracks.", where=str(path), remedy="Put a picture on a track.")
    return timelines[0]


def _not_a_timeline(path: Path) -> UnreadableTimeline:
    suffix = path.suffix.lower()
    if suffix in _OTHER_FORMATS:
        what = f"Timelines are read as .otio or .otioz, not as {suffix}."
    else:
        what = "This is no OpenTimelineIO timeline."
    return UnreadableTimeline(what, where=str(path), remedy="Export the edit as OpenTimelineIO (.otio).")


def _first_line(error: BaseException) -> str:
    """First sentence of a foreign message, less C++ type names."""
    message = str(error).strip().strip('"').splitlines()[0] if str(error).strip() else type(error).__name__
    return re.sub(r"\s*\(of type '[^']*'\)", "", message).rstrip(".")
