"""The aligner's stage: labels, lessons that depend on their number alone, and the same judgement as ONNX."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score

from vem_plugin.dataset import write_set
from vem_plugin.dataset.pair import Pair
from vem_plugin.dataset.synth import draw_pair
from vem_plugin.encoders.aligner import Aligner as PlanningAligner
from vem_plugin.errors import SettingsError
from vem_plugin.models.aligner import Aligner
from vem_plugin.rhythm.transition_features import GROUP_OF_NUMBER, GROUPS, NUMBERS
from vem_plugin.training.aligner import AlignerStage, batch_lessons, hits_of_pair, lessons_of
from vem_plugin.training.ranking import area_under_roc, average_precision
from vem_plugin.training.recipe import Keep, Length, Recipe, load_recipe
from vem_plugin.training.stage import stage_of
from vem_plugin.training.trainer import train


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return [draw_pair(number, seed=3, music=False, held_out=number >= 24) for number in range(32)]


@pytest.fixture(scope="module")
def recipe(pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    folder = tmp_path_factory.mktemp("pairs")
    write_set(folder / "set", pairs, encoders={})
    return msgspec.structs.replace(
        load_recipe("tiny-aligner"), data=str(folder / "set"), keep=Keep(minutes=0, tensorboard=False, log_steps=10)
    )


@pytest.fixture(scope="module")
def stage(recipe: Recipe) -> AlignerStage:
    made = stage_of(recipe, Path(recipe.data))
    assert isinstance(made, AlignerStage)
    return made


def test_the_truth_of_a_made_pair_is_its_label(pairs: list[Pair]) -> None:
    pair = next(pair for pair in pairs if len(pair.transitions.time) > 3)
    hit, labelled = hits_of_pair(pair)
    assert hit.tolist() == (pair.transitions.hit > 0).astype(float).tolist()
    assert labelled.all()


def test_in_found_film_a_hit_is_a_cut_on_a_beat_that_is_heard(pairs: list[Pair]) -> None:
    told = pairs[0].transitions
    found = replace(
        told,
        time=np.arange(1.0, 6.0),
        kind=("cut",) * 5,
        duration=np.zeros(5),
        hit=np.full(5, np.nan, np.float32),
        offset=np.array([0.01, 0.03, 0.2, -0.02, np.nan]),
        accent=np.array([9, 0.5, 9, np.nan, np.nan], np.float32),
    )
    hit, labelled = hits_of_pair(replace(pairs[0], transitions=found))
    assert hit.tolist() == [1, 0, 0, 1, 0]
    assert labelled.tolist() == [1, 1, 1, 1, 0]


def test_a_step_is_the_same_however_many_share_it(stage: AlignerStage) -> None:
    whole = stage.batch(5, 0, 1)
    halves = [stage.batch(5, part, 2) for part in range(2)]
    hits = [part.hit[row][part.labelled[row] > 0] for part in halves for row in range(len(part.hit))]
    for row, hit in enumerate(hits):
        assert torch.equal(whole.hit[row][whole.labelled[row] > 0], hit)
    assert torch.equal(stage.batch(5, 0, 1).known, whole.known)
    with pytest.raises(SettingsError, match="cannot be shared out"):
        stage.batch(0, 0, 3)


def test_padding_changes_no_judgement(stage: AlignerStage) -> None:
    network = stage.network(None).eval()
    for block in network.sequence:
        torch.nn.init.normal_(block.contract.weight)
    lessons = sorted(stage.lessons, key=lambda lesson: len(lesson.hit))
    together, alone = (batch_lessons(some) for some in ([lessons[0], lessons[-1]], [lessons[0]]))
    odds = [network(batch.numbers, batch.curves, batch.known, batch.real) for batch in (together, alone)]
    torch.testing.assert_close(odds[0][0, : len(lessons[0].hit)], odds[1][0], atol=1e-5, rtol=0)


def test_what_is_unknown_or_never_varied_changes_no_judgement(stage: AlignerStage) -> None:
    network = stage.network(None).eval()
    batch = stage.batch(0, 0, 1)
    known = batch.known.clone()
    known[..., GROUPS.index("picture")] = 0
    other = batch.numbers.clone()
    for column, group in enumerate(GROUP_OF_NUMBER):
        if GROUPS[group] == "picture":
            other[..., column] += 5
    other[..., NUMBERS.index("black before")] = 1
    odds = [network(numbers, batch.curves, known, batch.real) for numbers in (batch.numbers, other)]
    torch.testing.assert_close(odds[0], odds[1], atol=1e-5, rtol=0)


def test_the_tiny_recipe_learns_and_its_onnx_judges_alike(stage: AlignerStage, recipe: Recipe, tmp_path: Path) -> None:
    longer = msgspec.structs.replace(recipe, length=Length(steps=60), average=0.0)
    trained = train(stage, longer, tmp_path, device="cpu")
    measured = trained.measured["last"]
    assert measured["cross-entropy"] < 0.69
    assert measured["area under ROC"] > 0.55
    assert "average precision, no pictures" in measured
    folder = tmp_path / "aligner" / "last"
    network, planning = Aligner.from_pretrained(folder, low_cpu_mem_usage=False).eval(), PlanningAligner(folder)
    for lesson in stage.heldout[:3]:
        batch = batch_lessons([lesson])
        with torch.no_grad():
            share = torch.sigmoid(network(batch.numbers, batch.curves, batch.known, batch.real))[0]
        assert planning.judge(lesson.features).share == pytest.approx(share.numpy(), abs=1e-5)


def test_a_set_without_labels_is_refused(pairs: list[Pair], recipe: Recipe, tmp_path: Path) -> None:
    told = pairs[0].transitions
    nothing = np.full(len(told.time), np.nan)
    blank = replace(pairs[0], transitions=replace(told, hit=nothing.astype(np.float32), offset=nothing))
    write_set(tmp_path / "blank", [blank], encoders={})
    with pytest.raises(SettingsError, match="no pair whose transitions"):
        AlignerStage(recipe, tmp_path, tmp_path / "blank")
    assert lessons_of([blank]) == []  # type: ignore[arg-type]


def test_ranking_figures_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    for count in (5, 50, 400):
        truth = rng.random(count) < 0.4
        truth[:2] = True, False
        score = np.round(rng.normal(size=count) + truth, 1)  # with ties
        assert average_precision(truth, score) == pytest.approx(average_precision_score(truth, score))
        assert area_under_roc(truth, score) == pytest.approx(roc_auc_score(truth, score))
    assert np.isnan(average_precision(np.zeros(3, bool), np.arange(3.0)))
    assert np.isnan(area_under_roc(np.ones(3, bool), np.arange(3.0)))
