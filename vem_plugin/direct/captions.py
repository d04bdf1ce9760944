"""Cue sheets in plain words, for the text encoder and for people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vem_plugin.brief import Brief
from vem_plugin.direct.energies import Character
from vem_plugin.direct.scenes import Scene
from vem_plugin.score.cue import Role, Section
from vem_plugin.score.moods import energy_name, mood_of

STYLE_NAMES = {
    "epic": "epic cinematic music",
    "trailer": "trailer music",
    "action": "action percussion",
    "emotional": "emotional piano",
    "documentary": "documentary minimal",
    "corporate": "warm corporate",
    "pop": "upbeat pop",
    "folk": "indie folk",
    "lofi": "lofi hip hop",
    "ambient": "ambient pads",
    "tense": "dark tension",
    "thriller": "thriller pulse",
    "electronic": "electronic dance music",
    "synthwave": "synthwave",
    "playful": "playful pizzicato",
}
ENERGY_WORDS = {
    "still": "very quiet",
    "low": "low energy",
    "middle": "medium energy",
    "high": "high energy",
    "building": "building up",
    "settling": "settling down",
}


def caption_of_scene(scene: Scene, character: Character, *, style: str, roles: frozenset[Role]) -> str:
    """Say a scene in the words that the composer was taught: the editor's notes, and the music it wants.

    What is seen is not told: it has spoken through mood and energy.
    """
    first, last = character.energy
    mean = (first + last) / 2
    mood = mood_of(character.valence, mean, character.tension)
    parts = [note.text for note in scene.notes]
    parts += [f"{mood} {STYLE_NAMES[style]}", ENERGY_WORDS[energy_name(mean, last - first)]]
    parts += [f"no {role}" for role in ("drums", "melody") if role not in roles]
    return ", ".join(parts)


def caption_of_piece(brief: Brief, sections: Sequence[Section], *, style: str) -> str:
    """Say the whole: the brief if there is one, and the style."""
    if brief.text.strip():
        return f"{brief.text.strip()}, {STYLE_NAMES[style]}"
    weights = [section.beats for section in sections]
    energy = float(np.average([sum(section.energy) / 2 for section in sections], weights=weights))
    valence = float(np.average([section.valence for section in sections], weights=weights))
    tension = float(np.average([section.tension for section in sections], weights=weights))
    return f"{mood_of(valence, energy, tension)} {STYLE_NAMES[style]}, {ENERGY_WORDS[energy_name(energy)]}"
