"""A timeline file on disk: its text, and the OpenTimelineIO timeline in it.

``.otio`` is JSON; ``.otioz`` is a zip with the same JSON as ``content.otio`` and the media under ``media/``; ``.otiod``
is a folder of the same shape. What is inside decides, not the suffix. Foreign exceptions end here and become
`UnreadableTimeline`.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio

from vem_timeline.colors import COLORS, nearest_color
from vem_timeline.errors import EmptyTimeline, UnreadableTimeline
from vem_timeline.pick import picked
from vem_timeline.splice import depth_of, loaded

CONTENT = "content.otio"
"""Name of the timeline inside an .otioz bundle."""

_LARGEST = 512 * 2**20
"""Bytes of JSON; ten thousand clips take about 30 MB."""
_DEEPEST = 400
"""Brackets inside brackets; OpenTimelineIO's own parser recurses, and damaged files must not exhaust its stack."""
_SCHEMA = re.compile(r'"OTIO_SCHEMA"\s*:\s*"([^"]*)"')
_SOUND_SCHEMA = re.compile(r"[^.\s]+\.[1-9]\d{0,3}")
_UNREADABLE = (otio.exceptions.OTIOError, ValueError, KeyError, TypeError, IndexError, RuntimeError)
_VALUE_SCHEMAS = ("RationalTime", "TimeRange", "TimeTransform", "Box2d", "V2d", "Filler", "Sequence")
_EXPORT_AGAIN = "Export the edit as OpenTimelineIO (.otio) again."


@dataclass(frozen=True, slots=True)
class Document:
    """A timeline file that was read. ``members`` are the files of an .otioz bundle, None for an .otio."""

    path: Path
    text: str
    timeline: otio.schema.Timeline
    members: frozenset[str] | None = None


def open_document(path: Path, *, timeline: str | None = None) -> Document:
    """Read a timeline file; ``timeline`` names one of several.

    Raises
    ------
    UnreadableTimeline
        If the file is missing, broken, no timeline, or of a newer format than is understood.
    """
    text, members = text_of_file(path)
    return Document(path=path, text=text, timeline=timeline_of_text(text, path, wanted=timeline), members=members)


def timeline_of_text(text: str, path: Path, *, wanted: str | None = None) -> otio.schema.Timeline:
    """The timeline that a JSON text holds, of the name ``wanted`` if given; raises as `open_document`."""
    return _timeline_in(_parse(text, path), path, wanted)


def text_of_file(path: Path) -> tuple[str, frozenset[str] | None]:
    """JSON text of a timeline file, and the members of the bundle it lies in (None for a bare .otio)."""
    try:
        if path.is_dir():
            return (path / CONTENT).read_bytes().decode("utf-8"), None
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as bundle:
                if bundle.getinfo(CONTENT).file_size > _LARGEST:
                    raise UnreadableTimeline(
                        "The timeline in the bundle is larger than any edit.",
                        where=str(path),
                        remedy="Export the edit as .otioz again.",
                    )
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
    except (zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError, zlib.error) as error:
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
    if depth_of(text) > _DEEPEST:
        raise UnreadableTimeline("The timeline is nested deeper than any edit.", where=str(path), remedy=_EXPORT_AGAIN)
    tree = _tree_of(text, path)
    try:
        return otio.adapters.read_from_string(text, "otio_json")
    except _UNREADABLE as error:
        understood = _in_known_schemas(tree, path, error)
    try:
        return otio.adapters.read_from_string(understood, "otio_json")
    except _UNREADABLE as error:
        raise UnreadableTimeline(
            f"The timeline is broken: {_first_line(error)}.", where=str(path), remedy=_EXPORT_AGAIN
        ) from error


def _tree_of(text: str, path: Path) -> dict[str, Any]:
    """The JSON of a timeline. The library sees only what is sound: broken JSON, or a Clip.0, can crash it."""
    try:
        tree = loaded(text)
    except (ValueError, RecursionError) as error:
        if "{" not in text[:100]:
            raise _not_a_timeline(path) from error
        raise UnreadableTimeline(
            f"The timeline is broken JSON: {_first_line(error)}.", where=str(path), remedy=_EXPORT_AGAIN
        ) from error
    if not isinstance(tree, dict) or "OTIO_SCHEMA" not in tree:
        raise _not_a_timeline(path)
    odd = next((name for name in _SCHEMA.findall(text) if not _SOUND_SCHEMA.fullmatch(name)), None)
    if odd is not None:
        raise UnreadableTimeline(
            f"The timeline holds '{odd[:40]}', which is no kind of object.", where=str(path), remedy=_EXPORT_AGAIN
        )
    return tree


def _in_known_schemas(tree: dict[str, Any], path: Path, cause: Exception) -> str:
    """Rewrite in known terms what a newer OpenTimelineIO writes (Marker.3) and effects unknown to it."""
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
    elif schema and key != "metadata" and not (name in known and version.isdecimal() and int(version) <= known[name]):
        strange.add(schema)
    for inner_key, inner in value.items():
        # Whatever lies in metadata is the application's own and is passed over as it is.
        if inner_key not in ("metadata", "OTIO_SCHEMA"):
            _translate(inner, known, strange, key=inner_key)


def _color_name(color: dict[str, Any]) -> str:
    """Name of a Marker.3 colour: its own if it is one of the eleven, else the nearest of them."""
    name = str(color.get("name", "")).upper()
    if name in dict(COLORS):
        return name
    return nearest_color(*(float(color.get(part, 0.0)) for part in "rgb"))


def _timeline_in(root: Any, path: Path, wanted: str | None) -> otio.schema.Timeline:
    """The timeline in what a file holds, the one of a name or the only one."""
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
    timeline = picked(timelines, wanted, path, name_of=lambda entry: entry.name)
    if timeline.tracks is None or len(timeline.tracks) == 0:
        raise EmptyTimeline("The timeline has no tracks.", where=str(path), remedy="Put a picture on a track.")
    return timeline


def _not_a_timeline(path: Path) -> UnreadableTimeline:
    return UnreadableTimeline(
        "This is no timeline.",
        where=str(path),
        remedy="Export the edit as OpenTimelineIO (.otio), FCPXML, Final Cut 7 XML or EDL.",
    )


def _first_line(error: BaseException) -> str:
    """First sentence of a foreign message, less C++ type names."""
    message = str(error).strip().strip('"').splitlines()[0] if str(error).strip() else type(error).__name__
    return re.sub(r"\s*\(of type '[^']*'\)", "", message).rstrip(".")
