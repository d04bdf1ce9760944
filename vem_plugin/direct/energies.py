"""How much energy, light and tension every scene gets: from the pictures and from the words.

Words go before pictures: the more the brief says, the less the pictures weigh; where it says nothing they decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from vem_plugin.brief import Brief, SpanNote, Wishes, read_wishes
from vem_plugin.brief.sights import Encode, feel_of_picture
from vem_plugin.direct.scenes import Scene
from vem_plugin.score.modes import tension_of
from vem_plugin.score.moods import MOOD_FEELS, Feel, blend, moods_named

REST_ENERGY: dict[str, float] = {
    "epic": 0.55,
    "trailer": 0.58,
    "action": 0.7,
    "emotional": 0.36,
    "documentary": 0.36,
    "corporate": 0.5,
    "pop": 0.6,
    "folk": 0.48,
    "lofi": 0.42,
    "ambient": 0.25,
    "tense": 0.4,
    "thriller": 0.52,
    "electronic": 0.64,
    "synthwave": 0.56,
    "playful": 0.5,
}
"""Mean energy of a style where nobody asks for more or less."""
UNSAID_SHARE, VAGUE_SHARE, ASKED_SHARE = 0.6, 0.35, 0.15
"""Share of the pictures in the energy at rest: without a brief, with one that names no mood, and with one that does."""
TENSION_SHARE = 0.4
"""Share of the pictures in tension without a brief; with one it is as much smaller as that of energy."""
SPREAD = 0.16
"""Energy that one standard deviation of the picture's activity makes."""
ARC = 0.14
"""Depth of the arc that a piece has of itself: it opens lower and peaks at two thirds."""
CURVE = 1.7
"""Energy over the whole piece for each unit of rise that the brief asks for."""
SPEECH_DIP, SPEECH_CEILING = 0.15, 0.5
SPEECH_SHARE = 0.3
"""Under speech (this share of a scene) music has less energy, and never more than the ceiling."""
DROP_ENERGY, RISE_INTO_DROP = 0.85, 0.3
REPRISE = 0.7
"""Energy of the theme come back "smaller" is this share of what it was, at most."""
KNOWN_COSINE = 0.3
"""Cosine from which free words are taken to mean a mood."""


@dataclass(frozen=True, slots=True)
class Character:
    """What a scene should feel like: energy at its start and end, valence, tension (ranges as in ``Section``)."""

    energy: tuple[float, float]
    valence: float
    tension: float

    @property
    def mean(self) -> float:
        """Mean energy."""
        return sum(self.energy) / 2


def characters_of(scenes: Sequence[Scene], brief: Brief, *, style: str, encode: Encode | None) -> tuple[Character, ...]:
    """Give every scene its character."""
    wishes = read_wishes(brief.text)
    asked = feel_of(brief.text, encode)
    seen = [feel_of_picture(scene.look, scene.cuts, scene.sights) for scene in scenes]
    share = UNSAID_SHARE if not brief.text.strip() else VAGUE_SHARE if asked is None else ASKED_SHARE
    levels = _levels(scenes, _rest(scenes, seen, style, wishes, asked, share), wishes.rise)
    characters = []
    for number, scene in enumerate(scenes):
        following = scenes[number + 1] if number + 1 < len(scenes) else None
        feel = _feel_of_notes(scene.notes, encode)
        energy = _energy_in(scene, levels[number : number + 2], feel, following)
        valence, tension = seen[number].valence, tension_of(style, sum(energy) / 2)
        tension += TENSION_SHARE * share / UNSAID_SHARE * (seen[number].tension - tension)
        for wanted, weight in ((asked, 0.7), (feel, 0.85)):
            if wanted is not None:
                valence += weight * (wanted.valence - valence)
                tension += weight * (wanted.tension - tension)
        characters.append(Character(energy, float(np.clip(valence, -1, 1)), float(np.clip(tension, 0, 1))))
    characters = _with_smaller_reprises(scenes, characters)
    return _along(scenes, characters, wishes.rise) if wishes.rise else tuple(characters)


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


def _rest(
    scenes: Sequence[Scene], seen: Sequence[Feel], style: str, wishes: Wishes, asked: Feel | None, share: float
) -> float:
    """Energy about which the piece moves."""
    rest = REST_ENERGY[style]
    if wishes.energy is not None:
        rest = 0.2 * rest + 0.8 * wishes.energy
    else:
        if asked is not None:
            rest = 0.5 * rest + 0.5 * asked.energy
        pictures = float(np.average([feel.energy for feel in seen], weights=_lengths(scenes)))
        rest += share * (pictures - rest)
    return float(np.clip(rest + wishes.more, 0.08, 0.95))


def _lengths(scenes: Sequence[Scene]) -> NDArray[np.float64]:
    return np.array([float(scene.end - scene.start) for scene in scenes])


def _levels(scenes: Sequence[Scene], rest: float, rise: float) -> NDArray[np.float64]:
    """Energy at the start and end of every scene before notes, (scenes, 2).

    Rest, activity against the edit's own mean, and an arc; or the brief's curve in place of the arc.
    """
    lengths = _lengths(scenes)
    activity = np.array([0.5 * scene.look.motion + 0.5 * min(1.0, scene.cuts) for scene in scenes])
    mean = np.average(activity, weights=lengths)
    deviation = float(np.sqrt(np.average((activity - mean) ** 2, weights=lengths)))
    moved = np.clip((activity - mean) / max(deviation, 0.08), -2, 2) * SPREAD
    place = (np.cumsum(lengths) - lengths / 2) / lengths.sum()
    if not rise:
        arc = ARC * (np.interp(place, (0, 0.15, 0.67, 1), (-1.0, -0.4, 1.0, 0.0)) if len(scenes) > 2 else 0.0)
        levels = rest + moved + arc
        return np.clip(np.stack([levels, levels], 1), 0.05, 1.0)
    edges = np.stack([place - lengths / 2 / lengths.sum(), place + lengths / 2 / lengths.sum()], 1)
    low = max(0.08, rest - 0.4 * CURVE * abs(rise))
    high = min(1.0, low + CURVE * abs(rise))
    curve = np.interp(edges, (0, 1), (low, high) if rise > 0 else (high, low))
    return np.clip(curve + 0.4 * moved[:, None], 0.05, 1.0)


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
    energy += sum(note.wishes.more for note in scene.notes)
    if leaves_room(scene):
        energy = min(energy - SPEECH_DIP, SPEECH_CEILING)
    if scene.drops:
        energy = max(energy, DROP_ENERGY)
    rise = sum(note.wishes.rise for note in scene.notes) or slope
    if following is not None and following.drops:
        rise = max(rise, RISE_INTO_DROP)
    elif not rise and step > 0.25 and len(scene.bars) >= 4:
        rise = 0.6 * step
    start = energy - rise / 2 if rise else energy
    return float(np.clip(start, 0.03, 1)), float(np.clip(start + rise, 0.03, 1))


def leaves_room(scene: Scene) -> bool:
    """Whether somebody speaks in a scene, or a note says so."""
    return scene.speech > SPEECH_SHARE or any(note.wishes.room for note in scene.notes)


def _with_smaller_reprises(scenes: Sequence[Scene], characters: Sequence[Character]) -> list[Character]:
    """Where a note asks for the same theme, smaller (or bigger), it is that against the opening, not only a little."""
    first = characters[0].mean
    fitted = list(characters)
    for number, scene in enumerate(scenes[1:], 1):
        more = sum(note.wishes.more for note in scene.notes if note.wishes.theme == "same")
        excess = fitted[number].mean - (REPRISE * first if more < 0 else min(1.0, first / REPRISE))
        if more * excess < 0:
            energy = [float(np.clip(value - excess, 0.03, 1)) for value in fitted[number].energy]
            fitted[number] = replace(fitted[number], energy=(energy[0], energy[1]))
    return fitted


def _along(scenes: Sequence[Scene], characters: Sequence[Character], rise: float) -> tuple[Character, ...]:
    """Keep to the curve of the brief: from scene to scene energy never turns back, and ends where it leads to.

    Scenes with notes or speech have their own way.
    """
    free = [number for number, scene in enumerate(scenes) if not scene.notes and not leaves_room(scene)]
    values = [value for number in free for value in characters[number].energy]
    kept = list(accumulate(values, max if rise > 0 else min))
    fitted = list(characters)
    for place, number in enumerate(free):
        fitted[number] = replace(fitted[number], energy=(kept[2 * place], kept[2 * place + 1]))
    return tuple(fitted)


def _feel_of_notes(notes: Sequence[SpanNote], encode: Encode | None) -> Feel | None:
    """What the notes of a scene want to feel like together; a note that says "mood:" is read by that alone."""
    feels = [feel for note in notes if (feel := feel_of(note.wishes.mood or note.text, encode)) is not None]
    if not feels:
        return None
    return Feel(*(sum(values) / len(feels) for values in zip(*feels, strict=True)))
