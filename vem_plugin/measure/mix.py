"""How well a mix holds: do its roles stay out of each other's way, does it survive in mono, does it boom or bite.

Sound is float, shape (2, n), at 48 kHz, 1 is full scale. Levels are decibels. Everything is measured on the stems as
they lie on disk and on the finished mix; nothing here knows how they were made.

1. Stems are cut into frames of 170 ms and third-octave bands from 40 Hz to 12.5 kHz (IEC 61260 centres). A *cell* is
   one band in one frame.
2. A cell is *contested* where the two loudest stems lie within 3 dB of each other: neither masks the other there and
   both blur. ``overlap`` is the share of all energy that lies in contested cells, A-weighted (IEC 61672), because
   unweighted it would be a measure of the bass drum alone; ``low_overlap`` is the same below 160 Hz, unweighted: it is
   the measure of bass drum against bass.
3. The tune is *covered* in a frame where nothing of it stands out: in each of its three strongest cells (A-weighted)
   another stem is louder. ``tune_covered`` is the share of its frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import MediaError
from vem_plugin.render.loudness import LoudnessMeter, decibels, true_peak
from vem_plugin.render.voice import RATE

Sound = NDArray[np.floating]

CONTEST = 3.0
"""Two stems within this many dB of each other contest a cell."""
TUNE = "melody"
EFFECTS = "effects"
BANDS: NDArray[np.float64] = 1000 * 10 ** (np.arange(-14, 12) / 10)
"""Centres of the third-octave bands, Hz."""

_WINDOW, _HOP = 8192, 4096
_LOW = 160.0
_SILENCE = 1e-10  # power of a cell, -100 dB of full scale
_SOUNDING = 10 ** (-40 / 10)  # a stem sounds in a frame that is at most 40 dB below its loudest
_TUNE_CELLS = 3
_RUMBLE = 30.0
_BITE = (2000.0, 5000.0)
_BESIDE_BITE = ((630.0, 1600.0), (6300.0, 12_500.0))
_MONO_WINDOW = 3 * RATE
_END = RATE // 10


@dataclass(frozen=True, slots=True)
class MixReport:
    """What was measured.

    Parameters
    ----------
    overlap, low_overlap : float
        Shares of energy in contested cells, 0 to 1; see the module.
    pairs : dict
        Of each pair of stems, the share of the mix's energy (A-weighted) that the two of them contest.
    tune_covered : float or None
        Share of the tune's frames in which it is covered; None where nobody sings.
    correlation : dict
        Left against right over the whole, -1 to 1, of "mix" and of each stem that sounds; 1 is mono.
    worst_correlation : float
        The lowest of the mix over three seconds.
    mono_loss : float
        dB of power that the mix loses when left and right are added; 0 for mono, 3 for unrelated sides.
    rumble : float
        Energy below 30 Hz against all energy, dB, of the roles together, without the effects (a sub drop is no rumble).
    harshness : float
        Third-octave level of the mix at 2 to 5 kHz above the mean of 630 Hz to 1.6 kHz and 6.3 to 12.5 kHz, dB. A
        spectrum that falls in a straight line has 0.
    loudness, true_peak : float or None
        LUFS integrated and dBTP of the mix; None for silence.
    crest : float
        True peak above the root mean square of the mix, dB.
    ending : float
        Level of the last 100 ms against the whole, dB.
    """

    overlap: float
    low_overlap: float
    pairs: dict[tuple[str, str], float]
    tune_covered: float | None
    correlation: dict[str, float]
    worst_correlation: float
    mono_loss: float
    rumble: float
    harshness: float
    loudness: float | None
    true_peak: float | None
    crest: float
    ending: float


def measure_mix(stems: Mapping[str, Sound], mix: Sound) -> MixReport:
    """Measure a mix and the stems it was made of.

    Parameters
    ----------
    stems : mapping of str to ndarray, shape (2, n)
        Roles, and "effects" where there are any.
    mix : ndarray, shape (2, n)
        The finished mix.
    """
    cells = {name: cells_of(sound) for name, sound in stems.items()}
    overlap, pairs = overlap_of(cells, weights=a_weights())
    low_overlap, _ = overlap_of(cells, weights=np.where(BANDS < _LOW, 1.0, 0.0))
    meter = LoudnessMeter()
    meter.add(mix)
    peak, power = decibels(true_peak(mix)), _power_db(mix)
    roles = np.sum([sound for name, sound in stems.items() if name != EFFECTS], axis=0)
    heard = {name: sound for name, sound in stems.items() if np.any(sound)}
    return MixReport(
        overlap=overlap,
        low_overlap=low_overlap,
        pairs=pairs,
        tune_covered=tune_covered(cells),
        correlation={name: correlation_of(sound) for name, sound in ({"mix": mix} | heard).items()},
        worst_correlation=min(correlation_of(part) for part in _stretches(mix)),
        mono_loss=mono_loss_of(mix),
        rumble=rumble_of(roles),
        harshness=harshness_of(cells_of(mix)),
        loudness=meter.integrated(),
        true_peak=peak,
        crest=0.0 if peak is None else peak - power,
        ending=_power_db(mix[:, -_END:]) - power,
    )


def measure_mix_on_disk(stems: Mapping[str, Path], mix: Path) -> MixReport:
    """The same from files; raises `MediaError` where one cannot be read."""
    return measure_mix({name: _read(path) for name, path in stems.items()}, _read(mix))


def cells_of(sound: Sound) -> NDArray[np.float64]:
    """Power of every third-octave band in every frame, both channels together, shape (frames, bands)."""
    frames = max(1, -(-sound.shape[1] // _HOP))
    padded = np.pad(np.asarray(sound, np.float32), ((0, 0), (_HOP, frames * _HOP + _WINDOW - sound.shape[1])))
    window = np.hanning(_WINDOW).astype(np.float32)
    edges = np.searchsorted(np.fft.rfftfreq(_WINDOW, 1 / RATE), BANDS[:, None] * 10 ** (np.array([-1, 1]) / 20))
    cells = np.empty((frames, len(BANDS)))
    for frame in range(frames):
        spectrum = np.fft.rfft(padded[:, frame * _HOP : frame * _HOP + _WINDOW] * window, axis=1)
        power = np.concatenate([[0.0], np.cumsum(np.square(np.abs(spectrum)).sum(axis=0))])
        cells[frame] = power[edges[:, 1]] - power[edges[:, 0]]
    return cells * (2 / (np.square(window).sum() * _WINDOW))


def a_weights() -> NDArray[np.float64]:
    """A-weighting of the bands as factors of power, (bands,); 1 at 1 kHz (IEC 61672-1, annex E)."""
    square = np.square(BANDS)
    weight = 12194.0**2 * np.square(square) / ((square + 20.6**2) * (square + 12194.0**2))
    weight /= np.sqrt((square + 107.7**2) * (square + 737.9**2))
    return np.square(weight * 10 ** (2.0 / 20))


def overlap_of(
    cells: Mapping[str, NDArray[np.float64]], *, weights: NDArray[np.float64]
) -> tuple[float, dict[tuple[str, str], float]]:
    """Share of weighted energy in cells that two stems contest, and how much each pair of stems contests.

    Parameters
    ----------
    cells : mapping of str to ndarray, shape (frames, bands)
    weights : ndarray, shape (bands,)
        Factors of power.
    """
    names = list(cells)
    pairs = dict.fromkeys(combinations(names, 2), 0.0)
    if len(names) < 2:
        return 0.0, pairs
    powers = np.stack([cells[name] for name in names])  # (stems, frames, bands)
    energy = powers.sum(axis=0) * weights
    order = np.argsort(powers, axis=0)
    first, second = (np.take_along_axis(powers, order[place][None], axis=0)[0] for place in (-1, -2))
    contested = np.logical_and(second > _SILENCE, first <= second * 10 ** (CONTEST / 10))
    total = max(float(energy.sum()), 1e-20)
    for one, other in pairs:
        low, high = names.index(one), names.index(other)
        theirs = contested & (order[-2:].min(axis=0) == low) & (order[-2:].max(axis=0) == high)
        pairs[one, other] = float((energy * theirs).sum() / total)
    return float((energy * contested).sum() / total), pairs


def tune_covered(cells: Mapping[str, NDArray[np.float64]]) -> float | None:
    """Share of the tune's frames in which other stems are louder in each of its strongest cells; None without one."""
    if TUNE not in cells:
        return None
    tune = cells[TUNE] * a_weights()
    level = tune.sum(axis=1)
    sounding = (level > _SILENCE) & (level > level.max() * _SOUNDING)
    others = [other * a_weights() for name, other in cells.items() if name != TUNE]
    if not sounding.any() or not others:
        return None if not sounding.any() else 0.0
    loudest = np.max(others, axis=0)
    strongest = np.argsort(tune, axis=1)[:, -_TUNE_CELLS:]
    louder = np.take_along_axis(loudest, strongest, 1) - np.take_along_axis(tune, strongest, 1)
    return float(np.mean(louder.min(axis=1)[sounding] > 0))


def correlation_of(sound: Sound) -> float:
    """Left against right, -1 to 1; 1 for silence, which is the same on both sides."""
    left, right = np.asarray(sound, np.float64)
    power = float(left @ left) * float(right @ right)
    return float(left @ right) / power**0.5 if power > 0 else 1.0


def mono_loss_of(sound: Sound) -> float:
    """dB of power lost when both channels are added, against two channels of one sound."""
    left, right = np.asarray(sound, np.float64)
    both, apart = float(np.square(left + right).sum()), 2 * float((np.square(left) + np.square(right)).sum())
    return 10 * float(np.log10(max(apart, 1e-20) / max(both, 1e-20))) if apart else 0.0


def rumble_of(sound: Sound) -> float:
    """Energy below 30 Hz against all energy, dB; -120 at the least."""
    power = np.square(np.abs(np.fft.rfft(np.asarray(sound, np.float64), axis=1))).sum(axis=0)
    low = power[np.fft.rfftfreq(sound.shape[1], 1 / RATE) < _RUMBLE].sum()
    return 10 * float(np.log10(max(low / max(power.sum(), 1e-20), 1e-12)))


def harshness_of(cells: NDArray[np.float64]) -> float:
    """How far 2 to 5 kHz stands out from what lies beside it, dB, from the power of the bands."""
    level = 10 * np.log10(cells.mean(axis=0) + 1e-20)

    def mean(low: float, high: float) -> float:
        return float(level[(low * 0.97 < BANDS) & (high * 1.03 > BANDS)].mean())

    return mean(*_BITE) - float(np.mean([mean(*span) for span in _BESIDE_BITE]))


def _stretches(sound: Sound) -> list[Sound]:
    """Three seconds at a time; the rest joins the last."""
    count = max(1, sound.shape[1] // _MONO_WINDOW)
    return [part for part in np.array_split(sound, count, axis=1) if np.any(part)] or [sound]


def _power_db(sound: Sound) -> float:
    return 10 * float(np.log10(np.square(np.asarray(sound, np.float64)).mean() + 1e-20))


def _read(path: Path) -> NDArray[np.float32]:
    import soundfile

    try:
        sound, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise MediaError(
            f"The sound cannot be read: {error}.", where=str(path), remedy="Score the edit again."
        ) from error
    if rate != RATE or sound.shape[1] != 2 or not len(sound):
        raise MediaError(
            "The sound is not stereo at 48 kHz.", where=str(path), remedy="Measure the stems as `vem score` wrote them."
        )
    return np.ascontiguousarray(sound.T, np.float32)
