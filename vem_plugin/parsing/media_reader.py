"""An open media file and the place where decoding stands, for those who look at a few of its frames.

Times are seconds of media time from the file's own first frame; a frame lasts until the next one starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_FAULTS = 20
"""Damaged packets in a row after which the rest of a file is given up."""


class MediaReader:
    """Reads the first picture stream of an open PyAV container; raises what FFmpeg raises.

    ``here`` is the frame decoded last, ``end`` the start of the file's last frame once that is known, ``decoded`` how
    many frames were decoded so far, ``leeway`` half a frame: file times are rounded to the container's clock, edit
    times are not.
    """

    def __init__(self, container: Any) -> None:
        self._container = container
        self._stream = container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._base = Fraction(self._stream.time_base or Fraction(1, 90_000))
        self._first = (self._stream.start_time or 0) * self._base
        rate = self._stream.average_rate or self._stream.guessed_rate or 25
        self.leeway = Fraction(1, 2) / Fraction(rate)
        self._pictures = self._decoded()
        self._begun = False
        self._key = Fraction(0)
        self.here: Any = None
        self.end: Fraction | None = None
        self.decoded = 0

    def continues(self, target: Fraction) -> bool:
        """Whether reading on is no dearer than seeking, which may land on the last key frame again."""
        if self.here is None:
            return False
        here = self.time_of(self.here)
        return 0 <= target - here <= max(Fraction(1, 2), here - self._key)

    def seek(self, time: Fraction) -> None:
        """Go to the key frame at or before a time. A file just opened stands at 0: still pictures cannot seek."""
        if time > 0 or self._begun:
            self.here = None
            self._container.seek(int((self._first + time) / self._base), stream=self._stream)
            self._pictures = self._decoded()

    def next(self) -> Any:
        """The next frame of the file, or None at its end."""
        self._begun = True
        frame = next(self._pictures, None)
        if frame is None:
            self.end = self.time_of(self.here) if self.here is not None else self.end
            return None
        self.here = frame
        self.decoded += 1
        if frame.key_frame:
            self._key = self.time_of(frame)
        return frame

    def _decoded(self) -> Iterator[Any]:
        """Frames from here on, damaged packets left out."""
        import av
        import av.error

        faults = 0
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                faults += 1
                if faults > MOST_FAULTS:
                    raise
                continue
            for frame in frames:
                faults = 0
                if frame.pts is not None or self._stream.frames <= 1:
                    yield frame

    def time_of(self, frame: Any) -> Fraction:
        """Start of a frame, seconds from the file's first."""
        return (frame.pts or 0) * self._base - self._first


def pixels_of(frame: Any, side: int) -> NDArray[np.uint8]:
    """A frame as RGB pixels, scaled down to a longest side and turned upright."""
    scale = min(1.0, side / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    pixels = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA").to_ndarray()
    quarter_turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, quarter_turns) if quarter_turns else pixels)
