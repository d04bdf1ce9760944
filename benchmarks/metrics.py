"""What sync measures can tell: a blind metronome, the best constant tempo, our planned beats, and perfect sync.

    python benchmarks/metrics.py [--clips 24] [--picture docs/metrics.png] [TIMELINE ...]

Made-up clips last a minute at 24 frames a second; their shots are gamma-distributed (shape 4) around a mean, cut on
frames. For every tempo, clips get

    blind      a metronome of that tempo at ``PHASES`` phases, which knows nothing of the picture
    roll       the same with sixteen strokes a bar: dense, and as blind
    constant   the best constant tempo within 10 % of it, at its best phase
    planned    the beats of our tempo map, its base tempo within 10 % of it
    struck     what our music strikes: those beats, and the off-beat eighths that the plan laid on a cut
    perfect    a beat on every cut: every shot holds the whole number of equal beats nearest to that tempo

TBIoU is the paper's (``measure.sync.tbiou``, matched one to one); a share is that of the cuts with a beat within the
tolerance, less chance (``measure.sync.chance_of``). *Told apart* is how often a measure puts a perfect clip above a
blind one, of all pairs of the two (ties count half): 0.5 is a coin, 1 never errs. Real edits are lists of cuts
(``tests/samples/edits``) and timelines (``tests/samples/timelines``) with eight cuts or more, or those that are named.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from plan import edit_of_file, edit_of_frames

from vem_plugin.evaluate.clips.by_rule import beats_of
from vem_plugin.evaluate.clips.stand_ins import best_constant_tempo
from vem_plugin.measure.sync import hit_rate, tbiou
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.plan import plan_beats
from vem_timeline.errors import VemError
from vem_timeline.storyboard import Storyboard

Times = Sequence[float]
ROOT = Path(__file__).resolve().parents[1]
REAL = (ROOT / "tests" / "samples" / "edits", ROOT / "tests" / "samples" / "timelines")
SHOTS, TEMPI, SECONDS, RATE = (1.0, 2.0, 4.0), (60.0, 90.0, 120.0), 60, 24
GAMMA = 4
PHASES = 8
SLACK = 0.1
COLUMNS = ("blind", "roll", "constant", "planned", "struck", "perfect")
SHOWN = ("blind", "constant", "struck", "perfect")
"""Columns of the wide tables."""
FEWEST_CUTS, LONGEST = 8, 1200


@dataclass(frozen=True)
class Clip:
    """Cuts of a clip, its length and frame in seconds, and the beats of every column (several for the blind ones)."""

    name: str
    cuts: Times
    seconds: float
    frame: float
    beats: dict[str, list[Times]]


Measure = Callable[[Clip, Times], float]


def iou(tolerance: float) -> Measure:
    """TBIoU at a tolerance."""
    return lambda clip, beats: tbiou(clip.cuts, beats, tolerance=tolerance or clip.frame)


def share(tolerance: float) -> Measure:
    """Share of cuts with a beat within a tolerance, less chance; 0 stands for one frame."""

    def above(clip: Clip, beats: Times) -> float:
        return hit_rate("", clip.cuts, beats, tolerance=tolerance or clip.frame, duration=clip.seconds).above_chance

    return above


def plain_share(tolerance: float) -> Measure:
    """The same with chance left in."""

    def near(clip: Clip, beats: Times) -> float:
        return hit_rate("", clip.cuts, beats, tolerance=tolerance or clip.frame, duration=clip.seconds).rate

    return near


def made_up(mean: float, rng: np.random.Generator) -> Storyboard:
    """An edit of a minute whose shots last about ``mean`` seconds."""
    cuts, frame = [], 0
    while True:
        frame += max(6, round(RATE * rng.gamma(GAMMA, mean / GAMMA)))
        if frame >= SECONDS * RATE - 6:
            return edit_of_frames(f"{mean:g} s shots", cuts, SECONDS * RATE, Fraction(RATE))
        cuts.append(frame)


def clip_of(edit: Storyboard, tempo: float | None, rng: np.random.Generator) -> Clip:
    """An edit with the beats of every column; without a tempo, that of the plan in its usual range."""
    cuts = [float(change.time) for change in edit.transitions if 0 < change.time < edit.duration]
    seconds, frame = float(edit.duration), float(edit.clock.frame_duration)
    asked = (tempo * (1 - SLACK), tempo * (1 + SLACK)) if tempo else (80.0, 140.0)
    plan = plan_beats(constraints_of(edit), edit.duration, frame=edit.clock.frame_duration, tempo=asked)
    planned, _ = beats_of(plan)
    landed = [float(landing.constraint.time + landing.offset) for landing in plan.landings]
    beat = 60 / (tempo or float(plan.base_bpm))
    slowest, fastest = asked if tempo else (60.0, 180.0)
    constant = best_constant_tempo(cuts, tolerance=frame, slowest=slowest, fastest=fastest)
    phases = rng.uniform(0, beat, PHASES)
    beats: dict[str, list[Times]] = {
        "blind": [np.arange(phase, seconds, beat) for phase in phases],
        "roll": [np.arange(phase % (beat / 4), seconds, beat / 4) for phase in phases],
        "constant": [constant.beats(seconds)],
        "planned": [planned],
        "struck": [sorted({*planned, *(time for time in landed if time < seconds)})],
        "perfect": [perfect_beats([0.0, *cuts, seconds], beat)],
    }
    return Clip(edit.name, cuts, seconds, frame, beats)


def perfect_beats(edges: Times, beat: float) -> list[float]:
    """Beats that divide every shot into the whole number of equal parts nearest to a beat."""
    return [
        start + (end - start) * part / count
        for start, end in pairwise(edges)
        for count in [max(1, round((end - start) / beat))]
        for part in range(count)
    ]


def values_of(clips: Sequence[Clip], column: str, measure: Measure) -> NDArray[np.float64]:
    """A measure of a column on every clip and phase."""
    return np.array([measure(clip, beats) for clip in clips for beats in clip.beats[column]])


def told_apart(better: NDArray[np.float64], worse: NDArray[np.float64]) -> float:
    """How often one of the first is above one of the second; ties count half."""
    gap = np.subtract.outer(better, worse)
    return float((gap > 1e-12).mean() + (np.abs(gap) <= 1e-12).mean() / 2)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def by_shot_and_tempo(grid: dict[tuple[float, float], list[Clip]]) -> str:
    """Mean of the paper's measure and of ours in every cell of the grid."""
    rows = []
    for (mean, tempo), clips in grid.items():
        row = [f"{mean:g} s", f"{tempo:.0f}"]
        for measure in (iou(0.5), share(0)):
            values = {column: values_of(clips, column, measure) for column in COLUMNS}
            row += [f"{values[column].mean():.2f}" for column in SHOWN]
            row.append(f"**{told_apart(values['perfect'], values['blind']):.2f}**")
        rows.append(row)
    heads = [f"{head} {column}" for head in ("TBIoU", "share") for column in (*SHOWN, "told apart")]
    return table(["shots", "bpm", *heads], rows)


def by_tolerance(clips: Sequence[Clip]) -> str:
    """All measures over a sweep of tolerances, all clips together."""
    rows = []
    for name, make in (("TBIoU", iou), ("share, chance left in", plain_share), ("share less chance", share)):
        for tolerance, words in ((0.5, "0.5 s"), (0.25, "0.25 s"), (0.07, "70 ms"), (0.0, "one frame")):
            values = {column: values_of(clips, column, make(tolerance)) for column in COLUMNS}
            apart = [told_apart(values[better], values["blind"]) for better in ("struck", "perfect")]
            rolled = told_apart(values["struck"], values["roll"])
            means = [f"{values[column].mean():.2f}" for column in COLUMNS]
            rows.append([name, words, *means, *(f"{value:.2f}" for value in apart), f"{rolled:.2f}"])
    heads = ("measure", "tolerance", *COLUMNS, "struck v blind", "perfect v blind", "struck v roll")
    return table(heads, rows)


def by_edit(clips: Sequence[Clip]) -> str:
    """The paper's measure and ours on real edits."""
    rows = []
    for clip in clips:
        row = [clip.name, str(len(clip.cuts)), f"{clip.seconds / (len(clip.cuts) + 1):.1f} s"]
        for measure in (iou(0.5), share(0)):
            row += [f"{values_of([clip], column, measure).mean():.2f}" for column in SHOWN]
        rows.append(row)
    heads = [f"{head} {column}" for head in ("TBIoU", "share") for column in SHOWN]
    return table(["edit", "cuts", "mean shot", *heads], rows)


def real_edits(named: Sequence[Path]) -> list[Storyboard]:
    """Real edits with enough cuts, markers taken off; what cannot be read, or was there before, is left out."""
    edits: dict[str, Storyboard] = {}
    for path in named or [path for folder in REAL for path in sorted(folder.iterdir())]:
        if path.suffix in (".md", ".aaf") or path.is_dir():
            continue
        try:
            edit = edit_of_file(path)
        except VemError:
            continue
        cuts = tuple(change.time for change in edit.transitions if 0 < change.time < edit.duration)
        known = any(cuts == tuple(change.time for change in other.transitions) for other in edits.values())
        if len(cuts) >= FEWEST_CUTS and edit.duration <= LONGEST and not known:
            edits[path.stem.replace("__", ", ")] = edit
    return [replace(edit, name=name, markers=()) for name, edit in edits.items()]


def draw(clips: Sequence[Clip], path: Path) -> None:
    """Both measures over the tolerance, a line for every column."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sheet = Figure(figsize=(9, 3.2), layout="constrained")
    FigureCanvasAgg(sheet)
    tolerances = np.geomspace(0.01, 1.0, 24)
    colours = dict(zip(COLUMNS, ("#999999", "#d0d0d0", "#e0a030", "#7fa0e0", "#3b4cc0", "#222222"), strict=True))
    titles = ((iou, "TBIoU, as in the paper"), (share, "cuts with a beat, less chance"))
    for axis, (make, title) in zip(sheet.subplots(1, 2), titles, strict=True):
        for column in COLUMNS:
            means = [values_of(clips, column, make(float(tolerance))).mean() for tolerance in tolerances]
            axis.plot(1000 * tolerances, means, color=colours[column], label=column, lw=1.8)
        axis.axvline(500, color="#c0392b", lw=0.8, ls=":")
        axis.axvline(1000 / RATE, color="#2e7d32", lw=0.8, ls=":")
        axis.set_xscale("log")
        axis.set_xticks([10, 42, 100, 250, 500, 1000], ["10", "a frame", "100", "250", "the paper's", "1000"])
        axis.minorticks_off()
        axis.tick_params(labelsize=6)
        axis.set_xlabel("tolerance on either side, ms", fontsize=7)
        axis.set_title(title, fontsize=9, loc="left")
    sheet.axes[1].legend(fontsize=7, frameon=False)
    sheet.savefig(path, dpi=100)


def main() -> None:
    """Print the tables, draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timelines", nargs="*", type=Path, metavar="TIMELINE")
    parser.add_argument("--clips", type=int, default=24, help="made-up clips of every shot length")
    parser.add_argument("--picture", type=Path, help="where to draw")
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    edits = {mean: [made_up(mean, rng) for _ in range(asked.clips)] for mean in SHOTS}
    grid = {(mean, tempo): [clip_of(edit, tempo, rng) for edit in edits[mean]] for mean in SHOTS for tempo in TEMPI}
    everything = [clip for clips in grid.values() for clip in clips]
    print(by_shot_and_tempo(grid))
    print(by_tolerance(everything))
    print(by_edit([clip_of(edit, None, rng) for edit in real_edits(asked.timelines)]))
    if asked.picture:
        draw(everything, asked.picture)


if __name__ == "__main__":
    main()
