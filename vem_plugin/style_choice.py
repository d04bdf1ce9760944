"""Which style an edit asks for: by its words, or by its pictures where nobody says anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.score.cue import STYLES

if TYPE_CHECKING:
    from vem_plugin.brief import Brief

STYLE_SENTENCES: dict[str, tuple[str, ...]] = {
    "epic": (
        "epic cinematic trailer music with orchestra and big drums",
        "heroic, majestic, powerful, a battle, mountains, victory",
        "dramatic blockbuster score, awe, history, disaster",
    ),
    "ambient": (
        "calm ambient pads, atmospheric and slow",
        "peaceful meditation, dreamy, floating, space, nature at dawn",
        "quiet, intimate, sad goodbye, spacious underscore, stars",
    ),
    "corporate": (
        "inspiring corporate music for a company or product launch",
        "warm, hopeful, optimistic, uplifting, motivational pop",
        "technology, teamwork, success, tutorial, presentation",
    ),
    "lofi": (
        "lofi hip hop beats, chill, mellow, jazzy",
        "relaxed vlog, coffee shop, rainy evening, study music",
        "laid-back, nostalgic, late night city",
    ),
    "tense": (
        "tense suspense thriller music",
        "dark, ominous, scary, nervous, danger, crime, chase",
        "uneasy investigation, dread, horror",
    ),
    "electronic": (
        "electronic dance music with synthesizers",
        "techno, house, club, party, neon, futuristic, video game stream",
        "energetic gym workout, sports and fashion with a driving beat",
    ),
    "folk": (
        "acoustic folk with guitar",
        "wedding film, road trip in a van, campfire, family, countryside",
        "country, indie, organic, handmade, down to earth",
    ),
    "playful": (
        "playful, funny, quirky comedy music",
        "children, cartoon, pets, cooking, light-hearted pizzicato",
        "bouncy, cheeky, silly, mischievous",
    ),
}
NAMED_STYLES = {
    "epic": r"epic|trailer|orchestral|cinematic",
    "ambient": r"ambient|drone|soundscape",
    "corporate": r"corporate",
    "lofi": r"lo-?\s?fi|chillhop",
    "tense": r"suspense|thriller",
    "electronic": r"electronic|electro|techno|house|edm|synthwave|dance music",
    "folk": r"folk|acoustic|country",
    "playful": r"playful|quirky|comedy|pizzicato",
}
"""Words that name a style outright, as regular expressions."""
VAGUE = 0.09
"""How far the nearest style must stand out from the mean of all; below, the words say nothing about style."""
WORD_WEIGHT, PICTURE_WEIGHT = 1.0, 0.06
FLURRY = 1.2
"""Cuts a second from which an edit counts as fast as can be."""


class EncodesText(Protocol):
    """Anything that embeds texts as rows of unit norm, (n, size) float32."""

    def encode(self, texts: Sequence[str], /) -> NDArray[np.float32]: ...


def choose_style(brief: Brief, parsed: ParsedVideo, text_encoder: EncodesText) -> str:
    """Choose the style nearest to the brief.

    A style named in the brief is taken at its word. Otherwise its embedding is compared with a few sentences
    for each style, and the look and pace of the pictures tip the balance between near equals. An empty or
    vague brief leaves the choice to look and pace alone.

    Returns
    -------
    str
        One of ``STYLES``.
    """
    seen = _by_picture(parsed)
    if brief.text.strip():
        named = [style for style in STYLES if re.search(rf"\b(?:{NAMED_STYLES[style]})\b", brief.text.lower())]
        if len(named) == 1:
            return named[0]
        heard = _by_words(parsed.brief_text, text_encoder)
        if heard.max() - heard.mean() >= VAGUE:
            return STYLES[int(np.argmax(WORD_WEIGHT * heard + PICTURE_WEIGHT * seen))]
    return STYLES[int(np.argmax(seen))]


def _by_words(brief_text: NDArray[np.float32], text_encoder: EncodesText) -> NDArray[np.float64]:
    """Cosine of the brief to the nearest sentence of each style, (styles,)."""
    sentences = [sentence for style in STYLES for sentence in STYLE_SENTENCES[style]]
    cosines = text_encoder.encode(sentences).astype(float) @ brief_text.astype(float)
    ends = np.cumsum([len(STYLE_SENTENCES[style]) for style in STYLES])[:-1]
    return np.array([part.max() for part in np.split(cosines, ends)])


def _by_picture(parsed: ParsedVideo) -> NDArray[np.float64]:
    """How well look and pace suit each style, (styles,), mostly 0 to 1."""
    board = parsed.storyboard
    lengths = np.array([float(shot.duration) for shot in board.shots])
    looks = np.array([shot.cinematics.as_array() for shot in parsed.shots])
    light, warmth, saturation, _, motion = looks.mean(0) if len(looks) else (0.5, 0.0, 0.5, 0.5, 0.3)
    pace = min(1.0, len(lengths) / max(float(board.duration), 1e-3) / FLURRY)
    dark, slow = 1 - light, 1 - pace
    fits = {
        "epic": 0.4 * pace + 0.35 * motion + 0.25 * dark,
        "ambient": 0.6 * slow + 0.4 * (1 - motion) - 0.1,
        "corporate": 0.45 * light + 0.2 * saturation + 0.35 * (1 - abs(pace - 0.4) * 2),
        "lofi": 0.35 * slow + 0.3 * (1 - motion) + 0.3 * max(0.0, float(warmth)),
        "tense": 0.75 * dark + 0.25 * max(0.0, -float(warmth)) - 0.15,
        "electronic": 0.65 * pace + 0.2 * motion + 0.15 * saturation,
        "folk": 0.35 * max(0.0, float(warmth)) + 0.35 * light + 0.25 * slow,
        "playful": 0.4 * saturation + 0.3 * light + 0.15 * pace - 0.05,
    }
    return np.array([float(fits[style]) for style in STYLES])
