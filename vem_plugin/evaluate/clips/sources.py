"""Where clips and their music come from: takes on disk, data sets, folders of sound files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.clips.by_rule import music_of_file
from vem_plugin.evaluate.clips.clip import Case, Music

SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff")


@dataclass(frozen=True)
class Library:
    """Music by the name of the clip it belongs to, read when it is asked for.

    ``music`` holds every name once in the library's order; ``also`` further names that mean the same piece.
    """

    music: Mapping[str, Callable[[], Music]]
    also: Mapping[str, str]

    def of(self, case: Case) -> Callable[[], Music] | None:
        """The music of a clip, or None if none of the clip's names is known here."""
        for name in (case.clip.key, *case.names):
            known = name if name in self.music else self.also.get(name)
            if known is not None:
                return self.music[known]
        return None


def open_cases(paths: Iterable[Path]) -> tuple[Case, ...]:
    """Clips and music of data sets, takes, and folders of takes, in the order given.

    Parameters
    ----------
    paths : iterable of Path
        Each a set of ``vem dataset``, a take (its folder, its ``take.json``, or the scored timeline beside it), or a
        folder somewhere in which there are takes.

    Raises
    ------
    SettingsError
        If there is neither, or two clips have one name.
    """
    cases = tuple(case for path in paths for case in _cases_in(path))
    if not cases:
        raise SettingsError("There is not one clip to measure.", remedy="Name a take, or a set that holds pairs.")
    keys = [case.clip.key for case in cases]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise SettingsError(f"Two clips are called '{twice}'.", remedy="Name each take and each set once.")
    return cases


def _cases_in(path: Path) -> Sequence[Case]:
    from vem_plugin.evaluate.clips.pairs import cases_of_set, holds_set
    from vem_plugin.evaluate.clips.takes_on_disk import case_of_take
    from vem_plugin.take import TAKE_FILE, folder_of

    if holds_set(path):
        return cases_of_set(path)
    if (folder_of(path) / TAKE_FILE).is_file():
        return (case_of_take(path),)
    found = sorted(path.rglob(TAKE_FILE)) if path.is_dir() else []
    if not found:
        raise SettingsError(
            "There is nothing to measure here.",
            where=str(path),
            remedy="Name a take that `vem score` made, a folder of takes, or a set of `vem dataset`.",
        )
    return [case_of_take(record) for record in found]


def open_library(path: Path) -> Library:
    """The music of a set, or of a folder of sound files, which are named as the clips are.

    Sound files tell no beats.

    Raises
    ------
    SettingsError
        If there is no music.
    """
    from vem_plugin.evaluate.clips.pairs import holds_set, library_of_set

    if holds_set(path):
        return library_of_set(path)
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SOUNDS) if path.is_dir() else []
    if not files:
        raise SettingsError(
            "There is no music here.",
            where=str(path),
            remedy=f"Name a set of `vem dataset`, or a folder of sound files ({', '.join(SOUNDS)}).",
        )
    return Library({file.stem: lambda file=file: music_of_file(file) for file in files}, {})
