"""When a note is heard to begin: the onset that the ear hears, not the first sample.

A plucked string speaks at once; a bowed or blown one needs up to a tenth of a second, and what the ear takes for its
beginning lies on the slope, where the part of the spectrum that carries the sound has risen clearly. Times are seconds
from the first sample of the note.

References
----------
Gordon, "The perceptual attack time of musical tones", JASA 82 (1987): a share of the envelope's maximum predicts what
listeners call simultaneous.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from vem_plugin.render.voice import RATE

_BANDS = {60: -26.0, 120: -16.0, 250: -8.6, 500: -3.2, 1000: 0.0, 2000: 1.2, 4000: 1.0, 8000: -1.1}
"""Centres of octaves in Hz, and how loud the ear finds them (A-weighting, dB)."""
_SHARE = 0.35
"""A band has begun when its envelope reaches this share of its early maximum."""
_CARRIES = 6.0
"""Bands within so many dB of the strongest carry the sound; the first of them to begin is what is heard."""
_EARLY = 0.3
"""The maximum is looked for in this time, seconds: what swells later is no attack."""
_SMOOTHING = 0.004
_SMOOTHING_PERIODS = 1.5


def perceived_onset(sound: NDArray[np.float32]) -> float:
    """Seconds until a note is heard to begin, 0 to 0.3.

    Parameters
    ----------
    sound : ndarray of float32, shape (n,)
        One note from its first sample, mono, at 48 kHz, at least 0.3 s.
    """
    early = sound[: int(_EARLY * RATE)]
    found = [(_level(envelope, weight), envelope) for envelope, weight in _envelopes(early)]
    strongest = max(level for level, _ in found)
    return min(_begin(envelope) for level, envelope in found if level >= strongest - _CARRIES)


def _envelopes(sound: NDArray[np.float32]) -> list[tuple[NDArray[np.float64], float]]:
    return [(_envelope(sound, centre), weight) for centre, weight in _BANDS.items()]


def _envelope(sound: NDArray[np.float32], centre: int) -> NDArray[np.float64]:
    """How strong an octave is over time: rectified, smoothed over a period and a half without delay."""
    width = int(RATE * max(_SMOOTHING, _SMOOTHING_PERIODS / centre))
    window = np.hanning(width + 2)[1:-1]
    heard = np.abs(sosfilt(_octave(centre), sound))
    return np.convolve(heard, window / window.sum(), "full")[width // 2 : width // 2 + len(sound)]


@lru_cache(maxsize=len(_BANDS))
def _octave(centre: int) -> NDArray[np.float64]:
    return np.asarray(butter(1, [centre / np.sqrt(2), centre * np.sqrt(2)], "band", fs=RATE, output="sos"))


def _level(envelope: NDArray[np.float64], weight: float) -> float:
    return 20 * np.log10(envelope.max() + 1e-9) + weight


def _begin(envelope: NDArray[np.float64]) -> float:
    return float(np.argmax(envelope >= _SHARE * envelope.max()) / RATE)
