"""Moods: eleven names, what each feels like in numbers, and the words by which people ask for them.

Valence runs from -1 (dark) to 1 (bright), energy and tension from 0 to 1: the circumplex of affect (J. A.
Russell, 1980) with tension as a third axis. The same names serve the captions of the training corpus and the
reading of briefs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Feel(NamedTuple):
    """A feeling in numbers: valence -1 to 1, energy and tension 0 to 1."""

    valence: float
    energy: float
    tension: float


MOOD_FEELS: dict[str, Feel] = {
    "urgent": Feel(-0.3, 0.8, 0.85),
    "uneasy": Feel(-0.5, 0.4, 0.78),
    "joyful": Feel(0.8, 0.75, 0.2),
    "warm": Feel(0.6, 0.5, 0.15),
    "peaceful": Feel(0.5, 0.2, 0.05),
    "fierce": Feel(-0.5, 0.9, 0.6),
    "dark": Feel(-0.6, 0.45, 0.5),
    "sad": Feel(-0.6, 0.2, 0.25),
    "bold": Feel(0.1, 0.7, 0.35),
    "pensive": Feel(0.0, 0.35, 0.3),
    "floating": Feel(0.2, 0.15, 0.15),
}
_ASKED_BY = {
    "urgent": "urgent urgency chase hectic frantic racing panic pressure breathless adrenaline action",
    "uneasy": "tense tension suspense suspenseful uneasy creepy nervous eerie scary horror ominous anxious "
    "threatening menacing thriller unsettling danger dangerous",
    "joyful": "happy joyful joy uplifting triumphant triumph celebration celebrate fun funny cheerful "
    "exciting euphoric victory victorious party bright upbeat",
    "warm": "warm warmth hopeful hope friendly feel-good optimistic inspiring inspirational heartwarming "
    "romantic love nostalgic positive proud family",
    "peaceful": "peaceful calm gentle tender serene relaxed relaxing soothing meditative chill tranquil intimate",
    "fierce": "fierce aggressive powerful angry brutal battle war driving fight fighting rage heavy",
    "dark": "dark serious moody dramatic drama gritty cold grim brooding bleak noir",
    "sad": "sad lonely melancholic melancholy sombre somber grief tragic heartbroken mournful sorrow loss",
    "bold": "bold confident determined cool strong stylish swagger heroic epic majestic",
    "pensive": "pensive reflective thoughtful mysterious mystery curious neutral wistful",
    "floating": "floating dreamy spacious weightless ethereal airy wonder magical atmospheric hazy",
}
_MOOD_OF_WORD = {word: mood for mood, words in _ASKED_BY.items() for word in words.split()}
_NEGATIONS = frozenset({"not", "no", "never", "without", "less", "isn't", "don't"})
_WORDS = re.compile(r"[\w'-]+")


def moods_named(text: str) -> tuple[str, ...]:
    """Moods that a text asks for by name, in order; "not sad" does not ask for sadness, "darker" asks for "dark"."""
    words = _WORDS.findall(text.lower())
    named = [_mood_of_word(word) for word in words]
    return tuple(
        mood for before, mood in zip(["", *words], named, strict=False) if mood is not None and before not in _NEGATIONS
    )


def _mood_of_word(word: str) -> str | None:
    """The mood of a word, or of the word that it is the comparative of."""
    forms = (word, word.removesuffix("r"), word.removesuffix("er"), word.removesuffix("ier") + "y")
    return next((_MOOD_OF_WORD[form] for form in forms if form in _MOOD_OF_WORD), None)


def blend(moods: Iterable[str]) -> Feel | None:
    """Mean feeling of several moods; None of none."""
    feels = [MOOD_FEELS[mood] for mood in moods]
    if not feels:
        return None
    return Feel(*(sum(values) / len(feels) for values in zip(*feels, strict=True)))


def mood_of(valence: float, energy: float, tension: float) -> str:
    """Name the mood of numbers: a key of ``MOOD_FEELS``."""
    if tension > 0.62:
        return "urgent" if energy > 0.6 else "uneasy"
    if valence > 0.25:
        return "joyful" if energy > 0.62 else "warm" if energy > 0.32 else "peaceful"
    if valence < -0.2:
        return "fierce" if energy > 0.62 else "dark" if energy > 0.32 else "sad"
    return "bold" if energy > 0.62 else "pensive" if energy > 0.32 else "floating"


def energy_name(energy: float, rise: float = 0.0) -> str:
    """Name an energy: still, low, middle, high; building or settling where it rises or falls by more than .15."""
    if abs(rise) > 0.15:
        return "building" if rise > 0 else "settling"
    return "still" if energy < 0.2 else "low" if energy < 0.4 else "middle" if energy < 0.65 else "high"
