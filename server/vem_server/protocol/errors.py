"""Errors on the wire: a code for programs, and what, where and remedy for people.

A code is part of the protocol: it never changes its meaning, and a new one needs a new minor version. Codes of the
first group come from the work itself and stand for the classes of ``vem_plugin.errors``; the others from the service.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from vem_plugin import errors as music
from vem_timeline import errors as timeline
from vem_timeline.errors import VemError


@dataclass(frozen=True, slots=True)
class Code:
    """A code's meaning: ``text`` for people, ``http`` the status of the gateway, ``exit_code`` that of ``vem``."""

    text: str
    http: int
    exit_code: int = 8


WORK_ERRORS: dict[str, type[VemError]] = {
    "settings_error": music.SettingsError,
    "unreadable_timeline": timeline.UnreadableTimeline,
    "empty_timeline": timeline.EmptyTimeline,
    "unwritable_timeline": timeline.UnwritableTimeline,
    "timeline_error": timeline.TimelineError,
    "media_error": music.MediaError,
    "model_error": music.ModelError,
    "render_error": music.RenderError,
    "plan_error": music.PlanError,
    "vem_error": VemError,
}
"""Codes of the errors that work raises on purpose: the names of their classes. Children stand before parents."""

CODES: dict[str, Code] = {
    "settings_error": Code("An option, or a brief, that makes no sense.", 422, 2),
    "unreadable_timeline": Code("The file is no timeline, is broken, or would have to be guessed at.", 422, 3),
    "empty_timeline": Code("The timeline has no picture, or no length.", 422, 3),
    "unwritable_timeline": Code("The scored timeline cannot be written.", 422, 6),
    "timeline_error": Code("The edit is at fault.", 422, 3),
    "media_error": Code("Picture or sound does not decode.", 422, 4),
    "model_error": Code("The model folder is missing, damaged, or of another version.", 422, 5),
    "render_error": Code("The music cannot be played or written.", 422, 6),
    "plan_error": Code("No tempo map fits the edit.", 422, 7),
    "vem_error": Code("Something went wrong that has a message, but no finer code.", 422, 1),
    "malformed": Code("The frames, or the bytes in them, are none of this protocol.", 400),
    "invalid": Code("A field is unknown, missing, of the wrong type or out of range.", 400),
    "unknown_kind": Code("There is no such message.", 400),
    "too_large": Code("The message is longer than is read.", 413),
    "version": Code("Client and daemon have no protocol version in common.", 426),
    "no_session": Code("The session is not open: say hello, then ask again.", 401),
    "replayed": Code("The counter of this frame was used before.", 409),
    "no_token": Code("The gateway wants the bearer token of the connection file.", 401),
    "wrong_token": Code("The token is wrong, or that of an earlier daemon.", 401),
    "foreign_host": Code("The request names a host that the gateway is not.", 403),
    "foreign_origin": Code("The request comes from a page that is not let in.", 403),
    "not_json": Code("The body is not said to be JSON.", 415),
    "forbidden": Code("Somebody else could read or replace what must be private.", 403),
    "path_refused": Code("The path is not absolute, or lies outside the folders that may be touched.", 403),
    "no_such_job": Code("There is no such job.", 404),
    "no_such_file": Code("There is no such file.", 404),
    "key_reused": Code("The idempotency key belongs to another request.", 409),
    "queue_full": Code("The queue is full.", 429),
    "shutting_down": Code("The daemon is stopping and takes no new jobs.", 503),
    "worker_crashed": Code("The worker process died in the middle of the job.", 500),
    "worker_hung": Code("The worker process gave no sign of life for too long, and was replaced.", 500),
    "worker_killed": Code("Somebody ended the worker process, again and again.", 500),
    "out_of_memory": Code("The job needed more memory than there is.", 507),
    "already_running": Code("A daemon of this user runs already.", 409),
    "unreachable": Code("No daemon answers.", 502),
    "internal": Code("An error that nobody foresaw; the log of the daemon has it.", 500, 1),
}
"""Every code of the protocol."""


class Problem(Struct, frozen=True, kw_only=True):
    """An error as it travels. ``code`` is one of ``CODES``."""

    code: str
    message: str
    where: str = ""
    remedy: str = ""


class ServiceError(VemError):
    """The service, not the music, is at fault. ``code`` is one of ``CODES``."""

    def __init__(self, code: str, what: str = "", *, where: str = "", remedy: str = "") -> None:
        self.code = code
        self.exit_code = CODES[code].exit_code
        super().__init__(what or CODES[code].text, where=where, remedy=remedy)


def problem_of(error: BaseException) -> Problem:
    """Any exception as a problem; one that nobody foresaw becomes ``internal``, with its type and first line only."""
    if isinstance(error, VemError):
        code = getattr(error, "code", "")  # errors of the service name their own
        if code not in CODES:
            code = next(code for code, kind in WORK_ERRORS.items() if isinstance(error, kind))
        return Problem(code=code, message=error.what, where=error.where, remedy=error.remedy)
    first_line = (str(error).splitlines() or [""])[0][:300]
    return Problem(
        code="internal",
        message=f"{type(error).__name__}: {first_line}",
        remedy="`vem daemon logs` tells more; please report it.",
    )


def error_of(problem: Problem) -> VemError:
    """The exception that a problem stands for, so that the command line ends the same with and without a daemon."""
    kind = WORK_ERRORS.get(problem.code)
    if kind is not None:
        return kind(problem.message, where=problem.where, remedy=problem.remedy)
    code = problem.code if problem.code in CODES else "internal"
    return ServiceError(code, problem.message, where=problem.where, remedy=problem.remedy)
