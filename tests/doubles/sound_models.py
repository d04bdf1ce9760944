"""Folders of tiny encoders of sound, text and picture, exported here, that honour the format of real ones.

All share a space of three numbers. A sound's embedding is (mean, root of the mean square, largest sample) of its
window, so that it can be worked out by hand; its scores are that row times ``WEIGHTS``. The text tower knows the words
of ``WORDS``; the picture tower gives the mean colour.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save_model
from tokenizers import Tokenizer, models, pre_tokenizers

RATE = 8000
WINDOW = 0.5
WEIGHTS = np.array([[1, -1, 0, 2], [0.5, 3, -2, 0], [2, 0, 1, -1]], np.float32)
WORDS: Mapping[str, tuple[float, float, float]] = {"even": (1, 0, 0), "loud": (0, 1, 0), "peaky": (0, 0, 1)}


def by_hand(window: np.ndarray) -> np.ndarray:
    """The embedding of a window (s,)."""
    return np.array([window.mean(), np.sqrt((window**2).mean()), window.max()])


def make_sound_model(folder: Path, **changes: object) -> Path:
    """Plain samples (n, s) in; embedding and scores out. ``changes`` replace fields of the description, None drops."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = [
        helper.make_node("ReduceMean", ["samples"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["samples", "samples"], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["power"], axes=[1], keepdims=1),
        helper.make_node("Sqrt", ["power"], ["level"]),
        helper.make_node("ReduceMax", ["samples"], ["peak"], axes=[1], keepdims=1),
        helper.make_node("Concat", ["mean", "level", "peak"], ["embedding"], axis=1),
        helper.make_node("MatMul", ["embedding", "weights"], ["scores"]),
    ]
    _export(folder / "sound.onnx", nodes, ("samples", ["n", "s"]), {"embedding": 3, "scores": 4}, {"weights": WEIGHTS})
    fields: dict[str, object] = {
        "kind": "sound",
        "name": "tiny sound model",
        "model": "sound.onnx",
        "input": "samples",
        "axes": "ns",
        "rate": RATE,
        "channels": 1,
        "window": WINDOW,
        "pad": "repeat",
        "outputs": {"embedding": "embedding", "scores": "scores"},
        "size": 3,
        "activation": "softmax",
    }
    return _describe(folder, fields, changes)


def make_mel_model(folder: Path, *, bands: int = 16, **changes: object) -> Path:
    """A declared log-mel front end, (n, 1, t, b) in; the mean over time of every band out."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = [helper.make_node("ReduceMean", ["mel"], ["embedding"], axes=[1, 2], keepdims=0)]
    _export(folder / "mel.onnx", nodes, ("mel", ["n", 1, "t", bands]), {"embedding": bands}, {})
    mel = {
        "fft": 512, "hop": 128, "bands": bands, "lowest": 50, "highest": 3800, "scale": "slaney", "norm": "slaney",
        "log": "db", "gain": 1.0, "offset": 1e-10,
    }  # fmt: skip
    fields: dict[str, object] = {
        "kind": "sound",
        "name": "tiny mel model",
        "model": "mel.onnx",
        "input": "mel",
        "axes": "n1tb",
        "rate": RATE,
        "channels": 1,
        "window": WINDOW,
        "pad": "silence",
        "mel": mel,
        "outputs": {"embedding": "embedding"},
        "size": bands,
    }
    return _describe(folder, fields, changes)


def make_clap(folder: Path) -> Path:
    """The sound model with a text tower."""
    make_text_tower(folder / "text")
    return make_sound_model(folder, name="tiny CLAP", text_tower="text", outputs={"embedding": "embedding"})


def make_languagebind(folder: Path) -> Path:
    """The sound model with a picture tower."""
    make_picture_tower(folder / "picture")
    outputs = {"embedding": "embedding"}
    return make_sound_model(folder, name="tiny LanguageBind", picture_tower="picture", outputs=outputs)


def make_text_tower(folder: Path) -> Path:
    """The row of a text is the sum of its words'; words that it does not know are nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {"[PAD]": 0, "[UNK]": 1, **{word: 2 + number for number, word in enumerate(WORDS)}}
    tokenizer = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.zeros((len(known), 3), np.float32)
    table[2:] = list(WORDS.values())
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"]),
        helper.make_node("ReduceSum", ["rows", "axis"], ["embedding"], keepdims=0),
    ]
    constants = {"table": table, "axis": np.array([1], np.int64)}
    _export(folder / "text.onnx", nodes, ("ids", ["n", 4]), {"embedding": 3}, constants, entry=TensorProto.INT64)
    fields: dict[str, object] = {
        "kind": "text",
        "name": "tiny text tower",
        "model": "text.onnx",
        "tokenizer": "tokenizer.json",
        "inputs": {"ids": "ids"},
        "output": "embedding",
        "pooling": "none",
        "size": 3,
        "max_tokens": 4,
        "pad_token": "[PAD]",
    }
    return _describe(folder, fields, {})


def make_picture_tower(folder: Path) -> Path:
    """The mean colour of a picture, 0 to 1."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["colour"]),
    ]
    _export(folder / "picture.onnx", nodes, ("pixels", ["n", 3, 8, 8]), {"colour": 3}, {})
    fields: dict[str, object] = {
        "kind": "picture",
        "name": "tiny picture tower",
        "model": "picture.onnx",
        "input": "pixels",
        "outputs": {"embedding": "colour"},
        "size": 3,
        "height": 8,
        "width": 8,
        "fit": "stretch",
        "mean": [0, 0, 0],
        "std": [1, 1, 1],
    }
    return _describe(folder, fields, {})


def _export(
    path: Path,
    nodes: list[Any],
    source: tuple[str, list[str | int]],
    outputs: dict[str, int],
    constants: dict[str, np.ndarray],
    *,
    entry: int = TensorProto.FLOAT,
) -> None:
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(source[0], entry, source[1])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    save_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def _describe(folder: Path, fields: dict[str, object], changes: Mapping[str, object]) -> Path:
    """Write the folder's ``encoder.json``; a change to None leaves a field out."""
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.name != "encoder.json"
    }
    told = {"format": "vem-encoder/1", "sha256": hashes, **fields, **changes}
    text = json.dumps({name: value for name, value in told.items() if value is not None})
    (folder / "encoder.json").write_text(text, encoding="utf-8")
    return folder
