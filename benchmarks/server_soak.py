"""Short jobs, one after the other, through a real daemon: does memory grow, do file descriptors leak?

    python benchmarks/server_soak.py [--jobs N]

Every tenth job scores an edit of four seconds, every tenth writes a shot of a take anew; the others inspect, plan,
list takes, make thumbnails and peaks. Memory (resident) and file descriptors of daemon and workers are read after the
30th job and after the last.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
from server_kills import Service, write_edit

from vem_server.protocol.connection import read_connection
from vem_server.protocol.messages import Inspect, JobState, Peaks, Plan, Rescore, Score, Takes, Thumbnails, Work

EXAMPLE = Path(__file__).resolve().parents[1] / "examples"
SETTLED = 30
"""Jobs after which everything that is loaded once is loaded."""


class Soak:
    """The stream of jobs, and the take that some of them are about."""

    def __init__(self, service: Service, folder: Path) -> None:
        self._service = service
        self._folder = folder
        self._edit = write_edit(folder / "walk" / "walk.otio", (2.0, 2.0))
        self._media = folder / "rush_hour.otio"
        shutil.copytree(EXAMPLE / "media", folder / "media")
        shutil.copy2(EXAMPLE / "rush_hour.otio", self._media)
        self._scored = ""
        self.seconds: dict[str, list[float]] = {}
        self.states: Counter = Counter()

    def request(self, number: int) -> Work:
        """The job of a number."""
        about = {"id": f"r{number}", "key": f"soak-{number}", "edit": str(self._edit)}
        turn = number % 10
        if turn == 0:
            return Score(**about, out=str(self._folder / "out"), style="folk", seed=number, device="cpu")
        about["edit"] = self._scored
        if turn == 5:
            return Rescore(**about, shots=(1,), brief="darker", device="cpu")
        if turn in (1, 6):
            return Takes(**about)
        if turn in (2, 7):
            return Peaks(**about)
        about["edit"] = str(self._media)
        if turn == 3:
            return Thumbnails(**about, width=64 + number % 100)
        if turn in (4, 8):
            return Plan(**about, out=str(self._folder / "plans"))
        return Inspect(**about)

    def do(self, number: int) -> JobState:
        """Have one job done."""
        began = time.monotonic()
        job = self._service.ask(lambda vem: vem.submit(self.request(number)))
        state = self._service.ask(lambda vem: vem.wait(job.id))
        self.states[state.state] += 1
        self.seconds.setdefault(state.kind, []).append(time.monotonic() - began)
        if state.kind == "score":
            self._scored = self._service.ask(lambda vem: vem.job(job.id)).result["takes"][0]["timeline"]
        elif state.state != "done":
            print(f"{state.kind}: {state.error}", file=sys.stderr)
        return state


def processes(service: Service) -> dict[str, psutil.Process]:
    """The daemon and its workers, by name."""
    connection = read_connection()
    assert connection is not None
    workers = service.ask(lambda vem: vem.status()).workers.workers
    pids = {"daemon": connection.pid} | {worker.name: worker.pid for worker in workers}
    return {name: psutil.Process(pid) for name, pid in pids.items()}


def weigh(service: Service) -> dict[str, dict[str, int]]:
    """Bytes and open files of every process."""
    return {
        name: {"bytes": process.memory_info().rss, "files": process.num_fds(), "threads": process.num_threads()}
        for name, process in processes(service).items()
    }


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vem-soak-") as place:
        folder = Path(place)
        os.environ["VEM_HOME"] = str(folder / "home")
        service = Service(folder)
        try:
            soak = Soak(service, folder)
            before: dict[str, dict[str, int]] = {}
            for number in range(options.jobs):
                soak.do(number)
                if number + 1 == min(SETTLED, options.jobs - 1):
                    before = weigh(service)
            after = weigh(service)
        finally:
            service.end()
    grown = {
        name: {
            "MB": [round(one[name]["bytes"] / 2**20, 1) for one in (before, after)],
            "grown by": f"{100 * (after[name]['bytes'] / before[name]['bytes'] - 1):+.1f} %",
            "files": [one[name]["files"] for one in (before, after)],
            "threads": [one[name]["threads"] for one in (before, after)],
        }
        for name in after
    }
    medians = {kind: round(sorted(times)[len(times) // 2], 2) for kind, times in soak.seconds.items()}
    print(json.dumps({"jobs": dict(soak.states), "processes": grown, "median seconds": medians}, indent=1))


if __name__ == "__main__":
    main()
