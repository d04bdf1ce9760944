"""Changing one place of a JSON text and leaving every other character as it is.

Parsing and writing back would reformat numbers, lose line ends, and upgrade schemas on the way. So the place
is found in the text, and text is put there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
        If it is no JSON.
    """
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(_ODD_NUMBER.sub(lambda match: match.group(1) or "NaN", text))


def value_at(text: str, span: JsonSpan) -> Any:
    """The value a span holds."""
    return loaded(text[span.start : span.end])


def root_of(text: str) -> JsonSpan:
    """The one value of a JSON text."""
    start = _skip_space(text, 1 if text.startswith("\ufeff") else 0)
    return JsonSpan(start, _end_of(text, start))


def member_of(text: str, span: JsonSpan, key: str) -> JsonSpan | None:
    """Value of a key of the object at ``span``: the last one if the key is there twice, None if never."""
    found = None
    for name, value in _members(text, span):
        if name == key:
            found = value
    return found


def entries_of(text: str, span: JsonSpan) -> list[JsonSpan]:
    """Entries of the array at ``span``."""
    if text[span.start] != "[":
        raise ValueError(f"no array at character {span.start}")
    entries = []
    at = _skip_space(text, span.start + 1)
    while text[at] != "]":
        entry = JsonSpan(at, _end_of(text, at))
        entries.append(entry)
        at = _skip_space(text, entry.end)
        if text[at] == ",":
            at = _skip_space(text, at + 1)
    return entries


def appended(text: str, array: JsonSpan, entry: str) -> str:
    """The text with one more entry at the end of an array, laid out as its neighbours are."""
    entries = entries_of(text, array)
    if not entries:
        return text[: array.start + 1] + entry + text[array.end - 1 :]
    last = entries[-1]
    first = entries[0]
    between = text[array.start + 1 : first.start]
    return f"{text[: last.end]},{between}{_laid_out(entry, between)}{text[last.end :]}"


def replaced(text: str, span: JsonSpan, entry: str) -> str:
    """The text with another value in place of the one at ``span``."""
    line = text.rfind("\n", 0, span.start) + 1
    before = text[line : span.start]
    indent = "\n" + before if before.strip() == "" else ""
    return text[: span.start] + _laid_out(entry, indent) + text[span.end :]


def without(text: str, array: JsonSpan, index: int) -> str:
    """The text with one entry of an array taken out, together with one comma."""
    entries = entries_of(text, array)
    if len(entries) == 1:
        return text[: array.start + 1] + text[array.end - 1 :]
    if index == 0:
        return text[: entries[0].start] + text[entries[1].start :]
    return text[: entries[index - 1].end] + text[entries[index].end :]


def _laid_out(entry: str, between: str) -> str:
    """An entry laid out as its neighbours: as deep, with their line ends, or on one line."""
    if "\n" not in between:
        return re.sub(r"\n\s*", "", entry) if "\n" in entry else entry
    newline = "\r\n" if "\r\n" in between else "\n"
    indent = between.rpartition("\n")[2]
    return entry.replace("\n", newline + indent)


def _members(text: str, span: JsonSpan) -> Iterator[tuple[str, JsonSpan]]:
    if text[span.start] != "{":
        raise ValueError(f"no object at character {span.start}")
    at = _skip_space(text, span.start + 1)
    while text[at] != "}":
        name = JsonSpan(at, _end_of(text, at))
        at = _skip_space(text, name.end)
        value_start = _skip_space(text, at + 1)  # past the colon
        value = JsonSpan(value_start, _end_of(text, value_start))
        yield value_at(text, name), value
        at = _skip_space(text, value.end)
        if text[at] == ",":
            at = _skip_space(text, at + 1)


def _end_of(text: str, start: int) -> int:
    """End of the value that starts at a place. Brackets are counted, so a whole timeline is passed in one sweep."""
    if text[start] not in "{[":
        found = (_STRING if text[start] == '"' else _SCALAR).match(text, start)
        if found is None:
            raise ValueError(f"no value at character {start}")
        return found.end()
    depth = 0
    for token in _BRACKET.finditer(text, start):
        mark = token.group()
        if mark in ("{", "["):
            depth += 1
        elif mark in ("}", "]"):
            depth -= 1
            if depth == 0:
                return token.end()
    raise ValueError(f"the value at character {start} does not end")


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at
