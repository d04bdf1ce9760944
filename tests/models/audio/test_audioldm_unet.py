"""AudioLDM 2's UNet inside ours: equal while the new parts are zero, and SG-CAtt and TB-As where the paper has them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2UNet2DConditionModel
from torch import Tensor

from vem_plugin.errors import ModelError
from vem_plugin.models.attention import StoryboardAttention
from vem_plugin.models.audio.audio_transformer import ADDED
from vem_plugin.models.audio.audioldm_blocks import frames_of_level, with_storyboard
from vem_plugin.models.audio.audioldm_unet import VeMAudioLDM2UNet
from vem_plugin.models.audio.frame_conditions import frame_conditions
from vem_plugin.models.audio.frame_features import frame_clock
from vem_plugin.models.conditioning import Conditions, batch_of, window_of
from vem_plugin.score.theme import draw_cards, realise
from vem_plugin.training.corpus.random_cue import random_cue

NEW = {"token_width": 16, "beat_width": 8}
BINS = 4


@pytest.fixture(scope="module")
def base() -> AudioLDM2UNet2DConditionModel:
    """As published: in each layer a transformer without text, one for each of two texts; small and random."""
    torch.manual_seed(0)
    return AudioLDM2UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),  # pyright: ignore
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),  # pyright: ignore
        block_out_channels=(8, 16, 16),  # pyright: ignore
        layers_per_block=1,
        norm_num_groups=4,
        attention_head_dim=2,
        cross_attention_dim=([None, 12, 20],) * 3,  # pyright: ignore
    ).eval()


@pytest.fixture(scope="module")
def conditions() -> Conditions:
    cue = random_cue(np.random.default_rng(4))
    theme = realise(cue, draw_cards(cue, np.random.default_rng(1)))
    beat_times = np.arange(cue.beats + 1) * 60 / cue.bpm
    return frame_conditions(cue, theme, None, beat_times, frame_clock(beat_times[-1], 1.0))


def inputs(frames: int) -> dict[str, Tensor]:
    """Of two rows; the second has two words fewer."""
    generator = torch.Generator().manual_seed(1)
    sizes = {"latents": (2, 4, frames, BINS), "words": (2, 5, 20), "whole": (2, 3, 12)}
    drawn = {name: torch.randn(size, generator=generator) for name, size in sizes.items()}
    drawn["words"][1, 3:] = 0
    return drawn | {"timestep": torch.tensor([300, 800])}


def theirs(base: AudioLDM2UNet2DConditionModel, given: dict[str, Tensor]) -> Tensor:
    return base(
        given["latents"],
        given["timestep"],
        encoder_hidden_states=given["whole"],
        encoder_hidden_states_1=given["words"],
        encoder_attention_mask_1=torch.tensor([[1] * 5, [1, 1, 1, 0, 0]]),
        return_dict=False,
    )[0]


def awakened(model: VeMAudioLDM2UNet) -> VeMAudioLDM2UNet:
    """The model with all that begins at zero drawn at random."""
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if name.startswith(ADDED) and not weights.any():
                weights.copy_(0.3 * torch.randn(weights.shape, generator=generator))
    return model


@pytest.mark.parametrize("frames", [16, 13])
@torch.no_grad()
def test_untrained_new_parts_change_nothing(
    base: AudioLDM2UNet2DConditionModel, conditions: Conditions, frames: int
) -> None:
    model, weights = VeMAudioLDM2UNet.around(base, **NEW)
    given = inputs(frames)
    batch = batch_of([window_of(conditions, 0, frames)] * 2)
    known = {"known": given["latents"], "known_mask": torch.ones(2, 1, frames, BINS)}
    mine = model.eval()(**given, **known, conditions=batch)
    torch.testing.assert_close(mine, theirs(base, given), rtol=0, atol=1e-5)
    assert not weights.replaced
    assert {name.removeprefix("base.") for name in weights.taken} == set(base.state_dict())
    assert set(weights.taken) | set(weights.added) == set(model.state_dict())
    assert not set(weights.taken) & set(weights.added)
    assert all(name.startswith(ADDED) for name in weights.added)


def test_in_the_papers_mode_the_last_self_attention_of_every_level_is_gone(
    base: AudioLDM2UNet2DConditionModel, conditions: Conditions
) -> None:
    model, weights = VeMAudioLDM2UNet.around(base, replaces_self_attention=True, **NEW)
    assert {name.removeprefix("base.") for name in weights.taken + weights.replaced} == set(base.state_dict())
    assert set(weights.taken) | set(weights.added) == set(model.state_dict())
    places = {name.split(".transformer_blocks")[0].removeprefix("base.") for name in weights.replaced}
    assert places == {  # the third transformer of the last layer
        "down_blocks.0.attentions.2",
        "down_blocks.1.attentions.2",
        "mid_block.attentions.2",
        "up_blocks.1.attentions.5",
        "up_blocks.2.attentions.5",
    }
    assert all(".attn1." in name or ".norm1." in name for name in weights.replaced)
    given = inputs(16)
    with torch.no_grad():
        mine = model.eval()(**given, conditions=batch_of([window_of(conditions, 0, 16)] * 2))
    assert mine.isfinite().all()
    assert (mine - theirs(base, given)).abs().max() > 1e-3


@pytest.mark.parametrize("replaces", [False, True])
@torch.no_grad()
def test_a_token_changes_only_the_frames_that_see_it(
    base: AudioLDM2UNet2DConditionModel, conditions: Conditions, replaces: bool
) -> None:
    """Through the layer itself; from there on the network mixes frames, as it does without us."""
    model, _ = VeMAudioLDM2UNet.around(base, replaces_self_attention=replaces, **NEW)
    awakened(model).eval()
    row = window_of(conditions, 0, 16)
    row = replace(row, present=np.ones_like(row.present))
    for name, level, frames in (("down0", model.base.down_blocks[0], 16), ("down1", model.base.down_blocks[1], 8)):
        transformer = cast("Transformer2DModel", cast("Any", level).attentions[-1])
        attention = cast("StoryboardAttention", model.storyboard_attentions[name])
        hidden = torch.randn(1, attention.heads * attention.head_size, frames, 2)
        for entry in range(len(row.text)):
            text = row.text.copy()
            text[entry] += 1
            outputs = []
            for told in (row, replace(row, text=text)):
                seen = model._seen(torch.float32, torch.ones(1, 5, 20), None, batch_of([told]))
                outputs.append(with_storyboard(transformer, attention, hidden, seen.words, seen))
            changed = (outputs[0] != outputs[1]).any(1).any(-1)[0]
            shown = torch.from_numpy(row.mask[:, entry] > -1e3)[frames_of_level(16, frames, torch.device("cpu"))]
            assert torch.equal(changed, shown)
            assert shown.any()


@torch.no_grad()
def test_the_storyboard_and_the_beat_grid_are_heard_once_trained(
    base: AudioLDM2UNet2DConditionModel, conditions: Conditions
) -> None:
    model = awakened(VeMAudioLDM2UNet.around(base, **NEW)[0]).eval()
    row = window_of(conditions, 0, 13)
    given = inputs(13)
    plain = model(**given, conditions=batch_of([row, row]))
    calm = replace(row, beat=np.zeros_like(row.beat))
    mute = replace(row, present=np.zeros_like(row.present))
    for other in (calm, mute):
        assert (model(**given, conditions=batch_of([other, other])) - plain).abs().max() > 1e-3
    mask = torch.zeros(2, 1, 13, BINS)
    mask[:, :, :4] = 1
    told = model(**given, conditions=batch_of([row, row]), known=given["latents"], known_mask=mask)
    assert (told - plain).abs().max() > 1e-3


@pytest.mark.parametrize("replaces", [False, True])
def test_every_new_part_learns_and_checkpointing_changes_no_gradient(
    base: AudioLDM2UNet2DConditionModel, conditions: Conditions, replaces: bool
) -> None:
    row = window_of(conditions, 0, 16)
    row = replace(
        row,
        present=np.ones_like(row.present),
        text=np.ones_like(row.text),
        picture=np.ones((len(row.text), 6), np.float32),
    )
    given = inputs(16)
    given |= {"known": given["latents"], "known_mask": torch.ones(2, 1, 16, BINS)}
    model = VeMAudioLDM2UNet.around(base, replaces_self_attention=replaces, picture_size=6, **NEW)[0]

    def gradients() -> dict[str, Tensor]:
        model.zero_grad()
        model(**given, conditions=batch_of([row, row])).square().mean().backward()
        return {
            name: torch.zeros_like(value) if value.grad is None else value.grad.clone()
            for name, value in model.named_parameters()
            if name.startswith(ADDED)
        }

    first = gradients()
    gates = [name for name, value in model.named_parameters() if name in first and value.ndim > 1 and not value.any()]
    gates = [name for name in gates if not name.endswith(".relation")]  # which leans once something is told
    assert len(gates) == 3 + 5 + 1  # adapters, SG-CAtt's outputs, what is given
    assert all(first[name].any() for name in gates)
    awakened(model)
    plain = gradients()
    assert [name for name, value in plain.items() if not value.any()] == []
    model.enable_gradient_checkpointing()
    model.train()
    for name, value in gradients().items():
        torch.testing.assert_close(value, plain[name], rtol=1e-4, atol=1e-7)


def test_a_checkpoint_on_disk_is_taken_whole_and_a_stranger_refused(
    base: AudioLDM2UNet2DConditionModel, tmp_path: Path
) -> None:
    base.save_pretrained(tmp_path / "pipeline" / "unet")
    for replaces in (False, True):
        model, weights = VeMAudioLDM2UNet.from_audioldm2(tmp_path / "pipeline", replaces_self_attention=replaces, **NEW)
        state, offered = model.state_dict(), base.state_dict()
        assert all(torch.equal(state[name], offered[name.removeprefix("base.")]) for name in weights.taken)
        model.save_pretrained(tmp_path / "ours")
        again = VeMAudioLDM2UNet.from_pretrained(tmp_path / "ours", low_cpu_mem_usage=False)
        assert set(again.state_dict()) == {*weights.taken, *weights.added}
    with pytest.raises(ModelError, match="AudioLDM 2"):
        VeMAudioLDM2UNet.from_audioldm2(tmp_path)


def test_frames_of_a_level_are_the_ones_in_the_middle() -> None:
    place = torch.device("cpu")
    assert frames_of_level(6, 6, place).tolist() == [0, 1, 2, 3, 4, 5]
    assert frames_of_level(12, 4, place).tolist() == [1, 4, 7, 10]
    assert frames_of_level(13, 7, place).tolist() == [0, 2, 4, 6, 8, 10, 12]
