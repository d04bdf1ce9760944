"""A studio on a Ray cluster: the work is done there, everything else stays here.

A worker process of the daemon holds one actor on the cluster, which keeps the models loaded and does one job at a time;
Ray gives it a graphics card where there is one (``num_gpus``). The worker hears it, keeps the ledger for it, and passes
cancellations on. Needed on every node: vem-plugin of the same version, and the media and project folders under the same
paths.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import msgspec

from vem_plugin.progress import Report
from vem_server.jobs.sweeping import JobLedger
from vem_server.jobs.words import Ready
from vem_server.protocol.errors import Problem, ServiceError, error_of, problem_of
from vem_server.protocol.messages import JobRequest

SCHEME = "ray://"
CLIENT_PORT = 10001
"""Where the head of a Ray cluster listens for clients, if nothing else is said."""
NEWS_SECONDS = 0.05
"""How long an actor waits for something to tell before it answers with nothing."""
STOP_SECONDS = 0.1
"""How long an actor has to stop a job by itself before it is ended and another one takes its place."""
ANSWER_SECONDS = 60.0
"""How long the work waits for the ledger before it gives up: the daemon is gone then."""


class Unwanted(BaseException):
    """On the cluster: the job is not wanted any more."""


@dataclass(frozen=True, slots=True)
class _Said:
    """Progress, as a ``Report`` hears it."""

    stage: str
    done: float
    note: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call of the ledger, which is with the daemon; the work waits for the answer."""

    method: str
    arguments: tuple[Any, ...]
    named: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Over:
    """The job is over, with a result, a problem, or neither if it was stopped."""

    result: dict[str, Any] | None = None
    problem: Problem | None = None


class FarStudio:
    """The actor: does jobs on a node of the cluster. Its methods run side by side, in threads of Ray's."""

    def __init__(self) -> None:
        self._news: queue.SimpleQueue[_Said | _Asked | _Over] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._unwanted = threading.Event()

    def warm(self) -> Ready:
        """Load the models, and keep them."""
        from vem_server.jobs.warming import warm

        return next(ready for ready in warm("studio") if ready is not None)

    def perform(self, request: bytes) -> None:
        """Do a job; what there is to say of it comes out of `news`, its end last."""
        from vem_server.jobs.work import perform

        self._unwanted.clear()
        try:
            asked = msgspec.msgpack.decode(request, type=JobRequest)
            over = _Over(result=perform(asked, self._report, ledger=_FarLedger(self)))  # type: ignore[arg-type]
        except Unwanted:
            over = _Over()
        except Exception as error:  # noqa: BLE001 -- a job may fail in any way; the actor goes on
            over = _Over(problem=problem_of(error))
        self._news.put(over)

    def news(self) -> list[Any]:
        """What has been said since the last call; waits a moment for the first word."""
        try:
            heard = [self._news.get(timeout=NEWS_SECONDS)]
        except queue.Empty:
            return []
        while not self._news.empty():
            heard.append(self._news.get())
        return heard

    def answer(self, value: Any) -> None:
        """The ledger's answer to what was asked last."""
        self._answers.put(value)

    def stop(self) -> None:
        """The job is not wanted any more."""
        self._unwanted.set()

    def ask(self, asked: _Asked) -> Any:
        """Ask the ledger, and wait."""
        self._news.put(asked)
        return self._answers.get(timeout=ANSWER_SECONDS)

    def _report(self, stage: str, done: float, note: str = "") -> None:
        # As in a local worker: what is published is finished.
        if self._unwanted.is_set() and not (stage == "write" and done >= 1):
            raise Unwanted
        self._news.put(_Said(stage, done, note))


class _FarLedger:
    """A ``JobLedger`` whose every call is answered by the one beside the journal."""

    def __init__(self, studio: FarStudio) -> None:
        self._studio = studio

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *arguments, **named: self._studio.ask(_Asked(method, arguments, named))


class Cluster:
    """A Ray cluster, and our actor on it.

    Parameters
    ----------
    address : str
        ``ray://HOST`` or ``ray://HOST:PORT``.

    Raises
    ------
    ServiceError
        ``internal``, if Ray is not installed or the cluster does not answer.
    """

    def __init__(self, address: str) -> None:
        try:
            self._ray: Any = import_module("ray")
        except ImportError as error:
            raise ServiceError(
                "internal", "Ray is not installed.", remedy="pip install 'vem-plugin[ray]', here and on every node."
            ) from error
        place = address if ":" in address.removeprefix(SCHEME) else f"{address}:{CLIENT_PORT}"
        try:
            self._ray.init(place, namespace="vem", log_to_driver=False)
        except (ConnectionError, RuntimeError, TimeoutError) as error:
            raise ServiceError(
                "internal",
                f"The Ray cluster does not answer: {str(error).splitlines()[0]}",
                where=place,
                remedy="Start its head with `ray start --head`, of the same versions of Ray and Python.",
            ) from error
        self.gpus = 1 if self._ray.cluster_resources().get("GPU", 0) >= 1 else 0
        self._studio: Any = None

    def warm(self) -> Ready:
        """Have the actor load the models."""
        return self._ray.get(self._actor().warm.remote())

    def perform(
        self, request: JobRequest, report: Report, *, ledger: JobLedger, unwanted: Callable[[], bool]
    ) -> dict[str, Any] | None:
        """Have a job done on the cluster; None if it was stopped, because ``unwanted`` said so.

        ``report`` must not raise.

        Raises
        ------
        VemError
            As the work itself; ``worker_crashed`` if the node was lost.
        """
        studio = self._actor()
        studio.perform.remote(msgspec.msgpack.encode(request))
        try:
            while True:
                for word in self._ray.get(studio.news.remote()):
                    if isinstance(word, _Asked):
                        studio.answer.remote(getattr(ledger, word.method)(*word.arguments, **word.named))
                    elif isinstance(word, _Over):
                        return _result_of(word)
                    else:
                        report(word.stage, word.done, word.note)
                if unwanted():
                    return self._stop(studio, ledger)
        except self._ray.exceptions.RayError as error:
            self._studio = None
            raise ServiceError(
                "worker_crashed",
                f"The node of the cluster that did the work was lost: {type(error).__name__}.",
                remedy="See the dashboard of the cluster; the job can be asked for again.",
            ) from error

    def _actor(self) -> Any:
        if self._studio is None:
            remote = self._ray.remote(FarStudio)
            self._studio = remote.options(num_cpus=1, num_gpus=self.gpus, max_concurrency=4).remote()
        return self._studio

    def _stop(self, studio: Any, ledger: JobLedger) -> dict[str, Any] | None:
        """Stop a job: it may do so by itself; else its actor is ended."""
        studio.stop.remote()
        waited = 0.0
        while waited < STOP_SECONDS:
            for word in self._ray.get(studio.news.remote()):
                if isinstance(word, _Asked):
                    studio.answer.remote(getattr(ledger, word.method)(*word.arguments, **word.named))
                elif isinstance(word, _Over):
                    return _result_of(word)
            waited += NEWS_SECONDS
        self._ray.kill(studio)
        self._studio = None
        return None


def _result_of(over: _Over) -> dict[str, Any] | None:
    if over.problem is not None:
        raise error_of(over.problem)
    return over.result
