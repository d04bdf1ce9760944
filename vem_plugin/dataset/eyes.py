"""The product's encoders of words and pictures, loaded once a process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vem_plugin.models.placement import Device, Placement

if TYPE_CHECKING:
    from vem_plugin.encoders.picture import PictureEncoder
    from vem_plugin.encoders.text import TextEncoder


def text_encoder(device: Device = "cpu") -> TextEncoder:
    """The text encoder."""
    from vem_plugin import stages

    return stages.text_encoder(Placement(device))


def picture_encoder(folder: Path | None = None, device: Device = "cpu") -> PictureEncoder:
    """A picture encoder; the one that ships if no folder is named."""
    from vem_plugin import stages

    return stages.picture_encoder(folder, Placement(device))
