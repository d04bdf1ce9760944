"""Sound to embeddings and scores: CLAP-, LanguageBind- and musicnn-like models that a user brings as ONNX folders.

None ships with the package. A sound is cut into *windows* of the length that the model wants, one every ``hop``
seconds and a last one flush with the end. A shorter sound fills its one window: it is repeated until that is full, or
as often as it fits whole with silence after it, or there is silence alone. What the model wants to see is said in
``encoder.json`` (the README of ``weights`` lists the fields): plain samples, where the front end is part of the ONNX
graph, or a log-mel spectrogram as declared there. ``axes`` names the axes of the input tensor, a letter each: n
windows, c channels, s samples, t frames, b bands, 1 an axis of one.

Embeddings are handed on as the model gives them, because the Frechet distance is taken on those; whoever wants cosines
norms them. Scores become a distribution: activated as declared, then divided by their sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from vem_plugin.encoders.manifest import Manifest, read_manifest
from vem_plugin.encoders.runtime import open_session
from vem_plugin.errors import MediaError

if TYPE_CHECKING:
    from vem_plugin.encoders.picture import PictureEncoder
    from vem_plugin.encoders.text import TextEncoder

BATCH = 8
"""Windows computed at once."""
TEXT_TOWER, PICTURE_TOWER = "text_tower", "picture_tower"
"""Fields that name the sub-folders of towers whose rows lie in the same space."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class SoundResult:
    """What an encoder says about a sound, window by window.

    ``starts`` (windows,) seconds; ``embeddings`` (windows, size) float32, not normed, or None if the model gives none;
    ``scores`` (windows, classes) float32, each row a distribution, or None.
    """

    starts: NDArray[np.float64]
    embeddings: NDArray[np.float32] | None
    scores: NDArray[np.float32] | None


class SoundEncoder:
    """Embeds or classifies sound with an ONNX model.

    Parameters
    ----------
    folder : Path
        Folder with an ``encoder.json`` of kind "sound".
    device : str
        "auto", "cpu", "cuda" or "mps"; see ``runtime.open_session``.

    Raises
    ------
    ModelError
        If the folder is incomplete, damaged, or does not fit its description.
    """

    def __init__(self, folder: Path, device: str = "auto") -> None:
        manifest = self._manifest = read_manifest(folder, "sound")
        self._device = device
        self.name: str = manifest.name
        self._entry = _Entry.of_manifest(manifest)
        outputs = manifest.names("outputs")
        self._outputs = {role: outputs[role] for role in ("embedding", "scores") if role in outputs}
        if not self._outputs:
            raise manifest.fault("The field 'outputs' must name the output 'embedding', 'scores', or both.")
        self.size: int = manifest.count("size") if self.embeds else 0
        self._activation = "none"
        if self.scores:
            self._activation = manifest.one_of("activation", ("none", "softmax", "sigmoid"))
        self._session = open_session(manifest.path("model"), device)
        manifest.check_names("input", [self._entry.name], self._session.inputs)
        manifest.check_names("output", list(self._outputs.values()), self._session.outputs)

    @property
    def provider(self) -> str:
        """Short name of the onnxruntime provider that runs it."""
        return self._session.provider

    @property
    def embeds(self) -> bool:
        """Whether the model gives embeddings."""
        return "embedding" in self._outputs

    @property
    def scores(self) -> bool:
        """Whether the model scores classes."""
        return "scores" in self._outputs

    @cached_property
    def text_tower(self) -> TextEncoder | None:
        """The encoder of texts into the same space, or None if the folder has none."""
        from vem_plugin.encoders.text import TextEncoder

        if TEXT_TOWER not in self._manifest.fields:
            return None
        tower = TextEncoder(self._manifest.folder / self._manifest.text(TEXT_TOWER), self._device)
        self._check_size(tower.size, TEXT_TOWER)
        return tower

    @cached_property
    def picture_tower(self) -> PictureEncoder | None:
        """The encoder of pictures into the same space, or None if the folder has none."""
        from vem_plugin.encoders.picture import PictureEncoder

        if PICTURE_TOWER not in self._manifest.fields:
            return None
        tower = PictureEncoder(self._manifest.folder / self._manifest.text(PICTURE_TOWER), self._device)
        self._check_size(tower.size, PICTURE_TOWER)
        return tower

    def hear(self, samples: Samples, rate: int) -> SoundResult:
        """Embed or classify a sound.

        Parameters
        ----------
        samples : NDArray of float32, shape (S, channels)
            At least one sample; 1 is full scale.
        rate : int
            Samples a second.

        Raises
        ------
        MediaError
            If there is no sound, or it holds what is no finite number.
        ModelError
            If the model fails, or gives another number of values than its description says.
        """
        if samples.ndim != 2 or not samples.size or not np.isfinite(samples).all():
            raise MediaError(
                f"A sound of the shape {samples.shape} cannot be heard, or it is not finite.",
                remedy="Give samples of the shape (S, channels), at least one of them.",
            )
        heard = self._entry.at_own_rate(samples, rate)
        starts = self._entry.starts_of(heard.shape[1])
        found = [self._run(batch) for batch in self._entry.batches(heard, starts)]
        rows = {role: np.concatenate([part[role] for part in found]) for role in self._outputs}
        scores = rows.get("scores")
        return SoundResult(
            starts / self._entry.rate,
            rows.get("embedding"),
            None if scores is None else _distribution(scores, self._activation),
        )

    def _run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        found = self._session.run({self._entry.name: tensor}, list(self._outputs.values()))
        rows = {
            role: value.reshape(len(tensor), -1).astype(np.float32)
            for role, value in zip(self._outputs, found, strict=True)
        }
        if self.embeds and rows["embedding"].shape[1] != self.size:
            raise self._manifest.fault(f"The model gives {rows['embedding'].shape[1]} numbers, not {self.size}.")
        if not all(np.isfinite(value).all() for value in rows.values()):
            raise self._manifest.fault("The model gives numbers that are not finite.")
        return rows

    def _check_size(self, size: int, tower: str) -> None:
        if size != self.size:
            raise self._manifest.fault(f"The {tower} gives {size} numbers, the model {self.size}.")


def _distribution(scores: NDArray[np.float32], activation: str) -> NDArray[np.float32]:
    if activation == "softmax":
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    elif activation == "sigmoid":
        odds = 0.5 * (1 + np.tanh(scores / 2))  # the same as 1 / (1 + exp(-x)), and never overflows
    else:
        odds = np.maximum(scores, 0)
    return odds / np.maximum(odds.sum(axis=1, keepdims=True), 1e-12)


@dataclass(frozen=True, slots=True)
class _Entry:
    """How a sound becomes the model's input tensors; ``window`` and ``hop`` in samples at ``rate``."""

    name: str
    axes: str
    rate: int
    channels: int
    window: int
    hop: int
    pad: str
    mel: _Mel | None
    mean: float
    std: float

    @classmethod
    def of_manifest(cls, manifest: Manifest) -> _Entry:
        """What ``encoder.json`` says of the way in; raises ModelError where a field makes no sense."""
        mel = _Mel.of_manifest(manifest) if "mel" in manifest.fields else None
        axes, wanted = manifest.text("axes"), "tb" if mel else "s"
        plain = sorted(axes.replace("1", ""))
        if plain not in (sorted("n" + wanted), sorted("nc" + wanted)):
            raise manifest.fault(f"The field 'axes' must name n, {', '.join(wanted)} and perhaps c; it is {axes!r}.")
        rate, channels = manifest.count("rate"), manifest.count("channels")
        if channels > 2 or (channels == 2) != ("c" in axes):
            raise manifest.fault("The field 'channels' must be 1, or 2 with an axis c.")
        window = manifest.number("window", above=0)
        hop = manifest.number("hop", above=0) if "hop" in manifest.fields else window
        return cls(
            name=manifest.text("input"),
            axes=axes,
            rate=rate,
            channels=channels,
            window=max(1, round(window * rate)),
            hop=max(1, round(hop * rate)),
            pad=manifest.one_of("pad", ("repeat", "repeat whole", "silence")),
            mel=mel,
            mean=manifest.number("mean") if "mean" in manifest.fields else 0.0,
            std=manifest.number("std", above=0) if "std" in manifest.fields else 1.0,
        )

    def at_own_rate(self, samples: Samples, rate: int) -> Samples:
        """A sound (S, any) as (channels, S') at the model's rate, S' at least one window."""
        import librosa

        sound = np.ascontiguousarray(samples.T, np.float32)
        sound = sound.mean(axis=0, keepdims=True) if self.channels == 1 or len(sound) == 1 else sound[:2]
        sound = np.repeat(sound, self.channels, axis=0) if len(sound) < self.channels else sound
        if rate != self.rate:
            sound = librosa.resample(sound, orig_sr=rate, target_sr=self.rate)
        if sound.shape[1] >= self.window:
            return sound
        if self.pad == "repeat whole":
            sound = np.tile(sound, (1, self.window // sound.shape[1]))
        short = self.window - sound.shape[1]
        return np.pad(sound, ((0, 0), (0, short)), mode="wrap" if self.pad == "repeat" else "constant")

    def starts_of(self, samples: int) -> NDArray[np.int64]:
        """First samples of the windows of a sound at least one window long."""
        starts = np.arange(0, samples - self.window + 1, self.hop)
        rest = samples - self.window - starts[-1]
        return np.append(starts, samples - self.window) if rest else starts

    def batches(self, sound: Samples, starts: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
        """Input tensors of ``BATCH`` windows at most."""
        for first in range(0, len(starts), BATCH):
            windows = np.stack([sound[:, at : at + self.window] for at in starts[first : first + BATCH]])
            shown = (
                windows if self.mel is None else self.mel.of_samples(windows, self.rate)
            )  # (n, c, s) or (n, c, t, b)
            yield self._laid_out((shown - self.mean) / self.std)

    def _laid_out(self, shown: NDArray[np.float32]) -> NDArray[np.float32]:
        """A tensor (n, c, s) or (n, c, t, b) with its axes in the model's order."""
        have = "nc" + ("s" if self.mel is None else "tb")
        if "c" not in self.axes:
            shown, have = shown[:, 0], have.replace("c", "")
        ordered = shown.transpose([have.index(axis) for axis in self.axes if axis != "1"])
        for place, axis in enumerate(self.axes):
            ordered = np.expand_dims(ordered, place) if axis == "1" else ordered
        return np.ascontiguousarray(ordered, np.float32)


@dataclass(frozen=True, slots=True)
class _Mel:
    """A declared log-mel front end: librosa's mel spectrogram of powers x, then the logarithm of gain x + offset."""

    fft: int
    hop: int
    bands: int
    lowest: float
    highest: float
    htk: bool
    norm: str | None
    log: str
    gain: float
    offset: float
    edges: Literal["constant", "reflect"]
    frames: int | None

    @classmethod
    def of_manifest(cls, manifest: Manifest) -> _Mel:
        """The object ``mel`` of an ``encoder.json``."""
        told = manifest.fields["mel"]
        if not isinstance(told, dict):
            raise manifest.fault(f"The field 'mel' must be an object; it is {told!r}.")
        mel = Manifest(manifest.folder, manifest.kind, manifest.name, told)
        return cls(
            fft=mel.count("fft"),
            hop=mel.count("hop"),
            bands=mel.count("bands"),
            lowest=mel.number("lowest"),
            highest=mel.number("highest", above=0),
            htk=mel.one_of("scale", ("htk", "slaney")) == "htk",
            norm=None if mel.one_of("norm", ("none", "slaney")) == "none" else "slaney",
            log=mel.one_of("log", ("db", "log10", "ln", "none")),
            gain=mel.number("gain", above=0),
            offset=mel.number("offset"),
            edges="reflect"
            if "edges" in told and mel.one_of("edges", ("silence", "reflect")) == "reflect"
            else "constant",
            frames=mel.count("frames") if "frames" in told else None,
        )

    def of_samples(self, windows: Samples, rate: int) -> NDArray[np.float32]:
        """Windows (n, c, s) as (n, c, frames, bands); frames are centred, and cut or filled up to ``frames``."""
        import librosa

        power = librosa.feature.melspectrogram(
            y=windows,
            sr=rate,
            n_fft=self.fft,
            hop_length=self.hop,
            n_mels=self.bands,
            fmin=self.lowest,
            fmax=self.highest,
            htk=self.htk,
            pad_mode=self.edges,
            norm=self.norm,  # type: ignore[arg-type]  # librosa takes None, its annotation does not say so
        )
        scaled = self.gain * power + self.offset
        if self.log != "none":
            scaled = np.log(scaled) if self.log == "ln" else (10 if self.log == "db" else 1) * np.log10(scaled)
        shown = scaled.swapaxes(2, 3).astype(np.float32)
        if self.frames is None:
            return shown
        short = max(0, self.frames - shown.shape[2])
        return np.pad(shown, ((0, 0), (0, 0), (0, short), (0, 0)), mode="edge")[:, :, : self.frames]
