"""``vem train`` from nothing to a model that writes music: every stage of the score by its tiny recipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from vem_plugin.models.model_folder import load, read_index
from vem_plugin.models.placement import Placement
from vem_server.cli import app
from vem_timeline.errors import VemError


def vem_train(*words: object) -> dict[str, Any]:
    """What the command prints, as JSON."""
    done = CliRunner().invoke(app, ["train", *map(str, words), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_from_nothing_to_a_model(tmp_path: Path) -> None:
    run, model = tmp_path / "run", tmp_path / "model"
    assert vem_train("corpus", "-o", run, "--pieces", 12, "--heldout", 4, "--processes", 1)["real"] > 0
    assert vem_train("codec", "score-tiny-codec", "-o", run, "--device", "cpu")["finished"]
    assert vem_train("encode", "-o", run, "--device", "cpu")["pieces"] > 16
    with_two = ("--processes", 2, "--device", "cpu")
    stopped = vem_train("diffusion", "score-tiny-diffusion", "-o", run, "--pause-at", 2, *with_two)
    assert (stopped["finished"], stopped["steps"]) == (False, 2)
    learned = vem_train("diffusion", "score-tiny-diffusion", "-o", run, "--device", "cpu")
    assert learned["measured"]["averaged"]["error at 0.5"] < 1
    assert vem_train("adapter", "score-tiny-adapter", "-o", run, "--device", "cpu")["steps"] == 20
    vem_train("export", model, "-o", run, "--version", "0")
    assert read_index(model).kind == "score"
    assert load(model, Placement("cpu")).transformer.config["width"] == 64
    log = (run / "log.txt").read_text()
    assert all(f"{stage}: step" in log for stage in ("codec", "diffusion", "adapter"))


def test_a_recipe_of_another_stage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VemError, match=r"recipe of the codec.*vem train codec"):
        vem_train("diffusion", "score-tiny-codec", "-o", tmp_path)


def test_recipes_are_listed() -> None:
    listed = {recipe["name"]: recipe for recipe in vem_train("recipes")["recipes"]}
    assert listed["score-small-diffusion"]["stage"] == "diffusion"
    assert all(len(recipe["what"]) > 20 for recipe in listed.values())
