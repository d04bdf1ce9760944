"""The picture of a judgement: how much each column has above chance as the tolerance grows, and what TBIoU sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.evaluate.clips.hearing import Heard
from vem_plugin.evaluate.clips.timing import beat_union
from vem_plugin.measure.sync import TBIOU_TOLERANCE, hit_rate

TOLERANCES: NDArray[np.float64] = np.geomspace(0.005, 1.0, 40)
"""Seconds on either side."""
LINES = {"music": "-", "reference": "--"}
MARKS = ((1 / 25, "a frame"), (0.07, "70 ms"), (TBIOU_TOLERANCE, "the paper's"))


def above_chance(clips: Sequence[Heard], tolerance: float) -> float:
    """Share of all instants with an onset within a tolerance, less chance, pooled; 0 of nothing."""
    good = of = 0.0
    for one in clips:
        rate = hit_rate("", one.clip.instants, one.timing.onsets, tolerance=tolerance, duration=one.clip.seconds)
        good, of = good + rate.matched - rate.chance * rate.of, of + rate.of
    return good / of if of else 0.0


def mean_tbiou(clips: Sequence[Heard], tolerance: float) -> float:
    """Mean TBIoU over clips at a tolerance; clips with neither cuts nor beats do not count."""
    counts = [beat_union(one.clip.cuts, one.beats, tolerance=tolerance) for one in clips]
    return float(np.mean([count.good for count in counts if count.of])) if any(count.of for count in counts) else 0.0


def draw(heard: Mapping[str, Sequence[Heard]], path: Path) -> Path:
    """Draw both curves for every column, and write them as the suffix says."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sheet = Figure(figsize=(10, 3.6), layout="constrained")
    FigureCanvasAgg(sheet)
    left, right = sheet.subplots(1, 2)
    for column, clips in heard.items():
        style = {"label": column, "lw": 2.2 if column == "music" else 1.2, "ls": LINES.get(column, "-")}
        left.plot(1000 * TOLERANCES, [above_chance(clips, t) for t in TOLERANCES], **style)
        right.plot(1000 * TOLERANCES, [mean_tbiou(clips, t) for t in TOLERANCES], **style)
    for axis, title in ((left, "cuts and hits with an onset, less chance"), (right, "TBIoU of cuts and beats")):
        axis.set_xscale("log")
        axis.set_xticks([5, 20, 70, 200, 500], ["5", "20", "70", "200", "500"])
        axis.set_xlabel("tolerance on either side, ms", fontsize=8)
        axis.set_title(title, fontsize=9, loc="left")
        for seconds, name in MARKS:
            axis.axvline(1000 * seconds, color="#aaaaaa", lw=0.6)
            axis.text(1000 * seconds, 1.0, name, fontsize=6, ha="right", va="top", rotation=90, color="#777777",
                      transform=axis.get_xaxis_transform())  # fmt: skip
        axis.tick_params(labelsize=7)
    left.legend(fontsize=7, frameon=False)
    sheet.savefig(path, dpi=110)
    return path
