"""Which style an edit asks for: by its words, or by its pictures where nobody says anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from vem_plugin.brief.sights import SIGHTS, mean_sights, sights_of_shots
from vem_plugin.brief.style_sentences import NAMED_STYLES, STYLE_SENTENCES
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.score.cue import STYLES

if TYPE_CHECKING:
    from vem_plugin.brief.asked import Brief

STYLE_LOOKS: dict[str, tuple[float, float, float, float, float]] = {
    "epic": (0.45, 0.05, 0.5, 0.45, 0.4),
    "trailer": (0.2, -0.1, 0.35, 0.55, 0.75),
    "action": (0.35, -0.05, 0.4, 0.85, 0.8),
    "emotional": (0.5, 0.2, 0.4, 0.15, 0.15),
    "documentary": (0.45, 0.0, 0.3, 0.25, 0.25),
    "corporate": (0.75, 0.0, 0.3, 0.25, 0.35),
    "pop": (0.65, 0.2, 0.7, 0.6, 0.6),
    "folk": (0.55, 0.35, 0.5, 0.4, 0.3),
    "lofi": (0.4, 0.3, 0.45, 0.12, 0.25),
    "ambient": (0.5, -0.1, 0.35, 0.06, 0.06),
    "tense": (0.12, -0.3, 0.2, 0.15, 0.15),
    "thriller": (0.18, -0.25, 0.3, 0.5, 0.5),
    "electronic": (0.35, 0.0, 0.7, 0.75, 0.85),
    "synthwave": (0.2, 0.0, 0.8, 0.4, 0.4),
    "playful": (0.65, 0.2, 0.7, 0.4, 0.35),
}
"""Light, warmth, saturation, motion and pace (ranges as in ``Cinematics``; pace 0 to 1) of pictures that a style is
mostly written for."""
LOOK_WEIGHTS = np.array([1.0, 0.6, 0.6, 1.0, 1.0])
LEAN = 0.5
"""What a sure sight of something that a style is wanted for is worth, against looks that agree perfectly (1)."""
NEAREST = 2
"""How many of a style's sentences count: its nearest ones."""
VAGUE = 0.08
"""How far the nearest style must stand out from the mean of all; below, the words say nothing about style."""
PICTURE_WEIGHT = 0.05
"""What the pictures weigh beside words, to tip the balance between near equals."""
FLURRY = 1.0
"""Cuts a second from which an edit counts as fast as can be."""
_DENIED = re.compile(r"\b(?:not?|nothing|never|without|avoid|less|isn't|don't want)\s+(?:too\s+|a\s+|any\s+)?[\w-]+")


class EncodesText(Protocol):
    """Anything that embeds texts as rows of unit norm, (n, size) float32."""

    def encode(self, texts: Sequence[str], /) -> NDArray[np.float32]: ...


def choose_style(brief: Brief, parsed: ParsedVideo, text_encoder: EncodesText) -> str:
    """Choose the style that a brief means.

    A style named in the brief is taken at its word. Otherwise the brief's embedding is compared with sentences for
    each style, and the pictures tip the balance between near equals. An empty or vague brief leaves the choice to the
    pictures: their light, colour, motion and pace, and what is seen.

    Returns
    -------
    str
        One of ``STYLES``.
    """
    seen = _by_picture(parsed, text_encoder)
    text = brief.text.strip()
    if not text:
        return STYLES[int(np.argmax(seen))]
    wanted = _DENIED.sub(" ", text.lower())
    heard = _by_words(parsed.brief_text if wanted == text.lower() else text_encoder.encode([wanted])[0], text_encoder)
    named = [number for number, style in enumerate(STYLES) if re.search(rf"\b(?:{NAMED_STYLES[style]})\b", wanted)]
    if named:
        return STYLES[max(named, key=lambda number: heard[number])]
    if heard.max() - heard.mean() < VAGUE:
        return STYLES[int(np.argmax(seen))]
    return STYLES[int(np.argmax(heard + PICTURE_WEIGHT * seen))]


def _by_words(text: NDArray[np.float32], text_encoder: EncodesText) -> NDArray[np.float64]:
    """Mean cosine of a text to the nearest sentences of each style, (styles,)."""
    cosines = _sentences(text_encoder) @ text.astype(float)
    ends = np.cumsum([len(STYLE_SENTENCES[style]) for style in STYLES])[:-1]
    return np.array([np.sort(part)[-NEAREST:].mean() for part in np.split(cosines, ends)])


@lru_cache(maxsize=2)
def _sentences(text_encoder: EncodesText) -> NDArray[np.float64]:
    """Embeddings of all sentences in the order of ``STYLES``: they never change, so a process embeds them once."""
    sentences = [sentence for style in STYLES for sentence in STYLE_SENTENCES[style]]
    return text_encoder.encode(sentences).astype(float)


def _by_picture(parsed: ParsedVideo, text_encoder: EncodesText) -> NDArray[np.float64]:
    """How well the pictures suit each style, (styles,), mostly 0 to 1.5."""
    board = parsed.storyboard
    seconds = {shot.number: float(shot.duration) for shot in board.shots}
    weights = [seconds[features.shot] for features in parsed.shots]
    light, warmth, saturation, motion = 0.5, 0.0, 0.5, 0.3
    if parsed.shots:
        looks = np.array([features.cinematics.as_array() for features in parsed.shots])
        light, warmth, saturation, _, motion = np.average(looks, axis=0, weights=weights)
    pace = min(1.0, len(board.shots) / max(float(board.duration), 1e-3) / FLURRY)
    look = np.array([light, warmth, saturation, motion, pace])
    apart = np.abs(np.array([STYLE_LOOKS[style] for style in STYLES]) - look) @ LOOK_WEIGHTS / LOOK_WEIGHTS.sum()
    found = sights_of_shots(parsed, text_encoder.encode)
    sights = mean_sights([(found[number], time) for number, time in seconds.items() if number in found])
    leans = np.array([[sight.styles.get(style, 0.0) for sight in SIGHTS.values()] for style in STYLES])
    return 1 - apart + LEAN * leans @ sights
