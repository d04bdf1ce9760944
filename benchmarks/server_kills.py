"""Kills the daemon or a worker at random moments, and counts what was lost, done twice, or left half written.

    python benchmarks/server_kills.py [--kills N] [--scores N] [--seed N] [--minutes M]

A real daemon with real workers does a stream of plans (two files each) while it, or the worker, is ended with SIGKILL
again and again; then a stream of scores (a take each: a folder and a timeline), killed when the models are warm. Every
job is asked for until the daemon has answered, always with the same key. In the end everything is let run out, and
every job must be done, with exactly one result on disk, whole, and nothing else beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import opentimelineio as otio
import soundfile

from vem_plugin.take import read_take
from vem_server.client import Client
from vem_server.protocol.connection import lives, read_connection
from vem_server.protocol.messages import JobState, Plan, Score, Work, WorkerStatus
from vem_timeline import read
from vem_timeline.errors import VemError

PLANS_AHEAD, SCORES_AHEAD = 6, 2
"""Jobs that are kept waiting or running while there is killing to do."""
IN_THE_MIDDLE = 0.8
"""Share of the kills that wait until a job runs; the others come while the daemon is still starting, too."""
MOST_HITS = 4
"""Workers that are killed over one job."""
LONGEST_WAIT = 600.0
"""Seconds after the last kill within which all jobs must be over."""


def write_edit(path: Path, seconds: tuple[float, ...]) -> Path:
    """An edit of shots whose media is not there."""
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for number, length in enumerate(seconds):
        span = otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(round(24 * length), 24)
        )
        track.append(
            otio.schema.Clip(name=f"shot {number}", media_reference=otio.schema.MissingReference(), source_range=span)
        )
    timeline = otio.schema.Timeline(name=path.stem)
    timeline.tracks.append(track)
    path.parent.mkdir(parents=True)
    otio.adapters.write_to_file(timeline, str(path))
    return path


class Service:
    """The daemon as a process that is started again whenever it is gone, and a client that asks until it is heard."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Client | None = None

    def ensure(self) -> None:
        """Start it if it does not live."""
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "vem_server", "daemon", "run", "--no-gateway", "--idle", "0"]
            with (self._folder / "daemon.out").open("ab") as out:
                self._process = subprocess.Popen(
                    [*command, "--root", str(self._folder)], stdout=out, stderr=out, start_new_session=True
                )

    def kill_daemon(self) -> None:
        """End the daemon where it stands."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def workers(self, lane: str) -> list[WorkerStatus]:
        """Workers of a lane."""
        workers = self.ask(lambda vem: vem.status()).workers.workers
        return [worker for worker in workers if worker.name == lane and worker.pid is not None]

    def ask(self, what):
        """The answer of ``what(client)``, asked again with a new client as long as nobody answers."""
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            self.ensure()
            try:
                if self._client is None:
                    self._client = Client(start=False, timeout=1.0, retries=1)
                return what(self._client)
            except VemError as error:
                if getattr(error, "code", "") not in ("unreachable", "shutting_down", "no_session"):
                    raise
                if time.monotonic() > deadline:
                    raise
                self.forget()
                time.sleep(0.1)

    def forget(self) -> None:
        """Give the client up."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def end(self) -> None:
        """Stop it and its workers."""
        self.forget()
        found = read_connection()
        if found is not None and lives(found):
            os.kill(found.pid, signal.SIGTERM)
        if self._process is not None:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def plan_request(folder: Path, number: int, chance: random.Random) -> Work:
    """The next plan, of an edit and a folder of its own."""
    lengths = tuple(chance.uniform(0.8, 3.0) for _ in range(chance.randint(3, 12)))
    edit = write_edit(folder / f"plan{number}" / "cut.otio", lengths)
    return Plan(id=f"r{number}", key=f"plan-{number}", edit=str(edit))


def score_request(folder: Path, number: int, chance: random.Random) -> Work:
    """The next score, of an edit and a folder of its own."""
    edit = write_edit(folder / f"score{number}" / "cut.otio", (chance.uniform(1.5, 3.0), 1.5))
    return Score(id=f"r{number}", key=f"score-{number}", edit=str(edit), style="folk", device="cpu", effects=False)


def wait_for_models(service: Service) -> None:
    """Until the studio holds its models."""
    while service.ask(lambda vem: vem.status()).workers.models != "warm":
        time.sleep(0.2)


def wait_for_work(service: Service, waiting: list[str]) -> None:
    """Until one of the jobs runs."""
    deadline = time.monotonic() + 120.0
    while time.monotonic() < deadline:
        states = [service.ask(lambda vem, job=job: vem.job(job)).state for job in waiting]
        if "running" in states or "queued" not in states:
            return
        time.sleep(0.05)


def storm(
    service: Service, folder: Path, kills: int, *, scores: bool, chance: random.Random, told: Counter, until: float
) -> dict[str, Work]:
    """Kill, at most ``until`` a time, and keep asking for work; returns the requests by the id of their job."""
    asked: dict[str, Work] = {}
    make, ahead = (score_request, SCORES_AHEAD) if scores else (plan_request, PLANS_AHEAD)
    waiting: list[str] = []
    hit: Counter = Counter()
    pace = 1.0  # seconds that things take on this machine, busy as it is
    for kill in range(kills):
        if time.monotonic() > until:
            break
        waiting = [job for job in waiting if not _is_over(service.ask(lambda vem, job=job: vem.job(job)))]
        while len(waiting) < ahead:
            request = make(folder, len(asked), chance)
            state = service.ask(lambda vem, request=request: vem.submit(request))
            asked[state.id] = request
            waiting.append(state.id)
        if scores:
            wait_for_models(service)
        if chance.random() < IN_THE_MIDDLE:
            begun = time.monotonic()
            wait_for_work(service, waiting)
            pace = 0.8 * pace + 0.2 * (time.monotonic() - begun)
        workers = service.workers("studio" if scores else "desk")
        time.sleep(chance.uniform(0.0, 2 * min(pace, 10.0) + (3.0 if scores else 0.5)))
        # A job whose worker is killed again and again is given up in the end (`Limits.retries`): not more than that.
        if chance.random() < 0.5 and workers and hit[workers[0].job] < MOST_HITS:
            hit[workers[0].job] += workers[0].job is not None
            with contextlib.suppress(ProcessLookupError):
                os.kill(workers[0].pid, signal.SIGKILL)
                told["worker"] += 1
        else:
            service.kill_daemon()
            service.forget()
            told["daemon"] += 1
        if kill % 20 == 19:
            print(f"{kill + 1} kills, {len(asked)} jobs", file=sys.stderr)
    return asked


def _is_over(state: JobState) -> bool:
    return state.state in ("done", "failed", "cancelled")


def run_out(service: Service, asked: dict[str, Work]) -> dict[str, JobState]:
    """The last state of every job."""
    deadline = time.monotonic() + LONGEST_WAIT
    over: dict[str, JobState] = {}
    while len(over) < len(asked) and time.monotonic() < deadline:
        for job in asked.keys() - over.keys():
            state = service.ask(lambda vem, job=job: vem.job(job))
            if _is_over(state):
                over[job] = state
        time.sleep(0.2)
    return over


def judge(asked: dict[str, Work], over: dict[str, JobState]) -> Counter:
    """Count what is wrong: lost, failed, twice, half."""
    wrong: Counter = Counter()
    for job, request in asked.items():
        state, home = over.get(job), Path(request.edit).parent
        if state is None or state.state != "done" or state.result is None:
            wrong["lost" if state is None else "failed"] += 1
            print(f"{request.key}: {state and (state.state, state.error)}", file=sys.stderr)
            continue
        here = {path.name for path in home.iterdir()} - {"cut.otio"}
        if isinstance(request, Plan):
            wished, whole = {"cut_plan_v01.png", "cut_plan_v01.mid"}, _plan_is_whole(home)
        else:
            wished, whole = {"cut_v01", "cut_v01.otio"}, _take_is_whole(home)
        if any("_v02" in name for name in here):
            wrong["twice"] += 1
        if here - wished - {name for name in here if "_v02" in name} or wished - here or not whole:
            wrong["half"] += 1
            print(f"{request.key}: {sorted(here)}", file=sys.stderr)
    return wrong


def _plan_is_whole(home: Path) -> bool:
    picture, midi = home / "cut_plan_v01.png", home / "cut_plan_v01.mid"
    return (
        picture.is_file()
        and midi.is_file()
        and b"IEND" in picture.read_bytes()[-12:]
        and midi.read_bytes()[-3:] == b"\xff\x2f\x00"
    )


def _take_is_whole(home: Path) -> bool:
    folder = home / "cut_v01"
    try:
        take = read_take(folder)
        board = read(home / "cut_v01.otio")
    except VemError:
        return False
    sounds = [folder / name for name in take.files.values() if name.endswith(".wav")]
    return (
        all((folder / name).is_file() for name in take.files.values())
        and all(soundfile.info(sound).frames == take.samples for sound in sounds)
        and len(board.shots) == 2
        and not [path for path in folder.iterdir() if path.name.startswith(".")]
    )


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=170, help="kills while plans are made")
    parser.add_argument("--scores", type=int, default=30, help="kills while scores are made")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="stop killing after so long, on a slow machine")
    options = parser.parse_args()
    chance, told = random.Random(options.seed), Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vem-kills-") as place:
        folder = Path(place)
        os.environ["VEM_HOME"] = str(folder / "home")
        service = Service(folder)
        try:
            about = {"chance": chance, "told": told}
            most = 60 * options.minutes
            asked = storm(service, folder, options.kills, scores=False, until=began + 0.75 * most, **about)
            asked |= storm(service, folder, options.scores, scores=True, until=began + most, **about)
            over = run_out(service, asked)
            wrong = judge(asked, over)
        finally:
            service.end()
    again = sum(bool(state.warnings) for state in over.values())
    print(
        json.dumps(
            {
                "kills": {"daemon": told["daemon"], "worker": told["worker"]},
                "jobs": len(asked),
                "scores": sum(isinstance(request, Score) for request in asked.values()),
                "started again": again,
                "lost": wrong["lost"],
                "failed": wrong["failed"],
                "done twice": wrong["twice"],
                "half written": wrong["half"],
                "seconds": round(time.monotonic() - began),
            },
            indent=1,
        )
    )
    sys.exit(bool(sum(wrong.values())))


if __name__ == "__main__":
    main()
