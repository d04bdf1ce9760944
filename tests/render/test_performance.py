"""Notes are played, not typed: exact on hits, human elsewhere, by chance that belongs to each note alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from vem_plugin.render.performance import MANNERS, PlayedNote, dynamics, grain_of, perform
from vem_plugin.render.phrase import PhraseArc
from vem_plugin.render.synth import frames_of, played_notes
from vem_plugin.render.voice import RATE
from vem_plugin.score.instruments import instruments
from vem_plugin.score.swing import Swing

TRIPLET = Swing(Fraction(2, 3))


def note_of(step: int, *, seconds: float = 2.0, pitch: int = 60, **more) -> PlayedNote:
    """A note of the second role, two seconds from the start for every step."""
    start = 2 * step * RATE
    end = start + int(seconds * RATE)
    return PlayedNote(start, end, 1 << 62, pitch, 80, 0.0, 0.5, grain=grain_of(7, 1, step, pitch), **more)


def level_at(points: tuple[tuple[int, float], ...], time: int) -> float:
    return float(np.interp(time, [place for place, _ in points], [level for _, level in points]))


def test_every_family_of_instruments_has_a_manner() -> None:
    assert {instrument.family for instrument in instruments().values()} == set(MANNERS)


def test_hits_are_never_moved(make_plan, make_score, make_song) -> None:
    hits = {0: 1.0, 8: 0.25, 16: 0.5, 24: 1.0}
    score, plan = make_score(make_song(16), beats=16, hits=hits), make_plan((16, Fraction(9)))
    score = replace(score, cue=replace(score.cue, swing=TRIPLET))
    exact = {frames_of(plan.time_of(Fraction(eighth, 2))) for eighth in hits}
    played = played_notes(score, plan, seed=3)
    assert sum(note.exact for note in played["drums"]) == 4
    for notes in played.values():
        found = [note for note in notes if note.exact]
        assert {note.start for note in found} <= exact
        for instrument in instruments().values():
            assert all(perform(note, instrument).start == note.start for note in found)
            assert all(perform(note, instrument).velocity == note.velocity for note in found)


def test_swing_moves_what_lies_between_the_beats_but_no_hit(make_plan, make_score) -> None:
    notes = [("melody", step, 1, 72, 90) for step in range(16)]
    plan = make_plan((4, Fraction(4)))
    score = make_score(notes, beats=4, hits={3: 0.25})
    swung = replace(score, cue=replace(score.cue, swing=TRIPLET))
    times = [Fraction(note.start, RATE) for note in played_notes(swung, plan)["melody"]]
    assert times[0:4] == [0, Fraction(1, 3), Fraction(2, 3), Fraction(5, 6)]
    assert times[6] == Fraction(3, 2)  # the hit
    assert times[10] == 2 + Fraction(2, 3)
    assert times[::4] == [0, 1, 2, 3]


@pytest.mark.parametrize(("name", "spread"), [("strings", 0.004), ("standard_kit", 0.003), ("electronic_kit", 0.0)])
def test_people_are_a_few_milliseconds_apart_and_machines_are_not(name: str, spread: float) -> None:
    moved = [perform(note_of(step), instruments()[name]).start - 2 * step * RATE for step in range(1, 800)]
    assert np.std(moved) / RATE == pytest.approx(spread, rel=0.15)
    assert abs(np.mean(moved)) / RATE < 0.0006
    assert np.abs(moved).max() / RATE < 0.0101


def test_chance_comes_from_the_seed_and_the_note_alone(make_plan, make_score, make_song) -> None:
    plan, song = make_plan((16, Fraction(9))), make_song(16)
    strings = instruments()["strings"]

    def heard(notes, seed: int) -> dict[tuple[int, int], PlayedNote]:
        played = played_notes(make_score(notes, beats=16), plan, seed=seed)["melody"]
        return {(note.start, note.key): perform(note, strings) for note in played}

    whole, again, other = heard(song, 5), heard(list(reversed(song)), 5), heard(song, 6)
    assert whole == again
    assert whole != other
    second_half = [note for note in song if note[1] >= 32]
    rescored = heard([("melody", 0, 6, 75, 60), ("melody", 6, 2, 74, 60), *second_half], 5)
    kept = [place for place in rescored if place in whole and place[0] >= frames_of(plan.time_of(Fraction(8)))]
    assert len(kept) > 6
    assert all(rescored[place] == whole[place] for place in kept)


def test_guitars_strum_from_low_to_high_and_back_on_upstrokes() -> None:
    guitar = instruments()["steel_guitar"]
    spreads = {True: [], False: []}
    for step in range(1, 200):
        for up in (True, False):
            low, high = (note_of(step, rank=rank, chord=4, upstroke=up) for rank in (0.0, 1.0))
            spreads[up].append((perform(high, guitar).start - perform(low, guitar).start) / RATE)
    assert np.mean(spreads[False]) == pytest.approx(0.018, abs=0.002)
    assert np.mean(spreads[True]) == pytest.approx(-0.018, abs=0.002)
    together = [note_of(9, rank=rank, chord=4, exact=True) for rank in (0.0, 1.0)]
    assert len({perform(note, guitar).start for note in together}) == 1


def test_strings_overlap_pianos_are_pedalled_and_short_notes_stay_short() -> None:
    note = note_of(3, seconds=0.5, pedal=6 * RATE + RATE)
    assert perform(note, instruments()["strings"]).end > note.end
    assert perform(note, instruments()["grand_piano"]).end == note.pedal
    assert perform(replace(note, pedal=9 * RATE), instruments()["grand_piano"]).end < 8 * RATE
    short = note_of(3, seconds=0.1, pedal=7 * RATE)
    assert all(perform(short, instruments()[name]).end == short.end for name in ("strings", "grand_piano"))


def test_long_bowed_notes_swell_and_fade_and_struck_ones_cannot() -> None:
    note = note_of(2, seconds=2.0)
    bowed = dynamics(note, instruments()["strings"])
    levels = [level for _, level in bowed]
    assert max(levels) - levels[0] > 3
    assert max(levels) - levels[-1] > 3
    assert 0.35 < (bowed[int(np.argmax(levels))][0] - note.start) / (note.end - note.start) < 0.65
    assert dynamics(note_of(2, seconds=0.2), instruments()["strings"])[0][1] == 0
    assert len(dynamics(note, instruments()["grand_piano"])) == 1


def test_a_long_note_on_a_hit_begins_with_an_accent() -> None:
    points = dynamics(replace(note_of(2), hit=1.0, exact=True), instruments()["horns"])
    assert points[0][1] > 1
    assert level_at(points, points[0][0] + int(0.45 * RATE)) < -1


def test_music_grows_into_hits_and_phrases_breathe(make_plan, make_score) -> None:
    score, plan = make_score([], beats=32, hits={32: 1.0, 48: 0.25}), make_plan((32, Fraction(16)))
    arc = PhraseArc(score.cue, lambda beat: frames_of(plan.time_of(min(beat, Fraction(32)))))
    hit = 8 * RATE
    before, there = (arc.over(hit - early, hit)[0][1] for early in (RATE, RATE // 40))
    assert there - before > 2.5
    assert arc.over(hit + RATE // 10, hit + RATE)[0][1] < there - 2
    weak = 12 * RATE
    assert abs(arc.over(weak - RATE // 40, weak)[0][1] - arc.over(weak - RATE, weak)[0][1]) < 0.7
    start, middle, end = (level_at(arc.over(0, hit), time) for time in (0, hit * 3 // 5, hit - 2 * RATE))
    assert start < middle
    assert end < middle
