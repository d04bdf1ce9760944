"""Published audio models come onto the shelf as diffusers saves them: converted, every weight kept, licence named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from tests.models.audio.conftest import small_stable_audio
from tests.models.audio.test_audioldm2 import small_audioldm2
from vem_plugin.errors import ModelError
from vem_plugin.models.arrivals import add
from vem_plugin.models.audio.extra import loading_quietly
from vem_plugin.models.model_folder import load
from vem_plugin.models.placement import Placement
from vem_plugin.models.shelf import shelf, verify

CARD = "---\nlicense: other\nlicense_name: stable-audio-community\n---\n# What it is\n"
WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEM_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("made", "ours", "network", "behind"),
    [
        (small_stable_audio, "StableAudioVeM", "transformer", ""),
        (small_audioldm2, "AudioLDM2VeM", "unet", "base."),
    ],
)
def test_a_published_model_is_converted_when_it_is_added(
    made: Callable[[], Any], ours: str, network: str, behind: str, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    with loading_quietly():
        made().save_pretrained(published)
    with pytest.raises(ModelError, match="licence"):
        add(str(published))
    assert not list(shelf().iterdir())
    (published / "README.md").write_text(CARD)
    (published / "LICENSE.md").write_text("who may use it")
    added = add(str(published), name="theirs")
    assert added.index is not None
    assert (added.index.kind, added.index.licence) == ("audio", "stable-audio-community")
    assert {"LICENSE.md", "README.md", "model_index.json"} <= set(added.index.files)
    assert verify("theirs").index == added.index
    loaded = load(added.path, Placement("cpu"))
    assert type(loaded).__name__ == ours
    before, after = (load_file(folder / network / WEIGHTS) for folder in (published, added.path))
    assert {behind + name for name in before} < set(after)
    assert all((after[behind + name] == value).all() for name, value in before.items())
