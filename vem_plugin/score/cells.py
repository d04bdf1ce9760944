"""Rhythm cells: one bar of tune without pitches, by metre, manner and density.

Written as lengths in sixteenths that add up to the bar; ``r`` marks a rest. In 6/8 a beat is an eighth of four steps,
so the lilt of quarter and eighth is ``8 4``.
"""

from __future__ import annotations

Cell = tuple[tuple[int, int], ...]
"""Starts and lengths of the notes of a bar, in sixteenths from its downbeat."""


def _cell(text: str) -> Cell:
    notes: list[tuple[int, int]] = []
    start = 0
    for word in text.split():
        length = int(word.lstrip("r"))
        if not word.startswith("r"):
            notes.append((start, length))
        start += length
    return tuple(notes)


def _cells(*densities: str) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(_cell(text) for text in texts.split(",")) for texts in densities)


CELLS: dict[int, dict[str, tuple[tuple[Cell, ...], ...]]] = {
    4: {
        "sustained": _cells(
            "16, 12 r4, 8 8, r4 12, r8 8, 12 4", "8 8, 12 4, 4 12, r4 4 8, 6 10", "8 4 4, 4 4 8, 6 2 8"
        ),
        "broad": _cells(
            "16, 8 8, 12 4, 8 8, r4 12",
            "6 2 8, 8 4 4, 4 4 8, 12 2 2, 4 8 4, 8 6 2, r4 4 8",
            "6 2 4 4, 4 4 4 4, 4 2 2 8, 8 2 2 4, 6 2 6 2",
        ),
        "song": _cells(
            "16, 8 8, 12 4, r4 12",
            "6 2 8, 4 4 8, r4 4 4 4, 8 4 4, 4 2 2 8, 2 2 4 8",
            "2 2 4 4 4, 4 2 2 4 4, 2 2 2 2 8, r2 2 2 2 4 4, 4 4 2 2 4",
        ),
        "syncopated": _cells(
            "6 10, 12 4, r2 14, 16",
            "3 3 10, 6 6 4, 3 3 2 8, r2 6 8, 6 4 6, 3 5 8",
            "3 3 4 2 4, 2 2 2 4 2 4, 3 3 2 2 2 4, r2 2 2 4 2 4, 2 4 2 2 6, 3 3 3 3 4, 2 2 4 2 2 r4",
        ),
        "lazy": _cells(
            "r4 12, 6 10, r2 6 r8, 12 r4",
            "r4 2 2 8, 4 2 6 4, r2 2 4 8, 6 2 r4 4, 2 6 8, 3 5 r2 6",
            "r2 2 2 2 4 4, 2 2 6 2 4, 3 3 2 4 r4, r4 2 2 2 6",
        ),
        "dance": _cells(
            "8 8, 12 4, 16",
            "6 2 4 4, 4 4 6 2, 4 2 2 8, 4 4 8",
            "4 2 2 4 2 2, 2 2 2 2 4 4, 6 2 2 2 4, 4 2 2 2 2 4, 3 1 4 3 1 4, 2 2 4 2 2 4",
        ),
        "short": _cells(
            "2 r6 2 r6, 4 r4 4 r4, r4 2 r2 4 r4",
            "2 r2 2 r2 4 r4, 2 2 2 r2 4 r4, r4 2 2 2 r2 4, 4 2 r2 4 2 r2",
            "2 r2 2 r2 2 2 4, 1 1 2 2 r2 2 r2 4, 2 2 2 r2 2 2 2 r2, 2 r2 1 1 2 2 r2 4, r2 2 2 2 2 r2 4, 3 1 2 2 3 1 4",
        ),
        "nervous": _cells(
            "r4 12, 12 4, r8 8, 14 2",
            "2 r2 2 10, r4 2 2 8, 12 2 2, 3 3 10, 2 2 12",
            "2 2 2 r2 2 2 4, 2 2 8 2 2, 3 3 2 3 3 2, r2 2 2 2 8, 2 2 2 2 2 6",
        ),
    },
    3: {
        "sustained": _cells("12, 8 4, r4 8", "8 4, 4 8, 6 6", "4 4 4, 6 2 4"),
        "broad": _cells("12, 8 4, 4 8", "6 2 4, 8 2 2, 4 4 4, 8 4", "4 2 2 4, 6 2 2 2, 4 4 2 2, 2 2 4 4"),
        "dance": _cells("12, 8 4", "4 4 4, 6 2 4, 8 4, 4 8", "2 2 4 4, 4 2 2 4, 2 2 2 2 4, 4 2 2 2 2, 3 1 4 4"),
        "syncopated": _cells("8 4, 12", "6 6, 2 6 4, r2 2 4 4, 4 6 2", "2 2 2 2 4, 6 2 2 2, r2 2 2 2 4, 3 3 2 4"),
        "short": _cells(
            "4 r8, 2 r2 2 r6, 4 r4 4",
            "2 r2 2 r2 4, 4 2 r2 2 r2, r4 2 r2 4",
            "2 2 2 r2 4, 1 1 2 2 r2 4, 2 r2 2 2 4, 3 1 2 2 4",
        ),
        "nervous": _cells("r4 8, 12", "2 2 8, 10 2, r2 2 8, 6 6", "2 2 2 2 4, 3 3 6, 2 2 4 2 2"),
    },
    6: {
        "sustained": _cells("24, 12 12, 20 4, r4 20", "12 12, 20 4, 12 8 4", "12 8 4, 8 4 12"),
        "broad": _cells("24, 12 12, 20 4", "8 4 12, 12 8 4, 8 4 8 4, 12 4 4 4, 20 4", "8 4 4 4 4, 6 2 4 12, 4 4 4 8 4"),
        "dance": _cells(
            "12 12, 24",
            "8 4 8 4, 8 4 12, 12 8 4, 4 8 8 4",
            "4 4 4 8 4, 8 4 4 4 4, 6 2 4 8 4, 4 4 4 12, 8 2 2 8 4, 4 4 4 6 2 4",
        ),
        "short": _cells(
            "4 r8 4 r8, 8 r4 8 r4",
            "8 4 4 r8, 4 r4 4 8 r4, 4 r4 4 4 r8",
            "4 4 4 4 r8, 4 2 2 4 8 r4, 4 r4 4 4 4 4, 6 2 4 4 r8",
        ),
        "nervous": _cells("r12 12, 24, 20 4", "4 8 12, 4 4 16, 16 4 4, r4 8 12", "4 4 4 4 8, 2 2 8 2 2 8, 4 4 4 12"),
    },
}
"""Cells by metre, manner and density (0 sparse, 1 medium, 2 busy)."""

CADENCE_CELLS: dict[int, tuple[tuple[Cell, ...], ...]] = {
    4: (
        (((0, 16),), ((0, 8), (8, 8))),
        (((0, 4), (4, 4), (8, 8)), ((0, 6), (6, 2), (8, 8)), ((0, 8), (8, 8))),
        (((0, 2), (2, 2), (4, 4), (8, 8)), ((0, 4), (4, 2), (6, 2), (8, 8)), ((0, 4), (4, 4), (8, 8))),
    ),
    3: (
        (((0, 12),), ((0, 4), (4, 8))),
        (((0, 4), (4, 8)), ((0, 2), (2, 2), (4, 8)), ((0, 12),)),
        (((0, 2), (2, 2), (4, 8)), ((0, 4), (4, 8))),
    ),
    6: (
        (((0, 24),), ((0, 12), (12, 12))),
        (((0, 8), (8, 4), (12, 12)), ((0, 12), (12, 12))),
        (((0, 4), (4, 4), (8, 4), (12, 12)), ((0, 8), (8, 4), (12, 12))),
    ),
}
"""Rhythms of a bar in which a phrase ends, by metre and density: an approach, then a long note."""
INSTEAD: dict[str, str] = {"song": "dance", "lazy": "syncopated", "syncopated": "dance"}
"""The manner that a metre uses where it has none of that name."""


def cells_of(metre: int, manner: str, density: int) -> tuple[Cell, ...]:
    """Cells of a metre (``METRES``), a manner and a density."""
    by_manner = CELLS[metre]
    while manner not in by_manner:
        manner = INSTEAD[manner]
    return by_manner[manner][density]
