"""Assembles the scripts for Resolve's menu Workspace > Scripts from ``lua/``: each holds all it needs.

    python adapters/resolve/build.py

Resolve lists every file in its script folders, and where its Lua looks for modules differs from build to build, so
there is no shared module to be found or missed.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = {
    "VEM Score this timeline.lua": "score",
    "VEM Score this shot anew.lua": "rescore",
    "VEM Fit the music to the changed edit.lua": "reconform",
    "VEM Put the music before back.lua": "undo",
    "VEM Remove our markers.lua": "unmark",
}


def assembled(task: str) -> str:
    """One script: its task, then the sources in their order."""
    note = "-- Made by adapters/resolve/build.py from adapters/resolve/lua: change those, not this."
    head = f'{note}\nlocal TASK = "{task}"\n'
    return "\n".join([head, *(path.read_text(encoding="utf-8") for path in sorted((HERE / "lua").glob("*.lua")))])


def main() -> None:
    """Write all scripts."""
    folder = HERE / "scripts" / "Utility"
    folder.mkdir(parents=True, exist_ok=True)
    for name, task in SCRIPTS.items():
        (folder / name).write_text(assembled(task), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
