"""Progressions: the loop of a theme, led by cadences, suspensions and pedals as its style likes them.

A loop of four bars that goes round is a language of its own (pop, club, ambient music); where a style thinks in periods
its eight-bar answer is made here: half cadence in the middle, a cadence at the end, now and then a deceptive one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vem_plugin.score.chance import happens, pick
from vem_plugin.score.chords import ChordBar, Loop, LoopChord, loops_of
from vem_plugin.score.cue import SCALES
from vem_plugin.score.loops import FAMILIES, FAMILY_LOOPS, HELD_OUT_LOOPS, LOOPS

PERIOD = 8
"""Bars of a period."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a family treats its loops: chances of a period with cadences, a held fourth, a pedal, slow chords."""

    period: float
    suspension: float
    pedal: float
    slow: float


MANNERS: dict[str, Manners] = {
    "cinematic": Manners(period=0.4, suspension=0.35, pedal=0.15, slow=0.25),
    "tender": Manners(period=0.5, suspension=0.4, pedal=0.12, slow=0.15),
    "song": Manners(period=0.3, suspension=0.25, pedal=0.04, slow=0.0),
    "folk": Manners(period=0.65, suspension=0.1, pedal=0.06, slow=0.0),
    "jazz": Manners(period=0.15, suspension=0.2, pedal=0.04, slow=0.0),
    "air": Manners(period=0.05, suspension=0.1, pedal=0.25, slow=0.85),
    "dark": Manners(period=0.2, suspension=0.2, pedal=0.35, slow=0.35),
    "club": Manners(period=0.1, suspension=0.15, pedal=0.08, slow=0.1),
}

CADENCES: dict[str, tuple[tuple[Loop, ...], tuple[Loop, ...]]] = {
    "major": (
        loops_of(
            "2:min,7:dom7 0:maj",
            "5:maj,7:maj 0:maj",
            "0:maj/7,7:dom7 0:maj",
            "7:sus4,7:maj 0:maj",
            "5:maj 0:maj",
            "5:min 0:maj",
        ),
        loops_of("5:maj,7:maj 9:min", "2:min,7:maj 9:min"),
    ),
    "minor": (
        loops_of(
            "5:min,7:maj 0:min",
            "2:min7b5,7:dom7 0:min",
            "0:min/7,7:maj 0:min",
            "8:maj,10:maj 0:min",
            "5:min 0:min",
        ),
        loops_of("5:min,7:maj 8:maj"),
    ),
    "dorian": (loops_of("5:maj 0:min", "10:maj 0:min", "3:maj,5:maj 0:min"), loops_of("5:maj 10:maj")),
    "mixolydian": (loops_of("10:maj,5:maj 0:maj", "7:min 0:maj", "10:maj 0:maj"), loops_of("10:maj 5:maj")),
    "phrygian": (loops_of("10:min,1:maj 0:min", "1:maj 0:min", "10:min 0:min"), loops_of("1:maj 8:maj")),
    "lydian": (loops_of("2:maj 0:maj", "2:maj,7:maj 0:maj", "11:min 0:maj"), loops_of("2:maj 9:min")),
}
"""Two bars that end a period, by mode: those that close on the tonic, and deceptive ones."""
DECEPTIVE = 0.1

HALF_CADENCES: dict[str, Loop] = {
    "major": loops_of("7:maj 7:sus4,7:maj 2:dom7,7:maj")[0],
    "minor": loops_of("7:maj 7:sus4,7:maj 10:maj")[0],
    "dorian": loops_of("5:maj 10:maj")[0],
    "mixolydian": loops_of("10:maj 7:min")[0],
    "phrygian": loops_of("1:maj 10:min")[0],
    "lydian": loops_of("2:maj 7:maj")[0],
}
"""The bar on which the first half of a period stays open, by mode."""

CLOSINGS: dict[str, Loop] = {
    "major": loops_of("7:sus4,7:maj 2:min,7:dom7 7:maj 5:maj 5:min")[0],
    "minor": loops_of("7:sus4,7:maj 5:min,7:maj 7:maj 8:maj,10:maj 5:min")[0],
    "dorian": loops_of("5:maj 10:maj 3:maj,5:maj")[0],
    "mixolydian": loops_of("10:maj 10:maj,5:maj 7:min")[0],
    "phrygian": loops_of("10:min 1:maj 10:min,1:maj")[0],
    "lydian": loops_of("2:maj 2:maj,7:maj")[0],
}
"""The bar that leads home at the end of a piece, by mode, the strongest first."""

MINOR_MODES = frozenset({"minor", "dorian", "phrygian"})


def loops_for(style: str, mode: str, *, held_out: bool = False) -> tuple[Loop, ...]:
    """Loops that a style may use in a mode; with ``held_out`` those that are kept from training."""
    if held_out:
        return HELD_OUT_LOOPS[mode]
    return FAMILY_LOOPS.get((FAMILIES[style], mode), LOOPS[mode])


def manners_of(style: str) -> Manners:
    """How a style treats its loops."""
    return MANNERS[FAMILIES[style]]


def draw_progression(rng: np.random.Generator, style: str, mode: str, loop: Loop) -> Loop:
    """A loop as a theme uses it: perhaps a period of eight bars with cadences, suspensions, or all over one pedal."""
    manners = manners_of(style)
    if len(loop) < PERIOD and happens(rng, manners.period):
        answered = _with_cadences(rng, mode, loop)
        if not _is_held_out(answered, mode):
            loop = answered
    if happens(rng, manners.pedal) and _may_stand_on_a_pedal(loop):
        return over_pedal(loop, 0 if happens(rng, 0.85) else 7)
    return tuple(_suspended(bar, mode) if happens(rng, manners.suspension) else bar for bar in loop)


def _with_cadences(rng: np.random.Generator, mode: str, loop: Loop) -> Loop:
    """Eight bars of a loop of four: an open ending, the beginning again, and a cadence."""
    closing, deceptive = CADENCES[mode]
    middle = loop[3] if happens(rng, 0.4) and 0 not in loop[3][-1].tones else pick(rng, HALF_CADENCES[mode])
    return (*loop[:3], middle, *loop[:2], *pick(rng, deceptive if happens(rng, DECEPTIVE) else closing))


def _is_held_out(loop: Loop, mode: str) -> bool:
    """Whether a half of a loop of eight, or all of it, is a held-out loop."""
    return any(part in HELD_OUT_LOOPS[mode] for part in (loop, loop[:4], loop[4:]))


def _may_stand_on_a_pedal(loop: Loop) -> bool:
    return all(chord.over is None for bar in loop for chord in bar)


def over_pedal(loop: Loop, pedal: int) -> Loop:
    """A loop over one held bass note, a pitch class."""
    return tuple(tuple(chord if chord.root == pedal else chord._replace(over=pedal) for chord in bar) for bar in loop)


def _suspended(bar: ChordBar, mode: str) -> ChordBar:
    """The bar with its third held back by a fourth, where it is one plain dominant or subtonic chord."""
    if len(bar) != 1 or bar[0].quality not in ("maj", "dom7") or bar[0].root == 0:
        return bar
    if (bar[0].root + 5) % 12 not in SCALES[mode]:
        return bar
    return (bar[0]._replace(quality="sus4"), bar[0])


def tonic_of(mode: str) -> LoopChord:
    """The chord a piece in this mode comes home to."""
    return LoopChord(0, "min" if mode in MINOR_MODES else "maj")


def last_push_of(mode: str) -> LoopChord:
    """The chord just before a final chord that is struck on the last beat."""
    return {
        "dorian": LoopChord(5, "maj"),
        "mixolydian": LoopChord(10, "maj"),
        "phrygian": LoopChord(10, "min"),
        "lydian": LoopChord(2, "maj"),
    }.get(mode, LoopChord(7, "maj"))


def dominant_into(shift: int) -> ChordBar:
    """The bar before a modulation: the dominant of a tonic ``shift`` semitones higher, its third held back."""
    root = (7 + shift) % 12
    return (LoopChord(root, "dom7sus4"), LoopChord(root, "dom7"))
