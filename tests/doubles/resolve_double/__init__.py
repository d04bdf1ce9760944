"""A double of DaVinci Resolve: its scripting objects with the rules that the vendor and others have written down.

It is not the program. It refuses what the program's published signatures do not know, and does what
``facts`` in ``adapters/README.md`` say, their traps first of all: absolute and relative frames, tracks from 1, one
marker a frame, silent collisions, ghosts, None for a name that is taken.
"""

from __future__ import annotations

from resolve_double.program import Program
from resolve_double.signatures import Refused

__all__ = ["Program", "Refused"]
