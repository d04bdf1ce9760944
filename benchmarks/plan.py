"""How well beats can be brought to the cuts of real and made-up edits, against the best constant tempo.

    python benchmarks/plan.py [TIMELINE ...] [--tempo 80-140]

A TIMELINE is anything ``vem_timeline.read`` reads, or a list of cuts as in ``tests/samples/edits``. Without any, those
and three made-up edits (slow, medium, fast; shot lengths log-normal, seeded) are measured. What cuts deserve is judged
by the aligner from their times alone, as in ``vem plan``. A share counts cuts within half a frame. The constant tempo
is the best of the same range (in steps of 0.1 %) at the best of 48 offsets, on its eighth notes.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from vem_plugin.encoders.aligner import Aligner
from vem_plugin.rhythm.beat_plan import BeatPlan, Grid
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.deserving import deserved_hits
from vem_plugin.rhythm.plan import plan_beats
from vem_timeline import read
from vem_timeline.clock import Clock
from vem_timeline.storyboard import Shot, Storyboard, Transition

EDITS = Path(__file__).resolve().parents[1] / "tests" / "samples" / "edits"
MADE_UP = (("made up, slow (4 s)", 4.0, 60), ("made up, medium (2.2 s)", 2.2, 100), ("made up, fast (1 s)", 1.0, 200))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: shares of the cuts 0 to 1, deviation and change of tempo as shares, seconds of CPU."""

    name: str
    cuts: int
    median_shot: float
    bpm: float
    on_grid: float
    on_beat: float
    on_downbeat: float
    deviation: float
    change: float
    constant: float
    seconds: float


def edit_of_frames(name: str, cuts: list[int], duration: int, rate: Fraction) -> Storyboard:
    """Make an edit of straight cuts; ``cuts`` and ``duration`` are in frames from the first."""
    edges = [0, *cuts, duration]
    shots = tuple(
        Shot(number, f"shot {number}", start / rate, (end - start) / rate, "picture", None)
        for number, (start, end) in enumerate(pairwise(edges), start=1)
    )
    transitions = tuple(Transition(shot.start, "cut", Fraction(0), shot.number) for shot in shots[1:])
    return Storyboard(name, Clock(rate), duration / rate, shots, transitions, ())


def edit_of_file(path: Path) -> Storyboard:
    """Read a timeline, or a list of cuts."""
    if path.suffix != ".json":
        return read(path)
    facts = json.loads(path.read_text(encoding="utf-8"))
    return edit_of_frames(facts["name"], facts["cuts"], facts["duration"], Fraction(facts["rate"]))


def made_up_edit(name: str, mean: float, shots: int, *, seed: int = 1) -> Storyboard:
    """Make an edit at 24 frames a second whose shots last about ``mean`` seconds (log-normal, sigma 0.5)."""
    chance = random.Random(seed)
    cuts, frame = [], 0
    for _ in range(shots):
        frame += max(7, round(24 * chance.lognormvariate(math.log(mean), 0.5)))
        cuts.append(frame)
    return edit_of_frames(name, cuts[:-1], cuts[-1], Fraction(24))


def measure(edit: Storyboard, *, tempo: tuple[float, float] = (80.0, 140.0)) -> tuple[Row, BeatPlan]:
    """Plan an edit and say how it went."""
    judge = _aligner()
    began = time.process_time()
    constraints = constraints_of(edit, deserved=deserved_hits(edit, None, judge))
    plan = plan_beats(constraints, edit.duration, frame=edit.clock.frame_duration, tempo=tempo)
    seconds = time.process_time() - began
    cuts = [item for item in constraints if item.shot is not None]
    places = [landing.on for landing in plan.landings if landing.constraint.shot is not None]

    def share(*wanted: Grid) -> float:
        """Share of the cuts that lie on these places of the grid."""
        return sum(place in wanted for place in places) / max(1, len(cuts))

    tempi = [segment.bpm for segment in plan.segments]
    row = Row(
        name=edit.name,
        cuts=len(cuts),
        median_shot=float(np.median([float(shot.duration) for shot in edit.shots])),
        bpm=float(plan.base_bpm),
        on_grid=share("downbeat", "beat", "off-beat"),
        on_beat=share("downbeat", "beat"),
        on_downbeat=share("downbeat"),
        deviation=float(max(abs(bpm / plan.base_bpm - 1) for bpm in tempi)),
        change=float(max([max(a / b, b / a) - 1 for a, b in pairwise(tempi)], default=Fraction(0))),
        constant=best_constant_share([item.time for item in cuts], edit.clock.frame_duration, tempo=tempo),
        seconds=seconds,
    )
    return row, plan


@lru_cache(maxsize=1)
def _aligner() -> Aligner:
    return Aligner()


def best_constant_share(cuts: list[Fraction], frame: Fraction, *, tempo: tuple[float, float]) -> float:
    """Share of cuts within half a frame of the eighths of the best constant tempo at its best offset."""
    if not cuts:
        return 0.0
    times = np.array([float(cut) for cut in cuts])
    offsets = np.arange(48)[:, None] / 48
    best = 0.0
    for bpm in np.geomspace(tempo[0], tempo[1], 1 + math.ceil(math.log(tempo[1] / tempo[0]) / 0.001)):
        position = times * bpm / 30 - offsets
        distance = np.abs(position - np.rint(position)) * 30 / bpm
        best = max(best, float((distance <= float(frame) / 2 + 1e-9).mean(axis=1).max()))
    return best


def main() -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timelines", nargs="*", type=Path, metavar="TIMELINE")
    parser.add_argument("--tempo", default="80-140", help="slowest and fastest base tempo")
    asked = parser.parse_args()
    slowest, fastest = (float(part) for part in asked.tempo.split("-"))
    edits = [edit_of_file(path) for path in asked.timelines or sorted(EDITS.glob("*.json"))]
    if not asked.timelines:
        edits += [made_up_edit(*facts) for facts in MADE_UP]
    table = Table(title=f"Cuts within half a frame, base tempo {asked.tempo} bpm")
    for heading in ("edit", "cuts", "median", "bpm", "on an eighth", "on a beat", "on a downbeat"):
        table.add_column(heading, justify="left" if heading == "edit" else "right")
    for heading in ("deviation", "change", "best constant", "CPU"):
        table.add_column(heading, justify="right")
    for edit in edits:
        row, _ = measure(edit, tempo=(slowest, fastest))
        table.add_row(
            row.name, str(row.cuts), f"{row.median_shot:.1f} s", f"{row.bpm:.1f}", f"{row.on_grid:.3f}",
            f"{row.on_beat:.2f}", f"{row.on_downbeat:.2f}", f"{row.deviation:.1%}", f"{row.change:.1%}",
            f"{row.constant:.2f}", f"{row.seconds:.2f} s",
        )  # fmt: skip
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
