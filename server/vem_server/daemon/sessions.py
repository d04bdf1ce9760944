"""Sessions of clients: who has said hello, and which frames of theirs were seen.

Memory is bounded: of more than `MOST` sessions the least used one is forgotten, and its client says hello again.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import Literal

from vem_server.protocol.errors import ServiceError

Entrance = Literal["requests", "control"]
"""The socket by which a message came."""

MOST = 4096


class Sessions:
    """Open sessions, least used first, each with the last counter seen on either socket."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._last: OrderedDict[bytes, dict[Entrance, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._last)

    def open(self) -> str:
        """A new session: a word that nobody can guess."""
        session = secrets.token_hex(16)
        self._last[session.encode()] = {}
        if len(self._last) > self._most:
            self._last.popitem(last=False)
        return session

    def admit(self, session: bytes, entrance: Entrance, counter: int) -> None:
        """Let one frame pass, and no second one with its counter.

        Raises
        ------
        ServiceError
            ``no_session`` or ``replayed``.
        """
        seen = self._last.get(session)
        if seen is None:
            raise ServiceError("no_session", remedy="Say hello, then ask again with the same id and key.")
        if counter <= seen.get(entrance, -1):
            raise ServiceError("replayed", f"Counter {counter} is not above the last one, {seen[entrance]}.")
        seen[entrance] = counter
        self._last.move_to_end(session)
