"""Which of a style's palettes an edit asks for: the one that has the instruments its words name."""

from __future__ import annotations

import re

from vem_plugin.score.cue import Role
from vem_plugin.score.layers import Palette
from vem_plugin.score.palette import palette_named, palette_names

_WORD = re.compile(r"[a-z]+")
_NO_INSTRUMENT = frozenset(
    ("lead", "pad", "grand", "slow", "clean", "warm", "soft", "electronic", "analogue", "muted", "jazz", "chorus")
)
"""Words in the names of presets that say how something plays."""
FRONT: tuple[Role, ...] = ("harmony", "counter", "melody")
_DENIED = re.compile(r"\b(?:no|not|without|instead of)\s+(?:the\s+|any\s+|a\s+)?[\w-]+")


def palette_asked(style: str, words: str, *, seed: int) -> str | None:
    """Choose by instruments that are named, such as "only piano", "a choir", "fiddle and banjo".

    Parameters
    ----------
    style : str
        One of ``STYLES``.
    words : str
        The brief and all notes.
    seed : int
        Chooses between palettes that have as much of it.

    Returns
    -------
    str or None
        Name of a palette; None if no instrument is named that any of them has.
    """
    said = {_singular(word) for word in _WORD.findall(_DENIED.sub(" ", words.lower()))}
    names = palette_names(style)
    counts = [len(said & _instruments_of(palette_named(name))) for name in names]
    if not any(counts):
        return None
    best = [name for name, count in zip(names, counts, strict=True) if count == max(counts)]
    return best[seed % len(best)]


def _instruments_of(palette: Palette) -> set[str]:
    """Words of the instruments that chords and tunes are played on throughout: "grand_piano" is a piano, and grand."""
    parts = [palette.parts[role] for role in FRONT]
    layers = [layer for part in parts for layer in part.layers if layer.plays == "always"]
    return {_singular(word) for layer in layers for word in layer.instrument.split("_")} - _NO_INSTRUMENT


def _singular(word: str) -> str:
    return word.removesuffix("s")
