"""Pieces on disk as columns: many pieces' arrays end to end, read by memory mapping.

A folder holds one ``.npy`` file an array.

counted in beats      ``beat``, ``direction``, ``card``, ``section`` (see ``vem_plugin.models.beat_features``); ``root``
                      and ``tones`` of the chords (tones as bits); ``latents`` once encoded
counted in notes      ``notes``
counted in sections   ``labels`` (start, beats, energy from, energy to, valence, tension); ``captions`` (numbers)
one a piece           ``caption`` (number), ``style``, ``bpm``, ``real`` (whether a person wrote it)
offsets of pieces     ``beat_offsets``, ``note_offsets``, ``section_offsets``
of the whole          ``caption_words``; ``caption_text``, their embeddings, once encoded
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.models.beat_features import BeatFeatures, features_of
from vem_plugin.models.raster import rasterise
from vem_plugin.models.storyboard_tokens import style_vector
from vem_plugin.score.cue import UNTOLD, CueSheet
from vem_plugin.score.notes import Chord
from vem_plugin.score.theme import card_features
from vem_plugin.training.corpus.build import Piece, build_piece
from vem_plugin.training.corpus.captions import caption_for, caption_of_cue
from vem_plugin.training.shots import SectionLabels

TRAIN_SEED, HELDOUT_SEED = 1, 900_000
"""Of the corpus; each piece adds its number."""
CAPTIONS_A_SECTION = 3
REAL_SHARE = 0.1
"""Share of real pieces in what is taught; they are few, so that each comes round more often than a made one."""
OFFSETS = ("beat_offsets", "note_offsets", "section_offsets")
Columns = dict[str, NDArray[Any]]


def steady_clock(cue: CueSheet) -> NDArray[np.float64]:
    """Start of every beat and the end, seconds, at the cue sheet's tempo: the corpus does not bend its tempo."""
    return np.arange(cue.beats + 1, dtype=np.float64) * (60.0 / cue.bpm)


class CaptionBook:
    """Numbers captions as they come."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number_of(self, text: str) -> int:
        """Number of a caption, new or seen before."""
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]


def build_columns(
    count: int, *, seed: int, held_out: bool = False, processes: int = 1, part: int = 500, real: Sequence[Piece] = ()
) -> Columns:
    """Build ``count`` pieces of the rule-based composer, add real ones, and make all columns but the encoded ones.

    Parts are built in parallel; the result does not depend on ``processes``. Held-out pieces take another seed, and
    progressions and wordings that training never sees.
    """
    tasks = [(first, min(first + part, count), seed, held_out) for first in range(0, count, part)]
    if processes <= 1:
        parts = [_build_part(*task) for task in tasks]
    else:
        with get_context("spawn").Pool(processes) as pool:
            parts = pool.starmap(_build_part, tasks, chunksize=1)
    if real:
        book = CaptionBook()
        parts.append((columns_of(real, book, np.random.default_rng(seed)), book.texts))
    return _joined(parts)


def _build_part(first: int, last: int, seed: int, held_out: bool) -> tuple[Columns, list[str]]:
    book, rng = CaptionBook(), np.random.default_rng([seed, first, 1])
    pieces = (build_piece(number, seed=seed, held_out=held_out) for number in range(first, last))
    return columns_of(pieces, book, rng, held_out=held_out), book.texts


def _joined(parts: Sequence[tuple[Columns, list[str]]]) -> Columns:
    book = CaptionBook()
    for columns, texts in parts:
        numbers = np.array([book.number_of(text) for text in texts], np.int32)
        columns["caption"], columns["captions"] = numbers[columns["caption"]], numbers[columns["captions"]]
    joined = {name: np.concatenate([columns[name] for columns, _ in parts]) for name in parts[0][0]}
    for name in OFFSETS:
        sizes = np.concatenate([np.diff(columns[name]) for columns, _ in parts])
        joined[name] = np.concatenate([[0], np.cumsum(sizes)])
    joined["caption_words"] = np.array(book.texts)
    return joined


def columns_of(
    pieces: Iterable[Piece], book: CaptionBook, rng: np.random.Generator, *, held_out: bool = False
) -> Columns:
    """Columns of pieces; captions are drawn with ``rng`` (real pieces bring their own) and numbered by ``book``."""
    parts: dict[str, list[NDArray[Any]]] = {}
    sizes: list[tuple[int, int, int]] = []
    for piece in pieces:
        row = _columns_of_piece(piece, book, rng, held_out=held_out)
        sizes.append((len(row["beat"]), len(row["notes"]), len(row["labels"])))
        for name, values in row.items():
            parts.setdefault(name, []).append(values)
    columns = {name: np.concatenate(values) for name, values in parts.items()}
    offsets = np.concatenate([np.zeros((1, 3), np.int64), np.cumsum(sizes, axis=0)])
    columns.update(zip(OFFSETS, offsets.T, strict=True))
    return columns


def _columns_of_piece(piece: Piece, book: CaptionBook, rng: np.random.Generator, *, held_out: bool) -> Columns:
    cue = piece.cue
    real = cue.style == UNTOLD
    features = features_of(cue, steady_clock(cue)[:-1])
    labels = [(s.start, s.beats, *s.energy, s.valence, s.tension) for s in cue.sections]
    captions = [
        [
            book.number_of(section.caption if real else caption_for(section, cue, rng, held_out=held_out))
            for _ in range(CAPTIONS_A_SECTION)
        ]
        for section in cue.sections
    ]
    caption = cue.caption if real else caption_of_cue(cue, rng, held_out=held_out)
    return {
        "beat": features.beat.astype(np.float16),
        "direction": features.direction.astype(np.float16),
        "card": card_features(cue, piece.theme).astype(np.float16),
        "section": features.section.astype(np.int16),
        "root": np.array([chord.root for chord in piece.chords], np.uint8),
        "tones": np.array([sum(1 << tone % 12 for tone in set(chord.tones)) for chord in piece.chords], np.uint16),
        "notes": piece.notes,
        "labels": np.array(labels, np.float32),
        "captions": np.array(captions, np.int32),
        "caption": np.array([book.number_of(caption)], np.int32),
        "style": style_vector(cue)[None],
        "bpm": np.array([cue.bpm], np.float32),
        "real": np.array([real]),
    }


def save_columns(folder: Path, columns: Columns) -> None:
    """Write columns into a folder, one ``.npy`` file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in columns.items():
        np.save(folder / f"{name}.npy", values)


@dataclass(frozen=True)
class PieceColumns:
    """The columns of a folder; pieces are numbered from 0."""

    columns: Columns

    @classmethod
    def open(cls, folder: Path) -> PieceColumns:
        """Map all columns of a folder into memory.

        Raises
        ------
        SettingsError
            If there are none.
        """
        columns = {file.stem: np.load(file, mmap_mode="r") for file in sorted(folder.glob("*.npy"))}
        if not columns:
            raise SettingsError(
                "There is no corpus here.",
                where=str(folder),
                remedy="Run 'vem train corpus' first, or name its folder with --data.",
            )
        return cls(columns)

    def __len__(self) -> int:
        return len(self.columns["bpm"])

    @property
    def beats(self) -> NDArray[np.int64]:
        """Length of every piece in beats."""
        return np.diff(self.columns["beat_offsets"])

    def numbers(self, *, real: bool) -> NDArray[np.int64]:
        """Numbers of the real or of the made pieces."""
        return np.flatnonzero(np.asarray(self.columns["real"]) == real)

    def epoch(self, rng: np.random.Generator, *, real_share: float = REAL_SHARE) -> NDArray[np.int64]:
        """An order of lessons: every made piece once, real ones as often as their share wants, shuffled."""
        made, real = self.numbers(real=False), self.numbers(real=True)
        wanted = round(len(made) * real_share / (1 - real_share)) if len(made) and len(real) else len(real)
        rounds = [rng.permutation(real) for _ in range(-(-wanted // max(1, len(real))))]
        return rng.permutation(np.concatenate([made, np.concatenate([real[:0], *rounds])[:wanted]]))

    def beatwise(self, name: str, number: int) -> NDArray[Any]:
        """Rows of a column counted in beats that belong to one piece."""
        first, last = self.columns["beat_offsets"][number : number + 2]
        return self.columns[name][first:last]

    def notes(self, number: int) -> NDArray[Any]:
        """Notes of a piece, dtype ``NOTE``."""
        first, last = self.columns["note_offsets"][number : number + 2]
        return self.columns["notes"][first:last]

    def chords(self, number: int) -> list[Chord]:
        """Chords of a piece, one a beat."""
        roots, tones = self.beatwise("root", number), self.beatwise("tones", number)
        return [
            Chord(int(root), tuple(tone for tone in range(12) if bits >> tone & 1))
            for root, bits in zip(roots, tones.astype(int), strict=True)
        ]

    def raster(self, number: int) -> NDArray[np.float32]:
        """Raster of a piece, (beats, BEAT_SIZE)."""
        chords = self.chords(number)
        return rasterise(self.notes(number), chords, len(chords))

    def features(self, number: int) -> BeatFeatures:
        """Beat and direction features of a piece."""
        return BeatFeatures(
            np.asarray(self.beatwise("beat", number), np.float32),
            np.asarray(self.beatwise("direction", number), np.float32),
            np.asarray(self.beatwise("section", number), np.int64),
        )

    def labels(self, number: int) -> SectionLabels:
        """Section labels of a piece."""
        first, last = self.columns["section_offsets"][number : number + 2]
        table = np.asarray(self.columns["labels"][first:last], np.float32)
        return SectionLabels(
            start=table[:, 0].astype(np.int64),
            beats=table[:, 1].astype(np.int64),
            energy=table[:, 2:4],
            valence=table[:, 4],
            tension=table[:, 5],
            captions=np.asarray(self.columns["captions"][first:last], np.int64),
        )

    def clock(self, number: int) -> NDArray[np.float64]:
        """Start of every beat and the end, seconds."""
        return np.arange(self.beats[number] + 1) * (60.0 / float(self.columns["bpm"][number]))
