"""Everything that is told about one film: its clips as pairs, their figures and fingerprints.

Each film is one task, done by one process without knowing of others, so that films can be shared out over cores and
machines; what is compared between films (duplicates, splits) comes later, in ``packing``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.build.beats import hear_rhythm
from vem_plugin.dataset.build.captioner import Captioner, jpeg_of
from vem_plugin.dataset.build.clips import Clip, clips_of
from vem_plugin.dataset.build.films import Film
from vem_plugin.dataset.build.filters import Figures, cuts_on_beats, energy_agreement
from vem_plugin.dataset.build.fingerprint import RATE as PRINT_RATE
from vem_plugin.dataset.build.fingerprint import picture_words, sound_words
from vem_plugin.dataset.build.looking import Looked, look_at, transitions_in
from vem_plugin.dataset.build.noise import signal_to_noise
from vem_plugin.dataset.build.presence import RATE as PRESENCE_RATE
from vem_plugin.dataset.build.presence import music_share
from vem_plugin.dataset.build.sound import has_sound, sound_between
from vem_plugin.dataset.energy import music_energy, picture_energy
from vem_plugin.dataset.eyes import picture_encoder, text_encoder
from vem_plugin.dataset.pair import LOOKS, Origin, Pair, flac_of
from vem_plugin.dataset.rhythm import MUSIC_RATE, accents_at, nearest_beats
from vem_plugin.errors import MediaError
from vem_plugin.models.placement import Device
from vem_timeline.storyboard import Storyboard

if TYPE_CHECKING:
    from vem_plugin.encoders.sound import SoundEncoder

THUMBNAIL = 160
"""Pixels of the longest side of the picture of a clip in the report."""


@dataclass(frozen=True)
class Settings:
    """What decides how a film is told. ``seconds`` are the least and most of a clip; ``rate`` of the stored sound,
    samples a second; ``emotion`` the folder of a sound encoder with a text tower."""

    seconds: tuple[float, float] = (10.0, 60.0)
    rate: int = 48_000
    on_beat: float = 0.07
    picture_encoder: Path | None = None
    emotion: Path | None = None
    captioner: Captioner | None = None
    device: Device = "cpu"


class Finding(msgspec.Struct, kw_only=True):
    """What is remembered of a clip beside its pair: figures, fingerprints as hexadecimal numbers."""

    key: str
    start: float
    seconds: float
    shots: int
    figures: Figures
    sound_words: str
    picture_words: str


@dataclass(frozen=True)
class Told:
    """A clip: its pair (split not decided), what is remembered, and a small JPEG of it."""

    pair: Pair
    finding: Finding
    thumbnail: bytes


def tell(film: Film, settings: Settings) -> Iterator[Told]:
    """Tell all clips of a film.

    Raises
    ------
    VemError
        If the film cannot be read, has no sound, or is too short for a clip.
    """
    if not has_sound(film.sound):
        raise MediaError("There is no sound.", where=str(film.sound), remedy="Put the music beside it as a sound file.")
    storyboard = _storyboard_of(film)
    clips = list(clips_of(storyboard, shortest=settings.seconds[0], longest=settings.seconds[1]))
    if not clips:
        raise MediaError(
            f"The film lasts {float(storyboard.duration):.1f} s, the shortest clip {settings.seconds[0]:g} s.",
            where=str(film.edit),
            remedy="Ask for shorter clips with --seconds.",
        )
    for number, clip in enumerate(clips):
        yield _tell_clip(film, clip, f"{film.key}-{number:04d}", settings)


def _storyboard_of(film: Film) -> Storyboard:
    from vem_plugin import stages

    storyboard = stages.read_edit(film.edit)
    if not film.is_timeline:
        return storyboard
    # The media inside a bundle would have to stay unpacked: such timelines are for editing programs.
    if film.edit.suffix.lower() == ".otioz":
        raise MediaError("Media inside .otioz is not read here.", where=str(film.edit), remedy="Unpack it first.")
    return storyboard


def _tell_clip(film: Film, clip: Clip, key: str, settings: Settings) -> Told:
    board = clip.storyboard
    sound = sound_between(film.sound, clip.start, board.duration, rate=settings.rate)
    looked = look_at(
        board,
        text=text_encoder(settings.device),
        picture=picture_encoder(settings.picture_encoder, settings.device),
    )
    pair, words = _pair_of(film, clip, key, sound, looked, settings)
    finding = Finding(
        key=key,
        start=float(clip.start),
        seconds=pair.seconds,
        shots=len(board.shots),
        figures=dict(pair.figures),
        sound_words=_hex(words),
        picture_words=_hex(picture_words(looked.frames)),
    )
    middle = looked.frames[len(looked.frames) // 2] if looked.frames else np.zeros((90, 160, 3), np.uint8)
    return Told(pair, finding, jpeg_of(middle, longest=THUMBNAIL))


def _pair_of(
    film: Film, clip: Clip, key: str, sound: NDArray[np.float32], looked: Looked, settings: Settings
) -> tuple[Pair, NDArray[np.uint32]]:
    """The pair of a clip, and the words of its sound's fingerprint."""
    board = clip.storyboard
    seconds = float(board.duration)
    mono = sound.mean(axis=1)
    music = _resampled(mono, settings.rate, MUSIC_RATE)
    rhythm = hear_rhythm(music)
    transitions = transitions_in(board)
    moving = picture_energy(looked.looks[:, LOOKS.index("motion")], transitions.time)
    sounding = music_energy(mono, settings.rate, len(looked.looks))
    figures: Figures = {
        "music": music_share(_resampled(mono, settings.rate, PRESENCE_RATE)),
        "signal_to_noise": signal_to_noise(music),
        **cuts_on_beats(transitions.time, rhythm.beats, seconds, within=settings.on_beat),
        **energy_agreement(moving, sounding),
        "emotion": None,
    }
    caption = looked.parsed.summary
    if settings.captioner is not None and looked.frames:
        caption = settings.captioner.caption(looked.frames)
    if settings.emotion is not None:
        from vem_plugin.dataset.build.emotion import mood_agreement

        figures["emotion"] = mood_agreement(_sound_encoder(settings), sound, settings.rate, [caption, *looked.words])
    pair = Pair(
        key=key,
        origin=Origin(film.edit.name, float(clip.start), film.licence),
        seconds=seconds,
        frame_rate=float(board.clock.rate),
        split="train",
        shots=looked.shots,
        words=looked.words,
        transitions=replace(
            transitions,
            offset=nearest_beats(transitions.time, rhythm.beats),
            accent=accents_at(transitions.time, rhythm.rising),
        ),
        surroundings=looked.surroundings,
        looks=looked.looks,
        picture_energy=moving,
        music_energy=sounding,
        beats=rhythm.beats,
        downbeats=rhythm.downbeats,
        hits=np.zeros((0, 2)),
        caption=caption,
        caption_text=_embedded(caption, settings),
        figures=figures,
        files={"flac": flac_of(sound, settings.rate)},
    )
    return pair, sound_words(_resampled(mono, settings.rate, PRINT_RATE))


def _embedded(caption: str, settings: Settings) -> NDArray[np.float32]:
    return text_encoder(settings.device).encode([caption])[0]


@lru_cache(maxsize=1)
def _sound_encoder_in(folder: Path, device: str) -> SoundEncoder:
    from vem_plugin.encoders.sound import SoundEncoder

    return SoundEncoder(folder, device)


def _sound_encoder(settings: Settings) -> SoundEncoder:
    assert settings.emotion is not None
    return _sound_encoder_in(settings.emotion, settings.device)


def _resampled(mono: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    from scipy.signal import resample_poly

    ratio = Fraction(wanted, rate)
    return resample_poly(mono, ratio.numerator, ratio.denominator).astype(np.float32)


def _hex(words: NDArray[np.unsignedinteger]) -> str:
    return words.astype(words.dtype.newbyteorder(">")).tobytes().hex()


def words_of_hex(text: str, kind: type[np.uint32] | type[np.uint64]) -> NDArray:
    """Fingerprint words back from hexadecimal numbers."""
    return np.frombuffer(bytes.fromhex(text), np.dtype(kind).newbyteorder(">")).astype(kind)
