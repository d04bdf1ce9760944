"""SG-CAtt: what a frame may see of the storyboard, and what it must not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from vem_plugin.models.conditioning import Conditions, batch_of
from vem_plugin.models.storyboard_tokens import HIDDEN, storyboard_mask
from vem_plugin.models.transformer import VeMTransformer

NOTHING = np.zeros(4)
START, END = np.array([0.0, 2.0, 4.0, 6.0]), np.array([2.0, 4.0, 6.0, 8.0])


def predict(model: VeMTransformer, conditions: Conditions) -> torch.Tensor:
    frames, size = conditions.frames, model.config["latent_size"]
    latents = torch.randn(1, frames, size, generator=torch.Generator().manual_seed(0))
    time, mask = torch.full((1, frames, 1), 0.4), torch.zeros(1, frames, 1)
    with torch.no_grad():
        return model(latents, time, torch.zeros_like(latents), mask, batch_of([conditions]))[0]


def test_straight_cuts_show_own_and_neighbours_only() -> None:
    clock = np.array([0.0, 1.9, 2.0, 5.0, 7.5])
    relation, mask = storyboard_mask(clock, START, END, fade_in=NOTHING, fade_out=NOTHING)
    own = relation[:, :, 1].argmax(1)
    assert own.tolist() == [0, 0, 1, 2, 3]
    assert mask[3].tolist() == [HIDDEN, 0, 0, 0]
    assert mask[0].tolist() == [0, 0, HIDDEN, HIDDEN]
    assert relation[3].argmax(-1)[1:].tolist() == [0, 1, 2]


def test_a_dissolve_shows_both_shots_and_rolls_off() -> None:
    fade_in, fade_out = np.array([0, 1.0, 0, 0]), np.array([1.0, 0, 0, 0])
    clock = np.array([1.4, 1.6, 2.0, 2.4, 2.6])
    relation, mask = storyboard_mask(clock, START, END, fade_in=fade_in, fade_out=fade_out)
    assert relation[:, 0, 1].tolist() == [1, 1, 1, 1, 0]
    assert relation[:, 1, 1].tolist() == [0, 1, 1, 1, 1]
    assert mask[2, 0] == pytest.approx(mask[2, 1]) == pytest.approx(-(1.5**2) / 2)
    assert mask[0, 0] == 0
    assert (np.diff(mask[:4, 0]) < 0).all()
    assert (np.diff(mask[1:4, 1]) > 0).all()


def test_the_mask_depends_on_time_alone() -> None:
    coarse, fine = np.arange(0, 8, 0.5), np.arange(0, 8, 0.125)
    slow = storyboard_mask(coarse, START, END, fade_in=NOTHING, fade_out=NOTHING)
    fast = storyboard_mask(fine, START, END, fade_in=NOTHING, fade_out=NOTHING)
    for one, other in zip(slow, fast, strict=True):
        np.testing.assert_array_equal(one, other[::4])


def test_a_hidden_shot_does_not_leak(make_transformer, conditions: Conditions) -> None:
    """One layer, frames blind to each other: words of the last shot must not move frames that cannot see it."""
    model = make_transformer(layers=1)
    alone = replace(conditions, piece=np.arange(conditions.frames))
    last = len(conditions.text) - 2
    present = alone.present.copy()
    present[:, 0] = 1
    loud = alone.text.copy()
    loud[last] = 1000.0
    quiet = predict(model, replace(alone, present=present))
    changed = predict(model, replace(alone, present=present, text=loud))
    sees = conditions.mask[:, last] > HIDDEN / 2
    moved = (changed - quiet).abs().amax(-1).numpy()
    assert sees.any()
    assert not sees.all()
    assert (moved[~sees] == 0).all()
    assert (moved[sees] > 0).all()


def test_absent_tokens_are_as_good_as_none(make_transformer, conditions: Conditions) -> None:
    model = make_transformer()
    silent = replace(conditions, present=np.zeros_like(conditions.present))
    noisy = replace(silent, text=conditions.text + 3, look=conditions.look + 3, time=conditions.time + 3)
    torch.testing.assert_close(predict(model, silent), predict(model, noisy), rtol=0, atol=0)


def test_pictures_are_seen_where_present(make_transformer, conditions: Conditions) -> None:
    model = make_transformer()
    entries = len(conditions.text)
    picture = np.random.default_rng(0).normal(size=(entries, 12)).astype(np.float32)
    present = conditions.present.copy()
    present[:-1, 1] = 1
    seen = predict(model, replace(conditions, picture=picture, present=present))
    other = predict(model, replace(conditions, picture=-picture, present=present))
    assert not torch.equal(seen, other)
