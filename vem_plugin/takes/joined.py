"""Old and new music joined at beats: notes, chords and effects, each kept exactly where nothing was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vem_plugin.render.effects import Effect
from vem_plugin.score.cue import ROLES, Role
from vem_plugin.score.notes import STEPS_PER_BEAT, Score


@dataclass(frozen=True)
class Joined:
    """Old and new music in one: ``written`` is the whole, ``struck`` leaves out what only rings on from before.

    A note that rang out of the span goes on where the span ends, for that is heard: the seam there leads back into its
    old sound. It is written, but it is not struck again.
    """

    written: Score
    struck: Score


def joined_score(old: Score, new: Score, first: int, last: int, *, silent: frozenset[Role] = frozenset()) -> Joined:
    """A score that is the new one in beats ``first`` to ``last`` (excluded) and the old one elsewhere.

    Notes outside stay as they were stored; one that rings into the span ends where the span begins.

    Parameters
    ----------
    old, new : Score
        Of the same beats.
    silent : frozenset of Role
        Roles of which no new note is taken, except on hits.
    """
    begin, end = first * STEPS_PER_BEAT, last * STEPS_PER_BEAT
    fresh = new.notes[(new.notes["start"] >= begin) & (new.notes["start"] < end)].copy()
    hits = [eighth * STEPS_PER_BEAT // 2 for eighth in new.cue.hits]
    resting = np.isin(fresh["role"], [ROLES.index(role) for role in silent]) & ~np.isin(fresh["start"], hits)
    fresh = fresh[~resting]
    fresh["length"] = np.minimum(fresh["length"], end - fresh["start"])
    before = old.notes[old.notes["start"] < begin].copy()
    before["length"] = np.minimum(before["length"], begin - before["start"])
    after = old.notes[old.notes["start"] >= end]
    chords = (*old.chords[:first], *new.chords[first:last], *old.chords[last:])
    written, struck = (
        Score(new.cue, _in_order(*parts), chords, new.latents, dict(new.facts), new.sound)
        for parts in ((before, fresh, _ringing_on(old.notes, end), after), (before, fresh, after))
    )
    return Joined(written, struck)


def _ringing_on(notes: NDArray[np.void], end: int) -> NDArray[np.void]:
    """What is left after step ``end`` of the notes that began before it."""
    stops = notes["start"] + notes["length"]
    ringing = (notes["start"] < end) & (stops > end)
    rest = notes[ringing].copy()
    rest["start"], rest["length"] = end, stops[ringing] - end
    return rest


def _in_order(*parts: NDArray[np.void]) -> NDArray[np.void]:
    notes = np.concatenate(parts)
    return notes[np.lexsort((notes["pitch"], notes["role"], notes["start"]))]


def joined_effects(old: Sequence[Effect], new: Sequence[Effect], start: Fraction, end: Fraction) -> tuple[Effect, ...]:
    """Effects of a take of which seconds ``start`` to ``end`` are made anew, by time.

    An old one stays if any of its growth or its peak lies outside: half of a riser is none. A new one is taken if it
    lies inside as a whole.
    """
    kept = [effect for effect in old if not _lies_in(effect, start, end)]
    fresh = [effect for effect in new if _lies_in(effect, start, end)]
    fresh = [
        effect for effect in fresh if not any(effect.time == other.time and effect.kind == other.kind for other in kept)
    ]
    return tuple(sorted((*kept, *fresh), key=lambda effect: effect.time))


def _lies_in(effect: Effect, start: Fraction, end: Fraction) -> bool:
    return start <= effect.time - effect.lead and effect.time < end
