"""Music for an edit: the functions that everybody comes in by. Nothing heavy is loaded before one of them is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vem_plugin.reconforming import reconform
    from vem_plugin.rescoring import rescore
    from vem_plugin.scoring import plan_edit, score_edit

_ROOMS = {
    "plan_edit": "vem_plugin.scoring",
    "reconform": "vem_plugin.reconforming",
    "rescore": "vem_plugin.rescoring",
    "score_edit": "vem_plugin.scoring",
}

__all__ = ["plan_edit", "reconform", "rescore", "score_edit"]


def __getattr__(name: str) -> Any:
    """Find a function of this door in its room, on first use."""
    if name not in _ROOMS:
        raise AttributeError(f"vem_plugin has no {name}")
    return getattr(import_module(_ROOMS[name]), name)
