"""The bars of a cue sheet, one after the other, with all that a bar inherits from its section."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from vem_plugin.score.cue import CueSheet, Section
from vem_plugin.score.notes import STEPS_PER_BEAT

QUIET, FULL = 0.35, 0.68
"""Energies below the first thin the music out (level 0); those from the second on fill it (level 2)."""


@dataclass(frozen=True, slots=True)
class CueBar:
    """A bar of a cue sheet.

    ``beat`` is its downbeat; ``place`` and ``of`` count bars inside the section (from 0); ``phrase_place``
    and ``phrase_of`` count them inside the run of neighbouring sections that share a theme, so that a tune
    goes on through quick cuts; ``level`` is the density: 0 sparse, 1 medium, 2 full.
    """

    section: Section
    section_index: int
    beat: int
    beats: int
    place: int
    of: int
    phrase_place: int
    phrase_of: int
    energy: float
    level: int

    @property
    def step(self) -> int:
        """First sixteenth."""
        return self.beat * STEPS_PER_BEAT

    @property
    def steps(self) -> int:
        """Length in sixteenths."""
        return self.beats * STEPS_PER_BEAT

    @property
    def ends_section(self) -> bool:
        """Whether the next bar belongs to another section, or to none."""
        return self.place == self.of - 1

    @property
    def ends_phrase(self) -> bool:
        """Whether the tune comes to rest here: at the end of its run, and every eighth bar."""
        return self.phrase_place == self.phrase_of - 1 or self.phrase_place % 8 == 7


def level_of(energy: float) -> int:
    """Density level (0 sparse, 1 medium, 2 full) of an energy from 0 to 1."""
    if energy < QUIET:
        return 0
    return 1 if energy < FULL else 2


def bars_of(cue: CueSheet) -> tuple[CueBar, ...]:
    """All bars of a cue sheet in order."""
    bars: list[CueBar] = []
    numbered = enumerate(cue.sections)
    for _, run in groupby(numbered, key=lambda pair: pair[1].theme):
        sections = list(run)
        phrase_of = sum(len(section.bars) for _, section in sections)
        phrase_place = 0
        for index, section in sections:
            first, last = section.energy
            beat, of = section.start, len(section.bars)
            for place, beats in enumerate(section.bars):
                energy = first + (last - first) * place / max(1, of - 1)
                bars.append(
                    CueBar(
                        section,
                        index,
                        beat,
                        beats,
                        place,
                        of,
                        phrase_place,
                        phrase_of,
                        energy,
                        level_of(energy),
                    )
                )
                beat += beats
                phrase_place += 1
    return tuple(bars)
