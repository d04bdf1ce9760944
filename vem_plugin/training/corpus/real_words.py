"""What one would say about a section of real music: wordings for pieces that belong to none of our styles."""

from __future__ import annotations

from itertools import product

import numpy as np

ENSEMBLES: dict[str, tuple[str, ...]] = {
    "heavy": ("heavy guitars", "metal band", "distorted guitars and drums", "hard rock"),
    "synth": ("synthesizers", "synth lead and bass", "dark electronic band"),
    "pads": ("pads and choir", "dark ambient choir", "atmospheric synth pads"),
    "strings": ("strings", "string ensemble", "orchestral strings"),
    "keys": ("piano and keys", "keyboard-led band", "electric piano"),
    "organ": ("organ", "church organ and band", "rock organ"),
    "guitar": ("clean guitars", "plucked guitar", "acoustic guitar"),
    "winds": ("winds and brass", "flutes and horns", "wind ensemble"),
    "mallets": ("bells and mallets", "harp and bells", "glockenspiel and plucked strings"),
    "band": ("small band", "mixed ensemble", "rhythm section"),
    "tune": ("folk tune, melody alone", "traditional melody, unaccompanied", "single singing line"),
    "jig": ("fiddle jig, melody alone", "jig for one fiddle", "dancing tune in six-eight"),
    "reel": ("fiddle reel, melody alone", "lively dance tune for one fiddle", "country dance, solo line"),
    "waltz": ("waltz tune, melody alone", "turning three-four tune", "folk waltz, one voice"),
    "hymn": ("hymn tune, melody alone", "solemn old hymn melody", "plain sacred tune"),
    "carol": ("carol, melody alone", "winter carol tune", "old carol, one voice"),
    "march": ("marching tune, melody alone", "patriotic march melody", "bright march, one line"),
    "classic": ("classical theme, melody alone", "well-known classical melody", "concert theme, one voice"),
}
"""Who plays: by the instruments of most notes, or by the kind of tune."""
MOODS: dict[str, tuple[str, ...]] = {
    "dark": ("dark", "brooding", "ominous", "grim"),
    "fierce": ("fierce", "aggressive", "menacing", "hard-driving"),
    "plaintive": ("plaintive", "wistful", "melancholy", "sad"),
    "bright": ("bright", "cheerful", "sunny", "merry"),
    "calm": ("calm", "gentle", "peaceful", "tender"),
}
ENERGIES: dict[str, tuple[str, ...]] = {
    "low": ("sparse", "quiet", "held back"),
    "middle": ("steady", "moving along", "moderate"),
    "high": ("full and busy", "intense", "energetic"),
}
TEMPLATES = ("{ensemble}", "{ensemble}, {mood}", "{mood}, {energy}", "{ensemble}, {energy}", "{mood} {ensemble}")


def mood_name(valence: float, energy: float, tension: float) -> str:
    """Key of ``MOODS`` for a section: valence -1 to 1, energy and tension 0 to 1."""
    if valence > 0.25:
        return "bright" if energy > 0.4 else "calm"
    if energy > 0.62:
        return "fierce"
    return "dark" if tension > 0.4 else "plaintive"


def energy_word(energy: float) -> str:
    """Key of ``ENERGIES`` for an energy from 0 to 1."""
    if energy < 0.38:
        return "low"
    return "middle" if energy < 0.65 else "high"


def describe(ensemble: str, mood: str, energy: str, rng: np.random.Generator) -> str:
    """Draw a caption; the arguments are keys of ``ENSEMBLES``, ``MOODS`` and ``ENERGIES``."""
    template = TEMPLATES[rng.integers(len(TEMPLATES))]
    words = {"ensemble": ENSEMBLES[ensemble], "mood": MOODS[mood], "energy": ENERGIES[energy]}
    return template.format(**{slot: options[rng.integers(len(options))] for slot, options in words.items()})


def all_real_captions() -> list[str]:
    """Every caption that ``describe`` can draw, sorted, each once."""
    ensembles, moods, energies = (
        [word for words in bank.values() for word in words] for bank in (ENSEMBLES, MOODS, ENERGIES)
    )
    return sorted(
        {
            template.format(ensemble=ensemble, mood=mood, energy=energy)
            for template in TEMPLATES
            for ensemble, mood, energy in product(ensembles, moods, energies)
        }
    )
