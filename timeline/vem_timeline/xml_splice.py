"""Adding to an XML file and leaving every other byte as it is.

What is added is written in ASCII with character references, so that it is right in any encoding that extends ASCII, and
is laid out as its neighbours are. Changes are gathered as edits of byte spans and made in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vem_timeline.errors import UnwritableTimeline
from vem_timeline.xml_tree import Element

_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def tag(name: str, /, *content: str | list[str], **attributes: str) -> list[str]:
    """An element as lines of text, children indented by one tab. Double underscores in attribute names become dots."""
    told = "".join(f' {key.replace("__", ".")}="{escaped(value)}"' for key, value in attributes.items())
    return element(name, {}, *content, head=told)


def element(name: str, attributes: Mapping[str, str], *content: str | list[str], head: str = "") -> list[str]:
    """As `tag`, for attribute names that are no identifiers."""
    told = head + "".join(f' {key}="{escaped(value)}"' for key, value in attributes.items())
    if not content:
        return [f"<{name}{told}/>"]
    if len(content) == 1 and isinstance(content[0], str):
        return [f"<{name}{told}>{escaped(content[0])}</{name}>"]
    lines = [line for part in content for line in (part if isinstance(part, list) else [escaped(part)])]
    return [f"<{name}{told}>", *("\t" + line for line in lines), f"</{name}>"]


def escaped(text: str) -> str:
    """Text for an element or an attribute in double quotes, in ASCII."""
    text = _FORBIDDEN.sub("", text)
    text = "".join(_ESCAPES.get(character, character) for character in text)
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


@dataclass(slots=True)
class XmlEdits:
    """Changes to the bytes of an XML file.

    Raises
    ------
    UnwritableTimeline
        If the file is in UTF-16 or UTF-32, which no editor writes.
    """

    raw: bytes
    _edits: list[tuple[int, int, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.raw.startswith(_WIDE):
            raise UnwritableTimeline("The file is in UTF-16.", remedy="Save it in UTF-8, as editors do.")

    def append(self, parent: Element, lines: Iterable[str], *, after: Element | None = None) -> None:
        """Add an element as the last child, or behind one of the children."""
        lines = list(lines)
        if after is not None:
            self._put(after.end, self._indent_before(after.start), lines)
        elif parent.children:
            self._put(parent.children[-1].end, self._indent_before(parent.children[-1].start), lines)
        else:
            self._fill(parent, lines)

    def insert(self, before: Element, lines: Iterable[str]) -> None:
        """Add an element before another one."""
        indent = self._indent_before(before.start)
        self._edits.append((before.start, before.start, self._laid_out(list(lines), indent) + indent))

    def remove(self, element: Element) -> None:
        """Take an element out, with the white space before it."""
        start = element.start
        while start > 0 and self.raw[start - 1 : start] in (b" ", b"\t", b"\n", b"\r"):
            start -= 1
        self._edits.append((start, element.end, b""))

    def result(self) -> bytes:
        """The bytes with all changes made."""
        pieces, at = [], 0
        for start, end, text in sorted(self._edits, key=lambda edit: (edit[0], edit[1])):
            # What goes in where something was taken out comes behind it.
            pieces += [self.raw[at : max(at, start)], text]
            at = max(at, end)
        return b"".join([*pieces, self.raw[at:]])

    def _put(self, at: int, indent: bytes, lines: list[str]) -> None:
        self._edits.append((at, at, indent + self._laid_out(lines, indent)))

    def _fill(self, parent: Element, lines: list[str]) -> None:
        """Put a first child into an element, which may have no end tag yet."""
        outer = self._indent_before(parent.start)
        inner = outer + self._unit() if outer else b""
        body = inner + self._laid_out(lines, inner) + outer
        if parent.inner == parent.end:  # <audio/>
            head = self.raw[parent.start : parent.end].removesuffix(b"/>").rstrip()
            name = parent.tag.encode("ascii", "xmlcharrefreplace")
            self._edits.append((parent.start, parent.end, head + b">" + body + b"</" + name + b">"))
        else:
            self._edits.append((parent.inner, parent.closing, body))

    def _indent_before(self, at: int) -> bytes:
        """Line end and white space before a tag that begins its line; empty if it does not."""
        line = self.raw.rfind(b"\n", 0, at)
        between = self.raw[line + 1 : at]
        if line < 0 or between.strip():
            return b""
        newline = b"\r\n" if self.raw[line - 1 : line] == b"\r" else b"\n"
        return newline + between

    def _laid_out(self, lines: list[str], indent: bytes) -> bytes:
        if not indent:
            return b"".join(line.lstrip("\t").encode("ascii") for line in lines)
        unit = self._unit()
        made = []
        for line in lines:
            text = line.lstrip("\t")
            made.append(unit * (len(line) - len(text)) + text.encode("ascii"))
        return indent.join(made)

    def _unit(self) -> bytes:
        """One level of indentation, as the file has it."""
        found = re.search(rb"\n([ \t]+)<", self.raw)
        return b"\t" if found is None or found.group(1).startswith(b"\t") else found.group(1)
