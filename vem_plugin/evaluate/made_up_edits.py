"""Edits that nobody cut, by what they show: the pictures differ, nobody says a word.

Each kind of picture has ranges of light, warmth, saturation, contrast, motion and cutting, and names that a picture
encoder gives such frames, with probabilities as low as a small encoder's are.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vem_plugin.brief.sights import Encode
from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo, SeenTransition, ShotFeatures
from vem_plugin.parsing.words import summary_of, words_of_shot
from vem_timeline.clock import Clock
from vem_timeline.storyboard import Shot, Storyboard, Transition

FRAMES = 25
"""Frames a second."""


@dataclass(frozen=True)
class Kind:
    """A kind of picture: ranges (least, most) of its look and of its cuts a second, and names of what is seen."""

    light: tuple[float, float]
    warmth: tuple[float, float]
    saturation: tuple[float, float]
    motion: tuple[float, float]
    cuts: tuple[float, float]
    names: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "calm beach": Kind(
        (0.45, 0.75), (-0.15, 0.4), (0.25, 0.6), (0.03, 0.3), (0.06, 0.25),
        ("seashore", "sandbar", "lakeside", "promontory", "breakwater", "valley", "pier", "umbrella"),
    ),
    "night chase": Kind(
        (0.06, 0.28), (-0.5, 0.15), (0.15, 0.6), (0.5, 0.95), (0.5, 1.8),
        ("police van", "sports car", "racer", "cab", "traffic light", "motor scooter", "car mirror", "passenger car"),
    ),
    "product on white": Kind(
        (0.72, 0.95), (-0.1, 0.1), (0.05, 0.35), (0.05, 0.35), (0.2, 0.6),
        ("perfume", "sunglasses", "lotion", "lipstick", "digital watch", "running shoe", "cellular telephone", "mouse"),
    ),
    "haunted house": Kind(
        (0.03, 0.2), (-0.5, 0.1), (0.05, 0.35), (0.03, 0.3), (0.08, 0.3),
        ("spider web", "mask", "prison", "cleaver", "candle", "ski mask", "four-poster", "sliding door"),
    ),
    "wedding": Kind(
        (0.45, 0.7), (0.05, 0.4), (0.2, 0.5), (0.08, 0.35), (0.15, 0.4),
        ("groom", "gown", "altar", "church", "vase", "candle", "bow tie", "suit"),
    ),
    "night club": Kind(
        (0.15, 0.4), (-0.3, 0.4), (0.55, 0.9), (0.55, 0.95), (0.6, 1.6),
        ("stage", "spotlight", "loudspeaker", "electric guitar", "microphone", "drum", "torch", "cocktail shaker"),
    ),
}  # fmt: skip
CALMER, BUSIER = "calm beach", "night chase"
"""The pair of which everybody knows which is calm and bright, and which is driven and dark."""
UNRELATED = ("screw", "hook", "envelope", "web site", "ear", "bib", "nail", "packet")
"""Names that a small encoder gives to anything."""


def edit_that_shows(kind: str, rng: np.random.Generator, encode: Encode) -> ParsedVideo:
    """Make up an edit of 20 to 80 seconds without brief, notes or names, of a kind of picture.

    Parameters
    ----------
    kind : str
        A key of ``KINDS``.
    rng : numpy.random.Generator
        Draws lengths, looks and names.
    encode : callable
        Texts to unit embeddings, (n, TEXT_SIZE) float32.
    """
    looks = KINDS[kind]
    seconds, rate = float(rng.uniform(20, 80)), float(rng.uniform(*looks.cuts))
    frames = max(2, round(rng.uniform(0.85, 1.15) * FRAMES / rate))
    count = max(2, round(seconds * FRAMES / frames))
    mean = {name: float(rng.uniform(*getattr(looks, name))) for name in ("light", "warmth", "saturation", "motion")}
    shots, features, start = [], [], Fraction(0)
    for number in range(1, count + 1):
        duration = Fraction(max(8, round(frames * rng.lognormal(0, 0.35))), FRAMES)
        shot = Shot(number, "", start, duration, "picture", None)
        varied = {name: float(np.clip(value + rng.normal(0, 0.06), 0, 1)) for name, value in mean.items()}
        varied["warmth"] = float(np.clip(mean["warmth"] + rng.normal(0, 0.08), -1, 1))
        look = Cinematics(contrast=float(rng.uniform(0.3, 0.7)), **varied)
        shots.append(shot)
        features.append((shot, look, _names(looks, rng)))
        start += duration
    words = [words_of_shot(shot, names, look) for shot, look, names in features]
    told = tuple(
        ShotFeatures(shot.number, look, said, row, None, names)
        for (shot, look, names), said, row in zip(features, words, encode(words), strict=True)
    )
    cuts = tuple(Transition(shot.start, "cut", Fraction(0), shot.number) for shot in shots[1:])
    board = Storyboard(kind, Clock(Fraction(FRAMES)), start, tuple(shots), cuts, ())
    summary = summary_of(board, [look for _, look, _ in features], told)
    seen = tuple(SeenTransition(cut.time, float(rng.uniform(0.2, 0.9))) for cut in cuts)
    return ParsedVideo(board, "", encode([summary])[0], summary, told, seen)


def _names(looks: Kind, rng: np.random.Generator) -> tuple[tuple[str, float], ...]:
    """What a weak encoder sees in a shot: one or two fitting names and a wrong one, or in one shot of four only wrong
    ones."""
    fitting = [] if rng.random() < 0.25 else list(rng.choice(looks.names, size=2, replace=False))
    wrong = list(rng.choice(UNRELATED, size=1 if fitting else 2, replace=False))
    chances = np.sort(rng.uniform(0.05, 0.6, len(fitting) + len(wrong)))[::-1]
    chances = chances / max(1.0, float(chances.sum()))
    named = [(str(name), float(chance)) for name, chance in zip([*fitting, *wrong], chances, strict=True)]
    return tuple(entry for entry in named if entry[1] >= 0.05)
