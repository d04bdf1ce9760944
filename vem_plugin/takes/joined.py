"""Old and new music joined at beats: notes, chords and effects, each kept exactly where nothing was asked."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vem_plugin.render.effects import Effect
from vem_plugin.score.cue import ROLES, Role
from vem_plugin.score.notes import STEPS_PER_BEAT, Score


def joined_score(old: Score, new: Score, first: int, last: int, *, silent: frozenset[Role] = frozenset()) -> Score:
    """A score that is the new one in beats ``first`` to ``last`` (excluded) and the old one elsewhere.

    Notes outside stay as they were stored. One that rings into the span ends where the span begins, and one that rang
    out of it goes on where the span ends, for that is what is heard: the seam there leads back into its old sound.

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
    notes = np.concatenate([kept_notes(old.notes, begin, end), fresh])
    notes = notes[np.lexsort((notes["pitch"], notes["role"], notes["start"]))]
    chords = (*old.chords[:first], *new.chords[first:last], *old.chords[last:])
    return Score(new.cue, notes, chords, new.latents, dict(new.facts))


def kept_notes(notes: NDArray[np.void], begin: int, end: int) -> NDArray[np.void]:
    """The notes outside steps ``begin`` to ``end`` (excluded), those that cross an edge cut there."""
    stops = notes["start"] + notes["length"]
    before = notes[notes["start"] < begin].copy()
    before["length"] = np.minimum(before["length"], begin - before["start"])
    after = notes[(notes["start"] >= end)]
    ringing = notes[remainders(notes, begin, end)].copy()
    ringing["length"] = stops[remainders(notes, begin, end)] - end
    ringing["start"] = end
    return np.concatenate([before, ringing, after])


def remainders(notes: NDArray[np.void], begin: int, end: int) -> NDArray[np.bool_]:
    """Which notes begin before step ``end`` and ring on after it."""
    return (notes["start"] < end) & (notes["start"] + notes["length"] > end)


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
