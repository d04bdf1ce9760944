"""Which modes a style is at home in, and how bright each mode sounds."""

from __future__ import annotations

MODE_SHARES: dict[str, dict[str, float]] = {
    "epic": {"minor": 0.75, "major": 0.15, "dorian": 0.1},
    "trailer": {"minor": 0.85, "phrygian": 0.15},
    "action": {"minor": 0.7, "dorian": 0.15, "phrygian": 0.15},
    "emotional": {"major": 0.5, "minor": 0.4, "lydian": 0.1},
    "documentary": {"major": 0.4, "minor": 0.25, "dorian": 0.2, "lydian": 0.15},
    "pop": {"major": 0.85, "mixolydian": 0.15},
    "thriller": {"minor": 0.7, "phrygian": 0.3},
    "synthwave": {"minor": 0.6, "dorian": 0.25, "major": 0.15},
    "ambient": {"major": 0.4, "minor": 0.3, "lydian": 0.2, "dorian": 0.1},
    "corporate": {"major": 0.9, "mixolydian": 0.1},
    "lofi": {"major": 0.4, "minor": 0.25, "dorian": 0.35},
    "tense": {"minor": 0.5, "phrygian": 0.5},
    "electronic": {"minor": 0.6, "major": 0.3, "dorian": 0.1},
    "folk": {"major": 0.6, "mixolydian": 0.25, "dorian": 0.15},
    "playful": {"major": 0.7, "lydian": 0.1, "minor": 0.2},
}
"""How often a style uses a mode, where nothing speaks for another; each row adds up to 1."""

VALENCE_OF_MODE: dict[str, float] = {
    "lydian": 0.7,
    "major": 0.6,
    "mixolydian": 0.5,
    "dorian": 0.0,
    "minor": -0.4,
    "phrygian": -0.7,
}
"""How bright a mode sounds, -1 dark to 1 bright."""

LEANING: dict[str, float] = {"tense": 0.5, "thriller": 0.5, "epic": 0.4, "trailer": 0.45, "action": 0.45}
"""Tension of a style at rest; ``CALM_LEANING`` for the others."""
CALM_LEANING = 0.18
TENSION_OF_ENERGY = 0.4
"""Tension that comes with full energy."""


def tension_of(style: str, energy: float) -> float:
    """Tension that a style has at an energy, 0 to 1, before the words have their say."""
    return min(1.0, LEANING.get(style, CALM_LEANING) + TENSION_OF_ENERGY * energy)
