"""The trainer: a run that was stopped goes on bit by bit, and what makes it faster or smaller leaves it as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from msgspec.structs import replace
from torch import Tensor

from vem_plugin.errors import ModelError, SettingsError
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.training.blocks import blocks_of
from vem_plugin.training.course import Trained, checkpoints_in, weights_in
from vem_plugin.training.diffusion import DiffusionStage, NoisyBatch, transformer_from
from vem_plugin.training.recipe import Keep, Length, Optimiser, Recipe, Speed
from vem_plugin.training.stage import Loss, stage_of
from vem_plugin.training.trainer import train


def train_here(recipe: Recipe, out: Path, **options: Any) -> Trained:
    return train(stage_of(recipe, out), recipe, out, device="cpu", **options)


class Watched(DiffusionStage):
    """Keeps the network it made."""

    def network(self, start: Path | None) -> VeMTransformer:
        self.made = super().network(start)
        return self.made


def last_weights(recipe: Recipe, out: Path) -> dict[str, Tensor]:
    """Weights after training to the end."""
    train_here(recipe, out)
    return transformer_from(out / "diffusion" / "last").state_dict()


def assert_close(ones: dict[str, Tensor], others: dict[str, Tensor], *, within: float) -> None:
    for name, values in ones.items():
        torch.testing.assert_close(values, others[name], atol=within, rtol=0, msg=lambda told, of=name: f"{of}: {told}")


def test_a_stopped_run_goes_on_bit_by_bit(recipe: Recipe, tmp_path: Path) -> None:
    assert not train_here(recipe, tmp_path / "at once", pause_at=6).finished
    train_here(recipe, tmp_path / "with a rest", pause_at=3)
    assert train_here(recipe, tmp_path / "with a rest", pause_at=6).steps == 6
    states = []
    for name in ("at once", "with a rest"):
        file = tmp_path / name / "diffusion" / "checkpoints" / "step-00000006.pt"
        states.append(torch.load(file, weights_only=True))
        del states[-1]["recipe"], states[-1]["pace"]["seconds"]
    torch.testing.assert_close(states[0], states[1], atol=0, rtol=0)
    assert states[0]["average"]["n_averaged"] == 6
    momentum, moments = (optimiser["state"] for optimiser in states[0]["optimisers"])
    assert momentum[0]["momentum"].any()
    assert moments[0]["exp_avg_sq"].any()


def test_a_finished_run_is_read_and_can_be_trained_further(recipe: Recipe, tmp_path: Path) -> None:
    first = train_here(recipe, tmp_path)
    assert first.finished
    assert first.measured.keys() == {"last", "averaged"}
    assert train_here(recipe, tmp_path) == first == Trained.read(tmp_path / "diffusion")
    assert not checkpoints_in(tmp_path / "diffusion" / "checkpoints")
    before = transformer_from(weights_in(tmp_path, "diffusion", last=True)).state_dict()
    assert not train_here(recipe, tmp_path, further=True, pause_at=9).finished
    second = train_here(recipe, tmp_path)
    assert second.steps == 16
    after = transformer_from(weights_in(tmp_path, "diffusion", last=True)).state_dict()
    moved = (after["predict.weight"] - before["predict.weight"]).abs().max()
    assert 0 < moved < before["predict.weight"].abs().max()


def test_a_run_of_another_recipe_is_not_gone_on_with(recipe: Recipe, tmp_path: Path) -> None:
    train_here(recipe, tmp_path, pause_at=1)
    with pytest.raises(SettingsError, match="another recipe: seed, optimiser differ"):
        train_here(replace(recipe, seed=1, optimiser=Optimiser(rate=1.0)), tmp_path)


def test_only_the_last_checkpoints_stay(recipe: Recipe, tmp_path: Path) -> None:
    for step in (1, 2, 3):
        train_here(recipe, tmp_path, pause_at=step)
    names = [file.name for file in checkpoints_in(tmp_path / "diffusion" / "checkpoints")]
    assert names == ["step-00000002.pt", "step-00000003.pt"]


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")  # torch's own, compiling
@pytest.mark.parametrize(
    ("speed", "within"),
    [
        (Speed(accumulate=2), 1e-4),
        (Speed(checkpointing=True), 0.0),
        (Speed(compile="eager"), 1e-5),
        (Speed(compile="eager", checkpointing=True), 1e-5),
        (Speed(workers=1), 0.0),
    ],
    ids=["in parts", "checkpointed", "compiled", "compiled and checkpointed", "prepared ahead"],
)
def test_speed_changes_nothing_but_rounding(recipe: Recipe, tmp_path: Path, speed: Speed, within: float) -> None:
    recipe = replace(recipe, length=Length(steps=3))
    plain = last_weights(recipe, tmp_path / "plain")
    assert_close(plain, last_weights(replace(recipe, speed=speed), tmp_path / "other"), within=within)


def test_bfloat16_multiplies_and_keeps_weights_in_float32(recipe: Recipe, tmp_path: Path) -> None:
    recipe = replace(recipe, length=Length(steps=3))
    plain = last_weights(recipe, tmp_path / "plain")
    low = last_weights(replace(recipe, speed=Speed(precision="bfloat16")), tmp_path / "low")
    assert {values.dtype for values in low.values()} == {torch.float32}
    assert not torch.equal(plain["predict.weight"], low["predict.weight"])
    assert_close(plain, low, within=0.02)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")  # torch's own, compiling
@pytest.mark.parametrize("checkpointing", [False, True])
def test_blocks_are_compiled(recipe: Recipe, corpus: Path, tmp_path: Path, checkpointing: bool) -> None:
    from torch._dynamo.utils import counters

    torch.compiler.reset()
    counters.clear()
    recipe = replace(recipe, speed=Speed(checkpointing=checkpointing, compile="eager"), length=Length(steps=1))
    stage = Watched(recipe, tmp_path, corpus)
    train(stage, recipe, tmp_path, device="cpu")
    assert counters["frames"]["ok"] > 0
    blocks = blocks_of(stage.made)
    assert blocks == list(stage.made.blocks)
    assert all(("checkpoint" in str(block.forward)) == checkpointing for block in blocks)


def test_averaged_weights_lie_between_the_steps(recipe: Recipe, tmp_path: Path) -> None:
    train_here(recipe, tmp_path)
    last, averaged = (transformer_from(tmp_path / "diffusion" / name).state_dict() for name in ("last", "averaged"))
    distance = (last["predict.weight"] - averaged["predict.weight"]).abs().mean()
    assert 0 < distance < last["predict.weight"].abs().mean()


def test_without_beats_tb_as_stays_at_zero_and_the_adapter_stage_teaches_it_alone(
    recipe: Recipe, tmp_path: Path
) -> None:
    second = replace(recipe, average=0.0, lessons={**recipe.lessons, "beats": False})
    before = last_weights(second, tmp_path)
    adapters = [name for name in before if ".adapter." in name]
    assert adapters
    assert not any(before[name].any() for name in adapters)
    third = replace(recipe, stage="adapter", average=0.0, model={})
    train_here(third, tmp_path)
    after = transformer_from(weights_in(tmp_path, "adapter")).state_dict()
    moved = {name for name, values in after.items() if not torch.equal(values, before[name])}
    assert set(adapters) <= moved
    assert all(name in adapters or name.startswith("beat.") for name in moved)


def test_an_adapter_needs_a_diffusion(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no finished diffusion here.*vem train diffusion"):
        train_here(replace(recipe, stage="adapter"), tmp_path)


def test_curves_are_written(recipe: Recipe, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train_here(replace(recipe, keep=Keep(log_steps=4)), tmp_path)
    written = EventAccumulator(str(tmp_path / "diffusion" / "tensorboard"))
    written.Reload()
    assert [point.step for point in written.Scalars("loss")] == [4, 8]
    assert {"error", "rate", "held out/averaged/error at 0.5"} <= set(written.Tags()["scalars"])


class Broken(DiffusionStage):
    """Its loss is no number."""

    def loss(self, network: Any, batch: NoisyBatch) -> Loss:
        loss = super().loss(network, batch)
        return Loss(loss.total * float("nan"), loss.count)


def test_a_loss_that_is_no_number_ends_the_run_and_is_not_kept(recipe: Recipe, corpus: Path, tmp_path: Path) -> None:
    for pause_at in (0, 1):
        with pytest.raises(ModelError, match="no number any more"):
            train(Broken(recipe, tmp_path, corpus), recipe, tmp_path, device="cpu", pause_at=pause_at)
    assert not checkpoints_in(tmp_path / "diffusion" / "checkpoints")


def test_rows_are_shared_out_evenly_and_are_the_same_in_any_number_of_parts(recipe: Recipe, tmp_path: Path) -> None:
    stage = stage_of(replace(recipe, lessons={"rows": 4}), tmp_path)
    whole, halves = stage.batch(5, 0, 1), [stage.batch(5, part, 2) for part in (0, 1)]
    torch.testing.assert_close(whole.taught.latents, torch.cat([half.taught.latents for half in halves]))
    torch.testing.assert_close(whole.noise, torch.cat([half.noise for half in halves]))
    torch.testing.assert_close(whole.time, torch.cat([half.time for half in halves]))
    with pytest.raises(SettingsError, match="4 rows cannot be shared out over 3 parts"):
        stage.batch(0, 0, 3)
