"""A run folder with a dozen pieces, encoded by rule, and the recipes to learn from them in a moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from vem_plugin.training.dataset import build_columns, save_columns
from vem_plugin.training.recipe import Keep, Length, Recipe, load_recipe

PIECES = 12


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen pieces, with latents that follow from their cards and random caption embeddings."""
    folder = tmp_path_factory.mktemp("corpus")
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
def recipe(corpus: Path) -> Recipe:
    """The tiny diffusion, tinier, with TB-As, on those pieces."""
    return replace(
        load_recipe("score-tiny-diffusion"),
        data=str(corpus),
        model={"width": 32, "layers": 2, "heads": 2, "token_width": 16, "beat_width": 8},
        lessons={"rows": 2, "measured_pieces": 2},
        length=Length(steps=8),
        keep=Keep(log_steps=2, tensorboard=False),
    )
