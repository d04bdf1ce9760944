"""Notes as a picture: one row of numbers a beat, the form the score codec reads and writes.

A beat is four sixteenth steps, one after the other, then its chord:

    step    drums struck 9 | drums velocity 9 | for bass, harmony, counter, melody: struck, held | velocity 4
    chord   root 12 | tones 12

A note is *struck* on its first step and *held* on all later ones. Velocities are divided by 127 and mean something
only where a note is struck; the notes that one role strikes on one step share the loudest velocity. Everything is
tonic-normalised: pitch class 0 is the tonic, whatever the key. Pitches outside a role's range are folded into it by
octaves. Bass and melody sing one note at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import ROLES, Role
from vem_plugin.score.notes import DRUMS, NOTE, STEPS_PER_BEAT, Chord

QUIETEST = 20
"""Velocity below which no decoded note falls: softer is not heard behind speech."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a pitched role lives: MIDI pitches ``low`` to ``high`` (inclusive) and its columns within a step."""

    role: int
    low: int
    high: int
    struck: slice
    held: slice
    velocity: int
    single: bool

    @property
    def pitches(self) -> int:
        """Number of pitches, a column each."""
        return self.high - self.low + 1


RANGES: dict[Role, tuple[int, int]] = {
    "bass": (24, 59),
    "harmony": (46, 85),
    "counter": (48, 95),
    "melody": (55, 98),
}
DRUMS_STRUCK = slice(0, len(DRUMS))
DRUMS_VELOCITY = slice(len(DRUMS), 2 * len(DRUMS))


def _lay_lanes() -> tuple[Lane, ...]:
    first_velocity = 2 * len(DRUMS) + 2 * sum(high - low + 1 for low, high in RANGES.values())
    lanes: list[Lane] = []
    column = 2 * len(DRUMS)
    for order, (role, (low, high)) in enumerate(RANGES.items()):
        count = high - low + 1
        struck, held = slice(column, column + count), slice(column + count, column + 2 * count)
        single = role in ("bass", "melody")
        lanes.append(Lane(ROLES.index(role), low, high, struck, held, first_velocity + order, single))
        column += 2 * count
    return tuple(lanes)


LANES: tuple[Lane, ...] = _lay_lanes()
STEP_SIZE = LANES[-1].velocity + 1
CHORD_ROOT = slice(STEPS_PER_BEAT * STEP_SIZE, STEPS_PER_BEAT * STEP_SIZE + 12)
CHORD_TONES = slice(CHORD_ROOT.stop, CHORD_ROOT.stop + 12)
BEAT_SIZE = CHORD_TONES.stop
"""Numbers a beat: 4 x 358 + 24 = 1456."""


def rasterise(notes: NDArray[np.void], chords: Sequence[Chord], beats: int) -> NDArray[np.float32]:
    """Paint notes and chords.

    Parameters
    ----------
    notes : structured array of dtype ``NOTE``
        Tonic-normalised. Notes that start outside the piece are left out; longer ones are cut at its end.
    chords : sequence of Chord
        One a beat, at most ``beats``.
    beats : int
        Length of the piece.

    Returns
    -------
    (beats, BEAT_SIZE) float32, each number 0 to 1.
    """
    steps = beats * STEPS_PER_BEAT
    grid = np.zeros((steps, STEP_SIZE), np.float32)
    notes = notes[(notes["start"] >= 0) & (notes["start"] < steps)]
    _paint_drums(grid, notes[notes["role"] == ROLES.index("drums")])
    for lane in LANES:
        _paint_lane(grid, notes[notes["role"] == lane.role], lane)
    raster = np.zeros((beats, BEAT_SIZE), np.float32)
    raster[:, : CHORD_ROOT.start] = grid.reshape(beats, -1)
    for beat, chord in enumerate(chords[:beats]):
        raster[beat, CHORD_ROOT.start + chord.root % 12] = 1
        raster[beat, [CHORD_TONES.start + tone % 12 for tone in chord.tones]] = 1
    return raster


def _paint_drums(grid: NDArray[np.float32], notes: NDArray[np.void]) -> None:
    columns = np.full(256, -1)
    columns[list(DRUMS)] = np.arange(len(DRUMS))
    sound = columns[notes["pitch"]]
    notes, sound = notes[sound >= 0], sound[sound >= 0]
    grid[notes["start"], sound] = 1
    np.maximum.at(grid, (notes["start"], DRUMS_VELOCITY.start + sound), notes["velocity"] / np.float32(127))


def _paint_lane(grid: NDArray[np.float32], notes: NDArray[np.void], lane: Lane) -> None:
    start = notes["start"].astype(np.int64)
    column = folded(notes["pitch"].astype(np.int64), lane) - lane.low
    held = np.minimum(notes["length"], len(grid) - start) - 1
    ramp = np.arange(held.sum()) - np.repeat(np.cumsum(held) - held, held)
    grid[np.repeat(start + 1, held) + ramp, lane.held.start + np.repeat(column, held)] = 1
    grid[start, lane.held.start + column] = 0  # struck again on the same pitch: struck, no longer held
    grid[start, lane.struck.start + column] = 1
    np.maximum.at(grid[:, lane.velocity], start, notes["velocity"] / np.float32(127))


def folded(pitch: NDArray[np.int64], lane: Lane) -> NDArray[np.int64]:
    """Pitches brought into the lane by whole octaves (every lane spans more than two)."""
    octaves_up = np.maximum(0, -(-(lane.low - pitch) // 12))
    octaves_down = np.maximum(0, -(-(pitch - lane.high) // 12))
    return pitch + 12 * (octaves_up - octaves_down)


def notes_of(
    probabilities: NDArray[np.float32], *, threshold: float = 0.5
) -> tuple[NDArray[np.void], tuple[Chord, ...]]:
    """Read notes and chords off a raster of probabilities; the inverse of ``rasterise``.

    Parameters
    ----------
    probabilities : (beats, BEAT_SIZE), 0 to 1
    threshold : float
        A note is struck, or held, above it.

    Returns
    -------
    notes : structured array of dtype ``NOTE``, sorted by start
    chords : one a beat
    """
    beats = len(probabilities)
    grid = probabilities[:, : CHORD_ROOT.start].reshape(beats * STEPS_PER_BEAT, STEP_SIZE)
    parts = [_drums_of(grid, threshold), *(_lane_notes_of(grid, lane, threshold) for lane in LANES)]
    notes = np.concatenate(parts)
    chords = tuple(
        Chord(int(row[CHORD_ROOT].argmax()), tuple(np.flatnonzero(row[CHORD_TONES] > threshold).tolist()))
        for row in probabilities
    )
    return notes[np.argsort(notes["start"], kind="stable")], chords


def _velocity_of(level: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.rint(level * 127), QUIETEST, 127).astype(np.uint8)


def _drums_of(grid: NDArray[np.float32], threshold: float) -> NDArray[np.void]:
    step, sound = np.nonzero(grid[:, DRUMS_STRUCK] > threshold)
    notes = np.zeros(len(step), NOTE)
    notes["role"] = ROLES.index("drums")
    notes["start"] = step
    notes["length"] = 1
    notes["pitch"] = np.array(DRUMS)[sound]
    notes["velocity"] = _velocity_of(grid[step, DRUMS_VELOCITY.start + sound])
    return notes


def _lane_notes_of(grid: NDArray[np.float32], lane: Lane, threshold: float) -> NDArray[np.void]:
    struck = grid[:, lane.struck] > threshold
    if lane.single:
        best = grid[:, lane.struck].argmax(1, keepdims=True)
        struck &= np.arange(lane.pitches) == best
    goes_on = (grid[:, lane.held] > threshold) & ~struck
    if lane.single:
        goes_on &= ~struck.any(1, keepdims=True)
    steps = len(grid)
    breaks = np.where(goes_on, steps, np.arange(steps)[:, None])
    next_break = np.full((steps + 1, lane.pitches), steps)
    next_break[:steps] = np.minimum.accumulate(breaks[::-1], axis=0)[::-1]
    step, column = np.nonzero(struck)
    notes = np.zeros(len(step), NOTE)
    notes["role"] = lane.role
    notes["start"] = step
    notes["length"] = next_break[step + 1, column] - step
    notes["pitch"] = column + lane.low
    notes["velocity"] = _velocity_of(grid[step, lane.velocity])
    return notes
