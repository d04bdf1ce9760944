"""Small untrained models and steady plans for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import torch

from vem_plugin.models.conditioning import Conditions
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.sampler import flow_solver
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.models.vem_composer import conditions_for
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.theme import draw_cards, realise
from vem_plugin.training.corpus.random_cue import random_cue

MakeTransformer = Callable[..., VeMTransformer]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def lively(model: torch.nn.Module) -> None:
    """Give every weight a value, also those that start at zero, so that nothing is blind by initialisation."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for weights in model.parameters():
            weights.add_(0.05 * torch.randn(weights.shape, generator=generator))


@pytest.fixture(scope="session")
def make_transformer() -> MakeTransformer:
    """Makes a small transformer; ``alive`` shakes all its weights."""

    def make(*, alive: bool = True, **config: object) -> VeMTransformer:
        torch.manual_seed(3)
        sizes = {"width": 32, "heads": 2, "layers": 2, "token_width": 16, "beat_width": 8, "picture_size": 12}
        model = VeMTransformer(**(sizes | config))  # pyright: ignore[reportArgumentType]
        if alive:
            lively(model)
        return model.eval()

    return make


@pytest.fixture(scope="session")
def pipeline(make_transformer: MakeTransformer) -> VeMPipeline:
    """A whole pipeline, small and untrained."""
    codec = ScoreCodec(width=16)
    lively(codec)
    return VeMPipeline(make_transformer(), codec.eval(), flow_solver())


@pytest.fixture(scope="session")
def make_cue() -> Callable[..., CueSheet]:
    """Draws a cue sheet by number."""

    def make(number: int = 0, *, most: int = 64, least: int = 40) -> CueSheet:
        return random_cue(np.random.default_rng([11, number]), max_beats=most, min_beats=least)

    return make


@pytest.fixture(scope="session")
def steady_plan() -> Callable[[CueSheet], BeatPlan]:
    """A beat plan of constant tempo under a cue sheet."""

    def make(cue: CueSheet) -> BeatPlan:
        bpm = Fraction(round(cue.bpm))
        duration = cue.beats * 60 / bpm
        bars = tuple(Bar(number, bar.beat, bar.beats) for number, bar in enumerate(bars_of(cue), 1))
        return BeatPlan(duration, bpm, (TempoSegment(Fraction(0), duration, 2 * cue.beats),), bars, (), ())

    return make


@pytest.fixture(scope="session")
def conditions(make_cue: Callable[..., CueSheet]) -> Conditions:
    """Conditions of one piece of at least four sections, without picture."""
    cue = next(cue for cue in map(make_cue, range(100)) if len(cue.sections) >= 4)
    theme = realise(cue, draw_cards(cue, np.random.default_rng(1)))
    return conditions_for(cue, theme, None, np.arange(cue.beats + 1) * 60 / cue.bpm)
