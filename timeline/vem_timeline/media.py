"""Where the media of a shot lie on this machine, and which stretch of them the shot shows.

References come as ``file://`` URLs (percent-encoded or not, ``localhost``, drive letters, network shares), as
bare absolute paths, as paths relative to the timeline, or as members of an .otioz bundle. A file that is not
where the reference says is looked for by its name beside the timeline, since edits travel together with their
media.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

from vem_timeline.bundle import member_of_url
from vem_timeline.clock import Clock
from vem_timeline.flatten import Piece
from vem_timeline.storyboard import MediaUse
from vem_timeline.tree import ImageSequence, MediaSource, RemarkBook

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):")
_DRIVE = re.compile(r"^/?[A-Za-z]:[/\\]")
_LIKELY_TIMECODE = Fraction(3600)
"""A media time of an hour or more, without an available range, is most likely an embedded timecode."""


def paths_of_url(url: str, folder: Path, *, windows: bool = os.name == "nt") -> list[Path]:
    """Local paths a media URL can mean, the likeliest first; empty if it cannot be one on this machine.

    Parameters
    ----------
    url : str
        As a timeline file writes it.
    folder : Path
        Folder of the timeline, which relative references count from.
    windows : bool
        Whether drive letters and network shares exist on this machine.
    """
    scheme = _SCHEME.match(url)
    if scheme is not None and scheme.group(1).lower() != "file":
        return []
    text = url
    if scheme is not None:
        text = _path_in_file_url(url[len("file:") :])
    # A file URL should be percent-encoded and a bare path should not; both are found the other way round.
    spellings = [unquote(text), text] if scheme is not None else [text, unquote(text)]
    if not windows and _is_windows(spellings[0]):
        return []
    paths = []
    for spelling in dict.fromkeys(spellings):
        if _is_windows(spelling):
            paths.append(Path(spelling.lstrip("/") if _DRIVE.match(spelling) else spelling))
        elif spelling and "\0" not in spelling:
            paths.append(folder / spelling)
    return paths


def _path_in_file_url(rest: str) -> str:
    """Path of a file URL, less ``file:``. A ``?`` or ``#`` is part of the name: files have no queries."""
    if not rest.startswith("//"):
        return rest
    host, slash, path = rest[2:].partition("/")
    if host.lower() in ("", "localhost", "127.0.0.1"):
        return slash + path
    if re.fullmatch(r"[A-Za-z](:|\||%3[Aa])", host):
        return f"{host[0]}:/{path}"
    return f"//{host}/{path}"


def _is_windows(path: str) -> bool:
    return bool(_DRIVE.match(path)) or path.startswith(("\\\\", "//")) or ("\\" in path and "/" not in path)


def name_in_url(url: str) -> str:
    """File name at the end of a URL or path."""
    return unquote(re.split(r"[/\\]", url.rstrip("/\\"))[-1])


@dataclass(slots=True)
class MediaFinder:
    """Finds media for one timeline and remembers what it found.

    ``members`` are the files inside an .otioz bundle, None for an .otio.
    """

    folder: Path
    clock: Clock
    book: RemarkBook
    members: frozenset[str] | None = None
    _found: dict[str, tuple[Path | None, bool]] = field(default_factory=dict)

    def use_of(self, piece: Piece, duration: Fraction) -> MediaUse | None:
        """What a piece shows of its media for ``duration`` seconds; None for generators and missing media."""
        media, place = piece.clip.media, piece.clip.place
        if media is None:
            return None  # a nested sequence without content
        if media.kind == "missing":
            self.book.add("Media is missing.", place, "The timeline names no file; the shot is kept without pictures.")
            return None
        if media.kind == "generator":
            return None
        start, length = self._stretch(piece, media, duration)
        if media.frames is not None:
            return self._image_of_sequence(media.frames, media.url, start, length, place)
        path, online = self._find(media.url, place)
        if media.still:
            return MediaUse(media.url, path, Fraction(0), duration, online, still=True)
        return MediaUse(media.url, path, start, length, online, timecode=media.available_start or Fraction(0))

    def _stretch(self, piece: Piece, media: MediaSource, duration: Fraction) -> tuple[Fraction, Fraction]:
        """First media time (from the file's first frame) and length of a piece. A freeze shows one frame."""
        length = abs(piece.speed) * duration or self.clock.frame_duration
        source = min(piece.source, piece.source + piece.speed * duration)
        if media.still:
            return Fraction(0), length
        if media.available_start is None:
            if source >= _LIKELY_TIMECODE:
                self.book.add(
                    "The start in the media is uncertain.",
                    piece.clip.place,
                    "The timeline does not say at which timecode the media begins.",
                )
            return max(source, Fraction(0)), length
        start = source - media.available_start
        room = media.available_duration or Fraction(0)
        if 0 <= start < room or room == 0:
            return max(start, Fraction(0)), length
        if media.available_start and 0 <= source < room:
            start, why = source, "It is taken to count from the file's first frame."
        else:
            start, why = (
                min(max(start, Fraction(0)), max(room - length, Fraction(0))),
                "The nearest stretch is used.",
            )
        if piece.begins is None:  # a dissolve may well reach before the first frame
            self.book.add("The clip's range lies outside its media.", piece.clip.place, why)
        return start, length

    def _image_of_sequence(
        self, frames: ImageSequence, url: str, start: Fraction, length: Fraction, place: object
    ) -> MediaUse:
        """The image in the middle of the stretch stands for a sequence: it is a file that can be decoded."""
        number = frames.first + int((start + length / 2) * frames.rate) * frames.step
        image = f"{frames.prefix}{number:0{frames.padding}d}{frames.suffix}"
        base = frames.base
        joined = base + image if not base or base.endswith(("/", "\\")) else f"{base}/{image}"
        path, online = self._find(joined, place)
        return MediaUse(url, path, Fraction(0), length, online, still=True)

    def _find(self, url: str, place: object) -> tuple[Path | None, bool]:
        if url not in self._found:
            self._found[url] = self._look_for(url, place)
        return self._found[url]

    def _look_for(self, url: str, place: object) -> tuple[Path | None, bool]:
        if self.members is not None and member_of_url(url, self.members) is not None:
            return None, True
        candidates = paths_of_url(url, self.folder)
        name = name_in_url(url)
        beside = [self.folder / name, self.folder / "media" / name] if name else []
        for path in (*candidates, *beside):
            if _is_file(path):
                if path not in candidates:
                    self.book.add(
                        "Media was found beside the timeline.",
                        f"{name} for {url}",
                        "It is not where the timeline says; a file of the same name is used.",
                    )
                return path, True
        self.book.add(
            "Media is offline.",
            f"{place}: {url}",
            "The file is not there; the shot is kept without pictures.",
        )
        return (candidates[0] if candidates else None), False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long or malformed for this file system
        return False
