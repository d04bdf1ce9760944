"""The text encoder that ships: unit rows, meaning before spelling, the same row in any company."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from vem_plugin.encoders.manifest import SHIPPED
from vem_plugin.encoders.text import TextEncoder
from vem_plugin.errors import ModelError
from vem_plugin.parsing.parsed_video import TEXT_SIZE


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder(device="cpu")


def test_rows_are_unit_vectors_of_the_contracts_size(encoder: TextEncoder) -> None:
    rows = encoder.encode(["warm, hopeful, builds to the end", "", "日本語", "a" * 5000])
    assert rows.shape == (4, TEXT_SIZE) == (4, encoder.size)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_rows(encoder: TextEncoder) -> None:
    assert encoder.encode([]).shape == (0, TEXT_SIZE)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("a happy song", "joyful music", "a funeral at night"),
        ("suspense, something is wrong", "tense thriller", "children playing in the sun"),
        ("chill beats to study to", "relaxed lofi hip hop", "heroic brass fanfare"),
        ("no drums", "without percussion", "epic trailer music"),
    ],
)
def test_likeness_follows_meaning(encoder: TextEncoder, text: str, near: str, far: str) -> None:
    one, like, unlike = encoder.encode([text, near, far])
    assert one @ like > one @ unlike + 0.1


def test_case_and_accents_make_no_difference(encoder: TextEncoder) -> None:
    one, other = encoder.encode(["Café at Dawn", "cafe at dawn"])
    assert np.array_equal(one, other)


def test_a_text_has_the_same_row_alone_in_company_and_again() -> None:
    texts = ["chase", "a long quiet walk by the sea", "chase", "drums", *[f"take {n} of the sea" for n in range(70)]]
    together = TextEncoder(device="cpu").encode(texts)
    alone = TextEncoder(device="cpu")
    assert np.array_equal(together[0], together[2])
    for text, row in zip(texts[:4], together[:4], strict=True):
        assert np.abs(alone.encode([text])[0] - row).max() < 1e-6
        assert np.array_equal(alone.encode([text]), alone.encode([text]))


def test_meaning_stays_close_to_the_uncut_encoder(encoder: TextEncoder) -> None:
    """The golden rows are those of all-MiniLM-L6-v2 in single precision, computed once."""
    golden = json.loads((Path(__file__).parent / "golden_text.json").read_text(encoding="utf-8"))
    rows = encoder.encode(golden["texts"])
    original = np.array(golden["rows"], np.float32)
    original /= np.linalg.norm(original, axis=1, keepdims=True)
    assert (rows * original).sum(axis=1).min() > 0.994


def test_the_shipped_file_is_small() -> None:
    assert (SHIPPED / "text" / "model.onnx").stat().st_size < 18_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "text", tmp_path / "text"))


def edit(folder: Path, **fields: object) -> None:
    path = folder / "encoder.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_a_changed_model_is_told_by_its_hash(folder: Path) -> None:
    with (folder / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"changed")
    with pytest.raises(ModelError, match="SHA-256") as caught:
        TextEncoder(folder)
    assert "model.onnx" in str(caught.value)


def test_missing_files_are_model_errors(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no readable encoder\.json"):
        TextEncoder(tmp_path / "nowhere")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"'tokenizer\.json' is missing"):
        TextEncoder(folder)


def test_a_description_that_is_no_json_is_a_model_error(folder: Path) -> None:
    (folder / "encoder.json").write_text("{")
    with pytest.raises(ModelError, match="not JSON"):
        TextEncoder(folder)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"format": "vem-encoder/9"}, "'format'"),
        ({"kind": "picture"}, "'kind'"),
        ({"size": 0}, "'size'"),
        ({"size": 100}, "100 numbers"),
        ({"pooling": "best"}, "'pooling'"),
        ({"output": "nothing"}, "no output 'nothing'"),
        ({"inputs": {"ids": "letters"}}, "no input 'letters'"),
        ({"inputs": {"mask": "attention_mask"}}, "'inputs'"),
        ({"model": "other.onnx"}, "no entry under 'sha256'"),
        ({"pad_token": "[NOTHING]"}, "no token"),
        ({"sha256": None}, "'sha256'"),
    ],
)
def test_a_description_that_does_not_fit_is_a_model_error(
    folder: Path, fields: dict[str, object], complaint: str
) -> None:
    edit(folder, **fields)
    with pytest.raises(ModelError, match=complaint):
        TextEncoder(folder, device="cpu").encode(["a text"])
