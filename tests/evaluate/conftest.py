"""A piece small enough to count by hand: sixteen bars of four, C and G by turns, one note a beat in some roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from vem_plugin.score.chords import LoopChord
from vem_plugin.score.cue import ROLES, CueSheet, Section
from vem_plugin.score.notes import NOTE, Chord
from vem_plugin.score.theme import RealisedTheme, ThemeNote
from vem_plugin.training.corpus.build import Piece, build_piece

BARS = 16
BEATS = 4 * BARS
MakePiece = Callable[..., Piece]
TONIC, DOMINANT = LoopChord(0, "maj"), LoopChord(7, "maj")
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def plain_cue(**changes: object) -> CueSheet:
    """Two sections of eight bars, soft then loud, everybody playing; the last bar holds the last chord."""
    sections = tuple(
        Section(8 * 4 * index, (4,) * 8, (energy, energy + 0.1), 0.5, 0.2, 0, frozenset(ROLES))
        for index, energy in enumerate((0.2, 0.7))
    )
    cue = CueSheet("pop", "major", 0, 120.0, sections, {}, frozenset(), BEATS - 4)
    return replace(cue, **changes)  # pyright: ignore[reportArgumentType]


def notes_of(rows: Iterable[tuple[int, int, int, int, int]]) -> np.ndarray:
    """Notes by role, step, length, pitch and velocity."""
    return np.array(sorted(rows, key=lambda row: row[1]), NOTE)


def piece_of(rows: Iterable[tuple[int, int, int, int, int]], **changes: object) -> Piece:
    """A piece over ``plain_cue``, in C and G by turns of a bar, whose theme sings the scale in crotchets."""
    cue = plain_cue(**changes)
    told = [TONIC if beat // 4 % 2 == 0 else DOMINANT for beat in range(BEATS)]
    chords = tuple(Chord(chord.root, tuple(tone % 12 for tone in chord.tones)) for chord in told)
    melody = tuple(ThemeNote(4 * beat, 4, 72 + SCALE[beat % 8]) for beat in range(cue.end_beat))
    theme = RealisedTheme(tuple(told), (0,) * BEATS, (0,) * BEATS, melody, frozenset())
    return Piece(cue, theme, notes_of(rows), chords)


@pytest.fixture(scope="session")
def make_piece() -> MakePiece:
    return piece_of


@pytest.fixture(scope="session")
def scale() -> list[tuple[int, int, int, int, int]]:
    """The theme as told, sung on every beat before the last chord."""
    return [(4, 4 * beat, 4, 72 + SCALE[beat % 8], 80) for beat in range(BEATS - 4)]


@pytest.fixture(scope="session")
def taught() -> list[Piece]:
    """A few pieces of the rule-based composer."""
    return [build_piece(number, seed=4242) for number in range(24)]
