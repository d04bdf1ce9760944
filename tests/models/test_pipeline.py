from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vem_plugin.errors import ModelError
from vem_plugin.models.conditioning import Conditions
from vem_plugin.models.model_folder import INDEX, check_folder, load, write_index
from vem_plugin.models.pipeline import VeMPipeline, windows_over
from vem_plugin.models.placement import Placement

SIZE = 64


@pytest.fixture
def model_folder(pipeline: VeMPipeline, tmp_path: Path) -> Path:
    pipeline.save_pretrained(tmp_path / "model", safe_serialization=True)
    write_index(tmp_path / "model", name="small", version="0", licence="Apache-2.0", trained_on="nothing")
    return tmp_path / "model"


def long_conditions(conditions: Conditions, times: int) -> Conditions:
    """The same piece several times over, as far as frames go."""
    framewise = {"beat", "direction", "card", "piece", "relation", "mask"}
    arrays = {item.name: getattr(conditions, item.name) for item in fields(Conditions)}
    return Conditions(**{name: np.concatenate([a] * times) if name in framewise else a for name, a in arrays.items()})


def test_the_same_seed_gives_the_same_latents(pipeline: VeMPipeline, conditions: Conditions) -> None:
    first, again = (pipeline(conditions, seed=7, steps=3) for _ in range(2))
    other = pipeline(conditions, seed=8, steps=3)
    np.testing.assert_array_equal(first, again)
    assert first.shape == (conditions.frames, SIZE)
    assert np.abs(first - other).max() > 0.01


def test_without_guidance_the_result_differs(pipeline: VeMPipeline, conditions: Conditions) -> None:
    guided, plain = (pipeline(conditions, seed=7, steps=3, guidance=scale) for scale in (3.0, 1.0))
    assert np.isfinite(guided).all()
    assert np.abs(guided - plain).max() > 1e-4


def test_known_latents_stay_and_the_rest_is_new(pipeline: VeMPipeline, conditions: Conditions) -> None:
    known = np.random.default_rng(0).normal(size=(conditions.frames, SIZE)).astype(np.float32)
    mask = np.zeros(conditions.frames, bool)
    mask[5:20] = True
    latents = pipeline(conditions, seed=1, steps=3, known=known, known_mask=mask)
    np.testing.assert_array_equal(latents[mask], known[mask])
    assert (np.abs(latents[~mask] - known[~mask]).max(1) > 0.01).all()


def test_known_latents_are_listened_to(pipeline: VeMPipeline, conditions: Conditions) -> None:
    mask = np.arange(conditions.frames) < 20
    one = np.ones((conditions.frames, SIZE), np.float32)
    first, second = (pipeline(conditions, seed=1, steps=3, known=k, known_mask=mask) for k in (one, -one))
    assert np.abs(first[20:] - second[20:]).max() > 1e-4


def test_known_latents_of_another_length_are_refused(pipeline: VeMPipeline, conditions: Conditions) -> None:
    with pytest.raises(ValueError, match="not of"):
        pipeline(conditions, seed=1, known=np.zeros((3, SIZE), np.float32), known_mask=np.zeros(3, bool))
    with pytest.raises(ValueError, match="belong together"):
        pipeline(conditions, seed=1, known=np.zeros((conditions.frames, SIZE), np.float32))


@pytest.mark.parametrize("frames", [1, 63, 192, 193, 320, 321, 1300, 5000])
def test_windows_cover_every_frame_once_and_overlap(frames: int) -> None:
    plan = list(windows_over(frames))
    fresh = [frame for window in plan for frame in range(window.fresh, window.last)]
    assert fresh == list(range(frames))
    assert all(window.last - window.first == min(192, frames) for window in plan)
    assert all(window.fresh - window.first >= 64 for window in plan[1:])


def test_a_long_piece_slides(pipeline: VeMPipeline, conditions: Conditions) -> None:
    long = long_conditions(conditions, 1300 // conditions.frames + 1)
    known = np.full((long.frames, SIZE), 0.5, np.float32)
    mask = np.zeros(long.frames, bool)
    mask[150:260] = True
    mask[-3:] = True
    latents = pipeline(long, seed=2, steps=1, known=known, known_mask=mask)
    assert latents.shape == (long.frames, SIZE)
    np.testing.assert_array_equal(latents[mask], known[mask])
    assert (np.abs(latents).max(1) > 0).all()


def test_a_short_piece_is_one_window_of_a_long_one(pipeline: VeMPipeline, conditions: Conditions) -> None:
    """Progress is reported to the end, in order."""
    told: list[float] = []
    pipeline(conditions, seed=1, steps=4, report=lambda stage, done, note="": told.append(done))
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_saved_and_loaded_is_bit_equal(pipeline: VeMPipeline, model_folder: Path, conditions: Conditions) -> None:
    loaded = load(model_folder, Placement("cpu"))
    for mine, theirs in ((pipeline.transformer, loaded.transformer), (pipeline.codec, loaded.codec)):
        for (name, weights), (_, again) in zip(mine.state_dict().items(), theirs.state_dict().items(), strict=True):
            assert torch.equal(weights, again), name
    np.testing.assert_array_equal(pipeline(conditions, seed=3, steps=2), loaded(conditions, seed=3, steps=2))
    assert loaded.folder is not None
    assert loaded.folder.index.name == "small"


def test_a_changed_file_is_refused(model_folder: Path) -> None:
    weights = next((model_folder / "codec").glob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelError, match="changed or damaged") as caught:
        load(model_folder, Placement("cpu"))
    assert str(weights) in caught.value.where
    assert caught.value.remedy


def test_a_missing_file_is_refused(model_folder: Path) -> None:
    (model_folder / "transformer" / "config.json").unlink()
    with pytest.raises(ModelError, match="missing"):
        check_folder(model_folder)


def test_no_model_and_a_broken_index_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model here"):
        check_folder(tmp_path)
    (tmp_path / INDEX).write_text("{")
    with pytest.raises(ModelError, match="does not read"):
        check_folder(tmp_path)


def test_another_versions_pipeline_is_refused(model_folder: Path) -> None:
    index = model_folder / "model_index.json"
    index.write_text(index.read_text().replace("VeMTransformer", "Elsewhere"))
    write_index(model_folder, name="small", version="0", licence="Apache-2.0", trained_on="nothing")
    with pytest.raises(ModelError, match="does not fit"):
        load(model_folder, Placement("cpu"))


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelError, match="finds no device"):
        Placement("abacus").device  # type: ignore[arg-type]
    assert Placement("cpu").device == torch.device("cpu")


def test_several_takes_in_one_batch_are_what_each_is_alone(pipeline: VeMPipeline, conditions: Conditions) -> None:
    """Also over several windows, with storyboards of different length, and in as many batches as memory allows."""
    other = replace(
        conditions, **{name: getattr(conditions, name)[:-1] for name in ("text", "picture", "look", "time")}
    )
    other = replace(other, present=other.present[:-1], relation=other.relation[:, :-1], mask=other.mask[:, :-1])
    pieces = [long_conditions(piece, 5) for piece in (conditions, other, conditions)]
    alone = [pipeline(piece, seed=seed, steps=2) for seed, piece in enumerate(pieces, 7)]
    told: list[float] = []
    try:
        for memory in (None, 10**6):
            pipeline.placement = Placement("cpu", memory=memory)
            assert pipeline.takes_at_once(pieces[0]) == (1 if memory else 16)
            together = pipeline.together(
                pieces, seeds=(7, 8, 9), steps=2, report=lambda stage, done, note="": told.append(done)
            )
            for one, same in zip(alone, together, strict=True):
                np.testing.assert_allclose(same, one, rtol=0, atol=1e-5)
            assert told == sorted(told)
            assert told[-1] == pytest.approx(1)
            told.clear()
    finally:
        pipeline.placement = Placement("cpu")
    assert np.abs(alone[0] - alone[2]).max() > 0.1
    with pytest.raises(ValueError, match="frames"):
        pipeline.together([conditions, pieces[0]], seeds=(1, 2))


def test_compiled_blocks_write_the_same_at_any_length(
    model_folder: Path, conditions: Conditions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Traced by torch.compile as for a card, but without the minutes that generating code takes."""
    compiled: list[str] = []
    whole = torch.nn.Module.compile

    def traced(block: torch.nn.Module, **options: object) -> None:
        compiled.append(type(block).__name__)
        whole(block, backend="eager", fullgraph=True, **options)

    monkeypatch.setattr(torch.nn.Module, "compile", traced)
    plain, faster = (load(model_folder, Placement("cpu", compiled=asked)) for asked in (False, True))
    assert compiled == ["VeMBlock"] * len(plain.transformer.blocks)
    assert faster.transformer.state_dict().keys() == plain.transformer.state_dict().keys()
    for piece in (conditions, long_conditions(conditions, 2)):
        np.testing.assert_allclose(faster(piece, seed=1, steps=1), plain(piece, seed=1, steps=1), rtol=0, atol=1e-5)
