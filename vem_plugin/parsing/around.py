"""Looks at what happens around the transitions of an edit, at 16 frames a second, as long as that is cheap.

Half a second on each side of a transition lies in one media file as a *run* of nine instants. Runs are decoded small,
file by file, forwards. A run that lies deep behind a key frame is left out, and so is everything beyond
``MOST_AROUND`` decoded frames: what was not seen is unknown to the aligner, which was trained to do without.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.media_reader import MediaReader, pixels_of
from vem_plugin.parsing.sampling import can_be_seen
from vem_plugin.parsing.surroundings import (
    RATE,
    REACH,
    Side,
    Surroundings,
    black_curves,
    curves_of_frames,
    nothing_seen,
    place_of,
)
from vem_timeline.storyboard import Shot, Storyboard, Transition

MOST_AROUND = 4000
"""Frames decoded in one edit at most to see what is around its transitions."""

MOST_TRAVELLED = 120
"""Frames decoded at most from a key frame to a run; one that lies deeper is left out."""

RUN_SIDE = 48
"""Pixels of the longest side of a run's frames: light and motion need no more."""

LONGEST_HOLD = Fraction(1, 4)
"""Seconds for which a frame counts as shown where the file holds no later one."""

STEP = Fraction(1, RATE)
SIDES: tuple[Side, Side] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Run:
    """One side of a transition: where to look for its frames.

    ``instants`` of media time in seconds, ascending, of which the frames shown are wanted; none from ``end`` on, where
    the shot ends in its media. A still picture has one instant, as often as it is shown. ``pace`` is media seconds a
    second, 0 or more; ``backwards`` if the shot shows the frames in falling order.
    """

    transition: int
    side: Side
    path: Path
    instants: tuple[Fraction, ...]
    end: Fraction
    pace: Fraction = Fraction(1)
    backwards: bool = False


@dataclass(frozen=True)
class RunFrames:
    """The frames of a run in the order in which the shot shows them: RGB, uint8, (h, w, 3), and the seconds of the
    timeline between each and the next."""

    pictures: list[NDArray[np.uint8]]
    gaps: list[float]


def look_around(storyboard: Storyboard, *, most: int = MOST_AROUND) -> Surroundings:
    """Look at the frames around every transition of an edit.

    Parameters
    ----------
    storyboard : Storyboard
        The edit. Sides in shots without readable media stay unknown; black is known without looking.
    most : int
        Frames to decode at most.

    Returns
    -------
    Surroundings
        In the storyboard's order; nothing is compared yet.
    """
    found = nothing_seen(len(storyboard.transitions))
    runs: dict[Path, list[Run]] = {}
    for number, transition in enumerate(storyboard.transitions):
        for side, shot in zip(SIDES, shots_beside(transition, storyboard.shots), strict=True):
            if shot is None or shot.kind == "gap":
                _write(found, number, side, black_curves())
            elif (run := run_of_side(number, side, shot, storyboard.clock.frame_duration)) is not None:
                runs.setdefault(run.path, []).append(run)
    for path, wanted in runs.items():
        seen, decoded = follow_runs(path, wanted, most=most)
        most -= decoded
        for run, frames in seen:
            _write(found, run.transition, run.side, curves_of_frames(frames.pictures, run.side, gaps=frames.gaps))
    return found


def shots_beside(transition: Transition, shots: Sequence[Shot]) -> tuple[Shot | None, Shot | None]:
    """The shots that meet in a transition; None for the black that a fade comes from or goes to."""
    starts = [shot.start for shot in shots]
    before = shots[max(0, bisect_left(starts, transition.time) - 1)]
    after = shots[max(0, bisect_right(starts, transition.time) - 1)]
    return None if transition.kind == "fade_in" else before, None if transition.kind == "fade_out" else after


def run_of_side(transition: int, side: Side, shot: Shot, frame: Fraction) -> Run | None:
    """Where to look for one side of a transition; None where the shot cannot be seen or is too short.

    ``frame`` is the length of a frame of the timeline, s: the run before a transition ends that much before it.
    """
    media = shot.media
    count = min(REACH + 1, int(shot.duration / STEP))
    if media is None or media.path is None or not can_be_seen(shot) or count < 2:
        return None
    pace, end = abs(shot.speed), media.start + media.duration
    if media.still or pace == 0:
        start = Fraction(0) if media.still else media.start
        return Run(transition, side, media.path, (start,) * count, start + 1, pace=Fraction(0))
    if (side == "before") == (shot.speed > 0):
        last = end - frame * pace
        instants = tuple(max(media.start, last - back * STEP * pace) for back in reversed(range(count)))
    else:
        instants = tuple(media.start + on * STEP * pace for on in range(count))
    return Run(transition, side, media.path, instants, end, pace, shot.speed < 0)


def follow_runs(path: Path, runs: Sequence[Run], *, most: int) -> tuple[list[tuple[Run, RunFrames]], int]:
    """Decode the frames of some runs of one file, as long as that is cheap.

    Parameters
    ----------
    path : Path
        A video in any format that FFmpeg reads; it is opened once and read forwards.
    runs : sequence of Run
        In any order.
    most : int
        Frames to decode at most.

    Returns
    -------
    list of (Run, RunFrames)
        Of every run that could be seen. Broken files bring none: whoever looked at the shots has said what is wrong.
    int
        How many frames were decoded.
    """
    import av
    import av.error

    seen: list[tuple[Run, RunFrames]] = []
    decoded = 0
    try:
        with av.open(path) as container:
            if container.streams.video:
                reader = _RunReader(container)
                for run in sorted(runs, key=lambda run: (run.instants[0], run.transition)):
                    frames = reader.follow(run) if reader.decoded < most else None
                    decoded = reader.decoded
                    if frames is not None:
                        seen.append((run, frames))
    except (av.error.FFmpegError, OSError, ValueError):
        return seen, decoded
    return seen, decoded


class _RunReader(MediaReader):
    """Finds the frames of runs."""

    def follow(self, run: Run) -> RunFrames | None:
        """The frames shown at a run's instants; None if they lie too deep behind a key frame, or are missing."""
        first = run.instants[0] - self.leeway
        if not self.continues(first):
            self.seek(max(Fraction(0), first))
        started = self.decoded
        shown, over = self.here, False
        taken: list[Any] = []
        for instant in run.instants:
            while not over and (shown is None or self.time_of(shown) < instant - self.leeway):
                if not taken and self.decoded - started >= MOST_TRAVELLED:
                    return None
                frame = self.next()
                over = frame is None or (shown is not None and self.time_of(frame) >= run.end - self.leeway)
                shown = shown if over else frame
            if shown is None or instant - self.time_of(shown) > LONGEST_HOLD:
                return None
            taken.append(shown)
        if run.backwards:
            taken.reverse()
        times = [self.time_of(frame) for frame in taken]
        gaps = [float(abs(later - earlier) / run.pace) if run.pace else 0.0 for earlier, later in pairwise(times)]
        return RunFrames([pixels_of(frame, RUN_SIDE) for frame in taken], gaps)


def _write(found: Surroundings, transition: int, side: Side, curves: NDArray[np.float32]) -> None:
    place = place_of(side, len(curves))
    found.curves[transition, place] = curves
    found.seen[transition, place] = 1
