"""Footage for the tests of this room: two real files, and synthetic ones whose every frame is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

SAMPLES = Path(__file__).parents[1] / "samples" / "video"
WriteVideo = Callable[..., Path]


@pytest.fixture
def bikes() -> Path:
    """Six shots of street footage, 250 frames at 25; cuts at frames 30, 76, 137, 187, 242."""
    return SAMPLES / "bikes.mp4"


@pytest.fixture
def carphone() -> Path:
    """One shot, 120 frames at 30000/1001, with a single key frame."""
    return SAMPLES / "carphone.mp4"


@pytest.fixture
def write_video(tmp_path: Path) -> WriteVideo:
    """A function that writes pictures (h, w, 3) to a video file and returns its path."""

    def write(
        name: str,
        pictures: Iterable[np.ndarray],
        *,
        rate: Fraction = Fraction(24),
        key_every: int = 12,
        turned: int = 0,
        codec: str = "libx264",
        pixels: str = "yuv420p",
    ) -> Path:
        path = tmp_path / name
        with av.open(path, "w") as container:
            stream = container.add_stream(codec, rate=rate)
            assert isinstance(stream, VideoStream)
            stream.codec_context.gop_size = key_every
            if codec == "libx264":
                stream.codec_context.options = {"qp": "1", "sc_threshold": "0"}
            stream.pix_fmt = pixels
            for index, picture in enumerate(pictures):
                if index == 0:
                    stream.height, stream.width = picture.shape[:2]
                    if turned:
                        stream.set_display_rotation(turned)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        return path

    return write


@pytest.fixture
def counting_video(write_video: WriteVideo) -> Path:
    """120 frames at 24000/1001 that tell their number: tens as the grey of the left half, ones of the right."""

    def numbered(number: int) -> np.ndarray:
        picture = np.empty((96, 128, 3), np.uint8)
        picture[:, :64], picture[:, 64:] = number // 10 * 20, number % 10 * 20
        return picture

    return write_video("counting.mp4", (numbered(number) for number in range(120)), rate=Fraction(24000, 1001))
