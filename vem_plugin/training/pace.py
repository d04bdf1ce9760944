"""How far a run has come, by steps or by the clock, and the learning rate there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vem_plugin.training.recipe import Length, Optimiser


@dataclass(slots=True)
class Pace:
    """Where a run stands.

    ``step`` counts all steps of the weights, ``first`` of them before this run (of a run that was trained further);
    ``seconds`` are those this run has worked, without the time it lay still.
    """

    length: Length
    first: int = 0
    step: int = 0
    seconds: float = 0.0

    @property
    def progress(self) -> float:
        """Share that is over, 0 to 1."""
        if self.length.steps:
            return min(1.0, (self.step - self.first) / self.length.steps)
        return min(1.0, self.seconds / (60 * self.length.minutes))

    def state_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"first": self.first, "step": self.step, "seconds": self.seconds}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Of a checkpoint."""
        self.first, self.step, self.seconds = state["first"], state["step"], state["seconds"]


def rate_at(optimiser: Optimiser, *, step: int, progress: float) -> float:
    """Learning rate at the ``step``-th step of a run of which ``progress`` (0 to 1) is over."""
    falling = ((1 - max(progress, optimiser.constant)) / (1 - optimiser.constant)) ** optimiser.power
    rising = min(1.0, (step + 1) / max(1, optimiser.warm_up))
    return optimiser.rate * rising * max(optimiser.least, falling)
