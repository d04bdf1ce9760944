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

from vem_plugin.parsing.media_reader import MediaReader, pixels_of

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


class _Reader(MediaReader):
    """Finds the frames of glimpses."""

    def see(self, glimpse: Glimpse) -> SeenFrame | Unseen:
        """The frame of a glimpse."""
        start, end = (
            glimpse.start - self.leeway,
            max(glimpse.end - self.leeway, glimpse.start + self.leeway),
        )
        middle = start + min((end - start) / 2, Fraction(1))
        if self.end is not None and start - self.end > LONGEST_HOLD:
            return _TOO_SHORT
        # A key frame too near the end would leave no room for the second frame of the pair.
        room = PAIR_GAP if glimpse.pair and end - start > 3 * PAIR_GAP else Fraction(0)
        found = self._land(start, end, middle, room)
        if isinstance(found, Unseen):
            return found
        picture, time = pixels_of(found, LONGEST_SIDE), self.time_of(found)
        if not glimpse.pair:
            return SeenFrame(max(time, Fraction(0)), picture)
        later = self._travel(time + PAIR_GAP - self.leeway, end)
        if later is None or self.time_of(later) <= time:
            return SeenFrame(max(time, Fraction(0)), picture)
        return SeenFrame(max(time, Fraction(0)), picture, pixels_of(later, LONGEST_SIDE), self.time_of(later) - time)

    def _land(self, start: Fraction, end: Fraction, middle: Fraction, room: Fraction) -> Any:
        """A key frame inside [start, end) if there is one, else the frame shown at ``middle``."""
        if not self.continues(middle):
            self.seek(max(Fraction(0), end - 2 * self.leeway - room))
            frame = self.next()
            if frame is None or self.time_of(frame) >= end:
                # Files without an index land anywhere: read from the top.
                self.seek(Fraction(0))
                frame = self.next()
            if frame is not None and start <= self.time_of(frame) < end:
                return frame
        return self._shown_at(start, middle, end)

    def _shown_at(self, start: Fraction, middle: Fraction, end: Fraction) -> Any:
        shown = self.here
        for _ in range(MOST_DECODED):
            if shown is not None and self.time_of(shown) >= middle:
                return shown
            frame = self.next()
            if frame is None:
                held = shown is not None and start - self.time_of(shown) <= LONGEST_HOLD
                return shown if held else _TOO_SHORT
            if self.time_of(frame) >= end and shown is not None:
                return shown
            shown = frame
        return Unseen(f"No key frame lies within {MOST_DECODED} frames before the shot's place in the file.")

    def _travel(self, until: Fraction, end: Fraction) -> Any:
        """The first frame at or after ``until``, or the last one before ``end``."""
        last = None
        while (frame := self.next()) is not None and self.time_of(frame) < end:
            last = frame
            if self.time_of(frame) >= until:
                break
        return last
