"""A pair as bytes: ``json`` for what is words and single numbers, ``safetensors`` for arrays, other files as they are.

This is the form in which WebDataset stores samples: files of one name and several suffixes.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.pair import Origin, Pair, Split, Stretch, Transitions, Truth
from vem_plugin.errors import MediaError
from vem_plugin.models.storyboard_tokens import ShotTable
from vem_plugin.parsing.surroundings import Surroundings
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.notes import NOTE
from vem_timeline.storyboard import TransitionKind

FORMAT = 1
"""Version of what ``json`` and ``safetensors`` hold."""
_PLAIN = ("looks", "picture_energy", "music_energy", "beats", "downbeats", "hits", "caption_text")
_SHOTS = ("start", "end", "fade_in", "fade_out", "text", "picture", "cinematics", "told")
_TRANSITIONS = ("time", "duration", "offset", "accent", "hit")
_SURROUNDINGS = ("curves", "seen", "difference", "compared")
_NARROW = frozenset(
    {"looks", "picture_energy", "music_energy", "caption_text", "shots.text", "shots.picture", "surroundings.curves"}
)
"""Arrays kept as float16: unit embeddings, and values of 0 to 1."""


class Words(msgspec.Struct, kw_only=True):
    """What ``json`` holds; see ``Pair``."""

    format: int = FORMAT
    key: str
    origin: Origin
    seconds: float
    frame_rate: float
    split: Split
    words: tuple[str, ...]
    kinds: tuple[TransitionKind, ...]
    caption: str
    figures: dict[str, float | None]
    cue: CueSheet | None = None


def members_of(pair: Pair) -> dict[str, bytes]:
    """The files of a pair by suffix, the same bytes for the same pair."""
    return {
        "json": _json_of(pair),
        "safetensors": _arrays_as_bytes(_arrays_of(pair)),
        **{suffix: pair.file(suffix) for suffix in sorted(pair.files)},
    }


def pair_of(members: Mapping[str, bytes | Stretch], *, where: str = "") -> Pair:
    """Put a pair together again; what is neither words nor arrays is left where it lies.

    Raises
    ------
    MediaError
        If words or arrays are missing, damaged, or of a newer format.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        words = msgspec.json.decode(_read(members["json"]), type=Words, dec_hook=_decode_exact)
        arrays = {name: _wide(value) for name, value in load(_read(members["safetensors"])).items()}
        if words.format > FORMAT:
            raise MediaError(
                "The set is of a newer version.", where=where, remedy="Update vem-plugin, or build it again."
            )
        return _pair(words, arrays, {name: at for name, at in members.items() if name not in ("json", "safetensors")})
    except (msgspec.MsgspecError, SafetensorError, KeyError) as error:
        raise MediaError(f"A pair is damaged: {error}.", where=where, remedy="Build the set again.") from error


def _pair(words: Words, arrays: dict[str, NDArray[Any]], files: dict[str, bytes | Stretch]) -> Pair:
    truth = None
    if words.cue is not None:
        notes = np.empty(len(arrays["truth.notes"]), NOTE)
        for column, name in enumerate(NOTE.names or ()):
            notes[name] = arrays["truth.notes"][:, column]
        truth = Truth(words.cue, notes, arrays["truth.clock"])
    return Pair(
        key=words.key,
        origin=words.origin,
        seconds=words.seconds,
        frame_rate=words.frame_rate,
        split=words.split,
        shots=ShotTable(**{name: arrays[f"shots.{name}"] for name in _SHOTS}),
        words=words.words,
        transitions=Transitions(kind=words.kinds, **{name: arrays[f"transitions.{name}"] for name in _TRANSITIONS}),
        surroundings=Surroundings(**{name: arrays[f"surroundings.{name}"] for name in _SURROUNDINGS}),
        **{name: arrays[name] for name in _PLAIN},
        caption=words.caption,
        figures=words.figures,
        truth=truth,
        files=files,
    )


def _json_of(pair: Pair) -> bytes:
    words = Words(
        key=pair.key,
        origin=pair.origin,
        seconds=pair.seconds,
        frame_rate=pair.frame_rate,
        split=pair.split,
        words=pair.words,
        kinds=pair.transitions.kind,
        caption=pair.caption,
        figures=dict(pair.figures),
        cue=pair.truth.cue if pair.truth else None,
    )
    return _words_as_bytes(words)


def _words_as_bytes(words: Words) -> bytes:
    # Sets in a fixed order, so that the same pair is the same file.
    told = msgspec.to_builtins(words, order="deterministic", str_keys=True, enc_hook=_encode_exact)
    return msgspec.json.format(msgspec.json.encode(told), indent=1)


def _arrays_of(pair: Pair) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {name: getattr(pair, name) for name in _PLAIN}
    arrays |= {f"shots.{name}": getattr(pair.shots, name) for name in _SHOTS}
    arrays |= {f"transitions.{name}": getattr(pair.transitions, name) for name in _TRANSITIONS}
    arrays |= {f"surroundings.{name}": getattr(pair.surroundings, name) for name in _SURROUNDINGS}
    if pair.truth is not None:
        notes = pair.truth.notes
        arrays["truth.notes"] = np.stack([notes[name].astype(np.int32) for name in NOTE.names or ()], axis=1)
        arrays["truth.clock"] = pair.truth.clock
    return arrays


def _arrays_as_bytes(arrays: dict[str, NDArray[Any]]) -> bytes:
    from safetensors.numpy import save

    narrow = {name: value.astype(np.float16) if name in _NARROW else value for name, value in arrays.items()}
    return save({name: np.ascontiguousarray(narrow[name]) for name in sorted(narrow)})


def _encode_exact(value: object) -> object:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"a pair cannot hold a {type(value).__name__}")


def _decode_exact(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise TypeError(f"a pair cannot hold a {kind.__name__}")


def _wide(value: NDArray[Any]) -> NDArray[Any]:
    return value.astype(np.float32) if value.dtype == np.float16 else value


def _read(stored: bytes | Stretch) -> bytes:
    return stored if isinstance(stored, bytes) else stored.read()


def with_split(json: bytes, split: Split) -> bytes:
    """The ``json`` of a pair that belongs to another split."""
    words = msgspec.json.decode(json, type=Words, dec_hook=_decode_exact)
    return _words_as_bytes(msgspec.structs.replace(words, split=split))
