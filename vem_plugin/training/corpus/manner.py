"""How a piece is played, drawn once: its habits, and the patterns and groove of each theme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vem_plugin.score.cue import CueSheet
from vem_plugin.training.corpus.bar_task import Manner, Playing
from vem_plugin.training.corpus.grooves import GROOVES, LONG_FILLS, hand_on_drums
from vem_plugin.training.corpus.pattern_book import BOOKS
from vem_plugin.training.corpus.patterns import Levels

DARK_STYLES = frozenset({"epic", "trailer", "action", "tense", "thriller"})
COUNTER_LOWS, DARK_COUNTER_LOWS = (55, 57, 60), (52, 55, 57)
HIGH_COUNTERS = {"documentary": (62, 64, 65)}
"""Styles whose harmony moves in cells of its own, above which the counter has its place."""
OSTINATO_STYLES = frozenset({"trailer", "action", "documentary", "thriller", "electronic", "synthwave"})
"""Styles whose figure and bass mostly run on through all themes, so that quick cuts do not break an ostinato."""
GAP_CHANCES = {"trailer": 0.6, "electronic": 0.5, "action": 0.4, "thriller": 0.4, "pop": 0.35, "synthwave": 0.35}
CALM_GAP = 0.15
LAYERED, COLOURED, LIFTING, BUTTON = 0.55, 0.6, 0.7, 0.8
"""How often a piece layers its opening, colours its chords, leads into marked hits, ends on a drum stroke."""
SAME_GROOVE, SAME_BASS, SAME_COMP = 0.85, 0.7, 0.75
COUNTER_FALL = 3
"""Semitones by which a dark piece's counter lies lower."""


def draw_manner(cue: CueSheet, rng: np.random.Generator) -> Manner:
    """Draw the habits of a piece."""
    lows = HIGH_COUNTERS.get(cue.style, DARK_COUNTER_LOWS if cue.style in DARK_STYLES else COUNTER_LOWS)
    mood = float(np.mean([section.valence for section in cue.sections]))
    layered, gap, colours, lifts, button = rng.random(5)
    return Manner(
        counter_low=int(rng.choice(lows)) - (COUNTER_FALL if mood < -0.2 else 0),
        layered=bool(layered < LAYERED),
        gap=bool(gap < GAP_CHANCES.get(cue.style, CALM_GAP)),
        colours=bool(colours < COLOURED),
        lifts=bool(lifts < LIFTING),
        button=bool(button < BUTTON),
    )


def draw_playings(cue: CueSheet, rng: np.random.Generator) -> tuple[Playing, ...]:
    """How each of the three themes is played; mostly one groove for the whole piece."""
    style, book = cue.style, BOOKS[cue.metre]
    variants = len(GROOVES[cue.metre][style])
    groove = int(rng.integers(variants))
    fills = LONG_FILLS[cue.metre][hand_on_drums(style)]

    def pick(levels: Levels) -> tuple[str, str, str]:
        low, middle, full = (names[rng.integers(len(names))] for names in levels)
        return low, middle, full

    def draw() -> Playing:
        """One theme's own way of being played."""
        return Playing(
            bass=pick(book.bass_of[style]),
            comp=pick(book.comp_of[style]),
            figure=pick(book.figures_of[style]),
            groove=groove if rng.random() < SAME_GROOVE else int(rng.integers(variants)),
            fill=fills[rng.integers(len(fills))],
        )

    def kin(first: Playing) -> Playing:
        """Another theme of the piece: its own figure and comping now and then, mostly the first one's bass."""
        own = draw()
        return replace(
            own,
            bass=first.bass if rng.random() < SAME_BASS else own.bass,
            comp=first.comp if rng.random() < SAME_COMP else own.comp,
        )

    first = draw()
    if style in OSTINATO_STYLES and rng.random() < 0.7:
        return first, first, kin(first) if rng.random() < 0.4 else first
    return first, kin(first), kin(first)
