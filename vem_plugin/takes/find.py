"""Which take a scored timeline holds, and whether all of it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vem_plugin.errors import SettingsError
from vem_plugin.take import SCORE_FILE, TAKE_FILE, Take, folder_of, read_take
from vem_timeline import music_in, read
from vem_timeline.errors import TimelineError
from vem_timeline.storyboard import Storyboard

_VERSION = re.compile(r"^(.*)_v\d+$")


@dataclass(frozen=True, slots=True)
class FoundTake:
    """A take, its folder, and the scored timeline that led there.

    ``within`` is the name of the timeline, where the file holds several.
    """

    take: Take
    folder: Path
    timeline: Path
    within: str | None = None

    @property
    def stem(self) -> str:
        """The name without its version."""
        return stem_of(self.take.name)


def stem_of(name: str) -> str:
    """A take's name without its version: "harbour_v03" is "harbour"."""
    found = _VERSION.match(name)
    return found[1] if found else name


def take_in(scored: Path) -> FoundTake:
    """The take that a scored timeline holds.

    The music track says which it is; its folder is looked for where the audio lies, then beside the timeline.

    Parameters
    ----------
    scored : Path
        The timeline that ``vem score`` wrote, perhaps changed and renamed since.

    Raises
    ------
    TimelineError
        If the timeline cannot be read.
    SettingsError
        If it holds no music of ours, or the take's folder is gone.
    """
    held = music_in(scored)
    if held is None:
        raise SettingsError(
            "This timeline holds no music of ours.",
            where=str(scored),
            remedy="Name the timeline that `vem score` wrote; its track is called VEM Music.",
        )
    beside = held.path.parent if held.path.is_absolute() else folder_of(scored)
    for take, folder in _takes_near(beside, scored):
        if take.take_id.startswith(held.take_id[:4]) and held.take_id.startswith(take.take_id[:4]):
            return FoundTake(take, folder, scored, name_within(scored, take.settings.timeline))
    raise SettingsError(
        f"The take {held.take_id}, which this timeline holds, is not where its music was.",
        where=str(beside),
        remedy=f"Move its folder back there, or beside {scored.name}. What is left can be listed with `vem takes`.",
    )


def name_within(edit: Path, wanted: str | None) -> str | None:
    """The name by which a timeline is asked for in a file: the one wanted, or None if no timeline there has it.

    An edit that was one of several in its file may come back in a file of its own, under a name of its own.
    """
    if wanted is None:
        return None
    try:
        read(edit, timeline=wanted)
    except TimelineError:
        return None
    return wanted


def takes_in(folder: Path, stem: str) -> list[tuple[Take, Path]]:
    """Takes of one edit in a folder, by version; what cannot be read is left out."""
    places = sorted(folder.glob(f"{_literal(stem)}_v*/{TAKE_FILE}"), key=lambda place: _number(place.parent.name))
    found: list[tuple[Take, Path]] = []
    for place in places:
        if stem_of(place.parent.name) == stem:
            try:
                found.append((read_take(place), place.parent))
            except SettingsError:
                continue
    return found


def check_files(found: FoundTake) -> None:
    """Make sure that all is there of which a change needs a part.

    Raises
    ------
    SettingsError
        It names what is lost.
    """
    needed = ("mix", *(f"stem_{stem}" for stem in found.take.stems))
    lost = [found.take.files.get(name, name) for name in needed if not _is_there(found, name)]
    if not (found.folder / SCORE_FILE).is_file():
        lost.append(SCORE_FILE)
    if lost:
        raise SettingsError(
            f"The take has lost {', '.join(lost)}.",
            where=str(found.folder),
            remedy="Bring the files back from a backup, pick another take with `vem takes`, or score the edit again "
            f"(--seed {found.take.seed}).",
        )


def check_same_edit(found: FoundTake, now: Storyboard) -> None:
    """Make sure that the shots are where they were when the take was made.

    Raises
    ------
    SettingsError
        If they are not.
    """
    then = found.take.storyboard
    if [(shot.start, shot.duration) for shot in now.shots] != [(shot.start, shot.duration) for shot in then.shots]:
        raise SettingsError(
            f"The edit has changed since it was scored: {len(then.shots)} shots then, {len(now.shots)} now, "
            f"{float(then.duration):.2f} s then, {float(now.duration):.2f} s now.",
            where=str(found.timeline),
            remedy="Fit the music to it first, with `vem reconform`.",
        )


def _is_there(found: FoundTake, name: str) -> bool:
    return name in found.take.files and (found.folder / found.take.files[name]).is_file()


def _takes_near(beside: Path, scored: Path) -> Iterator[tuple[Take, Path]]:
    """Takes in the folder of the music, in the one named like the timeline, and in those beside it."""
    here = scored.resolve().parent
    folders = [beside, folder_of(scored), *(place.parent for place in sorted(here.glob(f"*/{TAKE_FILE}")))]
    for folder in dict.fromkeys(folders):
        if (folder / TAKE_FILE).is_file():
            yield read_take(folder), folder


def _literal(text: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", text)


def _number(name: str) -> int:
    return int(name.rpartition("_v")[2]) if name.rpartition("_v")[2].isdigit() else 0
