from __future__ import annotations

import numpy as np
import pytest

from vem_plugin.models.raster import BEAT_SIZE, LANES, folded, notes_of, rasterise
from vem_plugin.score.notes import NOTE
from vem_plugin.training.corpus.build import build_piece


def rows(notes: np.ndarray) -> list[tuple[int, ...]]:
    return sorted(notes[["role", "start", "length", "pitch"]].tolist())


@pytest.mark.parametrize("number", range(25))
def test_a_teachers_piece_survives_exactly(number: int) -> None:
    piece = build_piece(number, seed=4242)
    raster = rasterise(piece.notes, piece.chords, piece.cue.beats)
    notes, chords = notes_of(raster)
    assert raster.shape == (piece.cue.beats, BEAT_SIZE)
    assert rows(notes) == rows(piece.notes)
    assert [(c.root, c.tones) for c in chords] == [(c.root % 12, tuple(sorted(c.tones))) for c in piece.chords]


def test_velocities_survive_where_a_note_strikes_alone() -> None:
    notes = np.array([(0, 0, 1, 36, 101), (1, 2, 5, 40, 77), (4, 3, 2, 70, 33)], NOTE)
    decoded, _ = notes_of(rasterise(notes, (), 2))
    assert decoded["velocity"].tolist() == [101, 77, 33]


def test_a_note_is_cut_at_the_end_and_one_outside_is_dropped() -> None:
    notes = np.array([(2, 6, 40, 60, 80), (2, 8, 1, 62, 80)], NOTE)
    decoded, _ = notes_of(rasterise(notes, (), 2))
    assert rows(decoded) == [(2, 6, 2, 60)]


def test_the_same_pitch_struck_again_is_two_notes() -> None:
    notes = np.array([(2, 0, 4, 60, 80), (2, 4, 4, 60, 80)], NOTE)
    decoded, _ = notes_of(rasterise(notes, (), 2))
    assert rows(decoded) == [(2, 0, 4, 60), (2, 4, 4, 60)]


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: str(lane.role))
def test_any_pitch_folds_into_its_lane_by_octaves(lane) -> None:
    pitch = np.arange(128)
    inside = folded(pitch, lane)
    assert ((inside >= lane.low) & (inside <= lane.high)).all()
    assert ((inside - pitch) % 12 == 0).all()
    already = (pitch >= lane.low) & (pitch <= lane.high)
    assert (inside[already] == pitch[already]).all()


def test_columns_do_not_overlap() -> None:
    taken = [c for lane in LANES for part in (lane.struck, lane.held) for c in range(part.start, part.stop)]
    taken += [lane.velocity for lane in LANES] + list(range(18))
    assert sorted(taken) == list(range((BEAT_SIZE - 24) // 4))
