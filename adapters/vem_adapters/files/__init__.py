"""Editors that are no running program: a folder that is watched."""

from __future__ import annotations

from vem_adapters.files.folder_host import FolderHost
from vem_adapters.files.watch import watch

__all__ = ["FolderHost", "watch"]
