"""The promises of a finished score, also where the network breaks every one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vem_plugin.models.finish import finish, lean_on_energy, missing_hits
from vem_plugin.score.cue import ROLES, CueSheet, Section
from vem_plugin.score.key import transposed, transposed_chords
from vem_plugin.score.notes import DRUMS, NOTE, STEPS_PER_BEAT, Chord
from vem_plugin.training.corpus.build import build_piece

TRIAD = Chord(7, (2, 7, 11))


def cue_of(*, hits: dict[int, float], stops: frozenset[int] = frozenset()) -> CueSheet:
    """Eight bars; the second half without drums and melody; the last bar rings."""
    calm = frozenset(ROLES) - {"drums", "melody"}
    first = Section(0, (4,) * 4, (0.2, 0.2), 0.0, 0.2, 0, frozenset(ROLES))
    second = Section(16, (4,) * 4, (0.8, 0.8), 0.0, 0.2, 0, calm)
    return CueSheet("epic", "minor", 0, 120.0, (first, second), hits, stops, 28)


def noise(cue: CueSheet, count: int = 400) -> np.ndarray:
    """Random notes of every role, many of them beyond the end."""
    rng = np.random.default_rng(0)
    notes = np.zeros(count, NOTE)
    notes["role"] = rng.integers(5, size=count)
    notes["start"] = rng.integers(4 * cue.beats, size=count)
    notes["length"] = rng.integers(1, 40, size=count)
    notes["pitch"] = np.where(notes["role"] == 0, rng.choice(DRUMS, count), rng.integers(40, 90, size=count))
    notes["velocity"] = rng.integers(20, 128, size=count)
    return notes[np.argsort(notes["start"], kind="stable")]


def test_noise_becomes_a_score_that_keeps_every_promise() -> None:
    cue = cue_of(hits={7: 1.0, 32: 0.5, 41: 0.25, 56: 1.0}, stops=frozenset({10, 11}))
    notes = finish(noise(cue), (TRIAD,) * cue.beats, cue).notes
    onsets, end = set(notes["start"].tolist()), 4 * cue.beats
    assert {2 * eighth for eighth in cue.hits} <= onsets
    assert (notes["start"] + notes["length"]).max() == end
    in_stop = (notes["start"] < 48) & (notes["start"] + notes["length"] > 40)
    assert not in_stop.any()
    later = notes[(notes["start"] >= 64) & (notes["start"] < 112)]
    banned = np.isin(later["role"], [ROLES.index("drums"), ROLES.index("melody")])
    assert not (banned & ~np.isin(later["start"], [64, 82])).any()
    assert notes["start"].max() == 112
    last = notes[(notes["start"] == 112) & (notes["role"] > 0)]
    assert len(last)
    assert (last["length"] == 16).all()
    assert not ((notes["start"] < 112) & (notes["start"] + notes["length"] > 112) & (notes["role"] > 0)).any()


def test_silence_gets_its_hits_and_its_last_chord() -> None:
    cue = cue_of(hits={7: 1.0, 32: 0.5, 41: 0.25, 4: 0.25})
    done = finish(np.zeros(0, NOTE), (TRIAD,) * cue.beats, cue)
    assert done.repairs["repaired_hits"] == 4
    assert done.repairs["ending_notes"] == 4
    assert set(done.notes["start"].tolist()) == {8, 14, 64, 82, 112}
    ringing = done.notes[done.notes["start"] == 112]
    assert {int(pitch) % 12 for pitch in ringing["pitch"]} == {2, 7, 11}


def test_a_missing_hit_is_loud_as_it_is_strong_and_light_where_drums_play() -> None:
    cue = cue_of(hits={7: 1.0, 32: 0.5, 4: 0.25, 41: 0.25})
    added = missing_hits(np.zeros(0, NOTE), (TRIAD,) * cue.beats, cue)
    loudest = {step: int(added["velocity"][added["start"] == step].max()) for step in (8, 14, 64, 82)}
    assert loudest[14] > loudest[64] > loudest[8] > loudest[82]
    assert added["role"][added["start"] == 8].tolist() == [0]
    assert added["role"][added["start"] == 82].tolist() == [1]


def test_a_repaired_hit_cuts_the_note_it_strikes_again() -> None:
    cue = cue_of(hits={41: 0.25})
    held = np.array([(1, 64, 40, 36 + TRIAD.root, 80), (1, 64, 40, 60, 80)], NOTE)
    notes = finish(held, (TRIAD,) * cue.beats, cue).notes
    lengths = {(int(n["start"]), int(n["pitch"])): int(n["length"]) for n in notes}
    assert lengths[64, 43] == 82 - 64
    assert lengths[82, 43] == 2
    assert lengths[64, 60] == 40


def test_a_hit_inside_a_stop_stays_silent() -> None:
    cue = cue_of(hits={20: 0.25}, stops=frozenset({10}))
    assert len(missing_hits(np.zeros(0, NOTE), (TRIAD,) * cue.beats, cue)) == 0


def test_marked_hits_are_accented_and_others_are_left() -> None:
    cue = cue_of(hits={8: 1.0, 16: 0.5, 48: 1.0}, stops=frozenset({24}))
    soft = np.array([(1, 16, 2, 40, 70), (2, 16, 2, 60, 60), (1, 32, 2, 40, 70), (1, 96, 2, 40, 70)], NOTE)
    done = finish(soft, (TRIAD,) * cue.beats, cue)
    on_hit = done.notes[done.notes["start"] == 16]
    assert sorted(on_hit["pitch"].tolist()) == [40, 49, 60]
    assert on_hit["velocity"].min() >= 120
    assert done.notes["velocity"][done.notes["start"] == 32].max() == 70
    assert not (done.notes["start"] // STEPS_PER_BEAT == 24).any()
    assert done.repairs["crashes"] == 1


def test_velocities_lean_on_energy_but_not_on_hits() -> None:
    cue = cue_of(hits={0: 1.0})
    notes = np.array([(1, 0, 1, 40, 100), (1, 4, 1, 40, 100), (1, 8, 1, 40, 90), (1, 80, 1, 40, 60)], NOTE)
    leaning = lean_on_energy(notes, cue, [(50, 50)] * 5)
    assert leaning["velocity"].tolist() == [100, 65, 55, 90]
    assert notes["velocity"].tolist() == [100, 100, 90, 60]


def test_velocities_climb_with_the_energy_inside_a_section() -> None:
    """Bars of a section that climbs from 0 to 1 come to lie on the line, whatever the network did; accents stay."""
    section = Section(0, (4,) * 4, (0.0, 1.0), 0.0, 0.2, 0, frozenset(ROLES))
    cue = CueSheet("epic", "minor", 0, 120.0, (section,), {}, frozenset(), 15)
    falling = [(1, 16 * bar + beat, 1, 40, 90 - 10 * bar + 4 * (beat == 0)) for bar in range(4) for beat in (0, 8)]
    velocity = lean_on_energy(np.array(falling, NOTE), cue, [(50, 60)] * 5)["velocity"].astype(int).reshape(4, 2)
    assert velocity.mean(1).tolist() == [50, 70, 90, 110]
    assert (velocity[:, 0] - velocity[:, 1] == 4).all()


@pytest.mark.parametrize("number", range(12))
def test_a_teachers_piece_needs_hardly_any_repair(number: int) -> None:
    piece = build_piece(number, seed=99)
    done = finish(piece.notes, piece.chords, piece.cue)
    assert done.repairs["repaired_hits"] == 0
    assert done.repairs["stopped_notes"] == 0
    assert done.repairs["roles_silenced"] == 0


def test_finishing_twice_changes_nothing() -> None:
    piece = build_piece(3, seed=99)
    once = finish(piece.notes, piece.chords, piece.cue).notes
    np.testing.assert_array_equal(finish(once, piece.chords, piece.cue).notes, once)


@pytest.mark.parametrize(("key", "semitones"), [(0, 0), (6, 6), (7, -5), (11, -1)])
def test_keys_are_reached_by_the_shorter_way(make_cue, key: int, semitones: int) -> None:
    cue = replace(make_cue(0), key=key)
    notes = np.array([(0, 0, 1, 36, 90), (3, 0, 1, 60, 90)], NOTE)
    assert transposed(notes, cue)["pitch"].tolist() == [36, 60 + semitones]
    assert transposed_chords((Chord(0, (0, 4, 7)),) * cue.beats, cue)[0].root == key


def test_a_shifted_section_sounds_in_its_own_key(make_cue) -> None:
    cue = make_cue(0)
    first, last = cue.sections[0], cue.sections[-1]
    assert first is not last
    cue = replace(cue, key=2, sections=(*cue.sections[:-1], replace(last, shift=3)))
    notes = np.array([(3, 0, 1, 60, 90), (3, last.start * STEPS_PER_BEAT, 1, 60, 90)], NOTE)
    assert transposed(notes, cue)["pitch"].tolist() == [62, 65]
    chords = transposed_chords((Chord(9, (0, 4, 9)),) * cue.beats, cue)
    assert (chords[0].root, chords[last.start].root, chords[-1].tones) == (11, 2, (2, 5, 9))


def test_the_key_does_not_touch_the_cue(make_cue) -> None:
    cue = replace(make_cue(0), key=5)
    assert finish(np.zeros(0, NOTE), (TRIAD,) * cue.beats, cue).notes["pitch"].max() < 90
