"""Stable Audio's transformer inside ours: equal while the new parts are zero, heard once they are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.models.embeddings import get_1d_rotary_pos_embed
from diffusers.models.transformers.stable_audio_transformer import StableAudioDiTModel

from vem_plugin.errors import ModelError
from vem_plugin.models.audio.audio_transformer import ADDED, VeMAudioTransformer
from vem_plugin.models.audio.frame_conditions import frame_conditions
from vem_plugin.models.audio.frame_features import FRAME_FEATURES, beats_at, frame_clock, frame_features
from vem_plugin.models.beat_features import BEAT_FEATURES, features_of
from vem_plugin.models.conditioning import Conditions, batch_of
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.theme import draw_cards, realise
from vem_plugin.training.corpus.random_cue import random_cue

SMALL = {
    "in_channels": 8,
    "out_channels": 8,
    "num_layers": 3,
    "attention_head_dim": 16,
    "num_attention_heads": 4,
    "num_key_value_attention_heads": 2,
    "cross_attention_dim": 32,
    "cross_attention_input_dim": 24,
    "global_states_input_dim": 20,
    "time_proj_dim": 16,
}
NEW = {"token_width": 16, "beat_width": 8}


@pytest.fixture(scope="module")
def base() -> StableAudioDiTModel:
    torch.manual_seed(0)
    return StableAudioDiTModel(**SMALL).eval()


@pytest.fixture(scope="module")
def cue() -> CueSheet:
    return random_cue(np.random.default_rng(4))


@pytest.fixture(scope="module")
def conditions(cue: CueSheet) -> Conditions:
    theme = realise(cue, draw_cards(cue, np.random.default_rng(1)))
    beat_times = np.arange(cue.beats + 1) * 60 / cue.bpm
    return frame_conditions(cue, theme, None, beat_times, frame_clock(beat_times[-1], 44_100 / 2048))


def inputs(conditions: Conditions) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    sizes = {"latents": (2, 8, conditions.frames), "words": (2, 5, 24), "whole": (2, 1, 20)}
    drawn = {name: torch.randn(size, generator=generator) for name, size in sizes.items()}
    return drawn | {"timestep": torch.tensor([0.3, 0.8])}


def theirs(base: StableAudioDiTModel, given: dict[str, torch.Tensor]) -> torch.Tensor:
    rotary = get_1d_rotary_pos_embed(8, given["latents"].shape[-1] + 1, use_real=True, repeat_interleave_real=False)
    return base(
        given["latents"],
        timestep=given["timestep"],
        encoder_hidden_states=given["words"],
        global_hidden_states=given["whole"],
        rotary_embedding=rotary,
        return_dict=False,
    )[0]


@torch.no_grad()
def test_untrained_new_parts_change_nothing(base: StableAudioDiTModel, conditions: Conditions) -> None:
    model, weights = VeMAudioTransformer.around(base, **NEW)
    given = inputs(conditions)
    mine = model.eval()(**given, conditions=batch_of([conditions, conditions]))
    torch.testing.assert_close(mine, theirs(base, given), rtol=0, atol=1e-5)
    assert set(weights.taken) | set(weights.added) == set(model.state_dict())
    assert not set(weights.taken) & set(weights.added)
    assert set(weights.taken) == set(base.state_dict())
    assert all(name.startswith(ADDED) for name in weights.added)


@torch.no_grad()
def test_the_storyboard_and_the_beat_grid_are_heard_once_trained(
    base: StableAudioDiTModel, conditions: Conditions
) -> None:
    model, _ = VeMAudioTransformer.around(base, **NEW)
    model.eval()
    given = inputs(conditions)
    batch = batch_of([conditions, conditions])
    for part in (model.adapters, model.storyboard_attentions):
        before = model(**given, conditions=batch)
        for name, weights in part.named_parameters():
            if name.endswith(("project.weight", "to_out.weight")):
                weights.copy_(0.1 * torch.randn(weights.shape, generator=torch.Generator().manual_seed(2)))
        after = model(**given, conditions=batch)
        assert (after - before).abs().max() > 1e-3
    calm = replace(conditions, beat=np.zeros_like(conditions.beat))
    mute = replace(conditions, present=np.zeros_like(conditions.present))
    for other in (calm, mute):
        assert (model(**given, conditions=batch_of([other, other])) - after).abs().max() > 1e-4


@torch.no_grad()
def test_a_frame_sees_only_the_shots_its_mask_shows(base: StableAudioDiTModel, conditions: Conditions) -> None:
    """With self-attention cut off (one frame), the words of a hidden shot change nothing, those of its own do."""
    model, _ = VeMAudioTransformer.around(base, **NEW)
    model.eval()
    for weights in (attention.to_out.weight for attention in model.storyboard_attentions):
        weights.copy_(torch.randn(weights.shape, generator=torch.Generator().manual_seed(3)))
    assert len(conditions.text) > 3
    first = replace(
        conditions,
        **{n: getattr(conditions, n)[:1] for n in ("beat", "direction", "card", "piece", "relation", "mask")},
    )
    given = inputs(first)
    outputs = []
    for entry in (None, 0, 2):
        text = first.text.copy()
        if entry is not None:
            text[entry] += 1
        told = replace(first, text=text, present=np.ones_like(first.present))
        outputs.append(model(**given, conditions=batch_of([told, told])))
    assert torch.equal(outputs[0], outputs[2])
    assert not torch.equal(outputs[0], outputs[1])


def test_a_checkpoint_on_disk_is_taken_whole_and_a_stranger_refused(base: StableAudioDiTModel, tmp_path: Path) -> None:
    base.save_pretrained(tmp_path / "pipeline" / "transformer")
    model, weights = VeMAudioTransformer.from_stable_audio(tmp_path / "pipeline", **NEW)
    assert all(torch.equal(model.state_dict()[name], value) for name, value in base.state_dict().items())
    model.save_pretrained(tmp_path / "ours")
    again = VeMAudioTransformer.from_pretrained(tmp_path / "ours", low_cpu_mem_usage=False)
    assert set(again.state_dict()) == {*weights.taken, *weights.added}
    with pytest.raises(ModelError, match="Stable Audio"):
        VeMAudioTransformer.from_stable_audio(tmp_path)


def test_frames_know_their_place_in_the_beat(cue: CueSheet) -> None:
    beat_times = np.concatenate([[0.0], np.cumsum(np.linspace(0.4, 0.6, cue.beats))])
    clock = frame_clock(beat_times[-1], 21.533)
    assert clock[-1] < beat_times[-1] <= clock[-1] + 1 / 21.533
    number = beats_at(clock, beat_times)
    assert (beat_times[number] <= clock + 1e-9).all()
    assert (clock < beat_times[number + 1]).all()
    beat = features_of(cue, beat_times[:-1]).beat
    hits = beat_times[[4, 9]]
    features = frame_features(beat, clock, beat_times, hits)
    assert features.shape == (len(clock), FRAME_FEATURES)
    np.testing.assert_array_equal(features[:, :BEAT_FEATURES], beat[number])
    at_hand = clock[features[:, BEAT_FEATURES + 5] > 0]
    assert len(at_hand)
    assert (np.abs(at_hand[:, None] - hits).min(1) <= 1 / 21.533).all()
    onsets = clock[features[:, BEAT_FEATURES + 4] > 0]
    assert len(onsets) == cue.beats
