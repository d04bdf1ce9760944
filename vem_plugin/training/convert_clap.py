"""CLAP (Wu et al., "Large-scale contrastive language-audio pretraining", 2023) as a folder for ``vem evaluate``.

From a local folder of the transformers library's ``ClapModel`` without fusion (its sound is cut to windows of ten
seconds and not blended). Both towers become ONNX files; the log-mel front end is declared, so that it is computed here
as transformers' ``ClapFeatureExtractor`` does. The same folder serves as ``clap`` and, by its embeddings, as ``fad``
(A. Gui et al., "Adapting Fréchet audio distance for generative music evaluation", 2024).
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from vem_plugin.checksum import sha256_of
from vem_plugin.encoders.manifest import FILE_NAME, FORMAT
from vem_plugin.errors import ModelError

if TYPE_CHECKING:
    from transformers import ClapModel

SOUND_FILE, TEXT_FILE, TOKENIZER_FILE = "sound.onnx", "text.onnx", "tokenizer.json"
TEXT_FOLDER = "text"
OUTPUT = "projected"
MOST_WINDOWS, MOST_TEXTS = 64, 64
"""Largest batches that the exported files must take."""


def convert_clap(source: Path, target: Path) -> None:
    """Write ``sound.onnx`` and ``encoder.json``, and beside them the same for texts in the folder ``text``.

    Parameters
    ----------
    source : Path
        Folder with ``config.json``, weights, ``preprocessor_config.json`` and ``tokenizer.json``.
    target : Path
        Folder to write to; made if missing.

    Raises
    ------
    ModelError
        If the source is no such model.
    """
    from transformers import ClapModel

    front = _front_end(source)
    try:
        model = ClapModel.from_pretrained(source, local_files_only=True).eval()
    except (OSError, ValueError) as error:
        raise _no_clap(source, str(error).splitlines()[0]) from error
    if getattr(model.config.audio_config, "enable_fusion", False):
        raise _no_clap(source, "it blends windows (enable_fusion)")
    (target / TEXT_FOLDER).mkdir(parents=True, exist_ok=True)
    _export_sound(model, target / SOUND_FILE, front)
    _export_text(model, target / TEXT_FOLDER / TEXT_FILE)
    shutil.copyfile(source / TOKENIZER_FILE, target / TEXT_FOLDER / TOKENIZER_FILE)
    _describe(target / TEXT_FOLDER, _text_fields(model), (TEXT_FILE, TOKENIZER_FILE))
    _describe(target, _sound_fields(model, front), (SOUND_FILE,))


def _front_end(source: Path) -> Mapping[str, Any]:
    """What the folder says of its feature extractor."""
    try:
        front = json.loads((source / "preprocessor_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_clap(source, "its preprocessor_config.json cannot be read") from error
    if front.get("truncation") != "rand_trunc" or front.get("padding") != "repeatpad":
        raise _no_clap(source, "its feature extractor works another way (fusion, or other padding)")
    if not (source / TOKENIZER_FILE).is_file():
        raise _no_clap(source, f"{TOKENIZER_FILE} is missing")
    return front


class _SoundTower(nn.Module):
    def __init__(self, model: ClapModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, mel: Tensor) -> Tensor:
        """Log-mel windows (n, 1, frames, bands) to embeddings (n, size)."""
        return _rows(self.model.get_audio_features(input_features=mel))


class _TextTower(nn.Module):
    def __init__(self, model: ClapModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Tokens (n, length) to embeddings (n, size)."""
        return _rows(self.model.get_text_features(input_ids=ids, attention_mask=mask))


def _rows(found: Any) -> Tensor:
    """The embeddings: bare before transformers 5, since then in an output's ``pooler_output``."""
    return found if isinstance(found, Tensor) else found.pooler_output


def _export_sound(model: ClapModel, path: Path, front: Mapping[str, Any]) -> None:
    frames = 1 + int(front["max_length_s"] * front["sampling_rate"]) // int(front["hop_length"])
    shown = torch.zeros(2, 1, frames, int(front["feature_size"]))
    windows = torch.export.Dim("n", min=1, max=MOST_WINDOWS)
    _export(_SoundTower(model), path, {"mel": shown}, {"mel": {0: windows}})


def _export_text(model: ClapModel, path: Path) -> None:
    ids = torch.full((2, 5), 4, dtype=torch.long)
    texts = torch.export.Dim("n", min=1, max=MOST_TEXTS)
    tokens = torch.export.Dim("tokens", min=2, max=_longest_text(model))
    shapes = {name: {0: texts, 1: tokens} for name in ("ids", "mask")}
    _export(_TextTower(model), path, {"ids": ids, "mask": torch.ones_like(ids)}, shapes)


def _export(tower: nn.Module, path: Path, inputs: Mapping[str, Tensor], shapes: Mapping[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own inner workings
        program = torch.onnx.export(
            tower.eval(),
            kwargs=dict(inputs),
            dynamo=True,
            input_names=list(inputs),
            output_names=[OUTPUT],
            dynamic_shapes=dict(shapes),
            verbose=False,
        )
    assert program is not None  # only the older exporter gives none
    program.save(path)


def _longest_text(model: ClapModel) -> int:
    config: Any = model.config.text_config
    return config.max_position_embeddings - config.pad_token_id - 1


def _text_fields(model: ClapModel) -> dict[str, object]:
    return {
        "kind": "text",
        "name": "CLAP, text",
        "model": TEXT_FILE,
        "tokenizer": TOKENIZER_FILE,
        "inputs": {"ids": "ids", "mask": "mask"},
        "output": OUTPUT,
        "pooling": "none",
        "size": model.config.projection_dim,
        "max_tokens": _longest_text(model),
    }


def _sound_fields(model: ClapModel, front: Mapping[str, Any]) -> dict[str, object]:
    return {
        "kind": "sound",
        "name": "CLAP",
        "model": SOUND_FILE,
        "input": "mel",
        "axes": "n1tb",
        "rate": front["sampling_rate"],
        "channels": 1,
        "window": front["max_length_s"],
        "pad": "repeat whole",
        "mel": {
            "fft": front["fft_window_size"],
            "hop": front["hop_length"],
            "bands": front["feature_size"],
            "lowest": front["frequency_min"],
            "highest": front["frequency_max"],
            "scale": "slaney",
            "norm": "slaney",
            "log": "db",
            "gain": 1.0,
            "offset": 1e-10,
            "edges": "reflect",
        },
        "outputs": {"embedding": OUTPUT},
        "size": model.config.projection_dim,
        "text_tower": TEXT_FOLDER,
    }


def _describe(folder: Path, fields: Mapping[str, object], files: tuple[str, ...]) -> None:
    """Write a folder's ``encoder.json``; weights that the exporter kept beside a file are listed with it."""
    beside = [path.name for path in sorted(folder.iterdir()) if path.name.endswith(".onnx.data")]
    hashes = {name: sha256_of(folder / name) for name in (*files, *beside)}
    text = json.dumps({"format": FORMAT, **fields, "sha256": hashes}, indent=2)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")


def _no_clap(source: Path, why: str) -> ModelError:
    return ModelError(
        f"This is no CLAP that can be converted: {why}.",
        where=str(source),
        remedy="Name a folder that `save_pretrained` wrote, of a ClapModel without fusion and its processor.",
    )
