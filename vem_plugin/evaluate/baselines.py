"""What the model is measured against: held-out cue sheets, its teacher's takes, real pieces, shuffled bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from vem_plugin.score.cue import ROLES, CueSheet
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.theme import RealisedTheme, draw_cards, realise
from vem_plugin.training.corpus.build import Piece, build_piece
from vem_plugin.training.corpus.teacher import play_theme
from vem_plugin.training.dataset import HELDOUT_SEED, TRAIN_SEED

SHORTEST = 32
"""Beats; shorter pieces tell little."""
CARDS, TAKE, AGAIN = 7, 8, 9


@dataclass(frozen=True, slots=True)
class Task:
    """A held-out cue sheet with a theme, both new to the model; ``number`` seeds everything drawn for it."""

    number: int
    cue: CueSheet
    theme: RealisedTheme

    def taught(self, take: int = TAKE) -> Piece:
        """What the rule-based composer writes here; another ``take`` plays the same theme another way."""
        notes, chords = play_theme(self.cue, self.theme, np.random.default_rng([take, self.number]))
        return Piece(self.cue, self.theme, notes, chords)

    def with_theme(self, seed: int) -> Task:
        """The same cue sheet with another held-out theme."""
        return replace(self, theme=_theme_for(self.cue, [CARDS, self.number, seed]))


def _theme_for(cue: CueSheet, seed: list[int]) -> RealisedTheme:
    return realise(cue, draw_cards(cue, np.random.default_rng(seed), held_out=True))


def held_out_tasks(count: int) -> tuple[Task, ...]:
    """The first held-out cue sheets of at least ``SHORTEST`` beats, with themes on held-out progressions."""
    tasks: list[Task] = []
    number = 0
    while len(tasks) < count:
        cue = build_piece(number, seed=HELDOUT_SEED, held_out=True).cue
        if cue.beats >= SHORTEST:
            tasks.append(Task(number, cue, _theme_for(cue, [CARDS, number])))
        number += 1
    return tuple(tasks)


def taught_pieces(count: int) -> tuple[Piece, ...]:
    """The first pieces that the model was taught."""
    return tuple(build_piece(number, seed=TRAIN_SEED) for number in range(count))


def real_pieces(count: int) -> tuple[Piece, ...]:
    """Real music that was kept out of training, spread evenly over what there is."""
    from vem_plugin.training.corpus.real import load_real_pieces

    pieces = [piece for piece in load_real_pieces("heldout") if piece.cue.beats >= SHORTEST]
    if len(pieces) <= count:
        return tuple(pieces)
    return tuple(pieces[index] for index in np.linspace(0, len(pieces) - 1, count).astype(int))


def shuffled(piece: Piece, *, seed: int = 0) -> Piece:
    """A piece whose bars change places with others of their length, each role by itself; chords stay.

    What is left is the vocabulary of every bar; what is lost is harmony, form, obedience and playing together.
    """
    rng = np.random.default_rng([seed, len(piece.notes)])
    bars = bars_of(piece.cue)
    by_length = groupby(sorted(range(len(bars)), key=lambda index: bars[index].beats), key=lambda i: bars[i].beats)
    groups = [np.array(list(group)) for _, group in by_length]
    starts = np.array([bar.step for bar in bars])
    notes = piece.notes.copy()
    own = np.searchsorted(starts, notes["start"], side="right") - 1
    for role in range(len(ROLES)):
        goes_to = np.arange(len(bars))
        for group in groups:
            goes_to[group] = rng.permutation(group)
        mine = notes["role"] == role
        notes["start"][mine] += (starts[goes_to[own]] - starts[own])[mine]
    end = piece.cue.beats * STEPS_PER_BEAT
    notes["length"] = np.minimum(notes["length"], end - notes["start"])
    return Piece(piece.cue, piece.theme, np.sort(notes, order=("start", "role", "pitch")), piece.chords)


def fitting(pieces: Sequence[Piece], styles: Sequence[str]) -> tuple[Piece, ...]:
    """The pieces in one of some styles."""
    return tuple(piece for piece in pieces if piece.cue.style in styles)
