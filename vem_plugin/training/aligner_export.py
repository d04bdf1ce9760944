"""Writes a trained aligner as ONNX, for ``vem_plugin.encoders.aligner``, which plans without torch."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.export import Dim

from vem_plugin.checksum import sha256_of
from vem_plugin.encoders.manifest import FILE_NAME, FORMAT
from vem_plugin.errors import SettingsError
from vem_plugin.models.aligner import Aligner
from vem_plugin.parsing.surroundings import CURVES, REACH
from vem_plugin.rhythm.transition_features import GROUPS, NUMBERS

MODEL = "model.onnx"
OPSET = 18


class _Unpadded(nn.Module):
    """The aligner for edits of one length, as planning has them: nothing is padding."""

    def __init__(self, network: Aligner) -> None:
        super().__init__()
        self.network = network

    def forward(self, numbers: Tensor, curves: Tensor, known: Tensor) -> Tensor:
        return self.network(numbers, curves, known, torch.ones_like(numbers[..., :1]))


def export_aligner(network: Aligner, folder: Path) -> None:
    """Write ``model.onnx`` and ``encoder.json`` (see the README of ``encoders/weights``) into a folder.

    Raises
    ------
    SettingsError
        If the packages that write ONNX are not installed.
    """
    if find_spec("onnxscript") is None:
        raise SettingsError("Writing ONNX takes onnxscript.", remedy="pip install 'vem-plugin[training]'")
    folder.mkdir(parents=True, exist_ok=True)
    shapes = {
        "numbers": (2, 5, len(NUMBERS)),
        "curves": (2, 5, 2 * REACH, len(CURVES) + 1),
        "known": (2, 5, len(GROUPS)),
    }
    edits, transitions = Dim("edits", min=1), Dim("transitions", min=1)
    with _quiet():
        torch.onnx.export(
            _Unpadded(deepcopy(network).cpu()).eval(),
            tuple(torch.zeros(shape) for shape in shapes.values()),
            folder / MODEL,
            input_names=list(shapes),
            output_names=["odds"],
            dynamic_shapes={name: {0: edits, 1: transitions} for name in shapes},
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    _describe(folder, list(shapes))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's own warnings (one part of it warns of another) and the exporter's hundred lines of log."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def _describe(folder: Path, inputs: list[str]) -> None:
    description = {
        "format": FORMAT,
        "kind": "aligner",
        "name": "vem-aligner",
        "licence": "Apache-2.0",
        "source": "vem train aligner",
        "model": MODEL,
        "inputs": {name: name for name in inputs},
        "output": "odds",
        "numbers": list(NUMBERS),
        "groups": list(GROUPS),
        "sha256": {MODEL: sha256_of(folder / MODEL)},
    }
    (folder / FILE_NAME).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
