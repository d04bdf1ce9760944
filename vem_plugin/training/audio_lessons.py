"""What the audio diffusion is taught at a time: stretches of pairs as latents, and all that is told about them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import Tensor

from vem_plugin.checksum import sha256_of
from vem_plugin.models.audio.audio_codec import OobleckCodec
from vem_plugin.models.audio.stable_audio import StableAudioVeM
from vem_plugin.models.conditioning import ConditionBatch, Conditions, batch_of, window_of, withheld
from vem_plugin.training.audio_codec import oobleck_from
from vem_plugin.training.audio_conditions import conditions_of_pair
from vem_plugin.training.audio_sound import HeardPairs, filled
from vem_plugin.training.packing import side_by_side
from vem_plugin.training.recipe import AtLeastOne, Count, Share

KEPT = 4096
"""Texts, and conditions of pairs, that are kept at hand."""
WINDOW_BEFORE = 1 / 3
"""Share of a row that is given where it stands for a window after another, as the pipeline does it."""
WRITTEN_ANEW = (0.1, 0.7)
"""Least and largest share of a row that is written where all around it is given."""


class AudioLessons(Struct, frozen=True, forbid_unknown_fields=True):
    """``[lessons]`` of the audio diffusion and adapter.

    ``rows`` of a step; ``frames`` of a row (0: as many as the checkpoint was trained with); chances (0 to 1) that all
    wishes are withheld, that the words of the checkpoint's own cross-attention are (so that the storyboard is listened
    to), and that part of a row is given.
    """

    rows: AtLeastOne = 8
    frames: Count = 0
    beats: bool = False
    """Whether TB-As learns along with the rest; without it this is the paper's second stage."""
    fresh: bool = False
    """Begin with random weights of the same shape, where ``[model]`` says nothing else."""
    new_alone: bool = False
    """Leave the checkpoint's own weights as they are: SG-CAtt and what is given learn, on a smaller machine."""
    withheld: Share = 0.1
    words_withheld: Share = 0.1
    filling_in: Share = 0.3
    measured_rows: AtLeastOne = 16


@dataclass(frozen=True, slots=True)
class AudioBatch:
    """Rows to learn, in the network's shapes.

    ``latents``, ``noise`` (B, C, T); ``time`` (B,), 0 clean to 1 noise; ``given``, ``real`` (B, 1, T), 1 where latents
    are given, and where there is music at all; ``words`` (B, L, size) and ``whole`` (B, 1, size) as the checkpoint is
    told text and lengths; ``conditions`` of B rows of T frames.
    """

    latents: Tensor
    noise: Tensor
    time: Tensor
    given: Tensor
    real: Tensor
    words: Tensor
    whole: Tensor
    conditions: ConditionBatch

    def to(self, device: torch.device | str) -> AudioBatch:
        """The batch on another device."""
        return AudioBatch(*(getattr(self, item.name).to(device) for item in fields(self)))

    def at(self, time: float) -> AudioBatch:
        """The same rows, all at one diffusion time."""
        return replace(self, time=torch.full_like(self.time, time))


class EncodedSound:
    """Latents of pairs, each encoded once by an autoencoder and kept in a folder of that autoencoder's."""

    def __init__(self, codec: Path, folder: Path) -> None:
        self.codec = OobleckCodec(oobleck_from(codec))
        digest = sha256_of(next(codec.glob("*.safetensors")))
        self.folder = folder / digest[:12]
        self.folder.mkdir(parents=True, exist_ok=True)

    def of(self, pairs: HeardPairs, number: int) -> NDArray[np.float32]:
        """Latents of a pair, (T, latent size)."""
        file = self.folder / f"{pairs.pairs[number].key}.npy"
        if not file.is_file():
            sound = pairs.sound(number, self.codec.sample_rate)
            fresh = file.with_suffix(f".{os.getpid()}.part")
            with fresh.open("wb") as target:
                np.save(target, self.codec.encode(sound, self.codec.sample_rate))
            os.replace(fresh, file)
        return np.load(file)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: ``latents`` (T, size) and ``given`` (T, 1); what is told; ``time``, and ``noise`` (T, size)."""

    latents: NDArray[np.float32]
    given: NDArray[np.float32]
    conditions: Conditions
    words: Tensor
    whole: Tensor
    time: float
    noise: NDArray[np.float32]


class AudioRows:
    """Rows of ``frames`` latent frames, numbered without end; a row is the same whoever makes it, whenever.

    Parameters
    ----------
    pairs : HeardPairs
    latents : EncodedSound
    base : StableAudioVeM
        It reads texts and lengths.
    options : AudioLessons
    frames : int
    """

    def __init__(
        self, pairs: HeardPairs, latents: EncodedSound, base: StableAudioVeM, options: AudioLessons, *, frames: int
    ) -> None:
        self.pairs, self.latents, self.base, self.options, self.frames = pairs, latents, base, options, frames
        self.picture_size = 0
        """Of the embeddings that the network sees; 0: none."""
        self._told = lru_cache(maxsize=KEPT)(self._read)
        self._conditions = lru_cache(maxsize=KEPT)(self._conditions_of)

    def batch(self, rows: Sequence[int], *, plain: bool = False) -> AudioBatch:
        """Rows by number; ``plain`` with all wishes and nothing given, for measuring."""
        drawn = [self._row(row, plain=plain) for row in rows]
        entries = max(len(row.conditions.text) for row in drawn)
        conditions = [side_by_side([row.conditions], frames=self.frames, entries=entries) for row in drawn]

        def channels_first(name: str) -> Tensor:
            return torch.from_numpy(np.stack([filled(getattr(row, name), self.frames).T for row in drawn]))

        return AudioBatch(
            latents=channels_first("latents"),
            noise=channels_first("noise"),
            time=torch.tensor([row.time for row in drawn], dtype=torch.float32),
            given=channels_first("given"),
            real=torch.from_numpy(np.stack([(row.piece >= 0)[None].astype(np.float32) for row in conditions])),
            words=torch.stack([row.words for row in drawn]),
            whole=torch.stack([row.whole for row in drawn]),
            conditions=batch_of(conditions),
        )

    def _row(self, row: int, *, plain: bool) -> _Row:
        options, (number, rng) = self.options, self.pairs.chosen(row)
        pair, latents = self.pairs.pairs[number], self.latents.of(self.pairs, number)
        first = int(rng.integers(max(1, len(latents) - self.frames + 1)))
        latents = latents[first : first + self.frames]
        conditions = window_of(self._conditions(number), first, first + len(latents))
        words, whole = self._told(pair.caption, first / float(self.latents.codec.frame_rate), pair.seconds)
        chances = (options.withheld, options.words_withheld, options.filling_in)
        all_withheld, no_words, some_given = rng.random(3) < chances
        given = np.zeros((len(latents), 1), np.float32)
        if not plain:
            words = torch.zeros_like(words) if all_withheld or no_words else words
            conditions = withheld(conditions) if all_withheld else conditions
            given[:, 0] = _given(len(latents), rng) if some_given else 0
        noise = rng.standard_normal(latents.shape, dtype=np.float32)
        return _Row(latents, given, conditions, words, whole, float(rng.random()), noise)

    def _conditions_of(self, number: int) -> Conditions:
        pair = self.pairs.pairs[number]
        frames = len(self.latents.of(self.pairs, number))
        conditions = conditions_of_pair(pair, np.arange(frames) / float(self.latents.codec.frame_rate))
        if not self.picture_size:
            return conditions.without_pictures()
        if conditions.picture.shape[1] == self.picture_size:
            return conditions
        present = conditions.present.copy()
        present[:, 1] = 0
        unseen = np.zeros((len(conditions.text), self.picture_size), np.float32)
        return replace(conditions, picture=unseen, present=present)

    @torch.no_grad()
    def _read(self, text: str, first: float, last: float) -> tuple[Tensor, Tensor]:
        """A text and lengths as the checkpoint is told them: words (L, size), whole (1, size)."""
        told = self.base.told(text, first, last, guided=False)
        assert told.whole is not None
        return told.words[0].float(), told.whole[0].float()


def _given(frames: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Which frames are given, (T,): the first of them, or all around a stretch."""
    if rng.random() < 0.5:
        return (np.arange(frames) < WINDOW_BEFORE * frames).astype(np.float32)
    length = max(1, round(frames * rng.uniform(*WRITTEN_ANEW)))
    first = int(rng.integers(frames - length + 1))
    given = np.ones(frames, np.float32)
    given[first : first + length] = 0
    return given
