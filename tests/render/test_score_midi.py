"""The MIDI file: the same notes at the same times, read back by somebody else's reader."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import symusic

from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.midi import score_to_midi
from vem_plugin.score.palette import palette_for

FILM = Fraction(24000, 1001)


@pytest.fixture
def winding_plan(make_plan) -> BeatPlan:
    return make_plan((5, 61 / FILM), (8, 89 / FILM), (3, 47 / FILM))


def seconds_of(file: symusic.Score, tick: int) -> float:
    """Time of a tick by the file's own tempo map."""
    time, last, microseconds = 0.0, 0, 500_000
    for tempo in sorted(file.tempos, key=lambda tempo: tempo.time):
        if tempo.time > tick:
            break
        time += (tempo.time - last) * microseconds / 480e6
        last, microseconds = tempo.time, tempo.mspq
    return time + (tick - last) * microseconds / 480e6


def test_notes_come_back_where_they_were(tmp_path: Path, winding_plan: BeatPlan, make_score, make_song) -> None:
    score, palette = make_score(make_song(16), beats=16), palette_for("corporate", seed=0)
    score_to_midi(score, winding_plan, palette=palette, path=tmp_path / "a.mid")
    file = symusic.Score(str(tmp_path / "a.mid"))
    assert file.ticks_per_quarter == 480
    drums = next(track for track in file.tracks if track.is_drum)
    wanted = sorted((row["start"] * 120, row["pitch"], row["velocity"]) for row in score.notes if row["role"] == 0)
    assert sorted((note.time, note.pitch, note.velocity) for note in drums.notes) == wanted
    melody = next(track for track in file.tracks if track.name.startswith("MELODY"))
    for note in melody.notes:
        true = winding_plan.time_of(Fraction(note.time, 480))
        assert seconds_of(file, note.time) == pytest.approx(float(true), abs=2e-4)


def test_tracks_name_role_and_instrument(tmp_path: Path, winding_plan: BeatPlan, make_score, make_song) -> None:
    palette = palette_for("epic", seed=0)
    score_to_midi(
        make_score(make_song(16), beats=16, style="epic"), winding_plan, palette=palette, path=tmp_path / "a.mid"
    )
    file = symusic.Score(str(tmp_path / "a.mid"))
    programs = {track.name: track.program for track in file.tracks}
    assert programs["HARMONY strings"] == 48
    assert programs["MELODY horns"] == 60
    assert programs["COUNTER pizzicato"] == 45
    assert sum(track.is_drum for track in file.tracks) == 1


def test_metre_and_length_follow_the_plan(tmp_path: Path, make_plan, make_score, make_song) -> None:
    plan = make_plan((10, Fraction(5)))
    score_to_midi(
        make_score(make_song(10), beats=10), plan, palette=palette_for("folk", seed=0), path=tmp_path / "a.mid"
    )
    file = symusic.Score(str(tmp_path / "a.mid"))
    assert [(mark.time, mark.numerator, mark.denominator) for mark in file.time_signatures] == [
        (0, 4, 4),
        (8 * 480, 2, 4),
    ]
    assert file.end() <= 10 * 480
