"""What holds music together, from the sound alone: bars that return, a key that stays, a groove that stays.

Bars are those that the music's downbeats tell; without three sounding ones there is nothing to count. High is not
good as such (a click track has the steadiest groove there is): the figures are read beside those of real music.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.clips.clip import Clip, Music
from vem_plugin.evaluate.counting import NOTHING, Count, mean_of

SLOTS = 8
"""Parts of a bar whose harmony is compared one by one."""
POSITIONS = 16
"""Places of a bar at which an onset may fall."""
FEWEST_BARS = 3
KEY_WINDOW, KEY_HOP = 8.0, 4.0
"""Seconds of music of which a key is told, and from one to the next."""
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""How well each pitch class above the tonic fits a key (C. Krumhansl: Cognitive foundations of musical pitch, 1990)."""
KEYS = tuple((tonic, mode) for mode in ("major", "minor") for tonic in range(12))

_RATE, _HOP, _WINDOW = 22_050, 512, 4096
_SILENT = 1e-4  # root of the power of a chroma slot


def structure_of(clip: Clip, music: Music, onsets: NDArray[np.float64]) -> dict[str, Count]:
    """All measures of structure of one music on one clip, by name; ``onsets`` (any,) seconds."""
    chroma = chroma_of(music)
    bars = bars_of(clip, music)
    return {
        "a bar and its nearest likeness": bars_that_return(chroma, bars),
        "any two bars": bars_alike(chroma, bars),
        "key of eight seconds and of all": key_kept(chroma),
        "groove of any two bars": groove_kept(onsets, bars),
    }


def bars_of(clip: Clip, music: Music) -> tuple[tuple[float, float], ...]:
    """Whole bars inside the clip: start and end, seconds."""
    return tuple((start, end) for start, end in pairwise(music.downbeats) if 0 <= start < end <= clip.seconds + 1e-6)


def chroma_of(music: Music) -> NDArray[np.float64]:
    """Strength of the twelve pitch classes, (frames, 12), ``_RATE / _HOP`` frames a second."""
    import librosa

    mono = np.ascontiguousarray(music.samples.mean(axis=1), np.float32)
    if not mono.any():
        return np.zeros((1 + len(mono) * _RATE // (music.rate * _HOP), 12))
    sound = librosa.resample(mono, orig_sr=music.rate, target_sr=_RATE) if music.rate != _RATE else mono
    sound = np.pad(sound, (0, max(0, _WINDOW - len(sound))))
    chroma = librosa.feature.chroma_stft(y=sound, sr=_RATE, n_fft=_WINDOW, hop_length=_HOP, norm=None, tuning=0.0)
    return np.sqrt(chroma.T.astype(np.float64))


def bars_that_return(chroma: NDArray[np.float64], bars: tuple[tuple[float, float], ...]) -> Count:
    """Mean over bars of the likeness (cosine of the harmony, slot by slot) with the bar most like it."""
    alike = self_likeness(chroma, bars)
    if len(alike) < FEWEST_BARS:
        return NOTHING
    np.fill_diagonal(alike, -1)
    return mean_of(alike.max(axis=1).tolist())


def bars_alike(chroma: NDArray[np.float64], bars: tuple[tuple[float, float], ...]) -> Count:
    """Mean likeness of any two bars: what ``bars_that_return`` would be if bars were drawn blindly."""
    alike = self_likeness(chroma, bars)
    if len(alike) < FEWEST_BARS:
        return NOTHING
    return Count(float(alike[~np.eye(len(alike), dtype=bool)].mean()), 1)


def self_likeness(chroma: NDArray[np.float64], bars: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """Likeness of every sounding bar with every other, (bars, bars), 0 to 1."""
    rows = np.array([row for start, end in bars if np.linalg.norm(row := _slots(chroma, start, end)) > _SILENT])
    if not len(rows):
        return np.zeros((0, 0))
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.clip(rows @ rows.T, 0, 1)


def _slots(chroma: NDArray[np.float64], start: float, end: float) -> NDArray[np.float64]:
    """Mean chroma of the ``SLOTS`` parts of a bar, (SLOTS * 12,)."""
    edges = np.linspace(start, end, SLOTS + 1) * _RATE / _HOP
    frames = np.arange(len(chroma))
    parts = [chroma[(frames >= first) & (frames < last)] for first, last in pairwise(edges)]
    return np.concatenate([part.mean(axis=0) if len(part) else np.zeros(12) for part in parts])


def key_of(strengths: ArrayLike) -> tuple[int, str]:
    """Tonic (0 is C) and mode of a profile of pitch classes, by Krumhansl and Schmuckler.

    Raises
    ------
    SettingsError
        If these are no twelve numbers from 0 on, of which two differ.
    """
    heard = np.asarray(strengths, float)
    if heard.shape != (12,) or not np.isfinite(heard).all() or (heard < 0).any() or np.ptp(heard) == 0:
        raise SettingsError("A key needs twelve strengths from 0 on, not all the same.")
    profiles = np.array([np.roll(profile, tonic) for profile in (MAJOR, MINOR) for tonic in range(12)])
    return KEYS[int(np.argmax([np.corrcoef(heard, profile)[0, 1] for profile in profiles]))]


def key_likeness(reference: tuple[int, str], heard: tuple[int, str]) -> float:
    """MIREX's score of a key: 1 the same, 0.5 a fifth above in the same mode, 0.3 relative, 0.2 parallel, else 0."""
    (tonic, mode), (other, other_mode) = reference, heard
    up = (other - tonic) % 12
    if mode == other_mode:
        return 1.0 if up == 0 else 0.5 if up == 7 else 0.0
    if up == (9 if mode == "major" else 3):
        return 0.3
    return 0.2 if up == 0 else 0.0


def key_kept(chroma: NDArray[np.float64]) -> Count:
    """How well the key of every window fits that of the whole, by ``key_likeness``; silent windows do not count."""
    whole = chroma.sum(axis=0)
    if not np.linalg.norm(chroma) > _SILENT or np.ptp(whole) == 0:
        return NOTHING
    key = key_of(whole)
    width, hop = (round(seconds * _RATE / _HOP) for seconds in (KEY_WINDOW, KEY_HOP))
    windows = [chroma[at : at + width].sum(axis=0) for at in range(0, max(1, len(chroma) - width // 2), hop)]
    return mean_of([key_likeness(key, key_of(part)) for part in windows if np.ptp(part) > _SILENT])


def groove_kept(onsets: NDArray[np.float64], bars: tuple[tuple[float, float], ...]) -> Count:
    """Mean likeness of the onset patterns of any two bars; bars without an onset do not count.

    References
    ----------
    S.-L. Wu, Y.-H. Yang: The Jazz Transformer on the front line, ISMIR 2020, grooving pattern similarity:
    1 - mean XOR of two binary patterns.
    """
    patterns = [pattern for start, end in bars if (pattern := pattern_of(onsets, start, end)).any()]
    if len(patterns) < FEWEST_BARS:
        return NOTHING
    likeness = [1 - np.logical_xor(one, other).mean() for one, other in combinations(patterns, 2)]
    return Count(float(np.mean(likeness)), 1)


def pattern_of(onsets: NDArray[np.float64], start: float, end: float) -> NDArray[np.bool_]:
    """Which of the ``POSITIONS`` of a bar have an onset, each at the place nearest to it."""
    place = (onsets - start) / (end - start) * POSITIONS
    place = np.rint(place[(place >= -0.5) & (place < POSITIONS - 0.5)]).astype(int)
    pattern = np.zeros(POSITIONS, bool)
    pattern[place.clip(0, POSITIONS - 1)] = True
    return pattern
