"""Jobs: a journal that outlives the process, a queue, worker processes, and the work itself.

The daemon's I/O process holds one `JobRoom`; nothing here does any of the work in that process.
"""

from vem_server.jobs.limits import Limits
from vem_server.jobs.room import JobRoom
from vem_server.jobs.roots import Roots

__all__ = ["JobRoom", "Limits", "Roots"]
