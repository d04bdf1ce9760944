"""Markers come to timeline time through trims, nesting and retimes; speech is told by names."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from vem_timeline import Storyboard

if TYPE_CHECKING:
    from conftest import EditDesk


def told(storyboard: Storyboard) -> list[tuple[str, Fraction, Fraction, str]]:
    """Name, frame, length in frames and owner of every marker."""
    rate = storyboard.clock.rate
    return [(m.name, m.time * rate, m.duration * rate, m.owner) for m in storyboard.markers]


def test_markers_of_timeline_track_and_clip(desk: EditDesk) -> None:
    track = desk.track(
        desk.clip("a", 20),
        desk.clip("b", 40, 100, markers=[desk.marker("on b", 110)]),
        markers=[desk.marker("on track", 30)],
    )
    edit = desk.read(track, markers=[desk.marker("on top", 5, 12, comment="mood: tense", color="BLUE")])
    assert told(edit) == [("on top", 5, 12, "timeline"), ("on track", 30, 0, "track"), ("on b", 30, 0, "clip")]
    assert edit.markers[0].text == "on top mood: tense"
    assert edit.markers[0].color == "BLUE"


@pytest.mark.parametrize(("speed", "at"), [(2.0, 5), (0.5, 20), (-1.0, 30), (-2.0, 15)])
def test_a_clip_marker_moves_with_the_speed(desk: EditDesk, speed: float, at: int) -> None:
    # Ten frames after the first frame of the media used; in reverse that is ten frames before the end.
    length = 40 if speed > 0 else {-1.0: 40, -2.0: 20}[speed]
    edit = desk.read(desk.track(desk.clip("a", length, 100, speed=speed, markers=[desk.marker("here", 110)])))
    assert told(edit) == [("here", at, 0, "clip")]


def test_a_ranged_marker_is_scaled_and_cut_to_its_clip(desk: EditDesk) -> None:
    marks = [desk.marker("slow", 110, 10), desk.marker("over", 135, 50)]
    edit = desk.read(desk.track(desk.clip("a", 80, 100, speed=0.5, markers=marks)))
    assert told(edit) == [("slow", 20, 20, "clip"), ("over", 70, 10, "clip")]


def test_a_reversed_ranged_marker_begins_at_its_end(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 40, 100, speed=-1.0, markers=[desk.marker("back", 110, 10)])))
    assert told(edit) == [("back", 20, 10, "clip")]


def test_markers_in_nested_sequences_come_out(desk: EditDesk) -> None:
    inner = desk.track(desk.clip("a", 40, 500, markers=[desk.marker("deep", 520)]))
    nest = desk.stack(inner, window=(10, 30), speed=2.0)
    edit = desk.read(desk.track(desk.clip("x", 8), nest))
    assert told(edit) == [("deep", 8 + 5, 0, "clip")]


def test_markers_outside_of_what_is_shown_are_dropped_with_a_remark(desk: EditDesk) -> None:
    marks = [desk.marker("before", 50), desk.marker("after", 140), desk.marker("inside", 139)]
    edit = desk.read(desk.track(desk.clip("a", 40, 100, markers=marks)), markers=[desk.marker("late", 400)])
    assert [name for name, *_ in told(edit)] == ["inside"]
    dropped = [remark.where for remark in edit.remarks if "marker is dropped" in remark.what]
    assert all(name in " ".join(dropped) for name in ("before", "after", "late"))


def test_a_marker_on_the_last_instant_stays(desk: EditDesk) -> None:
    assert told(desk.read(desk.track(desk.clip("a", 40)), markers=[desk.marker("end", 40)])) == [
        ("end", 40, 0, "timeline")
    ]


def test_markers_of_disabled_clips_do_not_count(desk: EditDesk) -> None:
    off = desk.clip("off", 20, enabled=False, markers=[desk.marker("x", 5)])
    assert told(desk.read(desk.track(desk.clip("a", 20), off))) == []


def test_a_marker_of_one_frame_is_a_point(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 40)), markers=[desk.marker("point", 7, 1), desk.marker("span", 9, 2)])
    assert told(edit) == [("point", 7, 0, "timeline"), ("span", 9, 2, "timeline")]


def test_timeline_markers_with_the_start_timecode_added(desk: EditDesk) -> None:
    track = desk.track(desk.clip("a", 240))
    relative = desk.read(track.clone(), start=86400, markers=[desk.marker("m", 100), desk.marker("n", 0)])
    absolute = desk.read(track.clone(), start=86400, markers=[desk.marker("m", 86500), desk.marker("n", 86400)])
    assert told(relative) == told(absolute) == [("n", 0, 0, "timeline"), ("m", 100, 0, "timeline")]


def test_a_start_within_the_length_leaves_markers_relative(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 240)), start=100, markers=[desk.marker("m", 120)])
    assert told(edit) == [("m", 120, 0, "timeline")]


@pytest.mark.parametrize(
    "where",
    [
        {"comment": "the text"},
        {"Resolve_OTIO": {"Note": "the text", "Keywords": []}},
        {"fcp_xml": {"comment": "the text"}},
    ],
)
def test_comments_are_found_in_every_dialect(desk: EditDesk, where: dict[str, Any]) -> None:
    edit = desk.read(desk.track(desk.clip("a", 40)), markers=[desk.marker("m", 3, **where)])
    assert edit.markers[0].comment == "the text"


def test_linked_sound_does_not_double_a_marker(desk: EditDesk) -> None:
    picture = desk.track(desk.clip("a", 40, markers=[desk.marker("hit", 10)]))
    sound = desk.track(desk.clip("a", 40, markers=[desk.marker("hit", 10)]), kind="Audio")
    assert len(desk.read(picture, sound).markers) == 1


def test_markers_on_temp_music_are_not_the_editors_hits(desk: EditDesk) -> None:
    music = desk.track(
        desk.clip("temp song", 40, markers=[desk.marker(f"beat {i}", i) for i in range(0, 40, 4)]), kind="Audio"
    )
    assert desk.read(desk.track(desk.clip("a", 40)), music).markers == ()


def test_our_own_markers_on_an_edit_are_not_the_editors_hits(desk: EditDesk) -> None:
    ours = [desk.marker("BAR 12 · ab3f", 5), desk.marker("HIT bar 2 · ab3f", 9), desk.marker("HIT", 12)]
    edit = desk.read(desk.track(desk.clip("a", 40)), markers=ours)
    assert [marker.name for marker in edit.markers] == ["HIT"]
    assert any("ours" in remark.what for remark in edit.remarks)


@pytest.mark.parametrize("name", ["DX 1", "VO", "Dialogue", "dialog_left", "Narration", "INTERVIEW", "Voice-Over"])
def test_speech_is_told_by_the_track(desk: EditDesk, name: str) -> None:
    sound = desk.track(
        desk.gap(24), desk.clip("take", 48), desk.gap(12), desk.clip("take", 12), kind="Audio", name=name
    )
    edit = desk.read(desk.track(desk.clip("a", 100)), sound)
    assert [(s.start, s.duration) for s in edit.speech] == [(1, 2), (Fraction(7, 2), Fraction(1, 2))]
    assert name in edit.speech[0].source


@pytest.mark.parametrize("name", ["Audio 1", "MX", "Music VO duck", "SFX", "Videos", "Volume"])
def test_other_tracks_do_not_speak(desk: EditDesk, name: str) -> None:
    sound = desk.track(desk.clip("take", 48), kind="Audio", name=name)
    assert desk.read(desk.track(desk.clip("a", 100)), sound).speech == ()


def test_speech_is_told_by_clip_and_role(desk: EditDesk) -> None:
    by_name = desk.track(desk.clip("VO_take3.wav", 24), kind="Audio")
    by_role = desk.track(
        desk.gap(24), desk.clip("x", 24, metadata={"fcpx": {"audioRole": "dialogue.dialogue-1"}}), kind="Audio"
    )
    edit = desk.read(desk.track(desk.clip("a", 100)), by_name, by_role)
    assert [(s.start, s.duration) for s in edit.speech] == [(0, 2)], "touching stretches are one"


def test_disabled_speech_is_silent(desk: EditDesk) -> None:
    sound = desk.track(desk.clip("take", 48, enabled=False), kind="Audio", name="VO")
    assert desk.read(desk.track(desk.clip("a", 100)), sound).speech == ()
