"""The filters of TB-Match (VeM, AAAI-26, data), each a figure of a clip and the least value of it that passes.

The paper filters by signal-to-noise ratio (20 dB and more), coherence of picture and music rhythm, and consistency of
emotion; it tells no more about the last two. A figure that cannot be told for a clip (no cuts, no embedding models)
does not remove it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.energy import smoothed
from vem_plugin.dataset.pair import LOOK_RATE
from vem_plugin.dataset.rhythm import ON_BEAT, chance_on_beat, nearest_beats

Figures = dict[str, float | None]
FEWEST_CUTS = 3
"""Cuts below which nothing is said about their being on beats."""
SHORTEST_SHIFT = 2.0
"""Seconds by which music is at least shifted to see what agreement chance would bring."""
SHIFTS = 40
ENERGY_SMOOTHING = 2.0


@dataclass(frozen=True, slots=True)
class Filter:
    """A figure by its name in ``Pair.figures``, the option that sets its least value, the least value if nobody does,
    and what it says."""

    figure: str
    option: str
    least: float
    says: str


FILTERS: tuple[Filter, ...] = (
    Filter("music", "--min-music", 0.5, "share of the clip in which there is music"),
    # Clean dense music reads as little as 16 dB, and 20 dB of noise reads 17 +- 2: see benchmarks/dataset.md.
    Filter("signal_to_noise", "--min-snr", 15.0, "estimated signal-to-noise ratio, dB"),
    Filter("on_beats", "--min-on-beats", 0.0, "share of cuts on beats less what chance brings"),
    Filter("energy", "--min-energy", 0.3, "share of shifts of the music that agree less with the picture's energy"),
    Filter("emotion", "--min-emotion", 0.0, "correlation of the moods that words and music suggest"),
)


@dataclass(frozen=True)
class Thresholds:
    """Least values by figure, where a figure without one removes nothing; ``licences`` are beginnings of those allowed,
    all if empty."""

    least: Mapping[str, float]
    licences: tuple[str, ...] = ()

    @classmethod
    def usual(cls, licences: Sequence[str] = (), **least: float | None) -> Thresholds:
        """The least values of ``FILTERS`` with some of them replaced; None leaves one as it is."""
        asked = {name: value for name, value in least.items() if value is not None}
        return cls({item.figure: item.least for item in FILTERS} | asked, tuple(licences))

    def told(self, figure: str) -> str:
        """The least value of a figure in words."""
        return f"{self.least[figure]:g}" if figure in self.least else "not asked"

    def refused(self, figures: Mapping[str, float | None]) -> tuple[str, ...]:
        """Names of the figures by which a clip is removed, in the order of ``FILTERS``."""
        told = ((name, least, figures.get(name)) for name, least in self.least.items())
        return tuple(name for name, least, value in told if value is not None and value < least)


def cuts_on_beats(
    cuts: NDArray[np.float64], beats: NDArray[np.float64], seconds: float, *, within: float = ON_BEAT
) -> Figures:
    """``on_beats``: share of cuts within a tolerance of a beat, less the share that blind cuts would reach; and both.

    None for fewer than ``FEWEST_CUTS`` cuts. Cuts at moments without music around count like all others.
    """
    chance = chance_on_beat(beats, seconds, within=within)
    if len(cuts) < FEWEST_CUTS:
        return {"on_beats": None, "on_beats_share": None, "on_beats_chance": chance}
    share = float(np.mean(np.abs(np.nan_to_num(nearest_beats(cuts, beats), nan=np.inf)) <= within))
    return {"on_beats": share - chance, "on_beats_share": share, "on_beats_chance": chance}


def energy_agreement(picture: NDArray[np.floating], music: NDArray[np.floating]) -> Figures:
    """``energy``: of all shifts of the music against the picture, going round, by at least ``SHORTEST_SHIFT`` seconds,
    the share that agrees less than the true position; and the rank correlation itself.

    So a clip whose picture and music both rise throughout is not praised for it, and .5 is chance. None where either
    stands still.
    """
    one, other = (smoothed(curve, ENERGY_SMOOTHING)[:: LOOK_RATE // 4] for curve in (picture, music))
    least = round(SHORTEST_SHIFT * 4)
    if len(one) < 4 * least or one.std() < 1e-3 or other.std() < 1e-3:
        return {"energy": None, "energy_correlation": None}
    shifts = np.unique(np.linspace(least, len(one) - least, SHIFTS).astype(int))
    one, other = (_normal_ranks(curve) for curve in (one, other))
    true = float(one @ other)
    return {
        "energy": float(np.mean([float(one @ np.roll(other, shift)) < true for shift in shifts])),
        "energy_correlation": true,
    }


def _normal_ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Ranks with mean 0 and length 1: the product of two such rows is their rank correlation."""
    from scipy.stats import rankdata

    ranks = rankdata(values) - (len(values) + 1) / 2
    return ranks / np.linalg.norm(ranks)
