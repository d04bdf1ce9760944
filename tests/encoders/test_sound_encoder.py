"""Sound encoders from folders: windows, front ends, distributions worked out by hand; folders that do not fit."""

from __future__ import annotations

from pathlib import Path

import librosa
import numpy as np
import pytest
from sound_models import (
    RATE,
    WEIGHTS,
    WINDOW,
    by_hand,
    make_clap,
    make_languagebind,
    make_mel_model,
    make_sound_model,
    make_text_tower,
)

from vem_plugin.encoders.sound import SoundEncoder
from vem_plugin.errors import MediaError, ModelError

SIZE = round(RATE * WINDOW)


def noise(seconds: float, channels: int = 1, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (round(seconds * RATE), channels)).astype(np.float32)


def test_windows_are_embedded_one_by_one_and_the_last_is_flush_with_the_end(tmp_path: Path) -> None:
    sound = noise(1.25)
    result = SoundEncoder(make_sound_model(tmp_path), "cpu").hear(sound, RATE)
    np.testing.assert_allclose(result.starts, [0, 0.5, 0.75])
    assert result.embeddings is not None
    expected = [by_hand(sound[round(start * RATE) :][:SIZE, 0]) for start in result.starts]
    np.testing.assert_allclose(result.embeddings, expected, atol=1e-6)


def test_scores_are_a_distribution(tmp_path: Path) -> None:
    sound = noise(0.5)
    logits = by_hand(sound[:, 0]) @ WEIGHTS
    for activation, odds in (("softmax", np.exp(logits)), ("sigmoid", 1 / (1 + np.exp(-logits)))):
        result = SoundEncoder(make_sound_model(tmp_path / activation, activation=activation), "cpu").hear(sound, RATE)
        assert result.scores is not None
        np.testing.assert_allclose(result.scores[0], odds / odds.sum(), atol=1e-6)


def test_windows_may_overlap(tmp_path: Path) -> None:
    result = SoundEncoder(make_sound_model(tmp_path, hop=0.25), "cpu").hear(noise(1.0), RATE)
    np.testing.assert_allclose(result.starts, [0, 0.25, 0.5])


@pytest.mark.parametrize(("pad", "mean"), [("repeat", 0.5), ("silence", 0.2)])
def test_a_shorter_sound_fills_its_window(tmp_path: Path, pad: str, mean: float) -> None:
    short = np.full((round(0.2 * RATE), 1), 0.5, np.float32)
    result = SoundEncoder(make_sound_model(tmp_path, pad=pad), "cpu").hear(short, RATE)
    assert result.embeddings is not None
    assert result.embeddings[0, 0] == pytest.approx(mean, abs=1e-3)


def test_channels_are_mixed_and_other_rates_resampled(tmp_path: Path) -> None:
    encoder = SoundEncoder(make_sound_model(tmp_path), "cpu")
    left = noise(0.5)
    both = encoder.hear(np.hstack([left, -left]), RATE).embeddings
    assert both is not None
    np.testing.assert_allclose(both[0], 0, atol=1e-6)
    time = np.arange(24_000)[:, None] / 48_000
    tone = encoder.hear(np.sin(2 * np.pi * 440 * time).astype(np.float32), 48_000).embeddings
    assert tone is not None
    assert tone[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.01)


@pytest.mark.parametrize("log", ["db", "log10", "ln", "none"])
def test_a_declared_front_end_is_librosas(tmp_path: Path, log: str) -> None:
    mel = {
        "fft": 256, "hop": 100, "bands": 16, "lowest": 0, "highest": 4000, "scale": "htk", "norm": "none",
        "log": log, "gain": 1e4, "offset": 1.0, "frames": 30,
    }  # fmt: skip
    sound = noise(0.5)
    result = SoundEncoder(make_mel_model(tmp_path, mel=mel, mean=2.0, std=4.0), "cpu").hear(sound, RATE)
    power = librosa.feature.melspectrogram(
        y=sound[:, 0], sr=RATE, n_fft=256, hop_length=100, n_mels=16, fmin=0, fmax=4000, htk=True, norm=None
    )
    scaled = {"db": lambda x: 10 * np.log10(x), "log10": np.log10, "ln": np.log, "none": lambda x: x}[log](
        1 + 1e4 * power[:, :30]
    )
    assert result.embeddings is not None
    assert result.scores is None
    np.testing.assert_allclose(result.embeddings[0], ((scaled - 2) / 4).mean(axis=1), rtol=1e-4)


def test_towers_share_the_space(tmp_path: Path) -> None:
    clap = SoundEncoder(make_clap(tmp_path / "clap"), "cpu")
    assert clap.text_tower is not None
    assert clap.picture_tower is None
    np.testing.assert_allclose(clap.text_tower.encode(["loud"])[0], [0, 1, 0])
    bound = SoundEncoder(make_languagebind(tmp_path / "bound"), "cpu")
    assert bound.picture_tower is not None
    assert bound.picture_tower.name == "tiny picture tower"
    assert not bound.scores


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"kind": "picture"}, "'kind'"),
        ({"axes": "nt"}, "'axes'"),
        ({"axes": "ncs"}, "'channels'"),
        ({"channels": 3}, "'channels'"),
        ({"window": 0}, "'window'"),
        ({"hop": -1}, "'hop'"),
        ({"pad": "noise"}, "'pad'"),
        ({"outputs": {}}, "'outputs'"),
        ({"outputs": {"embedding": "nothing"}}, "no output 'nothing'"),
        ({"input": "nothing"}, "no input 'nothing'"),
        ({"activation": "relu"}, "'activation'"),
        ({"size": 4}, "gives 3 numbers, not 4"),
        ({"mel": "yes", "axes": "ntb"}, "'mel'"),
        ({"std": 0}, "'std'"),
    ],
    ids=str,
)
def test_a_description_that_does_not_fit_is_a_model_error(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ModelError, match=complaint):
        SoundEncoder(make_sound_model(tmp_path, **changes), "cpu").hear(noise(0.5), RATE)


def test_a_tower_of_another_size_is_a_model_error(tmp_path: Path) -> None:
    make_text_tower(tmp_path / "text")
    encoder = SoundEncoder(make_mel_model(tmp_path, text_tower="text"), "cpu")
    with pytest.raises(ModelError, match="gives 3 numbers, the model 16"):
        encoder.text_tower


@pytest.mark.parametrize("sound", [np.zeros((0, 1)), np.zeros(8), np.full((8, 1), np.nan)], ids=["none", "row", "nan"])
def test_what_is_no_sound_is_refused(tmp_path: Path, sound: np.ndarray) -> None:
    with pytest.raises(MediaError):
        SoundEncoder(make_sound_model(tmp_path), "cpu").hear(sound.astype(np.float32), RATE)
