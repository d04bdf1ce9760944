"""Words of shots: names lose what cameras wrote, notes stay, labels must be believable."""

from __future__ import annotations

from fractions import Fraction

import pytest

from vem_plugin.parsing.parsed_video import Cinematics
from vem_plugin.parsing.words import cleaned, words_of_look, words_of_shot
from vem_timeline.storyboard import Shot


def shot(*words: str, name: str = "C0012.MP4") -> Shot:
    return Shot(1, name, Fraction(0), Fraction(2), "picture", None, words=words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("A001C003_210412_R2VK.mov", ""),
        ("C0012.MP4", ""),
        ("GH010234.MP4", ""),
        ("DSC_0042.MOV", ""),
        ("IMG_2041 copy.jpg", ""),
        ("Shot 3", ""),
        ("drone_HarbourSunrise-v2.mp4", "drone Harbour Sunrise"),
        ("INT kitchen - Anna close up_FINAL_1080p.mxf", "INT kitchen Anna close up"),
        ("1960s detective", "1960s detective"),
        ("wedding.dance.0003.mov", "wedding dance"),
        ("Müller am See.mov", "Müller am See"),
        ("", ""),
    ],
)
def test_names_keep_what_people_wrote(name: str, words: str) -> None:
    assert cleaned(name) == words


def test_the_editors_words_come_before_the_labels_and_nothing_twice() -> None:
    found = words_of_shot(shot("harbour.mov", "calm, wide", "harbour"), [("pier", 0.8), ("gondola", 0.5)], Cinematics())
    assert found == "harbour, calm, wide, pier"


def test_a_shot_without_words_is_told_by_its_look() -> None:
    look = Cinematics(light=0.1, warmth=-0.4, saturation=0.3, contrast=0.4, motion=0.02)
    assert words_of_shot(shot(), [("pier", 0.5)], look) == "pier"
    assert words_of_shot(shot(), [("pier", 0.1)], look) == "dark, cold, calm"
    assert words_of_shot(shot(), [], Cinematics()) == "plain"
    assert words_of_shot(shot(), [], None) == ""


def test_opposite_looks_have_opposite_words() -> None:
    high = words_of_look(Cinematics(0.9, 0.5, 0.9, 0.9, 0.9))
    low = words_of_look(Cinematics(0.1, -0.5, 0.02, 0.1, 0.0))
    assert high == ["bright", "warm", "colourful", "dramatic", "lively"]
    assert low == ["dark", "cold", "pale", "soft", "calm"]
