"""What the codec is taught at a time: half of it as written, half transposed and with roles of other pieces.

A codec that meets only whole pieces in their own key learns what music of its corpus looks like, and misspells what
people wrote elsewhere. Moved to other degrees, and with roles that do not belong together, notes must be spelled one
by one.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vem_plugin.models.raster import rasterise
from vem_plugin.score.cue import ROLES
from vem_plugin.score.notes import STEPS_PER_BEAT, Chord
from vem_plugin.training.dataset import PieceColumns
from vem_plugin.training.recipe import AtLeastOne, Share

SORTED_TOGETHER = 20
"""Steps whose pieces are sorted by length together."""
ALTERED = 0.5
"""Share of pieces that are transposed."""
FARTHEST = 6
"""Semitones a piece is transposed at most, up or down; what leaves a role's range is folded back into it."""
BORROWED = 0.3
"""Chance of each role of an altered piece to be another piece's."""


class CodecLessons(Struct, frozen=True, forbid_unknown_fields=True):
    """``[lessons]`` of the score codec: ``pieces`` of a step."""

    pieces: AtLeastOne = 12
    real_share: Share = 0.35
    """Real pieces are harder to spell than made ones, so the codec sees them more often than the diffusion does."""
    decoder_only: bool = False
    """Leave the latents as they are, so that a transformer trained on them keeps its meaning."""
    measured_pieces: AtLeastOne = 60


def draw_steps(pieces: PieceColumns, options: CodecLessons, rng: np.random.Generator) -> list[list[int]]:
    """An epoch's steps: numbers of pieces of nearly one length, so that little is padded, in random order."""
    order = pieces.epoch(rng, real_share=options.real_share)
    size = options.pieces
    steps: list[list[int]] = []
    for first in range(0, len(order), SORTED_TOGETHER * size):
        some = order[first : first + SORTED_TOGETHER * size]
        by_length = some[np.argsort(pieces.beats[some], kind="stable")]
        steps += [by_length[at : at + size].tolist() for at in range(0, len(by_length), size)]
    return [steps[place] for place in rng.permutation(len(steps))]


def lesson(pieces: PieceColumns, number: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Raster of a piece, (beats, BEAT_SIZE), as written or altered."""
    if rng.random() >= ALTERED:
        return pieces.raster(number)
    beats = int(pieces.beats[number])
    notes = pieces.notes(number).copy()
    for role in range(len(ROLES)):
        if rng.random() < BORROWED:
            other = pieces.notes(int(rng.integers(len(pieces))))
            notes = np.concatenate([notes[notes["role"] != role], other[other["role"] == role]])
    notes = notes[notes["start"] < beats * STEPS_PER_BEAT]
    shift = int(rng.integers(-FARTHEST, FARTHEST + 1))
    pitched = notes["role"] != ROLES.index("drums")
    notes["pitch"][pitched] = notes["pitch"][pitched].astype(np.int16) + shift
    chords = [
        Chord((c.root + shift) % 12, tuple((tone + shift) % 12 for tone in c.tones)) for c in pieces.chords(number)
    ]
    return rasterise(notes, chords, beats)
