"""What the diffusion is taught at a time: a piece, made-up shots, and some of its wishes left out.

Left out at random, each of its own: all wishes (for classifier-free guidance), the mood in numbers (so that words and
look are listened to), the caption of the whole, the card's loop and the card's tune (of real pieces more often). In
some rows part of the sections are given, which teaches to fill in the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.beat_features import DIRECTION_COLUMNS, MOOD
from vem_plugin.models.conditioning import Conditions, conditions_of, withheld
from vem_plugin.models.storyboard_tokens import tokens_of
from vem_plugin.score.theme import LOOP, LOOP_FLAG, TUNE, TUNE_FLAG
from vem_plugin.training.dataset import PieceColumns
from vem_plugin.training.packing import TaughtBatch, TaughtPiece, batch_pieces, pack
from vem_plugin.training.shots import draw_shots

FRAMES = 128
"""Latent frames of a row."""
ENTRIES = 40
"""Storyboard entries of a row, at most."""
ROWS = 24

WITHHELD = 0.1
MOOD_WITHHELD = 0.4
CAPTION_WITHHELD = 0.2
LOOP_WITHHELD = 0.1
TUNE_WITHHELD = 0.1
REAL_LOOP_WITHHELD, REAL_TUNE_WITHHELD = 0.3, 0.5
"""A real piece's card *is* its tune and its chords: told less often, so that more than spelling is learned from it."""
FILLING_IN = 0.35
"""Share of pieces of which a part is given."""


class Lessons:
    """Makes batches of taught pieces from columns with latents and caption embeddings."""

    def __init__(self, pieces: PieceColumns, *, seed: int) -> None:
        self.pieces = pieces
        self.rng = np.random.default_rng(seed)

    def batches(self, *, rows: int = ROWS) -> Iterator[TaughtBatch]:
        """Batches without end: an epoch is every rule-made piece once, with its share of real ones, in random order."""
        batch: list[list[int]] = []
        while True:
            order = self.pieces.epoch(self.rng).tolist()
            for numbers in pack(self.pieces.beats, order, frames=FRAMES):
                batch.append(numbers)
                if len(batch) == rows:
                    yield self.batch(batch)
                    batch = []

    def batch(self, rows: list[list[int]]) -> TaughtBatch:
        """Rows of pieces given by number, with all random choices."""
        taught = []
        for numbers in rows:
            beats = sum(int(self.pieces.beats[number]) for number in numbers)
            taught.append([self._lesson(number, beats) for number in numbers])
        return batch_pieces(taught, frames=FRAMES)

    def plain(self, number: int) -> TaughtPiece:
        """A piece with all its wishes and nothing given, for measuring."""
        conditions = self._conditions(number, ENTRIES)
        return TaughtPiece(conditions, self._latents(number), np.zeros((conditions.frames, 1), np.float32))

    def _lesson(self, number: int, beats_in_row: int) -> TaughtPiece:
        share = int(ENTRIES * self.pieces.beats[number] / max(beats_in_row, 1))
        conditions = self._conditions(number, max(2, share))
        conditions = withheld(conditions) if self._happens(WITHHELD) else self._thinned_out(conditions, number)
        known = np.zeros((conditions.frames, 1), np.float32)
        if self._happens(FILLING_IN):
            section = np.asarray(self.pieces.beatwise("section", number), np.int64)
            given = self.rng.random(section.max() + 1) < (0.5 if self._happens(0.7) else 0.85)
            known[:, 0] = given[section]
        return TaughtPiece(conditions, self._latents(number), known)

    def _conditions(self, number: int, entries: int) -> Conditions:
        pieces = self.pieces
        clock = pieces.clock(number)
        texts = pieces.columns["caption_text"]
        shots = draw_shots(pieces.labels(number), clock, texts, most=entries - 1, rng=self.rng)
        caption = np.asarray(texts[int(pieces.columns["caption"][number])], np.float32)
        style = np.asarray(pieces.columns["style"][number], np.float32)
        tokens = tokens_of(shots, clock[:-1], caption=caption, style=style)
        return conditions_of(pieces.features(number), np.asarray(pieces.beatwise("card", number)), tokens)

    def _thinned_out(self, conditions: Conditions, number: int) -> Conditions:
        real = bool(self.pieces.columns["real"][number])
        direction, card, present = conditions.direction, conditions.card, conditions.present
        if self._happens(MOOD_WITHHELD):
            direction = direction.copy()
            for name in MOOD:
                direction[:, DIRECTION_COLUMNS[name]] = 0
        if self._happens(CAPTION_WITHHELD):
            present = present.copy()
            present[-1, 0] = 0
        if self._happens(REAL_LOOP_WITHHELD if real else LOOP_WITHHELD):
            card = _without(card, LOOP, LOOP_FLAG)
        if self._happens(REAL_TUNE_WITHHELD if real else TUNE_WITHHELD):
            card = _without(card, TUNE, TUNE_FLAG)
        return replace(conditions, direction=direction, card=card, present=present)

    def _latents(self, number: int) -> NDArray[np.float32]:
        return np.asarray(self.pieces.beatwise("latents", number), np.float32)

    def _happens(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)


def _without(card: NDArray[np.float32], columns: slice, flag: int) -> NDArray[np.float32]:
    card = card.copy()
    card[:, columns] = 0
    card[:, flag] = 0
    return card
