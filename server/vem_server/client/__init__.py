"""A small typed client of the local service: `Client` blocks, `AsyncClient` is for asyncio; both start the daemon.

    with Client() as vem:
        print(vem.score("edit.otio", brief="warm, hopeful")["takes"][0]["mix"])

Importing this loads ZeroMQ, but neither torch nor numpy.
"""

from vem_server.client.asynchronous import AsyncClient, JobCancelled
from vem_server.client.blocking import Client

__all__ = ["AsyncClient", "Client", "JobCancelled"]
