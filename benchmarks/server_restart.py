"""A queue outlives the daemon: jobs are asked for, the daemon is ended with SIGKILL, and the next one does them.

    python benchmarks/server_restart.py [--jobs N]

Told: how long asking took, how long the next daemon took to its first answer with that queue, and that every job was
done, once.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from server_kills import Service, write_edit

from vem_server.protocol import places
from vem_server.protocol.messages import Inspect

PATIENCE = 600.0


def count(state: str) -> int:
    """Jobs of a state, in the journal."""
    with sqlite3.connect(places.data_folder() / "jobs.sqlite") as db:
        return db.execute("SELECT count(*) FROM jobs WHERE state = ?", (state,)).fetchone()[0]


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vem-restart-") as place:
        folder = Path(place)
        os.environ["VEM_HOME"] = str(folder / "home")
        edit = write_edit(folder / "edits" / "walk.otio", (2.0, 1.5, 1.0))
        service = Service(folder)
        try:
            ids: list[str] = []
            asking: list[float] = []
            for number in range(options.jobs):
                request = Inspect(id="1", key=f"restart-{number}", edit=str(edit))
                began = time.monotonic()
                ids.append(service.ask(lambda vem, request=request: vem.submit(request)).id)
                asking.append(1000 * (time.monotonic() - began))
            service.kill_daemon()
            service.forget()
            done_before, left = count("done"), count("queued") + count("running")
            began = time.monotonic()
            service.ask(lambda vem: vem.status())
            first_answer = time.monotonic() - began
            while count("done") < options.jobs and time.monotonic() - began < PATIENCE:
                time.sleep(0.5)
            whole = time.monotonic() - began
            states = [service.ask(lambda vem, job=job: vem.job(job)) for job in ids]
        finally:
            service.end()
    asking.sort()
    lost = sum(state.state != "done" or state.result is None for state in states)
    print(
        json.dumps(
            {
                "jobs": options.jobs,
                "asking, ms": {
                    "median": round(asking[len(asking) // 2], 2),
                    "p99": round(asking[-len(asking) // 100], 2),
                },
                "done before the kill": done_before,
                "waiting at the kill": left,
                "first answer of the next daemon, s": round(first_answer, 2),
                "all done after, s": round(whole, 1),
                "lost": lost,
            },
            indent=1,
        )
    )
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
