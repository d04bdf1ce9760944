"""Building the corpus: pieces by number, on all cores, each from its own seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import CueSheet
from vem_plugin.score.notes import Chord
from vem_plugin.score.theme import RealisedTheme, draw_cards, realise
from vem_plugin.training.corpus.random_cue import random_cue
from vem_plugin.training.corpus.teacher import play_theme

PIECES_PER_TASK = 64


@dataclass(frozen=True)
class Piece:
    """A lesson: what was asked, the themes, and what the teacher wrote (tonic-normalised)."""

    cue: CueSheet
    theme: RealisedTheme
    notes: NDArray[np.void]
    chords: tuple[Chord, ...]


def build_piece(number: int, *, seed: int, max_beats: int = 128, held_out: bool = False) -> Piece:
    """Build one piece; the same number and seed give the same piece.

    With ``held_out`` its progressions are ones that training never meets.
    """
    rng = np.random.default_rng([seed, number])
    cue = random_cue(rng, max_beats=max_beats)
    cards = draw_cards(cue, rng, held_out=held_out)
    theme = realise(cue, cards)
    notes, chords = play_theme(cue, theme, rng)
    return Piece(cue, theme, notes, chords)


def build_pieces(count: int, *, seed: int, processes: int = 1, max_beats: int = 128) -> Iterator[Piece]:
    """Build pieces 0 to ``count`` - 1 in order, in parallel where ``processes`` is more than 1.

    Held-out pieces are those of another seed.
    """
    build = partial(build_piece, seed=seed, max_beats=max_beats)
    if processes <= 1:
        yield from map(build, range(count))
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(build, range(count), chunksize=PIECES_PER_TASK)
