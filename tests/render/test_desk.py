"""The desk keeps roles out of each other's way, by the notes and only near them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vem_plugin.render.desk import CHANNELS, DeskChannel, drum_curve, tune_curve
from vem_plugin.render.synth import PlayedNote
from vem_plugin.render.voice import RATE
from vem_plugin.score.cue import ROLES, Role

Notes = dict[Role, list[PlayedNote]]


def nothing() -> Notes:
    return {role: [] for role in ROLES}


def note(start: float, end: float, key: int = 72, velocity: int = 127) -> PlayedNote:
    return PlayedNote(int(start * RATE), int(end * RATE), 1 << 62, key, velocity, 0.0, 0.5)


def tone(hertz: float, seconds: float = 2, side: float = 0.0) -> NDArray[np.float32]:
    wave = 0.2 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    return np.stack([wave * (1 + side), wave * (1 - side)]).astype(np.float32)


def gain(role: Role, sound: NDArray[np.float32], notes: Notes | None = None) -> float:
    """dB from in to out, once the filters have settled."""
    out = DeskChannel(role, notes or nothing()).passed(sound, 0)
    settled = slice(RATE // 2, None)
    return float(10 * np.log10(np.square(out[:, settled]).sum() / np.square(sound[:, settled]).sum()))


@pytest.mark.parametrize("role", ROLES)
def test_what_lies_below_a_role_is_taken_away_and_its_notes_are_not(role: Role) -> None:
    assert gain(role, tone(15)) < -20
    assert gain(role, tone(8 * CHANNELS[role].low)) > -1
    assert gain(role, tone(1500)) == pytest.approx(0, abs=0.1)


def test_lows_come_to_the_middle_and_sides_come_in() -> None:
    low = DeskChannel("harmony", nothing()).passed(tone(110, side=1.0), 0)
    assert np.corrcoef(low[:, RATE:])[0, 1] > 0.8
    random = np.random.default_rng(3)
    sides = 0.1 * random.standard_normal((2, RATE)).astype(np.float32)
    for role in ROLES:
        out = DeskChannel(role, nothing()).passed(sides, 0)
        assert np.corrcoef(out)[0, 1] > 0.05


def test_the_others_step_back_where_the_tune_sings_and_only_there() -> None:
    notes = nothing() | {"melody": [note(1.0, 1.5), note(1.7, 3.0)]}
    sound = tone(1100, 6)
    for role, steps_back in (("harmony", True), ("counter", True), ("bass", False), ("melody", False)):
        out = DeskChannel(role, notes).passed(sound, 0)
        level = [np.sqrt(np.square(out[:, span]).mean()) for span in (np.s_[RATE : 3 * RATE], np.s_[4 * RATE :])]
        assert 20 * np.log10(level[0] / level[1]) == pytest.approx(-4.3 if steps_back else 0, abs=0.2)


def test_the_tune_keeps_its_breaths() -> None:
    curve = tune_curve([(RATE, 2 * RATE)], 0, 4 * RATE)
    assert curve[RATE : 2 * RATE].min() == 1
    assert not curve[: int(0.85 * RATE)].any()
    assert not curve[int(2.2 * RATE) :].any()


def test_the_bass_gives_way_to_the_bass_drum_and_not_to_the_snare() -> None:
    notes = nothing() | {"drums": [note(1.0, 1.1, key=36), note(1.5, 1.6, key=38)]}
    sound = tone(200)
    change = DeskChannel("bass", notes).passed(sound, 0) - DeskChannel("bass", nothing()).passed(sound, 0)
    heard = np.flatnonzero(np.abs(change).max(axis=0) > 1e-6) / RATE
    assert 0.99 < heard.min() < 1.0
    assert 1.15 < heard.max() < 1.3
    curve = drum_curve([(RATE, 3.0), (RATE + 4800, 3.0)], 0, 2 * RATE)
    assert 20 * np.log10(curve.min()) == pytest.approx(-3, abs=0.01)
    assert (curve <= 1).all()


@pytest.mark.parametrize("role", ROLES)
def test_blocks_do_not_matter(role: Role) -> None:
    notes = nothing() | {"melody": [note(0.4, 0.9)], "drums": [note(0.5, 0.6, key=36)]}
    sound = np.random.default_rng(1).standard_normal((2, RATE)).astype(np.float32)
    whole = DeskChannel(role, notes).passed(sound, 0)
    channel = DeskChannel(role, notes)
    parts = [channel.passed(sound[:, first : first + 7001], first) for first in range(0, RATE, 7001)]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)
