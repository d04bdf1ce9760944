"""The beat grid at a fixed frame rate: what TB-As is told about every audio latent frame.

A score latent *is* a beat; an audio latent frame lies somewhere within one. Each frame so gets the features of the beat
it begins in (``beat_features.py``), and behind them its phase: where in the beat it lies, and how far the nearest hits
are in seconds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.beat_features import BEAT_FEATURES

PHASE_FEATURES = 8
"""Phase as sine and cosine of the beat and of the eighth; onset, hit at hand, and time to the next and last hit."""
FRAME_FEATURES = BEAT_FEATURES + PHASE_FEATURES
FAR_SECONDS = 8.0
AT_HAND = 0.04
"""Seconds within which a frame counts as lying on a hit: what ears take for simultaneous."""


def frame_clock(seconds: float, rate: float) -> NDArray[np.float64]:
    """Start of every latent frame that begins within ``seconds`` of sound, (T,) seconds; the last may reach beyond."""
    return np.arange(int(np.ceil(seconds * rate - 1e-9))) / rate


def beats_at(clock: NDArray[np.float64], beat_times: NDArray[np.float64]) -> NDArray[np.int64]:
    """The beat that each moment lies in, (T,).

    Parameters
    ----------
    clock : (T,) seconds
    beat_times : (beats + 1,) seconds
        Start of every beat, and the end.
    """
    beats = np.searchsorted(beat_times, clock + 1e-9, side="right") - 1
    return np.clip(beats, 0, len(beat_times) - 2)


def frame_features(
    beat: NDArray[np.float32],
    clock: NDArray[np.float64],
    beat_times: NDArray[np.float64],
    hits: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Features of every frame, (T, FRAME_FEATURES).

    Parameters
    ----------
    beat : (beats, BEAT_FEATURES)
        Of the beats.
    clock : (T,) seconds
        Start of every frame.
    beat_times : (beats + 1,) seconds
    hits : (H,) seconds, increasing
        Where hits fall.
    """
    number = beats_at(clock, beat_times)
    phase = (clock - beat_times[number]) / np.diff(beat_times)[number]
    turns = 2 * np.pi * np.stack([phase, 2 * phase], 1)
    ahead = np.append(hits, np.inf)[np.searchsorted(hits, clock)] - clock
    behind = clock - np.append(-np.inf, hits)[np.searchsorted(hits, clock, side="right")]
    near = [np.log1p(np.minimum(gap, FAR_SECONDS)) / np.log1p(FAR_SECONDS) for gap in (ahead, behind)]
    frame = clock[1] - clock[0] if len(clock) > 1 else AT_HAND
    onset = clock - beat_times[number] < frame
    at_hand = np.minimum(ahead, behind) <= max(AT_HAND, frame)
    columns = np.concatenate([np.sin(turns), np.cos(turns), np.stack([onset, at_hand, *near], 1)], 1)
    return np.concatenate([beat[number], columns], 1).astype(np.float32)
