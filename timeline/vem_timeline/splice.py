"""Changing one place of a JSON text and leaving every other character as it is.

Parsing and writing back would reformat numbers, lose line ends, and upgrade schemas on the way. So the place
is found in the text, and text is put there.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}]+")
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_ODD_NUMBER = re.compile(r'("(?:[^"\\]|\\.)*")|-?\b(?:[Ii]nf|nan)\b', re.DOTALL)
"""OpenTimelineIO reads and writes infinities that JSON does not know."""


@dataclass(frozen=True, slots=True)
class JsonSpan:
    """A value in a JSON text: its first character and the one after its last."""

    start: int
    end: int


def loaded(text: str) -> Any:
    """The value of a JSON text, with the odd numbers that OpenTimelineIO accepts.

    Raises
    ------
    ValueError
        If it is no JSON, or says in one place twice what an object of OpenTimelineIO's is.
    """
    try:
        return json.loads(text, object_pairs_hook=_told_once)
    except ValueError:
        odd = _ODD_NUMBER.sub(lambda match: match.group(1) or "NaN", text)
        return json.loads(odd, object_pairs_hook=_told_once)


def _told_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of these members. Two objects under one name crash OpenTimelineIO, and which one counts is open."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    counts = Counter(key for key, _ in pairs)
    twice = next((key for key, value in pairs if counts[key] > 1 and '"OTIO_SCHEMA"' in json.dumps(value)), None)
    if twice is not None:
        raise ValueError(f"it says '{twice[:40]}' twice in one place")
    return made


def depth_of(text: str) -> int:
    """How deep the brackets of a JSON text stand in each other."""
    depth = deepest = 0
    for token in _BRACKET.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
        deepest = max(deepest, depth)
    return deepest


def value_at(text: str, span: JsonSpan) -> Any:
    """The value a span holds."""
    return loaded(text[span.start : span.end])


def start_of_root(text: str) -> int:
    """Where the one value of a JSON text begins."""
    return _skip_space(text, 1 if text.startswith("\ufeff") else 0)


def member_at(text: str, start: int, key: str) -> int | None:
    """Where the value of a key begins, in the object that begins at ``start``; None if the key is not there."""
    if text[start] != "{":
        raise ValueError(f"no object at character {start}")
    at = _skip_space(text, start + 1)
    while text[at] != "}":
        name = JsonSpan(at, _end_of(text, at))
        value = _skip_space(text, _skip_space(text, name.end) + 1)  # past the colon
        if value_at(text, name) == key:
            return value
        at = _past_comma(text, _end_of(text, value))
    return None


def entries_at(text: str, start: int) -> list[JsonSpan]:
    """Entries of the array that begins at ``start``."""
    if text[start] != "[":
        raise ValueError(f"no array at character {start}")
    entries = []
    at = _skip_space(text, start + 1)
    while text[at] != "]":
        entries.append(JsonSpan(at, _end_of(text, at)))
        at = _past_comma(text, entries[-1].end)
    return entries


def appended(text: str, entries: list[JsonSpan], entry: str) -> str:
    """The text with one more entry after those of an array (at least one), laid out as they are."""
    opening = text.rindex("[", 0, entries[0].start)
    between = text[opening + 1 : entries[0].start]
    end = entries[-1].end
    return f"{text[:end]},{between}{_laid_out(entry, between)}{text[end:]}"


def replaced(text: str, span: JsonSpan, entry: str) -> str:
    """The text with another value in place of the one at ``span``."""
    line = text.rfind("\n", 0, span.start)
    before = text[line + 1 : span.start]
    newline = "\r\n" if line > 0 and text[line - 1] == "\r" else "\n"
    indent = newline + before if line >= 0 and before.strip() == "" else ""
    return text[: span.start] + _laid_out(entry, indent) + text[span.end :]


def without(text: str, entries: list[JsonSpan], index: int) -> str:
    """The text with one of an array's entries taken out, together with one comma."""
    if len(entries) == 1:
        return text[: entries[0].start] + text[entries[0].end :]
    if index == 0:
        return text[: entries[0].start] + text[entries[1].start :]
    return text[: entries[index - 1].end] + text[entries[index].end :]


def _laid_out(entry: str, between: str) -> str:
    """An entry laid out as its neighbours: as deep, with their line ends, or on one line."""
    if "\n" not in between:
        return re.sub(r"\n\s*", "", entry)
    newline = "\r\n" if "\r\n" in between else "\n"
    indent = between.rpartition("\n")[2]
    return entry.replace("\n", newline + indent)


def _end_of(text: str, start: int) -> int:
    """End of the value that starts at a place."""
    try:
        return _DECODER.raw_decode(text, start)[1]
    except ValueError:
        return _end_by_brackets(text, start)


def _end_by_brackets(text: str, start: int) -> int:
    """The same without understanding the values: for the odd numbers that OpenTimelineIO accepts."""
    if text[start] not in "{[":
        found = (_STRING if text[start] == '"' else _SCALAR).match(text, start)
        if found is None:
            raise ValueError(f"no value at character {start}")
        return found.end()
    depth = 0
    for token in _BRACKET.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
        if depth == 0:
            return token.end()
    raise ValueError(f"the value at character {start} does not end")


def _past_comma(text: str, at: int) -> int:
    at = _skip_space(text, at)
    return _skip_space(text, at + 1) if text[at] == "," else at


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at
