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

from vem_timeline.errors import EmptyTimeline, UnreadableTimeline
from vem_timeline.pick import picked
from vem_timeline.schemas import lower
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
_VALUE_SCHEMAS = ("RationalTime", "TimeRange", "TimeTransform", "Box2d", "V2d", "Color", "Filler", "Sequence")
_EXPORT_AGAIN = "Export the edit as OpenTimelineIO (.otio) again."


@dataclass(frozen=True, slots=True)
class Document:
    """A timeline file that was read.

    ``members`` are the files of a bundle, None for an .otio; ``newer`` are schemas beyond those that are known, which
    were read as the newest known ones.
    """

    path: Path
    text: str
    timeline: otio.schema.Timeline
    members: frozenset[str] | None = None
    newer: frozenset[str] = frozenset()


def open_document(path: Path, *, timeline: str | None = None) -> Document:
    """Read a timeline file; ``timeline`` names one of several.

    Raises
    ------
    UnreadableTimeline
        If the file is missing, broken, no timeline, or of a newer format than is understood.
    """
    text, members = text_of_file(path)
    root, newer = _parse(text, path)
    return Document(path, text, _timeline_in(root, path, timeline), members, newer)


def timeline_of_text(text: str, path: Path, *, wanted: str | None = None) -> otio.schema.Timeline:
    """The timeline that a JSON text holds, of the name ``wanted`` if given; raises as `open_document`."""
    return _timeline_in(_parse(text, path)[0], path, wanted)


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


def _parse(text: str, path: Path) -> tuple[Any, frozenset[str]]:
    text = text.removeprefix("\ufeff")
    if depth_of(text) > _DEEPEST:
        raise UnreadableTimeline("The timeline is nested deeper than any edit.", where=str(path), remedy=_EXPORT_AGAIN)
    tree = _tree_of(text, path)
    try:
        return otio.adapters.read_from_string(text, "otio_json"), frozenset()
    except _UNREADABLE as error:
        understood, newer = _in_known_schemas(tree, path, error)
    try:
        return otio.adapters.read_from_string(understood, "otio_json"), newer
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


def _in_known_schemas(tree: dict[str, Any], path: Path, cause: Exception) -> tuple[str, frozenset[str]]:
    """A newer OpenTimelineIO's file in known terms, and the schemas that were read as older ones."""
    versions = lower(tree, known_schemas())
    if versions.strange:
        raise UnreadableTimeline(
            f"The timeline holds {', '.join(sorted(versions.strange))}, which this version does not understand.",
            where=str(path),
            remedy="Export it in an older OpenTimelineIO version (0.18), or update this program.",
        ) from cause
    return json.dumps(tree), frozenset(versions.lowered)


def known_schemas() -> dict[str, int]:
    """Newest version of every schema that the library in use reads."""
    return {**dict.fromkeys(_VALUE_SCHEMAS, 1), **otio.core.type_version_map()}


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
