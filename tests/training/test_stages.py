"""The score's stages, small: each learns, and what is taught is drawn as its rules say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from vem_plugin.errors import SettingsError
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.training.codec import CodecStage, codec_from, encode_pieces, note_f1
from vem_plugin.training.course import weights_in
from vem_plugin.training.dataset import PieceColumns, build_columns, save_columns
from vem_plugin.training.export import velocity_lines
from vem_plugin.training.lessons import Lessons, ScoreLessons
from vem_plugin.training.packing import batch_pieces
from vem_plugin.training.recipe import Keep, Length, Optimiser, Recipe, load_recipe
from vem_plugin.training.shots import cinematics_for, draw_shots
from vem_plugin.training.stage import stage_of
from vem_plugin.training.trainer import train

PIECES = 12


@pytest.fixture
def codec_recipe(corpus: Path) -> Recipe:
    return replace(
        load_recipe("score-tiny-codec"),
        data=str(corpus),
        lessons={"pieces": 4, "measured_pieces": 2},
        length=Length(steps=30),
        keep=Keep(tensorboard=False),
    )


def test_columns_do_not_depend_on_how_they_are_built() -> None:
    whole, parts = build_columns(6, seed=3, part=6), build_columns(6, seed=3, part=6, processes=2)
    assert whole.keys() == parts.keys()
    for name in whole:
        np.testing.assert_array_equal(whole[name], parts[name], err_msg=name)


def test_parts_join_to_pieces_that_read_back(corpus: Path) -> None:
    joined = build_columns(6, seed=5, part=2)
    one = PieceColumns.open(corpus / "train")
    other = PieceColumns(joined)
    for number in range(6):
        np.testing.assert_array_equal(one.raster(number), other.raster(number))
        words = other.columns["caption_words"][other.labels(number).captions]
        assert all(word.strip() for word in words.flatten())
        assert other.labels(number).beats.sum() == other.beats[number]


def test_the_codec_learns(codec_recipe: Recipe, corpus: Path, tmp_path: Path) -> None:
    stage = CodecStage(codec_recipe, tmp_path, corpus)
    torch.manual_seed(0)
    before = loss_on_the_first_step(stage, stage.network(None))
    train(stage, codec_recipe, tmp_path, device="cpu")
    codec = codec_from(weights_in(tmp_path, "codec"))
    assert loss_on_the_first_step(stage, codec) < 0.6 * before
    pieces = PieceColumns.open(corpus / "train")
    assert 0 <= note_f1(codec, pieces, [0, 1], noise=0.0)["bass"] <= 1
    assert np.isfinite(encode_pieces(codec, pieces)).all()


def loss_on_the_first_step(stage: CodecStage, codec: ScoreCodec) -> float:
    """Loss a beat, under the same noise every time."""
    torch.manual_seed(0)
    with torch.no_grad():
        loss = stage.loss(codec.train(), stage.batch(0, 0, 1))
    return float(loss.total / loss.count)


def test_with_its_encoder_frozen_the_codec_keeps_its_latents(
    codec_recipe: Recipe, corpus: Path, tmp_path: Path
) -> None:
    pieces = PieceColumns.open(corpus / "train")
    codec = ScoreCodec(width=32)
    codec.save_pretrained(tmp_path / "start")
    before = encode_pieces(codec, pieces)
    recipe = replace(
        codec_recipe,
        start=str(tmp_path / "start"),
        lessons={**codec_recipe.lessons, "decoder_only": True},
        length=Length(steps=2),
    )
    train(CodecStage(recipe, tmp_path, corpus), recipe, tmp_path, device="cpu")
    after = codec_from(weights_in(tmp_path, "codec"))
    np.testing.assert_array_equal(encode_pieces(after, pieces), before)
    assert not torch.equal(after.paint.weight, codec.paint.weight)


def test_the_diffusion_learns(recipe: Recipe, tmp_path: Path) -> None:
    recipe = replace(recipe, length=Length(steps=60), optimiser=Optimiser(rate=3e-3, warm_up=5))
    stage = stage_of(recipe, tmp_path)
    before = stage.measure(stage.network(None).eval())
    trained = train(stage, recipe, tmp_path, device="cpu")
    assert trained.measured["last"]["error at 0.5"] < 0.8 * before["error at 0.5"]


def test_what_has_to_come_first_is_said(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no corpus here.*vem train corpus"):
        stage_of(replace(recipe, data=str(tmp_path)), tmp_path)
    for part in ("train", "heldout"):
        save_columns(tmp_path / part, build_columns(1, seed=1))
    with pytest.raises(SettingsError, match=r"not encoded.*vem train encode"):
        stage_of(replace(recipe, data=str(tmp_path)), tmp_path)


def test_velocity_rises_with_energy_in_the_corpus(corpus: Path) -> None:
    lines = velocity_lines(PieceColumns.open(corpus / "train"))
    assert all(20 < offset + slope / 2 < 127 for offset, slope in lines)
    assert sum(slope > 0 for _, slope in lines) >= 4


def test_rows_are_numbered_without_end_and_an_epoch_has_every_piece(corpus: Path) -> None:
    lessons = Lessons(PieceColumns.open(corpus / "train"), ScoreLessons(), seed=0)
    taught: list[int] = []
    row = 0
    while len(taught) < 2 * PIECES:
        taught += lessons.rows[row]
        row += 1
    assert sorted(taught[:PIECES]) == sorted(taught[PIECES:]) == list(range(PIECES))
    assert taught[:PIECES] != taught[PIECES:]
    again = Lessons(lessons.pieces, ScoreLessons(), seed=0)
    assert [again.rows[number] for number in reversed(range(row))] == [lessons.rows[n] for n in reversed(range(row))]


def test_lessons_leave_wishes_out_at_random(corpus: Path) -> None:
    lessons = Lessons(PieceColumns.open(corpus / "train"), ScoreLessons(frames=128), seed=0)
    batch = batch_pieces([lessons.row(number)[:1] for number in range(80)], frames=128)
    withheld = batch.conditions.direction[:, 0, -1] == 1
    assert 0 < withheld.sum() < 30
    assert not batch.conditions.present[withheld].any()
    given = batch.known.amax((1, 2)) > 0
    assert 5 < given.sum() < 60


def test_shots_stay_within_their_number_and_fill_the_piece(corpus: Path) -> None:
    pieces = PieceColumns.open(corpus / "train")
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
