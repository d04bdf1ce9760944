"""A copy of a timeline file with another text: bare, zipped (``.otioz``), or a folder (``.otiod``).

Into the two bundles goes the audio as well; whatever else lies in them stays as it is.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from vem_timeline.appearing import appearing, appearing_folder

if TYPE_CHECKING:
    from vem_timeline.document import Document


def members_of(document: Document) -> frozenset[str] | None:
    """The files of a bundle, be it zipped or a folder; None for a bare timeline."""
    if not document.path.is_dir():
        return document.members
    files = (path for path in document.path.rglob("*") if path.is_file())
    return frozenset(path.relative_to(document.path).as_posix() for path in files)


def put_on_disk(
    document: Document, destination: Path, text: str, *, packed: str | None, audio: Path, dropped: frozenset[str]
) -> None:
    """A copy of a timeline file with another text; into a bundle goes the audio as the member ``packed``.

    Raises
    ------
    UnwritableTimeline
        If it cannot be written; nothing stays behind then.
    """
    if packed is None:
        with appearing(destination) as out:
            out.write(text.encode("utf-8"))
    elif document.path.is_dir():
        with appearing_folder(document.path, destination) as folder:
            _fill(folder, text, packed, audio, dropped)
    else:
        with appearing(destination) as out:
            _write_zip(out, document.path, text, packed=(packed, audio), dropped=dropped)


def _fill(folder: Path, text: str, packed: str, audio: Path, dropped: frozenset[str]) -> None:
    """Change a copy of a bundle that is a folder in the same way."""
    from vem_timeline.document import CONTENT

    for member in dropped:
        (folder / member).unlink(missing_ok=True)
    (folder / packed).parent.mkdir(exist_ok=True)
    shutil.copyfile(audio, folder / packed)
    (folder / CONTENT).write_bytes(text.encode("utf-8"))


def _write_zip(out: IO[bytes], source: Path, text: str, *, packed: tuple[str, Path], dropped: frozenset[str]) -> None:
    """Copy a bundle with its timeline changed and the audio added; other members stay as they are."""
    from vem_timeline.document import CONTENT

    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename in dropped:
                continue
            if info.filename == CONTENT:
                new.writestr(info, text.encode("utf-8"))
                continue
            with old.open(info) as member, new.open(info, "w", force_zip64=True) as copy:
                shutil.copyfileobj(member, copy, 1 << 20)
        new.write(packed[1], packed[0], compress_type=zipfile.ZIP_STORED)
