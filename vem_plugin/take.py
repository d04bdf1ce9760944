"""A take on disk: the music of one edit, with everything needed to make it again.

A take is a folder beside the scored timeline, of the same name:

    harbour_v01.otio            the scored timeline
    harbour_v01/take.json       this record
    harbour_v01/score.npz       notes, chords and latents (numpy, no pickles)
    harbour_v01/seen.npz        what the pictures said, so that they need not be looked at again
    harbour_v01/*.wav, *.mid    mix, stems (five roles and the effects) and MIDI; of an engine that writes sound the
                                music and the effects, and a MIDI file of the tempo alone
    harbour_v01/*_DUCK*         the mix with room for speech, and its gain curve; only where somebody speaks
    harbour_v01/plan.png        the picture of the plan

Times in ``take.json`` are exact: a fraction of seconds is written as the string "numerator/denominator".
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.render.effects import Effect
from vem_plugin.render.stems import SOUND_STEMS, STEMS, Stem
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.notes import NOTE, Chord, Score
from vem_plugin.score.theme import ThemeCard, ThemeCards
from vem_plugin.settings import Settings
from vem_timeline.formats import SUFFIXES
from vem_timeline.storyboard import Storyboard

TAKE_FORMAT = 1
TAKE_FILE = "take.json"
SCORE_FILE = "score.npz"


@dataclass(frozen=True, slots=True)
class Loudness:
    """Measured after rendering: loudness (LUFS), true peak (dBTP), gain of the mix (dB), target (LUFS).

    The first two are None for silence. ``trim`` is the linear gain that all stems were played with.
    """

    lufs: float | None
    true_peak: float | None
    gain: float
    target: float
    trim: float = 0.5


@dataclass(frozen=True, slots=True)
class Change:
    """How a take came from another one of the same edit.

    ``parent`` is the id of the take it was made from; ``how`` "rescored" or "reconformed"; ``words`` say what was asked
    for, in one line; ``shots`` and ``beats`` (first, last excluded) where; ``seed`` is that of the new music.
    """

    parent: str
    how: Literal["rescored", "reconformed"]
    words: str
    shots: tuple[int, ...] = ()
    beats: tuple[int, int] | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Take:
    """The record in ``take.json``.

    Paths in ``files`` are relative to the take's folder; they are named "mix", "midi", "picture", "stem_drums" and so
    on to "stem_effects" (or "stem_music" and "stem_effects", where the engine wrote sound) and, where somebody speaks,
    "ducked_mix" and "ducking" (its gain curve). ``effects`` lists what
    the stem of effects holds, so that they can be kept when the music around them is scored anew. ``seed`` stays that
    of the first take of a line, because it decides how all notes are played; ``change`` tells what this take made anew,
    and ``locked`` the numbers of the shots that no command may change.
    """

    take_id: str
    name: str
    edit: Path
    edit_sha256: str
    settings: Settings
    seed: int
    style: str
    storyboard: Storyboard
    plan: BeatPlan
    cue: CueSheet
    loudness: Loudness
    files: dict[str, str]
    samples: int
    sample_rate: int
    time_reference: int = 0
    composer: dict[str, Any] = field(default_factory=dict)
    encoders: dict[str, str] = field(default_factory=dict)
    palette: str = ""
    cards: ThemeCards | None = None
    effects: tuple[Effect, ...] = ()
    change: Change | None = None
    locked: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()
    version: str = ""
    format: int = TAKE_FORMAT

    @property
    def is_sound(self) -> bool:
        """Whether its engine wrote sound and no notes."""
        return "stem_music" in self.files

    @property
    def stems(self) -> tuple[Stem, ...]:
        """What of it has a sound file of its own."""
        return SOUND_STEMS if self.is_sound else STEMS


@dataclass(frozen=True, slots=True)
class _Head:
    """What is read of a record before all the rest."""

    format: int = TAKE_FORMAT


def _encode_exact(value: object) -> object:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a take cannot hold a {type(value).__name__}")


def _decode_exact(kind: type, value: Any) -> Any:
    if kind is Fraction or kind is Path or issubclass(kind, Path):
        return kind(value)
    raise TypeError(f"a take cannot hold a {kind.__name__}")


def take_id_of(edit_sha256: str, seed: int, name: str) -> str:
    """Six hexadecimal digits that tell takes of one edit apart; short enough for a marker's name."""
    return hashlib.sha256(f"{edit_sha256} {seed} {name}".encode()).hexdigest()[:6]


def write_take(take: Take, score: Score, folder: Path) -> Path:
    """Write ``take.json`` and ``score.npz`` into the take's folder, which exists.

    Raises
    ------
    RenderError
        If the folder cannot be written.
    """
    chord_tones = np.array([[tone in chord.tones for tone in range(12)] for chord in score.chords], bool)
    arrays: dict[str, Any] = {
        "notes": score.notes,
        "chord_roots": np.array([chord.root for chord in score.chords], np.uint8),
        "chord_tones": chord_tones,
    }
    if score.latents is not None:
        arrays["latents"] = score.latents
    try:
        np.savez_compressed(folder / SCORE_FILE, **arrays)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return rewrite_record(take, folder)


def rewrite_record(take: Take, folder: Path) -> Path:
    """Write ``take.json`` alone, in one step; raises as `write_take`."""
    # Sets in a fixed order: Python's own differs from process to process, and the same take is the same file.
    told = msgspec.to_builtins(take, order="deterministic", str_keys=True, enc_hook=_encode_exact)
    text = msgspec.json.format(msgspec.json.encode(told), indent=1)
    try:
        temporary = folder / f".{TAKE_FILE}.{os.getpid()}"
        temporary.write_bytes(text)
        temporary.replace(folder / TAKE_FILE)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder / TAKE_FILE


def _unwritable(folder: Path, error: OSError) -> RenderError:
    return RenderError(
        f"The take's record cannot be written: {error.strerror}.",
        where=str(folder),
        remedy="Free some space or choose another folder with -o.",
    )


def folder_of(path: Path) -> Path:
    """The folder of a take, named by itself, its ``take.json``, or the scored timeline beside it.

    A timeline may be a folder as well: ``.otiod`` and ``.fcpxmld``.
    """
    if path.is_dir() and path.suffix.lower() not in SUFFIXES:
        return path
    return path.parent if path.name == TAKE_FILE else path.with_suffix("")


def read_take(path: Path) -> Take:
    """Read a take; ``path`` as in `folder_of`.

    Raises
    ------
    SettingsError
        If there is no take, or its record is damaged or of a newer format.
    """
    record = folder_of(path) / TAKE_FILE
    advice = "Name the folder that `vem score` made (it holds take.json), or the scored timeline beside it."
    try:
        raw = record.read_bytes()
        if (version := msgspec.json.decode(raw, type=_Head).format) > TAKE_FORMAT:
            raise SettingsError(
                f"This take was made by a newer version (its record is of format {version}).",
                where=str(record),
                remedy="Update vem-plugin.",
            )
        return msgspec.json.decode(raw, type=Take, dec_hook=_decode_exact)
    except OSError as error:
        raise SettingsError("There is no take here.", where=str(record), remedy=advice) from error
    except (msgspec.MsgspecError, ValueError, ZeroDivisionError) as error:
        raise SettingsError(
            f"The take's record cannot be read: {error}.", where=str(record), remedy="Score the edit again."
        ) from error


def theme_of_take(path: Path) -> ThemeCard:
    """The first theme of a take; ``path`` as in `folder_of`.

    Raises
    ------
    SettingsError
        If there is no take, or it is older than themes are kept.
    """
    cards = read_take(path).cards
    if cards is None:
        raise SettingsError("This take does not tell its theme.", where=str(path), remedy="Name its MIDI file instead.")
    return cards.themes[0]


def read_score(folder: Path, cue: CueSheet) -> Score:
    """Read a take's notes, chords and latents back.

    Raises
    ------
    SettingsError
        If ``score.npz`` is missing or damaged.
    """
    try:
        with np.load(folder / SCORE_FILE, allow_pickle=False) as arrays:
            notes = arrays["notes"].astype(NOTE)
            tones = [tuple(int(tone) for tone in np.flatnonzero(row)) for row in arrays["chord_tones"]]
            chords = tuple(Chord(int(r), t) for r, t in zip(arrays["chord_roots"], tones, strict=True))
            latents = arrays["latents"].astype(np.float32) if "latents" in arrays else None
    except (OSError, KeyError, ValueError) as error:
        raise SettingsError(
            f"The take's notes cannot be read: {error}.", where=str(folder), remedy="Score the edit again."
        ) from error
    return Score(cue, notes, chords, latents)
