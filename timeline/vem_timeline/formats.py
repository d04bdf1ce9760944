"""Which format a file is, by what is inside, and the reader for it."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from vem_timeline.edit import Edit, located
from vem_timeline.errors import EmptyTimeline, UnreadableTimeline
from vem_timeline.tree import RemarkBook
from vem_timeline.xml_tree import Element, parse_xml

SUFFIXES = (".otio", ".otioz", ".otiod", ".xml", ".fcpxml", ".fcpxmld", ".edl", ".kdenlive", ".mlt", ".aaf")
"""Suffixes of the files that are read; a program uses them to tell an edit from other files."""

_INSIDE = "Info.fcpxml"
_AAF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EVENT = re.compile(rb"^\s*\d{1,8}\s+\S.*\d\d[:;.,]\d\d[:;.,]\d\d[:;.,]\d\d\s", re.MULTILINE)
_PROJECTS = {
    ".prproj": "a Premiere project",
    ".drp": "a DaVinci Resolve project",
    ".drt": "a DaVinci Resolve timeline",
    ".xges": "a GStreamer editing project",
    ".avb": "an Avid bin",
    ".veg": "a VEGAS project",
    ".aep": "an After Effects project",
}
_XML_OF_OTHERS = {
    "ges": "a GStreamer editing project, as Pitivi writes it",
    "tracklist2": "a Cubase track archive",
    "premieredata": "a Premiere project without its packing",
    "html": "a web page",
    "svg": "a drawing",
    "plist": "a property list",
    "smil": "a SMIL presentation",
}
"""Root elements of XML that people take for timelines."""
_EXPORT = "Export the edit as OpenTimelineIO (.otio), FCPXML, Final Cut 7 XML or EDL."


def open_edit(path: Path, *, timeline: str | None = None, rate: Fraction | None = None) -> Edit:
    """Read the tracks of a timeline file of any format.

    Parameters
    ----------
    path : Path
        The file, or an ``.fcpxmld`` or ``.otiod`` folder.
    timeline : str, optional
        Name of the timeline, where a file holds several.
    rate : Fraction, optional
        Frames per second of an edit list.

    Raises
    ------
    UnreadableTimeline, EmptyTimeline
        As `vem_timeline.read`.
    """
    kind = format_of(path)
    if kind == "folder":
        raise UnreadableTimeline(
            "This is a folder, not a timeline.",
            where=str(path),
            remedy="Name the timeline file in it. Folders are read if they end in .fcpxmld or .otiod.",
        )
    if kind == "aaf":
        from vem_timeline.aaf import edit_of_aaf

        return edit_of_aaf(path, timeline=timeline)
    if kind == "xml":
        return _of_xml(path, timeline)
    if kind == "edl":
        from vem_timeline.edl import edit_of_edl

        with located(path):
            return _with_length(edit_of_edl(bytes_of(path), path, RemarkBook(), rate=rate))
    if path.suffix.lower() in _PROJECTS and kind != "otioz":
        raise UnreadableTimeline(
            f"This is {_PROJECTS[path.suffix.lower()]}, which only its own program reads.",
            where=str(path),
            remedy=_EXPORT,
        )
    return _of_otio(path, timeline)


def format_of(path: Path) -> str:
    """What a file is by its content: ``otio``, ``otioz``, ``otiod``, ``xml``, ``edl``, ``aaf`` or another ``folder``.

    What is nothing else counts as ``otio``, whose reader says what is wrong with it. Raises as `bytes_of`.
    """
    if path.is_dir():
        if (path / _INSIDE).is_file():
            return "xml"
        return "otiod" if (path / "content.otio").is_file() else "folder"
    head = head_of(path)
    if head.startswith(_AAF):
        return "aaf"
    if head.startswith(b"PK"):
        return "otioz"
    if is_xml(head):
        return "xml"
    return "edl" if _is_edit_list(head, path) else "otio"


def holds_music(path: Path) -> bool:
    """Whether a copy of this edit, in its own format, can carry our music. Raises as `bytes_of`."""
    return path.suffix.lower() in SUFFIXES and format_of(path) in ("otio", "otioz", "otiod", "xml")


def main_file_of(path: Path) -> Path:
    """The file that holds the edit: itself, or the one inside a folder."""
    inside = (path / _INSIDE, path / "content.otio")
    return next((file for file in inside if path.is_dir() and file.is_file()), path)


def xml_file_of(path: Path) -> Path:
    """The XML file of an edit: itself, or the one inside an ``.fcpxmld`` folder."""
    return path / _INSIDE if path.is_dir() else path


def head_of(path: Path) -> bytes:
    """The first bytes of a file; raises as `bytes_of`."""
    try:
        with path.open("rb") as file:
            return file.read(1 << 16)
    except OSError as error:
        raise _unreadable(path, error) from error


def bytes_of(path: Path) -> bytes:
    """Everything in a file.

    Raises
    ------
    UnreadableTimeline
        If it is not there, or must not be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def is_xml(head: bytes) -> bool:
    """Whether a file that begins like this is XML, in any encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace").lstrip("\ufeff \t\r\n").startswith("<")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<", b"\x00<"))


def _of_otio(path: Path, timeline: str | None) -> Edit:
    # OpenTimelineIO is loaded only for its own files.
    from vem_timeline.document import open_document
    from vem_timeline.read import edit_of_document

    return edit_of_document(open_document(path, timeline=timeline))


def _of_xml(path: Path, timeline: str | None) -> Edit:
    file = xml_file_of(path)
    return edit_of_xml(parse_xml(bytes_of(file), file), path, timeline=timeline)


def edit_of_xml(root: Element, path: Path, *, timeline: str | None = None) -> Edit:
    """The edit in an XML document that was parsed; raises as `open_edit`."""
    book = RemarkBook()
    with located(path):
        if root.tag == "xmeml":
            from vem_timeline.fcp7 import edit_of_fcp7

            return _with_length(edit_of_fcp7(root, path, book, timeline=timeline))
        if root.tag == "fcpxml":
            from vem_timeline.fcpxml import edit_of_fcpxml

            return _with_length(edit_of_fcpxml(root, path, book, timeline=timeline))
        if root.tag == "mlt":
            from vem_timeline.mlt import edit_of_mlt

            return _with_length(edit_of_mlt(root, path, book, timeline=timeline))
    known = _XML_OF_OTHERS.get(root.tag.rpartition("}")[2].lower())
    raise UnreadableTimeline(
        f"This is {known}, not an edit that is read here."
        if known
        else f"This is XML of a kind that is not read here (<{root.tag[:40]}>).",
        where=str(path),
        remedy=_EXPORT,
    )


def _with_length(edit: Edit) -> Edit:
    if edit.root.duration <= 0:
        raise EmptyTimeline(
            "The timeline is empty: it has no length, for no clip lies on it.",
            remedy="Put at least one enabled clip on a picture track.",
        )
    return edit


def _is_edit_list(head: bytes, path: Path) -> bool:
    if head.lstrip().startswith(b"{"):
        return False
    return _EVENT.search(head) is not None or (path.suffix.lower() == ".edl" and b"\0" not in head)


def _unreadable(path: Path, error: OSError) -> UnreadableTimeline:
    if isinstance(error, FileNotFoundError):
        return UnreadableTimeline("There is no such file.", where=str(path), remedy="Check the path.")
    reason = error.strerror or str(error)
    return UnreadableTimeline(f"The file cannot be read: {reason}.", where=str(path), remedy="Check its permissions.")
