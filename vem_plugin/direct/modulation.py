"""The lift: the last return of the first theme, at the peak, a step higher."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vem_plugin.direct.energies import Character
from vem_plugin.direct.scenes import Scene

LIFTING = frozenset({"pop", "corporate", "epic", "emotional", "folk", "playful"})
"""Styles in which songs and scores do this."""
CHANCE = 0.4
"""How often it is done where it can be: about one take in five of these styles, as most takes have no such place."""
STEPS, SHARES = (2, 1, 3), (0.7, 0.2, 0.1)
"""Semitones, and how often."""
NEAR_PEAK = 0.12
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

    The lift falls on the last scene with the first theme, if another theme came before it and it is about the fullest.
    Editors' notes from there on forbid it.
    """
    lifts = rng.random() < CHANCE
    step = int(rng.choice(STEPS, p=SHARES))
    last = max(number for number, theme in enumerate(themes) if theme == 0)
    fullest = max(character.mean for character in characters)
    beats = sum(bar.beats for scene in scenes[last:] for bar in scene.bars)
    fitting = (
        style in LIFTING
        and any(themes[:last])
        and characters[last].mean >= fullest - NEAR_PEAK
        and beats >= SHORTEST
        and not any(scene.notes for scene in scenes[last:])
    )
    if not (lifts and fitting):
        return (0,) * len(scenes)
    return (0,) * last + (step,) * (len(scenes) - last)
