"""The I/O loop: control before requests, each for a moment at most, events as they come in, and the clock.

One thread, no waiting but for the poll. An answer that cannot be delivered at once is dropped, as its asker is gone or
does not read, and asks again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

import zmq

from vem_server.daemon.desk import HEARTBEAT
from vem_server.daemon.events import Events
from vem_server.daemon.inbox import Inbox
from vem_server.daemon.reception import Reception
from vem_server.daemon.sessions import Entrance
from vem_server.daemon.sockets import Sockets

log = logging.getLogger(__name__)

SLICE = 0.01
"""Seconds that one socket is served before the others are looked at: a burst of new jobs keeps no cancel waiting."""


class Loop:
    """Runs until it is told to stop, or nothing has happened for ``idle_exit`` seconds (0: never).

    Parameters
    ----------
    busy : callable
        Whether any job is queued or running.
    every_beat : callable
        Called once a second; must be quick.
    """

    def __init__(
        self,
        sockets: Sockets,
        reception: Reception,
        events: Events,
        inbox: Inbox,
        *,
        busy: Callable[[], bool],
        idle_exit: float,
        every_beat: Callable[[], None],
    ) -> None:
        self._sockets = sockets
        self._reception = reception
        self._events = events
        self._inbox = inbox
        self._busy = busy
        self._idle_exit = idle_exit
        self._every_beat = every_beat
        self._last_use = time.monotonic()
        self._next_beat = self._last_use
        self._draining = False
        self._leaving = False

    @property
    def shutting_down(self) -> bool:
        """Whether new jobs are refused."""
        return self._draining or self._leaving

    def stop(self, drain: bool = False) -> None:
        """Leave the loop soon; with ``drain`` not before every job has ended. May be called by a signal handler."""
        if drain:
            self._draining = True
        else:
            self._leaving = True
        self._inbox.put_workers()

    def run(self) -> None:
        """Serve."""
        poller = zmq.Poller()
        for one in (self._sockets.control, self._sockets.requests, self._sockets.events, self._inbox.fileno()):
            poller.register(one, zmq.POLLIN)
        while not self._over():
            ready = dict(poller.poll(max(0, round(1000 * (self._next_beat - time.monotonic())))))
            if self._sockets.control in ready:
                self._serve("control", self._sockets.control)
            if self._sockets.requests in ready:
                self._serve("requests", self._sockets.requests)
            if self._sockets.events in ready:
                self._note_subscriptions()
            if self._inbox.fileno() in ready:
                self._tell()
            if time.monotonic() >= self._next_beat:
                self._next_beat = time.monotonic() + HEARTBEAT
                self._events.beat()
                self._every_beat()
        self._events.tell_daemon()

    def _over(self) -> bool:
        if self._leaving or (self._draining and not self._busy()):
            self._leaving = True
            return True
        now = time.monotonic()
        if self._events.heard or self._busy():
            self._last_use = now
        if self._idle_exit and now - self._last_use > self._idle_exit:
            log.info("nothing to do for %g s: leaving", self._idle_exit)
            self._leaving = True
        return self._leaving

    def _serve(self, entrance: Entrance, socket: zmq.Socket[bytes]) -> None:
        latest = time.monotonic() + SLICE
        while time.monotonic() < latest:
            try:
                sender, *frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            self._last_use = time.monotonic()
            answer = self._reception.answer(entrance, frames)
            with suppress(zmq.ZMQError):  # the asker is gone, or takes no answers
                socket.send_multipart([sender, *answer], zmq.NOBLOCK)

    def _note_subscriptions(self) -> None:
        with suppress(zmq.Again):
            while True:
                frame, *_ = self._sockets.events.recv_multipart(zmq.NOBLOCK)
                self._events.note_subscription(frame)

    def _tell(self) -> None:
        jobs, workers_changed = self._inbox.take()
        for job in jobs:
            self._events.tell_job(job)
            if job.ended is not None:
                outcome = job.state if job.error is None else f"{job.state}, {job.error.code}"
                log.info("job %s (%s) %s after %.1f s", job.id, job.kind, outcome, job.ended - job.created)
        if workers_changed:
            self._events.tell_daemon()
