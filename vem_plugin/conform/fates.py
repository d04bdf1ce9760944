"""What became of every shot and its music when a take was made to fit a changed edit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from vem_plugin.conform.matching import Change, ShotPair
from vem_plugin.rhythm.beat_plan import BeatPlan, Miss
from vem_timeline.storyboard import Shot

Music = Literal["kept", "bent", "cut", "extended", "partly new", "new", "gone"]

UNHEARD = Fraction(1, 200)
"""A tempo that differs by at most this share counts as the same: nobody hears it."""


@dataclass(frozen=True, slots=True)
class ShotFate:
    """One shot: what the editor did to it, and what that did to its music.

    ``old`` and ``new`` are its numbers then and now; ``beats`` how many it has now (then, if it is gone) and ``kept``
    how many of them keep their music; ``tempo`` by what share it plays faster now, 0 where nothing is kept.
    """

    change: Change
    music: Music
    old: int | None
    new: int | None
    name: str
    beats: int
    kept: int
    tempo: float = 0.0


@dataclass(frozen=True, slots=True)
class ConformReport:
    """What a re-conform did.

    ``fates`` has the new edit's shots in order, then the deleted ones; ``beats`` of the new plan, and ``kept``, those
    whose music is the earlier take's; ``landed`` and ``cuts`` count cuts on the grid, then and now; ``new_misses`` are
    instants off the grid now that were on it, or were not there; ``broken_locks`` are shots (by their numbers then)
    that were locked, and whose music the new edit leaves no room for.
    """

    fates: tuple[ShotFate, ...]
    beats: int
    kept: int
    bpm: tuple[float, float]
    landed: tuple[int, int]
    cuts: tuple[int, int]
    new_misses: tuple[Miss, ...]
    broken_locks: tuple[int, ...] = ()

    @property
    def share_kept(self) -> float:
        """Share of the new edit's beats whose music is kept, 0 to 1."""
        return self.kept / self.beats

    def count(self, *music: Music) -> int:
        """Number of shots whose music had one of these fates."""
        return sum(fate.music in music for fate in self.fates)


def report_of(
    pairs: Sequence[ShotPair],
    old: BeatPlan,
    new: BeatPlan,
    beats: Sequence[int | None],
    *,
    locked: Iterable[int] = (),
) -> ConformReport:
    """Tell what became of every shot.

    Parameters
    ----------
    beats : sequence of int or None
        The earlier beat of every new one, or None.
    locked : iterable of int
        Numbers that locked shots had in the earlier edit.
    """
    fates = tuple(_fate(pair, old, new, beats) for pair in pairs)
    hurt = {fate.old for fate in fates if fate.music not in ("kept", "bent", "extended")}
    return ConformReport(
        fates=fates,
        beats=new.beats,
        kept=sum(then is not None for then in beats),
        bpm=(float(old.felt_bpm), float(new.felt_bpm)),
        landed=(_landed(old), _landed(new)),
        cuts=(_landed(old) + _missed(old), _landed(new) + _missed(new)),
        new_misses=_new_misses(pairs, old, new),
        broken_locks=tuple(sorted(set(locked) & hurt)),
    )


def _fate(pair: ShotPair, old: BeatPlan, new: BeatPlan, beats: Sequence[int | None]) -> ShotFate:
    numbers = pair.old and pair.old.number, pair.new and pair.new.number
    if pair.new is None:
        assert pair.old is not None
        first, last = _span(old, pair.old.start, pair.old.end)
        return ShotFate(pair.change, "gone", *numbers, pair.old.name, last - first, 0)
    first, last = _span(new, pair.new.start, pair.new.end)
    kept = [(beat, then) for beat in range(first, last) if (then := beats[beat]) is not None]
    music: Music = "new"
    tempo = 0.0
    if pair.old is not None and (kept or first == last):
        then = _span(old, pair.old.start, pair.old.end)
        more = _beats(new, pair.new) - _beats(old, pair.old)
        tempo = _faster(kept, old, new)
        music = _music(min(last - first, then[1] - then[0]) - len(kept), more, tempo)
    return ShotFate(pair.change, music, *numbers, pair.new.name, last - first, len(kept), tempo)


def _music(lost: int, more: Fraction, tempo: float) -> Music:
    """``lost`` is how many beats could have been kept and were not, ``more`` how many the shot has won."""
    if lost > 0:
        return "partly new"
    if abs(more) >= 1:
        return "cut" if more < 0 else "extended"
    return "bent" if abs(tempo) > UNHEARD else "kept"


def _beats(plan: BeatPlan, shot: Shot) -> Fraction:
    return plan.beat_of(shot.end) - plan.beat_of(shot.start)


def _faster(kept: Sequence[tuple[int, int]], old: BeatPlan, new: BeatPlan) -> float:
    """By what share kept beats are faster than they were."""
    now = sum(new.beat_times[beat + 1] - new.beat_times[beat] for beat, _ in kept)
    then = sum(old.beat_times[beat + 1] - old.beat_times[beat] for _, beat in kept)
    return float(then / now - 1) if now else 0.0


def _span(plan: BeatPlan, start: Fraction, end: Fraction) -> tuple[int, int]:
    return plan.beat_near(start), plan.beat_near(end)


def _landed(plan: BeatPlan) -> int:
    return sum(landing.constraint.shot is not None for landing in plan.landings)


def _missed(plan: BeatPlan) -> int:
    return sum(miss.constraint.shot is not None for miss in plan.misses)


def _new_misses(pairs: Sequence[ShotPair], old: BeatPlan, new: BeatPlan) -> tuple[Miss, ...]:
    """Misses of the new plan, less those that the old plan missed at the same shot or marker."""
    former = {
        pair.new.number: pair.old.number
        for pair in pairs
        if pair.old is not None and pair.new is not None and pair.at_same_head
    }
    shots = {miss.constraint.shot for miss in old.misses if miss.constraint.shot is not None}
    labels = {miss.constraint.label for miss in old.misses if miss.constraint.shot is None}
    return tuple(
        miss
        for miss in new.misses
        if (former.get(miss.constraint.shot) not in shots if miss.constraint.shot is not None else True)
        and miss.constraint.label not in labels
    )
