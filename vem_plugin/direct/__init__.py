"""The music conductor: from what is seen, felt and asked for to a cue sheet (VeM, "music conductor")."""

from vem_plugin.direct.conductor import direct
from vem_plugin.direct.telling import retell

__all__ = ["direct", "retell"]
