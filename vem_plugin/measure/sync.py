"""How well sound and picture meet: numbers from bare lists of times.

Times are float seconds from the first frame; offsets are onset minus instant, so a late sound is positive.
A hit rate alone says little, since dense music is near everything: each is reported with its *chance
level*, the share of the timeline that lies within the tolerance of any onset, which is what instants strewn
at random would score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vem_plugin.errors import SettingsError

TBIOU_TOLERANCE = 0.5
"""Seconds on either side: the paper's "0.5 s", which it leaves open to be the half or the whole."""

NEIGHBOURHOOD = 1.0
"""Seconds on either side that an accent is compared with."""

_ROUNDING = 1e-9  # seconds; an onset exactly at the tolerance counts in spite of float arithmetic


@dataclass(frozen=True, slots=True)
class HitRate:
    """How many instants have an onset within ``tolerance`` seconds (inclusive), and what chance gives."""

    name: str
    tolerance: float
    matched: int
    of: int
    chance: float

    @property
    def rate(self) -> float:
        """Matched share, 0 to 1; 0 of nothing is 0."""
        return self.matched / self.of if self.of else 0.0

    @property
    def above_chance(self) -> float:
        """Rate less chance: 0 for music that knows nothing of the picture, 1 - chance at best."""
        return self.rate - self.chance


def offsets_to_nearest(instants: ArrayLike, onsets: ArrayLike) -> NDArray[np.float64]:
    """Signed offset of the onset nearest to each instant.

    Parameters
    ----------
    instants : array_like
        (n,) seconds, in any order.
    onsets : array_like
        (m,) seconds, ascending.

    Returns
    -------
    NDArray[np.float64]
        (n,) seconds, onset minus instant; infinite where there is no onset at all. A tie goes to the
        earlier onset.

    Raises
    ------
    SettingsError
        If either list is not one row of finite times from 0 on, or the onsets do not ascend.
    """
    wanted, heard = times_of(instants, "instants"), ascending_times_of(onsets, "onsets")
    if not heard.size:
        return np.full(wanted.shape, np.inf)
    after = np.searchsorted(heard, wanted).clip(0, heard.size - 1)
    before = (after - 1).clip(0)
    to_after, to_before = heard[after] - wanted, heard[before] - wanted
    return np.where(np.abs(to_before) <= np.abs(to_after), to_before, to_after)


def chance_of(onsets: ArrayLike, tolerance: float, duration: float) -> float:
    """Share of a timeline that lies within a tolerance of any onset: what random instants would score.

    Parameters
    ----------
    onsets : array_like
        (m,) seconds, ascending.
    tolerance : float
        Seconds on either side, greater than 0.
    duration : float
        Length of the timeline in seconds, greater than 0.

    Returns
    -------
    float
        0 to 1, exact: the length of the union of the intervals around the onsets, clipped to the timeline.

    Raises
    ------
    SettingsError
        If the onsets are ill-formed, or the tolerance or duration is not greater than 0.
    """
    heard = ascending_times_of(onsets, "onsets")
    _check_positive(tolerance, "tolerance")
    _check_positive(duration, "duration")
    if not heard.size:
        return 0.0
    starts = (heard - tolerance).clip(0.0, duration)
    ends = (heard + tolerance).clip(0.0, duration)
    # Intervals of one width ascend by start and end alike: each adds what lies beyond the end of the last.
    fresh_starts = np.maximum(starts, np.concatenate(([0.0], ends[:-1])))
    return float((ends - fresh_starts).clip(0.0).sum() / duration)


def hit_rate(name: str, instants: ArrayLike, onsets: ArrayLike, *, tolerance: float, duration: float) -> HitRate:
    """Count the instants with an onset within a tolerance; parameters as in `chance_of`, raises the same."""
    offsets = np.abs(offsets_to_nearest(instants, onsets))
    matched = int((offsets <= tolerance + _ROUNDING).sum())
    return HitRate(name, tolerance, matched, offsets.size, chance_of(onsets, tolerance, duration))


def accents(
    instants: ArrayLike, flux: ArrayLike, *, flux_rate: float, reach: float, floor: float
) -> NDArray[np.float64]:
    """How much stronger the sound sets in at each instant than at the instants around it.

    Parameters
    ----------
    instants : array_like
        (n,) seconds.
    flux : array_like
        (frames,) onset strength, at least 0; value i belongs to second i / ``flux_rate``.
    flux_rate : float
        Values of the flux a second.
    reach : float
        Seconds on either side of an instant within which its strongest flux counts.
    floor : float
        Smallest strength the neighbourhood is taken to have, so that a hit out of silence stays finite.

    Returns
    -------
    NDArray[np.float64]
        (n,) ratio of the strongest flux within reach to the median of the same quantity over all instants
        within ``NEIGHBOURHOOD``. 1 is what a random instant there would get; 0 is silence.

    Raises
    ------
    SettingsError
        If the instants or the flux are ill-formed, or rate, reach or floor is not greater than 0.
    """
    from scipy.ndimage import maximum_filter1d

    wanted, strength = times_of(instants, "instants"), times_of(flux, "flux")
    for value, name in ((flux_rate, "flux rate"), (reach, "reach"), (floor, "floor")):
        _check_positive(value, name)
    if not strength.size:
        return np.zeros(wanted.shape)
    strongest = maximum_filter1d(strength, 2 * round(reach * flux_rate) + 1, mode="constant")
    centres = np.rint(wanted * flux_rate).astype(int).clip(0, strength.size - 1)
    width = round(NEIGHBOURHOOD * flux_rate)
    around = [float(np.median(strongest[max(0, c - width) : c + width + 1])) for c in centres]
    return strongest[centres] / np.maximum(around, floor)


def matched_one_to_one(first: ArrayLike, second: ArrayLike, *, tolerance: float) -> int:
    """Size of the largest matching of two ascending lists of times in which no time is used twice.

    Raises
    ------
    SettingsError
        If a list is ill-formed or does not ascend, or the tolerance is not greater than 0.
    """
    one, other = ascending_times_of(first, "first"), ascending_times_of(second, "second")
    _check_positive(tolerance, "tolerance")
    matched = i = j = 0
    # On a line, taking the earliest pair that fits is optimal: no later partner of either could fit better.
    while i < one.size and j < other.size:
        if abs(one[i] - other[j]) <= tolerance + _ROUNDING:
            matched, i, j = matched + 1, i + 1, j + 1
        elif one[i] < other[j]:
            i += 1
        else:
            j += 1
    return matched


def tbiou(transitions: ArrayLike, beats: ArrayLike, *, tolerance: float = TBIOU_TOLERANCE) -> float:
    """Transition-beat intersection over union, the sync measure of the VeM paper (arXiv 2511.09585).

    Matched pairs, one to one and as many as possible, over all transitions and beats together (a pair
    counts once). Reported for comparison only: at 0.5 s a metronome that knows nothing of the picture
    scores like one that does.

    Parameters
    ----------
    transitions, beats : array_like
        (n,) and (m,) seconds, ascending.
    tolerance : float
        Seconds on either side, greater than 0.

    Returns
    -------
    float
        0 to 1; 0 if both lists are empty.

    Raises
    ------
    SettingsError
        If a list is ill-formed or does not ascend, or the tolerance is not greater than 0.
    """
    matched = matched_one_to_one(transitions, beats, tolerance=tolerance)
    union = np.size(transitions) + np.size(beats) - matched
    return matched / union if union else 0.0


def times_of(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """One row of finite numbers from 0 on, as float64; raises SettingsError for anything else."""
    try:
        row = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"The {name} are no list of numbers: {error}.") from error
    if row.ndim != 1:
        raise SettingsError(f"The {name} have {row.ndim} dimensions.", remedy="Give one row of numbers.")
    if not np.isfinite(row).all() or (row < 0).any():
        raise SettingsError(f"The {name} hold a number that is not finite or below 0.")
    return row


def ascending_times_of(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """As `times_of`, and each no smaller than the one before."""
    row = times_of(values, name)
    if (np.diff(row) < 0).any():
        raise SettingsError(f"The {name} do not ascend.", remedy="Sort them by time.")
    return row


def spread_of(offsets: Sequence[float] | NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Median, 95th percentile and largest absolute offset, seconds; None without any finite offset."""
    sizes = np.abs(np.asarray(offsets, dtype=np.float64))
    sizes = sizes[np.isfinite(sizes)]
    if not sizes.size:
        return None
    median, p95 = np.percentile(sizes, (50, 95))
    return float(median), float(p95), float(sizes.max())


def _check_positive(value: float, name: str) -> None:
    if not (np.isfinite(value) and value > 0):
        raise SettingsError(f"The {name} is {value}.", remedy="Give a number greater than 0.")
