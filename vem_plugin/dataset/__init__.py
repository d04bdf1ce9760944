"""Sets of pairs (a stretch of film and its music) to learn from and to measure with.

``build`` makes them out of films that have music, ``synth`` out of nothing; both write the same kind of set, which
``open_set`` reads. No torch here: whoever has no graphics card can make a set.
"""

from vem_plugin.dataset.pair import LOOK_RATE, LOOKS, Origin, Pair, Transitions, Truth, flac_of
from vem_plugin.dataset.pair_set import PairSet, open_set, write_set

__all__ = [
    "LOOKS",
    "LOOK_RATE",
    "Origin",
    "Pair",
    "PairSet",
    "Transitions",
    "Truth",
    "flac_of",
    "open_set",
    "write_set",
]
