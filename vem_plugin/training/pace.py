"""How far a run has come: by the clock, not by steps, so that a run always ends annealed."""

from __future__ import annotations

import time
from dataclasses import dataclass

WARM_UP_STEPS = 60


@dataclass(frozen=True, slots=True)
class Pace:
    """A run from ``start`` to ``end``, seconds of ``time.time()``."""

    start: float
    end: float

    @classmethod
    def of_minutes(cls, minutes: float) -> Pace:
        """A run that starts now."""
        now = time.time()
        return cls(now, now + 60 * minutes)

    @property
    def progress(self) -> float:
        """Share that is over, 0 to 1."""
        return min(1.0, (time.time() - self.start) / (self.end - self.start))


def constant_then_linear(progress: float, *, constant: float = 0.55, least: float = 0.02) -> float:
    """Factor of the learning rate: 1 until ``constant`` of the run, then falling in a line to ``least``."""
    if progress < constant:
        return 1.0
    return max(least, (1 - progress) / (1 - constant))


def warm_up(step: int) -> float:
    """Factor of the learning rate in the first steps."""
    return min(1.0, (step + 1) / WARM_UP_STEPS)
