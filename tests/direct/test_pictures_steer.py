"""Where nobody says anything the pictures steer: made-up edits of a calm beach, a night chase, a product on white."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vem_plugin.brief import Brief
from vem_plugin.brief.sights import SIGHTS, feel_of_picture, mean_sights, sights_of_shots
from vem_plugin.brief.style import choose_style
from vem_plugin.direct import direct
from vem_plugin.encoders.picture import PictureEncoder
from vem_plugin.encoders.text import TextEncoder
from vem_plugin.evaluate.made_up_edits import BUSIER, CALMER, KINDS, edit_that_shows
from vem_plugin.parsing.hierarchy import parse
from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.plan import plan_beats
from vem_plugin.score.cue import CueSheet, tempo_range
from vem_plugin.score.moods import Feel
from vem_plugin.stages import read_edit

EXAMPLES = Path(__file__).parents[2] / "examples"
PAIRS = 12
STYLES_FOR = {
    "calm beach": {"ambient", "emotional", "folk", "documentary", "lofi"},
    "night chase": {"action", "thriller", "trailer", "electronic", "synthwave"},
    "product on white": {"corporate", "pop"},
    "haunted house": {"tense", "thriller"},
    "wedding": {"emotional", "folk"},
    "night club": {"electronic", "pop", "synthwave"},
}
"""What an editor would accept."""


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder(device="cpu")


def _seen(kind: str, number: int, encoder: TextEncoder) -> ParsedVideo:
    return edit_that_shows(kind, np.random.default_rng([number, 5]), encoder.encode)


def _directed(parsed: ParsedVideo, encoder: TextEncoder, seed: int, style: str | None = None) -> CueSheet:
    style = style or choose_style(Brief(), parsed, encoder)
    board = parsed.storyboard
    plan = plan_beats(constraints_of(board), board.duration, frame=board.clock.frame_duration, tempo=tempo_range(style))
    return direct(parsed, plan, Brief(), style=style, seed=seed, encode=encoder.encode)


def _feel(cue: CueSheet) -> tuple[float, float, float]:
    """Valence, energy, tension of a piece."""
    rows = np.array([(section.valence, sum(section.energy) / 2, section.tension) for section in cue.sections])
    valence, energy, tension = np.average(rows, axis=0, weights=[section.beats for section in cue.sections])
    return float(valence), float(energy), float(tension)


@pytest.mark.parametrize("kind", KINDS)
def test_the_style_suits_what_is_seen(encoder: TextEncoder, kind: str) -> None:
    chosen = [choose_style(Brief(), _seen(kind, number, encoder), encoder) for number in range(PAIRS)]
    assert np.mean([style in STYLES_FOR[kind] for style in chosen]) >= 0.9


@pytest.mark.parametrize("style", [None, "documentary"])
def test_a_night_chase_is_darker_busier_and_tenser_than_a_calm_beach(encoder: TextEncoder, style: str | None) -> None:
    pairs = [
        [_feel(_directed(_seen(kind, number, encoder), encoder, number, style)) for kind in (CALMER, BUSIER)]
        for number in range(PAIRS)
    ]
    moved = np.array([np.subtract(busy, calm) for calm, busy in pairs])
    assert (np.sign(moved) == (-1, 1, 1)).mean(axis=0).min() >= 0.95
    assert moved[:, 1].mean() > 0.25


def test_a_product_on_white_sounds_like_neither(encoder: TextEncoder) -> None:
    feels = {
        kind: np.array([_feel(_directed(_seen(kind, n, encoder), encoder, n)) for n in range(6)]).mean(axis=0)
        for kind in ("product on white", CALMER, BUSIER)
    }
    assert feels[CALMER][1] + 0.1 < feels["product on white"][1] < feels[BUSIER][1] - 0.1
    assert feels["product on white"][0] > feels[BUSIER][0] + 0.3


def test_a_meadow_is_calmer_and_brighter_than_a_busy_street(encoder: TextEncoder) -> None:
    picture = PictureEncoder(device="cpu")

    def feel(name: str) -> Feel:
        board = read_edit(EXAMPLES / "media" / name)
        parsed = parse(board, brief="", text=encoder, picture=picture)
        seconds = [float(shot.duration) for shot in board.shots]
        looks = np.array([features.cinematics.as_array() for features in parsed.shots])
        sights = sights_of_shots(parsed, encoder.encode)
        seen = mean_sights(list(zip(sights.values(), seconds, strict=True)))
        look = Cinematics(*np.average(looks, axis=0, weights=seconds).tolist())
        return feel_of_picture(look, (len(seconds) - 1) / sum(seconds), seen)

    meadow, street = feel("meadow.mp4"), feel("street.mp4")
    assert meadow.energy < street.energy - 0.2
    assert meadow.valence > street.valence + 0.1
    assert meadow.tension < street.tension


def test_names_of_things_are_told_apart(encoder: TextEncoder) -> None:
    parsed = _seen("calm beach", 1, encoder)
    sights = sights_of_shots(parsed, encoder.encode)
    assert sights.keys() == {shot.number for shot in parsed.storyboard.shots}
    mean = mean_sights([(row, 1.0) for row in sights.values()])
    assert 0 < mean.sum() <= 1
    assert list(SIGHTS)[int(mean.argmax())] == "calm nature"
    assert not any(row.any() for row in sights_of_shots(parsed, None).values())


def test_what_is_seen_moves_the_feeling_of_one_look(encoder: TextEncoder) -> None:
    look = _seen("calm beach", 2, encoder).shots[0].cinematics
    alone, beach, chase = (
        feel_of_picture(look, 0.3, row)
        for row in (
            np.zeros(len(SIGHTS)),
            *(np.eye(len(SIGHTS))[list(SIGHTS).index(n)] for n in ("calm nature", "emergency")),
        )
    )
    assert beach.energy < alone.energy < chase.energy
    assert beach.tension < alone.tension < chase.tension
    assert chase.valence < alone.valence
