"""Which films lie in a folder: a video with its own sound, or a video or timeline with a sound file of its name.

Files belong together if they lie in one folder and have the same name but for the suffix. A timeline tells the cuts,
so it goes before the video's picture; a sound file is the music, so it goes before the video's sound.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vem_plugin.errors import SettingsError
from vem_plugin.stages import TIMELINES, VIDEOS

SOUNDS = (".wav", ".flac", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".aif", ".aiff")
UNKNOWN = "unknown"
INDEX_FILE = "INDEX.tsv"
SIDECARS = (".licence", ".license")
LICENCE_FILES = ("LICENCE", "LICENSE", "LICENCE.txt", "LICENSE.txt")
_KNOWN = (
    ("CC0-1.0", r"cc0|creative commons zero"),
    ("CC-BY-SA-4.0", r"cc[- ]by[- ]sa"),
    ("CC-BY-NC-4.0", r"cc[- ]by[- ]nc"),
    ("CC-BY-4.0", r"cc[- ]by|creative commons attribution"),
    ("Unlicense", r"unlicense|public domain"),
    ("Apache-2.0", r"apache"),
    ("MIT", r"\bmit\b"),
)
"""How the first line of a licence text is read where it is no SPDX name: the first pattern found in it."""


@dataclass(frozen=True, slots=True)
class Film:
    """A film to take pairs from.

    ``name`` is its path below the folder, without suffix; ``edit`` the file that tells the cuts (a video or a
    timeline), ``sound`` the file whose sound is the music (may be the same), ``key`` its name in file names.
    """

    name: str
    edit: Path
    sound: Path
    licence: str = UNKNOWN

    @property
    def key(self) -> str:
        """Letters and digits of the name and a checksum of it: ASCII, different for different names."""
        letters = re.sub(r"[^A-Za-z0-9]+", "-", self.name).strip("-")[:40]
        return f"{letters or 'film'}-{hashlib.sha256(self.name.encode()).hexdigest()[:8]}"

    @property
    def is_timeline(self) -> bool:
        """Whether the cuts are told and need not be found."""
        return self.edit.suffix.lower() in TIMELINES


def find_films(folder: Path) -> tuple[list[Film], list[str]]:
    """All films below a folder, by name, and a remark for everything that looks like one and is none.

    Raises
    ------
    SettingsError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise SettingsError("There is no such folder.", where=str(folder), remedy="Name a folder of videos.")
    groups: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in (*VIDEOS, *TIMELINES, *SOUNDS) and not hidden:
            groups.setdefault(str(path.relative_to(folder).with_suffix("")), []).append(path)
    films: list[Film] = []
    remarks: list[str] = []
    for name, paths in sorted(groups.items()):
        edit = _first(paths, TIMELINES) or _first(paths, VIDEOS)
        sound = _first(paths, SOUNDS) or _first(paths, VIDEOS)
        if edit is None:
            remarks.append(f"{name}: sound without a film of the same name")
        elif sound is None:
            remarks.append(f"{name}: a timeline without a sound file or video of the same name")
        else:
            films.append(Film(name, edit, sound, licence_of(edit, folder)))
    return films, remarks


def _first(paths: Sequence[Path], suffixes: Iterable[str]) -> Path | None:
    kinds = tuple(suffixes)
    return next((path for path in paths if path.suffix.lower() in kinds), None)


def licence_of(film: Path, folder: Path) -> str:
    """Licence of a film: of its sidecar (``film.mp4.licence`` or ``film.licence``), of its line in ``INDEX.tsv`` beside
    it or above, of a licence file in its folder or above; else "unknown"."""
    for suffix in SIDECARS:
        for sidecar in (film.with_name(film.name + suffix), film.with_suffix(suffix)):
            if sidecar.is_file():
                return _named(sidecar.read_text(encoding="utf-8", errors="replace"))
    places = [place for place in (film.parent, *film.parent.parents) if place == folder or folder in place.parents]
    for place in places:
        told = _in_index(place / INDEX_FILE, film)
        if told:
            return told
        for name in LICENCE_FILES:
            if (place / name).is_file():
                return _named((place / name).read_text(encoding="utf-8", errors="replace"))
    return UNKNOWN


def _in_index(index: Path, film: Path) -> str:
    """The licence in a table with columns path (or file) and licence (or license); empty if it tells none."""
    if not index.is_file():
        return ""
    with index.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            path = row.get("path") or row.get("file") or ""
            if path and (index.parent / path).resolve() == film.resolve():
                return _named(row.get("licence") or row.get("license") or "")
    return ""


def _named(text: str) -> str:
    """The name of a licence: the first line if it is short, or what it says in its first words."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if re.fullmatch(r"[A-Za-z0-9.+-]+", first):
        return first
    found = next((name for name, pattern in _KNOWN if re.search(pattern, text[:400], re.IGNORECASE)), "")
    return found or first[:60] or UNKNOWN


def allowed(licence: str, only: Sequence[str]) -> bool:
    """Whether a licence is one of those that are wanted, told by their beginnings: "CC0" allows "CC0-1.0". Without
    any wish all are allowed."""
    return not only or any(licence.lower().startswith(each.lower()) for each in only)
