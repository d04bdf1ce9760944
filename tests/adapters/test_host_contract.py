"""One contract for all hosts: what `vem_adapters.host.Host` promises, in every editor of ``host_labs.LABS``."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from host_labs import CUTS, FRAMES, LABS, RATE, START, Lab, music

from vem_adapters.errors import HostLacks, HostRefused
from vem_timeline import MusicMarker, VemError, read


@pytest.fixture(params=sorted(LABS))
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Lab:
    return LABS[request.param](tmp_path)


def test_the_open_timeline_is_told_with_its_clock(lab: Lab) -> None:
    found = lab.host.timeline()
    assert (found.name, found.frames, found.clock.rate, found.clock.start_frame) == ("edit", FRAMES, RATE, START)
    assert found.duration == Fraction(FRAMES, RATE)


def test_the_export_is_the_edit_as_it_is_now(lab: Lab, tmp_path: Path) -> None:
    board = read(lab.host.export(tmp_path / "out"))
    assert [board.clock.frame_of(shot.start) for shot in board.shots] == list(CUTS)
    assert board.clock.frame_of(board.duration) == FRAMES
    assert [(marker.name, board.clock.frame_of(marker.time)) for marker in board.markers] == [("my own", 100)]


def test_music_lies_at_the_first_frame_and_nothing_else_changes(lab: Lab, tmp_path: Path) -> None:
    before = lab.editors_things()
    assert lab.host.music() is None
    placed = lab.host.place(music(tmp_path))
    assert not placed.replaced
    assert lab.music_heard() == [(music(tmp_path).audio, 0, FRAMES)]
    held = lab.host.music()
    assert held is not None
    assert (held.audio, held.take, held.start, held.duration) == (
        music(tmp_path).audio, "ab3f", 0, Fraction(FRAMES, RATE),
    )  # fmt: skip
    assert lab.editors_things() == before


@pytest.mark.parametrize("frames", [FRAMES, FRAMES - 40])
def test_other_music_takes_the_place_of_ours(lab: Lab, tmp_path: Path, frames: int) -> None:
    before = lab.editors_things()
    lab.host.place(music(tmp_path))
    second = music(tmp_path, take="cd9012", frames=frames, pitch=330)
    assert lab.host.place(second).replaced
    assert lab.music_heard() == [(second.audio, 0, frames)]
    held = lab.host.music()
    assert held is not None
    assert held.take == "cd90"
    assert lab.editors_things() == before


def test_placing_the_same_music_twice_is_placing_it_once(lab: Lab, tmp_path: Path) -> None:
    for _ in range(2):
        lab.host.place(music(tmp_path))
    assert lab.music_heard() == [(music(tmp_path).audio, 0, FRAMES)]


def test_markers_stand_on_their_frames_with_their_take(lab: Lab, tmp_path: Path) -> None:
    before = lab.editors_things()
    take = music(tmp_path)
    lab.host.place(take)
    assert lab.host.write_markers(take.markers, take.take_id) == 4
    assert lab.markers_seen() == {
        0: "BAR 1 · ab3f", 60: "HIT 2.1 · ab3f", 100: "BAR 3 · ab3f", 150: "HIT 4.1 · ab3f",
    }  # fmt: skip
    told = [(own.marker.name, own.marker.color, own.marker.comment) for own in lab.host.markers()]
    assert told == [(marker.name, marker.color, marker.comment) for marker in take.markers]
    assert lab.editors_things() == before


def test_writing_markers_again_leaves_no_old_ones(lab: Lab, tmp_path: Path) -> None:
    take = music(tmp_path)
    lab.host.place(take)
    lab.host.write_markers(take.markers, take.take_id)
    assert lab.host.write_markers([MusicMarker(Fraction(2), "BAR 9", "BLUE")], take.take_id) == 1
    assert lab.markers_seen() == {50: "BAR 9 · ab3f"}


def test_two_markers_of_a_frame_become_one_and_the_hit_wins(lab: Lab, tmp_path: Path) -> None:
    take = music(tmp_path)
    lab.host.place(take)
    close = [MusicMarker(Fraction(2), "BAR 9", "BLUE"), MusicMarker(Fraction(2) + Fraction(1, 100), "HIT 9.1", "RED")]
    assert lab.host.write_markers(close, take.take_id) == 1
    assert lab.markers_seen() == {50: "HIT 9.1 · ab3f"}


def test_a_marker_moves_and_no_other_does(lab: Lab, tmp_path: Path) -> None:
    before = lab.editors_things()
    take = music(tmp_path)
    lab.host.place(take)
    lab.host.write_markers(take.markers, take.take_id)
    hit = next(own for own in lab.host.markers() if own.marker.name == "HIT 2.1")
    lab.host.move_marker(hit.key, Fraction(70, RATE))
    assert lab.markers_seen() == {
        0: "BAR 1 · ab3f", 70: "HIT 2.1 · ab3f", 100: "BAR 3 · ab3f", 150: "HIT 4.1 · ab3f",
    }  # fmt: skip
    assert lab.editors_things() == before


@pytest.mark.parametrize(("key", "frame"), [(None, 150), (None, FRAMES + 5), ("nobody", 30)])
def test_a_marker_that_cannot_move_stays(lab: Lab, tmp_path: Path, key: str | None, frame: int) -> None:
    take = music(tmp_path)
    lab.host.place(take)
    lab.host.write_markers(take.markers, take.take_id)
    seen = lab.markers_seen()
    hit = next(own for own in lab.host.markers() if own.marker.name == "HIT 2.1")
    with pytest.raises(HostRefused):
        lab.host.move_marker(key or hit.key, Fraction(frame, RATE))
    assert lab.markers_seen() == seen


def test_our_markers_go_and_the_editors_stay(lab: Lab, tmp_path: Path) -> None:
    before = lab.editors_things()
    take = music(tmp_path)
    lab.host.place(take)
    lab.host.write_markers(take.markers, take.take_id)
    assert lab.host.remove_markers() == 4
    assert lab.markers_seen() == {}
    assert lab.host.markers() == ()
    assert lab.editors_things() == before
    assert lab.host.remove_markers() == 0


def test_an_edit_that_comes_back_with_our_markers_reads_as_it_did(lab: Lab, tmp_path: Path) -> None:
    """Our bars and hits are no wishes of the editor's."""
    take = music(tmp_path)
    lab.host.place(take)
    lab.host.write_markers(take.markers, take.take_id)
    board = read(lab.host.export(tmp_path / "out"))
    assert [marker.name for marker in board.markers] == ["my own"]


def test_music_that_cannot_be_placed_changes_nothing(lab: Lab, tmp_path: Path) -> None:
    take = music(tmp_path)
    lab.host.place(take)
    before, heard = lab.editors_things(), lab.music_heard()
    lost = replace(take, audio=tmp_path / "gone.wav", duration=Fraction(1, 1000), take_id="ffff00", name="gone music")
    with pytest.raises(VemError):
        lab.host.place(lost)
    assert (lab.editors_things(), lab.music_heard()) == (before, heard)


def test_what_is_told_reaches_the_user(lab: Lab) -> None:
    lab.host.tell("34 of 36 cuts are on the beat.")
    assert lab.said == ["34 of 36 cuts are on the beat."]


def test_the_selection_lies_within_the_timeline(lab: Lab) -> None:
    chosen = lab.host.selection()
    assert chosen.playhead is None or 0 <= chosen.playhead < Fraction(FRAMES, RATE)
    assert chosen.shot is None or 0 <= chosen.shot[0] < chosen.shot[1] <= Fraction(FRAMES, RATE)


def test_the_playhead_goes_where_it_is_sent_or_the_host_says_it_has_none(lab: Lab) -> None:
    try:
        lab.host.seek(Fraction(75, RATE))
    except HostLacks:
        assert lab.host.selection().playhead is None
    else:
        assert lab.host.selection().playhead == Fraction(75, RATE)
