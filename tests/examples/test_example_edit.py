"""The example edit keeps what the README promises of it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EDIT = EXAMPLES / "rush_hour.otio"
RATE = 25


@pytest.fixture(scope="module")
def edit() -> dict[str, Any]:
    return json.loads(EDIT.read_text("utf-8"))


@pytest.fixture(scope="module")
def items(edit: dict[str, Any]) -> list[dict[str, Any]]:
    (track,) = edit["tracks"]["children"]
    assert track["kind"] == "Video"
    return track["children"]


@pytest.fixture(scope="module")
def clips(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if item["OTIO_SCHEMA"].startswith("Clip")]


def seconds_of(time: dict[str, Any]) -> Fraction:
    return Fraction(time["value"]) / Fraction(time["rate"]).limit_denominator(1001)


def media_of(clip: dict[str, Any]) -> dict[str, Any]:
    return clip["media_references"][clip["active_media_reference_key"]]


def speed_of(clip: dict[str, Any]) -> Fraction:
    return Fraction(clip["effects"][0]["time_scalar"]) if clip["effects"] else Fraction(1)


def test_has_a_dozen_shots_of_varied_length(clips: list[dict[str, Any]]) -> None:
    lengths = [seconds_of(clip["source_range"]["duration"]) for clip in clips]
    assert len(clips) >= 12
    assert 40 <= sum(lengths) <= 50
    assert max(lengths) > 5 * min(lengths)
    assert sorted(lengths)[len(lengths) // 2] >= Fraction(3, 2), "the plan's promises are for such edits"


def test_starts_at_one_hour(edit: dict[str, Any]) -> None:
    start = edit["global_start_time"]
    assert (start["value"], start["rate"]) == (3600 * RATE, RATE)


def test_every_cut_falls_on_a_frame(clips: list[dict[str, Any]]) -> None:
    for clip in clips:
        assert (seconds_of(clip["source_range"]["duration"]) * RATE).denominator == 1


def test_has_one_dissolve_with_handles_on_both_sides(items: list[dict[str, Any]]) -> None:
    (index,) = [i for i, item in enumerate(items) if item["OTIO_SCHEMA"].startswith("Transition")]
    dissolve, before, after = items[index], items[index - 1], items[index + 1]
    used_to = seconds_of(before["source_range"]["start_time"]) + speed_of(before) * (
        seconds_of(before["source_range"]["duration"]) + seconds_of(dissolve["out_offset"])
    )
    assert used_to <= seconds_of(media_of(before)["available_range"]["duration"])
    assert seconds_of(after["source_range"]["start_time"]) >= seconds_of(dissolve["in_offset"])


def test_has_one_speed_change(clips: list[dict[str, Any]]) -> None:
    effects = [effect for clip in clips for effect in clip["effects"]]
    assert [effect["OTIO_SCHEMA"] for effect in effects] == ["LinearTimeWarp.1"]
    assert effects[0]["time_scalar"] not in (0, 1)


def test_has_a_hit_inside_a_shot(clips: list[dict[str, Any]]) -> None:
    ((clip, hit),) = [(clip, marker) for clip in clips for marker in clip["markers"]]
    assert hit["name"] == "hit"
    assert hit["marked_range"]["duration"]["value"] == 0
    into = seconds_of(hit["marked_range"]["start_time"]) - seconds_of(clip["source_range"]["start_time"])
    assert Fraction(1, 2) < into < seconds_of(clip["source_range"]["duration"]) - Fraction(1, 2)


def test_has_a_mood_over_whole_shots(edit: dict[str, Any], clips: list[dict[str, Any]]) -> None:
    (mood,) = edit["tracks"]["markers"]
    assert mood["name"].startswith("mood:")
    cuts = [Fraction(0)]
    for clip in clips:
        cuts.append(cuts[-1] + seconds_of(clip["source_range"]["duration"]))
    start = seconds_of(mood["marked_range"]["start_time"])
    assert start in cuts
    assert start + seconds_of(mood["marked_range"]["duration"]) in cuts


def test_media_is_small_relative_and_credited(clips: list[dict[str, Any]]) -> None:
    notice = (EXAMPLES / "NOTICE.md").read_text("utf-8")
    urls = {media_of(clip)["target_url"] for clip in clips}
    assert {url for url in urls if f"`{url}`" not in notice} == set()
    assert {f"media/{path.name}" for path in (EXAMPLES / "media").iterdir()} == urls
    assert sum((EXAMPLES / url).stat().st_size for url in urls) < 5_000_000


def test_media_has_the_frames_the_edit_claims(clips: list[dict[str, Any]]) -> None:
    for reference in {media_of(clip)["target_url"]: media_of(clip) for clip in clips}.values():
        claimed = reference["available_range"]["duration"]
        with av.open(str(EXAMPLES / reference["target_url"])) as media:
            stream = media.streams.video[0]
            assert stream.average_rate is not None
            assert abs(float(stream.average_rate) - claimed["rate"]) < 1e-6
            assert sum(1 for _ in media.decode(stream)) == claimed["value"]


def test_every_shot_stays_inside_its_media(clips: list[dict[str, Any]]) -> None:
    for clip in clips:
        span = clip["source_range"]
        end = seconds_of(span["start_time"]) + speed_of(clip) * seconds_of(span["duration"])
        assert end <= seconds_of(media_of(clip)["available_range"]["duration"]), clip["name"]
