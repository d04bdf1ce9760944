"""The media inside an .otioz bundle, brought out on demand."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from vem_timeline.errors import UnreadableTimeline
from vem_timeline.storyboard import Shot, Storyboard


def member_of_url(url: str, members: frozenset[str]) -> str | None:
    """Member of a bundle that a media URL means, None if it means none; it may be percent-encoded or not."""
    spellings = (url.removeprefix("./"), unquote(url).removeprefix("./"))
    return next((spelling for spelling in spellings if spelling in members), None)


def unpack(storyboard: Storyboard, folder: Path) -> Storyboard:
    """Extract the media that a bundle's shots show, and point the shots to them.

    Parameters
    ----------
    storyboard : Storyboard
        As read. One that was not read from an .otioz bundle is returned unchanged.
    folder : Path
        Where to put the media; made if needed. A member that is there already in full is not written again.

    Raises
    ------
    UnreadableTimeline
        If the bundle is damaged or the folder cannot be written.
    """
    source = storyboard.source
    waiting = {
        shot.media.url
        for shot in storyboard.shots
        if shot.media is not None and shot.media.path is None and shot.media.online
    }
    if source is None or not waiting:
        return storyboard
    try:
        with zipfile.ZipFile(source) as bundle:
            members = frozenset(bundle.namelist())
            inside = {url: member_of_url(url, members) for url in sorted(waiting)}
            paths = {url: _extract(bundle, member, folder) for url, member in inside.items() if member is not None}
    except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, EOFError) as error:
        raise UnreadableTimeline(
            f"The media of the bundle cannot be unpacked: {error}.",
            where=f"{source} into {folder}",
            remedy="Check the free space, or export the edit as .otio with its media beside it.",
        ) from error
    return replace(storyboard, shots=tuple(_with_path(shot, paths) for shot in storyboard.shots))


def _with_path(shot: Shot, paths: dict[str, Path]) -> Shot:
    if shot.media is None or shot.media.url not in paths:
        return shot
    return replace(shot, media=replace(shot.media, path=paths[shot.media.url]))


def _extract(bundle: zipfile.ZipFile, member: str, folder: Path) -> Path:
    # Only the file name counts, so no member can land outside of the folder; names are unique in a bundle.
    target = folder / PurePosixPath(member).name
    size = bundle.getinfo(member).file_size
    if target.is_file() and target.stat().st_size == size:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    growing = target.with_name(target.name + ".part")
    try:
        with bundle.open(member) as packed, growing.open("wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
        growing.replace(target)
    finally:
        growing.unlink(missing_ok=True)
    return target
