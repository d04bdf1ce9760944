"""CLAP, the real class small and with random weights, as a folder: the same embeddings as transformers gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from vem_plugin.encoders.sound import SoundEncoder
from vem_plugin.errors import ModelError
from vem_plugin.evaluate.clips.models import open_models
from vem_plugin.training.convert_clap import convert_clap

WORDS = ("warm", "piano", "night", "chase", "drums", "hopeful")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ClapModel of a few thousand weights with its processor, as ``save_pretrained`` writes them."""
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    folder = tmp_path_factory.mktemp("clap")
    config = ClapConfig(
        text_config={
            "vocab_size": 20, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 32, "max_position_embeddings": 40, "projection_dim": 24,
        },
        audio_config={
            "patch_embeds_hidden_size": 16, "hidden_size": 16, "depths": [2], "num_attention_heads": [2],
            "num_hidden_layers": 1, "projection_dim": 24, "enable_fusion": False,
        },
        projection_dim=24,
    )  # fmt: skip
    torch.manual_seed(0)
    ClapModel(config).save_pretrained(folder)
    ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad", frequency_min=50).save_pretrained(folder)
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, **{word: 4 + n for n, word in enumerate(WORDS)}}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="module")
def folder(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("converted") / "clap"
    convert_clap(source, target)
    return target


@pytest.mark.parametrize("seconds", [10.0, 3.0, 20.0])
def test_sound_is_embedded_as_transformers_does(source: Path, folder: Path, seconds: float) -> None:
    from transformers import ClapFeatureExtractor, ClapModel

    sound = np.random.default_rng(1).uniform(-0.5, 0.5, round(seconds * 48_000)).astype(np.float32)
    windows = [sound[at : at + 480_000] for at in range(0, len(sound), 480_000)]
    front = ClapFeatureExtractor.from_pretrained(source)
    mel = front(windows, sampling_rate=48_000, return_tensors="pt")["input_features"]
    with torch.no_grad():
        expected = ClapModel.from_pretrained(source).eval().get_audio_features(input_features=mel)
    found = SoundEncoder(folder, "cpu").hear(sound[:, None], 48_000).embeddings
    assert found is not None
    np.testing.assert_allclose(found, getattr(expected, "pooler_output", expected).numpy(), atol=2e-5)


def test_texts_are_embedded_as_transformers_does(source: Path, folder: Path) -> None:
    from transformers import ClapModel

    tower = open_models({"clap": folder}, device="cpu").clap
    assert tower is not None
    assert tower.text_tower is not None
    found = tower.text_tower.encode(["warm piano", "night", "drums night chase hopeful"])
    for row, ids in zip(found, ([0, 4, 5, 2], [0, 6, 2], [0, 8, 6, 7, 9, 2]), strict=True):
        with torch.no_grad():
            told = ClapModel.from_pretrained(source).eval().get_text_features(input_ids=torch.tensor([ids]))
        expected = getattr(told, "pooler_output", told)[0]
        np.testing.assert_allclose(row, expected / expected.norm(), atol=2e-5)


def test_what_is_no_such_model_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        convert_clap(tmp_path, tmp_path / "out")
    fused = json.loads((source / "preprocessor_config.json").read_text()) | {"truncation": "fusion"}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(fused))
    with pytest.raises(ModelError, match="fusion"):
        convert_clap(tmp_path, tmp_path / "out")
