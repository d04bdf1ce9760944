"""Instruments that are named choose the palette."""

from __future__ import annotations

import pytest

from vem_plugin.brief.palette import palette_asked
from vem_plugin.score.cue import STYLES
from vem_plugin.score.palette import palette_names


@pytest.mark.parametrize(
    ("style", "words", "palettes"),
    [
        ("emotional", "only the cello, please", {"emotional/cello"}),
        ("folk", "fiddles on the porch", {"folk/porch"}),
        ("pop", "ukulele and claps", {"pop/sunny"}),
        ("epic", "with choir, the kingdom rises", {"epic/voices", "epic/hybrid"}),
        ("folk", "whistle, no fiddle", {"folk/fireside"}),
    ],
)
def test_the_palette_has_what_is_named(style: str, words: str, palettes: set[str]) -> None:
    assert {palette_asked(style, words, seed=seed) for seed in range(6)} == palettes


@pytest.mark.parametrize("style", STYLES)
def test_without_instruments_nothing_is_chosen(style: str) -> None:
    assert palette_asked(style, "warm and slow, hopeful, grand, a soft lead", seed=1) is None
    assert palette_asked(style, "", seed=1) is None
    asked = palette_asked(style, "piano strings guitar synth marimba flute", seed=2)
    assert asked is None or asked in palette_names(style)
