"""The transformer's switches: what each variant of the ablation is told, and what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from vem_plugin.errors import ModelError
from vem_plugin.models.conditioning import Conditions, batch_of
from vem_plugin.models.storyboard_tokens import HIDDEN
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.training.packing import side_by_side

STORYBOARD = ("text", "look", "time")


def predict(model: VeMTransformer, conditions: Conditions) -> torch.Tensor:
    frames, size = conditions.frames, model.config["latent_size"]
    latents = torch.randn(1, frames, size, generator=torch.Generator().manual_seed(0))
    time, mask = torch.full((1, frames, 1), 0.4), torch.zeros(1, frames, 1)
    with torch.no_grad():
        return model(latents, time, torch.zeros_like(latents), mask, batch_of([conditions]))[0]


def other(conditions: Conditions, *names: str, entry: int | None = None) -> Conditions:
    """The same with other numbers in some arrays, of one storyboard entry or of all."""
    rng, changed = np.random.default_rng(5), {}
    for name in names:
        values = getattr(conditions, name).copy()
        noise = rng.normal(size=values.shape).astype(np.float32)
        where = slice(None) if entry is None else entry
        values[where] += noise[where]
        changed[name] = values
    return replace(conditions, **changed)


@pytest.fixture
def told(conditions: Conditions) -> Conditions:
    """All of the storyboard is known, and frames are blind to each other, so that leaks show."""
    there = np.ones_like(conditions.present)
    there[:, 1] = 0
    alone = replace(conditions, present=there, piece=np.zeros(conditions.frames, np.int64))
    return other(alone, "text")


def moved(model: VeMTransformer, one: Conditions, two: Conditions) -> np.ndarray:
    """Frames that two conditions tell differently, (T,)."""
    return (predict(model, one) - predict(model, two)).abs().amax(-1).numpy() > 0


@pytest.mark.parametrize(
    ("switch", "deaf"),
    [
        ({"storyboards": "none"}, STORYBOARD),
        ({"beats": False}, ("beat",)),
        ({"wishes": False}, ("direction", "card")),
        ({"storyboards": "none", "beats": False, "wishes": False}, (*STORYBOARD, "beat", "direction", "card")),
    ],
)
def test_what_is_switched_off_is_not_heard(make_transformer, told: Conditions, switch: dict, deaf: tuple) -> None:
    changed = other(told, *deaf)
    assert not moved(make_transformer(**switch), told, changed).any()
    assert moved(make_transformer(), told, changed).all()


def test_a_variant_has_no_weights_for_what_it_is_not_told(make_transformer) -> None:
    bare = make_transformer(storyboards="none", beats=False, wishes=False).state_dict()
    assert not [name for name in bare if any(part in name for part in ("storyboard", "adapter", "beat", "card"))]
    pooled = make_transformer(storyboards="pooled").state_dict()
    assert not [name for name in pooled if name.startswith("blocks.") and "storyboard" in name]


def test_pooled_says_what_but_not_when(make_transformer, told: Conditions) -> None:
    model = make_transformer(storyboards="pooled")
    assert moved(model, told, other(told, "text", entry=2)).all()
    swapped = np.arange(len(told.text))
    swapped[[0, 2]] = [2, 0]
    elsewhere = replace(told, **{name: getattr(told, name)[swapped] for name in (*STORYBOARD, "present")})
    torch.testing.assert_close(predict(model, told), predict(model, elsewhere), rtol=0, atol=1e-5)
    assert moved(make_transformer(), told, elsewhere).any()


@pytest.mark.parametrize("switch", [{"storyboards": "pooled"}, {"mask": "printed"}, {"tokens": "one"}])
def test_pieces_of_one_row_stay_apart(make_transformer, told: Conditions, switch: dict) -> None:
    size = {"frames": 2 * told.frames, "entries": 2 * len(told.text)}
    row = side_by_side([told, told], **size)
    changed = side_by_side([told, other(told, *STORYBOARD)], **size)
    frames = moved(make_transformer(**switch), row, changed)
    assert not frames[: told.frames].any()
    assert frames[told.frames :].all()


def test_the_printed_mask_leaks(make_transformer, told: Conditions) -> None:
    """One layer, frames blind to each other in self-attention: the last shot moves frames that must not see it."""
    last = len(told.text) - 2
    hidden = told.mask[:, last] <= HIDDEN / 2
    assert hidden.any()
    changed = other(told, "text", entry=last)
    additive, printed = (make_transformer(layers=1, mask=mask) for mask in ("additive", "printed"))
    for model in (additive, printed):
        for block in model.blocks:
            torch.nn.init.zeros_(block.frames.to_out.weight)
    assert moved(printed, told, changed)[hidden].all()
    assert not moved(additive, told, changed)[hidden].any()


def test_attention_weights_are_those_of_the_forward_pass(make_transformer, told: Conditions) -> None:
    sums, leaked = {}, {}
    for mask in ("additive", "printed"):
        model, seen = make_transformer(layers=1, mask=mask), []
        attention = model.blocks[0].storyboard
        attention.register_forward_pre_hook(lambda _, given, seen=seen: seen.append(given))
        predict(model, replace(told, picture=told.picture[:, :0]))
        with torch.no_grad():
            weights = attention.weights(*seen[0])
        sums[mask] = weights.sum(-1)
        slots = (weights.shape[-1] - 1) // told.mask.shape[1]
        outside = torch.from_numpy(np.tile(told.mask <= HIDDEN / 2, slots))
        leaked[mask] = float((weights[0, :, :, :-1] * outside).sum(-1).mean())
    for total in sums.values():
        torch.testing.assert_close(total, torch.ones_like(total))
    assert leaked["additive"] == 0
    assert leaked["printed"] > 0.2


def test_one_token_for_an_entry_holds_what_is_known_of_it(make_transformer, told: Conditions) -> None:
    model = make_transformer(tokens="one")
    tokens, absent = model.storyboard(batch_of([told]))
    assert tokens.shape[1] == absent.shape[1] == len(told.text) + 1
    for name, slot in (("text", 0), ("look", 2), ("time", 3)):
        assert moved(model, told, other(told, name)).all()
        unknown = told.present.copy()
        unknown[:, slot] = 0
        silent = replace(told, present=unknown)
        assert not moved(model, silent, other(silent, name)).any()
    nothing = replace(told, present=np.zeros_like(told.present))
    assert not moved(model, nothing, other(nothing, *STORYBOARD)).any()


@pytest.mark.parametrize("switch", [{"storyboards": "seen"}, {"mask": "soft"}, {"tokens": "two"}])
def test_another_word_is_refused(make_transformer, switch: dict) -> None:
    with pytest.raises(ModelError, match="cannot be"):
        make_transformer(**switch)


def test_the_shipped_model_is_the_default() -> None:
    config = VeMTransformer(width=32, heads=2, layers=1).config
    switches = {name: config[name] for name in ("storyboards", "mask", "tokens", "beats", "wishes")}
    words = {"storyboards": "attended", "mask": "additive", "tokens": "several"}
    assert switches == words | {"beats": True, "wishes": True}
