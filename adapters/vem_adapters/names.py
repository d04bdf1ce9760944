"""Names of projects and timelines as names of files."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"""[\x00-\x1f\x7f<>:"/\\|?*'`$%!^&;]+""")


def file_name_of(text: str, *, otherwise: str) -> str:
    """A name without anything that a file system or a command line reads as its own.

    The same as ``safe_name`` in ``adapters/resolve/lua/01_place.lua``, so that both find the same folder.

    Parameters
    ----------
    text : str
        What the editor called it.
    otherwise : str
        The name if nothing is left.
    """
    return " ".join(_UNSAFE.sub(" ", text).split()).strip(" .") or otherwise
