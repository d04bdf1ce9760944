"""A folder of the user's own encoder: a tiny CLIP-style pair of towers, exported here, with its words."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save_model
from tokenizers import Tokenizer, models, pre_tokenizers

from vem_plugin.encoders.picture import PictureEncoder
from vem_plugin.encoders.text import TextEncoder
from vem_plugin.errors import ModelError

COLOURS = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}


def export(path: Path, nodes: list, entry: tuple, outputs: list[tuple], constants: dict[str, np.ndarray]) -> None:
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(*entry)],
        [helper.make_tensor_value_info(*output) for output in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    save_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def describe(folder: Path, **fields: object) -> None:
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.name != "encoder.json"
    }
    (folder / "encoder.json").write_text(json.dumps({"format": "vem-encoder/1", "sha256": hashes, **fields}))


def make_text_tower(folder: Path) -> Path:
    """Looks a word up in a table: the row of a colour's name is that colour. Input of fixed length 5."""
    folder.mkdir(parents=True)
    words = {"[PAD]": 0, "[UNK]": 1, "a": 2, "photo": 3, **{name: 4 + n for n, name in enumerate(COLOURS)}}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.zeros((len(words), 3), np.float32)
    table[4:] = list(COLOURS.values())
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"]),
        helper.make_node("ReduceSum", ["rows", "tokens"], ["embedding"], keepdims=0),
    ]
    export(
        folder / "text.onnx",
        nodes,
        ("ids", TensorProto.INT64, ["n", 5]),
        [("embedding", TensorProto.FLOAT, ["n", 3])],
        {"table": table, "tokens": np.array([1], np.int64)},
    )
    describe(
        folder,
        kind="text",
        name="tiny text tower",
        model="text.onnx",
        tokenizer="tokenizer.json",
        inputs={"ids": "ids"},
        output="embedding",
        pooling="none",
        size=3,
        max_tokens=5,
        pad_token="[PAD]",
    )
    return folder


def make_picture_tower(folder: Path, **changes: object) -> Path:
    """The mean colour of the picture, from pixels normalised around one half."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = [
        helper.make_node("Mul", ["pixels", "std"], ["scaled"]),
        helper.make_node("Add", ["scaled", "mean"], ["plain"]),
        helper.make_node("GlobalAveragePool", ["plain"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["colour"]),
    ]
    export(
        folder / "picture.onnx",
        nodes,
        ("pixels", TensorProto.FLOAT, ["n", 3, 16, 24]),
        [("colour", TensorProto.FLOAT, ["n", 3])],
        {"std": np.full((1, 3, 1, 1), 0.25, np.float32), "mean": np.full((1, 3, 1, 1), 0.5, np.float32)},
    )
    (folder / "words.txt").write_text("\n".join(COLOURS) + "\n")
    fields: dict[str, object] = {
        "kind": "picture",
        "name": "tiny picture tower",
        "model": "picture.onnx",
        "input": "pixels",
        "outputs": {"embedding": "colour"},
        "size": 3,
        "height": 16,
        "width": 24,
        "fit": "stretch",
        "mean": [0.5, 0.5, 0.5],
        "std": [0.25, 0.25, 0.25],
        "labels": "words.txt",
        "text_tower": "text",
        "prompt": "a photo {word}",
        "logit_scale": 20,
    }
    describe(folder, **{key: value for key, value in {**fields, **changes}.items() if value is not None})
    return folder


def solid(red: int, green: int, blue: int) -> np.ndarray:
    return np.full((1, 30, 50, 3), (red, green, blue), np.uint8)


def test_pictures_are_preprocessed_as_described_and_named_by_likeness(tmp_path: Path) -> None:
    folder = make_picture_tower(tmp_path / "own")
    make_text_tower(folder / "text")
    encoder = PictureEncoder(folder)
    assert (encoder.name, encoder.size, encoder.words) == ("tiny picture tower", 3, tuple(COLOURS))
    frames = np.concatenate([solid(250, 5, 5), solid(5, 5, 250), solid(0, 120, 60)])
    result = encoder.encode(frames)
    assert result.embeddings[0] == pytest.approx(np.array([250, 5, 5]) / np.linalg.norm([250, 5, 5]), abs=1e-4)
    assert [labels[0][0] for labels in result.labels] == ["red", "blue", "green"]
    assert result.labels[0][0][1] > 0.99


def test_cover_cuts_the_middle_out_and_stretch_keeps_the_sides(tmp_path: Path) -> None:
    frame = np.zeros((1, 40, 120, 3), np.uint8)
    frame[:, :, :20, 0] = frame[:, :, -20:, 0] = 255  # red sides, which cover cuts off
    frame[:, :, :, 2] = 255
    cover = PictureEncoder(make_picture_tower(tmp_path / "cover", fit="cover", text_tower=None, labels=None))
    stretch = PictureEncoder(make_picture_tower(tmp_path / "stretch", text_tower=None, labels=None))
    assert cover.encode(frame).embeddings[0][0] == pytest.approx(0, abs=1e-6)
    assert stretch.encode(frame).embeddings[0][0] > 0.25
    assert cover.encode(frame).labels == ((),)


def test_the_text_tower_alone_is_a_text_encoder(tmp_path: Path) -> None:
    encoder = TextEncoder(make_text_tower(tmp_path / "text"))
    assert np.array_equal(encoder.encode(["a green photo", "blue"]), np.array([[0, 1, 0], [0, 0, 1]], np.float32))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"mean": [0.5, 0.5]}, "'mean'"),
        ({"std": [0, 1, 1]}, "'std'"),
        ({"fit": "squeeze"}, "'fit'"),
        ({"width": "24"}, "'width'"),
        ({"outputs": {"embedding": "nothing"}}, "no output 'nothing'"),
        ({"outputs": {"logits": "colour"}}, "must name the output 'embedding'"),
        ({"input": "nothing"}, "no input 'nothing'"),
        ({"text_tower": None}, "'labels' needs"),
        ({"size": 4, "text_tower": None, "labels": None}, "3 numbers a frame, not 4"),
        ({"size": 4}, "text tower gives 3"),
    ],
)
def test_a_description_that_does_not_fit_is_a_model_error(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    folder = make_picture_tower(tmp_path / "own", **changes)
    make_text_tower(folder / "text")
    with pytest.raises(ModelError, match=complaint):
        PictureEncoder(folder, device="cpu").encode(solid(1, 2, 3))


def test_a_damaged_text_tower_is_a_model_error(tmp_path: Path) -> None:
    folder = make_picture_tower(tmp_path / "own")
    tower = make_text_tower(folder / "text")
    (tower / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="SHA-256"):
        PictureEncoder(folder)
