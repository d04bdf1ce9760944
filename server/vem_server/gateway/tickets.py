"""What stands in for the token where it cannot be sent: one-time codes for a page, tickets for media elements.

Both are random, kept in memory only, and short-lived; a code opens the door once, a ticket opens one file.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from vem_server.protocol.errors import ServiceError

CODE_SECONDS = 60.0
TICKET_SECONDS = 600.0
MOST = 4096
"""Most of either that are open at once; the oldest make room."""

What = TypeVar("What")


class Tickets(Generic[What]):
    """Random names that stand for something for a while.

    Parameters
    ----------
    seconds : float
        How long a name holds.
    clock : callable
        Tells the time in seconds; replaced in tests.
    """

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._open: dict[str, tuple[float, What]] = {}

    def issue(self, what: What) -> str:
        """A new name for something: 256 random bits as 43 characters that are safe in a URL."""
        self._forget_old()
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
        name = secrets.token_urlsafe(32)
        self._open[name] = (self._clock() + self.seconds, what)
        return name

    def look_up(self, name: str) -> What:
        """What a name stands for.

        Raises
        ------
        ServiceError
            ``wrong_token``, if it never stood for anything, or its time is up.
        """
        self._forget_old()
        if name not in self._open:
            raise ServiceError("wrong_token", "This ticket is not, or no longer, valid.", remedy="Ask for another.")
        return self._open[name][1]

    def redeem(self, name: str) -> What:
        """As `look_up`, and the name is used up."""
        what = self.look_up(name)
        del self._open[name]
        return what

    def _forget_old(self) -> None:
        """Names are in order of their end, since all hold equally long."""
        now = self._clock()
        while self._open and next(iter(self._open.values()))[0] <= now:
            del self._open[next(iter(self._open))]


def codes() -> Tickets[None]:
    """One-time codes by which a page gets the token."""
    return Tickets(CODE_SECONDS)


def file_tickets() -> Tickets[Path]:
    """Tickets by which a media element reads one file, again and again, in ranges."""
    return Tickets(TICKET_SECONDS)
