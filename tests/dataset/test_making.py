"""``vem dataset synth``: sets of features alone, whole films, and the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from vem_plugin.dataset import open_set
from vem_plugin.dataset.synth import draw_pair
from vem_plugin.dataset.synth.making import Wishes, make_set
from vem_plugin.dataset.synth.story import draw_story
from vem_plugin.dataset.synth.taste import USUAL
from vem_plugin.errors import SettingsError
from vem_server.cli import app
from vem_timeline import read

BARE = {"words": False, "music": False, "sound": False, "video": False}


def test_the_command_line(tmp_path):
    flags = ["--no-words", "--no-music", "--no-sound", "--no-video", "--json"]
    answer = CliRunner().invoke(app, ["dataset", "synth", "-o", str(tmp_path), "--pairs", "20", *flags])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert (told["pairs"], told["train"], told["test"]) == (20, 18, 2)
    found = open_set(tmp_path)
    assert found.split("test").keys == ("synth-1-000009", "synth-1-000019")
    assert "20 pairs" in (tmp_path / "card.md").read_text()
    drawn = draw_pair(3, seed=1, music=False)
    np.testing.assert_allclose(found[3].looks, drawn.looks, atol=1e-3)
    np.testing.assert_array_equal(found[3].transitions.hit, drawn.transitions.hit)


def test_the_same_wishes_make_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        make_set(tmp_path / name, Wishes(pairs=4, **BARE | {"music": True}))
    for path in (tmp_path / "a").rglob("*.*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def _short_number(seed: int) -> int:
    """A pair of this seed that lasts 4 to 9 seconds and has straight cuts."""
    for number in range(2000):
        rng = np.random.default_rng([seed, number])
        story = draw_story(rng, USUAL.drawn(rng))
        if 4 <= story.frames / story.rate <= 9 and len(story.cuts) >= 3:
            return number
    raise AssertionError("none")


def test_a_rendered_pair_is_seen_as_it_was_meant(tmp_path):
    """Light and motion of every shot are near the director's; the timeline beside the film has the same cuts."""
    number = _short_number(5)
    drawn = draw_pair(number, seed=5, music=False)
    pair = draw_pair(number, seed=5, music=False, films=tmp_path)
    assert pair.words == drawn.words
    np.testing.assert_array_equal(pair.transitions.hit, drawn.transitions.hit)
    assert pair.shots.picture.shape == (len(pair.words), 1280)
    assert (pair.shots.told[:, 1:] == 1).all()
    assert np.abs(pair.shots.cinematics[:, 0] - drawn.shots.cinematics[:, 0]).mean() < 0.2
    assert pair.surroundings.compared.all()
    board = read(tmp_path / f"{pair.key}.otio")
    assert [float(change.time) for change in board.transitions] == pytest.approx(pair.transitions.time, abs=0.021)
    assert float(board.duration) == pytest.approx(pair.seconds, abs=0.001)
    assert (tmp_path / f"{pair.key}.mp4").stat().st_size > 1000


def test_wishes_that_make_no_sense(tmp_path):
    for wrong in ({"pairs": 0}, {"taste": "none"}, {"test_share": 2.0}, {"films": True}, {"sound": True}):
        with pytest.raises(SettingsError):
            make_set(tmp_path, Wishes(**{"pairs": 1, **BARE, **wrong}))
