"""Final Cut 7 XML: ranges through transitions, speeds, nests, markers, and numbers that contradict each other."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from vem_timeline import EmptyTimeline, Storyboard, UnreadableTimeline, read

RATE = "<rate><timebase>{}</timebase><ntsc>{}</ntsc></rate>"


def clip(name: str, start: int, end: int, first: int, last: int, *, extra: str = "", rate: str = "") -> str:
    file = f'<file id="{name}"><name>{name}</name><pathurl>file://localhost/media/{name}.mov</pathurl></file>'
    return (
        f"<clipitem><name>{name}</name>{rate}<start>{start}</start><end>{end}</end><in>{first}</in><out>{last}</out>"
        f"{file}{extra}</clipitem>"
    )


def fade(start: int, end: int, alignment: str = "center", name: str = "Cross Dissolve") -> str:
    return (
        f"<transitionitem><start>{start}</start><end>{end}</end><alignment>{alignment}</alignment>"
        f"<effect><name>{name}</name></effect></transitionitem>"
    )


def document(
    *tracks: str, duration: int | None = None, sound: str = "", more: str = "", base: str = "25", ntsc: str = "FALSE"
) -> str:
    length = "" if duration is None else f"<duration>{duration}</duration>"
    pictures = "".join(f"<track>{track}</track>" for track in tracks)
    media = f"<media><video>{pictures}</video><audio>{sound}</audio></media>"
    return (
        f'<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="5"><sequence id="s"><name>edit</name>{length}'
        f"{RATE.format(base, ntsc)}{more}{media}</sequence></xmeml>"
    )


def saved(folder: Path, text: str) -> Path:
    path = folder / "edit.xml"
    path.write_text(text, encoding="utf-8")
    return path


def told(edit: Storyboard) -> list[tuple[str, Fraction, Fraction]]:
    rate = edit.clock.rate
    return [(shot.name, shot.start * rate, shot.duration * rate) for shot in edit.shots]


def test_clips_and_gaps(tmp_path: Path) -> None:
    edit = read(saved(tmp_path, document(clip("a", 0, 20, 5, 25) + clip("b", 30, 50, 0, 20), duration=50)))
    assert told(edit) == [("a", 0, 20), ("black", 20, 10), ("b", 30, 20)]
    assert edit.shots[0].media is not None
    assert edit.shots[0].media.start == Fraction(5, 25)


@pytest.mark.parametrize(
    ("alignment", "first", "last"), [("center", 35, 10), ("start", 40, 10), ("end", 30, 10), ("", 35, 10)]
)
def test_a_dissolve_covers_the_edges_of_its_clips(tmp_path: Path, alignment: str, first: int, last: int) -> None:
    # Clip a shows 0 to 40 with its handle, clip b begins at 30, where the dissolve does; both ranges reach through it.
    track = clip("a", 0, -1, 0, 40) + fade(30, 40, alignment) + clip("b", -1, 60, 100, 130)
    edit = read(saved(tmp_path, document(track, duration=60)))
    assert told(edit) == [("a", 0, 35), ("b", 35, 25)]
    dissolve = edit.transitions[0]
    assert (dissolve.kind, dissolve.time * 25, dissolve.duration * 25) == ("dissolve", 35, 10)
    media = edit.shots[1].media
    assert media is not None
    assert media.start == Fraction(105, 25), "five frames after the range begins"


def test_fades_to_and_from_black(tmp_path: Path) -> None:
    track = fade(0, 10, "start-black") + clip("a", -1, -1, 0, 50) + fade(40, 50, "end-black")
    edit = read(saved(tmp_path, document(track, duration=50)))
    assert told(edit) == [("a", 0, 50)]
    assert [(t.kind, t.time * 25) for t in edit.transitions] == [("fade_in", 5), ("fade_out", 45)]


def test_two_fades_with_a_gap_between(tmp_path: Path) -> None:
    track = clip("a", 0, -1, 0, 40) + fade(30, 40, "end-black") + fade(44, 54, "start-black") + clip("b", -1, 90, 0, 46)
    edit = read(saved(tmp_path, document(track, duration=90)))
    assert [(t.kind, t.time * 25) for t in edit.transitions] == [("fade_out", 35), ("fade_in", 49)]


def test_a_wipe_is_told_by_its_name(tmp_path: Path) -> None:
    track = clip("a", 0, -1, 0, 40) + fade(30, 40, name="Edge Wipe") + clip("b", -1, 60, 0, 30)
    assert read(saved(tmp_path, document(track, duration=60))).transitions[0].kind == "wipe"


def speed(percent: float, *, reverse: bool = False, variable: bool = False) -> str:
    parameters = "".join(
        f"<parameter><parameterid>{name}</parameterid><value>{value}</value></parameter>"
        for name, value in (("speed", percent), ("reverse", str(reverse).upper()), ("variablespeed", int(variable)))
    )
    return f"<filter><effect><effectid>timeremap</effectid>{parameters}</effect></filter>"


def test_speeds_count_media_before_the_change(tmp_path: Path) -> None:
    edit = read(saved(tmp_path, document(clip("a", 0, 20, 10, 30, extra=speed(200)), duration=20)))
    assert edit.shots[0].speed == 2
    assert edit.shots[0].media is not None
    assert (edit.shots[0].media.start * 25, edit.shots[0].media.duration * 25) == (20, 40)


def test_reverse_and_freeze(tmp_path: Path) -> None:
    track = clip("a", 0, 20, 0, 20, extra=speed(100, reverse=True)) + clip("b", 20, 40, 0, 20, extra=speed(0))
    assert [shot.speed for shot in read(saved(tmp_path, document(track, duration=40))).shots] == [-1, 0]


def test_a_changing_speed_is_told(tmp_path: Path) -> None:
    edit = read(saved(tmp_path, document(clip("a", 0, 20, 0, 20, extra=speed(108.4, variable=True)), duration=20)))
    assert any("changing speed" in remark.what for remark in edit.remarks)


def test_a_clip_of_another_rate(tmp_path: Path) -> None:
    half = RATE.format(50, "FALSE")
    edit = read(saved(tmp_path, document(clip("a", 0, 20, 40, 80, rate=half), duration=20)))
    assert edit.shots[0].media is not None
    assert edit.shots[0].media.start == Fraction(40, 50)


def test_a_nested_sequence_is_opened(tmp_path: Path) -> None:
    inner = (
        f'<sequence id="n"><name>nest</name>{RATE.format(25, "FALSE")}<media><video><track>'
        f"{clip('x', 0, 10, 0, 10)}{clip('y', 10, 30, 0, 20)}</track></video></media></sequence>"
    )
    track = (
        f"<clipitem><name>nest</name><start>0</start><end>20</end><in>5</in><out>25</out>{inner}</clipitem>"
        '<clipitem><name>again</name><start>20</start><end>25</end><in>0</in><out>5</out><sequence id="n"/></clipitem>'
    )
    edit = read(saved(tmp_path, document(track, duration=25)))
    assert told(edit) == [("x", 0, 5), ("y", 5, 15), ("x", 20, 5)]


def test_a_sequence_inside_itself_is_refused(tmp_path: Path) -> None:
    track = '<clipitem><name>me</name><start>0</start><end>9</end><in>0</in><out>9</out><sequence id="s"/></clipitem>'
    with pytest.raises(UnreadableTimeline, match="contains itself"):
        read(saved(tmp_path, document(track, duration=9)))


def test_titles_let_the_picture_through_and_switched_off_clips_do_not_count(tmp_path: Path) -> None:
    title = (
        "<generatoritem><name>Hello</name><start>5</start><end>15</end><in>0</in><out>10</out>"
        "<effect><name>Text</name><effectid>Text</effectid></effect></generatoritem>"
    )
    off = clip("off", 15, 25, 0, 10).replace("<name>off</name>", "<name>off</name><enabled>FALSE</enabled>", 1)
    edit = read(saved(tmp_path, document(clip("a", 0, 30, 0, 30), title, off, duration=30)))
    assert told(edit) == [("a", 0, 30)]


def test_markers_of_sequence_and_clip(tmp_path: Path) -> None:
    def mark(name: str, at: int, until: int) -> str:
        return f"<marker><name>{name}</name><comment>note</comment><in>{at}</in><out>{until}</out></marker>"

    track = clip("a", 10, 30, 100, 120, extra=mark("on clip", 105, -1))
    more = mark("point", 3, -1) + mark("span", 5, 15)
    edit = read(saved(tmp_path, document(track, duration=30, more=more)))
    assert [(m.name, m.time * 25, m.duration * 25, m.owner) for m in edit.markers] == [
        ("point", 3, 0, "timeline"), ("span", 5, 10, "timeline"), ("on clip", 15, 0, "clip"),
    ]  # fmt: skip
    assert edit.markers[0].comment == "note"


def test_start_timecode_and_drop_frame(tmp_path: Path) -> None:
    more = (
        f"<timecode>{RATE.format(30, 'TRUE')}<string>01:00:00;00</string><frame>107892</frame>"
        "<displayformat>DF</displayformat></timecode>"
    )
    edit = read(saved(tmp_path, document(clip("a", 0, 30, 0, 30), duration=30, more=more, base="30", ntsc="TRUE")))
    assert edit.clock.timecode_of(Fraction(0)) == "01:00:00;00"
    assert edit.clock.rate == Fraction(30000, 1001)


def test_speech_is_told_by_track_and_clip_names(tmp_path: Path) -> None:
    tracks = (clip("scene 1", 5, 15, 0, 10), clip("VO take", 20, 30, 0, 10))
    sound = f'<track MZ.TrackName="DX">{tracks[0]}</track><track>{tracks[1]}</track>'
    edit = read(saved(tmp_path, document(clip("a", 0, 40, 0, 40), duration=40, sound=sound)))
    assert [(range_.start * 25, range_.duration * 25) for range_ in edit.speech] == [(5, 10), (20, 10)]


def test_sound_over_sound_on_one_track_is_kept(tmp_path: Path) -> None:
    sound = f"<track>{clip('VO 1', 0, 20, 0, 20)}{clip('VO 2', 10, 30, 0, 20)}</track>"
    edit = read(saved(tmp_path, document(clip("a", 0, 30, 0, 30), duration=30, sound=sound)))
    assert [(range_.start * 25, range_.duration * 25) for range_ in edit.speech] == [(0, 30)]


# --- what contradicts itself --------------------------------------------------------------------------------------


def refused(folder: Path, text: str) -> UnreadableTimeline:
    with pytest.raises(UnreadableTimeline) as caught:
        read(saved(folder, text))
    assert str(folder) in caught.value.where
    return caught.value


@pytest.mark.parametrize("declared", [40, 60])
def test_a_length_that_disagrees_names_both_numbers(tmp_path: Path, declared: int) -> None:
    error = refused(tmp_path, document(clip("a", 0, 50, 0, 50), duration=declared))
    assert f"{declared} frames" in error.what
    assert "after 50" in error.what


def test_a_work_area_of_premiere_overrules_a_stale_length(tmp_path: Path) -> None:
    ticks = 50 * 254_016_000_000 // 25
    text = document(clip("a", 0, 50, 0, 50), duration=40).replace('id="s"', f'id="s" MZ.WorkOutPoint="{ticks}"')
    edit = read(saved(tmp_path, text))
    assert edit.duration * 25 == 50
    assert any("out of date" in remark.what for remark in edit.remarks)


def test_one_frame_is_rounding(tmp_path: Path) -> None:
    assert read(saved(tmp_path, document(clip("a", 0, 50, 0, 50), duration=51))).duration * 25 == 50


def test_a_start_that_disagrees_names_both(tmp_path: Path) -> None:
    more = f"<timecode>{RATE.format(25, 'FALSE')}<string>01:00:00:00</string><frame>5</frame></timecode>"
    error = refused(tmp_path, document(clip("a", 0, 50, 0, 50), more=more))
    assert "frame 5" in error.what
    assert "90000" in error.what


def test_clips_over_each_other_on_one_track(tmp_path: Path) -> None:
    assert "over each other" in refused(tmp_path, document(clip("a", 0, 50, 0, 50) + clip("b", 40, 90, 0, 50))).what


@pytest.mark.parametrize("bad", ["nan", "1e99", "12 frames", "0x10", "--4", "9" * 40])
def test_numbers_that_are_none(tmp_path: Path, bad: str) -> None:
    text = document(clip("a", 0, 50, 0, 50)).replace("<start>0</start>", f"<start>{bad}</start>")
    assert "number" in refused(tmp_path, text).what


def test_a_clip_without_a_place(tmp_path: Path) -> None:
    assert "where it lies" in refused(tmp_path, document(clip("a", -1, -1, 0, 50))).what


def test_a_sequence_without_a_rate(tmp_path: Path) -> None:
    text = document(clip("a", 0, 50, 0, 50)).replace(RATE.format("25", "FALSE"), "")
    assert "no frame rate" in refused(tmp_path, text).what


def test_a_chosen_sequence_of_several(tmp_path: Path) -> None:
    one = document(clip("a", 0, 50, 0, 50))
    body = one[one.index("<sequence") : one.index("</xmeml>")]
    text = one.replace(body, f"<bin><children>{body}{body.replace('<name>edit<', '<name>other<')}</children></bin>")
    assert "'edit', 'other'" in refused(tmp_path, text).what
    assert read(saved(tmp_path, text), timeline="other").name == "other"


def test_an_empty_sequence(tmp_path: Path) -> None:
    with pytest.raises(EmptyTimeline):
        read(saved(tmp_path, document("", duration=10)))
