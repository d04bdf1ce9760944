"""The sound of a set's pairs, cut into equal stretches, for the stages of the audio domain.

Sound is (samples, channels) float32 at the codec's own rate. Stretches are numbered without end, and all chance in one
is drawn from its number.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset import PairSet
from vem_plugin.errors import SettingsError
from vem_plugin.models.audio.audio_codec import resampled
from vem_plugin.training.endless import Endless

KEPT_PAIRS = 16
"""Pairs whose sound is kept at hand, decoded."""


class HeardPairs:
    """The pairs of one part of a set that have sound, in an order of their own for every epoch.

    Parameters
    ----------
    pairs : PairSet
        ``split`` of a set.
    seed : int
        Of all choices.

    Raises
    ------
    SettingsError
        If none has sound.
    """

    def __init__(self, pairs: PairSet, *, seed: int) -> None:
        self.pairs = [pair for pair in pairs if pair.has_sound]
        self.seed = seed
        if not self.pairs:
            raise SettingsError(
                "No pair here has sound.",
                where=str(pairs.folder or "a set in memory"),
                remedy="Make the set with sound ('vem dataset build', or 'vem dataset synth' without --no-sound).",
            )
        self._numbers = Endless(self._draw_epoch)
        self._sound = lru_cache(maxsize=KEPT_PAIRS)(self._read)

    def chosen(self, row: int) -> tuple[int, np.random.Generator]:
        """Number of the pair that a row teaches, and the generator of all that is drawn for it."""
        return self._numbers[row], np.random.default_rng([self.seed, row, 1])

    def sound(self, number: int, rate: int) -> NDArray[np.float32]:
        """All of a pair's sound at a rate, in stereo."""
        return self._sound(number, rate)

    def stretch(self, row: int, *, samples: int, rate: int) -> NDArray[np.float32]:
        """A stretch of a row's pair, (samples, 2); shorter pairs are followed by silence."""
        number, rng = self.chosen(row)
        sound = self.sound(number, rate)
        first = int(rng.integers(max(1, len(sound) - samples + 1)))
        return filled(sound[first : first + samples], samples)

    def _read(self, number: int, rate: int) -> NDArray[np.float32]:
        samples, own = self.pairs[number].sound()
        stereo = samples if samples.shape[1] == 2 else np.repeat(samples[:, :1], 2, axis=1)
        return resampled(stereo, own, rate)

    def _draw_epoch(self, number: int) -> list[int]:
        return np.random.default_rng([self.seed, number, 0]).permutation(len(self.pairs)).tolist()


def filled(values: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """(n, any) followed by zeros up to ``length`` rows."""
    return np.pad(values, ((0, length - len(values)), (0, 0)))


def held_out_of(found: PairSet) -> PairSet:
    """The pairs to measure with: those held out, or all where none are."""
    held_out = found.split("test")
    return held_out if len(held_out) else found
