"""Bad input gets one clear error that says what, where and what to do."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import opentimelineio as otio
import pytest

from vem_timeline import EmptyTimeline, TimelineError, UnreadableTimeline, read

if TYPE_CHECKING:
    from conftest import EditDesk


def refused(path: Path, kind: type[TimelineError] = UnreadableTimeline) -> TimelineError:
    with pytest.raises(kind) as caught:
        read(path)
    error = caught.value
    assert type(error) is kind
    assert str(path) in error.where
    assert error.what.endswith(".")
    assert error.remedy.endswith(".")
    assert "Traceback" not in str(error)
    assert "N14opentimelineio" not in str(error), "no C++ type names"
    return error


def test_a_missing_file(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "gone.otio").what


def test_a_folder(tmp_path: Path) -> None:
    assert "folder" in refused(tmp_path).what


@pytest.mark.parametrize(
    "content",
    [
        b"not a timeline",
        b"\x00\x01\x02\xff\xfe",
        b"[1, 2]",
        b"{}",
        b'{"name": "x"}',
        b"42",
        b"<xmeml/>",
        b"\x89PNG\r\n",
    ],
)
def test_what_is_no_timeline(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "edit.otio"
    path.write_bytes(content)
    refused(path)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "edit.otio"
    path.write_bytes(b"")
    refused(path, EmptyTimeline)


def test_another_format_is_named(tmp_path: Path) -> None:
    path = tmp_path / "edit.prproj"
    path.write_bytes(b"\x1f\x8b\x08\x00")
    assert "Premiere project" in refused(path).what


def test_a_file_cut_short(desk: EditDesk) -> None:
    path = desk.save(desk.track(desk.clip("a", 24)))
    path.write_text(path.read_text()[:400])
    assert "broken" in refused(path).what


def test_a_file_that_may_not_be_read(desk: EditDesk) -> None:
    path = desk.save(desk.track(desk.clip("a", 24)))
    path.chmod(0)
    try:
        path.read_bytes()
    except PermissionError:
        assert "cannot be read" in refused(path).what
    else:
        pytest.skip("this user may read everything")


@pytest.mark.parametrize("thing", [otio.schema.Clip("a"), otio.schema.Track("V1"), otio.schema.Stack("s")])
def test_a_bare_object(tmp_path: Path, thing: Any) -> None:
    path = tmp_path / "edit.otio"
    otio.adapters.write_to_file(thing, str(path))
    assert thing.schema_name() in refused(path).what


def test_one_timeline_in_a_collection_is_taken(desk: EditDesk) -> None:
    timeline = otio.adapters.read_from_file(str(desk.save(desk.track(desk.clip("a", 24)))))
    path = desk.folder / "bin.otio"
    otio.adapters.write_to_file(otio.schema.SerializableCollection("bin", [timeline]), str(path))
    assert read(path).duration == 1


def test_several_timelines_are_listed(desk: EditDesk) -> None:
    timelines = [otio.adapters.read_from_file(str(desk.save(desk.track(desk.clip("a", 24)), name=n))) for n in "xy"]
    path = desk.folder / "bin.otio"
    otio.adapters.write_to_file(otio.schema.SerializableCollection("bin", timelines), str(path))
    assert "'x', 'y'" in refused(path).what


def test_a_collection_without_a_timeline(tmp_path: Path) -> None:
    path = tmp_path / "bin.otio"
    otio.adapters.write_to_file(otio.schema.SerializableCollection("bin", []), str(path))
    assert "no timeline" in refused(path).what


def test_no_tracks(desk: EditDesk) -> None:
    refused(desk.save(), EmptyTimeline)


def test_empty_tracks(desk: EditDesk) -> None:
    assert "no length" in refused(desk.save(desk.track()), EmptyTimeline).what


def test_only_sound(desk: EditDesk) -> None:
    path = desk.save(desk.track(desk.clip("song", 100), kind="Audio"))
    assert "no picture" in refused(path, EmptyTimeline).what


def test_only_gaps_and_disabled_clips(desk: EditDesk) -> None:
    path = desk.save(desk.track(desk.gap(24), desk.clip("off", 24, enabled=False)))
    assert "no picture" in refused(path, EmptyTimeline).what


def test_a_negative_length_names_its_clip(desk: EditDesk) -> None:
    error = refused(desk.save(desk.track(desk.clip("a", 24), desk.clip("bad one", -5)), start=86400))
    assert "V1 'bad one' 01:00:01:00" in error.where


def test_a_clip_without_length_names_itself(desk: EditDesk) -> None:
    error = refused(desk.save(desk.track(desk.clip("a", 24), desk.clip("nothing", 0))))
    assert "no length" in error.what
    assert "'nothing' 00:00:01:00" in error.where


def test_a_gap_without_length_is_harmless(desk: EditDesk) -> None:
    assert len(desk.read(desk.track(desk.clip("a", 24), desk.gap(0), desk.clip("b", 24))).shots) == 2


def test_a_clip_that_does_not_say_how_long_it_is(desk: EditDesk) -> None:
    path = desk.save(desk.track(desk.clip("a", None, reference=otio.schema.MissingReference())))
    assert "how long" in refused(path).what


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_times_that_are_no_numbers(desk: EditDesk, value: float) -> None:
    assert "no time" in refused(desk.save(desk.track(desk.clip("a", value)))).what


def edited(path: Path, old: str, new: str) -> Path:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_a_newer_schema_that_cannot_be_told_in_older_words_is_named(desk: EditDesk) -> None:
    path = edited(desk.save(desk.track(desk.clip("a", 24))), "RationalTime.1", "RationalTime.2")
    assert "RationalTime.2" in refused(path).what
    path = edited(desk.save(desk.track(desk.clip("a", 24)), name="b"), "Clip.2", "Clip.7")
    assert "Clip.7" in refused(edited(path, '"source_range"', '"trimmed_to"')).what


def test_a_newer_schema_with_all_that_an_edit_needs_is_read_and_told(desk: EditDesk) -> None:
    source = desk.save(desk.track(desk.clip("a", 24), desk.clip("b", 48)))
    before = read(source)
    after = read(edited(edited(edited(source, "Clip.2", "Clip.3"), "Track.1", "Track.4"), "Timeline.1", "Timeline.2"))
    assert after.shots == before.shots
    (remark,) = [remark for remark in after.remarks if "newer" in remark.what]
    assert remark.where == "Clip.3, Timeline.2, Track.4"


@pytest.mark.parametrize("key", ["media_references", "markers", "source_range"])
def test_objects_told_twice_are_refused_before_they_crash_the_library(desk: EditDesk, key: str) -> None:
    """OpenTimelineIO 0.18.1 frees the first of them twice; in files with a stretch doubled (seeds 35709 and 39845)."""
    path = desk.save(desk.track(desk.clip("a", 24, markers=[desk.marker("m", 3)])))
    tree = json.loads(path.read_text())
    member = json.dumps(tree["tracks"]["children"][0]["children"][0][key])
    path.write_text(path.read_text().replace(f'"{key}":', f'"{key}": {member}, "{key}":'))
    assert f"'{key}' twice" in refused(path).what


def test_plain_values_told_twice_are_no_reason_to_refuse(desk: EditDesk) -> None:
    path = desk.save(desk.track(desk.clip("a", 24)))
    path.write_text(path.read_text().replace('"metadata": {}', '"metadata": {"x": [1], "x": [2]}'))
    assert read(path).duration == 1


def test_an_unknown_item_is_named(desk: EditDesk) -> None:
    path = edited(desk.save(desk.track(desk.clip("a", 24))), "Clip.2", "Hologram.1")
    assert "Hologram.1" in refused(path).what


def test_an_unknown_effect_is_no_reason_to_refuse(desk: EditDesk) -> None:
    path = desk.save(desk.track(desk.clip("a", 24)))
    tree = json.loads(path.read_text())
    tree["tracks"]["children"][0]["children"][0]["effects"] = [{"OTIO_SCHEMA": "Sparkle.3", "name": "x"}]
    path.write_text(json.dumps(tree))
    assert read(path).duration == 1


def test_markers_of_the_next_version_are_read(samples: Path) -> None:
    markers = read(samples / "OpenTimelineIO__premiere_example.otio").markers
    assert [marker.color for marker in markers] == ["RED"] * 4
    assert "so, this happened" in {marker.comment for marker in markers}


@pytest.mark.parametrize("damage", ["no content", "cut short", "not json"])
def test_a_broken_bundle(desk: EditDesk, damage: str) -> None:
    content = desk.save(desk.track(desk.clip("a", 24))).read_text()
    path = desk.folder / "edit.otioz"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("version.txt", "1.0.0")
        if damage != "no content":
            out.writestr("content.otio", content if damage == "cut short" else "no")
    if damage == "cut short":
        path.write_bytes(path.read_bytes()[:500])
    refused(path)


def test_json_whose_brackets_do_not_match_never_reaches_the_library(samples: Path, tmp_path: Path) -> None:
    """OpenTimelineIO's parser crashes on some of it, and takes the program with it."""
    text = (samples / "OpenTimelineIO__big_int.otio").read_text()
    lines = [line for line in text.splitlines() if '"Clip.1"' not in line]
    lines.pop(lines.index("                            },", 50))
    path = tmp_path / "edit.otio"
    path.write_text("\n".join(lines))
    assert "broken JSON" in refused(path).what
