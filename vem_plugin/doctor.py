"""Looks at this installation: what is here, what is missing, and how to get it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vem_plugin.errors import VemError

LIBRARIES = ("torch", "diffusers", "OpenTimelineIO", "onnxruntime", "av", "librosa", "scenedetect", "symusic")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``needed`` tells whether scoring works without it; ``remedy`` says how to get it."""

    what: str
    ok: bool
    found: str
    remedy: str = ""
    needed: bool = True

    def as_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "what": self.what,
            "ok": self.ok,
            "found": self.found,
            "needed": self.needed,
            "remedy": self.remedy,
        }


def examine() -> tuple[Check, ...]:
    """Run every check. Never raises: a failed check says what failed."""
    checks = [_check_python(), *(_check_library(name) for name in LIBRARIES)]
    parts: tuple[tuple[str, Callable[[], Check], str], ...] = (
        ("devices for the model", _check_devices, "Reinstall torch."),
        ("onnxruntime providers", _check_providers, "Reinstall onnxruntime."),
        ("codecs", _check_codecs, "Reinstall av (PyAV), which brings FFmpeg's libraries."),
        ("sound bank", _check_bank, "Reinstall vem-plugin; the sound bank is part of it."),
        ("encoders", _check_encoders, "Reinstall vem-plugin; the encoders are part of it."),
        ("model", _check_model, "Reinstall vem-plugin; the model is part of it."),
        ("audio engine", _check_audio_engine, "Reinstall vem-plugin."),
    )
    for what, look, remedy in parts:
        try:
            checks.append(look())
        except VemError as error:
            checks.append(Check(what, False, error.what, error.remedy or remedy))
        except (ImportError, OSError) as error:
            checks.append(Check(what, False, str(error), remedy))
    return tuple(checks)


def _check_python() -> Check:
    version = platform.python_version()
    found = f"{version} on {platform.system()} {platform.machine()}"
    return Check("Python", sys.version_info >= (3, 11), found, "Install Python 3.11 or newer.")


def _check_library(name: str) -> Check:
    try:
        return Check(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Check(name, False, "not installed", f"pip install {name}")


def _check_devices() -> Check:
    from vem_plugin.models.placement import devices

    return Check("devices for the model", True, ", ".join(devices()))


def _check_providers() -> Check:
    from vem_plugin.encoders.runtime import providers

    return Check("onnxruntime providers", True, ", ".join(providers()))


def _check_codecs() -> Check:
    import av.codec

    wanted = ("h264", "hevc", "prores", "dnxhd", "aac", "pcm_s24le")
    missing = [name for name in wanted if name not in av.codec.codecs_available]
    found = ", ".join(name for name in wanted if name not in missing)
    found += f"; without {', '.join(missing)}" if missing else ""
    remedy = "Install av from PyPI rather than a system package."
    return Check("codecs", not missing, found, remedy, needed=False)


def _check_bank() -> Check:
    from vem_plugin.score.instruments import BANK

    size = BANK.stat().st_size / 1e6
    return Check("sound bank", True, f"{BANK.name}, {size:.0f} MB")


def _check_encoders() -> Check:
    from vem_plugin.encoders.aligner import Aligner
    from vem_plugin.encoders.picture import PictureEncoder
    from vem_plugin.encoders.text import TextEncoder

    text, picture, aligner = TextEncoder(), PictureEncoder(), Aligner()
    return Check("encoders", True, f"text on {text.provider}, picture on {picture.provider}, {aligner.name} on CPU")


def _check_model() -> Check:
    from vem_plugin.models.model_folder import check_folder

    index = check_folder().index
    return Check("model", True, f"{index.name} {index.version}, {index.licence}, every file as published")


def _check_audio_engine() -> Check:
    from vem_plugin.models.audio.extra import INSTALL, missing_packages

    missing = missing_packages()
    found = f"without {', '.join(missing)}" if missing else "all it needs, but for a model (vem models add)"
    return Check("audio engine", not missing, found, f"Only for models of sound: {INSTALL}", needed=False)
