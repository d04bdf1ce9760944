"""Sound is pulled onto its hits, by known amounts, without a seam, and untouched where nothing was wrong."""

from __future__ import annotations

import sys
from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.render import anchoring
from vem_plugin.render.anchoring import LEAD, LIMITS, TAIL, Anchoring, Sound, anchored, chain_of, stretched

RATE = 48_000
SECONDS = 14.0
BEATS = np.arange(1, 27) * 0.5
HITS = (3.0, 6.0, 9.0, 12.0)
ERRORS = (0.06, -0.08, 0.11, 0.0)


def note(hertz: float, level: float) -> NDArray[np.float64]:
    t = np.arange(RATE // 2) / RATE
    tone = sum(np.sin(2 * np.pi * hertz * h * t) / h for h in range(1, 6))
    return level * np.exp(-6 * t) * np.minimum(1, t / 0.002) * (1 - t / t[-1]) * tone


def music(errors: tuple[float, ...] = ERRORS, *, pad: bool = False) -> Sound:
    """A note on every beat, louder on hits, which are off by ``errors``; on a soft chord if asked."""
    sound = np.zeros((round(SECONDS * RATE), 2), np.float32)
    if pad:
        t = np.arange(len(sound)) / RATE
        sound += 0.02 * np.sin(2 * np.pi * np.outer(t, (196, 247, 294))).sum(axis=1, keepdims=True)
    for number, beat in enumerate(BEATS):
        late = dict(zip(HITS, errors, strict=True)).get(beat)
        tone = note((220, 330, 440)[number % 3], 0.1 if late is None else 0.3)
        start = round((beat + (late or 0.0)) * RATE)
        sound[start : start + len(tone)] += tone[: len(sound) - start, None].astype(np.float32)
    return sound


def place_of(sound: Sound, hit: float) -> float:
    """Where the loud note of a hit begins, by its likeness with the note itself: nothing of the product is asked."""
    number = int(np.flatnonzero(np.isclose(BEATS, hit))[0])
    first = round((hit - 0.25) * RATE)
    heard = sound[first : first + RATE // 2 + 2000, 0].astype(np.float64)
    attack = note((220, 330, 440)[number % 3], 0.3)[:2000]
    return (first + int(np.correlate(heard, attack, "valid").argmax())) / RATE


@pytest.fixture(scope="module")
def done() -> Anchoring:
    return anchored(music(), RATE, HITS, beats=BEATS.tolist())


def test_hits_land_where_they_belong_and_all_else_stays_to_the_bit(done: Anchoring) -> None:
    sound = music()
    np.testing.assert_allclose([place_of(sound, hit) - hit for hit in HITS], ERRORS, atol=1e-4)
    assert done.sound.shape == sound.shape
    assert done.sound.dtype == np.float32
    np.testing.assert_allclose([place_of(done.sound, hit) for hit in HITS], HITS, atol=0.004)
    assert [hit.time for hit in done.moved] == [3.0, 6.0, 9.0]
    assert done.left == ()
    assert done.before.figures()["hits"]["within_40_ms"] == 0.25
    assert done.after.figures()["hits"]["within_40_ms"] == 1.0
    time = np.arange(len(sound)) / RATE
    near = (np.abs(time[:, None] - (3, 6, 9)) < 1.1).any(axis=1)
    np.testing.assert_array_equal(done.sound[~near], sound[~near])
    assert (done.sound[near] != sound[near]).any()
    for hit, late in zip(done.moved, ERRORS, strict=False):  # the attack is moved as it is
        new, old = (round(at * RATE) for at in (hit.time, hit.time + (hit.offset or 0)))
        reach = slice(-round(LEAD * RATE) + 1, round(TAIL * RATE) - 1)
        parts = (done.sound[new + reach.start : new + reach.stop], sound[old + reach.start : old + reach.stop])
        np.testing.assert_array_equal(*parts)
        assert hit.offset == pytest.approx(late, abs=0.004)


def test_sound_that_is_in_time_comes_back_as_it_was() -> None:
    sound = music((0.0, 0.02, -0.03, 0.0))
    done = anchored(sound, RATE, HITS, beats=BEATS.tolist())
    np.testing.assert_array_equal(done.sound, sound)
    assert not done.moved
    assert not done.left
    np.testing.assert_array_equal(done.places_of([1.0, 7.5]), [1.0, 7.5])


def test_there_is_no_seam_to_hear() -> None:
    """A held chord keeps its level and its pitch through everything that is stretched, and no sample jumps."""
    plain, sound = music((0.0,) * 4, pad=True), music(pad=True)
    done = anchored(sound, RATE, HITS, beats=BEATS.tolist()).sound
    assert np.abs(np.diff(done, axis=0)).max() <= 1.05 * np.abs(np.diff(sound, axis=0)).max()

    def levels(heard: Sound) -> NDArray[np.float64]:
        tone = np.exp(-2j * np.pi * 247 * np.arange(len(heard)) / RATE) * heard[:, 0]
        return np.abs(fftconvolve(tone, np.hanning(4800) / 2400, "same")[::480])

    meant = levels(plain)
    quiet = np.abs(np.arange(len(meant)) * 0.01 % 0.5 - 0.3) < 0.1  # after a note has died away, before the next
    assert np.abs(20 * np.log10(levels(done)[quiet] / meant[quiet])).max() < 3


def test_what_cannot_be_put_right_is_left_with_its_reason() -> None:
    sound = np.zeros((6 * RATE, 2), np.float32)
    tone = note(330, 0.3)[:, None].astype(np.float32)
    for start in (0.62, 2.1, 2.22, 4.0):
        sound[round(start * RATE) :][: len(tone)] += tone
    done = anchored(sound, RATE, [0.5, 2.0, 2.32, 4.05, 5.5])
    reasons = {hit.time: hit.reason for hit in done.left}
    assert "stretched beyond" in reasons[0.5]  # what stands before it would shrink from 0.55 to 0.43 seconds
    assert "no onset" in reasons[5.5]
    assert [hit.time for hit in done.moved if hit.time > 4] == [4.05]
    assert len(done.left) + len(done.moved) + sum(hit.in_time for hit in done.before.hits) == 5
    for (one, new), (other, later) in pairwise(done.anchors):
        assert LIMITS[0] <= (later - new) / (other - one) <= LIMITS[1]


def test_no_chain_of_anchors_is_worth_more() -> None:
    chance = np.random.default_rng(3)
    for _ in range(20):
        places = np.sort(chance.integers(RATE, 9 * RATE, 8))
        shifts = chance.choice([0, 0, 1], 8) * chance.integers(-9000, 9000, 8)
        inner = [
            anchoring._Anchor(int(place + shift), int(place), float(worth))
            for place, shift, worth in zip(places, shifts, chance.choice([0.02, 1.0], 8), strict=True)
        ]
        ends = [anchoring._Anchor(0, 0, 0.0), anchoring._Anchor(10 * RATE, 10 * RATE, 0.0)]
        chosen = chain_of([ends[0], *inner, ends[1]], RATE)
        chains = (
            [ends[0], *(inner[i] for i in kept), ends[1]] for size in range(9) for kept in combinations(range(8), size)
        )
        best = max(sum(place.worth for place in chain) for chain in chains if _allowed(chain))
        assert _allowed(chosen)
        assert sum(place.worth for place in chosen) == pytest.approx(best)


def _allowed(chain: list[anchoring._Anchor]) -> bool:
    steps = [(b.source - a.source, b.target - a.target) for a, b in pairwise(chain)]
    old, new = np.array(steps).T
    return bool(anchoring._may_become(old, new, RATE).all())


def test_anchored_sound_knows_where_everything_went(done: Anchoring) -> None:
    places = done.places_of([hit + late for hit, late in zip(HITS, ERRORS, strict=True)])
    np.testing.assert_allclose(places, HITS, atol=0.004)
    told = done.as_json()
    assert [hit["time"] for hit in told["moved"]] == [3.0, 6.0, 9.0]
    assert told["before"]["hits"]["worst_ms"] > 100 > 10 > told["after"]["hits"]["worst_ms"]


def test_nothing_changes_outside_a_span_and_the_same_anchors_give_the_same_sound() -> None:
    sound = music()
    done = anchored(sound, RATE, HITS, beats=BEATS.tolist(), span=(5.0, 10.0))
    assert [hit.time for hit in done.moved] == [6.0, 9.0]
    assert [(hit.time, "may change" in hit.reason) for hit in done.left] == [(3.0, True)]
    inside = slice(5 * RATE, 10 * RATE)
    again = done.sound.copy()
    again[inside] = sound[inside]
    np.testing.assert_array_equal(again, sound)
    np.testing.assert_array_equal(stretched(sound, RATE, done.anchors), done.sound)


def test_a_hit_beyond_the_sound_and_a_missing_library_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="beyond"):
        anchored(music(), RATE, [SECONDS + 1])
    with pytest.raises(SettingsError, match="span"):
        anchored(music(), RATE, HITS, span=(3.0, 2.0))
    monkeypatch.setitem(sys.modules, "python_stretch", None)
    monkeypatch.setitem(sys.modules, "python_stretch.Signalsmith", None)
    with pytest.raises(RenderError, match="not installed"):
        anchored(music(), RATE, HITS)
