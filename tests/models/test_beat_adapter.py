"""TB-As: the zero-initialised adapter, and the beat features it reads."""

from __future__ import annotations

import numpy as np
import torch

from vem_plugin.models.adapter import BeatAdapter
from vem_plugin.models.beat_features import (
    BEAT_COLUMNS,
    DIRECTION_COLUMNS,
    features_of,
    withhold,
)


def test_untrained_it_changes_nothing() -> None:
    adapter = BeatAdapter(7, 16)
    hidden = torch.randn(2, 5, 16)
    assert torch.equal(adapter(hidden, torch.randn(2, 5, 7)), hidden)


def test_trained_it_scales_and_shifts_frame_by_frame() -> None:
    adapter = BeatAdapter(1, 2)
    with torch.no_grad():
        adapter.project.weight.copy_(torch.tensor([[1.0], [1.0], [10.0], [10.0]]))
    hidden = torch.ones(1, 3, 2)
    out = adapter(hidden, torch.tensor([[[0.0], [1.0], [2.0]]]))
    assert out[0, :, 0].tolist() == [1.0, 1 + 1 + 10, 1 + 2 + 20]


def test_it_learns_from_the_first_step() -> None:
    adapter = BeatAdapter(3, 4)
    adapter(torch.randn(1, 6, 4), torch.randn(1, 6, 3)).square().sum().backward()
    assert adapter.project.weight.grad is not None
    assert adapter.project.weight.grad.abs().sum() > 0


def test_hits_are_told_on_their_eighth_with_their_level(make_cue) -> None:
    cue = make_cue(3)
    features = features_of(cue, np.arange(cue.beats) * 0.5)
    for name, odd in (("hit", 0), ("off-beat hit", 1)):
        told = features.beat[:, BEAT_COLUMNS[name]]
        asked = np.array([cue.hits.get(2 * beat + odd, 0.0) for beat in range(cue.beats)])
        np.testing.assert_allclose(told[:, 0], asked)
        np.testing.assert_array_equal(told[:, 1:].sum(1), (asked > 0) + (asked >= 0.5) * 1 + (asked >= 1))
    assert cue.hits


def test_distances_shrink_towards_the_end_and_bars_are_counted(make_cue) -> None:
    cue = make_cue(2)
    features = features_of(cue, np.arange(cue.beats) * 0.5)
    to_end = features.beat[:, BEAT_COLUMNS["to end"]][:, 0]
    assert to_end[-1] == 0
    assert (np.diff(to_end) <= 0).all()
    bars = sum(len(section.bars) for section in cue.sections)
    assert features.beat[:, BEAT_COLUMNS["bar position"].start].sum() == bars
    assert features.beat[cue.end_beat, BEAT_COLUMNS["ending struck"]] == 1


def test_withholding_leaves_the_grid_and_nothing_else(make_cue) -> None:
    cue = make_cue(2)
    features = features_of(cue, np.arange(cue.beats) * 0.5)
    beat = withhold(features.beat, BEAT_COLUMNS)
    direction = withhold(features.direction, DIRECTION_COLUMNS)
    assert (beat[:, BEAT_COLUMNS["bar position"]] == features.beat[:, BEAT_COLUMNS["bar position"]]).all()
    for name in ("hit", "off-beat hit", "stop", "next hit", "ending struck"):
        assert not beat[:, BEAT_COLUMNS[name]].any()
    for name in ("roles", "energy", "style", "mode", "theme", "valence"):
        assert not direction[:, DIRECTION_COLUMNS[name]].any()
    assert beat[:, BEAT_COLUMNS["withheld"]].all()
