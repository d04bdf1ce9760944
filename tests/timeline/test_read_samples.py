"""Real timelines of other projects, against what is known of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from vem_timeline import EmptyTimeline, read

FILM = Fraction(24)
KNOWN = {
    # name: (seconds, frame rate, start timecode, shots, markers)
    "OpenTimelineIO__big_int.otio": (1, FILM, "00:00:00:00", 1, 0),
    "OpenTimelineIO__clip_example.otio": (Fraction(19, 24), FILM, "00:00:00:00", 3, 0),
    "OpenTimelineIO__effects.otio": (Fraction(1125, 24), FILM, "01:00:00:00", 4, 0),
    "OpenTimelineIO__multiple_track.otio": (Fraction(19, 24), FILM, "00:00:00:00", 4, 0),
    "OpenTimelineIO__nested_example.otio": (Fraction(53, 2), FILM, "00:00:00:00", 7, 0),
    "OpenTimelineIO__premiere_example.otio": (Fraction(1271, 30), Fraction(30), "00:00:00:00", 10, 4),
    "OpenTimelineIO__transition_test.otio": (Fraction(150, 24), FILM, "00:00:00:00", 3, 0),
    "derived__Markers_allmissing.otioz": (Fraction(9, 24), FILM, "00:00:04:04", 3, 7),
    "derived__multiple_track_allmissing.otioz": (Fraction(19, 24), FILM, "00:00:00:00", 4, 0),
    "otio-avfoundation__Timeline_23.98.otio": (Fraction(13, 2), FILM, "00:00:00:00", 2, 0),
    "otio-cmx3600-adapter__enabled.otio": (Fraction(6, 24), FILM, "00:00:00:00", 2, 0),
    "otio-fcp-adapter__img_seq_media_reference.otio": (Fraction(159, 24), FILM, "01:00:00:00", 1, 0),
    "raven__ElFuente_4096x2160_60fps_10bit_420_remix1.otio": (
        Fraction(1030, 60),
        Fraction(60),
        "00:00:00:00",
        5,
        0,
    ),
    "raven__Meridian_UHD4k5994_HDR_P3PQ.otio": (
        Fraction(43092 * 1001, 60000),
        Fraction(60000, 1001),
        "00:00:00:00",
        83,
        0,
    ),
    "scenedetect-gen__bikes.otio": (10, Fraction(25), "00:00:00:00", 6, 0),
    "toucan__Generator.otio": (Fraction(9, 24), FILM, "00:00:00:00", 8, 0),
    "toucan__Markers.otio": (Fraction(9, 24), FILM, "00:00:04:04", 3, 7),
    "toucan__MissingMedia.otio": (Fraction(3, 24), FILM, "00:00:00:00", 1, 0),
    "toucan__Transition.otio": (Fraction(10, 24), FILM, "00:00:00:00", 2, 0),
}


@pytest.mark.parametrize("name", KNOWN)
def test_reads_what_is_known_of_it(samples: Path, name: str) -> None:
    edit = read(samples / name)
    told = (edit.duration, edit.clock.rate, edit.clock.timecode_of(Fraction(0)), len(edit.shots), len(edit.markers))
    assert told == KNOWN[name]
    assert edit.source == samples / name


def test_no_sample_is_left_out(samples: Path) -> None:
    assert {path.name for path in samples.glob("*.otio*")} == set(KNOWN) | {"otio-aaf-adapter__gaps.otio"}


def test_a_timeline_of_gaps_shows_no_picture(samples: Path) -> None:
    with pytest.raises(EmptyTimeline):
        read(samples / "otio-aaf-adapter__gaps.otio")


def test_markers_of_every_owner(samples: Path) -> None:
    markers = read(samples / "toucan__Markers.otio").markers
    frames = {m.name: (m.time * 24, m.duration * 24, m.owner) for m in markers}
    assert frames == {
        "Stack Marker": (0, 9, "timeline"),
        "Track Marker 0": (0, 4, "track"),
        "Track Marker 1": (4, 5, "track"),
        "Letter_A Marker": (0, 0, "clip"),
        "Gap Marker": (3, 3, "clip"),
        "Letter_C Marker 0": (6, 2, "clip"),
        "Letter_C Marker 1": (7, 2, "clip"),
    }


def test_dissolves_of_a_real_edit(samples: Path) -> None:
    edit = read(samples / "raven__ElFuente_4096x2160_60fps_10bit_420_remix1.otio")
    assert [(t.kind, t.time * 60, t.duration * 60) for t in edit.transitions] == [
        ("dissolve", at, 100) for at in (204, 404, 604, 786)
    ]


def test_the_tracks_of_a_nested_edit(samples: Path) -> None:
    edit = read(samples / "OpenTimelineIO__nested_example.otio")
    assert [(shot.name, shot.duration * 24) for shot in edit.shots] == [
        ("Normal Clip 1", 238),
        ("Clip Inside A Stack 1", 31),
        ("Normal Clip 2", 33),
        ("Clip Inside A Stack 2", 29),
        ("Normal Clip 3", 63),
        ("Clip Inside A Track", 4),
        ("Normal Clip 4", 238),
    ]
    assert edit.shots[5].speed == 0


def test_a_premiere_edit_with_a_title_and_an_empty_nested_sequence(samples: Path) -> None:
    edit = read(samples / "OpenTimelineIO__premiere_example.otio")
    assert [(shot.name, shot.start * 30) for shot in edit.shots] == [
        ("black", 0),
        ("sc01_sh010_anim.mov", 13),
        ("test_title", 113),  # the only picture there
        ("sc01_sh020_anim.mov", 165),
        ("sc01_sh030_anim.mov", 322),
        ("sc01_sh010_anim.mov", Fraction(1095, 2)),  # under the fade of the clip above
        ("sc01_sh010_anim", 636),
        ("sc01_master_layerA_sh030_temp.mov", 956),
        ("sc01_sh010_anim.mov", Fraction(2329, 2)),
        ("black", 1246),
    ]
    assert [t.kind for t in edit.transitions if t.kind != "cut"] == ["dissolve", "dissolve"]
    assert any("nested sequence is empty" in remark.what for remark in edit.remarks)
