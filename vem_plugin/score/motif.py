"""Motifs: two bars of tune that can be recognised when they come back.

A motif is drawn once per theme at the density of its fullest bar and *thinned*, never redrawn, for quieter
ones: the kept beats keep their degrees, so the ear finds the tune again. Degrees are diatonic steps from the
theme's central note. The second bar mostly answers the first with the same rhythm, moved by a step or two (a
sequence), as tunes do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BAR = 16
"""Sixteenths of a full bar; a motif spans two."""
LOWEST, HIGHEST = -3, 8
STABLE = (-3, 0, 2, 4, 7)
"""Degrees on which a phrase can begin or rest: the triad around the central note."""


class MotifNote(NamedTuple):
    """A note of a motif: first sixteenth (0 to 31), length in sixteenths, steps from the central note."""

    start: int
    length: int
    degree: int


Motif = tuple[MotifNote, ...]
Cell = tuple[tuple[int, int], ...]

CELLS: tuple[tuple[Cell, ...], ...] = (
    (
        ((0, 16),),
        ((0, 12),),
        ((0, 8), (8, 8)),
        ((4, 12),),
        ((0, 12), (12, 4)),
        ((0, 6), (6, 10)),
    ),
    (
        ((0, 6), (6, 2), (8, 8)),
        ((0, 4), (4, 4), (8, 8)),
        ((0, 3), (3, 3), (6, 10)),
        ((0, 8), (8, 4), (12, 4)),
        ((4, 4), (8, 4), (12, 4)),
        ((0, 6), (6, 6), (12, 4)),
        ((0, 6), (6, 2), (8, 6), (14, 2)),
    ),
    (
        ((0, 2), (2, 2), (4, 4), (8, 4), (12, 4)),
        ((0, 2), (2, 2), (4, 2), (6, 2), (8, 8)),
        ((0, 3), (3, 3), (6, 2), (8, 2), (10, 2), (12, 4)),
        ((2, 2), (4, 2), (6, 2), (8, 4), (12, 2), (14, 2)),
        ((0, 4), (4, 2), (6, 2), (8, 4), (12, 4)),
        ((0, 3), (3, 1), (4, 4), (8, 3), (11, 1), (12, 4)),
        ((0, 6), (6, 2), (8, 2), (10, 2), (12, 4)),
    ),
)
"""Rhythms of one bar as (start, length) in sixteenths, by density."""

CONTOURS: tuple[tuple[float, ...], ...] = (
    (0.0, 0.6, 1.0, 0.7, 0.2),
    (0.0, 0.3, 0.6, 0.9, 1.0),
    (1.0, 0.8, 0.5, 0.3, 0.0),
    (0.5, 1.0, 0.5, 0.0, 0.3),
    (0.6, 0.2, 0.0, 0.4, 0.8),
    (0.0, 1.0, 0.7, 0.4, 0.1),
)
"""Shapes of a bar of tune, low 0 to high 1: arch, climb, fall, wave, dip, leap and fall."""


def draw_motif(rng: np.random.Generator, density: int, *, around: int = 0) -> Motif:
    """Draw a two-bar motif.

    Parameters
    ----------
    rng : numpy.random.Generator
    density : int
        0 sparse, 1 medium, 2 busy.
    around : int
        Diatonic steps by which the whole motif lies above the central note.
    """
    first = _draw_bar(rng, _draw_cell(rng, density), around)
    follows = rng.random() < 0.55
    second = _sequence(rng, first) if follows else _draw_bar(rng, _draw_cell(rng, density), around)
    notes = [*first, *(note._replace(start=note.start + BAR) for note in second)]
    notes[-1] = notes[-1]._replace(degree=_nearest_stable(notes[-1].degree))
    return tuple(notes)


def draw_answer(rng: np.random.Generator, motif: Motif, density: int) -> Motif:
    """Draw the second phrase of a theme: mostly the motif's rhythm on another line, a little higher."""
    if rng.random() < 0.35:
        return draw_motif(rng, density, around=2)
    cells = [tuple((n.start % BAR, n.length) for n in motif if n.start // BAR == bar) for bar in (0, 1)]
    first, second = (_draw_bar(rng, cell, 2) for cell in cells)
    return (*first, *(note._replace(start=note.start + BAR) for note in second))


def thin_motif(motif: Motif, density: int) -> Motif:
    """Thin a motif to a lower density (0 or 1), keeping the degrees of the beats that stay."""
    grid, hold, rest = ((8, 8, 12), (4, 4, 6))[density]
    thinned: list[MotifNote] = []
    for bar in (0, 1):
        notes = [note for note in motif if note.start // BAR == bar]
        kept = [n for n in notes if n.start % grid == 0 or (density == 1 and n.length >= 3)] or notes[:1]
        ends = [note.start for note in kept[1:]] + [BAR * (bar + 1)]
        for number, (note, end) in enumerate(zip(kept, ends, strict=True)):
            wanted = max(note.length, hold if number + 1 < len(kept) else rest)
            thinned.append(note._replace(length=min(end - note.start, wanted)))
    return tuple(thinned)


def _draw_cell(rng: np.random.Generator, density: int) -> Cell:
    return CELLS[density][rng.integers(len(CELLS[density]))]


def _draw_bar(rng: np.random.Generator, cell: Cell, around: int) -> tuple[MotifNote, ...]:
    """Lay a contour over a rhythm: no leap wider than a sixth, no note thrice in a row."""
    contour = CONTOURS[rng.integers(len(CONTOURS))]
    span = float(rng.choice((2, 3, 4, 5), p=(0.2, 0.35, 0.3, 0.15)))
    base = around + int(rng.choice((-1, 0, 0, 2)))
    places = np.interp([start / BAR for start, _ in cell], np.linspace(0, 1, len(contour)), contour)
    wobble = rng.integers(-1, 2, len(cell))
    notes: list[MotifNote] = []
    for number, (start, length) in enumerate(cell):
        degree = base + round(span * float(places[number])) + (int(wobble[number]) if number else 0)
        if notes:
            degree = max(notes[-1].degree - 5, min(notes[-1].degree + 5, degree))
        if len(notes) > 1 and degree == notes[-1].degree == notes[-2].degree:
            degree += 1 if wobble[number] >= 0 else -1
        if not number:
            degree = _nearest_stable(degree)
        notes.append(MotifNote(start, length, max(LOWEST, min(HIGHEST, degree))))
    return tuple(notes)


def _sequence(rng: np.random.Generator, bar: tuple[MotifNote, ...]) -> tuple[MotifNote, ...]:
    """The bar again, a step or two away, its last note bent by a step."""
    shift = int(rng.choice((-2, -1, 1, 2), p=(0.25, 0.35, 0.2, 0.2)))
    moved = [note._replace(degree=max(LOWEST, min(HIGHEST, note.degree + shift))) for note in bar]
    bend = int(rng.choice((-1, 0, 1)))
    moved[-1] = moved[-1]._replace(degree=max(LOWEST, min(HIGHEST, moved[-1].degree + bend)))
    return tuple(moved)


def _nearest_stable(degree: int) -> int:
    return min(STABLE, key=lambda stable: (abs(stable - degree), stable))
