"""Who plays in a scene, and which theme: layers come and go with the energy, themes with what is seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vem_plugin.brief import Wishes
from vem_plugin.direct.energies import Character, leaves_room
from vem_plugin.direct.scenes import Scene
from vem_plugin.score.cue import ROLES, Role

ENTRIES: dict[Role, float] = {"harmony": 0.0, "bass": 0.26, "counter": 0.34, "drums": 0.4, "melody": 0.3}
"""Energy from which a role enters."""
WAVER = 0.07
"""How far a seed moves those entries."""
DRUM_DELAY: dict[str, float] = {
    "ambient": 0.3,
    "emotional": 0.25,
    "documentary": 0.12,
    "tense": 0.08,
    "folk": 0.05,
    "playful": 0.05,
    "electronic": -0.1,
    "action": -0.2,
}
"""By how much later (or earlier) the drums of a style enter."""
MELODY_CHANCE: dict[str, float] = {
    "tense": 0.55,
    "thriller": 0.6,
    "action": 0.6,
    "trailer": 0.6,
    "ambient": 0.7,
    "documentary": 0.7,
    "electronic": 0.75,
}
USUAL_MELODY_CHANCE = 0.85
THEMES = 3
LIKE = 0.08
"""Distances of scenes (1 - cosine, and half the difference in energy) below which they share a theme."""


def roles_of(
    scenes: Sequence[Scene], characters: Sequence[Character], wishes: Wishes, *, style: str, rng: np.random.Generator
) -> tuple[frozenset[Role], ...]:
    """Choose the roles of every scene; the fullest always sings, and the editor's words have the last one."""
    entries = {role: entry + float(rng.uniform(-WAVER, WAVER)) for role, entry in ENTRIES.items() if entry}
    entries["drums"] += DRUM_DELAY.get(style, 0.0)
    peak = max(range(len(characters)), key=lambda number: characters[number].mean)
    chosen: list[frozenset[Role]] = []
    for number, (scene, character) in enumerate(zip(scenes, characters, strict=True)):
        energy = character.mean
        roles: set[Role] = {role for role in ROLES if energy >= entries.get(role, 0.0)}
        sings = rng.random() < MELODY_CHANCE.get(style, USUAL_MELODY_CHANCE) or number == peak
        opening = not number and len(scenes) > 3 and energy < 0.5
        spoken = leaves_room(scene)
        if spoken or not sings or opening:
            roles.discard("melody")
        if spoken:
            roles.discard("counter")
        if len(roles) < 2:
            roles.add("bass" if spoken else "counter")
        chosen.append(_as_asked(roles, scene, wishes))
    return tuple(chosen)


def _as_asked(roles: set[Role], scene: Scene, wishes: Wishes) -> frozenset[Role]:
    """Apply the brief and then the notes; where all would rest the harmony stays."""
    roles = (roles | wishes.roles_on) - wishes.roles_off
    for note in scene.notes:
        roles = (roles | note.wishes.roles_on) - note.wishes.roles_off
    banned = wishes.roles_off.union(*(note.wishes.roles_off for note in scene.notes))
    if not roles & {"bass", "harmony", "counter"}:
        pitched: tuple[Role, ...] = ("harmony", "bass", "counter")
        free: list[Role] = [role for role in pitched if role not in banned]
        roles.update(free[:1] or pitched[:1])
    return frozenset(roles)


def themes_of(scenes: Sequence[Scene], characters: Sequence[Character]) -> tuple[int, ...]:
    """Give every scene a theme: A for what looks and feels like the opening, B and C for what stands farthest
    from it.

    Scenes go to the nearest of up to three examples, which are chosen as far apart as can be; a scene with a
    mood of its own (an editor's note) never shares a theme with one that has none. The last of four scenes or
    more is A again. A note that asks for the same theme gets A, one that asks for another gets B.
    """
    distance = _distances(scenes, characters)
    examples = [0]
    wanted = 1 if len(scenes) < 2 else 2 if len(scenes) < 5 else THEMES
    while len(examples) < wanted:
        nearest = distance[:, examples].min(axis=1)
        if nearest.max() < LIKE:
            break
        examples.append(int(nearest.argmax()))
    themes = [int(theme) for theme in distance[:, examples].argmin(axis=1)]
    if len(scenes) >= 4 and not scenes[-1].notes:
        themes[-1] = 0
    for number, scene in enumerate(scenes):
        for note in scene.notes:
            if note.wishes.theme == "same":
                themes[number] = themes[0]
            elif note.wishes.theme == "other" and number:
                themes[number] = max(1, themes[number])
    order: dict[int, int] = {}
    for theme in themes:
        order.setdefault(theme, len(order))
    return tuple(order[theme] for theme in themes)


def _distances(scenes: Sequence[Scene], characters: Sequence[Character]) -> NDArray[np.float64]:
    """How unlike scenes are, (scenes, scenes), 0 alike."""
    pictures = [scene.picture for scene in scenes]
    energy = np.array([character.mean for character in characters])
    mood = np.array([(character.valence, character.tension) for character in characters])
    distance = 0.5 * np.abs(energy[:, None] - energy)
    distance = distance + 0.3 * np.abs(mood[:, None] - mood).sum(axis=-1)
    known = [number for number, picture in enumerate(pictures) if picture is not None]
    if known:
        table = np.stack([picture for picture in pictures if picture is not None]).astype(float)
        distance[np.ix_(known, known)] += 1 - table @ table.T
    noted = np.array([bool(scene.notes) for scene in scenes])
    return distance + (noted[:, None] != noted)
