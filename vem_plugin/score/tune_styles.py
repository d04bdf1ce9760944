"""What makes a tune idiomatic for a style: its rhythms, its range, its favourite intervals, its forms.

Degrees are steps of the scale from the tonic at C5 (MIDI 72): -3 is the fifth below, 7 the octave above.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TuneStyle:
    """How a style sings.

    ``manner`` names its rhythms (``vem_plugin.score.cells``); ``densities`` how busy it is in a sparse, a medium and a
    full bar; ``compasses`` lowest and highest degrees to draw from; ``moves`` the weights of a repeated note, a second,
    a third, a fourth, a fifth and a sixth; ``forms`` the weights of ``FORMS`` in ``vem_plugin.score.forms``; ``pickup``
    the chance of an upbeat, ``leaning`` of a note leant on from above, ``semitones`` how much it prefers half steps;
    ``avoided`` degrees (0 to 6) that pentatonic tunes go round; ``insists`` the chance that a motif's second bar is its
    first again where they share a rhythm; ``lift`` the chance of an octave up in full sections.
    """

    manner: str
    densities: tuple[int, int, int]
    compasses: tuple[tuple[int, int], ...]
    moves: tuple[float, ...]
    forms: dict[str, float]
    pickup: float = 0.2
    leaning: float = 0.1
    semitones: float = 1.0
    avoided: frozenset[int] = frozenset()
    insists: float = 0.2
    lift: float = 0.2


MAJOR_PENTATONIC = frozenset({3, 6})
"""Degrees that a major pentatonic tune leaves out; a minor one leaves out ``MINOR_PENTATONIC``."""
MINOR_PENTATONIC = frozenset({1, 5})

SMOOTH = (0.25, 1.0, 0.4, 0.1, 0.06, 0.03)
SINGING = (0.3, 1.0, 0.5, 0.2, 0.1, 0.06)
HEROIC = (0.2, 1.0, 0.4, 0.45, 0.4, 0.1)
CHATTY = (0.9, 1.0, 0.5, 0.15, 0.06, 0.02)
DANCING = (0.25, 1.0, 0.6, 0.2, 0.1, 0.05)
CREEPING = (0.4, 1.0, 0.15, 0.06, 0.04, 0.02)

LOW = ((-5, 4), (-4, 4), (-3, 5))
MIDDLE = ((-3, 5), (-2, 6), (0, 7), (-3, 4))
HIGH = ((0, 8), (2, 9), (0, 9))

TUNE_STYLES: dict[str, TuneStyle] = {
    "epic": TuneStyle("broad", (0, 1, 1), LOW, HEROIC, {"period": 4, "sentence": 3, "song": 1}, pickup=0.3, lift=0.4),
    "trailer": TuneStyle("broad", (0, 0, 1), LOW, HEROIC, {"riff": 2, "sentence": 3, "period": 2}, lift=0.4),
    "action": TuneStyle(
        "nervous", (0, 1, 2), LOW, HEROIC, {"riff": 4, "sentence": 2, "call": 1}, lift=0.4, insists=0.5
    ),
    "emotional": TuneStyle(
        "broad", (0, 1, 1), MIDDLE, SMOOTH, {"period": 4, "sentence": 2, "song": 1}, pickup=0.45, leaning=0.35
    ),
    "documentary": TuneStyle(
        "sustained", (0, 1, 1), MIDDLE, SMOOTH, {"period": 2, "riff": 2, "call": 2}, lift=0.1, insists=0.5
    ),
    "corporate": TuneStyle("song", (0, 1, 1), MIDDLE, SINGING, {"period": 3, "riff": 2, "sentence": 1}),
    "pop": TuneStyle(
        "syncopated", (1, 2, 2), MIDDLE, CHATTY, {"riff": 4, "call": 2, "period": 2, "song": 1}, pickup=0.4
    ),
    "folk": TuneStyle(
        "dance", (0, 1, 2), MIDDLE, DANCING, {"period": 4, "song": 2, "call": 1}, pickup=0.5, avoided=MAJOR_PENTATONIC
    ),
    "lofi": TuneStyle(
        "lazy", (0, 1, 1), MIDDLE, SINGING, {"call": 3, "riff": 2, "period": 1}, avoided=MAJOR_PENTATONIC
    ),
    "ambient": TuneStyle("sustained", (0, 0, 0), MIDDLE, SINGING, {"call": 2, "riff": 2, "period": 1}, pickup=0.0),
    "tense": TuneStyle(
        "nervous", (0, 0, 1), LOW, CREEPING, {"riff": 4, "call": 2}, pickup=0.1, semitones=3.0, lift=0.1
    ),
    "thriller": TuneStyle(
        "nervous", (0, 1, 1), LOW, CREEPING, {"riff": 4, "sentence": 2}, pickup=0.1, semitones=2.0, insists=0.5
    ),
    "electronic": TuneStyle("syncopated", (0, 1, 2), MIDDLE, CHATTY, {"riff": 5, "call": 2}, pickup=0.15, insists=0.5),
    "synthwave": TuneStyle(
        "syncopated", (0, 1, 1), MIDDLE, SINGING, {"period": 2, "riff": 3, "sentence": 2}, avoided=MAJOR_PENTATONIC
    ),
    "playful": TuneStyle("short", (1, 2, 2), HIGH, DANCING, {"period": 3, "call": 3, "sentence": 1}, lift=0.0),
}
