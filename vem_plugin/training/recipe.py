"""A recipe: everything that decides what a training run learns, as one small TOML file.

    stage = "diffusion"          # codec, aligner, diffusion or adapter
    domain = "score"             # or audio
    seed = 0
    average = 0.9985             # of the weights, from step to step; 0: none

    [model]                      # the network's own arguments, where they are not its defaults
    width = 256

    [lessons]                    # what the stage is taught, and how; each stage has its own words for it
    rows = 24

    [length]                     # steps or minutes
    minutes = 90

    [optimiser]
    rate = 2e-3

    [speed]                      # changes nothing but the time it takes
    precision = "bfloat16"

Which machine, which folder and how many processes are no part of it. ``recipes/`` holds those that ship.
"""

from __future__ import annotations

import inspect
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from vem_plugin.errors import SettingsError

SHIPPED = Path(__file__).parent / "recipes"

Options = TypeVar("Options", bound=Struct)
Network = TypeVar("Network")
Count = Annotated[int, Meta(ge=0)]
AtLeastOne = Annotated[int, Meta(ge=1)]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
StageName = Literal["codec", "aligner", "diffusion", "adapter"]


class Length(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a run is: ``steps`` of the optimiser, or ``minutes`` by the clock. By the clock a run always ends
    annealed, but how many steps it makes, and so its weights, depend on the machine."""

    steps: Count = 0
    minutes: NotNegative = 0.0

    def __post_init__(self) -> None:
        if (self.steps > 0) == (self.minutes > 0):
            raise ValueError("[length] takes either steps or minutes")


class Optimiser(Struct, frozen=True, forbid_unknown_fields=True):
    """Muon for the matrices of repeated blocks and AdamW for the rest, or AdamW for all; and the rate over the run.

    The rate rises for ``warm_up`` steps, is constant for a share of the run, then falls as
    ``((1 - progress) / (1 - constant)) ** power``, at most to its ``least`` share.
    """

    kind: Literal["muon", "adamw"] = "muon"
    rate: Positive = 1e-3
    decay: NotNegative = 0.02
    """Weight decay of the matrices that Muon moves."""
    rest_decay: NotNegative = 0.01
    betas: tuple[Share, Share] = (0.9, 0.97)
    warm_up: Count = 60
    constant: Annotated[float, Meta(ge=0, lt=1)] = 0.55
    power: Positive = 1.0
    least: Share = 0.02
    clip: NotNegative = 1.0
    """Longest gradient; 0: whatever it is."""


class Speed(Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a run faster or smaller and leaves what it learns, up to rounding, as it is."""

    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Of matrix products; auto: bfloat16 where the processor is faster with it."""
    checkpointing: bool = False
    """Compute activations of repeated blocks anew when going back, instead of keeping them."""
    compile: str = ""
    """Backend of ``torch.compile`` for repeated blocks: ``inductor``, ``eager``; empty: none."""
    accumulate: AtLeastOne = 1
    """Parts in which a process goes through its rows of a step."""
    workers: Count = 0
    """Processes that prepare batches ahead; 0: each is made when it is needed."""


class Keep(Struct, frozen=True, forbid_unknown_fields=True):
    """What a run writes on its way."""

    minutes: NotNegative = 4.0
    """Between checkpoints; 0: only when it is stopped."""
    last: AtLeastOne = 2
    """How many checkpoints stay."""
    log_steps: AtLeastOne = 50
    tensorboard: bool = True


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a run learns; the module's docstring shows one."""

    stage: StageName
    domain: Literal["score", "audio"] = "score"
    seed: Count = 0
    data: str = ""
    """Folder of what is taught: a corpus or a set; empty: the run folder."""
    start: str = ""
    """Folder of weights to begin with; empty: random ones, or what the stage before wrote."""
    average: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    model: dict[str, Any] = {}
    lessons: dict[str, Any] = {}
    length: Length
    optimiser: Optimiser = Optimiser()
    speed: Speed = Speed()
    keep: Keep = Keep()

    def lessons_as(self, options: type[Options]) -> Options:
        """The table ``[lessons]`` as the stage's own structure.

        Raises
        ------
        SettingsError
            If it says something the stage does not know.
        """
        try:
            return msgspec.convert(self.lessons, options)
        except msgspec.ValidationError as error:
            raise _wrong(str(error).replace("`$.", "`$.lessons."), "[lessons]", options) from error

    def network_of(self, kind: Callable[..., Network], **fixed: Any) -> Network:
        """A new network with the table ``[model]`` as its arguments, and ``fixed`` ones.

        Raises
        ------
        SettingsError
            If the network has no such argument.
        """
        known = [name for name in inspect.signature(kind).parameters if name not in fixed]
        for name in self.model:
            if name not in known:
                raise SettingsError(
                    f"The network has no argument {name!r}.",
                    where=f"[model] of the {self.stage} recipe",
                    remedy=f"There are: {', '.join(known)}.",
                )
        return kind(**self.model, **fixed)


def recipe_names() -> list[str]:
    """Names of the recipes that ship."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def load_recipe(config: str | Path, *changes: str) -> Recipe:
    """Read a recipe: the path of a TOML file, or the name of one that ships.

    Parameters
    ----------
    config : str or Path
    changes : str
        What it shall say instead, as TOML says it: ``"length.minutes=6"``, ``"speed.compile=inductor"``.

    Raises
    ------
    SettingsError
        If there is none, or it is not one.
    """
    file = Path(config)
    if not file.is_file():
        file = SHIPPED / f"{config}.toml"
    if not file.is_file():
        shipped = ", ".join(recipe_names())
        raise SettingsError(
            f"There is no recipe {str(config)!r}.", remedy=f"Give the path of a TOML file, or one of: {shipped}."
        )
    try:
        told = msgspec.toml.decode(file.read_bytes())
        for change in changes:
            _change(told, _assignment(change))
        return msgspec.convert(told, Recipe)
    except (msgspec.DecodeError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(str(error), str(file), Recipe) from error


def _assignment(change: str) -> dict[str, Any]:
    """``key.key=value`` as tables; a value that is no TOML is a word."""
    key, _, value = change.partition("=")
    try:
        return tomllib.loads(f"{key}={value}")
    except tomllib.TOMLDecodeError:
        return tomllib.loads(f"{key}={json.dumps(value)}")


def _change(told: dict[str, Any], changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(told.get(key), dict):
            _change(told[key], value)
        else:
            told[key] = value


def _wrong(what: str, where: str, options: type[Struct]) -> SettingsError:
    known = ", ".join(options.__struct_fields__)
    return SettingsError(f"The recipe is wrong: {what}.", where=where, remedy=f"It may say: {known}.")
