"""The commands of training; ``python -m vem_plugin.training --help``. See ``vem_plugin.training`` for the order."""

from __future__ import annotations

from vem_plugin.training.commands import app

if __name__ == "__main__":
    app()
