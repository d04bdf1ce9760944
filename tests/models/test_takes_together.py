"""Several takes written at once are those written one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vem_plugin.models.click import ClickComposer
from vem_plugin.models.composer import Commission, Prolific
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.theme import draw_cards
from vem_plugin.stages import compose_takes


class OnACard(VeMComposer):
    """The same composer, told that it gains from a batch, as it does on a graphics card."""

    gains_together = True  # pyright: ignore


@pytest.fixture
def tasks(make_cue: Callable[..., CueSheet]) -> list[Commission]:
    cue = make_cue(2)
    return [Commission(seed, cue, None, draw_cards(cue, np.random.default_rng(seed))) for seed in (4, 5, 6)]


def test_the_takes_of_a_batch_are_those_written_one_by_one(
    pipeline: VeMPipeline, steady_plan: Callable[[CueSheet], BeatPlan], tasks: list[Commission]
) -> None:
    plan, told = steady_plan(tasks[0].cue), []
    alone = list(compose_takes(VeMComposer(pipeline, steps=2), tasks, plan))
    together = list(
        compose_takes(OnACard(pipeline, steps=2), tasks, plan, report=lambda stage, done, note="": told.append(done))
    )
    assert told == [0.5, 1.0], "one batch, two steps"
    for (mine, one), (theirs, same) in zip(alone, together, strict=True):
        assert mine is theirs
        np.testing.assert_allclose(one.latents, same.latents, rtol=0, atol=1e-5)
        np.testing.assert_array_equal(one.notes, same.notes)
        assert one.chords == same.chords
        assert one.facts == same.facts
    assert len({one.latents.tobytes() for _, one in alone}) == 3


def test_takes_are_written_when_they_are_asked_for_where_nothing_is_gained(
    pipeline: VeMPipeline, steady_plan: Callable[[CueSheet], BeatPlan], tasks: list[Commission]
) -> None:
    """On a CPU the first take is there, and can be played, before the second is begun."""
    composer = VeMComposer(pipeline, steps=2)
    assert isinstance(composer, Prolific)
    assert not composer.gains_together
    assert not isinstance(ClickComposer(), Prolific)
    told: list[float] = []
    takes = compose_takes(
        composer, tasks, steady_plan(tasks[0].cue), report=lambda stage, done, note="": told.append(done)
    )
    next(takes)
    assert told == [0.5, 1.0]
