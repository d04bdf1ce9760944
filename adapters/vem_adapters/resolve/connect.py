"""How a program outside of DaVinci Resolve Studio reaches it."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vem_adapters.errors import HostAbsent

_LIBRARIES = {
    "darwin": "/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/Libraries/Fusion/fusionscript.so",
    "win32": r"C:\Program Files\Blackmagic Design\DaVinci Resolve\fusionscript.dll",
    "linux": "/opt/resolve/libs/Fusion/fusionscript.so",
}
_REMEDY = (
    "Start DaVinci Resolve Studio, open a project, and set Preferences > System > General > External scripting using "
    "to Local. The free edition takes no orders from outside: use the VEM scripts in Workspace > Scripts there."
)


def library_path() -> Path:
    """Where the scripting library lies: ``RESOLVE_SCRIPT_LIB``, or its usual place on this system."""
    return Path(os.environ.get("RESOLVE_SCRIPT_LIB") or _LIBRARIES.get(sys.platform, _LIBRARIES["linux"]))


def load_library() -> Any:
    """The library ``fusionscript`` as a module.

    It is loaded itself, not through the vendor's ``DaVinciResolveScript.py``, which would need ``PYTHONPATH``.

    Raises
    ------
    HostAbsent
        If it is not installed, or does not load.
    """
    path = library_path()
    if not path.is_file():
        raise HostAbsent("DaVinci Resolve is not installed here.", where=str(path), remedy=_REMEDY)
    loader = importlib.machinery.ExtensionFileLoader("fusionscript", str(path))
    spec = importlib.util.spec_from_loader("fusionscript", loader)
    assert spec is not None
    try:
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
    except ImportError as error:
        raise HostAbsent(
            f"Resolve's scripting library does not load: {error}.", where=str(path), remedy="Reinstall DaVinci Resolve."
        ) from error
    return module


def connect(*, timeout: float = 10.0, load: Callable[[], Any] = load_library) -> Any:
    """The live ``resolve`` object.

    Parameters
    ----------
    timeout : float
        Seconds to wait. Loading the library can hang for ever while Resolve starts, or when it was killed, so this
        happens in a thread that is left behind if need be.
    load : callable
        Gives the library.

    Raises
    ------
    HostAbsent
        If Resolve does not answer in time, or refuses.
    """
    answer: queue.Queue[Any] = queue.Queue()

    def ask() -> None:
        try:
            answer.put(load().scriptapp("Resolve"))
        except HostAbsent as error:
            answer.put(error)

    threading.Thread(target=ask, name="connect to Resolve", daemon=True).start()
    try:
        found = answer.get(timeout=timeout)
    except queue.Empty:
        raise HostAbsent(f"DaVinci Resolve did not answer within {timeout:g} seconds.", remedy=_REMEDY) from None
    if isinstance(found, HostAbsent):
        raise found
    if found is None:
        raise HostAbsent("DaVinci Resolve is not running, or refuses scripts.", remedy=_REMEDY)
    return found
