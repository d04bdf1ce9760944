"""Real timelines of every format, against what they say of themselves and what is known of them.

Lengths, rates and starts are those that the files declare; shots and markers were looked over by hand. Where the makers
of a file published the places of its markers, those are asked for below.
"""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from pathlib import Path

import pytest

from vem_timeline import EmptyTimeline, TimelineError, UnreadableTimeline, read
from vem_timeline.formats import SUFFIXES

KNOWN: dict[str, tuple[int | str, str, str, int, int]] = {
    # name: (frames, frames per second, start timecode, shots, markers)
    "auto-editor-gen__example.mlt": (532, "30", "00:00:00:00", 4, 0),
    "auto-editor-gen__example_premiere.xml": (528, "30", "00:00:00:00", 4, 0),
    "auto-editor-gen__example_speed4_premiere.xml": (660, "30", "00:00:00:00", 13, 0),
    "auto-editor-gen__example_speed8.fcpxml": (465, "30", "00:00:00:00", 13, 0),
    "auto-editor-gen__man_motion_premiere.xml": (199, "30", "00:00:00:00", 54, 0),
    "auto-editor-gen__unicode_premiere.xml": (528, "30", "00:00:00:00", 4, 0),
    "derived__2997fps-DFTC_V1.edl": (2989, "30000/1001", "00:00:00;00", 1, 0),
    "kdenlive-otio__kdenlive_example_v191180.kdenlive": (862, "25", "00:00:00:00", 7, 0),
    "kdenlive-otio__kdenlive_example_v221170.kdenlive": (862, "25", "00:00:00:00", 7, 2),
    "kdenlive-otio__kdenlive_example_v240770.kdenlive": (862, "25", "00:00:00:00", 7, 2),
    "otio-cmx3600-adapter__25fps.edl": (496, "25", "00:00:00:00", 4, 0),
    "otio-cmx3600-adapter__avid_example.edl": (81, "24", "00:59:53:11", 2, 0),
    "otio-cmx3600-adapter__dissolve_test_4.edl": (477, "24", "01:04:11:17", 6, 0),
    "otio-cmx3600-adapter__dissolve_test_fail.edl": (20, "24", "01:00:00:00", 2, 0),
    "otio-cmx3600-adapter__gap_test.edl": (126, "24", "00:00:00:00", 5, 0),
    "otio-cmx3600-adapter__no_spaces_test.edl": (1049, "24", "00:59:53:11", 9, 3),
    "otio-cmx3600-adapter__speed_effects.edl": (30330, "24", "01:00:00:00", 548, 0),
    "otio-cmx3600-adapter__speed_effects_small.edl": (16636, "24", "01:00:00:00", 7, 0),
    "otio-cmx3600-adapter__wipe_test.edl": (20, "24", "01:00:00:00", 2, 0),
    "otio-fcp-adapter__empty_name_tags.xml": (3517, "24000/1001", "00:00:00:00", 34, 2),
    "otio-fcp-adapter__hiero_xml_export.xml": (1324, "24", "01:00:00:00", 4, 0),
    "otio-fcp-adapter__premiere_example.xml": (1258, "30", "00:00:00:00", 11, 5),
    "otio-fcpx-xml-adapter__fcpx_clips.fcpxml": (2400, "30", "00:00:00:00", 8, 0),
    "otio-fcpx-xml-adapter__fcpx_example.fcpxml": ("21602243/4800", "30", "00:00:00:00", 17, 8),
    "pipeline-neo__24.fcpxml": (6311, "24", "00:00:00:00", 26, 33),
    "pipeline-neo__24With25Media.fcpxml": (3911, "24", "01:00:00:00", 4, 3),
    "pipeline-neo__29.97.fcpxml": (887, "30000/1001", "00:00:00:00", 14, 23),
    "pipeline-neo__59.94.fcpxml": (15805, "60000/1001", "00:00:00:00", 27, 33),
    "pipeline-neo__AuditionMarkers2.fcpxml": (270, "30000/1001", "01:00:00:00", 2, 1),
    "pipeline-neo__BasicMarkers_1HourProjectStart.fcpxml": (1919, "30000/1001", "01:00:00:00", 1, 0),
    "pipeline-neo__Complex.fcpxml": (11199, "25", "00:00:00:00", 3, 29),
    "pipeline-neo__CutSample.fcpxml": (4434, "30000/1001", "00:00:00:00", 4, 0),
    "pipeline-neo__MulticamSampleWithCuts.fcpxml": (6630, "24000/1001", "00:00:00:00", 7, 0),
    "pipeline-neo__SyncClip.fcpxml": (738, "25", "01:00:00:00", 1, 3),
    "pipeline-neo__TimelineSample.fcpxml": (3120, "24000/1001", "00:00:00:00", 48, 1),
    "pipeline-neo__TransitionMarkers1.fcpxml": (720, "24", "01:00:00:00", 3, 11),
    "pycmx__ISSUE_14_conform_edl_issue_03.edl": (17348, "24", "01:00:20:23", 49, 0),
    "pycmx__STP_R1_v082517.edl": (24428, "24", "01:00:00:00", 252, 0),
    "pycmx__cdl_example01.edl": (2492, "24", "02:13:08:12", 41, 37),
    "pycmx__test_25.edl": (4022, "25", "00:00:00:00", 7, 0),
    "scenedetect-gen__bikes.edl": (250, "25", "00:00:00:00", 6, 0),
    "scenedetect-gen__bikes.fcpxml": (250, "25", "00:00:00:00", 6, 0),
    "scenedetect-gen__bikes_fcp7.xml": (250, "25", "00:00:00:00", 6, 0),
}
REFUSED = {
    "otio-cmx3600-adapter__multi_audio.edl": "The timeline holds only sound (2 clips) and no picture.",
    "otio-fcp-adapter__sample_just_track.xml": "The timeline is empty: it has no length, for no clip lies on it.",
    "pipeline-neo__1920x1080.fcpxml": "The timeline is empty: it has no length, for no clip lies on it.",
    "pipeline-neo__AudioOnly.fcpxml": "The timeline holds only sound (5 clips) and no picture.",
    "pipeline-neo__StandaloneAssetClip.fcpxml": "The file holds 1 clip of a library, but no project.",
    "pycmx__INS4_R1_DX_092117.edl": "The timeline holds only sound (466 clips) and no picture.",
    "pycmx__TEST.edl": "The timeline holds only sound (119 clips) and no picture.",
    "swift-daw-file-tools__BasicMarkers.xml": "This is a Cubase track archive, not an edit that is read here.",
}
RATES = {name: Fraction(25 if "bikes" in name else 24) for name in KNOWN if name.endswith(".edl")}
"""Frames per second that an editor would give with --rate; of these films it is known."""
TELL_THEIR_RATE = ("derived__2997fps-DFTC_V1.edl", "otio-cmx3600-adapter__25fps.edl", "pycmx__test_25.edl")
CHOSEN = {"otio-fcpx-xml-adapter__fcpx_example.fcpxml": "OpenTimeline_Project"}


def rate_for(name: str) -> Fraction | None:
    return None if name in TELL_THEIR_RATE else RATES.get(name)


@pytest.mark.parametrize("name", KNOWN)
def test_reads_what_is_known_of_it(samples: Path, name: str) -> None:
    edit = read(samples / name, timeline=CHOSEN.get(name), rate=rate_for(name))
    frames = edit.duration * edit.clock.rate
    start = edit.clock.timecode_of(Fraction(0))
    told = (frames, str(edit.clock.rate), start, len(edit.shots), len(edit.markers))
    assert told == (Fraction(KNOWN[name][0]), *KNOWN[name][1:])
    assert edit.source == samples / name
    assert edit.shots[-1].end == edit.duration


@pytest.mark.parametrize("name", REFUSED)
def test_says_why_it_is_not_read(samples: Path, name: str) -> None:
    with pytest.raises(TimelineError) as caught:
        read(samples / name, rate=Fraction(24) if name.endswith(".edl") else None)
    assert caught.value.what == REFUSED[name]
    assert name in caught.value.where
    assert caught.value.remedy


def test_no_sample_is_left_out(samples: Path) -> None:
    names = {path.name for path in samples.iterdir() if path.suffix in SUFFIXES[3:-1]}
    assert names == set(KNOWN) | set(REFUSED)


@pytest.mark.parametrize("name", [name for name in RATES if name not in TELL_THEIR_RATE])
def test_an_edit_list_that_could_run_at_two_rates_asks_for_one(samples: Path, name: str) -> None:
    with pytest.raises(UnreadableTimeline, match="names no frame rate") as caught:
        read(samples / name)
    assert "--rate" in caught.value.remedy


@pytest.mark.skipif(importlib.util.find_spec("otio_aaf_adapter") is None, reason="the AAF adapter is an extra")
def test_aaf(samples: Path) -> None:
    edit = read(samples / "otio-aaf-adapter__2997fps-DFTC.aaf")
    assert (edit.duration * edit.clock.rate, edit.clock.timecode_of(Fraction(0))) == (2989, "05:00:00;00")
    with pytest.raises(UnreadableTimeline, match="holds no timeline"):
        read(samples / "pyaaf2__empty.aaf")


@pytest.mark.skipif(importlib.util.find_spec("otio_aaf_adapter") is not None, reason="the AAF adapter is there")
def test_aaf_without_its_adapter_says_how_to_get_it(samples: Path) -> None:
    with pytest.raises(UnreadableTimeline, match="extra that is not installed") as caught:
        read(samples / "otio-aaf-adapter__2997fps-DFTC.aaf")
    assert "pip install otio-aaf-adapter" in caught.value.remedy


def test_one_edit_in_five_formats(samples: Path) -> None:
    """Cuts of one film, found by PySceneDetect and written in five ways."""
    paths = [samples / f"scenedetect-gen__bikes{end}" for end in (".otio", ".fcpxml", "_fcp7.xml", ".edl")]
    cuts = [
        [shot.start for shot in read(path, rate=Fraction(25) if path.suffix == ".edl" else None).shots]
        for path in paths
    ]
    assert cuts[0] == [Fraction(frame, 25) for frame in (0, 30, 76, 137, 187, 242)]
    assert all(other == cuts[0] for other in cuts)


def test_one_project_in_three_versions_of_kdenlive(samples: Path) -> None:
    edits = [read(samples / f"kdenlive-otio__kdenlive_example_v{v}.kdenlive") for v in (191180, 221170, 240770)]
    told = [[(shot.name, shot.start, shot.duration) for shot in edit.shots] for edit in edits]
    assert told[1] == told[2] == told[0]
    assert [(marker.name, marker.time * 25) for marker in edits[2].markers] == [("Purple Marker", 230), ("Green", 466)]
    assert [(marker.name, marker.time * 25) for marker in edits[1].markers] == [("Purple Marker", 230), ("Green", 466)]


# --- places of markers as Final Cut Pro shows them, published with the files (swift-daw-file-tools, MIT) ------------

SEEN_IN_FINAL_CUT = {
    "pipeline-neo__24With25Media.fcpxml": {
        "Marker 1": "01:00:10:01", "Marker 2": "01:02:09:17", "Marker 3": "01:02:28:18",
    },
    "pipeline-neo__TransitionMarkers1.fcpxml": {
        "Marker 1": "01:00:00:00", "Marker 2": "01:00:00:12", "Marker 3": "01:00:01:00", "Marker 4": "01:00:09:12",
        "Marker 5": "01:00:10:00", "Marker 6": "01:00:10:12", "Marker 7": "01:00:19:12", "Marker 8": "01:00:20:00",
        "Marker 9": "01:00:20:12", "Marker 10": "01:00:29:00", "Marker 11": "01:00:29:12",
    },
    "pipeline-neo__29.97.fcpxml": {
        "Marker 1": "00:00:14:05", "Marker 2": "00:00:01:14", "Marker 3": "00:00:04:08", "Marker 4": "00:00:05:26",
        "Marker 8": "00:00:11:23", "Marker 9": "00:00:13:01", "Marker 10": "00:00:14:10", "Marker 11": "00:00:14:17",
        "Marker 12": "00:00:14:24", "Marker 13": "00:00:14:24", "Marker 14": "00:00:15:00", "Marker 15": "00:00:15:04",
        "Marker 16": "00:00:15:13", "Marker 17": "00:00:15:20", "Marker 18": "00:00:19:25", "Marker 19": "00:00:21:21",
        "Marker 20": "00:00:24:08", "Marker 21": "00:00:26:29", "Marker 22": "00:00:28:23", "Marker 23": "00:00:24:08",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN_IN_FINAL_CUT)
def test_markers_are_where_final_cut_pro_shows_them(samples: Path, name: str) -> None:
    edit = read(samples / name)
    inside = [marker for marker in edit.markers if not marker.name.startswith("INSIDE")]
    assert {marker.name: edit.clock.timecode_of(marker.time) for marker in inside} == SEEN_IN_FINAL_CUT[name]


def test_markers_inside_a_compound_clip_show_where_it_does(samples: Path) -> None:
    """Final Cut Pro shows three of the six; the others are cut off."""
    edit = read(samples / "pipeline-neo__29.97.fcpxml")
    shown = [(m.name, edit.clock.timecode_of(m.time)) for m in edit.markers if m.name.startswith("INSIDE")]
    assert shown == [("INSIDE 1", "00:00:08:11"), ("INSIDE 2", "00:00:10:00"), ("INSIDE 1", "00:00:24:23")]


def test_several_projects_in_a_file_are_listed(samples: Path) -> None:
    with pytest.raises(UnreadableTimeline, match="'OpenTimeline_Project', 'OpenTimeline_Project 1'") as caught:
        read(samples / "otio-fcpx-xml-adapter__fcpx_example.fcpxml")
    assert "--timeline" in caught.value.remedy
    with pytest.raises(UnreadableTimeline, match="no timeline of the name 'x'"):
        read(samples / "otio-fcpx-xml-adapter__fcpx_example.fcpxml", timeline="x")


def test_an_fcpxmld_folder(samples: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bikes.fcpxmld"
    bundle.mkdir()
    (bundle / "Info.fcpxml").write_bytes((samples / "scenedetect-gen__bikes.fcpxml").read_bytes())
    assert len(read(bundle).shots) == 6


def test_an_otiod_folder(samples: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bikes.otiod"
    (bundle / "media").mkdir(parents=True)
    (bundle / "content.otio").write_bytes((samples / "scenedetect-gen__bikes.otio").read_bytes())
    assert len(read(bundle).shots) == 6


def test_what_is_inside_decides_and_not_the_suffix(samples: Path, tmp_path: Path) -> None:
    path = tmp_path / "edit.otio"
    path.write_bytes((samples / "scenedetect-gen__bikes_fcp7.xml").read_bytes())
    assert len(read(path).shots) == 6


def test_a_feature_length_edit_list_is_read_quickly(samples: Path) -> None:
    import time

    began = time.process_time()
    edit = read(samples / "otio-cmx3600-adapter__speed_effects.edl", rate=Fraction(24))
    assert time.process_time() - began < 2
    assert len(edit.shots) == 548


def test_a_timeline_without_a_picture_is_empty(samples: Path) -> None:
    with pytest.raises(EmptyTimeline):
        read(samples / "pipeline-neo__AudioOnly.fcpxml")
