"""FCPXML: storylines, connected clips, retiming, roles, and what counts as seen."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from vem_timeline import Storyboard, UnreadableTimeline, read

RESOURCES = """
<format id="r1" name="FFVideoFormat1080p25" frameDuration="1/25s"/>
<asset id="a" name="a" start="10s" duration="100s" hasVideo="1" hasAudio="1"><media-rep src="file:///m/a.mov"/></asset>
<asset id="b" name="b" start="0s" duration="100s" hasVideo="1"><media-rep src="file:///m/b.mov"/></asset>
<asset id="s" name="s" start="0s" duration="100s" hasAudio="1"><media-rep src="file:///m/s.wav"/></asset>
<effect id="t" name="Basic Title" uid="x"/>
"""


def edit_of(
    folder: Path, spine: str, *, duration: str = "", start: str = "0s", resources: str = "", form: str = "NDF"
) -> Storyboard:
    length = f' duration="{duration}"' if duration else ""
    path = folder / "edit.fcpxml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE fcpxml><fcpxml version="1.11">'
        f'<resources>{RESOURCES}{resources}</resources><library><event><project name="p">'
        f'<sequence format="r1"{length} tcStart="{start}" tcFormat="{form}"><spine>{spine}</spine></sequence>'
        "</project></event></library></fcpxml>"
    )
    return read(path)


def told(edit: Storyboard) -> list[tuple[str, Fraction, Fraction]]:
    return [(shot.name, shot.start, shot.duration) for shot in edit.shots]


def clip(name: str, offset: str, duration: str, inner: str = "", *, start: str = "10s", more: str = "") -> str:
    told = f'name="{name}" ref="a" offset="{offset}" start="{start}" duration="{duration}"{more}'
    return f"<asset-clip {told}>{inner}</asset-clip>"


def test_a_spine_with_a_gap(tmp_path: Path) -> None:
    spine = (
        clip("x", "3600s", "2s", start="12s")
        + '<gap offset="3602s" start="3600s" duration="1s"/>'
        + clip("y", "3603s", "1s")
    )
    edit = edit_of(tmp_path, spine, duration="4s", start="3600s")
    assert told(edit) == [("x", 0, 2), ("black", 2, 1), ("y", 3, 1)]
    assert edit.clock.timecode_of(Fraction(0)) == "01:00:00:00"
    assert edit.shots[0].media is not None
    assert edit.shots[0].media.start == 2, "the media begins at 10 seconds"


def test_without_offsets_elements_follow_each_other(tmp_path: Path) -> None:
    spine = '<asset-clip name="x" ref="a" duration="2s"/><video name="y" ref="b" duration="1s"/>'
    assert told(edit_of(tmp_path, spine)) == [("x", 0, 2), ("y", 2, 1)]


def test_a_connected_clip_covers_its_parent(tmp_path: Path) -> None:
    over = '<video name="over" ref="b" lane="1" offset="11s" duration="1s"/>'
    under = '<video name="under" ref="b" lane="-1" offset="11s" duration="1s"/>'
    assert told(edit_of(tmp_path, clip("x", "0s", "4s", over + under))) == [("x", 0, 1), ("over", 1, 1), ("x", 2, 2)]


def test_a_connected_clip_may_run_on_into_the_next(tmp_path: Path) -> None:
    over = '<video name="over" ref="b" lane="1" offset="11s" duration="2s"/>'
    edit = edit_of(tmp_path, clip("x", "0s", "2s", over) + clip("y", "2s", "2s"))
    assert told(edit) == [("x", 0, 1), ("over", 1, 2), ("y", 3, 1)]


def test_a_secondary_storyline_with_a_dissolve(tmp_path: Path) -> None:
    line = (
        '<spine lane="1" offset="11s"><video name="p" ref="b" offset="0s" duration="2s"/>'
        '<transition name="Cross Dissolve" offset="3/2s" duration="1s"/>'
        '<video name="q" ref="b" start="50s" offset="2s" duration="2s"/></spine>'
    )
    edit = edit_of(tmp_path, clip("x", "0s", "6s", line))
    assert told(edit) == [("x", 0, 1), ("p", 1, 2), ("q", 3, 2), ("x", 5, 1)]
    assert [(t.kind, t.time, t.duration) for t in edit.transitions][1] == ("dissolve", 3, 1)


def test_media_conformed_from_another_rate(tmp_path: Path) -> None:
    conform = '<conform-rate srcFrameRate="24"/><marker start="34s" duration="1/25s" value="m"/>'
    edit = edit_of(tmp_path, clip("x", "0s", "25s", conform))
    assert edit.shots[0].speed == Fraction(25, 24)
    assert edit.markers[0].time == Fraction(24 * 24, 25)


def test_frames_left_out_do_not_change_the_speed(tmp_path: Path) -> None:
    edit = edit_of(tmp_path, clip("x", "0s", "5s", '<conform-rate scaleEnabled="0" srcFrameRate="59.94"/>'))
    assert edit.shots[0].speed == 1


def test_a_time_map_sets_the_speed(tmp_path: Path) -> None:
    fast = '<timeMap><timept time="0s" value="0s"/><timept time="50s" value="100s"/></timeMap>'
    mark = '<marker start="8s" duration="1/25s" value="m"/>'
    edit = edit_of(tmp_path, clip("x", "0s", "5s", fast + mark, start="6s"))
    assert edit.shots[0].speed == 2
    assert edit.shots[0].media is not None
    assert edit.shots[0].media.start == 2, "six seconds in, at double speed, less the ten where the media begins"
    assert edit.markers[0].time == 2


def test_a_time_map_that_reverses_and_one_that_holds(tmp_path: Path) -> None:
    back = '<timeMap><timept time="0s" value="100s"/><timept time="100s" value="0s"/></timeMap>'
    held = '<timeMap><timept time="0s" value="20s"/><timept time="100s" value="20s"/></timeMap>'
    held += '<marker start="11s" duration="1/25s" value="m"/>'
    edit = edit_of(tmp_path, clip("x", "0s", "5s", back) + clip("y", "5s", "5s", held))
    assert [shot.speed for shot in edit.shots] == [-1, 0]
    assert edit.markers[0].time == 6


def test_transitions_at_both_ends(tmp_path: Path) -> None:
    fade = '<transition name="Cross Dissolve" offset="{}" duration="1s"/>'
    edit = edit_of(tmp_path, fade.format("0s") + clip("x", "0s", "5s") + fade.format("4s"))
    assert [(t.kind, t.time) for t in edit.transitions] == [("fade_in", Fraction(1, 2)), ("fade_out", Fraction(9, 2))]


def test_titles_auditions_and_switched_off_clips(tmp_path: Path) -> None:
    title = '<title name="Hello" ref="t" lane="1" offset="11s" start="3600s" duration="1s"/>'
    off = '<video name="off" ref="b" lane="2" offset="11s" duration="1s" enabled="0"/>'
    choice = f'<audition offset="4s">{clip("chosen", "0s", "2s")}{clip("other", "0s", "9s")}</audition>'
    assert told(edit_of(tmp_path, clip("x", "0s", "4s", title + off) + choice)) == [("x", 0, 4), ("chosen", 4, 2)]


def test_a_compound_clip_is_opened_and_trimmed(tmp_path: Path) -> None:
    inside = (
        '<media id="m" name="nest"><sequence format="r1" tcStart="0s" duration="8s"><spine>'
        f'{clip("p", "0s", "4s")}<video name="q" ref="b" offset="4s" duration="4s"/></spine></sequence></media>'
    )
    spine = '<ref-clip name="nest" ref="m" offset="0s" start="2s" duration="4s"/>'
    assert told(edit_of(tmp_path, spine, resources=inside)) == [("p", 0, 2), ("q", 2, 2)]


def test_a_compound_clip_inside_itself_is_refused(tmp_path: Path) -> None:
    inside = (
        '<media id="m"><sequence format="r1" duration="8s"><spine><ref-clip ref="m" name="m" duration="8s"/>'
        "</spine></sequence></media>"
    )
    with pytest.raises(UnreadableTimeline, match="contains itself"):
        edit_of(tmp_path, '<ref-clip name="m" ref="m" offset="0s" duration="8s"/>', resources=inside)


def test_a_multicam_clip_shows_its_angle(tmp_path: Path) -> None:
    cameras = (
        '<media id="m"><multicam format="r1" tcStart="0s">'
        f'<mc-angle name="A" angleID="1">{clip("left", "0s", "50s")}</mc-angle>'
        '<mc-angle name="B" angleID="2"><video name="right" ref="b" offset="0s" duration="50s"/></mc-angle>'
        "</multicam></media>"
    )
    spine = (
        '<mc-clip ref="m" name="cam" offset="0s" duration="2s"><mc-source angleID="1" srcEnable="all"/></mc-clip>'
        '<mc-clip ref="m" name="cam" offset="2s" start="2s" duration="2s">'
        '<mc-source angleID="2" srcEnable="video"/><mc-source angleID="1" srcEnable="audio"/></mc-clip>'
    )
    assert told(edit_of(tmp_path, spine, resources=cameras)) == [("left", 0, 2), ("right", 2, 2)]


def test_sound_alone_shows_nothing(tmp_path: Path) -> None:
    spine = clip("x", "0s", "2s") + '<asset-clip name="s" ref="s" offset="2s" duration="1s"/>' + clip("y", "3s", "1s")
    assert told(edit_of(tmp_path, spine)) == [("x", 0, 2), ("black", 2, 1), ("y", 3, 1)]


def test_roles_tell_speech_only_where_they_differ(tmp_path: Path) -> None:
    voice = '<asset-clip name="take" ref="s" lane="-1" offset="10s" duration="1s" audioRole="dialogue"/>'
    song = '<asset-clip name="tune" ref="s" lane="-2" offset="10s" duration="2s" audioRole="music"/>'
    both = edit_of(tmp_path, clip("x", "0s", "4s", voice + song, more=' srcEnable="video"'))
    assert [(range_.start, range_.duration) for range_ in both.speech] == [(0, 1)]
    alone = edit_of(tmp_path, clip("x", "0s", "4s", voice, more=' srcEnable="video"'))
    assert not alone.speech
    assert any("role dialogue" in remark.what for remark in alone.remarks)


def test_markers_notes_and_keywords(tmp_path: Path) -> None:
    inner = (
        '<note>dawn</note><keyword start="0s" duration="9s" value="sea, boat"/>'
        '<marker start="11s" duration="1/25s" value="todo" completed="0" note="why"/>'
        '<chapter-marker start="12s" duration="1/25s" value="chapter"/>'
    )
    edit = edit_of(tmp_path, clip("x", "0s", "4s", inner))
    assert [(m.name, m.time, m.color, m.comment) for m in edit.markers] == [
        ("todo", 1, "RED", "why"), ("chapter", 2, "PURPLE", ""),
    ]  # fmt: skip
    assert edit.shots[0].words == ("x", "a", "dawn", "sea", "boat", "todo why", "chapter")


def test_a_length_that_disagrees_names_both_numbers(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTimeline, match="125 frames, its clips end after 100"):
        edit_of(tmp_path, clip("x", "0s", "4s"), duration="5s")


def test_drop_frame_begins_at_its_frame(tmp_path: Path) -> None:
    more = '<format id="r9" frameDuration="1001/30000s"/>'
    path_edit = edit_of(tmp_path, clip("x", "0s", "4s"), resources=more)
    assert not path_edit.clock.drop_frame
    text = (tmp_path / "edit.fcpxml").read_text().replace('<sequence format="r1"', '<sequence format="r9"')
    text = text.replace('tcStart="0s" tcFormat="NDF"', 'tcStart="107999892/30000s" tcFormat="DF"')
    (tmp_path / "edit.fcpxml").write_text(text.replace('offset="0s"', 'offset="107999892/30000s"'))
    assert read(tmp_path / "edit.fcpxml").clock.timecode_of(Fraction(0)) == "01:00:00;00"


@pytest.mark.parametrize("bad", ["5", "x", "1/0s", "1//2s", "9" * 30 + "s", "-3s"])
def test_times_that_are_none(tmp_path: Path, bad: str) -> None:
    if bad == "5":
        assert edit_of(tmp_path, clip("x", "0s", bad)).duration == 5, "a bare number is seconds"
        return
    with pytest.raises(UnreadableTimeline):
        edit_of(tmp_path, clip("x", "0s", bad))


def test_elements_over_each_other(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTimeline, match="over each other"):
        edit_of(tmp_path, clip("x", "0s", "4s") + clip("y", "2s", "4s"))


def test_a_later_major_version(tmp_path: Path) -> None:
    path = tmp_path / "edit.fcpxml"
    path.write_text('<fcpxml version="2.0"/>')
    with pytest.raises(UnreadableTimeline, match=r"version 2\.0"):
        read(path)
