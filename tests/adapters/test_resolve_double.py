"""The double of Resolve keeps the rules that it was made for; without them its tests would prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from host_labs import START, ResolveLab, music
from resolve_double import Refused
from resolve_double.signatures import published
from resolve_double.timeline import visible_markers


@pytest.fixture
def lab(tmp_path: Path) -> ResolveLab:
    return ResolveLab(tmp_path)


def append(lab: ResolveLab, tmp_path: Path, record: int, track: int = 2) -> list:
    lab.timeline.AddTrack("audio", "stereo")
    pool = lab.program._project.GetMediaPool()
    (clip,) = pool.ImportMedia([str(music(tmp_path).audio)])
    return pool.AppendToTimeline([
        {"mediaPoolItem": clip, "startFrame": 0, "endFrame": 240, "mediaType": 2, "trackIndex": track,
         "recordFrame": record}
    ])  # fmt: skip


def test_its_names_come_from_the_published_signatures() -> None:
    assert published()["Timeline"].methods["AddMarker"][0].most == 6
    assert {"AddTrack", "GetItemListInTrack", "Export"} <= published()["Timeline"].names


def test_unknown_names_and_wrong_calls_are_refused(lab: ResolveLab) -> None:
    calls = [
        lambda: lab.timeline.GetTracks(),
        lambda: lab.timeline.GetTrackName("audio"),
        lambda: lab.timeline.GetTrackName("audio", 1, 2),
        lambda: lab.timeline.AddMarker("10", "Red", "a", "b", 1, ""),
        lambda: lab.timeline.SetTrackName("audio", 1, name="x"),
        lambda: lab.program._project.GetMediaPool().ImportMedia(),
    ]
    for call in calls:
        with pytest.raises(Refused):
            call()


def test_whoever_asks_by_hasattr_is_found_out(lab: ResolveLab) -> None:
    with pytest.raises(Refused):
        hasattr(lab.timeline, "SetTrackVolume")
    assert "SetTrackName" in dir(lab.timeline)
    assert "SetTrackVolume" not in dir(lab.timeline)


def test_markers_count_from_the_first_frame_and_a_frame_holds_one(lab: ResolveLab) -> None:
    assert lab.timeline.AddMarker(10, "Red", "a", "", 1, "")
    assert not lab.timeline.AddMarker(10, "Blue", "b", "", 1, "")
    assert not lab.timeline.AddMarker(11, "Beige", "no colour of markers", "", 1, "")
    assert lab.timeline.AddMarker(START + 20, "Red", "an hour late", "", 1, "")
    assert sorted(visible_markers(lab.timeline)) == [10, 100]


def test_a_track_without_a_type_is_mono(lab: ResolveLab) -> None:
    lab.timeline.AddTrack("audio")
    assert lab.timeline.GetTrackSubType("audio", 2) == "mono"
    assert lab.timeline.GetItemListInTrack("audio", 0) is None


def test_what_collides_is_dropped_without_a_word(lab: ResolveLab, tmp_path: Path) -> None:
    append(lab, tmp_path, START)
    (ghost,) = append(lab, tmp_path, START + 5)
    assert ghost.GetUniqueId() == ""
    assert len(lab.timeline.GetItemListInTrack("audio", 2)) == 1


def test_a_relative_record_frame_is_taken_and_heard_nowhere(lab: ResolveLab, tmp_path: Path) -> None:
    (item,) = append(lab, tmp_path, 0)
    assert item.GetStart() == 0 < lab.timeline.GetStartFrame()


def test_clips_are_deleted_on_the_edit_page_only(lab: ResolveLab, tmp_path: Path) -> None:
    (item,) = append(lab, tmp_path, START)
    assert not lab.timeline.DeleteClips([item])
    lab.program.OpenPage("edit")
    assert lab.timeline.DeleteClips([item])


def test_a_name_that_is_taken_gives_none(lab: ResolveLab, tmp_path: Path) -> None:
    pool = lab.program._project.GetMediaPool()
    assert pool.CreateEmptyTimeline("edit") is None
    assert pool.ImportTimelineFromFile(str(tmp_path / "edit.otio"), {"timelineName": "edit"}) is None
    assert pool.ImportTimelineFromFile(str(tmp_path / "edit.otio"), {"timelineName": "edit 2"}) is not None


def test_a_format_by_its_name_is_not_exported(lab: ResolveLab, tmp_path: Path) -> None:
    assert not lab.timeline.Export(str(tmp_path / "a.otio"), "EXPORT_OTIO", "EXPORT_NONE")
    assert not (tmp_path / "a.otio").exists()
