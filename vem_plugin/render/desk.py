"""The mixing desk: what every role passes on its way into the mix, so that the roles stay out of each other's way.

1. *Width*: the sides are brought in a little, and all that is low is brought to the middle, so that a mix keeps its
   weight when it is heard in mono.
2. *High-pass*: nothing below a role's lowest notes but the noise of rooms and bows.
3. *Room for the tune*: while the melody sings, harmony and counter-line step back where it lives.
4. *Room for the drum*: the bass gives way to bass drum and low tom for a tenth of a second.

Steps 3 and 4 follow the notes, not the sound: what happens at one place depends on the notes there, and music scored
anew elsewhere changes nothing. Sound is float32, shape (2, n), at 48 kHz, in consecutive blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from vem_plugin.render.synth import PlayedNote
from vem_plugin.render.voice import RATE
from vem_plugin.score.cue import Role

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Channel:
    """How a role is treated.

    ``low`` is the corner of its high-pass in Hz and ``order`` how steep it is; ``width`` how much of its sides is kept;
    ``yields`` whether it steps back for the tune.
    """

    low: float
    order: int
    width: float
    yields: bool = False


CHANNELS: dict[Role, Channel] = {
    "drums": Channel(36, 4, 0.9),
    "bass": Channel(36, 4, 0.5),
    "harmony": Channel(90, 2, 0.7, yields=True),
    "counter": Channel(110, 2, 0.8, yields=True),
    "melody": Channel(130, 2, 0.65),
}

_MIDDLE_BELOW = 160.0  # Hz; a bass that comes from one side only makes a loudspeaker tired
_TUNE_DIP = (1100.0, 0.5, 3.5)  # where a tune's notes and first overtones lie: Hz, Q, dB
_TUNE_STEP = 0.8  # dB, at all frequencies
_BREATH = int(0.35 * RATE)  # rests shorter than this belong to the tune
_STEPPING = int(0.12 * RATE)
_LOW_DRUMS = {36: 4.5, 41: 3.0}  # General MIDI sound to dB by which the bass gives way to it at full velocity
_DUCK_BEFORE, _DUCK_HELD, _DUCK_BACK = int(0.004 * RATE), int(0.07 * RATE), int(0.16 * RATE)


class DeskChannel:
    """One role's channel; blocks must follow each other.

    Parameters
    ----------
    role : Role
    notes : mapping of Role to list of PlayedNote
        Of all roles: some step back for others.
    """

    def __init__(self, role: Role, notes: Mapping[Role, Sequence[PlayedNote]]) -> None:
        channel = CHANNELS[role]
        self._width = np.float32(channel.width)
        self._filters = [
            _Filter(_high_pass(channel.order, channel.low)),
            _Filter(_high_pass(2, max(channel.low, _MIDDLE_BELOW))),
        ]
        self._tune = _tune_spans(notes["melody"]) if channel.yields else []
        self._dips = [_Filter(_tune_dip()) for _ in range(2)]
        self._drums = _low_drums(notes["drums"]) if role == "bass" else []

    def passed(self, sound: Sound, first: int) -> Sound:
        """The sound, which begins at sample ``first``, as it leaves the desk; shape (2, n)."""
        middle = self._filters[0].passed((sound[0] + sound[1]) * np.float32(0.5))
        side = self._filters[1].passed((sound[0] - sound[1]) * (self._width / 2))
        if self._tune:
            stepped = tune_curve(self._tune, first, first + sound.shape[1])
            middle, side = (
                part + stepped * (dip.passed(part) - part) for part, dip in zip((middle, side), self._dips, strict=True)
            )
        if self._drums:
            ducked = drum_curve(self._drums, first, first + sound.shape[1])
            middle, side = middle * ducked, side * ducked
        return np.stack([middle + side, middle - side])


class _Filter:
    """A chain of second-order sections that remembers where it was.

    It counts in double precision: so far below the sample rate, single precision would leave a noise of its own.
    """

    def __init__(self, sections: NDArray[np.float64]) -> None:
        self._sections = sections
        self._state = np.zeros((len(sections), 2))

    def passed(self, sound: Sound) -> Sound:
        out, self._state = sosfilt(self._sections, sound.astype(np.float64), zi=self._state)
        return np.asarray(out, np.float32)


def tune_curve(spans: Sequence[tuple[int, int]], first: int, end: int) -> NDArray[np.float32]:
    """How far the others have stepped back for the tune, 0 to 1, from sample ``first`` to ``end``."""
    curve = np.zeros(end - first, np.float32)
    for start, stop in spans:
        low, high = max(first, start - _STEPPING), min(end, stop + _STEPPING)
        if low < high:
            there = np.arange(low, high, dtype=np.int32)
            away = np.maximum(np.maximum(start - there, there - stop), 0)
            curve[low - first : high - first] = 1 - away * np.float32(1 / _STEPPING)
    return curve


def drum_curve(drums: Iterable[tuple[int, float]], first: int, end: int) -> NDArray[np.float32]:
    """Gain of the bass around low drums, given as samples and dB, from sample ``first`` to ``end``."""
    curve = np.zeros(end - first, np.float32)
    for start, depth in drums:
        low, high = max(first, start - _DUCK_BEFORE), min(end, start + _DUCK_HELD + _DUCK_BACK)
        if low < high:
            corners = (start - _DUCK_BEFORE, start, start + _DUCK_HELD, start + _DUCK_HELD + _DUCK_BACK)
            there = np.interp(np.arange(low, high), corners, (0.0, -depth, -depth, 0.0))
            curve[low - first : high - first] = np.minimum(curve[low - first : high - first], there)
    return np.power(np.float32(10), curve / np.float32(20))


def _tune_spans(notes: Sequence[PlayedNote]) -> list[tuple[int, int]]:
    """Where the tune sings, its breaths included."""
    spans: list[tuple[int, int]] = []
    for note in notes:
        if spans and note.start - spans[-1][1] < max(_BREATH, 2 * _STEPPING):
            spans[-1] = (spans[-1][0], max(spans[-1][1], note.end))
        else:
            spans.append((note.start, note.end))
    return spans


def _low_drums(notes: Sequence[PlayedNote]) -> list[tuple[int, float]]:
    return [(note.start, _LOW_DRUMS[note.key] * note.velocity / 127) for note in notes if note.key in _LOW_DRUMS]


def _high_pass(order: int, hertz: float) -> NDArray[np.float64]:
    return np.asarray(butter(order, hertz, "high", fs=RATE, output="sos"))


def _tune_dip() -> NDArray[np.float64]:
    """Takes a little everywhere and more around the tune; shape (1, 6).

    A peaking section after R. Bristow-Johnson's "Cookbook formulae for audio equalizer biquad filter coefficients".
    """
    hertz, q, depth = _TUNE_DIP
    angle = 2 * np.pi * hertz / RATE
    root = 10 ** (-depth / 40)
    alpha = np.sin(angle) / (2 * q)
    feed = np.array([1 + alpha * root, -2 * np.cos(angle), 1 - alpha * root]) * 10 ** (-_TUNE_STEP / 20)
    back = np.array([1 + alpha / root, -2 * np.cos(angle), 1 - alpha / root])
    return np.concatenate([feed, back])[None] / back[0]
