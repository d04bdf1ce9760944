"""From the frames of a request to the frames of its answer, whatever the frames are.

Checked in the order that ``PROTOCOL.md`` gives: magic, number of frames, session and counter, length, message. Nothing
in here touches a socket, so that tests and fuzzing meet exactly what a client meets.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from vem_server.daemon.desk import Desk
from vem_server.daemon.sessions import Entrance, Sessions
from vem_server.protocol.codec import decode_request, encode, id_of
from vem_server.protocol.errors import ServiceError, problem_of
from vem_server.protocol.frames import Envelope, open_envelope
from vem_server.protocol.messages import AnyReply, AnyRequest, ErrorReply, Hello
from vem_timeline.errors import VemError

log = logging.getLogger(__name__)


class Reception:
    """Where messages come in."""

    def __init__(self, desk: Desk, sessions: Sessions) -> None:
        self._desk = desk
        self._sessions = sessions

    def answer(self, entrance: Entrance, frames: Sequence[bytes]) -> list[bytes]:
        """The frames to send back, without the routing id."""
        try:
            envelope = open_envelope(frames)
        except ServiceError as error:
            return Envelope(b"", 0, encode(ErrorReply.to("", problem_of(error)))).frames()
        reply = self._reply(entrance, envelope)
        return Envelope(envelope.session, envelope.counter, encode(reply)).frames()

    def _reply(self, entrance: Entrance, envelope: Envelope) -> AnyReply:
        try:
            return self._desk.answer(self._admitted(entrance, envelope))
        except VemError as error:
            return ErrorReply.to(id_of(envelope.body), problem_of(error))
        except Exception as error:  # one request must not end the daemon: told to its asker, and logged
            log.exception("a request failed in a way that nobody foresaw")
            return ErrorReply.to(id_of(envelope.body), problem_of(error))

    def _admitted(self, entrance: Entrance, envelope: Envelope) -> AnyRequest:
        if envelope.session:
            self._sessions.admit(envelope.session, entrance, envelope.counter)
        request = decode_request(envelope.body)
        if not envelope.session and not isinstance(request, Hello):
            raise ServiceError("no_session", remedy="Say hello, then ask again with the same id and key.")
        return request
