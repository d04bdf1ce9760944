"""The three sockets of the daemon, and the check of every client's key.

Every socket is a CURVE server in the ZAP domain ``vem``: libzmq then refuses any connection that the check did not
pass, and any if the check itself were missing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import zmq
from zmq.auth.thread import ThreadAuthenticator

from vem_server.daemon.keys import Keys
from vem_server.protocol.codec import LARGEST_FRAME
from vem_server.protocol.errors import ServiceError

log = logging.getLogger(__name__)

DOMAIN = "vem"
HEARTBEAT_MS = 2_000
SILENCE_MS = 6_000
HANDSHAKE_MS = 5_000
"""A peer that has not shown its key by then is cut off."""
LONGEST_QUEUE = 10_000
"""Messages kept for a peer that does not take them; what is more is dropped, and seen by the peer in the numbers."""
FAREWELL_MS = 500
"""How long closing sockets may still send."""


@dataclass(frozen=True, slots=True)
class KnownClients:
    """The keys that are let in; called by the authenticator for every handshake."""

    allowed: frozenset[bytes]

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether a client with this key (Z85) may enter."""
        if key not in self.allowed:
            log.warning("refused a client with an unknown key")
            return False
        return True


class Sockets:
    """Bound sockets: ``requests`` and ``control`` (ROUTER), ``events`` (XPUB).

    Parameters
    ----------
    keys : Keys
        The daemon's keys; clients with ``keys.client`` are let in.
    address : str
        IPv4 address of the one interface to listen on; ports are whichever are free.

    Raises
    ------
    ServiceError
        ``unreachable``, if the address is not this machine's.
    """

    def __init__(self, keys: Keys, *, address: str = "127.0.0.1") -> None:
        self._context = zmq.Context()
        self._check = ThreadAuthenticator(self._context, log=logging.getLogger("vem_server.daemon.keys"))
        self._check.start()
        self._check.configure_curve_callback(domain=DOMAIN, credentials_provider=KnownClients(frozenset({keys.client})))
        try:
            self.requests, self.requests_endpoint = self._bind(zmq.ROUTER, keys, address)
            self.control, self.control_endpoint = self._bind(zmq.ROUTER, keys, address)
            self.events, self.events_endpoint = self._bind(zmq.XPUB, keys, address)
        except zmq.ZMQError as error:
            self.close()
            raise ServiceError(
                "unreachable",
                f"Nothing can listen on {address}: {error}.",
                remedy="Give --bind an address of your own.",
            ) from error

    def _bind(self, kind: int, keys: Keys, address: str) -> tuple[zmq.Socket[bytes], str]:
        socket = self._context.socket(kind)
        socket.curve_server = True
        socket.curve_secretkey = keys.server_secret
        socket.zap_domain = DOMAIN.encode()
        socket.maxmsgsize = LARGEST_FRAME
        socket.handshake_ivl = HANDSHAKE_MS
        socket.heartbeat_ivl = HEARTBEAT_MS
        socket.heartbeat_timeout = SILENCE_MS
        socket.sndhwm = socket.rcvhwm = LONGEST_QUEUE
        socket.backlog = 1024
        socket.linger = FAREWELL_MS
        socket.sndtimeo = 0
        socket.bind(f"tcp://{address}:*")
        return socket, socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")

    def close(self) -> None:
        """Send what is waiting, for half a second at most, and close."""
        self._check.stop()
        self._context.destroy(linger=FAREWELL_MS)
