"""One sampled note: a zone of the bank, brought to pitch, filtered and shaped, mono, at 48 kHz.

Everything here starts with the note and does not depend on when it ends, so the result (the *body*) serves every
note of the same key and touch; the player cuts it off and adds the release. Working note by note, offline, is what
makes onsets exact to the sample and a drum pattern cost little more than its sounds.

References
----------
SoundFont Technical Specification 2.04, sections 8.1.3 (generators), 8.4 (modulators) and 9 (the synthesis model).
Where the text is vague (attenuation, resonance) the behaviour follows FluidSynth, which the source bank was made for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import spline_filter1d

from vem_plugin.render.kernels import STRIDE, read_body
from vem_plugin.render.soundfont import (
    ATTENUATION,
    FILTER_CUTOFF,
    ROOT_KEY,
    SAMPLE_MODE,
    SCALE_TUNING,
    START_OFFSET,
    START_OFFSET_COARSE,
    Modulator,
    Sample,
    SoundFont,
    Zone,
)

RATE = 48000
"""Sample rate of everything rendered, Hz."""

_OPEN_FILTER = 13500  # cents; the filter does nothing above this
_ATTENUATION_SCALE = 0.4  # E-mu hardware, and every bank tuned by ear since, takes 0.4 of the written attenuation
_TOUCHES = 16  # velocities that sound alike but for loudness share a body
_PAD = 64  # frames around a loop or an end that the interpolation, whose filter rings a little, may look at
_DECODED_AT_ONCE = 24000  # frames; a sample is decoded as far as notes need it, in steps of this
_KEPT_SOURCES = 256


@dataclass(frozen=True, slots=True)
class Voice:
    """A zone as one note sounds it.

    ``gain`` is linear; ``pan`` -1 left to 1 right; ``release`` the seconds a full-scale sound takes to fall by
    100 dB; ``group`` the exclusive class, 0 for none; ``touch`` the velocity that shapes the timbre.
    """

    zone: Zone
    key: int
    touch: int
    gain: float
    pan: float
    release: float
    group: int

    @property
    def body_key(self) -> tuple[int, int, int]:
        """What the body depends on."""
        return id(self.zone), self.key, self.touch


def voices_of(zones: tuple[Zone, ...], key: int, velocity: int) -> list[Voice]:
    """The voices that a note of a preset sounds, in the order of the bank."""
    return [_voice_of(zone, key, velocity) for zone in zones if zone.holds(key, velocity)]


@lru_cache(maxsize=4096)
def _voice_of(zone: Zone, key: int, velocity: int) -> Voice:
    touch = min(127, velocity // _TOUCHES * _TOUCHES + _TOUCHES // 2)
    if all(one.generator == ATTENUATION for one in zone.modulators):
        touch = 64
    loudness = sum(_value_of(one, key, velocity) for one in zone.modulators if one.generator == ATTENUATION)
    centibels = max(0.0, zone.generators.get(ATTENUATION, 0) * _ATTENUATION_SCALE) + loudness
    values = _values_of(zone, key, touch)
    return Voice(
        zone=zone,
        key=key,
        touch=touch,
        gain=10 ** (-max(0.0, centibels) / 200),
        pan=min(1.0, max(-1.0, zone.generators.get(17, 0) / 500)),
        release=_seconds(values.get(38, -12000)),
        group=zone.generators.get(57, 0),
    )


class VoiceBox:
    """Makes and keeps bodies for one part.

    Parameters
    ----------
    bank : SoundFont
    """

    def __init__(self, bank: SoundFont) -> None:
        self._bank = bank
        self._bodies: dict[tuple[int, int, int], NDArray[np.float32]] = {}
        self._asked: dict[tuple[int, int, int], int] = {}

    def body_of(self, voice: Voice, frames: int) -> NDArray[np.float32]:
        """The sound of a voice from its onset, held for at least ``frames`` or until it has died away by itself.

        Returns
        -------
        ndarray of float32, shape (n,)
            ``n`` may exceed ``frames``; where it falls short the sound has ended.
        """
        kept = self._bodies.get(voice.body_key)
        if kept is None or frames > self._asked[voice.body_key]:
            kept = self._make_body(voice, frames)
            self._bodies[voice.body_key], self._asked[voice.body_key] = kept, frames
        return kept

    def _make_body(self, voice: Voice, frames: int) -> NDArray[np.float32]:
        values = _values_of(voice.zone, voice.key, voice.touch)
        frames = max(1, min(frames, _audible_frames(values, voice.key)))
        time = np.arange(-(-frames // STRIDE) + 1, dtype=np.float64) * STRIDE / RATE
        steps = _steps(voice.zone, voice.key, values, time[:-1])
        needed = int(steps.sum() * STRIDE) + 1
        source, loop = self._source_of(voice.zone, values, needed)
        gains, filters = _volume_envelope(values, voice.key, time), _low_pass(values, voice.key, time[:-1])
        return read_body(source, loop, frames, steps, gains, filters)

    def _source_of(
        self, zone: Zone, values: dict[int, float], needed: int
    ) -> tuple[NDArray[np.float32], tuple[int, int]]:
        """Spline coefficients of the sample from one before its first sounding frame, and its loop, from that."""
        skip = int(values.get(START_OFFSET, 0) + 32768 * values.get(START_OFFSET_COARSE, 0))
        skip = max(skip, self._bank.silence_of(zone.sample))
        if not _is_looped(zone):
            return _one_shot(self._bank, zone.sample, skip, -(-needed // _DECODED_AT_ONCE)), (0, 0)
        start = int(zone.sample.loop[0] + values.get(2, 0) + 32768 * values.get(45, 0)) - skip
        end = int(zone.sample.loop[1] + values.get(3, 0) + 32768 * values.get(50, 0)) - skip
        return _looping(self._bank, zone.sample, skip, (start, end)), (start, end)


@lru_cache(maxsize=_KEPT_SOURCES)
def _one_shot(bank: SoundFont, sample: Sample, skip: int, pieces: int) -> NDArray[np.float32]:
    """A sample that is played once, as far as the notes need it: decoding is most of the work of a short note."""
    frames = bank.frames_of(sample, first=skip, frames=pieces * _DECODED_AT_ONCE + _PAD)
    return _coefficients(np.concatenate([frames, np.zeros(_PAD, np.float32)]))


@lru_cache(maxsize=_KEPT_SOURCES)
def _looping(bank: SoundFont, sample: Sample, skip: int, loop: tuple[int, int]) -> NDArray[np.float32]:
    """A looped sample; what follows the loop's end, for the interpolation, is the loop's beginning."""
    frames = bank.frames_of(sample, first=skip, frames=loop[1])
    around = loop[0] + np.arange(_PAD) % (loop[1] - loop[0])
    return _coefficients(np.concatenate([frames[: loop[1]], frames[around]]))


def _coefficients(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    coefficients = np.asarray(spline_filter1d(frames), np.float32)
    return np.concatenate([coefficients[1:2], coefficients, np.zeros(2, np.float32)])


def _is_looped(zone: Zone) -> bool:
    """Mode 1 loops; mode 3 loops until the release, which here is no different."""
    start, end = zone.sample.loop
    return bool(zone.generators.get(SAMPLE_MODE, 0) & 1) and end > start


def _values_of(zone: Zone, key: int, velocity: int) -> dict[int, float]:
    values: dict[int, float] = dict(zone.generators)
    for one in zone.modulators:
        if one.generator != ATTENUATION:
            values[one.generator] = values.get(one.generator, 0) + _value_of(one, key, velocity)
    return values


def _value_of(modulator: Modulator, key: int, velocity: int) -> float:
    scale = _source_value(modulator.scaled_by, key, velocity) if modulator.scaled_by else 1.0
    return modulator.amount * _source_value(modulator.source, key, velocity) * scale


def _source_value(source: int, key: int, velocity: int) -> float:
    """Value of a modulator's source, 0 to 1 or -1 to 1. Controllers stand at 0: nothing here moves them."""
    if source & 0x80 or source & 0x7F not in (2, 3):
        return 0.0
    position = (velocity if source & 0x7F == 2 else key) / 127
    negative, bipolar, curve = source & 0x100, source & 0x200, source >> 10
    if negative:
        position = 1 - position
    if bipolar:
        return 2 * position - 1  # curved bipolar sources occur in no bank we ship
    if curve == 1:  # concave
        return min(1.0, -400 / 960 * math.log10(max(1e-3, 1 - position)))
    if curve == 2:  # convex
        return max(0.0, 1 + 400 / 960 * math.log10(max(1e-3, position)))
    return float(position >= 0.5) if curve == 3 else position


def _seconds(timecents: float) -> float:
    return 2.0 ** (max(-12000.0, min(8000.0, timecents)) / 1200)


def _hertz(cents: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return 8.175798915643707 * np.exp2(np.asarray(cents) / 1200)


def _steps(zone: Zone, key: int, values: dict[int, float], time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sample frames read per frame, at each time."""
    root = zone.sample.key if values[ROOT_KEY] < 0 else values[ROOT_KEY]
    cents = (key - root) * values[SCALE_TUNING] + 100 * values.get(51, 0) + values.get(52, 0)
    bend = np.full(len(time), cents + zone.sample.cents, np.float64)
    if values.get(6):
        bend += values[6] * _oscillator(values.get(23, -12000), values.get(24, 0), time)
    if values.get(5):
        bend += values[5] * _oscillator(values.get(21, -12000), values.get(22, 0), time)
    if values.get(7):
        bend += values[7] * _modulation_envelope(values, key, time)
    return zone.sample.rate / RATE * np.exp2(bend / 1200)


def _oscillator(delay: float, pitch: float, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """The triangle that vibrato and tremolo are made of, -1 to 1, from zero upwards after its delay."""
    time = time - _seconds(delay)
    turns = time * _hertz(pitch) + 0.25
    turns -= np.floor(turns)
    return np.where(time < 0, 0.0, 1 - np.abs(4 * turns - 2))


def _stages(values: dict[int, float], first: int, key: int) -> tuple[float, float, float, float]:
    """Delay, attack, hold and decay of the envelope whose delay is generator ``first``, seconds."""
    by_key = 60 - key
    hold = values.get(first + 2, -12000) + by_key * values.get(first + 6, 0)
    decay = values.get(first + 3, -12000) + by_key * values.get(first + 7, 0)
    delay, attack = values.get(first, -12000), values.get(first + 1, -12000)
    delay_seconds = 0.0 if delay <= -12000 else _seconds(delay)
    return delay_seconds, _seconds(attack), _seconds(hold), _seconds(decay)


def _audible_frames(values: dict[int, float], key: int) -> int:
    """Frames until the volume envelope has fallen by 90 dB all by itself; a great many if it never does."""
    if values.get(37, 0) < 900:
        return 1 << 40
    delay, attack, hold, decay = _stages(values, 33, key)
    return int((delay + attack + hold + 0.9 * decay) * RATE)


def _volume_envelope(values: dict[int, float], key: int, time: NDArray[np.float64]) -> NDArray[np.float32]:
    """Linear attack, hold, then a straight fall in decibels (100 dB in the decay time) to the sustain level."""
    delay, attack, hold, decay = _stages(values, 33, key)
    sustain = max(0.0, values.get(37, 0)) / 10  # dB below full
    since = time - delay
    fall = np.clip((since - attack - hold) * (100 / decay), 0, min(sustain, 100.0))
    rise = np.clip(since / attack, 0, 1)
    tremolo = values.get(13, 0) / 10
    if tremolo:
        fall = fall + tremolo * _oscillator(values.get(21, -12000), values.get(22, 0), time)
    return (rise * np.exp(fall * (-math.log(10) / 20))).astype(np.float32)


def _modulation_envelope(values: dict[int, float], key: int, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convex attack, hold, then a straight fall to the sustain level, 0 to 1."""
    delay, attack, hold, decay = _stages(values, 25, key)
    sustain = 1 - min(1.0, max(0.0, values.get(29, 0) / 1000))
    since = time - delay
    rise = np.clip(since / attack, 1e-4, 1)
    rise = np.clip(1 + 400 / 960 * np.log10(rise), 0, 1)
    return np.where(since < attack, rise, np.clip(1 - (since - attack - hold) / decay, sustain, 1))


def _low_pass(values: dict[int, float], key: int, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """The zone's resonant low-pass at each time, its cutoff moved by the modulation envelope and the oscillator.

    Two poles. Shape (k, 3), gain of the input and two coefficients of the output; (0, 3) where the filter stays open.
    The gain falls as the resonance (Q) rises, as the specification wants.
    """
    cutoff = np.full(len(time), values.get(FILTER_CUTOFF, _OPEN_FILTER), np.float64)
    if values.get(11):
        cutoff += values[11] * _modulation_envelope(values, key, time)
    if values.get(10):
        cutoff += values[10] * _oscillator(values.get(21, -12000), values.get(22, 0), time)
    cutoff = np.minimum(cutoff, _OPEN_FILTER)
    if cutoff.min() >= _OPEN_FILTER:
        return np.empty((0, 3))
    resonance = 10 ** ((max(0.0, values.get(9, 0)) / 10 - 3.01) / 20)
    angle = 2 * np.pi * np.minimum(_hertz(cutoff), 0.45 * RATE) / RATE
    alpha = np.sin(angle) / (2 * resonance)
    scale = 1 / (1 + alpha)
    feed = (1 - np.cos(angle)) / 2 / math.sqrt(max(1.0, resonance))
    return np.stack([feed * scale, -2 * np.cos(angle) * scale, (1 - alpha) * scale], axis=1)
