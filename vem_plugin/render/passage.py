"""Plays a stretch of a take as if the whole were played, and lays it into the sound there is.

Only what can be heard in the stretch is played: notes that begin in it, and those from before that still ring, or whose
echo does. At its edges the new sound is faded against the old one. What is the same on both sides of a seam (the notes
outside, played again by the same players) passes through it unchanged, because the two shares of a cross-fade add up
to one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.render.effects import Effect
from vem_plugin.render.mix import EndFade, players_of
from vem_plugin.render.soundfont import SoundFont
from vem_plugin.render.stems import Stem
from vem_plugin.render.synth import PlayedNote, played_notes
from vem_plugin.render.voice import RATE
from vem_plugin.render.wave import FULL_SCALE, quantised
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import Role
from vem_plugin.score.layers import Palette
from vem_plugin.score.notes import Score

_ECHO = int(1.6 * RATE)
"""How long after a note has died away its echo may still be heard in the music that follows, samples."""
_DYING = RATE
"""How long a note that was let go rings on audibly, samples."""
_DRUM = 3 * RATE
"""How long a drum rings audibly, samples."""
_EARLY = RATE // 2
"""No instrument begins earlier than this before its note, samples."""
_SETTLING = RATE // 10
"""For filters that have to forget that they began here, samples."""
_HIGHEST = 0.98


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples ``first`` to ``end`` (excluded) that sound new, faded in until ``opened`` and out from ``closing``."""

    first: int
    opened: int
    closing: int
    end: int

    @property
    def share(self) -> NDArray[np.float32]:
        """Share of the new sound at every sample, 0 to 1, shape (end - first,); that of the old is the rest."""
        share = np.ones(self.end - self.first, np.float32)
        opening, closing = self.opened - self.first, self.end - self.closing
        if opening > 0:
            share[:opening] = _rise(opening)
        if closing > 0:
            share[-closing:] = np.minimum(share[-closing:], _rise(closing)[::-1])
        return share


def play_passage(
    score: Score,
    plan: BeatPlan,
    stretch: Stretch,
    *,
    palette: Palette,
    bank: SoundFont,
    seed: int,
    trim: float,
    effects: Sequence[Effect],
) -> dict[Stem, NDArray[np.float32]]:
    """Play a stretch of every stem.

    Parameters
    ----------
    seed : int
        The take's: the grain of chance in how notes are played.
    trim : float
        The linear gain that the take was played with.

    Returns
    -------
    dict of Stem to ndarray of float32, shape (2, n)
        Full scale is 1. Where a stem would pass it, it is played softer in this stretch only.
    """
    heard = audible(played_notes(score, plan, seed=seed), stretch.first, stretch.end)
    begin = min([stretch.first, *(note.start for notes in heard.values() for note in notes)])
    begin = max(0, begin - _EARLY - _SETTLING)
    players = players_of(score, plan, heard, palette=palette, bank=bank, effects=effects)
    fade = EndFade(plan, score.cue.end_beat).curve(stretch.first, stretch.end)

    def play(stem: Stem) -> NDArray[np.float32]:
        sound = players[stem].play(begin, stretch.end)[:, stretch.first - begin :]
        sound = sound * (trim * fade)
        peak = float(np.abs(sound).max(initial=0.0))
        return np.asarray(sound if peak <= _HIGHEST else sound * (_HIGHEST / peak), np.float32)

    with ThreadPoolExecutor(max_workers=min(len(players), os.cpu_count() or 1)) as crew:
        return dict(zip(players, crew.map(play, players), strict=True))


def laid_in(new: NDArray[np.float32], old: NDArray[np.int32], stretch: Stretch) -> NDArray[np.int32]:
    """New sound faded against the old in a stretch, 24-bit counts; both of shape (2, n).

    The fades begin and end at nothing, so the first and the last sample are the old ones.
    """
    share = stretch.share
    mixed = quantised(new * share + old.astype(np.float32) * ((1 - share) / np.float32(FULL_SCALE)))
    return np.where(share == 0, old, mixed)


def audible(notes: Mapping[Role, Sequence[PlayedNote]], first: int, end: int) -> dict[Role, list[PlayedNote]]:
    """The notes that are heard from sample ``first`` to ``end``, with their echo."""
    return {
        role: [
            note
            for note in played
            if note.start - _EARLY < end and _dies_away(note, drum=role == "drums") + _ECHO > first
        ]
        for role, played in notes.items()
    }


def _dies_away(note: PlayedNote, *, drum: bool) -> int:
    return note.start + _DRUM if drum else max(note.end, note.pedal) + _DYING


def _rise(samples: int) -> NDArray[np.float32]:
    """A smooth way from 0 to 1."""
    return np.square(np.sin(np.linspace(0, np.pi / 2, samples))).astype(np.float32)
