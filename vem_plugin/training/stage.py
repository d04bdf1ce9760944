"""What a stage of training is: the only thing that differs between the runs of ``vem_plugin.training.trainer``.

The paper (VeM, arXiv 2511.09585) has three stages: codec and aligner, each by itself; the diffusion without TB-As; the
TB-As adapter on top. Each is a class here with five methods, and knows neither optimisers nor processes nor devices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from torch import Tensor, nn

from vem_plugin.errors import SettingsError
from vem_plugin.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Loss:
    """Errors of one batch, as sums.

    The trainer divides by the count of a whole step, so that a step is the same however many processes and parts it is
    spread over, though they hold more and less of what counts.

    ``total`` is descended, a scalar with a gradient; ``count`` says of how many (rows, frames, beats, ...) it is the
    sum, a scalar; ``parts`` are sums over as many, for the log.
    """

    total: Tensor
    count: Tensor
    parts: Mapping[str, Tensor] = field(default_factory=dict)


class Batch(Protocol):
    """What a stage is taught at once."""

    def to(self, device: Any) -> Self:
        """The batch on another device."""
        ...


Taught = TypeVar("Taught", bound=Batch)


class Stage(Protocol[Taught]):
    """One stage of training; made of a recipe, the run folder and the folder of what is taught.

    All chance of a stage is in ``batch`` (a numpy generator seeded with recipe, step and place in the step) or comes
    from torch's own generators, which the trainer seeds anew at every step: so a run that was stopped goes on bit by
    bit as if it had not been.
    """

    def network(self, start: Path | None) -> nn.Module:
        """A new network, or the one whose weights lie in the folder ``start``.

        Weights that are not to learn are frozen, and so are those that no batch uses: several processes wait for the
        gradients of all that learn.
        """
        ...

    def batch(self, step: int, part: int, parts: int) -> Taught:
        """Part ``part`` of ``parts`` of what step ``step`` teaches; always the same for the same three numbers."""
        ...

    def loss(self, network: Any, batch: Taught) -> Loss:
        """Errors of the network on a batch."""
        ...

    def measure(self, network: Any) -> dict[str, float]:
        """Figures on what is held out, the same for the same weights; the network is in its evaluating mode."""
        ...

    def save(self, network: Any, folder: Path) -> None:
        """Write the network into a folder, for ``network(start)`` and for those who use it."""
        ...


ROOM = "vem_plugin.training"
STAGES = {
    ("score", "codec"): f"{ROOM}.codec:CodecStage",
    ("score", "diffusion"): f"{ROOM}.diffusion:DiffusionStage",
    ("score", "adapter"): f"{ROOM}.adapter:AdapterStage",
    ("score", "aligner"): f"{ROOM}.aligner:AlignerStage",
    ("audio", "aligner"): f"{ROOM}.aligner:AlignerStage",
    ("audio", "codec"): f"{ROOM}.audio_codec:AudioCodecStage",
    ("audio", "diffusion"): f"{ROOM}.audio_diffusion:AudioDiffusionStage",
    ("audio", "adapter"): f"{ROOM}.audio_diffusion:AudioAdapterStage",
}
"""Where the stages are: made with ``(recipe, out, data)``."""


def stage_of(recipe: Recipe, out: Path) -> Stage[Any]:
    """The stage of a recipe for the run folder ``out``.

    Raises
    ------
    SettingsError
        If the recipe's data are not there.
    """
    data = Path(recipe.data) if recipe.data else out
    if not data.is_dir():
        raise SettingsError("There is nothing to learn from.", where=str(data), remedy="Name the folder with --data.")
    module, name = STAGES[recipe.domain, recipe.stage].split(":")
    return getattr(import_module(module), name)(recipe, out, data)
