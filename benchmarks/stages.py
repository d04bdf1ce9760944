"""Where the time goes when an edit is scored: stage by stage, cold and warm.

    python benchmarks/stages.py [EDIT] [--runs N] [--json] [--threads N]

EDIT is the example by default. It is scored N times (2 at least) in this one process, each time from the start, into
a folder that is thrown away. The first run is *cold*: it imports everything and loads the models. *Warm* is the
median of the others.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "rush_hour.otio"


class StageClock:
    """A ``Report`` that keeps the time.

    The time between two calls belongs to the stage that was under way; once that has said it is done, to the one that
    speaks next (its imports and preparations). So the stages sum to the whole, with nothing left over.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._began = self._last = now()
        self._under_way: str | None = None
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: str, done: float, note: str = "") -> None:
        """Note a report; the parameters are those of ``vem_plugin.progress.Report``."""
        self._charge(self._under_way or stage)
        self.seconds.setdefault(stage, 0.0)
        self._under_way = stage if done < 1 else None

    def stop(self) -> float:
        """Give the time since the last report to the last stage; returns the whole, seconds."""
        if self.seconds:
            self._charge(self._under_way or next(reversed(self.seconds)))
        return self._last - self._began

    def _charge(self, stage: str) -> None:
        now = self._now()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


def time_run(edit: Path) -> tuple[dict[str, float], float]:
    """Score the edit once; returns seconds by stage, in order, and the whole."""
    with tempfile.TemporaryDirectory(prefix="vem-benchmark-") as folder:
        clock = StageClock()
        # Imported inside the clock: what the imports cost belongs to the cold run.
        from vem_plugin.scoring import score_edit

        score_edit(edit, Path(folder), report=clock)
        return clock.seconds, clock.stop()


def warm_of(runs: list[dict[str, float]]) -> dict[str, float]:
    """Median seconds of each stage over all runs but the first."""
    return {stage: statistics.median(run.get(stage, 0.0) for run in runs[1:]) for stage in runs[0]}


def length_of(edit: Path) -> float:
    """Length of the edit, seconds."""
    from vem_plugin.stages import read_edit

    return float(read_edit(edit).duration)


def machine() -> str:
    """The machine in one line."""
    return (
        f"{platform.machine()}, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()}"
        f" cores, Python {platform.python_version()}, torch {version('torch')}, onnxruntime {version('onnxruntime')}"
    )


def table_of(runs: list[dict[str, float]], totals: list[float], seconds: float) -> str:
    """The figures as a Markdown table."""
    from vem_plugin.scoring import STAGES

    warm = warm_of(runs)
    lines = ["| stage | | cold, s | warm, s |", "|---|---|---:|---:|"]
    lines += [f"| {s} | {STAGES.get(s, '')} | {runs[0][s]:.2f} | {warm[s]:.2f} |" for s in runs[0]]
    warm_total = statistics.median(totals[1:])
    lines.append(f"| **whole** | {seconds:.1f} s of music | **{totals[0]:.2f}** | **{warm_total:.2f}** |")
    lines.append("")
    lines.append(f"Warm: {seconds / warm_total:.1f} times as fast as it plays. {machine()}.")
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description="Time the scoring of an edit, stage by stage.")
    parser.add_argument("edit", nargs="?", type=Path, default=EXAMPLE)
    parser.add_argument("--runs", type=int, default=2, help="how often to score it; the first run is the cold one")
    parser.add_argument("--threads", type=int, help="threads for the numeric libraries (default: theirs)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    if options.threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(options.threads)
    runs: list[dict[str, float]] = []
    totals: list[float] = []
    for _ in range(max(2, options.runs)):
        stages, total = time_run(options.edit)
        runs.append(stages)
        totals.append(total)
    if options.json:
        print(json.dumps({"edit": options.edit.name, "machine": machine(), "runs": runs, "totals": totals}, indent=1))
    else:
        print(table_of(runs, totals, length_of(options.edit)))


if __name__ == "__main__":
    main()
