"""How long it takes until a cancelled job has stopped, whatever it is doing.

    python benchmarks/server_cancel.py [--runs N]

Scores of a real edit are cancelled at random moments, through a real daemon; counted from the request to the event that
says so. Then whether anything was left on disk, and how often a worker had to be replaced.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

from server_kills import Service, wait_for_models

from vem_server.protocol.messages import Score

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def cancel_one(service: Service, edit: Path, number: int, moment: float) -> float | None:
    """Seconds from the request to the end of a score that is cancelled after a moment; None if it was done before."""
    request = Score(id="1", key=f"cancel-{number}", edit=str(edit), style="folk", device="cpu")
    job = service.ask(lambda vem: vem.submit(request))
    while service.ask(lambda vem: vem.job(job.id)).state == "queued":
        time.sleep(0.01)
    time.sleep(moment)
    began = time.monotonic()
    service.ask(lambda vem: vem.cancel(job.id))
    over = service.ask(lambda vem: vem.wait(job.id))
    return time.monotonic() - began if over.state == "cancelled" else None


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="vem-cancel-") as place:
        folder = Path(place)
        os.environ["VEM_HOME"] = str(folder / "home")
        edit = folder / "edits" / "rush_hour.otio"
        shutil.copytree(EXAMPLES / "media", edit.parent / "media")
        shutil.copy2(EXAMPLES / "rush_hour.otio", edit)
        service = Service(folder)
        seconds: list[float] = []
        studios: set[int] = set()
        done = 0
        try:
            for number in range(options.runs):
                wait_for_models(service)
                studios.update(worker.pid for worker in service.workers("studio"))
                taken = cancel_one(service, edit, number, chance.uniform(0.0, 4.0))
                done += taken is None
                seconds += [] if taken is None else [taken]
            left = [path.name for path in edit.parent.iterdir() if path.name.startswith(".")]
        finally:
            service.end()
    seconds.sort()
    print(
        json.dumps(
            {
                "cancelled": len(seconds),
                "done before": done,
                "seconds": {"median": round(seconds[len(seconds) // 2], 3), "longest": round(seconds[-1], 3)},
                "left on disk": left,
                "workers replaced": len(studios) - 1,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
