"""Parts of the gateway by themselves: tickets, what a slow page is told, and the port."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from vem_server.gateway import GatewayError, listen
from vem_server.gateway.events import Newest
from vem_server.gateway.tickets import MOST, Tickets
from vem_server.protocol.errors import ServiceError
from vem_server.protocol.messages import BeatEvent, JobEvent, JobState


def test_tickets_end_and_make_room() -> None:
    now = [0.0]
    tickets: Tickets[int] = Tickets(10, clock=lambda: now[0])
    first = tickets.issue(1)
    assert tickets.look_up(first) == tickets.look_up(first) == 1
    now[0] = 9.9
    second = tickets.issue(2)
    now[0] = 10.0
    with pytest.raises(ServiceError):
        tickets.look_up(first)
    assert tickets.redeem(second) == 2
    with pytest.raises(ServiceError):
        tickets.redeem(second)
    names = [tickets.issue(number) for number in range(MOST + 1)]
    with pytest.raises(ServiceError):
        tickets.look_up(names[0])
    assert tickets.look_up(names[-1]) == MOST
    assert len(set(names)) == len(names)


def test_a_slow_page_is_told_the_newest_of_each_job() -> None:
    def state(job: str, revision: int) -> JobEvent:
        return JobEvent(job=JobState(id=job, kind="plan", key=job, edit="/a", state="running", revision=revision))

    async def told() -> list[tuple[str, int]]:
        newest = Newest()
        for revision in range(10_000):
            for job in ("a", "b"):
                newest.put(state(job, revision))
            newest.put(BeatEvent(time=revision))
        events = await newest.take()
        assert len(events) == 3
        return [(event.job.id, event.job.revision) for event in events if isinstance(event, JobEvent)]

    assert asyncio.run(told()) == [("a", 9999), ("b", 9999)]


def test_the_first_free_port_of_the_range_on_loopback_alone() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        taken = held.getsockname()[1]
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            free = other.getsockname()[1]
        with listen([taken, free]) as listening:
            assert listening.getsockname() == ("127.0.0.1", free)
        with pytest.raises(GatewayError, match="No port"):
            listen([taken])
        threading.Timer(0.2, held.close).start()
        with listen([taken, free]) as listening:  # let go of by a gateway that is just ending
            assert listening.getsockname() == ("127.0.0.1", taken)
