"""How effects sound: noise, sines and time, nothing sampled.

Sounds are stereo float32 at 48 kHz, shape (2, n), with one sample named as their peak. Each depends on its own
description alone (``effects.Effect``, and the room), never on a neighbour. Every sound is made in three steps: a
source, a movement of its colour, an envelope; then it is *crowned*: wherever it would be louder than at its peak, it is
held just below, so that the ear finds the hit where the editor put it.

Noise is half alike on both sides, so that no effect disappears in mono. What is told as seconds in comments is a matter
of taste, tuned by ear and by the pictures of spectra that trailers have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import butter, lfilter, sosfilt

from vem_plugin.render.effects import Effect, EffectKind
from vem_plugin.render.room import answer_of
from vem_plugin.render.synth import frames_of
from vem_plugin.render.voice import RATE
from vem_plugin.score.layers import Room

Samples = NDArray[np.float32]

LEVELS: dict[EffectKind, float] = {
    "impact": -7.0,
    "sub_drop": -12.0,
    "riser": -12.0,
    "reverse_cymbal": -12.0,
    "whoosh": -13.0,
    "swell": -16.0,
}
"""Level at the peak at 0 dB, root mean square over 5 ms, dB of full scale before the take's trim."""
_SEND = 10 ** (-11 / 20)
_HALF_WINDOW = int(0.0025 * RATE)
_NEAR = int(0.0045 * RATE)
_BELOW_PEAK = 0.94
_CROWNINGS = 6
_BEFORE_BLOW = int(0.001 * RATE)
_STEP = 256  # samples over which a moving filter stands still
_DAMPING = int(0.03 * RATE)
_SUBSONIC = butter(2, 24, "high", fs=RATE, output="sos")  # what lies below only moves loudspeakers


@dataclass(frozen=True)
class Shape:
    """A sound and where it peaks, in samples from its beginning."""

    sound: Samples
    peak: int


class EffectsPlayer:
    """Plays a take's effects, block after block.

    Parameters
    ----------
    effects : sequence of Effect
        By time.
    room : Room
        Answers each of them, so that they stand where the instruments stand.
    """

    def __init__(self, effects: Sequence[Effect], room: Room) -> None:
        self._waiting = sorted(effects, key=lambda effect: effect.time - effect.lead)
        self._room: Room = room
        self._sounding: list[tuple[int, Samples]] = []

    def play(self, first: int, end: int) -> Samples:
        """Samples ``first`` to ``end``, shape (2, end - first); blocks must follow each other."""
        while self._waiting and frames_of(self._waiting[0].time - self._waiting[0].lead) - RATE < end:
            effect = self._waiting.pop(0)
            shape = shape_of(effect, self._room)
            self._sounding.append((frames_of(effect.time) - shape.peak, shape.sound))
        block = np.zeros((2, end - first), np.float32)
        for start, sound in self._sounding:
            low, high = max(start, first), min(start + sound.shape[1], end)
            if low < high:
                block[:, low - first : high - first] += sound[:, low - start : high - start]
        self._sounding = [(start, sound) for start, sound in self._sounding if start + sound.shape[1] > end]
        return block


def shape_of(effect: Effect, room: Room) -> Shape:
    """The sound of an effect in a room, damped where its stop begins."""
    random = np.random.default_rng(effect.seed)
    lead = frames_of(effect.time) - frames_of(effect.time - effect.lead)
    shape = _MAKERS[effect.kind](effect, lead, random)
    whole = answer_of(room, shape.sound.sum(axis=0) * np.float32(_SEND / 2))
    whole[:, : shape.sound.shape[1]] += shape.sound
    whole = _crowned(np.asarray(sosfilt(_SUBSONIC, whole), np.float32), shape.peak)
    whole *= np.float32(10 ** ((LEVELS[effect.kind] + effect.level) / 20) / _peak_level(whole, shape.peak))
    if effect.until is not None:
        whole = _damped(whole, shape.peak + frames_of(effect.until) - frames_of(effect.time))
    return Shape(whole, shape.peak)


# --- the six kinds ------------------------------------------------------------------------------------------------


def _riser(effect: Effect, lead: int, random: np.random.Generator) -> Shape:
    """Noise that opens and a cluster of tones that climbs an octave, ever faster, cut off at the hit."""
    tail = int(0.02 * RATE)
    place = _places(lead, tail)
    top = 3500 + 6000 * effect.bright
    noise = _moving(_noise(lead + tail, random), 250 * (top / 250) ** place, width=1.4)
    tones = np.zeros(lead + tail)
    turns = np.cumsum(8 * effect.pitch * np.exp2(place**2)) / RATE
    for detune in (0.994, 1.0, 1.007):
        for harmonic in (1, 2, 3):
            tones += _sine(harmonic * (detune * turns + random.random())) / harmonic
    sound = noise / _strength(noise) + 0.4 * (1 - 0.5 * effect.bright) * tones / _strength(tones)
    return Shape(_faded(sound * 10 ** (-34 / 20 * (1 - place)), tail), lead)


def _reverse_cymbal(effect: Effect, lead: int, random: np.random.Generator) -> Shape:
    """A cymbal played backwards: it swells like a string pulled taut, and is gone with the hit."""
    tail = int(0.012 * RATE)
    left = np.maximum(0, lead - np.arange(lead + tail)) / RATE  # seconds to the hit
    hiss = _band(_noise(len(left), random), 1800 + 1800 * effect.bright, 20_000)
    ring = np.zeros(len(left))
    for hertz, turn in zip(random.uniform(0, 1, 20), random.uniform(0, 1, 20), strict=True):
        ring += (0.2 + hertz) * _sine(700 * 14**hertz * left + turn) * np.exp(-left * (1 + 2 * hertz))
    swell = np.exp(-left * (5.5 * RATE / max(lead, RATE // 2)))
    sound = (hiss / _strength(hiss) + 0.35 * ring / _strength(ring[lead // 2 :])) * swell
    return Shape(_faded(sound, tail), lead)


def _whoosh(effect: Effect, lead: int, random: np.random.Generator) -> Shape:
    """Air that rushes past from one side to the other; it is in the middle, and nearest, at the cut."""
    tail = int(0.45 * RATE)
    time = np.arange(-lead, tail)
    place = np.where(time < 0, 1 + time / max(lead, 1), 1 - time / tail)
    noise = random.standard_normal((1, lead + tail))
    air = _moving(noise, 350 * (1800 + 2600 * effect.bright) ** place / 350**place, width=1.1)[0]
    near = np.where(time < 0, np.exp(time * 4.5 / max(lead, 1)), np.exp(-time * 5 / tail)) * _ends(len(time))
    side = (1 if random.random() < 0.5 else -1) * np.clip(time / (0.7 * (lead + tail) / 2), -1, 1)
    angle = (0.7 * side + 1) * np.pi / 4
    return Shape((air * near * np.stack([np.cos(angle), np.sin(angle)])).astype(np.float32), lead)


def _swell(effect: Effect, lead: int, random: np.random.Generator) -> Shape:
    """A breath: soft air over a fifth on the tonic, in and out again."""
    tail = int(1.4 * RATE)
    time = np.arange(-lead, tail)
    near = np.where(time < 0, np.exp(time * 4 / max(lead, 1)), np.exp(-time * 5 / tail))
    near = near * _ends(len(time), first=lead // 3, last=tail // 2)
    air = _band(_noise(len(time), random), 900, 5000 + 3000 * effect.bright)
    tones = np.zeros(len(time))
    for ratio in (4.0, 6.0, 8.012):
        tones += _sine(effect.pitch * ratio * time / RATE + random.random())
    return Shape(((0.7 * air / _strength(air) + 0.5 * tones / _strength(tones)) * near).astype(np.float32), lead)


def _impact(effect: Effect, lead: int, random: np.random.Generator) -> Shape:
    """A blow: a crack, a drum larger than any, and the hall behind it."""
    before, tail = _BEFORE_BLOW, int(2.6 * RATE)
    time = np.arange(tail) / RATE
    fall = effect.pitch * (1 + 2.6 * np.exp(-time / 0.035))
    thump = np.cos(2 * np.pi * np.cumsum(fall) / RATE) * np.exp(-time / 0.38)
    skin = np.zeros(tail)
    for ratio in (1.59, 2.14, 2.65, 3.16):  # modes of a round membrane
        skin += np.cos(2 * np.pi * 1.9 * effect.pitch * ratio * time) * np.exp(-time / (0.28 / ratio))
    crack = _band(_noise(tail, random) * np.exp(-time / 0.018), 60, 2500 + 4500 * effect.bright)
    dust = _band(_noise(tail, random), 160, 700 + 1500 * effect.bright)
    dust = dust / _strength(dust) * np.exp(-time / 0.55) * np.minimum(1, time / 0.004)
    body = 0.9 * thump + 0.28 * skin
    sound = np.tanh(1.3 * body) + 0.9 * crack / np.abs(crack).max() + 0.16 * dust
    sound *= _ends(tail, first=int(0.0008 * RATE), last=RATE // 2)
    return Shape(np.pad(sound, ((0, 0), (before, 0))).astype(np.float32), before)


def _sub_drop(effect: Effect, lead: int, random: np.random.Generator) -> Shape:
    """A low tone that falls away by more than an octave, with enough grain to be heard on small speakers."""
    before, tail = _BEFORE_BLOW, int(2.2 * RATE)
    time = np.arange(tail) / RATE
    hertz = effect.pitch * (0.62 + 1.5 * np.exp(-time / 0.45))
    tone = np.tanh(1.8 * np.cos(2 * np.pi * np.cumsum(hertz) / RATE))
    strength = np.exp(-time / 0.75) * (1 + 1.5 * np.exp(-time / 0.012))
    sound = tone * strength * _ends(tail, first=int(0.0008 * RATE), last=RATE // 2)
    click = random.standard_normal(tail) * np.exp(-time / 0.003)
    sound = np.tile(sound + 0.25 * click, (2, 1))
    return Shape(np.pad(sound, ((0, 0), (before, 0))).astype(np.float32), before)


_Maker = Callable[[Effect, int, np.random.Generator], Shape]
_MAKERS: dict[EffectKind, _Maker] = {
    "riser": _riser,
    "reverse_cymbal": _reverse_cymbal,
    "whoosh": _whoosh,
    "swell": _swell,
    "impact": _impact,
    "sub_drop": _sub_drop,
}


# --- what they are made of ----------------------------------------------------------------------------------------


def _noise(frames: int, random: np.random.Generator) -> NDArray[np.float64]:
    """White noise, shape (2, frames), its sides correlated by a half and a bit."""
    middle, side = random.standard_normal((2, frames))
    return np.stack([0.87 * middle + 0.5 * side, 0.87 * middle - 0.5 * side])


def _sine(turns: NDArray[np.float64]) -> NDArray[np.float32]:
    """A sine by turns of the circle; in single precision, which is quicker by half and exact enough within a turn."""
    return np.sin(((turns % 1) * (2 * np.pi)).astype(np.float32))


def _band(sound: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """What lies between two frequencies in Hz, with gentle slopes."""
    return np.asarray(sosfilt(butter(1, [low, high], "band", fs=RATE, output="sos"), sound))


def _moving(sound: NDArray[np.float64], hertz: NDArray[np.float64], *, width: float) -> NDArray[np.float64]:
    """A band-pass that follows ``hertz``, ``width`` its bandwidth in parts of the centre."""
    out = np.empty_like(sound)
    state = np.zeros((len(sound), 2))
    for first in range(0, sound.shape[1], _STEP):
        angle = 2 * np.pi * min(float(hertz[first]), 0.42 * RATE) / RATE
        alpha = np.sin(angle) * width / 2
        feed = np.array([alpha, 0, -alpha]) / (1 + alpha)
        back = np.array([1 + alpha, -2 * np.cos(angle), 1 - alpha]) / (1 + alpha)
        span = slice(first, first + _STEP)
        out[:, span], state = lfilter(feed, back, sound[:, span], axis=1, zi=state)
    return out


def _places(lead: int, tail: int) -> NDArray[np.float64]:
    """0 at the beginning, 1 from the peak on."""
    return np.minimum(1, np.arange(lead + tail) / max(lead, 1))


def _ends(frames: int, *, first: int = 480, last: int = 2400) -> NDArray[np.float64]:
    """Straight fades at both ends."""
    time = np.arange(frames)
    return np.minimum(1, np.minimum(time / min(first, frames), (frames - 1 - time) / min(last, frames)))


def _faded(sound: NDArray[np.float64], tail: int) -> Samples:
    """Both ends faded: 10 ms in, and the whole tail out."""
    sound = sound * _ends(sound.shape[1], last=1)
    sound[:, -tail:] *= np.linspace(1, 0, tail)
    return sound.astype(np.float32)


def _strength(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.square(sound).mean())) or 1.0


def _level(sound: Samples) -> NDArray[np.float64]:
    """Root mean square of both channels over the 5 ms around every sample."""
    power = np.square(sound, dtype=np.float64).mean(axis=0)
    return np.sqrt(np.maximum(uniform_filter1d(power, 2 * _HALF_WINDOW + 1, mode="constant"), 1e-20))


def _peak_level(sound: Samples, peak: int) -> float:
    return float(_level(sound)[max(0, peak - _NEAR) : peak + _NEAR + 1].max())


def _crowned(sound: Samples, peak: int) -> Samples:
    """Held below the level of the peak everywhere else; see the module."""
    near = slice(max(0, peak - _NEAR), peak + _NEAR + 1)
    for _ in range(_CROWNINGS):  # holding down what is next to the peak takes a little of the peak as well
        level = _level(sound)
        gain = np.minimum(1, _BELOW_PEAK * level[near].max() / level)
        gain[near] = 1
        if gain.min() > 0.99:
            break
        gain = minimum_filter1d(gain, 4 * _HALF_WINDOW + 1, mode="nearest")
        sound = (sound * uniform_filter1d(gain, 2 * _HALF_WINDOW + 1, mode="nearest")).astype(np.float32)
    return sound


def _damped(sound: Samples, stop: int) -> Samples:
    """Silent from a stop on, over 30 ms."""
    sound = sound[:, : max(stop, 0) + _DAMPING].copy()
    faded = sound[:, max(stop, 0) :]
    faded *= np.linspace(1, 0, faded.shape[1], dtype=np.float32)
    return sound
