"""What the score's diffusion is taught at a time: a piece, made-up shots, and some of its wishes left out.

Left out at random, each of its own: all wishes (for classifier-free guidance), the mood in numbers (so that words and
look are listened to), the caption of the whole, the card's loop and the card's tune (of real pieces more often). In
some rows part of the sections are given, which teaches to fill in the rest.

Rows of pieces are numbered without end, and all chance in a row is drawn from its number: a row is the same whoever
makes it, whenever.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vem_plugin.models.beat_features import DIRECTION_COLUMNS, MOOD
from vem_plugin.models.conditioning import Conditions, conditions_of, withheld
from vem_plugin.models.storyboard_tokens import tokens_of
from vem_plugin.score.theme import LOOP, LOOP_FLAG, TUNE, TUNE_FLAG
from vem_plugin.training.dataset import REAL_SHARE, PieceColumns
from vem_plugin.training.endless import Endless
from vem_plugin.training.packing import TaughtPiece, pack
from vem_plugin.training.recipe import AtLeastOne, Share
from vem_plugin.training.shots import draw_shots


class ScoreLessons(Struct, frozen=True, forbid_unknown_fields=True):
    """``[lessons]`` of the score's diffusion and adapter: ``rows`` of a step, and chances (0 to 1) of what is left out.

    ``frames`` are latent frames of a row, ``entries`` its storyboard entries at most.
    """

    rows: AtLeastOne = 24
    frames: AtLeastOne = 128
    entries: AtLeastOne = 40
    beats: bool = True
    """Whether TB-As learns along with the rest; without it this is the paper's second stage."""
    real_share: Share = REAL_SHARE
    withheld: Share = 0.1
    mood_withheld: Share = 0.4
    caption_withheld: Share = 0.2
    loop_withheld: Share = 0.1
    tune_withheld: Share = 0.1
    real_loop_withheld: Share = 0.3
    real_tune_withheld: Share = 0.5
    """A real piece's card *is* its tune and its chords: told less often, so that more than spelling is learned."""
    filling_in: Share = 0.35
    """Share of pieces of which a part is given."""
    measured_pieces: AtLeastOne = 64


class Lessons:
    """Makes taught pieces of columns with latents and caption embeddings."""

    def __init__(self, pieces: PieceColumns, options: ScoreLessons, *, seed: int) -> None:
        self.pieces, self.options, self.seed = pieces, options, seed
        self.rows = Endless(self._pack_epoch)
        """Numbers of the pieces of every row."""

    def row(self, number: int) -> list[TaughtPiece]:
        """The pieces of a row, with all random choices."""
        rng = np.random.default_rng([self.seed, number, 1])
        numbers = self.rows[number]
        beats = sum(int(self.pieces.beats[piece]) for piece in numbers)
        return [self._lesson(piece, beats, rng) for piece in numbers]

    def _pack_epoch(self, epoch: int) -> list[list[int]]:
        order = self.pieces.epoch(np.random.default_rng([self.seed, epoch, 0]), real_share=self.options.real_share)
        return list(pack(self.pieces.beats, order.tolist(), frames=self.options.frames))

    def plain(self, number: int) -> TaughtPiece:
        """A piece with all its wishes and nothing given, for measuring; its shots are always the same."""
        conditions = self._conditions(number, self.options.entries, np.random.default_rng([self.seed, number, 2]))
        return TaughtPiece(conditions, self._latents(number), np.zeros((conditions.frames, 1), np.float32))

    def _lesson(self, number: int, beats_in_row: int, rng: np.random.Generator) -> TaughtPiece:
        options = self.options
        share = int(options.entries * self.pieces.beats[number] / max(beats_in_row, 1))
        conditions = self._conditions(number, max(2, share), rng)
        if rng.random() < options.withheld:
            conditions = withheld(conditions)
        else:
            conditions = self._thinned_out(conditions, rng, real=bool(self.pieces.columns["real"][number]))
        known = np.zeros((conditions.frames, 1), np.float32)
        if rng.random() < options.filling_in:
            section = np.asarray(self.pieces.beatwise("section", number), np.int64)
            given = rng.random(section.max() + 1) < (0.5 if rng.random() < 0.7 else 0.85)
            known[:, 0] = given[section]
        return TaughtPiece(conditions, self._latents(number), known)

    def _conditions(self, number: int, entries: int, rng: np.random.Generator) -> Conditions:
        pieces = self.pieces
        clock = pieces.clock(number)
        texts = pieces.columns["caption_text"]
        shots = draw_shots(pieces.labels(number), clock, texts, most=entries - 1, rng=rng)
        caption = np.asarray(texts[int(pieces.columns["caption"][number])], np.float32)
        style = np.asarray(pieces.columns["style"][number], np.float32)
        tokens = tokens_of(shots, clock[:-1], caption=caption, style=style)
        return conditions_of(pieces.features(number), np.asarray(pieces.beatwise("card", number)), tokens)

    def _thinned_out(self, conditions: Conditions, rng: np.random.Generator, *, real: bool) -> Conditions:
        options = self.options
        direction, card, present = conditions.direction, conditions.card, conditions.present
        if rng.random() < options.mood_withheld:
            direction = direction.copy()
            for name in MOOD:
                direction[:, DIRECTION_COLUMNS[name]] = 0
        if rng.random() < options.caption_withheld:
            present = present.copy()
            present[-1, 0] = 0
        if rng.random() < (options.real_loop_withheld if real else options.loop_withheld):
            card = _without(card, LOOP, LOOP_FLAG)
        if rng.random() < (options.real_tune_withheld if real else options.tune_withheld):
            card = _without(card, TUNE, TUNE_FLAG)
        return replace(conditions, direction=direction, card=card, present=present)

    def _latents(self, number: int) -> NDArray[np.float32]:
        return np.asarray(self.pieces.beatwise("latents", number), np.float32)


def _without(card: NDArray[np.float32], columns: slice, flag: int) -> NDArray[np.float32]:
    card = card.copy()
    card[:, columns] = 0
    card[:, flag] = 0
    return card
