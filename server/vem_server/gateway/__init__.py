"""HTTP and WebSocket on 127.0.0.1, for panels that cannot speak ZeroMQ; chapter "Gateway" of ``server/PROTOCOL.md``.

The gateway is a process of its own beside the daemon's, and one of its clients: it cannot stop the daemon from
answering, whatever a page does to it. The mailbox lives in the same process. Importing this loads no web server.
"""

from vem_server.gateway.process import PORTS, GatewayError, GatewayProcess, listen

__all__ = ["PORTS", "GatewayError", "GatewayProcess", "listen"]
