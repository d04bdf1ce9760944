"""Frames are taken where they were asked for, cheaply, and a broken file never raises."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vem_plugin.parsing import frames
from vem_plugin.parsing.frames import Glimpse, SeenFrame, Unseen, glimpse_frames

RATE = Fraction(24000, 1001)


def see(path: Path, *glimpses: Glimpse) -> list[SeenFrame | Unseen]:
    answers = dict(glimpse_frames(path, glimpses))
    return [answers[index] for index in range(len(glimpses))]


def number_on(picture: np.ndarray) -> int:
    """Frame number told by the greys of the counting video."""
    return round(float(picture[:, :60].mean()) / 20) * 10 + round(float(picture[:, 68:].mean()) / 20)


def number_of(seen: SeenFrame | Unseen) -> int:
    assert isinstance(seen, SeenFrame), seen
    return number_on(seen.picture)


@pytest.mark.parametrize("first", [0, 5, 13, 40, 77, 118])
def test_the_frame_lies_inside_its_stretch_and_its_time_is_its_own(counting_video: Path, first: int) -> None:
    stretch = Glimpse(first / RATE, 2 / RATE)
    (seen,) = see(counting_video, stretch)
    assert isinstance(seen, SeenFrame)
    assert first <= number_of(seen) <= first + 1
    assert seen.time * RATE == pytest.approx(number_of(seen), abs=0.01)


def test_a_key_frame_inside_the_stretch_is_preferred(counting_video: Path) -> None:
    (seen,) = see(counting_video, Glimpse(30 / RATE, 20 / RATE))
    assert number_of(seen) in (36, 48)


def test_glimpses_in_any_order_bring_the_same_frames(counting_video: Path) -> None:
    stretches = [Glimpse(first / RATE, 3 / RATE, pair=False) for first in (90, 3, 50, 51, 20)]
    together = [number_of(seen) for seen in see(counting_video, *stretches)]
    alone = [number_of(*see(counting_video, stretch)) for stretch in stretches]
    for stretch, one, other in zip(stretches, together, alone, strict=True):
        first = round(stretch.start * RATE)
        assert first <= one < first + 3
        assert first <= other < first + 3


def test_a_freeze_shows_the_frame_at_its_instant(counting_video: Path) -> None:
    (seen,) = see(counting_video, Glimpse(61 / RATE, Fraction(0), pair=False))
    assert number_of(seen) == 61


def test_the_later_frame_of_a_pair_follows_by_the_gap_it_tells(counting_video: Path) -> None:
    (seen,) = see(counting_video, Glimpse(20 / RATE, 30 / RATE))
    assert isinstance(seen, SeenFrame)
    assert seen.later is not None
    steps = number_on(seen.later) - number_of(seen)
    assert steps == round(seen.gap * RATE) == 3


def test_a_pair_never_reaches_over_the_end_of_its_stretch(counting_video: Path) -> None:
    (seen,) = see(counting_video, Glimpse(50 / RATE, 2 / RATE))
    assert isinstance(seen, SeenFrame)
    assert seen.later is None or number_on(seen.later) <= 51


def test_only_a_small_part_of_the_file_is_decoded(write_video, monkeypatch: pytest.MonkeyPatch) -> None:
    greys = (np.full((32, 32, 3), number % 250, np.uint8) for number in range(1200))
    path = write_video("long.mp4", greys, key_every=24)
    passed = []
    decoded = frames._Reader._decoded

    def counted(reader: object):
        for frame in decoded(reader):  # type: ignore[arg-type]
            passed.append(frame.pts)
            yield frame

    monkeypatch.setattr(frames._Reader, "_decoded", counted)
    seen = see(path, *[Glimpse(Fraction(second), Fraction(2)) for second in range(0, 50, 10)])
    assert all(isinstance(each, SeenFrame) for each in seen)
    assert len(passed) < 60


def test_a_far_key_frame_is_given_up(counting_video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_DECODED", 4)
    (seen,) = see(counting_video, Glimpse(45 / RATE, 2 / RATE))
    assert isinstance(seen, Unseen)
    assert "key frame" in seen.why


def test_a_film_with_a_single_key_frame_is_read_on_not_from_the_top(carphone: Path) -> None:
    seen = see(carphone, *[Glimpse(Fraction(tenth, 10), Fraction(1, 10)) for tenth in range(0, 40, 2)])
    assert all(isinstance(each, SeenFrame) for each in seen)
    for tenth, each in zip(range(0, 40, 2), seen, strict=True):
        assert isinstance(each, SeenFrame)
        assert abs(each.time - Fraction(tenth, 10)) <= Fraction(1, 10)


def test_a_stretch_behind_the_end_says_so(bikes: Path) -> None:
    inside, behind, also = see(
        bikes, Glimpse(Fraction(1), Fraction(1)), Glimpse(Fraction(30), Fraction(1)), Glimpse(Fraction(60), Fraction(1))
    )
    assert isinstance(inside, SeenFrame)
    for each in (behind, also):
        assert isinstance(each, Unseen)
        assert "ends before" in each.why


def test_frames_are_small_and_keep_their_shape(bikes: Path) -> None:
    (seen,) = see(bikes, Glimpse(Fraction(0), Fraction(1)))
    assert isinstance(seen, SeenFrame)
    assert seen.picture.dtype == np.uint8
    assert seen.picture.shape == (136, 320, 3)


def test_a_turned_phone_video_stands_upright(write_video) -> None:
    picture = np.zeros((64, 128, 3), np.uint8)
    picture[:, :64] = 255  # white on the left
    upright = see(write_video("level.mp4", [picture] * 5), Glimpse(Fraction(0), Fraction(0), pair=False))[0]
    turned = see(write_video("turned.mp4", [picture] * 5, turned=90), Glimpse(Fraction(0), Fraction(0), pair=False))[0]
    assert isinstance(upright, SeenFrame)
    assert isinstance(turned, SeenFrame)
    assert upright.picture.shape == (64, 128, 3)
    assert turned.picture.shape == (128, 64, 3)
    # A quarter turn against the clock brings the left side to the bottom.
    assert turned.picture[100:].mean() > 200 > 50 > turned.picture[:28].mean()


@pytest.mark.parametrize(
    ("codec", "pixels", "name"), [("ffv1", "yuv422p10le", "ten.mkv"), ("ffv1", "gray16le", "grey.mkv")]
)
def test_other_pixel_formats_come_out_as_rgb(write_video, codec: str, pixels: str, name: str) -> None:
    path = write_video(name, [np.full((48, 64, 3), 128, np.uint8)] * 4, codec=codec, pixels=pixels)
    (seen,) = see(path, Glimpse(Fraction(0), Fraction(0), pair=False))
    assert isinstance(seen, SeenFrame)
    assert abs(float(seen.picture.mean()) - 128) < 4


def test_a_still_picture_is_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    av.VideoFrame.from_ndarray(np.full((50, 70, 3), 200, np.uint8), format="rgb24").save(path)
    (seen,) = see(path, Glimpse(Fraction(0), Fraction(0), pair=False))
    assert isinstance(seen, SeenFrame)
    assert seen.picture.shape == (50, 70, 3)
    assert seen.later is None


def test_a_file_that_is_no_media_is_told_not_raised(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("not a film")
    (seen,) = see(path, Glimpse(Fraction(0), Fraction(1)))
    assert isinstance(seen, Unseen)
    assert "does not decode" in seen.why


def test_a_file_cut_short_still_shows_what_is_left(bikes: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mkv"
    with av.open(bikes) as source, av.open(whole, "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    half = tmp_path / "half.mkv"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    first, last = see(half, Glimpse(Fraction(1), Fraction(1)), Glimpse(Fraction(9), Fraction(1, 2)))
    assert isinstance(first, SeenFrame)
    assert isinstance(last, Unseen)
