"""Music that anybody should beat: silence, clicks at the best constant tempo, the music of another clip.

What the rule-based composer writes for the same edit is the fourth (``by_rule``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.clips.clip import Clip, Music, Times

RATE = 48_000
SLOWEST, FASTEST = 60.0, 180.0
"""Constant tempi that are tried, beats a minute, in steps of ``STEP``."""
STEP = 0.001
OFFSETS = 64
"""Phases of a tempo that are tried."""
METRE = 4
CLICK_SECONDS = 0.04
STRONG_HZ, WEAK_HZ = 1500.0, 1000.0


@dataclass(frozen=True, slots=True)
class ConstantTempo:
    """A metronome: ``bpm`` beats a minute, the first beat at ``offset`` seconds, every ``METRE``-th from beat
    ``first_downbeat`` on a downbeat."""

    bpm: float
    offset: float
    first_downbeat: int = 0

    def beats(self, seconds: float) -> Times:
        """Beats before the end."""
        return tuple(np.arange(self.offset, seconds, 60 / self.bpm).tolist())

    def downbeats(self, seconds: float) -> Times:
        """Downbeats before the end."""
        return self.beats(seconds)[self.first_downbeat :: METRE]


def best_constant_tempo(
    instants: ArrayLike, *, tolerance: float, slowest: float = SLOWEST, fastest: float = FASTEST
) -> ConstantTempo:
    """The metronome, tempo and phase, with the most instants on a beat, less those that chance puts there.

    It knows the picture: no music of a constant tempo has more of its beats on the cuts.

    Parameters
    ----------
    instants : array_like
        (n,) seconds.
    tolerance : float
        Seconds on either side within which an instant is on a beat, greater than 0.
    slowest, fastest : float
        Beats a minute.

    Raises
    ------
    SettingsError
        If the tolerance or the tempi make no sense.
    """
    if not (tolerance > 0 and 0 < slowest <= fastest):
        raise SettingsError(f"No tempo from {slowest} to {fastest} within {tolerance} s.")
    times = np.asarray(instants, float)
    if not times.size:
        return ConstantTempo(math.sqrt(slowest * fastest), 0.0)
    phases = np.arange(OFFSETS)[:, None] / OFFSETS
    best, found = (-math.inf, -math.inf), ConstantTempo(slowest, 0.0)
    for bpm in np.geomspace(slowest, fastest, 1 + math.ceil(math.log(fastest / slowest) / STEP)):
        beat = 60 / bpm
        position = times / beat - phases
        distance = np.abs(position - np.rint(position)) * beat  # (phases, n)
        near = (distance <= tolerance + 1e-9).mean(axis=1) - min(1.0, 2 * tolerance / beat)
        phase = int(np.argmax(near - 1e-6 * distance.mean(axis=1)))
        worth = (float(near[phase]), -float(distance[phase].mean()))
        if worth > best:
            best, found = worth, ConstantTempo(float(bpm), phase / OFFSETS * float(beat))
    return _with_bars(found, times, tolerance)


def _with_bars(metronome: ConstantTempo, times: NDArray[np.float64], tolerance: float) -> ConstantTempo:
    """The same with the bar line where most instants are."""
    beat = 60 / metronome.bpm
    number = np.rint((times - metronome.offset) / beat).astype(int)
    on_beat = np.abs(times - metronome.offset - number * beat) <= tolerance + 1e-9
    struck = np.bincount(number[on_beat & (number >= 0)] % METRE, minlength=METRE)
    return ConstantTempo(metronome.bpm, metronome.offset, int(struck.argmax()))


def clicks(clip: Clip) -> Music:
    """A click track at the best constant tempo of a clip."""
    metronome = best_constant_tempo(clip.instants, tolerance=clip.frame)
    return clicks_at(metronome.beats(clip.seconds), metronome.downbeats(clip.seconds), seconds=clip.seconds)


def clicks_at(beats: Times, downbeats: Times = (), *, seconds: float) -> Music:
    """Clicks at some beats, higher and louder on downbeats, mono at ``RATE``."""
    samples = np.zeros(round(seconds * RATE), np.float32)
    strong = frozenset(downbeats)
    for beat in beats:
        click = _click(STRONG_HZ if beat in strong else WEAK_HZ) * (0.8 if beat in strong else 0.5)
        start = round(beat * RATE)
        part = samples[start : start + len(click)]
        part += click[: len(part)]
    return Music(samples[:, None], RATE, beats, downbeats)


def _click(pitch: float) -> NDArray[np.float32]:
    time = np.arange(round(CLICK_SECONDS * RATE)) / RATE
    return (np.cos(2 * np.pi * pitch * time) * np.exp(-time / 0.008)).astype(np.float32)


def silence(clip: Clip) -> Music:
    """Nothing, as long as the clip."""
    return Music(np.zeros((round(clip.seconds * RATE), 1), np.float32), RATE)


def partners(count: int, *, seed: int = 0) -> tuple[int, ...]:
    """Whose music every clip gets when pairs are permuted: nobody their own; empty for fewer than two clips."""
    if count < 2:
        return ()
    order = np.random.default_rng(seed).permutation(count)
    taken = np.empty(count, int)
    taken[order] = np.roll(order, 1)
    return tuple(taken.tolist())


def as_long_as(clip: Clip, music: Music) -> Music:
    """Music cut to a clip's length; shorter music begins again, bars and beats with it."""
    samples = round(clip.seconds * music.rate)
    rounds = max(1, -(-samples // max(1, len(music.samples))))
    looped = np.tile(music.samples, (rounds, 1))[:samples]
    starts = [music.seconds * number for number in range(rounds)]

    def repeated(times: Times) -> Times:
        return tuple(start + t for start in starts for t in times if t < music.seconds and start + t < clip.seconds)

    return Music(looped, music.rate, repeated(music.beats), repeated(music.downbeats))
