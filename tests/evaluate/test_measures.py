"""Every measure of a single piece: counted by hand, perfect on what is perfect, and strict with what is no piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate import form, harmony, obedience, tune
from vem_plugin.evaluate.counting import NOTHING, Count, figure_of
from vem_plugin.evaluate.written import OF_THE_CUE_SHEET, SOUND_FOR_ALL

MEASURES = [measure for _, _, measure, _ in (*SOUND_FOR_ALL, *OF_THE_CUE_SHEET)]
FLAWLESS = (
    harmony.roots_as_told,
    obedience.hits_struck,
    obedience.stops_silent,
    obedience.roles_left_out,
    obedience.last_chord_struck,
    obedience.ends_on_tonic,
)
"""What the rule-based composer never gets wrong."""
BASS, HARMONY, COUNTER, MELODY = 1, 2, 3, 4


# --- harmony -----------------------------------------------------------------------------------------------------


def test_notes_in_key(make_piece) -> None:
    piece = make_piece([(MELODY, 0, 4, 72, 80), (MELODY, 4, 4, 73, 80), (BASS, 8, 4, 43, 80), (0, 8, 1, 38, 80)])
    assert harmony.notes_in_key(piece) == Count(2, 3)


def test_only_strong_beats_need_chord_tones(make_piece) -> None:
    rows = [(MELODY, 0, 4, 74, 80), (MELODY, 4, 4, 74, 80), (MELODY, 8, 4, 76, 80), (MELODY, 16, 4, 74, 80)]
    assert harmony.melody_on_chord(make_piece(rows)) == Count(2, 3)  # D over C is wrong, E over C and D over G right
    assert harmony.bass_on_chord(make_piece([(BASS, 0, 4, 36, 80), (BASS, 16, 4, 36, 80)])) == Count(1, 2)


def test_a_slash_chord_allows_its_bass(make_piece) -> None:
    piece = make_piece([(BASS, 16, 4, 36, 80)])
    over_tonic = tuple(chord._replace(over=0) for chord in piece.theme.chords)
    assert harmony.bass_on_chord(replace(piece, theme=replace(piece.theme, chords=over_tonic))) == Count(1, 1)


def test_clashes_are_counted_once_for_each_meeting(make_piece) -> None:
    rows = [(HARMONY, 0, 16, 60, 80), (MELODY, 4, 4, 73, 80), (MELODY, 8, 4, 72, 80), (COUNTER, 4, 2, 72, 80)]
    assert harmony.clashes_a_bar(make_piece(rows)) == Count(2, 16)  # C sharp over held C, and against C struck with it
    own = [(HARMONY, 0, 16, 60, 80), (HARMONY, 0, 16, 61, 80)]
    assert harmony.clashes_a_bar(make_piece(own)).good == 0


def test_melody_above_the_harmony(make_piece) -> None:
    rows = [(HARMONY, 0, 16, 74, 80), (MELODY, 0, 4, 72, 80), (MELODY, 4, 4, 79, 80), (MELODY, 32, 4, 60, 80)]
    assert harmony.melody_above_harmony(make_piece(rows)) == Count(1, 2)


def test_chords_should_change_on_bar_lines(make_piece) -> None:
    piece = make_piece([])
    assert harmony.changes_on_barlines(piece) == Count(15, 15)
    assert harmony.roots_as_told(piece) == Count(64, 64)
    moved = replace(piece, chords=piece.chords[-1:] + piece.chords[:-1])
    assert harmony.changes_on_barlines(moved) == Count(0, 16)
    assert harmony.roots_as_told(moved).good == 64 - 16


# --- obedience ---------------------------------------------------------------------------------------------------


def test_an_accent_is_louder_than_the_same_place_around(make_piece) -> None:
    beat = [(0, 4 * b, 1, 36, 60) for b in range(60)]
    piece = make_piece([*beat, (0, 64, 1, 49, 110)], hits={32: 1.0, 48: 1.0})
    assert obedience.hits_accented(piece) == Count(1, 2)
    assert obedience.false_accents(piece).good == 0
    loud = make_piece([*beat, (0, 72, 1, 49, 110)])
    assert obedience.false_accents(loud) == Count(1, 58)  # two sections begin where an accent is no mistake
    assert obedience.hits_struck(make_piece(beat, hits={32: 0.25, 33: 0.25})) == Count(1, 2)


def test_a_hit_inside_a_stop_asks_for_nothing(make_piece) -> None:
    piece = make_piece([(0, 64, 1, 36, 90)], hits={30: 1.0}, stops=frozenset({15, 16}))
    assert obedience.hits_accented(piece) == Count(0, 0)
    assert obedience.stops_silent(piece) == Count(1, 2)


def test_roles_left_out_and_asked_for(make_piece) -> None:
    piece = make_piece([(BASS, 0, 4, 36, 80), (BASS, 140, 4, 36, 80), (0, 140, 1, 36, 80)])
    quiet = replace(piece.cue.sections[1], roles=frozenset({"bass", "melody"}))
    piece = replace(piece, cue=replace(piece.cue, sections=(piece.cue.sections[0], quiet)))
    assert obedience.roles_left_out(piece) == Count(2, 3)  # drums stray in
    assert obedience.roles_asked_for(piece) == Count(2, 7)  # the bass plays in both sections
    on_hit = replace(piece, cue=replace(piece.cue, hits={70: 0.5}))
    assert obedience.roles_left_out(on_hit) == Count(3, 3)


def test_energy_is_heard_when_power_rises_with_it(make_piece) -> None:
    def rows(loud: range) -> list[tuple[int, int, int, int, int]]:
        return [(0, 16 * bar, 1, 36, velocity) for bar, velocity in enumerate(loud)]

    assert obedience.energy_by_bar(make_piece(rows(range(40, 85, 3)))) == Count(pytest.approx(1.0), 1)
    assert obedience.energy_by_bar(make_piece(rows(range(84, 39, -3)))) == Count(pytest.approx(-1.0), 1)
    assert obedience.energy_by_section(make_piece(rows(range(40, 85, 3)))) == NOTHING  # two sections are too few


def test_the_ending(make_piece) -> None:
    chord = [(BASS, 240, 16, 36, 90), (HARMONY, 240, 16, 64, 90)]
    assert obedience.last_chord_struck(make_piece(chord)) == Count(1, 1)
    assert obedience.ends_on_tonic(make_piece(chord)) == Count(1, 1)
    assert obedience.last_chord_struck(make_piece([*chord, (0, 248, 1, 36, 90)])) == Count(0, 1)
    assert obedience.ends_on_tonic(make_piece([(BASS, 240, 16, 43, 90), *chord[1:]])) == Count(0, 1)
    assert obedience.ends_on_tonic(make_piece([])) == Count(0, 1)


# --- tune --------------------------------------------------------------------------------------------------------


def test_a_scale_that_comes_round_is_remembered(make_piece, scale) -> None:
    piece = make_piece(scale)
    assert tune.kept_eight_bars_later(piece) == Count(28, 28)  # seven bars return; the eighth meets the ending
    assert tune.theme_played(piece) == Count(60, 60)
    grams = tune.grams_that_return(piece)
    assert grams.good == grams.of == 56
    assert tune.motifs_that_return(piece).good > 0
    assert tune.leaps(piece) == Count(7, 59)  # from the top of the scale down an octave


def test_a_forgotten_tune_is_told(make_piece, scale) -> None:
    forgetful = [row if row[1] < 128 else (*row[:3], row[3] + 1, row[4]) for row in scale]
    assert tune.kept_eight_bars_later(make_piece(forgetful)) == Count(0, 28)
    assert tune.theme_played(make_piece(forgetful)) == Count(60, 60)  # a semitone off still counts as played
    silent_half = [row for row in scale if row[1] < 128]
    assert tune.theme_played(make_piece(silent_half)) == Count(32, 60)


def test_phrases_end_with_rests_and_long_notes(make_piece) -> None:
    rows = [(MELODY, 0, 4, 72, 80), (MELODY, 4, 12, 74, 80), (MELODY, 16, 4, 72, 80), (MELODY, 32, 4, 72, 80)]
    assert tune.phrase_length(make_piece(rows)) == Count((16 + 4 + 4) / 16, 3)
    assert tune.phrase_length(make_piece([])) == NOTHING


# --- form --------------------------------------------------------------------------------------------------------


def test_bars_alike(make_piece) -> None:
    steady = [(0, 16 * bar + 4 * beat, 1, 36, 80) for bar in range(16) for beat in range(4)]
    assert form.bars_alike(make_piece(steady)) == Count(15, 15)
    assert form.drums_steady(make_piece(steady)) == Count(8, 8)  # pairs 1-2 and 2-3 of each four bars, by section
    halved = [row for row in steady if not (row[1] // 16 % 2 and row[1] % 16 >= 8)]
    assert form.bars_alike(make_piece(halved)) == Count(7.5, 15)


def test_notes_alike_and_f1(make_piece, scale) -> None:
    whole, half = make_piece(scale), make_piece(scale[:30])
    assert form.notes_alike(whole, whole) == 1
    assert form.notes_alike(whole, half) == 0.5
    assert form.notes_alike(whole, half, roles=(BASS,)) == 1
    assert form.notes_f1(whole, half) == Count(60, 90)
    octave_up = make_piece([(*row[:3], row[3] + 12, row[4]) for row in scale])
    assert form.notes_f1(whole, octave_up).good == 0
    assert form.notes_f1(whole, octave_up, pitch_classes=True) == Count(120, 120)


# --- all of them -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", FLAWLESS)
def test_the_teacher_is_flawless_where_it_must_be(measure, taught) -> None:
    assert figure_of(map(measure, taught)).value == 1


@pytest.mark.parametrize("measure", MEASURES)
def test_silence_can_be_measured(measure, make_piece) -> None:
    count = measure(make_piece([]))
    assert 0 <= count.good <= max(count.of, 1)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("fault", ["chords", "outside", "length", "role", "dtype"])
def test_what_is_no_piece_is_refused(measure, fault: str, make_piece) -> None:
    piece = make_piece([(MELODY, 0, 4, 72, 80)])
    notes = piece.notes.copy()
    if fault == "outside":
        notes["start"] = 64 * 4
    if fault == "length":
        notes["length"] = 0
    if fault == "role":
        notes["role"] = 5
    if fault == "dtype":
        notes = np.zeros((1, 5))
    piece = replace(piece, notes=notes, chords=piece.chords[1:] if fault == "chords" else piece.chords)
    with pytest.raises(SettingsError):
        measure(piece)
