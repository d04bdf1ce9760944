"""What a clip looks like: the product's own parsing, and light, colour and motion 16 times a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.pair import LOOK_RATE, LOOKS, Transitions
from vem_plugin.encoders.picture import PictureEncoder
from vem_plugin.encoders.text import TextEncoder
from vem_plugin.models.seen_shots import shots_seen
from vem_plugin.models.storyboard_tokens import ShotTable
from vem_plugin.parsing.cinematics import LUMA, MOTION_HALF, change_of_luma, histogram_of, look_of_frame
from vem_plugin.parsing.frames import SeenFrame
from vem_plugin.parsing.hierarchy import parse
from vem_plugin.parsing.media_reader import MediaReader, pixels_of
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.parsing.sampling import can_be_seen
from vem_plugin.parsing.surroundings import Surroundings, nothing_seen
from vem_timeline.storyboard import Shot, Storyboard

SMALL_SIDE, LARGE_SIDE = 64, 320
"""Pixels of the longest side of frames that are measured, and of those that are shown and described."""

Frame = NDArray[np.uint8]
"""RGB, (h, w, 3)."""


@dataclass(frozen=True)
class Looked:
    """What is seen of a clip: ``parsed`` at the paper's three levels, ``looks`` (T, 6) by ``LOOKS``, and
    ``frames``, one a second, as far as they could be decoded."""

    parsed: ParsedVideo
    looks: NDArray[np.float32]
    frames: tuple[Frame, ...]

    @property
    def shots(self) -> ShotTable:
        """All shots as arrays."""
        return shots_seen(self.parsed)

    @property
    def words(self) -> tuple[str, ...]:
        """What is said about each shot."""
        return tuple(shot.words for shot in self.parsed.shots)

    @property
    def surroundings(self) -> Surroundings:
        """What is seen around every transition."""
        return self.parsed.surroundings or nothing_seen(len(self.parsed.transitions))


def look_at(storyboard: Storyboard, *, text: TextEncoder, picture: PictureEncoder | None) -> Looked:
    """Look at a clip whose media is on disk."""
    parsed = parse(storyboard, brief="", text=text, picture=picture)
    steps = max(1, round(storyboard.duration * LOOK_RATE))
    small, large = _frames_shown(storyboard, steps)
    return Looked(parsed, _looks_of(small), large)


def transitions_in(storyboard: Storyboard) -> Transitions:
    """Times, kinds and lengths of an edit's transitions; the music's part is not known yet."""
    changes = storyboard.transitions
    unknown = np.full(len(changes), np.nan)
    return Transitions(
        time=np.array([float(change.time) for change in changes]),
        kind=tuple(change.kind for change in changes),
        duration=np.array([float(change.duration) for change in changes]),
        offset=unknown,
        accent=unknown.astype(np.float32),
        hit=unknown.astype(np.float32),
    )


def _frames_shown(storyboard: Storyboard, steps: int) -> tuple[list[Frame | None], tuple[Frame, ...]]:
    """The frame on screen at every step, small, None where there is none; and one a second, larger."""
    wanted: dict[Path, list[tuple[Fraction, int]]] = {}
    shot_of = np.searchsorted([float(shot.start) for shot in storyboard.shots], np.arange(steps) / LOOK_RATE + 1e-9) - 1
    for step, number in enumerate(shot_of):
        shot = storyboard.shots[max(0, int(number))]
        if shot.media is not None and shot.media.path is not None and can_be_seen(shot):
            instant = _instant_of(shot, Fraction(step, LOOK_RATE) - shot.start)
            wanted.setdefault(shot.media.path, []).append((instant, step))
    small: list[Frame | None] = [None] * steps
    large: dict[int, Frame] = {}
    for path, places in wanted.items():
        for step, frame in _frames_at(path, sorted(places)):
            small[step] = pixels_of(frame, SMALL_SIDE)
            if step % LOOK_RATE == 0:
                large[step] = pixels_of(frame, LARGE_SIDE)
    return small, tuple(large[step] for step in sorted(large))


def _instant_of(shot: Shot, since: Fraction) -> Fraction:
    """Media time shown ``since`` seconds after a shot's start."""
    assert shot.media is not None
    if shot.media.still:
        return Fraction(0)
    pace = abs(shot.speed)
    return shot.media.start + (since * pace if shot.speed >= 0 else shot.media.duration - since * pace)


def _frames_at(path: Path, places: Sequence[tuple[Fraction, int]]) -> Iterator[tuple[int, Any]]:
    """The decoded frame shown at each media time, with the step it stands for; times ascend. A file that breaks brings
    no more: parsing has said what is wrong with it."""
    import av
    import av.error

    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                return
            reader = MediaReader(container)
            for instant, step in places:
                if reader.here is None or (reader.time_of(reader.here) < instant and not reader.continues(instant)):
                    reader.seek(max(Fraction(0), instant))
                while reader.here is None or reader.time_of(reader.here) < instant - reader.leeway:
                    if reader.next() is None:
                        break
                if reader.here is not None:
                    yield step, reader.here
    except (av.error.FFmpegError, OSError, ValueError):
        return


def _looks_of(shown: Sequence[Frame | None]) -> NDArray[np.float32]:
    """Look of every frame and its difference from the one before; zeros where there is none."""
    looks = np.zeros((len(shown), len(LOOKS)), np.float32)
    for step, frame in enumerate(shown):
        if frame is not None:
            look = look_of_frame(SeenFrame(Fraction(0), frame))
            looks[step, :4] = look.light, look.warmth, look.saturation, look.contrast
    for step, (before, after) in enumerate(pairwise(shown), start=1):
        if before is None or after is None or before.shape != after.shape:
            continue
        rate = change_of_luma(before @ LUMA / 255, after @ LUMA / 255, 1 / LOOK_RATE)
        looks[step, 4] = rate / (rate + MOTION_HALF)
        looks[step, 5] = 1 - np.minimum(histogram_of(before), histogram_of(after)).sum()
    if len(looks) > 1:
        looks[0, 4:] = looks[1, 4:]
    return looks
