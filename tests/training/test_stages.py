"""The stages of training, small: each learns, and what it writes the next can read."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch

from vem_plugin.models.model_folder import load
from vem_plugin.models.placement import Placement
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.training import diffusion
from vem_plugin.training.codec import RasterLoss, codec_step, encode_pieces, note_f1, padded, train_codec
from vem_plugin.training.dataset import PieceColumns, build_columns, save_columns
from vem_plugin.training.diffusion import AveragedWeights, Course, diffusion_step, measure, measuring_batches
from vem_plugin.training.export import export_pipeline, velocity_lines
from vem_plugin.training.lessons import Lessons
from vem_plugin.training.pace import Pace, constant_then_linear
from vem_plugin.training.shots import cinematics_for, draw_shots

PIECES = 12


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with a dozen pieces, random latents of a structure, and random caption embeddings."""
    folder = tmp_path_factory.mktemp("run")
    columns = build_columns(PIECES, seed=5)
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(columns["card"].shape[1], 64)) / 3
    columns["latents"] = np.tanh(columns["card"].astype(float) @ mixing).astype(np.float16)
    texts = rng.normal(size=(len(columns["caption_words"]), 384))
    columns["caption_text"] = (texts / np.linalg.norm(texts, axis=1, keepdims=True)).astype(np.float16)
    save_columns(folder / "train", columns)
    save_columns(folder / "heldout", columns)
    return folder


@pytest.fixture
def course() -> Course:
    torch.manual_seed(1)
    model = VeMTransformer(width=32, heads=2, layers=2, token_width=16, beat_width=8)
    return Course(model, AveragedWeights(model), diffusion.optimisers_for(model), Pace.of_minutes(60))


def test_columns_do_not_depend_on_how_they_are_built() -> None:
    whole, parts = build_columns(6, seed=3, part=6), build_columns(6, seed=3, part=6, processes=2)
    assert whole.keys() == parts.keys()
    for name in whole:
        np.testing.assert_array_equal(whole[name], parts[name], err_msg=name)


def test_parts_join_to_pieces_that_read_back(run: Path) -> None:
    joined = build_columns(6, seed=5, part=2)
    one = PieceColumns.open(run / "train")
    other = PieceColumns(joined)
    for number in range(6):
        np.testing.assert_array_equal(one.raster(number), other.raster(number))
        words = other.columns["caption_words"][other.labels(number).captions]
        assert all(word.strip() for word in words.flatten())
        assert other.labels(number).beats.sum() == other.beats[number]


def test_the_codec_learns(run: Path) -> None:
    torch.manual_seed(0)
    pieces = PieceColumns.open(run / "train")
    codec = ScoreCodec(width=64)
    optimiser = torch.optim.AdamW(codec.parameters(), lr=3e-3)
    batch, frames = padded([pieces.raster(number) for number in range(4)])
    losses = []
    for _ in range(12):
        loss = codec_step(codec, batch, frames, loss_of=RasterLoss(codec.device))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]
    codec.eval()
    assert 0 <= note_f1(codec, pieces, [0, 1], noise=0.0)["bass"] <= 1
    assert np.isfinite(encode_pieces(codec, pieces)).all()


def test_with_its_encoder_frozen_the_codec_keeps_its_latents(run: Path, tmp_path: Path) -> None:
    pieces = PieceColumns.open(run / "train")
    codec = ScoreCodec(width=32)
    codec.save_pretrained(tmp_path)
    before = encode_pieces(codec, pieces)
    options = {"minutes": 0.03, "out": tmp_path, "further": True, "decoder_only": True}
    after = train_codec(pieces, pieces, **options)
    np.testing.assert_array_equal(encode_pieces(after, pieces), before)
    assert not torch.equal(after.paint.weight, codec.paint.weight)


def test_the_diffusion_learns(run: Path, course: Course) -> None:
    pieces = PieceColumns.open(run / "train")
    tests = measuring_batches(pieces)
    before = measure(course.model, tests)
    batches = Lessons(pieces, seed=0).batches(rows=2)
    for _ in range(60):
        diffusion_step(course, next(batches), progress=0.1)
    after = measure(course.model, tests)
    assert after[2] < 0.8 * before[2]


def test_a_stopped_run_goes_on_and_exports(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diffusion, "MEASURED_PIECES", 2)
    train = PieceColumns.open(run / "train")
    first = diffusion.train_diffusion(train, train, pace=Pace(time.time(), time.time() + 3), out=run)
    again = diffusion.train_diffusion(train, train, pace=Pace.of_minutes(60), out=run)
    assert 0 < first.step == again.step
    assert again.pace == first.pace
    over = Pace(time.time() - 2, time.time() - 1)
    further = diffusion.train_diffusion(train, train, pace=over, out=run, further=True)
    assert (further.pace, further.step) == (over, first.step)
    ScoreCodec(width=64).save_pretrained(run / "codec")
    export_pipeline(run, tmp_path / "model", version="0")
    loaded = load(tmp_path / "model", Placement("cpu"))
    weights = first.average.weights["predict.weight"]
    torch.testing.assert_close(
        loaded.transformer.state_dict()["predict.weight"], weights.half().float(), rtol=0, atol=0
    )
    assert len(loaded.codec.config["velocity_lines"]) == 5


def test_velocity_rises_with_energy_in_the_corpus(run: Path) -> None:
    lines = velocity_lines(PieceColumns.open(run / "train"))
    assert all(20 < offset + slope / 2 < 127 for offset, slope in lines)
    assert sum(slope > 0 for _, slope in lines) >= 4


def test_lessons_leave_wishes_out_at_random(run: Path) -> None:
    lessons = Lessons(PieceColumns.open(run / "train"), seed=0)
    batch = lessons.batch([[number % PIECES] for number in range(80)])
    withheld = batch.conditions.direction[:, 0, -1] == 1
    assert 0 < withheld.sum() < 30
    assert not batch.conditions.present[withheld].any()
    given = batch.known.amax((1, 2)) > 0
    assert 5 < given.sum() < 60


def test_shots_stay_within_their_number_and_fill_the_piece(run: Path) -> None:
    pieces = PieceColumns.open(run / "train")
    rng = np.random.default_rng(0)
    for number in range(PIECES):
        for most in (1, 2, 7, 40):
            shots = draw_shots(
                pieces.labels(number), pieces.clock(number), pieces.columns["caption_text"], most=most, rng=rng
            )
            assert 1 <= len(shots.start) <= most
            assert shots.start[0] == 0
            np.testing.assert_array_equal(shots.start[1:], shots.end[:-1])
            assert shots.end[-1] == pieces.clock(number)[-1]
            assert (shots.fade_in[1:] == shots.fade_out[:-1]).all()


def test_the_look_follows_the_mood() -> None:
    rng = np.random.default_rng(0)
    count = 2000
    energy, valence, tension = rng.random(count), rng.uniform(-1, 1, count), rng.random(count)
    look = cinematics_for(energy, valence, tension, rng)
    for column, cause in ((0, valence), (1, valence), (3, tension), (4, energy)):
        assert np.corrcoef(look[:, column], cause)[0, 1] > 0.5
    assert look.min() >= -1
    assert look.max() <= 1


def test_the_rate_is_constant_then_falls_to_almost_nothing() -> None:
    assert constant_then_linear(0.0) == constant_then_linear(0.5) == 1
    assert constant_then_linear(0.775) == pytest.approx(0.5)
    assert constant_then_linear(1.0) == 0.02
