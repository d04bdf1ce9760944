"""Reading briefs, notes and tempo ranges; choosing a style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from vem_plugin.brief import Brief, choose_style, parse_tempo, read_spans, read_wishes
from vem_plugin.encoders.text import TextEncoder
from vem_plugin.errors import SettingsError
from vem_plugin.parsing.parsed_video import Cinematics
from vem_plugin.score.moods import MOOD_FEELS, mood_of, moods_named
from vem_timeline.storyboard import Marker

MakeEdit = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "off", "on"),
    [
        ("No Drums", {"drums"}, set()),
        ("without percussion or bass", {"drums", "bass"}, set()),
        ("with drums but no melody", {"melody"}, {"drums"}),
        ("only piano and strings", {"drums", "bass", "counter", "melody"}, {"harmony"}),
        ("drums only", {"bass", "harmony", "counter", "melody"}, {"drums"}),
        ("bring in the drums", set(), {"drums"}),
        ("drums in", set(), {"drums"}),
        ("lose the lead", {"melody"}, set()),
        ("no time to lose", set(), set()),
        ("a drum factory in Leeds", set(), set()),
    ],
)
def test_roles_that_a_text_asks_for(text: str, off: set[str], on: set[str]) -> None:
    wishes = read_wishes(text)
    assert wishes.roles_off == off
    assert wishes.roles_on == on


@pytest.mark.parametrize(
    ("text", "energy", "rise"),
    [
        ("quiet", 0.22, 0.0),
        ("LOUD and full", 0.85, 0.0),
        ("warm, hopeful, builds to the end", None, 0.4),
        ("quiet, then a big finish", 0.22, 0.4),
        ("calms down", None, -0.4),
        ("a building in Paris, soft", 0.22, 0.0),
        ("building up", None, 0.4),
        ("nothing said", None, 0.0),
    ],
)
def test_energy_that_a_text_asks_for(text: str, energy: float | None, rise: float) -> None:
    wishes = read_wishes(text)
    assert wishes.energy == energy
    assert wishes.rise == pytest.approx(rise)


def test_moods_by_name_and_not_by_their_negation() -> None:
    assert read_wishes("Mood: Tense and dark, no drums").mood == "tense and dark"
    assert moods_named("hopeful, not sad; a Chase!") == ("warm", "urgent")
    for name, feel in MOOD_FEELS.items():
        assert mood_of(*feel) == name


def test_markers_with_a_duration_become_notes_in_order_of_time() -> None:
    def marker(start: int, length: Fraction, name: str, comment: str = "") -> Marker:
        return Marker(Fraction(start), length, name, comment, "", "timeline")

    notes = read_spans(
        [
            marker(20, Fraction(5), "mood: tense", "no drums"),
            marker(3, Fraction(0), "hit"),
            marker(4, Fraction(1, 24), "drop"),
            marker(8, Fraction(2), "", "  "),
            marker(10, Fraction(4), "build"),
        ]
    )
    assert [(note.start, note.end, note.text) for note in notes] == [
        (10, 14, "build"),
        (20, 25, "mood: tense no drums"),
    ]
    assert notes[0].wishes.rise > 0
    assert notes[1].wishes.roles_off == {"drums"}


def test_a_mood_ends_where_the_comment_goes_on() -> None:
    (note,) = read_spans([Marker(Fraction(0), Fraction(4), "mood: tense", "no drums", "", "clip")])
    assert moods_named(note.wishes.mood) == ("uneasy",)


@pytest.mark.parametrize(
    ("text", "slow", "fast"),
    [("90-130", 90, 130), (" 90 to 130 bpm ", 90, 130), ("92.5–101", 92.5, 101), ("120", 116.4, 123.6)],
)
def test_tempo_ranges(text: str, slow: float, fast: float) -> None:
    assert parse_tempo(text) == pytest.approx((slow, fast))


@pytest.mark.parametrize("text", ["", "fast", "130-90", "10-20", "100-900", "90-", "-90", "1e2", "400", "90-100-110"])
def test_tempo_ranges_that_make_no_sense(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_tempo(text)
    assert "90-130" in str(caught.value)


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder(device="cpu")


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("warm, hopeful, builds to the end", "corporate"),
        ("something scary is hiding in the cellar", "tense"),
        ("a dragon attacks the castle, heroic", "epic"),
        ("techno for the runway", "electronic"),
        ("lo-fi please", "lofi"),
        ("yoga and meditation", "ambient"),
        ("silly cartoon cats", "playful"),
        ("our wedding in the countryside", "folk"),
    ],
)
def test_the_style_is_the_one_nearest_to_the_brief(
    edit_of: MakeEdit, encoder: TextEncoder, text: str, style: str
) -> None:
    parsed, _ = edit_of((8, 8, 8), brief=text)
    parsed = replace(parsed, brief_text=encoder.encode([text])[0])
    assert choose_style(Brief(text), parsed, encoder) == style


def test_without_words_look_and_pace_choose(edit_of: MakeEdit, encoder: TextEncoder) -> None:
    def chosen(lengths: list[int], **look: float) -> str:
        parsed, _ = edit_of(lengths)
        shots = tuple(replace(shot, cinematics=Cinematics(**look)) for shot in parsed.shots)
        return choose_style(Brief(), replace(parsed, shots=shots), encoder)

    flurry = chosen([1] * 60, light=0.5, saturation=0.7, motion=0.9)
    still = chosen([40, 40], light=0.35, saturation=0.3, motion=0.05)
    dark = chosen([4] * 12, light=0.05, warmth=-0.5, motion=0.3)
    assert flurry in ("electronic", "epic")
    assert still == "ambient"
    assert dark == "tense"


def test_a_brief_of_spans_only_reaches_the_conductor_unchanged() -> None:
    notes = read_spans([Marker(Fraction(1), Fraction(4), "soft rain", "", "", "timeline")])
    assert notes[0].wishes.energy == 0.22
    assert np.isclose(float(notes[0].end - notes[0].start), 4)
