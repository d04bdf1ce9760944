"""Kept notes and new ones, put together on the beats of the new edit.

A *run* is a stretch of beats that come from one place: consecutive beats of the earlier score, or newly written ones.
Notes are cut where their run ends, and what rings into a run is struck again where it begins, so that no harmony falls
silent at a joint; a note that rings on over a joint on both sides stays one note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.finish import clear_stops, make_room, missing_hits, ring_out, within
from vem_plugin.score.cue import ROLES, CueSheet
from vem_plugin.score.notes import NOTE, STEPS_PER_BEAT, Score

DRUMS = ROLES.index("drums")


@dataclass(frozen=True, slots=True)
class Run:
    """Beats ``first`` to ``last`` (exclusive); ``former`` is the earlier beat that the first one was, or None."""

    first: int
    last: int
    former: int | None


def runs_of(beats: Sequence[int | None]) -> tuple[Run, ...]:
    """The runs of a piece, in order; ``beats`` has the earlier beat of every new one, or None."""
    runs: list[Run] = []
    for beat, former in enumerate(beats):
        if runs and _goes_on(runs[-1], beat, former):
            runs[-1] = Run(runs[-1].first, beat + 1, runs[-1].former)
        else:
            runs.append(Run(beat, beat + 1, former))
    return tuple(runs)


def _goes_on(run: Run, beat: int, former: int | None) -> bool:
    if run.former is None or former is None:
        return run.former is former
    return former == run.former + beat - run.first


def joined(old: Score, beats: Sequence[int | None], fresh: Score | None, cue: CueSheet) -> Score:
    """One score of an earlier one and what was written anew.

    Parameters
    ----------
    old : Score
        The earlier score; its notes are kept as they are.
    beats : sequence of int or None
        For every new beat the earlier beat it was, or None where ``fresh`` speaks.
    fresh : Score or None
        A score of the new beats; None only if every beat is kept.
    cue : CueSheet
        Of the new edit: its hits get an onset if they have none, its stops are silent, its last chord rings.

    Raises
    ------
    ValueError
        If the numbers of beats disagree.
    """
    if len(beats) != cue.beats or (fresh is None and None in beats):
        raise ValueError(f"{len(beats)} beats were mapped, the cue sheet has {cue.beats}")
    music, chords = _Cut(np.zeros(0, NOTE), np.zeros(0, bool)), []
    for run in runs_of(beats):
        source, first = (fresh, run.first) if run.former is None else (old, run.former)
        assert source is not None
        music = _going_on(music, *_notes_of_run(source.notes, run, first))
        chords += source.chords[first : first + run.last - run.first]
    notes = music.notes
    notes = ring_out(clear_stops(notes, cue), chords, cue)
    heard = notes[~np.isin(notes["start"], _unaccented(old.cue, beats, cue))]
    added = missing_hits(heard, chords, cue)
    added = added[~np.isin(added[["role", "start", "pitch"]], notes[["role", "start", "pitch"]])]
    notes = within(np.concatenate([make_room(notes, added), added]), cue.beats * STEPS_PER_BEAT)
    facts = dict((fresh or old).facts) | {"kept_beats": sum(former is not None for former in beats)}
    return Score(cue, notes, tuple(chords), latents_at(old, beats, fresh), facts)


def _unaccented(old: CueSheet, beats: Sequence[int | None], cue: CueSheet) -> list[int]:
    """Steps of hits in kept music that had none there: what happens to sound on them was never meant to be heard."""
    return [
        eighth * STEPS_PER_BEAT // 2
        for eighth in cue.hits
        if eighth // 2 < len(beats)
        and (then := beats[eighth // 2]) is not None
        and 2 * then + eighth % 2 not in old.hits
    ]


def latents_at(old: Score, beats: Sequence[int | None], fresh: Score | None = None) -> NDArray[np.float32] | None:
    """Latents of the new beats, (beats, latent size): the earlier ones where kept, else those of ``fresh``, or 0."""
    if old.latents is None:
        return None
    latents = np.zeros((len(beats), old.latents.shape[1]), np.float32)
    if fresh is not None and fresh.latents is not None:
        latents[:] = fresh.latents
    kept = [beat for beat, former in enumerate(beats) if former is not None]
    latents[kept] = old.latents[[former for former in beats if former is not None]]
    return latents


@dataclass(frozen=True, slots=True)
class _Cut:
    """Notes, and which of them were still sounding where their run ended."""

    notes: NDArray[np.void]
    open: NDArray[np.bool_]


def _notes_of_run(notes: NDArray[np.void], run: Run, first: int) -> tuple[_Cut, _Cut]:
    """What rings into a run and what starts in it, cut to it, on the new beats; ``first`` is its beat in the source."""
    start, end = first * STEPS_PER_BEAT, (first + run.last - run.first) * STEPS_PER_BEAT
    ends = notes["start"] + notes["length"]
    ringing = (notes["start"] < start) & (ends > start) & (notes["role"] != DRUMS)
    parts = []
    for chosen in (ringing, (notes["start"] >= start) & (notes["start"] < end)):
        part = notes[chosen].copy()
        part["start"] = np.maximum(part["start"], start)
        part["length"] = np.minimum(ends[chosen], end) - part["start"]
        part["start"] += (run.first - first) * STEPS_PER_BEAT
        parts.append(_Cut(part, ends[chosen] > end))
    return parts[0], parts[1]


def _going_on(before: _Cut, ringing: _Cut, own: _Cut) -> _Cut:
    """The notes before a joint and those of the run after it: what rings in lengthens a note that was cut there."""
    notes, still_open = before.notes.copy(), np.zeros(len(before.notes), bool)
    struck = np.ones(len(ringing.notes), bool)
    for index, note in enumerate(ringing.notes):
        same = before.open & (notes["role"] == note["role"]) & (notes["pitch"] == note["pitch"])
        held = np.flatnonzero(same)
        if len(held):
            notes["length"][held] += note["length"]
            still_open[held] = ringing.open[index]
            struck[index] = False
    return _Cut(
        np.concatenate([notes, ringing.notes[struck], own.notes]),
        np.concatenate([still_open, ringing.open[struck], own.open]),
    )
