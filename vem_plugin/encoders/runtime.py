"""The only place that talks to onnxruntime: opens ONNX files on the best provider this machine offers.

A *provider* is onnxruntime's name for the thing that computes (``CUDAExecutionProvider``); we call it by its
short name (``CUDA``). ``Session.provider`` tells which one truly runs, after onnxruntime has had its say.

Inputs and outputs are *bound*: what goes in is put into the memory of the provider once, before it computes, and what
comes out is copied back once; on a CPU the same calls hand over the arrays where they lie.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from platformdirs import user_cache_path

from vem_plugin.errors import ModelError

PROVIDERS_OF_DEVICE: dict[str, tuple[str, ...]] = {
    "auto": ("Tensorrt", "CUDA", "CoreML", "Dml", "CPU"),
    "cpu": ("CPU",),
    "cuda": ("Tensorrt", "CUDA"),
    "mps": ("CoreML",),
}
"""Short provider names to try, best first, for every value of the command line's ``--device``."""

MOST_THREADS = 8
"""The encoders that ship are too small to gain from more threads than this."""

BINDS_TO: dict[str, str] = {"CUDA": "cuda", "Tensorrt": "cuda"}
"""Memory, as onnxruntime calls it, to which the inputs of a provider are bound; for all others it is the CPU's."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Session:
    """An ONNX file, opened. ``inputs`` and ``outputs`` are the names the file declares, in its order."""

    path: Path
    provider: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    engine: ort.InferenceSession

    @property
    def memory(self) -> str:
        """Where inputs are bound: "cpu" or "cuda"."""
        return BINDS_TO.get(self.provider, "cpu")

    def run(self, feeds: Mapping[str, NDArray[Any]], outputs: Sequence[str]) -> list[NDArray[Any]]:
        """Compute the named outputs, each an array of its own in the CPU's memory.

        Raises
        ------
        ModelError
            If onnxruntime refuses the inputs or fails while computing.
        """
        try:
            binding = self.engine.io_binding()
            for name, array in feeds.items():
                value = ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array), self.memory, 0)
                binding.bind_ortvalue_input(name, value)
            for name in outputs:
                binding.bind_output(name, "cpu")
            self.engine.run_with_iobinding(binding)
            return [value.numpy() for value in binding.get_outputs()]
        except (RuntimeError, ValueError, *ORT_ERRORS) as error:
            raise ModelError(
                f"The encoder failed while computing: {first_line(error)}",
                where=f"{self.path}, {self.provider}",
                remedy="Try --device cpu; if it fails there too, the model does not fit its encoder.json.",
            ) from error


def _ort_errors() -> tuple[type[Exception], ...]:
    """Every error class of onnxruntime's own (they share no base class of their own)."""
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    found = (getattr(state, name) for name in dir(state))
    return tuple(each for each in found if isinstance(each, type) and issubclass(each, Exception))


ORT_ERRORS = _ort_errors()


def first_line(error: BaseException) -> str:
    """The first line of an error's text, at most 200 characters, for use inside our own messages."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def providers() -> list[str]:
    """Short names of the providers this onnxruntime was built with, best first, for ``vem doctor``.

    A provider may still refuse to start (a driver is missing): ``Session.provider`` is the truth.
    """
    return [name.removesuffix("ExecutionProvider") for name in ort.get_available_providers()]


def open_session(path: Path, device: str = "auto") -> Session:
    """Open an ONNX file on the best provider for a device.

    Parameters
    ----------
    path : Path
        The ``.onnx`` file.
    device : str
        "auto" (TensorRT, CUDA, CoreML, DirectML, CPU: the first that works), "cpu", "cuda" or "mps".

    Raises
    ------
    ModelError
        If the file is missing or no ONNX model, or the device asked for is not there.
    """
    wanted = _providers_for(device)
    if not path.is_file():
        raise ModelError("The encoder's model file is missing.", where=str(path), remedy="Install it again.")
    try:
        engine = ort.InferenceSession(path, sess_options=_options(), providers=wanted)
    except (RuntimeError, ValueError, *ORT_ERRORS) as error:
        raise ModelError(
            f"The encoder's model file cannot be opened: {first_line(error)}",
            where=str(path),
            remedy="Install it again, or export it for the onnxruntime in use.",
        ) from error
    provider = engine.get_providers()[0].removesuffix("ExecutionProvider")
    if device not in ("auto", "cpu") and provider == "CPU":
        raise _no_device(device)
    log.info("%s runs on %s", path.name, provider)
    inputs = tuple(each.name for each in engine.get_inputs())
    outputs = tuple(each.name for each in engine.get_outputs())
    return Session(path, provider, inputs, outputs, engine)


def _providers_for(device: str) -> list[str | tuple[str, dict[str, Any]]]:
    if device not in PROVIDERS_OF_DEVICE:
        known = ", ".join(PROVIDERS_OF_DEVICE)
        raise ModelError(f"The device {device!r} is unknown.", remedy=f"Use one of: {known}.")
    built_in = providers()
    names = [name for name in PROVIDERS_OF_DEVICE[device] if name in built_in]
    if not names:
        raise _no_device(device)
    if "CUDA" in names:
        ort.preload_dlls()  # CUDA's libraries may have come with pip, beside torch, where no loader looks
    return [_with_options(name) for name in names]


def _with_options(name: str) -> str | tuple[str, dict[str, Any]]:
    """TensorRT compiles a model for minutes when it first sees it: the result is kept in the user's cache."""
    if name != "Tensorrt":
        return f"{name}ExecutionProvider"
    folder = user_cache_path("vem-plugin") / "tensorrt"
    return f"{name}ExecutionProvider", {
        "trt_engine_cache_enable": True,
        "trt_engine_cache_path": str(folder),
    }


def _no_device(device: str) -> ModelError:
    return ModelError(
        f"onnxruntime finds no {device} device here (it offers {', '.join(providers())}).",
        remedy="Use --device auto, or install the package's gpu extra and its driver.",
    )


def _options() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = min(MOST_THREADS, usable_cores())
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: onnxruntime's warnings would land in the editor's console
    # Spinning threads win microseconds and cost the host application a core while we wait for the next batch.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def usable_cores() -> int:
    """How many cores this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
