"""The files for editing programs beside a take, and new timelines made of a storyboard."""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import pytest

from vem_timeline import MusicClip, MusicMarker, Storyboard, read
from vem_timeline.dialects import DIALECTS
from vem_timeline.handoff import readme, write_handoff
from vem_timeline.new_timeline import write_timeline_of

NAMES = (
    "OpenTimelineIO__transition_test.otio", "OpenTimelineIO__nested_example.otio", "derived__2997fps-DFTC_V1.edl",
    "otio-cmx3600-adapter__speed_effects_small.edl", "otio-fcp-adapter__premiere_example.xml",
    "pipeline-neo__29.97.fcpxml", "pipeline-neo__TimelineSample.fcpxml", "pycmx__test_25.edl",
)  # fmt: skip


def edit_of(samples: Path, name: str) -> Storyboard:
    return read(samples / name, rate=Fraction(24) if "speed" in name else None)


def music_for(edit: Storyboard, folder: Path) -> MusicClip:
    audio = folder / "take_MX.wav"
    audio.write_bytes(b"RIFF")
    markers = (
        MusicMarker(Fraction(0), "BAR 1", "BLUE", "4/4"), MusicMarker(edit.duration / 2, "HIT 2.1", "RED", "a|b\nc"),
    )  # fmt: skip
    return MusicClip(audio, edit.duration, "Take 1", "ab3f77", markers)


def in_frames(edit: Storyboard) -> tuple[list[object], list[object]]:
    frame = edit.clock.frame_of
    shots = [(shot.kind, frame(shot.start), frame(shot.duration), round(float(shot.speed), 3)) for shot in edit.shots]
    return list(shots), [(t.kind, frame(t.time), frame(t.duration), t.into) for t in edit.transitions]


@pytest.mark.parametrize("name", NAMES)
def test_the_edit_in_the_files_is_the_same(samples: Path, tmp_path: Path, name: str) -> None:
    edit = edit_of(samples, name)
    write_handoff(tmp_path, "take", edit, music_for(edit, tmp_path))
    made = read(tmp_path / "take_premiere.xml")
    assert in_frames(made) == in_frames(edit)
    assert made.clock == edit.clock
    for new in (read(write_timeline_of(edit, tmp_path / "new.otio")), read(tmp_path / "take_resolve.otio")):
        assert in_frames(new) == in_frames(edit)
        assert new.clock == edit.clock


def test_markers_for_resolve_and_as_a_table(samples: Path, tmp_path: Path) -> None:
    edit = edit_of(samples, "pipeline-neo__29.97.fcpxml")
    edl, table, _, notes, _ = write_handoff(tmp_path, "take", edit, music_for(edit, tmp_path))
    assert edl.read_text().splitlines()[3:5] == [
        "001  001      V     C        00:00:00:00 00:00:00:01 00:00:00:00 00:00:00:01  ",
        " 4/4 |C:ResolveColorBlue |M:BAR 1 · ab3f |D:1",
    ]
    assert " a/b c |C:ResolveColorRed |M:HIT 2.1 · ab3f |D:1" in edl.read_text(), "bars separate fields there"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [(row["Name"], row["Timecode"], row["Frame"]) for row in rows] == [
        ("BAR 1 · ab3f", "00:00:00:00", "0"), ("HIT 2.1 · ab3f", "00:00:14:24", "444"),
    ]  # fmt: skip
    text = notes.read_text(encoding="utf-8")
    assert all(word in text for word in ("Resolve", "Premiere", "Final Cut", "Avid", "Kdenlive", "take_MX.wav"))


def test_the_edit_for_another_program(samples: Path, tmp_path: Path) -> None:
    edit = edit_of(samples, "derived__2997fps-DFTC_V1.edl")
    paths = write_handoff(tmp_path, "take", edit, music_for(edit, tmp_path), target="premiere")
    assert paths[-1].name == "take_premiere.otio"
    assert "take_premiere.otio (which is written for Premiere Pro" in (tmp_path / "README.txt").read_text("utf-8")
    assert in_frames(read(paths[-1])) == in_frames(edit)


def test_media_of_a_take_keep_their_timecode(samples: Path, tmp_path: Path) -> None:
    """Resolve refuses a range that does not lie in the file's own timecode."""
    edit = read(samples / "pipeline-neo__TimelineSample.fcpxml")
    stamped = [shot.media for shot in edit.shots if shot.media is not None and shot.media.timecode]
    assert stamped, "the sample has cameras with a timecode"
    again = read(write_handoff(tmp_path, "take", edit, music_for(edit, tmp_path))[-1])
    told = {media.url: media.timecode for shot in again.shots if (media := shot.media) is not None}
    frame = edit.clock.frame_duration
    for media in stamped:
        name = unquote(media.url.rpartition("/")[2])
        kept = next(timecode for url, timecode in told.items() if url.endswith(name))
        assert abs(kept - media.timecode) <= frame / 2


def test_the_wave_says_where_it_begins(samples: Path, tmp_path: Path) -> None:
    edit = edit_of(samples, "pipeline-neo__BasicMarkers_1HourProjectStart.fcpxml")
    start = edit.clock.timecode_of(Fraction(0))
    assert start != "00:00:00:00"
    plain = music_for(edit, tmp_path)
    stamped = replace(plain, time_reference=round(edit.clock.start_frame / edit.clock.rate * 48_000))
    for music, words in ((stamped, f"begin at {start}"), (plain, "begin at zero")):
        assert words in readme("take", edit, music, DIALECTS["resolve"])
