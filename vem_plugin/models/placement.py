"""Where the models compute, and how: decided once from the settings, and handed down to whoever computes.

This is the only module that picks a device or a precision; everybody else asks the `Placement` they were given, or the
tensors they hold. Torch is asked when it is first needed and not before: what only encodes text and pictures never
loads it. Sizes are bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from vem_plugin.errors import ModelError, SettingsError

if TYPE_CHECKING:
    import torch
    from torch import nn

Device = Literal["auto", "cpu", "cuda", "mps"]
"""What a user may wish for; "auto" is the fastest there is."""
Precision = Literal["auto", "float32", "bfloat16"]
"""In what matrices are multiplied; "auto" is bfloat16 where the processor is faster with it."""

FILLS_A_CARD = 100_000_000
"""Weights from which on a model has enough to do on a card for bfloat16 to pay: ours that ships has 9, Stable Audio
Open 1,060 millions; nothing between was measured."""
LIBRARIES = 64 * 10**6
"""Bytes that the libraries below torch take on a card for themselves (58 MB on an H200)."""
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@dataclass(frozen=True)
class Placement:
    """Where and how the models compute.

    Parameters
    ----------
    wish : str
        The device that was asked for.
    precision : str
        The precision that was asked for.
    compiled : bool
        Whether the transformer's blocks are compiled (``torch.compile``): the first run pays for it, every later one
        gains.
    memory : int or None
        Most memory that models and their work may take on the device; None: whatever is there.
    """

    wish: Device = "auto"
    precision: Precision = "auto"
    compiled: bool = False
    memory: int | None = None

    @cached_property
    def device(self) -> torch.device:
        """The torch device.

        Raises
        ------
        ModelError
            If the machine has no such device.
        """
        import torch

        present = devices()
        if self.wish == "auto":
            return torch.device(present[0])
        if self.wish not in present:
            raise ModelError(
                f'torch finds no device "{self.wish}"', remedy=f"Use --device auto, or one of: {', '.join(present)}."
            )
        return torch.device(self.wish)

    @cached_property
    def dtype(self) -> torch.dtype:
        """In what matrices are multiplied: float32 or bfloat16."""
        import torch

        if self.precision == "auto":
            return torch.bfloat16 if fast_with_bfloat16(self.device) else torch.float32
        return getattr(torch, self.precision)

    @property
    def weights(self) -> torch.dtype:
        """In what a large model's weights are held: as they are multiplied where memory is dear, float32 on a CPU."""
        import torch

        return torch.float32 if self.device.type == "cpu" else self.dtype

    @property
    def encoders(self) -> str:
        """The device for the ONNX encoders.

        They are small: a CPU asked for by name binds them, any other wish lets onnxruntime choose the best it has.
        """
        return "cpu" if self.wish == "cpu" else "auto"

    def autocast(self) -> torch.autocast:
        """The context in which the networks run."""
        import torch

        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.dtype == torch.bfloat16)

    def compile(self, blocks: Iterable[nn.Module]) -> None:
        """Compile a transformer's blocks in place, one by one, if that was asked for.

        A block is compiled once and serves all layers of its kind; names of weights stay what they are.
        """
        if not self.compiled:
            return
        for block in blocks:
            block.compile(dynamic=True)

    def suited_to(self, model: nn.Module) -> Placement:
        """The same place with the precision settled for a model.

        One that is too small to fill a card waits for its own launches there: bfloat16 gains nothing, and changes what
        is written (measured, ``benchmarks/gpu.md``). Unless asked otherwise it computes in float32.
        """
        small = sum(weights.numel() for weights in model.parameters()) < FILLS_A_CARD
        if self.precision == "auto" and small and self.device.type != "cpu":
            return replace(self, precision="float32")
        return self

    def check_room(self, *models: nn.Module) -> None:
        """Refuse a budget that the weights alone exceed: all of them on a CPU, the largest model's on a card.

        Raises
        ------
        ModelError
        """
        if self.memory is None:
            return
        sizes = [bytes_of_model(model) for model in models]
        needed = sum(sizes) if self.device.type == "cpu" else max(sizes)
        if needed > self.memory:
            raise ModelError(
                f"The model's weights take {needed / 1e6:.0f} MB, and {self.memory / 1e6:.0f} MB are allowed.",
                where="--memory",
                remedy="Allow more, or choose a smaller model.",
            )

    def rows_that_fit(self, *, weights: int, row: int, most: int) -> int:
        """How many rows of a batch the memory budget allows, 1 to ``most``.

        Parameters
        ----------
        weights : int
            Bytes of the weights that stay on the device meanwhile.
        row : int
            Bytes that one row needs while it is computed.
        most : int
            How many there are.
        """
        if self.memory is None:
            return most
        free = self.memory - weights - (0 if self.device.type == "cpu" else LIBRARIES)
        return max(1, min(most, free // row))

    def offloads(self, weights: int) -> bool:
        """Whether models of so many bytes together have to take turns on the device.

        Half of the budget is left for the work itself. On a CPU there is nowhere to move them to.
        """
        return self.memory is not None and self.device.type != "cpu" and 2 * weights > self.memory

    @contextmanager
    def hosting(self, module: nn.Module, *, taking_turns: bool) -> Iterator[None]:
        """Have a model on the device for as long as it works; if models take turns it goes back to the CPU after."""
        module.to(self.device)
        try:
            yield
        finally:
            if taking_turns:
                module.to("cpu")


def devices() -> tuple[str, ...]:
    """The torch devices of this machine, fastest first."""
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return tuple(device for device, here in present.items() if here)


def backend_between_processes(*, on_cpu: bool) -> str:
    """How processes that train together exchange gradients: by NCCL between CUDA cards, else by Gloo."""
    return "nccl" if not on_cpu and "cuda" in devices() else "gloo"


def fast_with_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 matrix products are faster than float32 on this device.

    On a CPU without AVX512-BF16 or AMX they are emulated: measured 200 times slower.
    """
    import torch

    if device.type == "cpu":
        asked = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
        return any(supported is not None and supported() for supported in asked)
    return device.type == "cuda" and torch.cuda.is_bf16_supported()


def autocast(device: torch.device) -> torch.autocast:
    """The context in which networks run that are already somewhere, in training."""
    import torch

    return torch.autocast(device.type, torch.bfloat16, enabled=fast_with_bfloat16(device))


def bytes_of_model(*modules: nn.Module) -> int:
    """Bytes of the weights and buffers of models."""
    held = (tensor for module in modules for tensor in (*module.parameters(), *module.buffers()))
    return sum(tensor.numel() * tensor.element_size() for tensor in held)


def parse_memory(text: str) -> int:
    """Bytes of "6GB", "6 G", "512MB" or "6.5GiB" (taken as GB: a budget is no measurement).

    Raises
    ------
    SettingsError
        If it is no size, or less than a megabyte.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", text, re.IGNORECASE)
    size = int(float(found[1]) * UNITS[found[2].upper()]) if found else 0
    if size < UNITS["M"]:
        raise SettingsError(f"'{text}' is no amount of memory.", where="--memory", remedy="Write it as 6GB or 800MB.")
    return size
