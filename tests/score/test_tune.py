"""Tunes: contour, form, cadence, and how they stand on their harmony."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vem_plugin.score.cells import CADENCE_CELLS, CELLS
from vem_plugin.score.chords import QUALITIES, LoopChord, chord_at, loops_of, spelled
from vem_plugin.score.cue import METRES, MODES, STYLES
from vem_plugin.score.forms import FORMS, compose_tune
from vem_plugin.score.loops import FAMILY_LOOPS, HELD_OUT_LOOPS, LOOPS
from vem_plugin.score.motif import MotifNote, pitch_of, spelling_of, thin
from vem_plugin.score.progressions import CADENCES, CLOSINGS, HALF_CADENCES, draw_progression, loops_for
from vem_plugin.score.tune import Composer, Ground, Tune
from vem_plugin.score.tune_styles import TUNE_STYLES

PLAIN = loops_of("0:maj 5:maj 0:maj 7:maj 0:maj 5:maj 7:maj 0:maj")[0]


def tunes_of(style: str, count: int = 20, *, mode: str = "major", metre: int = 4) -> list[Tune]:
    ground = Ground(PLAIN if mode == "major" else loops_for(style, mode)[0], 1, mode, metre)
    compass = TUNE_STYLES[style].compasses[0]
    return [compose_tune(np.random.default_rng(seed), style, ground, compass)[0] for seed in range(count)]


def moves_of(tune: Tune) -> list[int]:
    degrees = [note.degree for bar in tune for note in bar]
    return [after - before for before, after in pairwise(degrees)]


@pytest.mark.parametrize("metre", METRES)
def test_cells_fill_their_bar_and_grow_denser(metre: int) -> None:
    for manner, densities in CELLS[metre].items():
        counts = [sum(len(cell) for cell in cells) / len(cells) for cells in densities]
        assert counts == sorted(counts), manner
        for cell in (*(cell for cells in densities for cell in cells), *(c for cs in CADENCE_CELLS[metre] for c in cs)):
            assert cell
            assert all(length > 0 for _, length in cell)
            assert all(a + b <= c for (a, b), (c, _) in pairwise(cell))
            assert cell[-1][0] + cell[-1][1] <= 4 * metre


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("metre", METRES)
def test_tunes_have_whole_bars_of_ordered_notes(style: str, metre: int) -> None:
    for mode in MODES:
        for tune in tunes_of(style, 3, mode=mode, metre=metre):
            assert len(tune) in (8, 16)
            for bar in tune:
                assert bar
                assert bar[-1].start + bar[-1].length <= 4 * metre
                assert all(a.start + a.length <= b.start for a, b in pairwise(bar))


@pytest.mark.parametrize("style", STYLES)
def test_steps_outweigh_leaps_and_leaps_turn_back(style: str) -> None:
    moves = [move for tune in tunes_of(style, 40) for move in moves_of(tune)]
    steps = sum(abs(move) == 1 for move in moves)
    leaps = sum(abs(move) >= 3 for move in moves)
    assert steps > 1.5 * leaps
    wide = [
        (first, second)
        for tune in tunes_of(style, 40)
        for bar in tune
        for first, second in pairwise([b.degree - a.degree for a, b in pairwise(bar)])
        if abs(first) >= 3
    ]
    assert sum(first * second <= 0 for first, second in wide) >= 0.75 * len(wide)


@pytest.mark.parametrize("style", STYLES)
def test_the_end_closes_on_the_tonic_and_half_way_stays_open(style: str) -> None:
    """Over a progression with a half cadence in bar four and a cadence in bar eight."""
    for tune in tunes_of(style):
        assert tune[-1][-1].degree % 7 == 0
        assert tune[-1][-1].length >= 8
    composer = Composer(np.random.default_rng(4), style, Ground(PLAIN, 1, "major", 4), TUNE_STYLES[style].compasses[0])
    FORMS["period"](composer)
    assert composer.bars[:2] == composer.bars[4:6]
    assert composer.bars[3][-1].degree % 7 in spelling_of(LoopChord(7, "maj"), "major")[1]


@pytest.mark.parametrize("style", STYLES)
def test_the_climax_is_high_late_and_comes_once(style: str) -> None:
    late = 0
    for tune in tunes_of(style):
        top = max(note.degree for bar in tune for note in bar)
        places = [number for number, bar in enumerate(tune) for note in bar if note.degree == top]
        assert len(places) == 1
        late += places[0] >= len(tune) // 2
    assert late == 20


@pytest.mark.parametrize("style", STYLES)
def test_a_tune_remembers_itself(style: str) -> None:
    """A fifth of its bars was heard before, note for note, and half of its rhythms."""
    exact, rhythm = [], []
    for tune in tunes_of(style, 30):
        beaten = [[(note.start, note.length) for note in bar] for bar in tune]
        exact += [bar in tune[:number] for number, bar in enumerate(tune)]
        rhythm += [bar in beaten[:number] for number, bar in enumerate(beaten)]
    assert np.mean(exact) >= 0.2
    assert np.mean(rhythm) >= 0.5


def test_thinning_keeps_places_and_degrees() -> None:
    for style in STYLES:
        for metre in METRES:
            for tune in tunes_of(style, 4, metre=metre):
                for bar in tune:
                    told = {note.start: note.degree for note in bar}
                    for density in (0, 1):
                        thinned = thin(bar, density, metre)
                        assert 1 <= len(thinned) <= len(bar)
                        assert all(told[note.start] == note.degree for note in thinned)
                        assert thinned[-1].start + thinned[-1].length <= 4 * metre


def test_styles_sing_differently() -> None:
    """Ambient has few long notes, pop repeats more than epic, epic leaps more than tense music."""

    def notes(style: str) -> list[MotifNote]:
        return [note for tune in tunes_of(style, 40) for bar in tune for note in bar]

    def share(style: str, wanted: set[int]) -> float:
        moves = [abs(move) for tune in tunes_of(style, 40) for move in moves_of(tune)]
        return sum(move in wanted for move in moves) / len(moves)

    assert len(notes("ambient")) < 0.6 * len(notes("pop"))
    assert share("pop", {0}) > share("epic", {0})
    assert share("epic", {3, 4}) > share("tense", {3, 4})


def test_the_raised_seventh_belongs_to_the_dominant_of_a_minor_key() -> None:
    dominant = spelled("7:maj")
    assert pitch_of(6, dominant, "minor") % 12 == 11
    assert pitch_of(6, spelled("0:min"), "minor") % 12 == 10
    assert pitch_of(0, spelled("9:dom7"), "major") == 73
    assert pitch_of(5, spelled("5:min"), "major") % 12 == 8
    assert pitch_of(7, dominant, "minor") == 84


def test_chords_share_a_bar_by_the_middle() -> None:
    bar = loops_of("7:sus4,7:maj")[0][0]
    assert [chord_at(bar, beat, 4).quality for beat in range(4)] == ["sus4", "sus4", "maj", "maj"]
    assert [chord_at(bar, beat, 3).quality for beat in range(3)] == ["sus4", "sus4", "maj"]
    assert [chord_at(bar, beat, 6).quality for beat in range(6)] == ["sus4"] * 3 + ["maj"] * 3
    assert chord_at(bar, 0, 1).quality == "sus4"


def test_every_chord_of_the_vocabulary_can_be_spelled_in_its_mode() -> None:
    tables = [(mode, loop) for mode, loops in LOOPS.items() for loop in loops]
    tables += [(mode, loop) for (_, mode), loops in FAMILY_LOOPS.items() for loop in loops]
    tables += [(mode, loop) for mode, loops in HELD_OUT_LOOPS.items() for loop in loops]
    tables += [(mode, loop) for mode, pair in CADENCES.items() for loops in pair for loop in loops]
    tables += [(mode, loop) for table in (HALF_CADENCES, CLOSINGS) for mode, loop in table.items()]
    for mode, loop in tables:
        for chord in (chord for bar in loop for chord in bar):
            classes, degrees = spelling_of(chord, mode)
            assert {classes[degree] for degree in degrees} == set(chord.tones)
    assert all(list(intervals) == sorted(intervals) for intervals in QUALITIES.values())


def test_held_out_loops_are_never_drawn_in_training() -> None:
    for mode in MODES:
        held_out = set(HELD_OUT_LOOPS[mode])
        assert set(loops_for("epic", mode, held_out=True)) == held_out
        for style in STYLES:
            assert not held_out & set(loops_for(style, mode))
            for seed in range(30):
                rng = np.random.default_rng(seed)
                loop = loops_for(style, mode)[seed % len(loops_for(style, mode))]
                drawn = draw_progression(rng, style, mode, loop)
                assert not held_out & {drawn, drawn[:4], drawn[4:]}


def test_styles_have_their_own_harmony() -> None:
    assert loops_for("lofi", "major") != loops_for("pop", "major") != loops_for("folk", "major")
    drawn = [
        draw_progression(np.random.default_rng(seed), style, "minor", loops_for(style, "minor")[0])
        for style in ("folk", "tense")
        for seed in range(60)
    ]
    assert sum(len(loop) == 8 for loop in drawn[:60]) > 20
    assert sum(all(chord.bass == 0 for bar in loop for chord in bar) for loop in drawn[60:]) > 8
    assert any(len(bar) == 2 for loop in drawn for bar in loop)
