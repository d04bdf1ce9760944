"""Text to embeddings: the brief's words, clip names and notes as unit vectors whose products tell likeness.

The encoder that ships is all-MiniLM-L6-v2 (Reimers and Gurevych, Sentence-BERT, 2019), 384 numbers a text.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from vem_plugin.encoders.manifest import SHIPPED, Manifest, read_manifest
from vem_plugin.encoders.runtime import Session, first_line, open_session
from vem_plugin.errors import ModelError

BATCH = 32
"""Texts computed at once; more gains nothing on a CPU and costs memory."""

MOST_REMEMBERED = 20_000
"""Texts whose embedding is kept, oldest dropped first (30 MB at 384 numbers each)."""


class TextEncoder:
    """Embeds texts with an ONNX model and its ``tokenizer.json``.

    Parameters
    ----------
    folder : Path or None
        Folder with an ``encoder.json`` of kind "text". None: the encoder that ships.
    device : str
        "auto", "cpu", "cuda" or "mps"; see ``runtime.open_session``.

    Raises
    ------
    ModelError
        If the folder is incomplete, damaged, or does not fit its description.
    """

    def __init__(self, folder: Path | None = None, device: str = "auto") -> None:
        self._manifest = read_manifest(folder or SHIPPED / "text", "text")
        self.name: str = self._manifest.name
        self.size: int = self._manifest.count("size")
        self._inputs = _inputs_of(self._manifest)
        self._output = self._manifest.text("output")
        self._pooling = self._manifest.one_of("pooling", ("mean", "none"))
        self._tokenizer = _open_tokenizer(self._manifest)
        self._session: Session = open_session(self._manifest.path("model"), device)
        self._manifest.check_names("input", list(self._inputs.values()), self._session.inputs)
        self._manifest.check_names("output", [self._output], self._session.outputs)
        self._remembered: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def provider(self) -> str:
        """Short name of the onnxruntime provider that runs it."""
        return self._session.provider

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts.

        Parameters
        ----------
        texts : sequence of str
            Any number, any length; what goes beyond the encoder's longest input is cut off.

        Returns
        -------
        NDArray of float32, shape (n, size)
            Rows of norm 1, in the order given. The same text gives the same row whatever stands beside it.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._remembered]
        rows: dict[str, NDArray[np.float32]] = {}
        if new:
            rows = dict(zip(new, self._embed(new), strict=True))
        found = np.empty((len(texts), self.size), np.float32)
        for index, text in enumerate(texts):
            found[index] = rows[text] if text in rows else self._remembered[text]
        self._remember(rows)
        return found

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch(texts)
        found = np.empty((len(texts), self.size), np.float32)
        for indices in _batches_of_one_length([len(each.ids) for each in encodings]):
            found[indices] = self._embed_batch([encodings[index] for index in indices])
        return found

    def _embed_batch(self, encodings: list[Encoding]) -> NDArray[np.float32]:
        """Embed texts of one length in tokens, so no text is padded for the sake of a longer one."""
        ids = np.array([each.ids for each in encodings], np.int64)  # (n, tokens)
        mask = np.array([each.attention_mask for each in encodings], np.int64)
        feeds = {"ids": ids, "mask": mask, "types": np.zeros_like(ids)}
        named = {name: feeds[role] for role, name in self._inputs.items()}
        (hidden,) = self._session.run(named, [self._output])  # (n, tokens, size), or (n, size) when pooled
        pooled = hidden
        if self._pooling == "mean" and hidden.ndim == 3:
            pooled = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        if pooled.shape != (len(encodings), self.size):
            raise self._manifest.fault(f"The model gives {hidden.shape}, not {self.size} numbers a text.")
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        return (pooled / np.maximum(norms, 1e-12)).astype(np.float32)

    def _remember(self, rows: dict[str, NDArray[np.float32]]) -> None:
        self._remembered.update(rows)
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)


def _inputs_of(manifest: Manifest) -> dict[str, str]:
    """Tensor names by role: "ids", and where the model wants them "mask" and "types"."""
    inputs = manifest.names("inputs")
    if "ids" not in inputs or not set(inputs) <= {"ids", "mask", "types"}:
        raise manifest.fault(f"The field 'inputs' must name 'ids', 'mask' or 'types'; it is {inputs!r}.")
    return inputs


def _open_tokenizer(manifest: Manifest) -> Tokenizer:
    path = manifest.path("tokenizer")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the tokenizers library raises nothing finer
        raise ModelError(
            f"The tokenizer cannot be read: {first_line(error)}",
            where=str(path),
            remedy="Install the encoder again.",
        ) from error
    longest = manifest.count("max_tokens")
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    if "pad_token" in manifest.fields:  # towers of a fixed input length, as CLIP's are often exported
        token = manifest.text("pad_token")
        number = tokenizer.token_to_id(token)
        if number is None:
            raise manifest.fault(f"The tokenizer has no token {token!r}, named by 'pad_token'.")
        tokenizer.enable_padding(length=longest, pad_id=number, pad_token=token)
    return tokenizer


def _batches_of_one_length(lengths: list[int]) -> list[list[int]]:
    """Indices grouped by length, at most ``BATCH`` each."""
    groups: dict[int, list[int]] = {}
    for index, length in enumerate(lengths):
        groups.setdefault(length, []).append(index)
    return [
        group[first : first + BATCH] for _, group in sorted(groups.items()) for first in range(0, len(group), BATCH)
    ]
