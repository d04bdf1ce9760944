"""A pair: a short stretch of film and the music that belongs to it, as training and evaluation read it.

Times are float seconds from the first frame of the clip; picture and sound begin together. Curves and looks have
``LOOK_RATE`` values a second (the 16 of VeM, AAAI-26, frame level); value i belongs to second i / ``LOOK_RATE``.
A figure that could not be told is NaN in arrays and None elsewhere.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import MediaError
from vem_plugin.models.storyboard_tokens import ShotTable
from vem_plugin.parsing.surroundings import Surroundings
from vem_plugin.score.cue import CueSheet
from vem_timeline.storyboard import TransitionKind

LOOK_RATE = 16
"""Looks and energies a second."""
LOOKS = ("light", "warmth", "saturation", "contrast", "motion", "difference")
"""Columns of ``Pair.looks``: the first four as in ``parsing.parsed_video.Cinematics``, of one frame; ``motion`` since
the last look, on the same scale as there; ``difference`` of the colours from the last look, 0 to 1."""
Split = Literal["train", "test"]


@dataclass(frozen=True, slots=True)
class Transitions:
    """N visible changes of picture, ascending in time; the k-th leads into shot k + 1.

    ``time`` (N,) seconds (a dissolve's middle); ``kind`` N words; ``duration`` (N,) seconds, 0 for straight cuts;
    ``offset`` (N,) nearest beat less transition, seconds, NaN without beats; ``accent`` (N,) dB by which the sound
    rises there above its neighbourhood, NaN without sound; ``hit`` (N,) strength of the hit that the music was asked
    to play there, 0 for none, NaN where nobody knows (film that was found and not made). What they look like is told
    by ``Pair.surroundings``.
    """

    time: NDArray[np.float64]
    kind: tuple[TransitionKind, ...]
    duration: NDArray[np.float64]
    offset: NDArray[np.float64]
    accent: NDArray[np.float32]
    hit: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a pair comes from: ``video`` names a file (or the maker of a synthetic set), ``start`` is the second of it
    at which the clip begins, ``licence`` what its owner allows ("unknown" if nobody says)."""

    video: str
    start: float = 0.0
    licence: str = "unknown"


@dataclass(frozen=True)
class Truth:
    """What only the maker of a synthetic pair knows: the cue sheet and the notes (dtype ``NOTE``, tonic-normalised),
    and ``clock`` (beats + 1,), start of every beat and the end, seconds."""

    cue: CueSheet
    notes: NDArray[np.void]
    clock: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of bytes inside a file."""

    path: Path
    offset: int
    size: int

    def read(self) -> bytes:
        """The bytes.

        Raises
        ------
        MediaError
            If the file is gone or shorter than it was.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                found = file.read(self.size)
        except OSError as error:
            raise MediaError(
                f"A shard cannot be read: {error.strerror}.", where=str(self.path), remedy="Build the set again."
            ) from error
        if len(found) < self.size:
            raise MediaError("A shard is cut short.", where=str(self.path), remedy="Build the set again.")
        return found


@dataclass(frozen=True)
class Pair:
    """One pair.

    ``shots`` as ``storyboard_tokens.ShotTable`` and ``words``, one text a shot; ``transitions`` between them and their
    ``surroundings``, frame by frame; ``looks`` (T, 6) float32 by ``LOOKS``; ``picture_energy`` and ``music_energy``
    (T,) float32, 0 to 1; ``beats`` and ``downbeats`` (any,) seconds; ``hits`` (H, 2) seconds and strength (see
    ``CueSheet.hits``), empty where nobody knows; ``caption`` with its embedding ``caption_text`` (TEXT_SIZE,), unit
    norm; ``figures`` what the filters measured; ``frame_rate`` of the film, frames a second; ``truth`` for synthetic
    pairs alone. ``files`` holds what else was stored, by suffix: ``flac``, ``mid``, ``mp4``, ``otio``.
    """

    key: str
    origin: Origin
    seconds: float
    frame_rate: float
    split: Split
    shots: ShotTable
    words: tuple[str, ...]
    transitions: Transitions
    surroundings: Surroundings
    looks: NDArray[np.float32]
    picture_energy: NDArray[np.float32]
    music_energy: NDArray[np.float32]
    beats: NDArray[np.float64]
    downbeats: NDArray[np.float64]
    hits: NDArray[np.float64]
    caption: str
    caption_text: NDArray[np.float32]
    figures: Mapping[str, float | None] = field(default_factory=dict)
    truth: Truth | None = None
    files: Mapping[str, bytes | Stretch] = field(default_factory=dict)

    @property
    def has_sound(self) -> bool:
        """Whether the music is there to be heard."""
        return "flac" in self.files

    def file(self, suffix: str) -> bytes:
        """The bytes of a stored file.

        Raises
        ------
        MediaError
            If the set was made without it.
        """
        if suffix not in self.files:
            raise MediaError(
                f"The pair has no .{suffix} file; it has {', '.join(sorted(self.files)) or 'none'}.",
                where=self.key,
                remedy="Make the set with sound and video (without --no-sound and --no-video).",
            )
        stored = self.files[suffix]
        return stored if isinstance(stored, bytes) else stored.read()

    def sound(self) -> tuple[NDArray[np.float32], int]:
        """The music, read now: samples (S, channels) float32, and their rate.

        Raises
        ------
        MediaError
            If the pair has no sound or it does not decode.
        """
        import soundfile

        stored = self.file("flac")
        try:
            samples, rate = soundfile.read(io.BytesIO(stored), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise MediaError(
                f"The sound does not decode: {error}.", where=self.key, remedy="Build the set again."
            ) from error
        return np.asarray(samples, np.float32), int(rate)

    def around(self, transition: int, *, seconds: float = 0.5) -> NDArray[np.float32]:
        """Looks from ``seconds`` before to ``seconds`` after a transition, (2 * steps + 1, 6); beyond the clip's ends
        its first and last look are repeated."""
        steps = round(seconds * LOOK_RATE)
        middle = round(float(self.transitions.time[transition]) * LOOK_RATE)
        return self.looks[np.clip(np.arange(middle - steps, middle + steps + 1), 0, len(self.looks) - 1)]


def flac_of(samples: NDArray[np.floating], rate: int) -> bytes:
    """Sound (S,) or (S, channels), -1 to 1, as FLAC of 16 bit."""
    import soundfile

    target = io.BytesIO()
    soundfile.write(target, np.clip(samples, -1, 1), rate, format="FLAC", subtype="PCM_16")
    return target.getvalue()
