"""The lift: the last return of the first theme at the peak, a step higher from there to the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vem_plugin.direct.energies import Character
from vem_plugin.direct.scenes import Scene

LIFTING = frozenset({"pop", "corporate", "epic", "emotional", "folk", "playful"})
"""Styles in which songs and scores do this."""
CHANCE = 0.45
"""How often it is done where it can be; most takes have no such place, and one in seven to one in four gets it."""
STEPS, SHARES = (2, 1, 3), (0.7, 0.2, 0.1)
"""Semitones, and how often."""
NEAR_PEAK = 0.25
"""How far below the fullest scene still counts as the peak."""
SHORTEST = 8
"""Beats that must be left."""


def shifts_of(
    scenes: Sequence[Scene],
    characters: Sequence[Character],
    themes: Sequence[int],
    *,
    style: str,
    rng: np.random.Generator,
) -> tuple[int, ...]:
    """Semitones by which every scene lies higher: 0, and from the lift to the end a step.

    The lift falls on the last scene that is about the fullest and has the first theme again, after another one.
    Editors' notes from there on forbid it.
    """
    lifts = rng.random() < CHANCE
    step = int(rng.choice(STEPS, p=SHARES))
    fullest = max(character.mean for character in characters)
    returns = [
        number
        for number, theme in enumerate(themes)
        if theme == 0 and any(themes[:number]) and characters[number].mean >= fullest - NEAR_PEAK
    ]
    if not lifts or not returns or style not in LIFTING:
        return (0,) * len(scenes)
    first = returns[-1]
    beats = sum(bar.beats for scene in scenes[first:] for bar in scene.bars)
    if beats < SHORTEST or any(scene.notes for scene in scenes[first:]):
        return (0,) * len(scenes)
    return (0,) * first + (step,) * (len(scenes) - first)
