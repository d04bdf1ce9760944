"""How fast the daemon answers: alone, to 200 clients at once, and while a job keeps every core busy.

    python benchmarks/server_load.py [--clients 200] [--requests 20000] [--job]

Every client waits for its answer before it asks again. ``flat out`` lets them ask as fast as they can, so the time of
an answer is mostly that of standing in line behind the other clients; ``paced`` has each ask ten times a second.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from pathlib import Path

import msgspec
import psutil
import zmq
from server_line import EXAMPLES, Line, daemon_in, load_of

from vem_server.protocol.connection import Connection, read_connection

PROCESSES = 2


def main() -> None:
    """Measure starts, clients and jobs of a daemon of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clients", type=int, default=200)
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--starts", type=int, default=5)
    options.add_argument("--job", action="store_true", help="also while an edit is scored")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        say_starts([start_time(home / f"start{number}") for number in range(asked.starts)])
        with daemon_in(home / "load", "--no-gateway") as found:
            wait_for_models(found)
            report("hello, one client, idle", hello_times(found, 5_000))
            for name, pause in (("paced", 0.1), ("flat out", 0.0)) if asked.clients else ():
                measure_clients(found, asked.clients, asked.requests, name, pause)
            if asked.job:
                measure_under_a_job(found, home / "load")


def start_time(home: Path) -> float:
    """Seconds from starting the process to its first answer, keys exchanged and all."""
    began = time.perf_counter()
    with daemon_in(home, "--no-gateway") as found, zmq.Context() as context:
        line = Line(context, found)
        line.hello()
        taken = time.perf_counter() - began
        line.socket.close()
    return taken


def say_starts(times: list[float]) -> None:
    """Print the seconds to the first answer."""
    if times:
        print(f"start to first answer: median {sorted(times)[len(times) // 2]:.2f} s, worst {max(times):.2f} s")


def wait_for_models(found: Connection) -> None:
    """Loading them is work of its own, measured with the job."""
    with zmq.Context() as context:
        line = Line(context, found)
        line.hello()
        while line.ask(kind="status")["daemon"]["workers"]["models"] in ("cold", "loading"):
            time.sleep(0.2)
        line.socket.close()


def hello_times(found: Connection, count: int, *, pause: float = 0.0) -> list[float]:
    """Seconds from asking to answer of hellos one after the other."""
    times = []
    with zmq.Context() as context:
        line = Line(context, found)
        for _ in range(count):
            began = time.perf_counter()
            answer = line.ask(kind="hello", versions=["1.0"])
            times.append(time.perf_counter() - began)
            assert answer["kind"] == "hello_reply"
            time.sleep(pause)
        line.socket.close()
    return times


def measure_clients(found: Connection, clients: int, requests: int, name: str, pause: float) -> None:
    """Let clients ask from several processes, and print how long answers took and what it cost the daemon."""
    each = requests // clients
    shares = [clients // PROCESSES] * PROCESSES
    before = load_of(found.pid)
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        parts = pool.starmap(clients_of_one_process, [(share, each, pause) for share in shares])
    taken = time.perf_counter() - began
    first = [one for firsts, _ in parts for one in firsts]
    times = [one for _, later in parts for one in later]
    lost = sum(shares) * each - len(first) - len(times)
    report(f"{sum(shares)} clients at once, {name}", times)
    report(f"  the first answers, with {sum(shares)} handshakes at once", first)
    after = load_of(found.pid)
    print(f"  {len(first) + len(times)} answers, {lost} lost, {taken:.1f} s")
    print(f"  daemon {before[0]:.1f} -> {after[0]:.1f} MB, {before[1]} -> {after[1]} descriptors with clients gone")


def clients_of_one_process(clients: int, each: int, pause: float) -> tuple[list[float], list[float]]:
    """Times of the first answers and of the later ones of many clients, each with a socket of its own."""
    found = read_connection()
    assert found is not None
    first: list[float] = []
    times: list[float] = []
    with zmq.Context() as context:
        context.set(zmq.MAX_SOCKETS, 4096)
        lines = [Line(context, found) for _ in range(clients)]
        by_socket = {line.socket: line for line in lines}
        poller = zmq.Poller()
        for line in lines:
            poller.register(line.socket, zmq.POLLIN)
        left = dict.fromkeys(lines, each)
        due = [(time.perf_counter() + pause * number / clients, line) for number, line in enumerate(lines)]
        asked: dict[Line, float] = {}
        silent_since = time.perf_counter()
        while (asked or due) and time.perf_counter() - silent_since < 30:
            now = time.perf_counter()
            for _, line in (one for one in due if one[0] <= now):
                asked[line] = time.perf_counter()
                line.send(kind="hello", versions=["1.0"])
            due = [one for one in due if one[0] > now]
            for socket, _ in poller.poll(1 if due else 1000):
                line = by_socket[socket]
                assert msgspec.msgpack.decode(socket.recv_multipart()[3])["kind"] == "hello_reply"
                silent_since = time.perf_counter()
                (first if left[line] == each else times).append(silent_since - asked.pop(line))
                left[line] -= 1
                if left[line]:
                    due.append((silent_since + pause, line))
        for line in lines:
            line.socket.close()
    return first, times


def measure_under_a_job(found: Connection, home: Path) -> None:
    """Hellos while an edit is scored, to its end."""
    out = home / "scored"
    out.mkdir()
    with zmq.Context() as context:
        line = Line(context, found, "requests")
        line.hello()
        edit = str(EXAMPLES / "rush_hour.otio")
        job = line.ask(kind="score", key="load", edit=edit, out=str(out), brief="warm, hopeful")["job"]
        times: list[float] = []
        psutil.cpu_percent()
        while line.ask(kind="job", job=job["id"])["job"]["state"] in ("queued", "running"):
            times += hello_times(found, 100, pause=0.01)
        busy = psutil.cpu_percent()
        print(f"the job is {line.ask(kind='job', job=job['id'])['job']['state']}; processors {busy:.0f} % busy")
        line.socket.close()
    report("hello while an edit is scored", times)


def report(name: str, times: list[float]) -> None:
    """Print percentiles of seconds, in milliseconds."""
    ordered = sorted(times)
    at = {share: 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.9, 0.99)}
    shown = ", ".join(f"p{100 * share:.0f} {value:.2f}" for share, value in at.items())
    print(f"{name}: {shown}, worst {1000 * ordered[-1]:.2f} ms, of {len(times)}")


if __name__ == "__main__":
    main()
