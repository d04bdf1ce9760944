"""How far a job is, and how long it will take: from what its stages usually cost.

Shares are of warm runs of the example (``benchmarks/stages.py``). The time left is what has gone by, extended at the
pace of this very job; nothing is said before there is something to go by.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SHARES: Mapping[str, Mapping[str, float]] = {
    "score": {"read": 0.01, "look": 0.10, "plan": 0.02, "compose": 0.25, "play": 0.56, "write": 0.06},
    "rescore": {"read": 0.10, "compose": 0.55, "play": 0.25, "write": 0.10},
    "reconform": {"read": 0.05, "look": 0.10, "plan": 0.05, "compose": 0.20, "play": 0.50, "write": 0.10},
    "plan": {"read": 0.15, "plan": 0.15, "write": 0.7},
    "thumbnails": {"read": 0.2, "look": 0.8},
}
"""Shares of the stages of each kind of job that has several, in order; they add up to 1."""
REPEATED = ("compose", "play", "write")
"""Stages of a score that come once for every take."""
LEAST_DONE, LEAST_SECONDS = 0.05, 1.0
"""Share of the job, and seconds, that must have gone by before a time left is told."""


@dataclass
class Pace:
    """The progress of one job.

    Parameters
    ----------
    kind : str
        The kind of job.
    takes : int
        How many takes a score makes.
    now : callable
        A clock, seconds.
    """

    kind: str
    takes: int = 1
    now: Callable[[], float] = time.monotonic
    fraction: float = 0.0
    _began: float = field(init=False)
    _take: int = field(default=0, init=False)
    _stage: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._began = self.now()

    def heard(self, stage: str, done: float) -> float:
        """Note what a report said; returns the share of the whole job that is done, which never goes back."""
        shares = SHARES.get(self.kind, {stage: 1.0})
        order = list(shares)
        if stage not in shares:
            return self.fraction
        if self._stage in shares and stage in REPEATED and order.index(stage) < order.index(self._stage):
            self._take = min(self._take + 1, self.takes - 1)
        self._stage = stage
        once = sum(share for name, share in shares.items() if name not in REPEATED)
        before = sum(shares[name] for name in order[: order.index(stage)]) + shares[stage] * min(max(done, 0.0), 1.0)
        whole = once + (1 - once) * self.takes
        now = (before + (1 - once) * self._take) / whole
        self.fraction = max(self.fraction, min(now, 0.999))
        return self.fraction

    def seconds_left(self) -> float | None:
        """Seconds until the job is done at the pace so far; None while there is too little to go by."""
        gone = self.now() - self._began
        if self.fraction < LEAST_DONE or gone < LEAST_SECONDS:
            return None
        return gone * (1 - self.fraction) / self.fraction
