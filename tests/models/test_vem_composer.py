"""The VeM composer with picture, in keys, keeping latents; and the model that ships."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from vem_plugin.models.composer import Kept
from vem_plugin.models.model_folder import load
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.placement import Placement
from vem_plugin.models.seen_shots import shots_seen
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo, ShotFeatures
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.theme import draw_cards, realise
from vem_timeline.clock import Clock
from vem_timeline.storyboard import Shot, Storyboard, Transition

MakePlan = Callable[[CueSheet], BeatPlan]


def filmed(duration: Fraction, *, pictures: bool = True) -> ParsedVideo:
    """Four shots of equal length, the second dissolving into the third, the last a gap that nobody described."""
    length = duration / 4
    shots = tuple(
        Shot(n, f"shot {n}", (n - 1) * length, length, "gap" if n == 4 else "picture", None) for n in range(1, 5)
    )
    cuts = tuple(
        Transition((n - 1) * length, "dissolve" if n == 3 else "cut", Fraction(n == 3), n) for n in range(2, 5)
    )
    rng = np.random.default_rng(0)
    features = tuple(
        ShotFeatures(
            shot=n,
            cinematics=Cinematics(light=0.2 * n),
            words=f"shot {n}",
            text=rng.normal(size=384).astype(np.float32),
            picture=np.full(12, n / 4, np.float32) if pictures else None,
        )
        for n in range(1, 4)
    )
    board = Storyboard("film", Clock(Fraction(24)), duration, shots, cuts, ())
    return ParsedVideo(board, "a warm brief", rng.normal(size=384).astype(np.float32), "", features, ())


def test_shots_become_arrays() -> None:
    table = shots_seen(filmed(Fraction(40)))
    assert table.start.tolist() == [0, 10, 20, 30]
    assert table.end.tolist() == [10, 20, 30, 40]
    assert table.fade_in.tolist() == [0, 0, 1, 0]
    assert table.fade_out.tolist() == [0, 1, 0, 0]
    assert table.told.tolist() == [[1, 1, 1], [1, 1, 1], [1, 1, 1], [0, 0, 0]]
    assert table.picture.shape == (4, 12)
    assert table.cinematics[1, 0] == pytest.approx(0.4)


def test_no_pictures_leave_no_picture_columns() -> None:
    assert shots_seen(filmed(Fraction(40), pictures=False)).picture.shape == (4, 0)


def test_the_picture_changes_the_music(pipeline: VeMPipeline, make_cue, steady_plan: MakePlan) -> None:
    cue = make_cue(1)
    plan = steady_plan(cue)
    composer = VeMComposer(pipeline, steps=2)
    blind = composer.compose(cue, None, plan, seed=1)
    seeing = composer.compose(cue, filmed(plan.duration), plan, seed=1)
    assert blind.latents is not None
    assert seeing.latents is not None
    assert np.abs(blind.latents - seeing.latents).max() > 1e-4


def test_pictures_are_left_out_if_the_weights_never_saw_any(
    pipeline: VeMPipeline, make_cue, steady_plan: MakePlan
) -> None:
    cue = make_cue(1)
    plan = steady_plan(cue)
    composer = VeMComposer(pipeline, steps=2)
    with_pictures, without = (
        composer.compose(cue, filmed(plan.duration, pictures=seen), plan, seed=1) for seen in (True, False)
    )
    assert with_pictures.latents is not None
    assert without.latents is not None
    np.testing.assert_allclose(with_pictures.latents, without.latents, atol=1e-6)


def test_the_key_moves_pitched_notes_only(pipeline: VeMPipeline, make_cue, steady_plan: MakePlan) -> None:
    cue = make_cue(2)
    composer = VeMComposer(pipeline, steps=2)
    in_c, in_d = (composer.compose(replace(cue, key=key), None, steady_plan(cue), seed=1).notes for key in (0, 2))
    moved = in_d["pitch"].astype(int) - in_c["pitch"].astype(int)
    assert set(moved[in_c["role"] == 0].tolist()) <= {0}
    assert set(moved[in_c["role"] > 0].tolist()) == {2}


def test_kept_beats_stay(pipeline: VeMPipeline, make_cue, steady_plan: MakePlan) -> None:
    cue = make_cue(2)
    composer = VeMComposer(pipeline, steps=2)
    first = composer.compose(cue, None, steady_plan(cue), seed=1)
    assert first.latents is not None
    mask = np.arange(cue.beats) < 16
    theme = realise(cue, draw_cards(cue, np.random.default_rng(9)))
    second = composer.write(cue, None, steady_plan(cue), seed=2, theme=theme, kept=Kept(first.latents, mask))
    assert second.latents is not None
    np.testing.assert_array_equal(second.latents[mask], first.latents[mask])
    assert np.abs(second.latents[~mask] - first.latents[~mask]).max() > 0.01


def test_a_plan_of_another_length_is_refused(pipeline: VeMPipeline, make_cue, steady_plan: MakePlan) -> None:
    with pytest.raises(ValueError, match="beats"):
        VeMComposer(pipeline).compose(make_cue(1), None, steady_plan(make_cue(2)), seed=1)


def test_the_model_that_ships_writes_music(make_cue, steady_plan: MakePlan) -> None:
    """In key, on its hits without repair, and the same for the same seed."""
    cue = replace(make_cue(4, most=48), key=0)
    composer = VeMComposer(load(placement=Placement("cpu")), steps=8)
    score = composer.compose(cue, filmed(steady_plan(cue).duration), steady_plan(cue), seed=3)
    again = composer.compose(cue, filmed(steady_plan(cue).duration), steady_plan(cue), seed=3)
    np.testing.assert_array_equal(score.notes, again.notes)
    assert score.facts["repaired_hits"] == 0
    assert score.facts["model"] == "vem-score-small"
    pitched = score.notes[score.notes["role"] > 0]
    scale = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}.get(cue.mode)
    if scale is not None:
        assert np.isin(pitched["pitch"] % 12, scale).mean() > 0.9
    assert len(score.notes) > cue.beats
