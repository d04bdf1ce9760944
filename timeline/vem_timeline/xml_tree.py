"""XML read safely, with the place of every element in the bytes of the file.

Timelines come from strangers. So no entity is declared or resolved and no other file is opened, whatever the document
says; size, depth and number of elements are bounded. The ``<!DOCTYPE xmeml>`` that editors write is accepted, because
it declares nothing. The byte spans let `vem_timeline.xml_splice` add to a file and leave every other byte as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from vem_timeline.errors import EmptyTimeline, UnreadableTimeline

_LARGEST = 128 * 2**20
"""Bytes; a feature film with every effect parameter written out stays below."""
_MOST_ELEMENTS = 600_000
"""An element costs about 600 bytes here, so this bounds the memory a file can ask for."""
_DEEPEST = 200
_LONGEST_TEXT = 32 * 2**20
_NOTHING: dict[str, str] = {}


class Element:
    """An XML element. ``text`` is its own text without that of its children.

    ``start`` and ``end`` bound the whole element in the bytes of the file, ``inner`` and ``closing`` what stands
    between its tags; of an element without an end tag (``<a/>``) ``inner`` and ``closing`` are both ``end``.
    """

    __slots__ = ("attributes", "children", "closing", "end", "inner", "start", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], start: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""
        self.start = start
        self.inner = self.closing = self.end = start

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    def find(self, *path: str) -> Element | None:
        """The first child of a name, the first child of that, and so on."""
        found: Element | None = self
        for tag in path:
            found = next((child for child in found.children if child.tag == tag), None)
            if found is None:
                return None
        return found

    def all(self, *tags: str) -> list[Element]:
        """The children of these names, in order."""
        return [child for child in self.children if child.tag in tags]

    def said(self, *path: str) -> str:
        """The text of a descendant, without the white space around it; empty if it is not there."""
        found = self.find(*path)
        return "" if found is None else found.text.strip()

    def iter(self, *tags: str) -> Iterator[Element]:
        """This element and all below it, in document order; only those of the given names, if any are given."""
        waiting: list[Element] = [self]
        while waiting:
            element = waiting.pop()
            if not tags or element.tag in tags:
                yield element
            waiting.extend(reversed(element.children))


def parse_xml(raw: bytes, path: Path) -> Element:
    """The root element of an XML document.

    Raises
    ------
    UnreadableTimeline
        If it is no well-formed XML, declares entities, or is larger or deeper than any timeline.
    EmptyTimeline
        If there is nothing in it.
    """
    if not raw.strip():
        raise EmptyTimeline("The file is empty.", where=str(path), remedy="Export the edit again.")
    if len(raw) > _LARGEST:
        raise _refused(f"The file has {len(raw) / 2**20:.0f} MB; timelines of up to 128 MB are read.", path)
    builder = _Builder(raw, path)
    try:
        return builder.parse()
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise UnreadableTimeline(
            f"The XML is broken: {reason}.",
            where=f"{path}, line {error.lineno}",
            remedy="Export the edit again; the file may be cut short.",
        ) from error
    except (LookupError, ValueError) as error:  # an encoding nobody knows
        raise _refused(f"The XML cannot be decoded: {error}.", path) from error


class _Builder:
    """Builds the tree while expat reads."""

    def __init__(self, raw: bytes, path: Path) -> None:
        self.raw = raw
        self.path = path
        self.open: list[Element] = []
        self.texts: list[list[str]] = []
        self.root: Element | None = None
        self.count = 0
        self.told = 0
        self.before_end = -1
        parser = self.parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.EntityDeclHandler = self._entity
        parser.ExternalEntityRefHandler = self._entity
        parser.SkippedEntityHandler = self._entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def parse(self) -> Element:
        self.parser.Parse(self.raw, True)
        assert self.root is not None, "expat refuses a document without an element"
        return self.root

    def _entity(self, *_: object) -> NoReturn:
        raise _refused("The XML declares or uses entities, which no editor writes.", self.path)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > _MOST_ELEMENTS or len(self.open) >= _DEEPEST:
            raise _refused("The XML holds more than any timeline: too many elements, or nested too deep.", self.path)
        at = self.parser.CurrentByteIndex
        element = Element(tag, attributes or _NOTHING, at)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.texts.append([])

    def _end(self, tag: str) -> None:
        element = self.open.pop()
        element.text = "".join(self.texts.pop())
        element.inner = _after_tag(self.raw, element.start)
        # Of <a/> expat tells the end where the tag stands or just behind it, where another one may end: see the text.
        if self.raw[element.inner - 2 : element.inner] == b"/>":
            element.end = element.closing = element.inner
        else:
            element.closing = self.parser.CurrentByteIndex
            element.end = _after(self.raw, element.closing)

    def _text(self, text: str) -> None:
        self.told += len(text)
        if self.told > _LONGEST_TEXT * 2:
            raise _refused("The XML holds more text than any timeline.", self.path)
        if self.texts:
            self.texts[-1].append(text)


def _after(raw: bytes, at: int) -> int:
    """The place behind the next ``>``."""
    found = raw.find(b">", at)
    return len(raw) if found < 0 else found + 1


def _after_tag(raw: bytes, at: int) -> int:
    """The place behind a start tag; a ``>`` may stand in the quotes of an attribute."""
    while True:
        close = raw.find(b">", at)
        if close < 0:
            return len(raw)
        quote = min((place for mark in (b'"', b"'") if (place := raw.find(mark, at, close)) >= 0), default=-1)
        if quote < 0:
            return close + 1
        at = raw.find(raw[quote : quote + 1], quote + 1) + 1
        if at == 0:
            return len(raw)


def _refused(what: str, path: Path) -> UnreadableTimeline:
    return UnreadableTimeline(what, where=str(path), remedy="Export the edit again from your editor.")
