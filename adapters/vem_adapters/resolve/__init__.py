"""DaVinci Resolve Studio, by its scripting API. The free edition is served by Lua (``adapters/resolve``).

Rules of the API that the code rests on (sources: ``adapters/README.md``): timelines and tracks count from 1; items lie
at absolute frames (01:00:00:00 at 24 is 86400) and so does ``recordFrame``, but a timeline's markers count from its
first frame; a frame holds one marker; ``AddTrack`` without a type makes a mono track; an append onto something is
dropped silently; ``hasattr`` is true of every name, so what a version can do is told by ``dir``.
"""

from __future__ import annotations

from vem_adapters.resolve.connect import connect
from vem_adapters.resolve.host import ResolveHost

__all__ = ["ResolveHost", "connect"]
