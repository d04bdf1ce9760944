"""Several pieces in one row: complete, and blind to each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from vem_plugin.models.conditioning import batch_of
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.models.vem_composer import conditions_for
from vem_plugin.score.theme import draw_cards, realise
from vem_plugin.training.corpus.random_cue import random_cue
from vem_plugin.training.packing import TaughtPiece, batch_pieces, pack, side_by_side


def piece_of(number: int) -> TaughtPiece:
    rng = np.random.default_rng(number)
    cue = random_cue(rng, max_beats=40)
    conditions = conditions_for(cue, realise(cue, draw_cards(cue, rng)), None, np.arange(cue.beats + 1) * 60 / cue.bpm)
    latents = rng.normal(size=(cue.beats, 64)).astype(np.float32)
    return TaughtPiece(conditions, latents, np.zeros((cue.beats, 1), np.float32))


def test_no_piece_sees_another() -> None:
    torch.manual_seed(0)
    model = VeMTransformer(width=32, heads=2, layers=2, token_width=16, beat_width=8, picture_size=4)
    with torch.no_grad():
        for weights in model.parameters():
            weights.add_(0.05 * torch.randn_like(weights))
    mine, theirs = piece_of(1), piece_of(2)
    other = replace(
        theirs,
        latents=-theirs.latents,
        conditions=replace(
            theirs.conditions,
            card=1 - theirs.conditions.card,
            look=theirs.conditions.look + 2,
            text=theirs.conditions.text + 1,
        ),
    )
    outputs = []
    for neighbour in (theirs, other):
        batch = batch_pieces([[mine, neighbour]], frames=100)
        time = torch.full((1, 100, 1), 0.3)
        with torch.no_grad():
            outputs.append(model(batch.latents, time, batch.latents, batch.known, batch.conditions)[0])
    size = mine.conditions.frames
    assert torch.equal(outputs[0][:size], outputs[1][:size])
    assert (outputs[0][size:] - outputs[1][size:]).abs().max() > 1e-3


def test_a_packed_piece_is_predicted_as_if_alone() -> None:
    torch.manual_seed(0)
    model = VeMTransformer(width=32, heads=2, layers=1, token_width=16, beat_width=8, picture_size=4)
    torch.nn.init.normal_(model.predict.weight)
    first, second = piece_of(3), piece_of(4)
    together = batch_pieces([[first, second]], frames=90)
    alone = batch_of([second.conditions])
    start, size = first.conditions.frames, second.conditions.frames
    with torch.no_grad():
        packed = model(together.latents, torch.zeros(1, 90, 1), together.latents, together.known, together.conditions)
        latents = torch.from_numpy(second.latents)[None]
        single = model(latents, torch.zeros(1, size, 1), latents, torch.zeros(1, size, 1), alone)
    torch.testing.assert_close(packed[:, start : start + size], single, rtol=1e-4, atol=1e-4)


def test_a_row_holds_all_of_its_pieces_and_padding_is_marked() -> None:
    pieces = [piece_of(5), piece_of(6)]
    batch = batch_pieces([pieces, pieces[:1]], frames=120)
    sizes = [piece.conditions.frames for piece in pieces]
    assert batch.real.sum((1, 2)).tolist() == [sum(sizes), sizes[0]]
    np.testing.assert_array_equal(batch.latents[0, sizes[0] : sum(sizes)], pieces[1].latents)
    assert (batch.conditions.piece[1, sizes[0] :] == -1).all()


def test_what_does_not_fit_is_refused() -> None:
    piece = piece_of(7).conditions
    with pytest.raises(ValueError, match="do not fit"):
        side_by_side([piece, piece], frames=piece.frames, entries=100)


def test_packing_uses_every_piece_once_and_fills_rows() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.integers(8, 128, size=500)
    rows = list(pack(sizes, rng.permutation(500).tolist(), frames=128))
    assert sorted(number for row in rows for number in row) == list(range(500))
    filled = [sum(int(sizes[number]) for number in row) for row in rows]
    assert max(filled) <= 128
    assert sum(filled) / (128 * len(rows)) > 0.85
