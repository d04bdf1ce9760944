"""Recipes: those that ship can be used, and what is wrong in one is named."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from vem_plugin.errors import SettingsError
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.training.lessons import ScoreLessons
from vem_plugin.training.pace import Pace, rate_at
from vem_plugin.training.recipe import Length, Optimiser, load_recipe, recipe_names
from vem_plugin.training.stage import STAGES, stage_of


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_that_ships_has_its_stage(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.stage in name
    module, stage = STAGES[recipe.domain, recipe.stage].split(":")
    assert hasattr(import_module(module), stage)


def test_unknown_recipes_are_told_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"no recipe 'mine'.*score-small-diffusion"):
        load_recipe("mine")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('stage = "diffusion"\nlength = {steps = 1}\nrate = 3', "unknown field `rate`"),
        ('stage = "painting"\nlength = {steps = 1}', "'painting'"),
        ('stage = "codec"\nlength = {steps = 1, minutes = 2}', "either steps or minutes"),
        ('stage = "codec"\nlength = {steps = -1}', r"length.steps"),
        ('stage = "codec"\nlength = {steps = 1}\naverage = 1.0', r"\$.average"),
        ('stage = "codec', "Unterminated|string"),
        ('stage = "codec"', "length"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=told) as error:
        load_recipe(file)
    assert error.value.where == str(file)


def test_single_words_of_a_recipe_can_be_changed() -> None:
    changes = ("length.minutes=0", "length.steps=7", "speed.compile=inductor", "model.width=128", "lessons={rows=2}")
    recipe = load_recipe("score-small-diffusion", *changes)
    assert (recipe.length.steps, recipe.speed.compile, recipe.optimiser.rate) == (7, "inductor", 2e-3)
    assert (recipe.model, recipe.lessons) == ({"width": 128}, {"rows": 2})
    with pytest.raises(SettingsError, match=r"unknown field `stepz`"):
        load_recipe("score-small-diffusion", "length.stepz=7")


def test_each_stage_reads_its_own_lessons(tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text(
        'stage = "diffusion"\nlength = {steps = 1}\nlessons = {rows = 3, withold = 0.1}\nmodel = {widht = 1}'
    )
    recipe = load_recipe(file)
    with pytest.raises(SettingsError, match=r"unknown field `withold`.*filling_in"):
        recipe.lessons_as(ScoreLessons)
    with pytest.raises(SettingsError, match=r"no argument 'widht'.*width"):
        recipe.network_of(VeMTransformer)


def test_missing_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nothing to learn from.*nowhere"):
        stage_of(load_recipe("score-tiny-codec"), tmp_path / "nowhere")


def test_the_rate_rises_stays_and_falls() -> None:
    optimiser = Optimiser(rate=2.0, warm_up=10, constant=0.5, least=0.02)
    assert rate_at(optimiser, step=0, progress=0.0) == pytest.approx(0.2)
    assert rate_at(optimiser, step=20, progress=0.1) == rate_at(optimiser, step=90, progress=0.5) == 2
    assert rate_at(optimiser, step=90, progress=0.75) == pytest.approx(1.0)
    assert rate_at(optimiser, step=90, progress=1.0) == pytest.approx(0.04)


def test_progress_is_of_this_run_and_of_time_at_work() -> None:
    assert Pace(Length(steps=10), first=100, step=105).progress == 0.5
    assert Pace(Length(minutes=2), step=1000, seconds=30).progress == 0.25
