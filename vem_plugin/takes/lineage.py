"""All takes of an edit: listing them, putting another one into the timeline, going back, and throwing one away.

Versions lie beside each other in folders of their own. Which of them sounds is told by the music track of a timeline
alone, so choosing changes that track in the timeline that is named, and nothing else on disk.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.publish import music_clip
from vem_plugin.take import SCORE_FILE, TAKE_FILE, Take, rewrite_record
from vem_plugin.takes.find import FoundTake, take_in, takes_in
from vem_plugin.takes.locks import locked_shots, refuse_locked
from vem_plugin.takes.span import shots_between
from vem_timeline import music_in, read, repoint
from vem_timeline.errors import TimelineError
from vem_timeline.formats import SUFFIXES
from vem_timeline.handoff import HANDED_OVER


@dataclass(frozen=True, slots=True)
class ListedTake:
    """A take in a list: whether the timeline holds it, and the name of the take it was made from ("" if of none)."""

    take: Take
    folder: Path
    held: bool
    parent: str

    @property
    def mix(self) -> Path:
        """The file to listen to."""
        return self.folder / self.take.files["mix"]


def list_takes(scored: Path) -> tuple[ListedTake, ...]:
    """All takes of the edit of a scored timeline, by version.

    Raises
    ------
    VemError
        As `take_in`.
    """
    found = take_in(scored)
    near = dict.fromkeys((found.folder.resolve().parent, scored.resolve().parent))
    takes = [pair for folder in near for pair in takes_in(folder, found.stem)]
    names = {take.take_id: take.name for take, _ in takes}
    return tuple(
        ListedTake(
            take,
            folder,
            take.take_id == found.take.take_id,
            "" if take.change is None else names.get(take.change.parent, f"(gone: {take.change.parent})"),
        )
        for take, folder in takes
    )


def pick_take(scored: Path, name: str) -> ListedTake:
    """Put another take into a scored timeline, in place; only the music track changes.

    Parameters
    ----------
    name : str
        The take's name, its version ("v02" or "2"), or its id.

    Raises
    ------
    SettingsError
        If there is no such take, it has lost its music, it is of another length, or a locked shot would sound other.
    TimelineError
        If the timeline cannot be written.
    """
    chosen, found = take_named(scored, name), take_in(scored)
    _check_locks(found, chosen.take)
    if not chosen.mix.is_file():
        raise SettingsError(
            f"The take has lost {chosen.mix.name}.", where=str(chosen.folder), remedy="Bring it back from a backup."
        )
    if chosen.take.samples != found.take.samples:
        raise SettingsError(
            f"{chosen.take.name} is of another length than the edit.",
            where=f"{chosen.take.samples / chosen.take.sample_rate:.2f} s",
            remedy="Fit the music to the edit with `vem reconform`.",
        )
    repoint(scored, scored, music_clip(chosen.take, chosen.folder), timeline=found.within)
    if chosen.take.locked != found.take.locked:  # locks are of the edit, and go where its timeline goes
        rewrite_record(replace(chosen.take, locked=found.take.locked), chosen.folder)
    return replace(chosen, held=True)


def undo(scored: Path) -> ListedTake:
    """Put the take before into a scored timeline: the one that its take was made from.

    Raises
    ------
    SettingsError
        If there is none, or as `pick_take`.
    """
    return pick_take(scored, take_before(scored))


def take_before(scored: Path) -> str:
    """Id of the take that the one in a scored timeline was made from.

    Raises
    ------
    SettingsError
        If it was made from none.
    """
    found = take_in(scored)
    if found.take.change is None:
        raise SettingsError(
            "There is nothing to undo.",
            where=found.take.name,
            remedy="This take was made from no other; `vem takes` lists all there are.",
        )
    return found.take.change.parent


def delete_take(scored: Path, name: str) -> Path:
    """Throw a take away: its files, and the timeline of its name if that holds nothing but it.

    Returns
    -------
    Path
        The folder that was; it stays if it holds anything that is not ours.

    Raises
    ------
    SettingsError
        If there is no such take, or the timeline holds it.
    RenderError
        If the files cannot be taken away.
    """
    chosen = take_named(scored, name)
    if chosen.held:
        raise SettingsError(
            f"{chosen.take.name} is the take that this timeline holds.",
            where=str(scored),
            remedy="Pick another one first.",
        )
    try:
        handed = (f"{chosen.take.name}{ending}" for ending in HANDED_OVER)
        for file in (*chosen.take.files.values(), *handed, "README.txt", SCORE_FILE, TAKE_FILE):
            (chosen.folder / file).unlink(missing_ok=True)
        if not any(chosen.folder.iterdir()):
            shutil.rmtree(chosen.folder)
        for suffix in SUFFIXES:
            timeline = chosen.folder.with_name(chosen.take.name + suffix)
            if timeline.exists() and timeline.resolve() != scored.resolve() and _holds(timeline, chosen.take):
                if timeline.is_dir():  # .otiod and .fcpxmld are folders
                    shutil.rmtree(timeline)
                else:
                    timeline.unlink()
    except OSError as error:
        raise RenderError(
            f"The take cannot be thrown away: {error.strerror}.", where=str(chosen.folder), remedy="Check permissions."
        ) from error
    return chosen.folder


def lock_shots(scored: Path, shots: tuple[int, ...], *, locked: bool = True) -> tuple[int, ...]:
    """Lock shots of a scored edit, or unlock them; the take remembers, and so does every version made from it.

    Returns
    -------
    tuple of int
        All shots that are locked so.

    Raises
    ------
    SettingsError
        If there is no such shot.
    """
    found = take_in(scored)
    count = len(found.take.storyboard.shots)
    for number in shots:
        if not 1 <= number <= count:
            raise SettingsError(f"There is no shot {number}.", remedy=f"Choose from 1 to {count}.")
    now = set(found.take.locked) | set(shots) if locked else set(found.take.locked) - set(shots)
    rewrite_record(replace(found.take, locked=tuple(sorted(now))), found.folder)
    return tuple(sorted(now))


def take_named(scored: Path, name: str) -> ListedTake:
    """A take of the edit of a scored timeline by its name, its version ("v02" or "2"), or its id.

    Raises
    ------
    SettingsError
        If there is no such take.
    """
    takes = list_takes(scored)
    asked = name.strip()
    for listed in takes:
        version = listed.take.name.rpartition("_v")[2]
        short = asked.removeprefix("v")
        if asked in (listed.take.name, listed.take.take_id) or (short.isdigit() and int(short) == int(version)):
            return listed
    known = ", ".join(listed.take.name for listed in takes)
    raise SettingsError(f"There is no take '{name}'.", where=str(scored), remedy=f"Choose one of: {known}.")


def _check_locks(found: FoundTake, chosen: Take) -> None:
    """Refuse a take whose music differs in a locked shot."""
    locks = locked_shots(found.take.locked, read(found.timeline, timeline=found.within))
    if not locks:
        return
    lines = {take.take_id: take for take, _ in takes_in(found.folder.resolve().parent, found.stem)}
    refuse_locked(_shots_between(found.take, chosen, lines), locks)


def _shots_between(one: Take, other: Take, takes: dict[str, Take]) -> tuple[int, ...]:
    """Shots in which two takes may differ: those changed on the way from each to what they have in common."""
    lines = [_line_of(take, takes) for take in (one, other)]
    common = {take.take_id for take in lines[0]} & {take.take_id for take in lines[1]}
    everything = tuple(shot.number for shot in one.storyboard.shots)
    if not common:
        return everything
    changed: set[int] = set()
    for line in lines:
        for take in line:
            if take.take_id in common:
                break
            if take.change is None or take.change.beats is None:
                return everything
            changed |= set(take.change.shots) | _touched(take)
    return tuple(sorted(changed))


def _touched(take: Take) -> set[int]:
    """Shots that a change reaches into with its seams."""
    if take.change is None or take.change.beats is None:
        return set()
    first, last = take.change.beats
    times = (take.plan.time_of(Fraction(beat)) for beat in (first, last))
    return {shot.number for shot in shots_between(take.storyboard, *times)}


def _line_of(take: Take, takes: dict[str, Take]) -> list[Take]:
    """A take, the one it was made from, and so on."""
    line = [take]
    while (change := line[-1].change) is not None and change.parent in takes and len(line) <= len(takes):
        line.append(takes[change.parent])
    return line


def _holds(timeline: Path, take: Take) -> bool:
    try:
        held = music_in(timeline)
    except TimelineError:
        return False
    return held is not None and held.take_id[:4] == take.take_id[:4]
