"""Small pictures of the shots of an edit, kept in a cache.

Only the frames that are wanted are decoded (``vem_plugin.parsing.frames``). A picture's name is made of the file, its
time and size of last change, the moment in it and the width, so a changed file gets new pictures.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vem_server.jobs.work.bench import Bench
from vem_server.jobs.work.wishes import settings_of
from vem_server.protocol import places
from vem_server.protocol.messages import Thumbnails
from vem_timeline.storyboard import Shot, Storyboard

if TYPE_CHECKING:
    from vem_plugin.parsing.frames import Glimpse, SeenFrame

MOST_KEPT = 20_000
"""Pictures in the cache, about 100 MB; beyond that the oldest quarter goes."""
QUALITY = 80


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A picture: of which shot, at which time of the edit (seconds), and where it lies or will lie."""

    shot: int
    seconds: float
    media: Path
    glimpse: Glimpse
    path: Path


def thumbnails(request: Thumbnails, bench: Bench) -> dict[str, Any]:
    """Pictures of every shot; the result is ``vem_server.protocol.messages.ThumbnailsResult``."""
    from vem_plugin.parsing.frames import LONGEST_SIDE
    from vem_plugin.stages import media_of, read_edit

    settings, edit = settings_of(request), Path(request.edit)
    board = read_edit(edit, timeline=settings.timeline, rate=settings.frame_rate, report=bench.report)
    width = min(request.width, LONGEST_SIDE)
    with media_of(board) as seen:
        wanted = list(_wanted(board, seen, edit, each=request.each, width=width))
        made = _draw([one for one in wanted if not one.path.is_file()], width, bench)
    found = {(one.shot, one.seconds): one for one in wanted if one.path in made or one.path.is_file()}
    shown = []
    for shot in board.shots:
        for seconds in _moments(shot, request.each):
            one = found.get((shot.number, seconds))
            shown.append({"shot": shot.number, "seconds": seconds, "path": None if one is None else str(one.path)})
    _make_room()
    return {"width": width, "thumbnails": shown}


def _moments(shot: Shot, each: int) -> list[float]:
    """Middles of equal parts of a shot, seconds from the first frame of the edit."""
    return [float(shot.start + shot.duration * Fraction(2 * part + 1, 2 * each)) for part in range(each)]


def _wanted(board: Storyboard, seen: Storyboard, edit: Path, *, each: int, width: int) -> Iterator[_Wanted]:
    from vem_plugin.parsing.sampling import can_be_seen, places_of_shot

    for named, shot in zip(board.shots, seen.shots, strict=True):
        if not can_be_seen(shot):
            continue
        looks = places_of_shot(shot, looks=each)
        # A still or a freeze frame has one look, whatever is asked.
        for part, seconds in enumerate(_moments(shot, each)):
            media, glimpse = looks[min(part, len(looks) - 1)]
            # Media inside a bundle is unpacked under another name each time: the bundle stands for it.
            file = edit if named.media is None or named.media.path != media else media
            path = _path_of(file, named.media.url if named.media else "", glimpse, width)
            yield _Wanted(shot.number, seconds, media, replace(glimpse, pair=False), path)


def _path_of(file: Path, url: str, glimpse: Glimpse, width: int) -> Path:
    found = file.stat()
    told = f"{file.resolve()}|{url}|{found.st_mtime_ns}|{found.st_size}|{glimpse.start}|{glimpse.duration}|{width}"
    name = hashlib.sha256(told.encode()).hexdigest()[:32]
    return _cache() / name[:2] / f"{name}.jpg"


def _cache() -> Path:
    return places.cache_folder() / "thumbnails"


def _draw(missing: list[_Wanted], width: int, bench: Bench) -> set[Path]:
    """Decode and keep what is not in the cache; returns what could be seen."""
    from vem_plugin.parsing.frames import Unseen, glimpse_frames

    by_file: dict[Path, list[_Wanted]] = {}
    for one in missing:
        by_file.setdefault(one.media, []).append(one)
    made: set[Path] = set()
    done = 0
    for media, group in by_file.items():
        for index, frame in glimpse_frames(media, [one.glimpse for one in group]):
            done += 1
            bench.report("look", done / len(missing), media.name)
            if not isinstance(frame, Unseen):
                _keep(frame, group[index].path, width)
                made.add(group[index].path)
    return made


def _keep(frame: SeenFrame, path: Path, width: int) -> None:
    """Write a picture, whole or not at all."""
    from PIL import Image

    picture = Image.fromarray(frame.picture)
    height = max(1, round(picture.height * width / picture.width))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, growing = tempfile.mkstemp(prefix=".", suffix=".jpg", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            picture.resize((width, height), Image.Resampling.LANCZOS).save(file, "JPEG", quality=QUALITY)
        os.replace(growing, path)
    except BaseException:
        Path(growing).unlink(missing_ok=True)
        raise


def _make_room() -> None:
    """Throw the oldest pictures away when there are too many, and what a killed process left."""
    kept = list(_cache().glob("*/*.jpg"))
    if len(kept) <= MOST_KEPT:
        return
    kept.sort(key=lambda path: path.stat().st_mtime)
    for path in kept[: len(kept) // 4]:
        path.unlink(missing_ok=True)
