"""Metre, theme and palette from the settings to the take, on a short real video."""

from __future__ import annotations

from pathlib import Path

import pytest

from vem_plugin import stages
from vem_plugin.errors import SettingsError
from vem_plugin.models.click import ClickComposer
from vem_plugin.publish import ScoredTake
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings
from vem_plugin.take import read_take

VIDEO = Path(__file__).parents[1] / "samples" / "video" / "bikes.mp4"
TUNE = "D4 E4 F4:2 A4 | G4:2 F4:1/2 E4:1/2 D4:2"


@pytest.fixture(scope="module")
def jig(tmp_path_factory: pytest.TempPathFactory) -> ScoredTake:
    settings = Settings(brief="a lilting folk jig", theme=TUNE, palette="folk/fireside", effects=False)
    return score_edit(VIDEO, tmp_path_factory.mktemp("jig"), settings=settings, composer=ClickComposer())[0]


def test_the_brief_chooses_six_eight_and_the_take_tells_it(jig: ScoredTake) -> None:
    take = read_take(jig.folder)
    assert (take.cue.metre, take.plan.metre) == (6, 6)
    assert take.cue.bpm == float(take.plan.base_bpm)
    assert 40 < take.plan.felt_bpm < 70
    assert take.palette == "folk/fireside"


def test_a_take_keeps_its_themes_and_lends_them_to_the_next(jig: ScoredTake) -> None:
    take = read_take(jig.folder)
    assert take.cards is not None
    lent = stages.given_theme(Settings(theme=str(jig.folder)))
    assert lent == take.cards.themes[0]
    assert stages.metre_of(Settings(), lent) == 6
    assert stages.metre_of(Settings(metre=3), lent) == 3
    again = stages.draw_themes(take.cue, lent, seed=9)
    assert again.themes[0].tune == take.cards.themes[0].tune


def test_a_theme_may_be_the_midi_file_of_a_take(jig: ScoredTake) -> None:
    card = stages.given_theme(Settings(theme=str(jig.folder / jig.take.files["midi"])))
    assert card is not None
    assert card.metre == 6
    assert any(bar for bar in card.tune)


def test_seeds_draw_other_themes_and_one_seed_the_same(jig: ScoredTake) -> None:
    cue = jig.take.cue
    assert stages.draw_themes(cue, None, seed=3) == stages.draw_themes(cue, None, seed=3)
    assert len({stages.draw_themes(cue, None, seed=seed).themes[0].tune for seed in range(5)}) == 5
    card = stages.given_theme(Settings(theme=TUNE))
    given = [stages.draw_themes(cue, card, seed=seed) for seed in range(3)]
    assert len({cards.themes[0].tune for cards in given}) == 1
    assert len({cards.themes[1].tune for cards in given}) == 3


def test_a_tempo_in_six_eight_counts_half_bars() -> None:
    board = stages.read_edit(VIDEO)
    plan = stages.plan_rhythm(board, Settings(tempo=(50, 60)), style=None, metre=6)
    assert 50 <= plan.felt_bpm <= 60
    with pytest.raises(SettingsError, match="dotted quarters"):
        stages.plan_rhythm(board, Settings(tempo=(120, 140)), style=None, metre=6)
    assert 50 <= stages.plan_rhythm(board, Settings(tempo=(50, 60)), style=None, metre=3).felt_bpm <= 60


def test_a_metre_asked_for_goes_before_the_brief() -> None:
    assert stages.metre_of(Settings(brief="a waltz")) == 3
    assert stages.metre_of(Settings(brief="a waltz", metre=4)) == 4
    assert stages.metre_of(Settings(brief="hopeful")) == 4
