"""Keys of one daemon: two CURVE pairs, new with every start, and the gateway's token, which outlives it.

The token lasts so that a panel that is open in an editor finds its way back to a daemon that was started anew.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import zmq

from vem_server.protocol import places


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """CURVE keys in Z85: the daemon's own pair, and the pair that it gives to the clients of its user."""

    server: bytes
    server_secret: bytes
    client: bytes
    client_secret: bytes


def fresh_keys() -> Keys:
    """Two new pairs."""
    server, server_secret = zmq.curve_keypair()
    client, client_secret = zmq.curve_keypair()
    return Keys(server, server_secret, client, client_secret)


def lasting_token(path: Path | None = None) -> str:
    """The gateway's token: made once, kept in a file for its owner alone, and made anew if others could read it."""
    path = path or places.data_folder() / "gateway.token"
    with suppress(FileNotFoundError):
        private = os.name != "posix" or not path.stat().st_mode & 0o077
        token = path.read_text("ascii", errors="replace").strip()
        if private and len(token) == 43 and token.isascii():
            return token
        path.unlink()
    token = secrets.token_urlsafe(32)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token + "\n")
    return token
