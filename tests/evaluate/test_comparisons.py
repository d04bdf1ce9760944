"""Histograms, the library of what taught, shuffled bars, the ear for styles, and targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate import harmony
from vem_plugin.evaluate.baselines import held_out_tasks, shuffled
from vem_plugin.evaluate.counting import Count, Figure, figure_of
from vem_plugin.evaluate.form import Library
from vem_plugin.evaluate.heard_briefs import BRIEFS, brightness
from vem_plugin.evaluate.histograms import HISTOGRAMS, histogram_of, overlap_area
from vem_plugin.evaluate.places import strong_steps
from vem_plugin.evaluate.style_ear import StyleEar, features_of
from vem_plugin.evaluate.table import (
    MODEL,
    REAL,
    TEACHER,
    Row,
    at_least,
    between,
    by_group,
    either,
    not_above,
    within_of,
)
from vem_plugin.score.cue import STYLES, Section
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.training.corpus.captions import all_captions


def test_overlap_of_histograms() -> None:
    assert overlap_area([1, 1, 2], [2, 2, 4]) == 1
    assert overlap_area([1, 0], [0, 7]) == 0
    assert overlap_area([1, 1], [3, 1]) == 0.75


@pytest.mark.parametrize("pair", [([1], [1, 2]), ([0, 0], [1, 1]), ([1, -1], [1, 1]), ([np.nan, 1], [1, 1])])
def test_what_is_no_histogram_is_refused(pair) -> None:
    with pytest.raises(SettingsError):
        overlap_area(*pair)


def test_histograms_count_everything_once(make_piece, scale) -> None:
    piece = make_piece(scale)
    counts = {name: histogram_of([piece], name) for name in HISTOGRAMS}
    assert counts["pitch class"].tolist() == [15, 0, 8, 0, 8, 8, 0, 7, 0, 7, 0, 7]
    assert counts["melody interval"].sum() == 59
    assert counts["duration"][3] == 60
    assert counts["onset density"].sum() == 16
    assert counts["velocity"][10] == 60
    with pytest.raises(SettingsError):
        histogram_of([], "velocity")


def test_the_library_finds_its_own_pieces_and_no_others(taught) -> None:
    library = Library(taught[:12])
    longest = max(taught[:12], key=lambda piece: len(piece.notes))
    assert library.nearest(longest) == 1
    assert all(library.nearest(piece) < 0.9 for piece in taught[12:])
    moved = longest.notes.copy()
    moved["pitch"] += moved["role"] > 0
    assert library.nearest(replace(longest, notes=moved)) < 0.9


def test_a_library_of_nothing_is_refused(make_piece) -> None:
    with pytest.raises(SettingsError):
        Library([make_piece([])])


def test_shuffling_keeps_the_notes_and_breaks_the_harmony(taught) -> None:
    mixed = [shuffled(piece) for piece in taught]
    for before, after in zip(taught, mixed, strict=True):
        for name in ("role", "pitch", "velocity"):
            np.testing.assert_array_equal(np.sort(before.notes[name]), np.sort(after.notes[name]))
    right, wrong = (figure_of(map(harmony.bass_on_chord, pieces)).value for pieces in (taught, mixed))
    assert wrong < right - 0.2
    np.testing.assert_array_equal(shuffled(taught[0]).notes, mixed[0].notes)


def test_strong_beats_follow_the_metre(make_piece) -> None:
    cue = make_piece([]).cue

    def strong(metre: int) -> list[int]:
        section = Section(0, (metre,), (0.5, 0.5), 0, 0, 0, frozenset())
        waltz = replace(cue, metre=metre, sections=(section,))
        return sorted(strong_steps(waltz, bars_of(waltz)))

    assert strong(4) == [0, 8]
    assert strong(3) == [0]
    assert strong(6) == [0, 12]


def test_held_out_tasks_are_the_same_every_time() -> None:
    first, again = held_out_tasks(3), held_out_tasks(3)
    assert [task.cue for task in first] == [task.cue for task in again]
    np.testing.assert_array_equal(first[0].taught().notes, again[0].taught().notes)
    other = first[0].with_theme(1)
    assert other.cue == first[0].cue
    assert other.theme.melody != first[0].theme.melody or other.theme.chords != first[0].theme.chords


def test_the_ear_learns_what_it_hears(taught) -> None:
    ear = StyleEar(taught)
    assert np.mean([ear.tell(piece) == piece.cue.style for piece in taught]) > 0.9
    assert ear.chances(taught[0]).sum() == pytest.approx(1)


def test_the_ear_reads_nothing_off_the_cue_sheet_but_bars(taught) -> None:
    piece = taught[0]
    other = replace(piece, cue=replace(piece.cue, style="ambient", mode="phrygian", bpm=60.0, caption="ambient"))
    np.testing.assert_array_equal(features_of(piece), features_of(other))


def test_an_ear_needs_two_styles(taught) -> None:
    with pytest.raises(SettingsError):
        StyleEar([piece for piece in taught if piece.cue.style == taught[0].cue.style])


def test_briefs_are_held_out_and_name_no_style() -> None:
    captions = {caption.lower() for caption in all_captions()}
    assert set(BRIEFS) <= set(STYLES)
    assert len(BRIEFS) == 8
    for style, brief in BRIEFS.items():
        assert brief.lower() not in captions
        assert style not in brief.lower()


def test_bright_modes_are_brighter(make_piece) -> None:
    def mode(steps: tuple[int, ...]) -> float:
        return brightness(make_piece([(4, 4 * at, 4, 72 + step, 80) for at, step in enumerate(steps)]))

    assert mode((0, 2, 4, 6, 7, 9, 11)) == 3
    assert mode((0, 1, 3, 5, 7, 8, 10)) == -2
    assert mode((0, 2, 4, 5, 7, 9, 11)) > mode((0, 2, 3, 5, 7, 8, 10))
    assert brightness(make_piece([])) == 0


def figure(value: float) -> Figure:
    return figure_of([Count(value, 1)])


def test_targets() -> None:
    figures = {MODEL: figure(0.95), TEACHER: figure(1.0), REAL: figure(0.96)}
    assert at_least(0.95).met(figures)
    assert not at_least(0.97).met(figures)
    assert within_of(0.05, TEACHER).met(figures)
    assert not_above(REAL).met(figures)
    assert not between(TEACHER, REAL).met(figures)
    assert either(at_least(0.97), within_of(0.02, REAL)).met(figures)
    assert within_of(0.02, REAL).met({MODEL: figure(0.9)}) is None
    assert either(at_least(0.97), within_of(0.02, REAL)).met({MODEL: figure(0.9)}) is None


def test_rows_know_whether_their_target_is_met() -> None:
    row = Row("tune", "kept", {MODEL: figure(0.5)}, at_least(0.85))
    assert row.met is False
    assert row.as_json()["figures"]["model"]["value"] == 0.5
    assert Row("tune", "kept", {MODEL: figure_of([])}, at_least(0.85)).met is None
    assert Row("tune", "kept", {MODEL: figure(0.5)}).met is None
    other = Row("harmony", "key", {MODEL: figure(1)})
    assert by_group([row, other, row]) == (row, row, other)
