"""How the beat swings: by style, seed and word."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vem_plugin.score.cue import COMPOUND
from vem_plugin.score.swing import STRAIGHT, Swing

LAZY = (56, 62)
"""Hundredths of a pair of sixteenths that lo-fi gives to the first, least and most."""
PLAYFUL_CHANCE = 0.4
ASKED, PLAYFUL = Swing(Fraction(31, 50)), Swing(Fraction(3, 5))


def swing_of(style: str, metre: int, asked: bool | None, rng: np.random.Generator) -> Swing:
    """Choose the swing of a piece.

    Parameters
    ----------
    style : str
        Lo-fi swings its sixteenths, a playful piece sometimes its eighths, the others only when asked.
    metre : int
        In 6/8 nothing swings: its triplets are written out.
    asked : bool or None
        What the brief says: swing, straight, or nothing.
    rng : numpy.random.Generator
        Draws the finer points.
    """
    share, chance = Fraction(int(rng.integers(LAZY[0], LAZY[1] + 1)), 100), rng.random()
    if metre == COMPOUND or asked is False:
        return STRAIGHT
    if style == "lofi":
        return Swing(share, "sixteenth")
    if asked:
        return ASKED
    return PLAYFUL if style == "playful" and chance < PLAYFUL_CHANCE else STRAIGHT
