"""Takes a few frames out of a media file by seeking; never decodes a whole film.

A *glimpse* is a stretch of media time of which one frame is wanted. A key frame inside the stretch is
taken where there is one, because it decodes alone; otherwise decoding runs from the key frame before it,
but no further than ``MOST_DECODED`` frames. Times are seconds of media time from the file's own first
frame. A frame lasts until the next one starts, so a file with held frames shows in each stretch what a
player would show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_SIDE = 320
"""Frames are scaled down to this many pixels while they are decoded; encoders and looks need no more."""

MOST_DECODED = 600
"""Frames decoded at most for one glimpse: ten seconds at 60 frames a second, longer than cameras' key
frames lie apart. A screen recording with one key frame an hour is given up instead of being decoded
whole."""

PAIR_GAP = Fraction(1, 8)
"""Seconds between the two frames of a pair, of which motion is told: three frames at 24."""

LONGEST_HOLD = Fraction(2)
"""How long before a stretch, in seconds, the file's last frame may lie and still count as held into it."""

MOST_FAULTS = 20
"""Damaged packets in a row after which the rest of a file is given up."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A stretch of media time, seconds, of which one frame is wanted, and a second one shortly after if
    ``pair``."""

    start: Fraction
    duration: Fraction
    pair: bool = True

    @property
    def end(self) -> Fraction:
        """First instant after the stretch, seconds."""
        return self.start + self.duration


@dataclass(frozen=True)
class SeenFrame:
    """A decoded frame: RGB, uint8, shape (h, w, 3), at most ``LONGEST_SIDE`` wide and high.

    ``time`` is its start, seconds. ``later`` is the frame ``gap`` seconds after it, or None.
    """

    time: Fraction
    picture: NDArray[np.uint8]
    later: NDArray[np.uint8] | None = None
    gap: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why a glimpse brought no frame, in plain words."""

    why: str


def glimpse_frames(path: Path, glimpses: Sequence[Glimpse]) -> Iterator[tuple[int, SeenFrame | Unseen]]:
    """Decode one frame for each glimpse, or say why there is none.

    Parameters
    ----------
    path : Path
        A video or still picture in any format that FFmpeg reads.
    glimpses : sequence of Glimpse
        In any order; the file is opened once and read forwards.

    Yields
    ------
    (int, SeenFrame or Unseen)
        The glimpse's index and what was seen, in order of media time. A broken file is no error here: an
        edit with one bad shot can still be scored.
    """
    import av
    import av.error

    order = sorted(range(len(glimpses)), key=lambda index: (glimpses[index].start, index))
    answered = 0
    try:
        with av.open(path) as container:
            if not container.streams.video:
                why = "The file has no picture."
            else:
                reader = _Reader(container)
                for index in order:
                    yield index, reader.see(glimpses[index])
                    answered += 1
                return
    except (av.error.FFmpegError, OSError, ValueError) as error:
        why = f"The file does not decode: {reason_of(error)}."
    for index in order[answered:]:
        yield index, Unseen(why)


_TOO_SHORT = Unseen("The file ends before the shot's place in it.")


def reason_of(error: BaseException) -> str:
    """What FFmpeg or the system says is wrong, without error number and path."""
    text = getattr(error, "strerror", None) or str(error)
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__


class _Reader:
    """An open file and the place where decoding stands."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self._stream = container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._base = Fraction(self._stream.time_base or Fraction(1, 90_000))
        self._first = (self._stream.start_time or 0) * self._base
        rate = self._stream.average_rate or self._stream.guessed_rate or 25
        # Half a frame of leeway: file times are rounded to the container's clock, edit times are not.
        self._leeway = Fraction(1, 2) / Fraction(rate)
        self._pictures = self._decoded()
        self._begun = False
        self._here: Any = None
        self._key = Fraction(0)
        self._end: Fraction | None = None

    def see(self, glimpse: Glimpse) -> SeenFrame | Unseen:
        """The frame of a glimpse."""
        start, end = (
            glimpse.start - self._leeway,
            max(glimpse.end - self._leeway, glimpse.start + self._leeway),
        )
        middle = start + min((end - start) / 2, Fraction(1))
        if self._end is not None and start - self._end > LONGEST_HOLD:
            return _TOO_SHORT
        # A key frame too near the end would leave no room for the second frame of the pair.
        room = PAIR_GAP if glimpse.pair and end - start > 3 * PAIR_GAP else Fraction(0)
        found = self._land(start, end, middle, room)
        if isinstance(found, Unseen):
            return found
        picture, time = _pixels(found), self._time(found)
        if not glimpse.pair:
            return SeenFrame(max(time, Fraction(0)), picture)
        later = self._travel(time + PAIR_GAP - self._leeway, end)
        if later is None or self._time(later) <= time:
            return SeenFrame(max(time, Fraction(0)), picture)
        return SeenFrame(max(time, Fraction(0)), picture, _pixels(later), self._time(later) - time)

    def _land(self, start: Fraction, end: Fraction, middle: Fraction, room: Fraction) -> Any:
        """A key frame inside [start, end) if there is one, else the frame shown at ``middle``."""
        if not self._continues(middle):
            self._seek(max(Fraction(0), end - 2 * self._leeway - room))
            frame = self._next()
            if frame is None or self._time(frame) >= end:
                # Files without an index land anywhere: read from the top.
                self._seek(Fraction(0))
                frame = self._next()
            if frame is not None and start <= self._time(frame) < end:
                return frame
        return self._shown_at(start, middle, end)

    def _shown_at(self, start: Fraction, middle: Fraction, end: Fraction) -> Any:
        shown = self._here
        for _ in range(MOST_DECODED):
            if shown is not None and self._time(shown) >= middle:
                return shown
            frame = self._next()
            if frame is None:
                held = shown is not None and start - self._time(shown) <= LONGEST_HOLD
                return shown if held else _TOO_SHORT
            if self._time(frame) >= end and shown is not None:
                return shown
            shown = frame
        return Unseen(f"No key frame lies within {MOST_DECODED} frames before the shot's place in the file.")

    def _travel(self, until: Fraction, end: Fraction) -> Any:
        """The first frame at or after ``until``, or the last one before ``end``."""
        last = None
        while (frame := self._next()) is not None and self._time(frame) < end:
            last = frame
            if self._time(frame) >= until:
                break
        return last

    def _continues(self, target: Fraction) -> bool:
        """Whether reading on is no dearer than seeking, which may land on the last key frame again."""
        if self._here is None:
            return False
        here = self._time(self._here)
        return 0 <= target - here <= max(Fraction(1, 2), here - self._key)

    def _seek(self, time: Fraction) -> None:
        """Go to the key frame at or before a time. A file just opened stands at 0: still pictures cannot seek."""
        if time > 0 or self._begun:
            self._here = None
            self._container.seek(int((self._first + time) / self._base), stream=self._stream)
            self._pictures = self._decoded()

    def _next(self) -> Any:
        """The next frame of the file, or None at its end."""
        self._begun = True
        frame = next(self._pictures, None)
        if frame is None:
            self._end = self._time(self._here) if self._here is not None else self._end
            return None
        self._here = frame
        if frame.key_frame:
            self._key = self._time(frame)
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

    def _time(self, frame: Any) -> Fraction:
        """Start of a frame, seconds from the file's first."""
        return (frame.pts or 0) * self._base - self._first


def _pixels(frame: Any) -> NDArray[np.uint8]:
    """A frame as RGB pixels, scaled down and turned upright."""
    scale = min(1.0, LONGEST_SIDE / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    pixels = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA").to_ndarray()
    quarter_turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, quarter_turns) if quarter_turns else pixels)
