"""What the daemon tells its listeners: job events, daemon events, heartbeats, and current states for latecomers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

import zmq

from vem_server.daemon.desk import without_result
from vem_server.protocol.codec import encode
from vem_server.protocol.frames import BEAT_TOPIC, DAEMON_TOPIC, JOB_TOPIC, NOW_TOPIC, event_frames
from vem_server.protocol.messages import BeatEvent, DaemonEvent, DaemonState, Event, JobEvent, JobState, WelcomeEvent

RECENT = 50
"""Jobs that have ended which a latecomer is told of."""
_NOW = re.compile(re.escape(NOW_TOPIC) + rb"[A-Za-z0-9]{8,64}")


class Events:
    """The publishing end.

    Parameters
    ----------
    socket : zmq.Socket
        An XPUB that is bound.
    jobs, daemon : callable
        Current states, asked for when a latecomer arrives.
    """

    def __init__(
        self, socket: zmq.Socket[bytes], *, jobs: Callable[[], Iterable[JobState]], daemon: Callable[[], DaemonState]
    ) -> None:
        self._socket = socket
        self._jobs = jobs
        self._daemon = daemon
        self._topics: set[bytes] = set()
        self._number = 0

    @property
    def heard(self) -> bool:
        """Whether anybody listens to jobs or the daemon."""
        lasting = (JOB_TOPIC, DAEMON_TOPIC)
        return any(topic.startswith(lasting) or any(one.startswith(topic) for one in lasting) for topic in self._topics)

    def tell_job(self, job: JobState) -> None:
        """Publish that a job has moved."""
        self._publish(JOB_TOPIC + job.id.encode(), JobEvent(job=without_result(job)))

    def tell_daemon(self) -> None:
        """Publish how the daemon is."""
        self._publish(DAEMON_TOPIC, DaemonEvent(daemon=self._daemon()))

    def beat(self) -> None:
        """Publish that the daemon lives, if anybody listens at all."""
        if self._topics:
            self._publish(BEAT_TOPIC, BeatEvent(time=time.time()))

    def note_subscription(self, frame: bytes) -> None:
        """Take in what a listener has sent: a topic subscribed to (1) or dropped (0); anything else is passed over."""
        topic = frame[1:]
        if frame[:1] == b"\1":
            if _NOW.fullmatch(topic):
                self._welcome(topic)
            else:
                self._topics.add(topic)
        elif frame[:1] == b"\0":
            self._topics.discard(topic)

    def _publish(self, topic: bytes, event: Event) -> None:
        self._number += 1
        self._send(topic, event)

    def _welcome(self, topic: bytes) -> None:
        for job in self._jobs():
            self._send(topic, JobEvent(job=without_result(job)))
        self._send(topic, DaemonEvent(daemon=self._daemon()))
        self._send(topic, WelcomeEvent(number=self._number))

    def _send(self, topic: bytes, event: Event) -> None:
        self._socket.send_multipart(event_frames(topic, self._number, encode(event)))
