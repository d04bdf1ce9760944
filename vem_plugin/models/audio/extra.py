"""What audio checkpoints need beyond our own parts: the packages of the extra ``audio``, and how theirs are opened.

Importing this module loads none of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vem_plugin.errors import ModelError

NEEDED = {"transformers": "transformers", "torchsde": "torchsde", "python_stretch": "python-stretch"}
"""Modules and the packages that bring them: text encoders, the noise of Stable Audio's scheduler, and what stretches
time until hits are met."""
INSTALL = "pip install 'vem-plugin[audio]' (on Linux on ARM also: pip install python-stretch, which builds it)"


def missing_packages() -> tuple[str, ...]:
    """Packages of the extra that are not installed."""
    return tuple(package for module, package in NEEDED.items() if find_spec(module) is None)


def check_installed() -> None:
    """Make sure that all of the extra is there, before minutes are spent on what it cannot finish.

    Raises
    ------
    ModelError
        It names what is missing.
    """
    if missing := missing_packages():
        raise ModelError(
            f"The audio engine needs packages that are not installed: {', '.join(missing)}.",
            remedy=f"Install them: {INSTALL}.",
        )


@contextmanager
def loading_quietly() -> Iterator[None]:
    """Without progress bars of diffusers and transformers over ours, and without torch's remark on an older part."""
    from diffusers.utils import logging as of_diffusers
    from transformers.utils import logging as of_transformers

    of_diffusers.disable_progress_bar()
    of_transformers.disable_progress_bar()
    with warnings.catch_warnings():
        # diffusers 0.39 builds Oobleck with the older of torch's two weight norms
        warnings.filterwarnings("ignore", message=".torch.nn.utils.weight_norm. is deprecated", category=FutureWarning)
        yield


def published(kind: Any, folder: Path, *, called: str, remedy: str, **options: Any) -> Any:
    """What diffusers' class ``kind`` reads from a folder: everything local, every weight there.

    Raises
    ------
    ModelError
        If the folder does not hold it: "This is no ``called``", with the first line of what diffusers says.
    """
    try:
        return kind.from_pretrained(folder, local_files_only=True, low_cpu_mem_usage=False, **options)
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError, TypeError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"This is no {called}: {first_line}", where=str(folder), remedy=remedy) from error
