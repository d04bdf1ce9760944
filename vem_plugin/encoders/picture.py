"""Frames to embeddings and words: what a picture looks like and what is in it.

The encoder that ships is EfficientNet-Lite0, trained on ImageNet: 1280 numbers a frame, and ImageNet's 1000
words. A user's folder may hold a better one, for example a CLIP-style picture tower; with its text tower in a
sub-folder the words are any the folder lists, told apart by likeness (zero-shot, Radford et al. 2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.encoders.manifest import SHIPPED, Manifest, read_manifest
from vem_plugin.encoders.runtime import open_session
from vem_plugin.encoders.text import TextEncoder

BATCH = 8
"""Frames computed at once."""

MOST_LABELS = 5
"""Words kept for a frame, the most probable first."""

Labels = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class PictureResult:
    """What an encoder says about some frames.

    ``embeddings`` has shape (n, size), float32, rows of norm 1. ``labels`` holds for each frame its most
    probable words with their probabilities, best first; each is empty if the encoder knows no words.
    """

    embeddings: NDArray[np.float32]
    labels: tuple[Labels, ...]


class PictureEncoder:
    """Embeds frames with an ONNX model.

    Parameters
    ----------
    folder : Path or None
        Folder with an ``encoder.json`` of kind "picture". None: the encoder that ships.
    device : str
        "auto", "cpu", "cuda" or "mps"; see ``runtime.open_session``.

    Raises
    ------
    ModelError
        If the folder is incomplete, damaged, or does not fit its description.
    """

    def __init__(self, folder: Path | None = None, device: str = "auto") -> None:
        self._manifest = read_manifest(folder or SHIPPED / "picture", "picture")
        self.name: str = self._manifest.name
        self.size: int = self._manifest.count("size")
        self._entry = _Entry.of_manifest(self._manifest)
        self._session = open_session(self._manifest.path("model"), device)
        outputs = self._manifest.names("outputs")
        if "embedding" not in outputs:
            raise self._manifest.fault("The field 'outputs' must name the output 'embedding'.")
        self._outputs = [outputs[role] for role in ("embedding", "logits") if role in outputs]
        self._manifest.check_names("input", [self._entry.name], self._session.inputs)
        self._manifest.check_names("output", self._outputs, self._session.outputs)
        self.words: tuple[str, ...] = _words(self._manifest)
        self._word_rows = _rows_of_words(self._manifest, self.words, device)
        if self.words and self._word_rows is None and "logits" not in outputs:
            raise self._manifest.fault("'labels' needs an output 'logits' or a 'text_tower'.")

    @property
    def provider(self) -> str:
        """Short name of the onnxruntime provider that runs it."""
        return self._session.provider

    def encode(self, frames: NDArray[np.uint8]) -> PictureResult:
        """Embed frames and name what is in them.

        Parameters
        ----------
        frames : NDArray of uint8, shape (n, h, w, 3)
            RGB, any size.
        """
        if frames.ndim != 4 or frames.shape[3] != 3:
            raise ValueError(f"Frames must have the shape (n, h, w, 3); theirs is {frames.shape}.")
        embeddings = np.empty((len(frames), self.size), np.float32)
        labels: list[Labels] = []
        for first in range(0, len(frames), BATCH):
            part = slice(first, first + BATCH)
            embeddings[part], scores = self._encode_batch(frames[part])
            labels += self._labels(scores, len(embeddings[part]))
        return PictureResult(embeddings, tuple(labels))

    def _encode_batch(self, frames: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Unit embeddings (n, size), and the scores of the words (n, words) if there are any."""
        found = self._session.run({self._entry.name: self._entry.tensor(frames)}, self._outputs)
        rows = found[0].reshape(len(frames), -1).astype(np.float32)
        if rows.shape[1] != self.size:
            raise self._manifest.fault(f"The model gives {rows.shape[1]} numbers a frame, not {self.size}.")
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        if self._word_rows is not None:
            return rows, rows @ self._word_rows.T
        if not self.words:
            return rows, None
        scores = found[1].reshape(len(frames), -1).astype(np.float32)
        if scores.shape[1] != len(self.words):
            raise self._manifest.fault(f"The model scores {scores.shape[1]} words, 'labels' has {len(self.words)}.")
        return rows, scores

    def _labels(self, scores: NDArray[np.float32] | None, count: int) -> list[Labels]:
        if scores is None:
            return [()] * count
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares = odds / odds.sum(axis=1, keepdims=True)
        best = np.argsort(-shares, axis=1, kind="stable")[:, :MOST_LABELS]
        return [
            tuple((self.words[word], float(row[word])) for word in chosen)
            for row, chosen in zip(shares, best, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Entry:
    """How frames become the model's input tensor."""

    name: str
    height: int
    width: int
    fit: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @classmethod
    def of_manifest(cls, manifest: Manifest) -> _Entry:
        """What `encoder.json` says of the way in; raises ModelError where a field makes no sense."""
        std = manifest.triple("std")
        if min(std) <= 0:
            raise manifest.fault(f"The field 'std' must be above 0; it is {list(std)}.")
        return cls(
            manifest.text("input"),
            manifest.count("height"),
            manifest.count("width"),
            manifest.one_of("fit", ("cover", "stretch")),
            manifest.triple("mean"),
            std,
        )

    def tensor(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Frames (n, h, w, 3) resized, scaled to 0..1 and normalised, as (n, 3, height, width)."""
        cut = _centre(frames, self.width / self.height) if self.fit == "cover" else frames
        sized = resized(resized(cut.astype(np.float32), self.height, axis=1), self.width, axis=2)
        mean = np.array(self.mean, np.float32)
        std = np.array(self.std, np.float32)
        return np.ascontiguousarray(((sized / 255 - mean) / std).transpose(0, 3, 1, 2), np.float32)


def resized(frames: NDArray[np.float32], length: int, *, axis: int) -> NDArray[np.float32]:
    """Resize one axis of frames (n, h, w, 3) by a triangle filter, widened when shrinking so that nothing aliases.

    A sum of a few shifted copies: cheap, and unlike a matrix product free of threads that fight with onnxruntime's.
    """
    before = frames.shape[axis]
    scale = before / length
    reach = max(scale, 1.0)
    centres = (np.arange(length) + 0.5) * scale - 0.5
    first = np.floor(centres - reach).astype(int) + 1
    taps = first[:, None] + np.arange(math.ceil(2 * reach))  # (length, taps)
    weights = np.maximum(0, 1 - np.abs(taps - centres[:, None]) / reach) * ((taps >= 0) & (taps < before))
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    places = taps.clip(0, before - 1)
    shape = [1] * frames.ndim
    shape[axis] = length
    total = np.zeros((*frames.shape[:axis], length, *frames.shape[axis + 1 :]), np.float32)
    for tap in range(places.shape[1]):
        total += np.take(frames, places[:, tap], axis=axis) * weights[:, tap].reshape(shape)
    return total


def _centre(frames: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """The largest middle part of frames with an aspect ratio (width by height)."""
    height, width = frames.shape[1:3]
    new_width = max(1, min(width, round(height * aspect)))
    new_height = max(1, min(height, round(width / aspect)))
    top, left = (height - new_height) // 2, (width - new_width) // 2
    return frames[:, top : top + new_height, left : left + new_width]


def _words(manifest: Manifest) -> tuple[str, ...]:
    if "labels" not in manifest.fields:
        return ()
    lines = manifest.path("labels").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def _rows_of_words(manifest: Manifest, words: tuple[str, ...], device: str) -> NDArray[np.float32] | None:
    """Text embeddings (words, size) times the tower's ``logit_scale``; None without a text tower."""
    if "text_tower" not in manifest.fields or not words:
        return None
    tower = TextEncoder(manifest.folder / manifest.text("text_tower"), device)
    size = manifest.count("size")
    if tower.size != size:
        raise manifest.fault(f"The text tower gives {tower.size} numbers, the picture tower {size}.")
    prompt = manifest.text("prompt")
    return tower.encode([prompt.replace("{word}", word) for word in words]) * manifest.count("logit_scale")
