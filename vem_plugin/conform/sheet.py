"""The cue sheet of a changed edit: kept bars want what they wanted, new bars what the conductor asks for now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from vem_plugin.conform.matching import ShotPair, successors
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.rhythm.former import FormerBeats
from vem_plugin.score.cue import CueSheet, Section


def kept_beats(former: FormerBeats, plan: BeatPlan, old: CueSheet, directed: CueSheet) -> tuple[int | None, ...]:
    """For every beat of the new plan the earlier beat whose music it keeps, or None.

    Music is kept on the same place of the bar only. A stop keeps its silence, and what leads to the last chord stays
    before it: such beats are kept only where the new edit has the same there.
    """

    def fits(beat: int, then: int) -> bool:
        """Whether the music of an earlier beat may stand on a beat of the new plan."""
        ends = then >= old.end_beat, beat >= directed.end_beat
        as_far = then - old.end_beat == beat - directed.end_beat
        return (
            former.place(then) == places[beat]
            and (then in old.stops) == (beat in directed.stops)
            and (ends == (False, False) or (ends == (True, True) and as_far))
        )

    places = [place for bar in plan.bars for place in range(bar.beats)]
    return tuple(
        then if then is not None and fits(beat, then) else None for beat, then in enumerate(former.beats_on(plan))
    )


@dataclass(frozen=True, slots=True)
class _Want:
    """What one bar wants: its section, whether that is an earlier one, and its energy at both ends."""

    section: Section
    kept: bool
    beats: int
    energy: tuple[float, float]


def sheet_of_both(
    old: CueSheet, directed: CueSheet, plan: BeatPlan, beats: Sequence[int | None], pairs: Sequence[ShotPair]
) -> CueSheet:
    """Write the cue sheet of the new edit.

    Parameters
    ----------
    old : CueSheet
        Of the earlier take; gives style, key, mode and swing, and the sections of bars that are mostly kept.
    directed : CueSheet
        What the conductor wants for the new edit; gives hits, stops, ending and the sections of new bars, which go on
        in the theme and key of the kept bars beside them.
    plan : BeatPlan
        Of the new edit.
    beats : sequence of int or None
        As from ``kept_beats``.
    pairs : sequence of ShotPair
        Which shots are which, for the shots that sections name.
    """
    numbers = successors(pairs)
    wants = [_want_of_bar(old, directed, beats, bar.beat, bar.beats) for bar in plan.bars]
    sections: list[Section] = []
    start = 0
    for section, run in groupby(_coherent(wants), key=lambda want: (want.kept, want.section)):
        bars = list(run)
        shots = tuple(now for n in section[1].shots for now in numbers.get(n, ())) if section[0] else section[1].shots
        lengths = tuple(bar.beats for bar in bars)
        energy = (bars[0].energy[0], bars[-1].energy[1])
        sections.append(replace(section[1], start=start, bars=lengths, energy=energy, shots=shots))
        start += sum(lengths)
    return replace(
        directed,
        style=old.style,
        mode=old.mode,
        key=old.key,
        swing=old.swing,
        metre=old.metre,
        sections=tuple(sections),
    )


def _want_of_bar(old: CueSheet, directed: CueSheet, beats: Sequence[int | None], first: int, length: int) -> _Want:
    inside = range(first, first + length)
    kept = [then for then in beats[first : first + length] if then is not None]
    cue, span = (old, kept) if 2 * len(kept) >= length else (directed, list(inside))
    homes = [_section_at(cue, beat) for beat in span]
    section = max(homes, key=homes.count)
    own = [beat for beat in span if section.start <= beat < section.start + section.beats]
    return _Want(section, cue is old, length, (_energy(section, own[0]), _energy(section, own[-1] + 1)))


def _section_at(cue: CueSheet, beat: int) -> Section:
    return next(section for section in cue.sections if section.start <= beat < section.start + section.beats)


def _energy(section: Section, beat: int) -> float:
    first, last = section.energy
    return first + (last - first) * (beat - section.start) / section.beats


def _coherent(wants: Sequence[_Want]) -> list[_Want]:
    """New bars take theme and shift of the kept bars before them, or else after them."""
    done: list[_Want] = []
    for index, want in enumerate(wants):
        beside = want
        if not want.kept:
            after = next((other for other in wants[index + 1 :] if other.kept), None)
            before = next((other for other in reversed(wants[:index]) if other.kept), None)
            neighbour = before or after or want
            section = replace(want.section, theme=neighbour.section.theme, shift=neighbour.section.shift)
            beside = replace(want, section=section)
        done.append(beside)
    return done
