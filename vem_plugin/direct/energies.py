"""How much energy, light and tension every scene gets: from the picture's motion and cutting, and from the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.brief import Brief, SpanNote, Wishes, read_wishes
from vem_plugin.direct.scenes import Scene
from vem_plugin.score.modes import tension_of
from vem_plugin.score.moods import MOOD_FEELS, Feel, blend, moods_named

Encode = Callable[[list[str]], NDArray[np.float32]]

REST_ENERGY = {"epic": 0.55, "ambient": 0.3, "corporate": 0.5, "lofi": 0.45, "tense": 0.5, "electronic": 0.6}
"""Mean energy of a style where nobody asks for more or less; ``MIDDLE`` for the others."""
MIDDLE = 0.5
SPREAD = 0.16
"""Energy that one standard deviation of the picture's activity makes."""
FLURRY = 1.0
"""Cuts a second that count as fast as can be."""
ARC = 0.14
"""Depth of the arc that a piece has of itself: it opens lower and peaks at two thirds."""
CURVE = 1.7
"""Energy over the whole piece for each unit of rise that the brief asks for."""
SPEECH_DIP = 0.15
DROP_ENERGY, RISE_INTO_DROP = 0.85, 0.3
KNOWN_COSINE = 0.3
"""Cosine from which free words are taken to mean a mood."""


@dataclass(frozen=True, slots=True)
class Character:
    """What a scene should feel like: energy at its start and end, valence, tension (ranges as in ``Section``)."""

    energy: tuple[float, float]
    valence: float
    tension: float


def characters_of(scenes: Sequence[Scene], brief: Brief, *, style: str, encode: Encode | None) -> tuple[Character, ...]:
    """Give every scene its character."""
    wishes = read_wishes(brief.text)
    asked = feel_of(brief.text, encode)
    levels = _levels(scenes, style, wishes, asked)
    characters = []
    for number, scene in enumerate(scenes):
        following = scenes[number + 1] if number + 1 < len(scenes) else None
        feel = _feel_of_notes(scene.notes, encode)
        energy = _energy_in(scene, levels[number : number + 2], feel, following)
        mean = sum(energy) / 2
        valence = 0.5 * scene.warmth + 0.8 * (scene.light - 0.45)
        tension = tension_of(style, mean)
        for wanted, share in ((asked, 0.7), (feel, 0.85)):
            if wanted is not None:
                valence += share * (wanted.valence - valence)
                tension += share * (wanted.tension - tension)
        characters.append(Character(energy, float(np.clip(valence, -1, 1)), float(np.clip(tension, 0, 1))))
    return tuple(characters)


def feel_of(text: str, encode: Encode | None) -> Feel | None:
    """What a text wants to feel like: by its mood words, else by the nearest moods in meaning; None if by neither."""
    named = blend(moods_named(text))
    if named is not None or encode is None or not text.strip():
        return named
    names = list(MOOD_FEELS)
    rows = encode([text, *(f"{name} music" for name in names)])
    cosines = rows[1:] @ rows[0]
    return blend(
        name for name, cosine in zip(names, cosines, strict=True) if cosine >= max(KNOWN_COSINE, cosines.max() - 0.05)
    )


def _levels(scenes: Sequence[Scene], style: str, wishes: Wishes, asked: Feel | None) -> NDArray[np.float64]:
    """Energy at the start and end of every scene before notes, (scenes, 2).

    Rest, activity against the edit's own mean, and an arc; or the brief's curve in place of the arc.
    """
    rest = REST_ENERGY.get(style, MIDDLE)
    if wishes.energy is not None:
        rest = 0.3 * rest + 0.7 * wishes.energy
    elif asked is not None:
        rest = 0.5 * rest + 0.5 * asked.energy
    lengths = np.array([float(scene.end - scene.start) for scene in scenes])
    activity = np.array([0.5 * scene.motion + 0.5 * min(1.0, scene.cuts / FLURRY) for scene in scenes])
    mean = np.average(activity, weights=lengths)
    deviation = float(np.sqrt(np.average((activity - mean) ** 2, weights=lengths)))
    moved = np.clip((activity - mean) / max(deviation, 0.08), -2, 2) * SPREAD
    place = (np.cumsum(lengths) - lengths / 2) / lengths.sum()
    arc = ARC * (np.interp(place, (0, 0.15, 0.67, 1), (-1.0, -0.4, 1.0, 0.0)) if len(scenes) > 2 else 0.0)
    if not wishes.rise:
        levels = rest + moved + arc
        return np.clip(np.stack([levels, levels], 1), 0.05, 1.0)
    edges = np.stack([place - lengths / 2 / lengths.sum(), place + lengths / 2 / lengths.sum()], 1)
    curve = CURVE * wishes.rise * (edges - 0.4)
    return np.clip(rest + 0.6 * moved[:, None] + curve, 0.05, 1.0)


def _energy_in(
    scene: Scene, levels: NDArray[np.float64], feel: Feel | None, following: Scene | None
) -> tuple[float, float]:
    """Energy at the start and the end of a scene; ``levels`` has a row for it and one for the next, if there is one."""
    energy, slope = float(levels[0].mean()), float(levels[0, 1] - levels[0, 0])
    step = float(levels[-1, 0] - levels[0, 1])
    if feel is not None:
        energy += 0.5 * (feel.energy - energy)
    for note in scene.notes:
        if note.wishes.energy is not None:
            energy = note.wishes.energy
    if scene.speech > 0.3:
        energy -= SPEECH_DIP
    if scene.drops:
        energy = max(energy, DROP_ENERGY)
    rise = sum(note.wishes.rise for note in scene.notes) or slope
    if following is not None and following.drops:
        rise = max(rise, RISE_INTO_DROP)
    elif not rise and step > 0.25 and len(scene.bars) >= 4:
        rise = 0.6 * step
    start = energy - rise / 2 if rise else energy
    return float(np.clip(start, 0.03, 1)), float(np.clip(start + rise, 0.03, 1))


def _feel_of_notes(notes: Sequence[SpanNote], encode: Encode | None) -> Feel | None:
    """What the notes of a scene want to feel like together; a note that says "mood:" is read by that alone."""
    feels = [feel for note in notes if (feel := feel_of(note.wishes.mood or note.text, encode)) is not None]
    if not feels:
        return None
    return Feel(*(sum(values) / len(feels) for values in zip(*feels, strict=True)))
