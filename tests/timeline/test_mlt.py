"""MLT: Kdenlive's tracks of two playlists, Shotcut's transitions, warps, guides, and times of every spelling."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from vem_timeline import EmptyTimeline, Storyboard, UnreadableTimeline, read


def properties(**values: object) -> str:
    return "".join(f'<property name="{name.replace("__", ":")}">{value}</property>' for name, value in values.items())


def producer(name: str, *, length: int = 500, **values: object) -> str:
    told = {"resource": f"/m/{name}.mp4", "mlt_service": "avformat", "length": length, **values}
    return f'<producer id="{name}" in="0" out="{length - 1}">{properties(**told)}</producer>'


def entry(name: str, first: int | str, last: int | str, inner: str = "") -> str:
    return f'<entry producer="{name}" in="{first}" out="{last}">{inner}</entry>'


def playlist(name: str, *items: str) -> str:
    return f'<playlist id="{name}">{"".join(items)}</playlist>'


def edit_of(
    folder: Path, *parts: str, tracks: str, guides: str = "", name: str = "edit.mlt", timeline: str | None = None
) -> Storyboard:
    path = folder / name
    path.write_text(
        '<?xml version="1.0"?><mlt producer="main_bin"><profile frame_rate_num="25" frame_rate_den="1"/>'
        f'{"".join(parts)}<tractor id="main" in="0">{guides}{tracks}</tractor></mlt>'
    )
    return read(path, timeline=timeline)


def told(edit: Storyboard) -> list[tuple[str, Fraction, Fraction]]:
    return [(shot.name, shot.start * 25, shot.duration * 25) for shot in edit.shots]


@pytest.mark.parametrize("spelling", ["frames", "clock", "timecode"])
def test_out_is_the_last_frame_shown(tmp_path: Path, spelling: str) -> None:
    out = {"frames": "49", "clock": "00:00:01.960", "timecode": "00:00:01:24"}[spelling]
    blank = {"frames": "25", "clock": "00:00:01.000", "timecode": "00:00:01:00"}[spelling]
    lists = playlist("p", entry("a", 0, out), f'<blank length="{blank}"/>', entry("b", 10, 34))
    edit = edit_of(tmp_path, producer("a"), producer("b"), lists, tracks='<track producer="p"/>')
    assert told(edit) == [("a.mp4", 0, 50), ("black", 50, 25), ("b.mp4", 75, 25)]


def test_clips_of_two_playlists_are_mixed_in_the_middle(tmp_path: Path) -> None:
    lists = playlist("p", entry("a", 0, 49)) + playlist("q", '<blank length="40"/>', entry("b", 100, 149))
    track = (
        '<tractor id="t" in="0" out="89"><track hide="audio" producer="p"/><track hide="audio" producer="q"/></tractor>'
    )
    edit = edit_of(tmp_path, producer("a"), producer("b"), lists, track, tracks='<track producer="t"/>')
    assert told(edit) == [("a.mp4", 0, 45), ("b.mp4", 45, 45)]
    assert [(t.kind, t.time * 25, t.duration * 25) for t in edit.transitions] == [("dissolve", 45, 10)]
    assert edit.shots[1].media is not None
    assert edit.shots[1].media.start * 25 == 105


def test_a_transition_of_shotcut(tmp_path: Path) -> None:
    mix = f'<tractor id="x" in="0" out="9">{properties(shotcut__transition="lumaMix")}<track producer="a"/></tractor>'
    lists = playlist("p", entry("a", 0, 39), entry("x", 0, 9), entry("b", 10, 49))
    edit = edit_of(tmp_path, producer("a"), producer("b"), mix, lists, tracks='<track producer="p"/>')
    assert told(edit) == [("a.mp4", 0, 45), ("b.mp4", 45, 45)]
    assert edit.transitions[0].kind == "dissolve"


def test_a_warp(tmp_path: Path) -> None:
    warped = producer("a", resource="2.000000:/m/a.mp4", mlt_service="timewarp", warp_speed=2, warp_resource="/m/a.mp4")
    edit = edit_of(tmp_path, warped, playlist("p", entry("a", 10, 29)), tracks='<track producer="p"/>')
    assert edit.shots[0].speed == 2
    assert edit.shots[0].media is not None
    assert (edit.shots[0].media.start * 25, edit.shots[0].media.url) == (20, "/m/a.mp4")


def test_sound_tracks_titles_and_hidden_tracks(tmp_path: Path) -> None:
    voice = playlist("v", properties(kdenlive__audio_track=1), entry("vo", 0, 24))
    named = properties(kdenlive__audio_track=1, kdenlive__track_name="DX")
    sound = f'<tractor id="s" out="24">{named}<track hide="video" producer="v"/></tractor>'
    title = producer("t", mlt_service="kdenlivetitle", resource="")
    hidden = '<tractor id="h" out="24"><track hide="audio" producer="hp"/></tractor>'
    pictures = '<tractor id="k" out="49"><track hide="audio" producer="p"/></tractor>'
    overlay = '<tractor id="o" out="24"><track hide="audio" producer="op"/></tractor>'
    edit = edit_of(
        tmp_path, producer("a"), producer("vo"), producer("b"), title, voice, sound, playlist("hp", entry("b", 0, 24)),
        hidden, playlist("p", entry("a", 0, 49)), pictures, playlist("op", entry("t", 0, 24)), overlay,
        tracks='<track producer="s"/><track producer="k"/><track producer="o"/><track hide="video" producer="h"/>',
    )  # fmt: skip
    assert told(edit) == [("a.mp4", 0, 50)]
    assert [(range_.start * 25, range_.duration * 25) for range_ in edit.speech] == [(0, 25)]


def test_guides_and_markers(tmp_path: Path) -> None:
    guides = json.dumps([{"comment": "drop", "pos": 30, "type": 0}]).replace('"', "&quot;")
    marks = json.dumps([{"comment": "on clip", "pos": 15, "type": 0}]).replace('"', "&quot;")
    edit = edit_of(
        tmp_path, producer("a", kdenlive__id=4, kdenlive__clipname="Wide", kdenlive__markers=marks),
        playlist("p", entry("a", 10, 59)), tracks='<track producer="p"/>',
        guides=properties(kdenlive__sequenceproperties_guides=guides).replace("properties_", "properties."),
    )  # fmt: skip
    assert [(m.name, m.time * 25, m.owner) for m in edit.markers] == [("on clip", 5, "clip"), ("drop", 30, "timeline")]
    assert edit.shots[0].name == "Wide"


def test_the_black_below_everything_does_not_count(tmp_path: Path) -> None:
    black = producer("black_track", length=30_000, mlt_service="color", resource="black")
    tracks = '<track producer="black_track"/><track producer="p"/>'
    assert edit_of(tmp_path, producer("a"), black, playlist("p", entry("a", 0, 24)), tracks=tracks).duration == 1


def sequence(name: str, uuid: str, inner: str) -> str:
    told = properties(kdenlive__uuid=uuid, kdenlive__clipname=name)
    return f'<tractor id="{uuid}">{told}<track producer="{inner}"/></tractor>'


def test_the_open_sequence_of_several_is_read(tmp_path: Path) -> None:
    parts = (
        producer("a"), playlist("p", entry("a", 0, 24)), playlist("q", entry("a", 0, 49)), sequence("one", "u1", "p"),
        sequence("two", "u2", "q"),
    )  # fmt: skip
    main = properties(kdenlive__projectTractor=1)
    edit = edit_of(tmp_path, *parts, guides=main, tracks='<track producer="u2"/>', name="e.kdenlive")
    assert (edit.name, edit.duration) == ("two", 2)
    assert any("'one'" in remark.where for remark in edit.remarks)
    assert read(tmp_path / "e.kdenlive", timeline="one").duration == 1
    with pytest.raises(UnreadableTimeline, match="'x'"):
        read(tmp_path / "e.kdenlive", timeline="x")


def test_a_sequence_inside_another(tmp_path: Path) -> None:
    inner = playlist("q", entry("a", 0, 9), entry("b", 0, 9))
    nest = '<tractor id="n" out="19"><track producer="q"/></tractor>'
    edit = edit_of(
        tmp_path, producer("a"), producer("b"), inner, nest, playlist("p", entry("n", 5, 14)),
        tracks='<track producer="p"/>',
    )  # fmt: skip
    assert told(edit) == [("a.mp4", 0, 5), ("b.mp4", 5, 5)]


def test_a_sequence_inside_itself_is_refused(tmp_path: Path) -> None:
    nest = '<tractor id="n" out="19"><track producer="p"/></tractor>'
    with pytest.raises(UnreadableTimeline, match="contains itself"):
        edit_of(tmp_path, nest, playlist("p", entry("n", 0, 9)), tracks='<track producer="p"/>')


def test_a_track_that_declares_another_length(tmp_path: Path) -> None:
    track = '<tractor id="t" in="0" out="99"><track producer="p"/></tractor>'
    with pytest.raises(UnreadableTimeline, match="100 frames, its clips end after 50"):
        edit_of(tmp_path, producer("a"), playlist("p", entry("a", 0, 49)), track, tracks='<track producer="t"/>')


def test_a_project_without_tracks_or_rate(tmp_path: Path) -> None:
    path = tmp_path / "e.mlt"
    path.write_text('<mlt><profile frame_rate_num="25" frame_rate_den="1"/></mlt>')
    with pytest.raises(EmptyTimeline):
        read(path)
    path.write_text("<mlt><tractor/></mlt>")
    with pytest.raises(UnreadableTimeline, match="no frame rate"):
        read(path)
