"""Versions of OpenTimelineIO's schemas: what is newer than a reader knows, told in the words it does know.

OpenTimelineIO refuses a file that holds one object of a newer schema than it was built with. Most such objects only
have more fields, and what an edit needs of them is where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vem_timeline.colors import COLORS, nearest_color

Json = dict[str, Any]

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "Timeline": ("tracks",),
    "Stack": ("children",),
    "Track": ("children", "kind"),
    "SerializableCollection": ("children",),
    "Clip": ("source_range",),
    "Gap": ("source_range",),
    "Transition": ("in_offset", "out_offset"),
    "Marker": ("marked_range",),
    "LinearTimeWarp": ("time_scalar",),
    "FreezeFrame": (),
    "TimeEffect": (),
    "Effect": (),
    "ExternalReference": ("target_url",),
    "GeneratorReference": (),
    "MissingReference": (),
}
"""What an edit needs of an object; with these in their places a newer version is read as the one that is known."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What became of a file's schemas.

    ``changed`` are those told as an older version, ``lowered`` those of them whose way down is only supposed to keep
    what an edit needs, and ``strange`` those that have no older version.
    """

    changed: set[str] = field(default_factory=set)
    lowered: set[str] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)


def lower(tree: Any, known: Mapping[str, int]) -> Versions:
    """Tell every object in a version that is known, in place. What lies in metadata is a program's own and stays.

    Parameters
    ----------
    tree : JSON value
        A timeline file.
    known : mapping of str to int
        Newest known version of each schema; an effect of another name becomes an ``Effect.1`` of that name.
    """
    versions = Versions()
    _lower(tree, known, versions, key="")
    return versions


def _lower(value: Any, known: Mapping[str, int], versions: Versions, *, key: str) -> None:
    if isinstance(value, list):
        for entry in value:
            _lower(entry, known, versions, key=key)
        return
    if not isinstance(value, dict):
        return
    schema = str(value.get("OTIO_SCHEMA", ""))
    name, _, version = schema.rpartition(".")
    if key == "effects" and name and name not in known:
        value["OTIO_SCHEMA"] = "Effect.1"
        value.setdefault("effect_name", name)
        versions.changed.add(schema)
    elif schema and not (name in known and version.isdecimal() and int(version) <= known[name]):
        if name in known and version.isdecimal() and _lowered(value, name, known[name]):
            versions.changed.add(schema)
            if (name, int(version)) not in _EXACT:
                versions.lowered.add(schema)
        else:
            versions.strange.add(schema)
    for inner_key, inner in value.items():
        if inner_key not in ("metadata", "OTIO_SCHEMA"):
            _lower(inner, known, versions, key=inner_key)


def _lowered(value: Json, name: str, version: int) -> bool:
    """Whether an object could be told in an older version."""
    needed = _NEEDED.get(name)
    if needed is None or any(key not in value for key in needed):
        return False
    step = _STEPS.get((name, version))
    if step is not None and not step(value):
        return False
    value["OTIO_SCHEMA"] = f"{name}.{version}"
    return True


def _marker_with_color_name(marker: Json) -> bool:
    """Marker.3 has a colour of red, green and blue, or none; Marker.2 one of eleven names."""
    color = marker.get("color")
    if isinstance(color, dict):
        marker["color"] = _color_name(color)
    elif color is None:
        marker.pop("color", None)
    return True


def _color_name(color: Json) -> str:
    """Its own name if that is one of the eleven, else the nearest of them."""
    name = str(color.get("name") or "").upper()
    if name in dict(COLORS):
        return name
    return nearest_color(*(float(color.get(part) or 0.0) for part in "rgb"))


def _clip_with_one_reference(clip: Json) -> bool:
    """Clip.2 has several media and says which is used; Clip.1 has that one."""
    references = clip.pop("media_references", None)
    active = clip.pop("active_media_reference_key", None)
    if isinstance(references, dict):
        clip["media_reference"] = references.get(active)
    return True


_STEPS: Mapping[tuple[str, int], Callable[[Json], bool]] = {
    ("Marker", 2): _marker_with_color_name,
    ("Clip", 1): _clip_with_one_reference,
}
"""How an object comes down to a version from any newer one."""
_EXACT = {("Marker", 3), ("Clip", 2)}
"""Versions whose way down is known to lose nothing that an edit needs, so that nobody need be told."""


def marker_color(name: str, version: int) -> str | Json:
    """A colour of the eleven as a marker of a version writes it."""
    if version < 3:
        return name
    red, green, blue = dict(COLORS)[name]
    return {"OTIO_SCHEMA": "Color.1", "r": red, "g": green, "b": blue, "a": 1.0, "name": name.capitalize()}
