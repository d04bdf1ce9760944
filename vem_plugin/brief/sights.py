"""What is seen, in kinds that say something about music: a calm beach, a car at night, a product on a table.

A picture encoder names things ("seashore", "police van"); the text encoder tells which of a few kinds of sight a name
belongs to, and each kind feels like something and leans towards some styles. Names are weak evidence (a small encoder
knows a thousand things and is often wrong), so a kind counts by how sure the encoder was and how near the words are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo, ShotFeatures
from vem_plugin.parsing.words import words_of_shot
from vem_plugin.score.moods import Feel

Encode = Callable[[list[str]], NDArray[np.float32]]


class Sight(NamedTuple):
    """A kind of sight: words that are near everything of its kind, its feeling, and the styles it leans towards."""

    words: str
    feel: Feel
    styles: Mapping[str, float]


SIGHTS: dict[str, Sight] = {
    "calm nature": Sight(
        "a calm beach, sea, lake, valley, clouds, a quiet landscape",
        Feel(0.55, 0.15, 0.03),
        {"ambient": 1.0, "emotional": 0.4, "folk": 0.3},
    ),
    "grand landscape": Sight(
        "mountains, cliffs, a volcano, a castle, monuments from above",
        Feel(0.3, 0.5, 0.25),
        {"epic": 1.0, "documentary": 0.3},
    ),
    "wildlife": Sight(
        "wild animals, birds, fish and insects in nature",
        Feel(0.3, 0.35, 0.15),
        {"documentary": 1.0, "ambient": 0.3},
    ),
    "pets": Sight("cute dogs, cats and pets, toys", Feel(0.6, 0.5, 0.1), {"playful": 1.0, "folk": 0.2}),
    "speed": Sight(
        "sports cars, racing cars, motorbikes, traffic, trains at speed",
        Feel(0.0, 0.8, 0.5),
        {"action": 0.8, "electronic": 0.4, "synthwave": 0.4, "thriller": 0.4},
    ),
    "emergency": Sight(
        "police van, ambulance, fire engine, siren",
        Feel(-0.4, 0.75, 0.8),
        {"action": 0.8, "thriller": 0.8, "tense": 0.3},
    ),
    "weapons": Sight(
        "rifle, gun, tank, missile, warplane, soldiers at war",
        Feel(-0.6, 0.75, 0.75),
        {"action": 0.8, "trailer": 0.6, "tense": 0.3},
    ),
    "horror": Sight(
        "skull mask, spider web, snake, knife, prison cell, jack-o'-lantern",
        Feel(-0.6, 0.4, 0.8),
        {"tense": 1.0, "thriller": 0.3},
    ),
    "sport": Sight(
        "football, baseball, tennis, skiing, athletes and stadium",
        Feel(0.3, 0.8, 0.3),
        {"action": 0.6, "electronic": 0.6, "pop": 0.4},
    ),
    "party": Sight(
        "concert stage, spotlight, nightclub, loudspeaker, guitar and drums",
        Feel(0.4, 0.75, 0.2),
        {"electronic": 0.8, "pop": 0.6},
    ),
    "ceremony": Sight(
        "wedding, bride and groom, gown, church, altar, candle", Feel(0.5, 0.35, 0.1), {"emotional": 1.0}
    ),
    "product": Sight(
        "perfume, lipstick, wristwatch, sunglasses, bottle, shoes for sale",
        Feel(0.5, 0.55, 0.1),
        {"corporate": 0.8, "pop": 0.6},
    ),
    "machines": Sight(
        "computer, laptop, telephone, screen, office desk",
        Feel(0.3, 0.5, 0.15),
        {"corporate": 0.8, "electronic": 0.3, "documentary": 0.2},
    ),
    "retro": Sight(
        "cassette player, radio, typewriter, joystick, old television, arcade",
        Feel(0.2, 0.5, 0.2),
        {"synthwave": 0.8, "lofi": 0.5},
    ),
    "industry": Sight(
        "factory, crane, forklift, ship, tools and workshop",
        Feel(0.1, 0.5, 0.3),
        {"documentary": 0.8, "corporate": 0.4},
    ),
    "food": Sight(
        "food, fruit, coffee, cooking, kitchen, restaurant",
        Feel(0.5, 0.45, 0.1),
        {"lofi": 0.4, "pop": 0.4, "folk": 0.3, "playful": 0.3},
    ),
    "home": Sight(
        "sofa, bed, bookcase, lamp, a cosy living room", Feel(0.4, 0.3, 0.1), {"lofi": 0.8, "emotional": 0.3}
    ),
    "outdoors": Sight("tent, backpack, bicycle, canoe, farm, tractor and barn", Feel(0.5, 0.45, 0.1), {"folk": 1.0}),
}
FEELS = np.array([sight.feel for sight in SIGHTS.values()])
"""Feelings of all sights, (sights, 3)."""
FAR, NEAR = 0.22, 0.45
"""Cosine from which a name belongs to a kind at all, and from which it fully does."""
SAID = 0.6
"""How sure an editor's own words about a shot are, beside a label's probability."""
SIGHT_SHARE = 0.6
"""Share that something surely seen has in the feeling of a picture; light, colour and motion have the rest."""
MOST_NAMES = 32
"""Names looked up in one edit: the most seen."""


def sights_of_shots(parsed: ParsedVideo, encode: Encode | None) -> dict[int, NDArray[np.float64]]:
    """How much of every kind is seen in each shot: numbers of shots to (sights,), each row adding up to 1 at most.

    Parameters
    ----------
    parsed : ParsedVideo
        Its labels, and the words of shots that somebody named.
    encode : callable, optional
        Texts to unit embeddings, (n, TEXT_SIZE) float32; without it nothing is recognised.
    """
    if encode is None or not parsed.shots:
        return {features.shot: np.zeros(len(SIGHTS)) for features in parsed.shots}
    seconds = {shot.number: float(shot.duration) for shot in parsed.storyboard.shots}
    weights: dict[str, float] = {}
    for features in parsed.shots:
        for name, probability in features.labels:
            weights[name] = weights.get(name, 0.0) + probability * seconds[features.shot]
    names = sorted(weights, key=lambda name: (-weights[name], name))[:MOST_NAMES]
    rows = encode([*(sight.words for sight in SIGHTS.values()), *names]).astype(float)
    kinds, named = rows[: len(SIGHTS)], dict(zip(names, rows[len(SIGHTS) :], strict=True))
    belongs = {name: _belonging(kinds @ row) for name, row in named.items()}
    # A shot that nobody named is told by its look alone, and "dark, calm" is no sight.
    spoken = {shot.number for shot in parsed.storyboard.shots if words_of_shot(shot, (), None)}
    return {
        features.shot: _sights_of_shot(features, belongs, kinds if features.shot in spoken else None)
        for features in parsed.shots
    }


def mean_sights(rows: Sequence[tuple[NDArray[np.float64], float]]) -> NDArray[np.float64]:
    """Mean over shots with their weights (seconds), (sights,); nothing where there are none."""
    total = sum(weight for _, weight in rows)
    if total <= 0:
        return np.zeros(len(SIGHTS))
    return np.sum([row * weight for row, weight in rows], axis=0) / total


def feel_of_picture(look: Cinematics, cuts: float, sights: NDArray[np.float64]) -> Feel:
    """What pictures feel like without any words.

    Light and warm colours are bright, dark and cold ones tense; motion and fast cutting make energy; and what is seen
    adds its own feeling, by how surely it is seen.

    Parameters
    ----------
    look : Cinematics
    cuts : float
        Changes of picture a second; one a second is as fast as counts.
    sights : (sights,)
        From ``sights_of_shots``.
    """
    pace = min(1.0, cuts)
    dark = max(0.0, 0.45 - look.light) / 0.45
    cold = max(0.0, -look.warmth)
    seen = Feel(
        valence=0.5 * look.warmth + 0.9 * (look.light - 0.42) + 0.3 * (look.saturation - 0.4),
        energy=0.14 + 0.45 * look.motion + 0.4 * pace,
        tension=0.1 + 0.35 * dark + 0.25 * cold + 0.2 * look.motion * dark + 0.15 * pace,
    )
    sure = float(sights.sum())
    values = np.array(seen) if sure <= 0 else (1 - SIGHT_SHARE * sure) * np.array(seen) + SIGHT_SHARE * sights @ FEELS
    return Feel(*(float(value) for value in np.clip(values, (-1, 0, 0), 1)))


def _belonging(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a name that belongs to each kind, (sights,): nearly all to the nearest, nothing where none is near."""
    near = np.clip((cosines - FAR) / (NEAR - FAR), 0, 1)
    if near.max() <= 0:
        return np.zeros(len(SIGHTS))
    shares = near * np.exp(12 * (cosines - cosines.max()))
    return near.max() * shares / shares.sum()


def _sights_of_shot(
    features: ShotFeatures, belongs: Mapping[str, NDArray[np.float64]], kinds: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Sights of a shot by its labels, and where ``kinds`` (embeddings of all sights) are given by its words too."""
    seen = np.zeros(len(SIGHTS))
    for name, probability in features.labels:
        if name in belongs:
            seen += probability * belongs[name]
    if kinds is not None:
        seen = np.maximum(seen, SAID * _belonging(kinds @ features.text.astype(float)))
    return seen / max(1.0, float(seen.sum()))
