"""Cue sheets without captions for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vem_plugin.score.cue import ROLES, CueSheet, Section

MakeCue = Callable[..., CueSheet]


@pytest.fixture(scope="session")
def make_cue() -> MakeCue:
    """Makes a cue sheet of whole bars; one number of bars, theme, energy and shift a section."""

    def make(
        *bars: int,
        style: str = "folk",
        mode: str = "major",
        metre: int = 4,
        themes: tuple[int, ...] = (),
        energies: tuple[float, ...] = (),
        shifts: tuple[int, ...] = (),
    ) -> CueSheet:
        sections, start = [], 0
        for number, count in enumerate(bars):
            energy = energies[number] if energies else 0.5
            theme = themes[number] if themes else 0
            shift = shifts[number] if shifts else 0
            beats = (metre,) * count
            sections.append(Section(start, beats, (energy, energy), 0.4, 0.3, theme, frozenset(ROLES), shift=shift))
            start += metre * count
        return CueSheet(style, mode, 0, 100.0, tuple(sections), {}, frozenset(), start - metre, metre=metre)

    return make
