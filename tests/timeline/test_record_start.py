"""Timelines that OpenTimelineIO's EDL reader made: the record start stands as a negative source start of the track."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from vem_timeline import read


def test_a_record_start_before_the_content_hides_nothing(tmp_path: Path) -> None:
    def frames(count: int) -> otio.opentime.RationalTime:
        return otio.opentime.RationalTime(count, 24)

    track = otio.schema.Track("V", kind=otio.schema.TrackKind.Video)
    for number, length in enumerate((48, 24, 72)):
        reference = otio.schema.ExternalReference(f"shot{number}.mov", otio.opentime.TimeRange(frames(0), frames(500)))
        window = otio.opentime.TimeRange(frames(10), frames(length))
        track.append(otio.schema.Clip(f"shot {number}", reference, window))
    track.source_range = otio.opentime.TimeRange(frames(-86400), frames(144))
    timeline = otio.schema.Timeline("from an EDL")
    timeline.tracks.append(track)
    path = tmp_path / "edl.otio"
    otio.adapters.write_to_file(timeline, str(path))

    board = read(path)
    assert [shot.duration for shot in board.shots] == [Fraction(2), Fraction(1), Fraction(3)]
    assert any("record start" in remark.what for remark in board.remarks)
    assert board.shots[0].words == ("shot 0", "shot0")


def test_the_name_of_the_outermost_stack_says_nothing_of_the_shots() -> None:
    board = read(Path(__file__).parents[2] / "examples" / "rush_hour.otio")
    assert not [shot for shot in board.shots if "tracks" in shot.words]
