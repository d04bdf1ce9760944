"""Swing: where the steps between two beats are played.

Notes are written on an even grid of four sixteenths a beat; swing is a matter of playing. A hit is never swung: it
sounds on its frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

STEPS = 4
"""Steps of a beat."""


@dataclass(frozen=True, slots=True)
class Swing:
    """How uneven pairs are: ``share`` of a pair that its first note takes, 1/2 even to 2/3 a triplet.

    ``unit`` says which pairs: the two eighths of a beat, or the two sixteenths of each eighth.
    """

    share: Fraction = Fraction(1, 2)
    unit: Literal["eighth", "sixteenth"] = "eighth"

    def place(self, step: int) -> Fraction:
        """Where a step (counted from any beat) is played, in beats; whole beats stay where they are."""
        beat, within = divmod(step, STEPS)
        if self.unit == "sixteenth":
            half, odd = divmod(within, 2)
            return beat + (half + odd * self.share) / 2
        early = self.share * within / 2
        late = self.share + (1 - self.share) * Fraction(within - 2, 2)
        return beat + (early if within <= 2 else late)


STRAIGHT = Swing()
