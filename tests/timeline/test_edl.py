"""CMX 3600 edit lists: events, transitions, speeds, locators, and the frame rate that no list tells."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from vem_timeline import EmptyTimeline, Storyboard, UnreadableTimeline, read


def event(number: int, record: tuple[str, str], *, reel: str = "", source: tuple[str, str] | None = None,
          channels: str = "V", kind: str = "C") -> str:  # fmt: skip
    shown = source or record
    return f"{number:03d}  {reel or f'REEL{number}'} {channels}     {kind}        {' '.join((*shown, *record))}"


def edit_of(folder: Path, *lines: str, rate: float | None = 25, ends: str = "\n") -> Storyboard:
    path = folder / "cut.edl"
    path.write_bytes(ends.join(["TITLE: cut", *lines, ""]).encode())
    return read(path, rate=None if rate is None else Fraction(rate))


def told(edit: Storyboard) -> list[tuple[str, Fraction, Fraction]]:
    rate = edit.clock.rate
    return [(shot.name, shot.start * rate, shot.duration * rate) for shot in edit.shots]


A, B, C = ("01:00:00:00", "01:00:02:00"), ("01:00:02:00", "01:00:03:00"), ("01:00:04:00", "01:00:05:00")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_events_gaps_and_start(tmp_path: Path, ends: str) -> None:
    edit = edit_of(tmp_path, event(1, A), "* FROM CLIP NAME:  one", event(2, B), event(3, C), ends=ends)
    assert told(edit) == [("one", 0, 50), ("REEL2", 50, 25), ("black", 75, 25), ("REEL3", 100, 25)]
    assert edit.clock.timecode_of(Fraction(0)) == "01:00:00:00"
    assert edit.name == "cut"


def test_a_dissolve_begins_where_its_event_does(tmp_path: Path) -> None:
    edit = edit_of(
        tmp_path,
        event(1, A),
        event(2, (B[0], B[0])),
        event(2, B, kind="D    010"),
        "* FROM CLIP NAME: one",
        "* TO CLIP NAME: two",
    )
    dissolve = edit.transitions[0]
    assert (dissolve.kind, dissolve.time * 25, dissolve.duration * 25) == ("dissolve", 55, 10)
    assert told(edit)[1] == ("two", 55, 20)


def test_a_wipe_and_a_fade_from_black(tmp_path: Path) -> None:
    edit = edit_of(
        tmp_path,
        event(1, (A[0], A[0]), reel="BL"),
        event(1, A, kind="D    020"),
        event(2, (B[0], B[0])),
        event(2, B, kind="W001 010"),
    )
    assert [t.kind for t in edit.transitions] == ["fade_in", "wipe"]


def test_black_is_a_gap(tmp_path: Path) -> None:
    edit = edit_of(tmp_path, event(1, A), event(2, B, reel="BL"), event(3, ("01:00:03:00", "01:00:04:00")))
    assert [shot.kind for shot in edit.shots] == ["picture", "gap", "picture"]


def test_speeds(tmp_path: Path) -> None:
    edit = edit_of(
        tmp_path,
        event(1, A, source=("00:00:10:00", "00:00:14:00")), "M2   REEL1       050.0                00:00:10:00",
        event(2, B, source=("00:00:20:00", "00:00:21:00")), "M2   REEL2      -025.0                00:00:20:00",
        event(3, C, source=("00:00:30:00", "00:00:30:01")), "M2   REEL3       000.0                00:00:30:00",
    )  # fmt: skip
    speeds = {shot.name: shot.speed for shot in edit.shots if shot.kind == "picture"}
    assert speeds == {"REEL1": 2, "REEL2": -1, "REEL3": 0}


def test_an_event_of_another_length_without_a_motion_effect(tmp_path: Path) -> None:
    edit = edit_of(tmp_path, event(1, A, source=("00:00:10:00", "00:00:14:00")))
    assert edit.shots[0].speed == 2
    assert any("another length" in remark.what for remark in edit.remarks)


def test_the_later_of_two_events_is_seen(tmp_path: Path) -> None:
    edit = edit_of(tmp_path, event(1, ("01:00:00:00", "01:00:03:00")), event(2, B))
    assert told(edit) == [("REEL1", 0, 50), ("REEL2", 50, 25)]
    assert any("over each other" in remark.what for remark in edit.remarks)


def test_long_reels_with_spaces_and_every_channel(tmp_path: Path) -> None:
    edit = edit_of(
        tmp_path, event(1, A, reel="A_0113C007 250602 103141 h1D4P", channels="AA/V"), event(2, B, channels="B")
    )
    assert [name for name, *_ in told(edit)] == ["A_0113C007 250602 103141 h1D4P", "REEL2"]


def test_speech_is_told_by_names_of_sound_events(tmp_path: Path) -> None:
    edit = edit_of(tmp_path, event(1, A), event(2, B), event(3, A, channels="A2"), "* FROM CLIP NAME: R1 DX MIX.WAV")
    assert [(range_.start * 25, range_.duration * 25) for range_ in edit.speech] == [(0, 50)]


def test_locators_and_markers_of_resolve(tmp_path: Path) -> None:
    edit = edit_of(
        tmp_path,
        event(1, A),
        "* LOC: 01:00:01:00 RED     HIT the door",
        event(2, ("01:00:01:10", "01:00:01:11")),
        " a note |C:ResolveColorBlue |M:drop |D:1",
    )
    assert [(m.name, m.time * 25, m.color, m.comment) for m in edit.markers] == [
        ("HIT the door", 25, "RED", ""), ("drop", 35, "BLUE", "a note"),
    ]  # fmt: skip
    assert len(edit.shots) == 1


def test_a_list_of_markers_alone_has_no_cuts(tmp_path: Path) -> None:
    with pytest.raises(EmptyTimeline, match="markers, but no cuts"):
        edit_of(tmp_path, event(1, ("01:00:01:10", "01:00:01:11")), " |C:ResolveColorBlue |M:drop |D:1")


def test_comments_before_the_title_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_bytes(b"\xef\xbb\xbf* CREATED BY US\r\nTITLE: late\r\n" + event(1, A).encode() + b"\r\n")
    assert read(path, rate=Fraction(25)).name == "late"


# --- the rate -----------------------------------------------------------------------------------------------------


def test_twenty_five_is_certain(tmp_path: Path) -> None:
    borrows = event(1, ("00:00:00:00", "00:00:02:10"), source=("01:00:02:20", "01:00:05:05"))
    edit = edit_of(tmp_path, borrows, event(2, ("00:00:02:10", "00:00:03:24")), rate=None)
    assert edit.clock.rate == 25


@pytest.mark.parametrize(("last", "spelled"), [("00:00:05:20", "24 and 23.976"), ("00:00:06:01", "30 and 29.97")])
def test_what_timecodes_cannot_tell_is_asked(tmp_path: Path, last: str, spelled: str) -> None:
    lengths = {"00:00:05:20": ("00:00:02:22", "00:00:05:03"), "00:00:06:01": ("00:00:02:29", "00:00:05:05")}
    record_out = {"00:00:05:20": "00:00:02:05", "00:00:06:01": "00:00:02:06"}[last]
    with pytest.raises(UnreadableTimeline, match=spelled) as caught:
        edit_of(tmp_path, event(1, ("00:00:00:00", record_out), source=lengths[last]), rate=None)
    assert "--rate" in caught.value.remedy


@pytest.mark.parametrize("how", ["FCM: DROP FRAME", "semicolon"])
def test_drop_frame_tells_its_rate(tmp_path: Path, how: str) -> None:
    line = event(1, ("01:00:00:00", "01:01:00:02"))
    edit = edit_of(
        tmp_path, how, line if "FCM" in how else line.replace(":00 ", ";00 ").replace(":02", ";02"), rate=None
    )
    assert edit.clock.drop_frame
    assert edit.duration == Fraction(1800 * 1001, 30000), "the minute drops two names"


def test_a_rate_that_does_not_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTimeline, match="counts to frame 24"):
        edit_of(tmp_path, event(1, ("01:00:00:00", "01:00:01:24")), rate=24)


# --- what cannot be understood ------------------------------------------------------------------------------------


def test_nothing_that_looks_like_an_event_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTimeline, match="cannot be understood") as caught:
        edit_of(tmp_path, event(1, A), event(2, B, kind="X"))
    assert "line 3" in caught.value.where


def test_an_event_that_ends_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTimeline, match="ends before it begins"):
        edit_of(tmp_path, event(1, (A[1], A[0])))


def test_no_events(tmp_path: Path) -> None:
    with pytest.raises(EmptyTimeline):
        edit_of(tmp_path, "* nothing here")
