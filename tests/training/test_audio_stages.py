"""The audio domain's stages on a tiny set: each learns what it is for and nothing else, and the last one is served."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.models.audio.conftest import small_stable_audio
from tests.training.test_train_cli import vem_train
from vem_plugin.dataset import Pair, PairSet, flac_of, write_set
from vem_plugin.dataset.synth import draw_pair
from vem_plugin.errors import SettingsError
from vem_plugin.models.audio.frame_features import FRAME_FEATURES, frame_clock
from vem_plugin.models.audio.stable_audio import StableAudioVeM
from vem_plugin.models.beat_features import BEAT_COLUMNS, BEAT_FEATURES
from vem_plugin.models.model_folder import load
from vem_plugin.models.placement import Placement
from vem_plugin.score.strengths import STRONG
from vem_plugin.training import audio_codec
from vem_plugin.training.audio_conditions import conditions_of_pair, grid_of
from vem_plugin.training.audio_diffusion import AudioAdapterStage, AudioDiffusionStage, velocity_loss
from vem_plugin.training.audio_lessons import AudioBatch
from vem_plugin.training.audio_sound import HeardPairs
from vem_plugin.training.course import Trained, weights_in
from vem_plugin.training.recipe import Keep, Length, Recipe, load_recipe
from vem_plugin.training.stage import stage_of
from vem_plugin.training.trainer import train

RATE = 2000
NEW = ("adapters.", "frame_features.")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def clicks(pair: Pair) -> bytes:
    """A short tone on every beat of a pair, higher on downbeats."""
    time = np.arange(round(pair.seconds * RATE)) / RATE
    sound = np.zeros_like(time)
    for beat in pair.beats:
        pitch = 300 if np.isclose(pair.downbeats, beat).any() else 150
        late = time - beat
        sound += np.where(late >= 0, 0.5 * np.exp(-20 * np.maximum(late, 0)) * np.sin(2 * np.pi * pitch * late), 0)
    return flac_of(np.stack([sound, 0.8 * sound], 1), RATE)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    drawn = [draw_pair(number, seed=3, held_out=number == 3) for number in range(4)]
    return [replace(pair, files={"flac": clicks(pair)}) for pair in drawn]


@pytest.fixture(scope="module")
def data(pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set") / "clicks"
    write_set(folder, pairs, encoders={})
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    small_stable_audio().save_pretrained(folder)
    return folder


def recipe_of(name: str, *, data: Path, start: Path | str = "", steps: int = 0, **lessons: object) -> Recipe:
    shipped = load_recipe(name)
    return msgspec.structs.replace(
        shipped,
        data=str(data),
        start=str(start),
        lessons=shipped.lessons | lessons,
        length=Length(steps=steps) if steps else shipped.length,
        keep=Keep(minutes=0, tensorboard=False),
    )


@pytest.fixture(scope="module")
def diffusion(data: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trained]:
    """A run folder with a finished stage two."""
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("run")
    recipe = recipe_of("audio-tiny-diffusion", data=data, start=base)
    return out, train(stage_of(recipe, out), recipe, out, device="cpu")


def test_the_codec_learns_the_sound_of_a_set(data: Path, tmp_path: Path) -> None:
    recipe = recipe_of("audio-tiny-codec", data=data)
    stage = stage_of(recipe, tmp_path)
    torch.manual_seed(recipe.seed)
    with torch.no_grad():
        before = stage.measure(stage.network(None).eval())
    after = train(stage, recipe, tmp_path, device="cpu").measured["last"]
    assert after["spectral error"] < 0.8 * before["spectral error"]
    again = audio_codec.oobleck_from(weights_in(tmp_path, "codec"))
    assert again.config["sampling_rate"] == RATE


def test_with_its_encoder_frozen_the_codec_keeps_its_latents(data: Path, base: Path, tmp_path: Path) -> None:
    recipe = recipe_of("audio-tiny-codec", data=data, start=base, steps=2, decoder_only=True)
    train(stage_of(recipe, tmp_path), recipe, tmp_path, device="cpu")
    mine = audio_codec.oobleck_from(weights_in(tmp_path, "codec")).state_dict()
    theirs = audio_codec.oobleck_from(base).state_dict()
    kept = {name: torch.equal(mine[name], theirs[name]) for name in theirs}
    assert all(same for name, same in kept.items() if name.startswith("encoder."))
    assert not all(same for name, same in kept.items() if name.startswith("decoder."))


def test_spectra_tell_what_they_should() -> None:
    torch.manual_seed(0)
    sound = torch.randn(2, 2, 1024) * 0.1
    windows = (256, 64)
    same = audio_codec.spectral_error(sound, sound, windows)
    torch.testing.assert_close(same, torch.zeros(2))
    shifted = audio_codec.spectral_error(sound.roll(1, -1), sound, windows)
    other = audio_codec.spectral_error(torch.randn(2, 2, 1024) * 0.1, sound, windows)
    assert (shifted < other).all()
    swapped = audio_codec.spectral_error(sound * torch.tensor([1.0, -1.0])[:, None], sound, windows)
    assert (swapped > 0.1).all(), "one channel turned over: only sum and difference tell"
    normal = audio_codec.divergence_of(torch.zeros(1, 4, 3), torch.ones(1, 4, 3))
    moved = audio_codec.divergence_of(torch.ones(1, 4, 3), torch.ones(1, 4, 3))
    assert normal.item() == 0
    assert moved.item() == pytest.approx(2.0)


def test_the_velocity_is_the_sampler_s(base: Path) -> None:
    """The true velocity at any time, given to the checkpoint's own scheduler, gives back the clean latents."""
    scheduler = small_stable_audio().scheduler
    scheduler.set_timesteps(8)
    torch.manual_seed(0)
    clean, noise = torch.randn(1, 8, 5), torch.randn(1, 8, 5)
    for moment, sigma in zip(scheduler.timesteps, scheduler.sigmas, strict=False):
        angle = moment * torch.pi / 2
        noisy, velocity = angle.cos() * clean + angle.sin() * noise, angle.cos() * noise - angle.sin() * clean
        sample = clean + sigma * noise
        torch.testing.assert_close(scheduler.precondition_inputs(sample, sigma), noisy, rtol=1e-3, atol=1e-3)
        found = scheduler.precondition_outputs(sample, velocity, sigma)
        torch.testing.assert_close(found, clean, rtol=1e-2, atol=2e-2)


def test_stage_two_learns_and_leaves_tb_as_at_zero(diffusion: tuple[Path, Trained], base: Path) -> None:
    out, trained = diffusion
    stage = stage_of(trained.recipe, out)
    begun = stage.network(base).eval()
    first = {name: weights.clone() for name, weights in begun.state_dict().items()}
    with torch.no_grad():
        assert trained.measured["last"]["error at 0.5"] < 0.95 * stage.measure(begun)["error at 0.5"]
    after = stage.network(weights_in(out, "diffusion", last=True)).state_dict()
    assert not any(weights.any() for name, weights in after.items() if name.startswith("adapters."))
    for name in ("storyboard_attentions.0.to_out.weight", "given.weight", "transformer_blocks.0.attn1.to_q.weight"):
        assert not torch.equal(after[name], first[name]), name


def test_only_the_new_parts_learn_where_that_is_asked_for(data: Path, base: Path, tmp_path: Path) -> None:
    stage = AudioDiffusionStage(
        recipe_of("audio-tiny-diffusion", data=data, start=base, new_alone=True), tmp_path, data
    )
    learning = {name.split(".")[0] for name, weights in stage.network(base).named_parameters() if weights.requires_grad}
    assert learning == {"storyboard", "storyboard_attentions", "given"}


def test_stage_three_moves_tb_as_alone_and_the_model_is_served(
    diffusion: tuple[Path, Trained], data: Path, base: Path, tmp_path: Path
) -> None:
    out, before = diffusion
    told = vem_train("adapter", "audio-tiny-adapter", "-o", out, "--data", data, "--start", base, "--device", "cpu")
    assert told["measured"]["last"]["error at 0.5"] < before.measured["averaged"]["error at 0.5"]
    two, three = (weights_in(out, name) for name in ("diffusion", "adapter"))
    stage = AudioAdapterStage(recipe_of("audio-tiny-adapter", data=data, start=base), out, data)
    first, after = stage.network(two).state_dict(), stage.network(three).state_dict()
    moved = {name for name in after if not torch.equal(after[name], first[name])}
    assert moved
    assert all(name.startswith(NEW) for name in moved)
    vem_train("export", tmp_path / "model", "-o", out)
    served = load(tmp_path / "model", Placement("cpu"))
    assert isinstance(served, StableAudioVeM)
    assert served.folder is not None
    assert served.folder.index.kind == "audio"
    for name, value in served.transformer.state_dict().items():
        torch.testing.assert_close(value, after[name], rtol=0, atol=0)


def test_a_row_is_the_same_whoever_makes_it(data: Path, base: Path, tmp_path: Path) -> None:
    recipe = recipe_of("audio-tiny-diffusion", data=data, start=base)
    one, other = (AudioDiffusionStage(recipe, tmp_path, data) for _ in range(2))
    whole, halves = one.batch(5, 0, 1), [other.batch(5, part, 2) for part in (1, 0)]
    for name in ("latents", "noise", "time", "given", "words", "whole"):
        first, second = (getattr(half, name) for half in reversed(halves))
        together = torch.stack([first, second], 1).flatten(0, 1)
        torch.testing.assert_close(getattr(whole, name), together, rtol=0, atol=1e-6)


def test_what_is_given_is_not_asked_for(data: Path, base: Path, tmp_path: Path) -> None:
    recipe = recipe_of("audio-tiny-diffusion", data=data, start=base, filling_in=1.0, withheld=1.0, rows=8)
    stage = AudioDiffusionStage(recipe, tmp_path, data)
    batch = stage.batch(0, 0, 1)
    assert (batch.given.sum((1, 2)) > 0).all()
    assert ((1 - batch.given).sum((1, 2)) > 0).all()
    assert not batch.words.any()
    assert not batch.conditions.present.any()
    network = stage.network(base).eval()
    with torch.no_grad():
        loss = velocity_loss(network, batch)
        only_given = replace(batch, given=torch.ones_like(batch.given))
        assert float(velocity_loss(network, only_given).count) == 0
    assert float(loss.count) == float((batch.real * (1 - batch.given)).sum())


def test_a_run_without_a_base_says_what_it_wants(data: Path, tmp_path: Path) -> None:
    recipe = recipe_of("audio-tiny-diffusion", data=data)
    with pytest.raises(SettingsError, match="nothing to begin with"):
        stage_of(recipe, tmp_path)


def test_a_set_without_sound_is_refused(pairs: list[Pair]) -> None:
    with pytest.raises(SettingsError, match="sound"):
        HeardPairs(PairSet.of([replace(pair, files={}) for pair in pairs]), seed=0)


def test_short_pairs_are_followed_by_silence(pairs: list[Pair]) -> None:
    heard = HeardPairs(PairSet.of(pairs[:1]), seed=0)
    samples = round(pairs[0].seconds * RATE)
    stretch = heard.stretch(0, samples=samples + 50, rate=RATE)
    assert stretch.shape == (samples + 50, 2)
    assert not stretch[samples:].any()
    assert stretch[:samples].any()


def phases_of(beat: NDArray[np.float32]) -> NDArray[np.float64]:
    """Phase in the beat of every frame, 0 to 1, from its sine and cosine."""
    sine, cosine = beat[:, BEAT_FEATURES], beat[:, BEAT_FEATURES + 2]
    return np.arctan2(sine, cosine) / (2 * np.pi) % 1


def test_found_film_is_told_its_beats_and_the_cuts_on_them(pairs: list[Pair]) -> None:
    made = next(pair for pair in pairs if len(pair.transitions.time) > 3)
    beats = 0.3 + 0.5 * np.arange(int((made.seconds - 0.6) / 0.5))
    cuts = made.transitions
    offset = np.full(len(cuts.time), 0.2)
    offset[0], offset[1] = 0.01, -0.02
    accent = np.zeros(len(cuts.time), np.float32)
    accent[0] = 9
    found = replace(
        made,
        truth=None,
        hits=np.zeros((0, 2)),
        beats=beats,
        downbeats=beats[1::4],
        transitions=replace(cuts, offset=offset, accent=accent),
    )
    grid = grid_of(found)
    assert grid is not None
    assert grid.beat_times[0] <= 0 < found.seconds <= grid.beat_times[-1]
    np.testing.assert_allclose(np.diff(grid.beat_times), 0.5, atol=1e-9)
    np.testing.assert_allclose(grid.hits, np.sort(cuts.time[:2] + offset[:2]))
    assert sorted(grid.cue.hits.values()) == [0.25, STRONG]
    clock = frame_clock(found.seconds, 31.25)
    conditions = conditions_of_pair(found, clock)
    assert conditions.beat.shape == (len(clock), FRAME_FEATURES)
    phase = phases_of(conditions.beat)
    expected = (clock - 0.3) / 0.5 % 1
    assert (np.abs((phase - expected + 0.5) % 1 - 0.5) < 1e-4).all()
    first_of_bar = conditions.beat[:, BEAT_COLUMNS["bar position"].start] == 1
    in_downbeat = ((clock - beats[1] + 1e-9) // 0.5 % 4 == 0) & (clock >= beats[1])
    np.testing.assert_array_equal(first_of_bar[clock >= beats[1]], in_downbeat[clock >= beats[1]])


def test_where_no_beat_was_heard_none_is_told(pairs: list[Pair]) -> None:
    silent = replace(pairs[0], truth=None, beats=np.zeros(0), downbeats=np.zeros(0))
    conditions = conditions_of_pair(silent, frame_clock(silent.seconds, 31.25))
    assert grid_of(silent) is None
    told = conditions.beat.copy()
    told[:, BEAT_COLUMNS["withheld"]] -= 1
    assert not told.any()
    assert conditions.present[: len(silent.shots.start), 3].all()


def test_batches_move_whole(data: Path, base: Path, tmp_path: Path) -> None:
    stage = AudioDiffusionStage(recipe_of("audio-tiny-diffusion", data=data, start=base), tmp_path, data)
    moved = stage.batch(0, 0, 1).to("cpu").at(0.5)
    assert isinstance(moved, AudioBatch)
    assert (moved.time == 0.5).all()
