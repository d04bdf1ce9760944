"""A folder in which a request is dropped as a file, and an answer appears as one.

    mailbox/requests/NAME.json     dropped by the client
    mailbox/answers/NAME.json      the daemon's answer
    mailbox/answers/NAME.lua       the same for ``dofile``; written last

Both folders, and all files in them, are the owner's alone. An answer is renamed into place, so nobody reads half of
one. A request may be written in place: one that is no JSON yet is left alone until it has not grown for a while. It is
taken away only after its answer is there, and its name is its key: after a crash at any moment it is answered again,
and no work is done twice.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import stat
import tempfile
import time
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from vem_server.client import AsyncClient
from vem_server.client.asynchronous import OVER
from vem_server.gateway.asking import answer
from vem_server.mailbox.lua import as_lua
from vem_server.protocol import places
from vem_server.protocol.codec import LARGEST_REQUEST, decode_reply, encode
from vem_server.protocol.errors import ServiceError, problem_of
from vem_server.protocol.messages import AnyReply, ErrorReply, JobReply, JobState
from vem_timeline.errors import VemError

log = logging.getLogger(__name__)

LOOK = 0.1
"""Seconds between two looks into the folder."""
REST = 2.0
"""Seconds after which a file that is no JSON counts as finished, and wrong."""
PACE = 0.25
"""Least seconds between two answers about a job that goes on."""
KEEP = 24 * 3600.0
"""Seconds that an answer is kept."""
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
MOST_AT_ONCE = 32
AWAY = ("unreachable", "shutting_down")
"""What is said when no daemon takes the request."""
TRIES = 20


def mailbox_folder() -> Path:
    """Where the mailbox lies: always the same place, so that a script finds it without asking."""
    return places.data_folder() / "mailbox"


class Mailbox:
    """Answers what is dropped.

    Parameters
    ----------
    client : AsyncClient
        The way to the daemon.
    folder : Path, optional
        The mailbox; it is made if it is not there.
    """

    def __init__(self, client: AsyncClient, folder: Path | None = None) -> None:
        self._client = client
        folder = _private(folder or mailbox_folder())
        self.requests = _private(folder / "requests")
        self.answers = _private(folder / "answers")
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def watch(self, stop: asyncio.Event) -> None:
        """Look for requests until ``stop`` is set; jobs that an earlier watch saw going on are told of further."""
        self._go_on()
        swept = -KEEP
        try:
            while not stop.is_set():
                self.look()
                if time.monotonic() - swept > 3600:
                    swept = time.monotonic()
                    self._sweep()
                await asyncio.sleep(LOOK)
        finally:
            tasks = list(self._at_work.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def look(self) -> None:
        """Begin to answer what has been dropped since the last look."""
        with os.scandir(self.requests) as entries:
            dropped = [entry for entry in entries if entry.name.endswith(".json")]
        for entry in dropped:
            name = entry.name.removesuffix(".json")
            if NAME.match(name) and name not in self._at_work and len(self._at_work) < MOST_AT_ONCE:
                self._begin(name, self._serve(name, Path(entry.path)))

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        async def watched() -> None:
            """Do the work; where the disk refuses, leave the request for the next look."""
            try:
                await work
            except OSError as error:  # a full disk, say: the request is still there for the next look
                log.warning("the answer %s cannot be written: %s", name, error)
                await asyncio.sleep(REST)
            finally:
                self._at_work.pop(name, None)

        self._at_work[name] = asyncio.create_task(watched(), name=f"mail {name}")

    async def _serve(self, name: str, place: Path) -> None:
        """Answer one request, take it away, and tell of its job until that is over."""
        try:
            body = _body_of(place)
            if body is None:
                return
            reply = await answer(self._client, body, name=name)
        except ServiceError as error:
            reply = ErrorReply.to(name, problem_of(error))
        if isinstance(reply, ErrorReply) and reply.code in AWAY:  # the next daemon answers it
            await asyncio.sleep(REST)
            return
        self._put(name, reply)
        place.unlink(missing_ok=True)
        if isinstance(reply, JobReply) and reply.job.state not in OVER:
            await self._follow(name, reply)

    async def _follow(self, name: str, reply: JobReply) -> None:
        """Write the answer anew as the job goes on, and once more when it is over."""
        written = 0.0

        def tell(state: JobState) -> None:
            nonlocal written
            if state.state not in OVER and time.monotonic() - written >= PACE:
                written = time.monotonic()
                self._put(name, JobReply(id=reply.id, job=state))

        try:
            over = await self._client.wait(reply.job.id, on_progress=tell)
            self._put(name, JobReply(id=reply.id, job=over))
        except VemError as error:
            told = ErrorReply.to(reply.id, problem_of(error))
            if told.code not in AWAY:
                self._put(name, told)

    def _go_on(self) -> None:
        """Follow the jobs whose last answer says that they are not over."""
        for file in self.answers.glob("*.json"):
            try:
                reply = decode_reply(file.read_bytes(), "json")
            except (OSError, ServiceError):
                continue
            if isinstance(reply, JobReply) and reply.job.state not in OVER:
                self._begin(file.stem, self._follow(file.stem, reply))

    def _put(self, name: str, reply: AnyReply) -> None:
        """Give an answer its name, as JSON and then as Lua, each whole or not at all."""
        told = encode(reply, "json")
        write_whole(self.answers / f"{name}.json", told)
        write_whole(self.answers / f"{name}.lua", as_lua(msgspec.json.decode(told)).encode("ascii"))

    def _sweep(self) -> None:
        """Throw away old answers, and what was dropped long ago and is no request."""
        for folder in (self.requests, self.answers):
            for file in folder.iterdir():
                with suppress(OSError):
                    if time.time() - file.lstat().st_mtime > KEEP:
                        file.unlink()


def write_whole(place: Path, content: bytes) -> None:
    """Write a file for its owner alone, under another name first."""
    handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    for left in reversed(range(TRIES)):
        try:
            os.replace(draft, place)
        except PermissionError:  # Windows, while somebody reads the file that was there
            if not left:
                Path(draft).unlink(missing_ok=True)
                raise
            time.sleep(0.01)
        else:
            return


def _body_of(place: Path) -> bytes | None:
    """What a request holds; None if it is not finished, or gone.

    Raises
    ------
    ServiceError
        ``forbidden`` for what is no plain file of ours, ``too_large``.
    """
    try:
        found = place.lstat()
        if not stat.S_ISREG(found.st_mode) or (os.name == "posix" and found.st_uid != os.getuid()):
            raise ServiceError("forbidden", "A request is a plain file of your own.", where=str(place))
        if found.st_size > LARGEST_REQUEST:
            raise ServiceError("too_large", f"The file has {found.st_size} bytes; {LARGEST_REQUEST} are read.")
        with open(os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            body = file.read(LARGEST_REQUEST + 1)
    except FileNotFoundError:
        return None
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        if time.time() - found.st_mtime < REST:
            return None
    return body


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
