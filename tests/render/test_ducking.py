"""The music makes room for speech in good time, and comes back after it."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vem_plugin.errors import SettingsError
from vem_plugin.render.ducking import ATTACK, PAUSE, RELEASE, Keyframe, ducking_curve, gain_of
from vem_plugin.render.rendering import render
from vem_plugin.render.voice import RATE

MINUTE = Fraction(60)


def level_at(curve: tuple[Keyframe, ...], second: float) -> float:
    sample = round(second * RATE)
    return float(20 * np.log10(gain_of(curve, sample, sample + 1)[0]))


def test_it_is_down_when_speech_begins_and_up_half_a_second_after_it() -> None:
    curve = ducking_curve([(Fraction(10), Fraction(14))], MINUTE, depth=8)
    assert [(frame.time, frame.level) for frame in curve] == [
        (10 - ATTACK, 0), (10, -8), (14, -8), (14 + RELEASE, 0),
    ]  # fmt: skip
    assert Fraction(12, 100) <= ATTACK <= Fraction(1, 5)
    assert Fraction(2, 5) <= RELEASE <= Fraction(3, 5)
    assert level_at(curve, 5) == 0
    assert level_at(curve, 12) == pytest.approx(-8, abs=1e-4)
    assert level_at(curve, 14.25) == pytest.approx(-4, abs=1e-3)
    assert level_at(curve, 59) == 0


def test_it_does_not_bob_between_sentences() -> None:
    first, pause = Fraction(12), PAUSE - Fraction(1, 100)
    curve = ducking_curve([(first + pause, Fraction(20)), (Fraction(10), first)], MINUTE, depth=6)
    assert len(curve) == 4
    assert level_at(curve, float(first + pause / 2)) == pytest.approx(-6, abs=1e-4)
    apart = ducking_curve([(Fraction(10), first), (first + PAUSE, Fraction(20))], MINUTE, depth=6)
    assert level_at(apart, float(first + RELEASE + Fraction(1, 10))) == 0


def test_speech_at_the_very_beginning_and_end() -> None:
    curve = ducking_curve([(Fraction(-1), Fraction(5)), (Fraction(58), Fraction(70))], MINUTE, depth=7)
    assert curve[0] == Keyframe(Fraction(0), -7)
    assert curve[-1] == Keyframe(MINUTE, -7)
    assert all(first.time < second.time for first, second in pairwise(curve))
    soon = ducking_curve([(Fraction(1, 20), Fraction(5))], MINUTE, depth=7)
    assert soon[0] == Keyframe(Fraction(0), -7)


def test_nobody_speaks() -> None:
    assert ducking_curve([(Fraction(70), Fraction(80)), (Fraction(3), Fraction(3))], MINUTE, depth=7) == ()
    assert (gain_of((), 5, 9) == 1).all()


def test_blocks_of_the_curve_fit_together() -> None:
    curve = ducking_curve([(Fraction(1), Fraction(2))], Fraction(4), depth=9)
    parts = [gain_of(curve, first, first + RATE // 3) for first in range(0, 4 * RATE, RATE // 3)]
    assert np.array_equal(np.concatenate(parts), gain_of(curve, 0, 4 * RATE))
    assert np.abs(np.diff(gain_of(curve, 0, 4 * RATE))).max() < 1e-3


def test_a_take_with_speech_gets_a_ducked_mix_beside_stems_that_know_nothing_of_it(
    tmp_path: Path, make_plan, make_score, make_song
) -> None:
    score, plan = make_score(make_song(16), beats=16), make_plan((16, Fraction(8)))
    speech = [(Fraction(2), Fraction(4))]
    plain = render(score, plan, folder=tmp_path, name="plain", seed=0)
    take = render(score, plan, folder=tmp_path, name="spoken", seed=0, speech=speech, ducking=9)
    assert plain.ducked is None
    assert plain.ducking is None
    assert take.ducked is not None
    assert take.ducking is not None
    assert take.ducked.name == "spoken_MX_DUCKED_48k24.wav"
    for stem, path in plain.stems.items():
        assert np.array_equal(soundfile.read(path)[0], soundfile.read(take.stems[stem])[0]), stem
    mix, ducked = (soundfile.read(path)[0] for path in (take.mix, take.ducked))
    inside, outside = slice(2 * RATE, 4 * RATE), slice(5 * RATE, 8 * RATE)
    assert np.abs(ducked[inside] - mix[inside] * 10 ** (-9 / 20)).max() < 2 / (1 << 23)
    assert np.array_equal(ducked[outside], mix[outside])
    record = json.loads(take.ducking.read_text())
    assert record["keyframes"][1] == {"time": "2/1", "seconds": 2.0, "db": -9}
    assert Fraction(record["keyframes"][0]["time"]) == 2 - ATTACK


@pytest.mark.parametrize("depth", [-3.0, 1.0, 40.0])
def test_a_senseless_depth_is_refused(tmp_path: Path, make_plan, make_score, depth: float) -> None:
    with pytest.raises(SettingsError, match="under speech"):
        render(make_score([], beats=4), make_plan((4, Fraction(2))), folder=tmp_path, name="e", seed=0, ducking=depth)
