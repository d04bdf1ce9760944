"""Piano rolls of whole takes: the contact sheet of several, and one before and after a re-score.

Drums lie below, pitched roles by MIDI number above; shots alternate in the background; time runs in seconds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vem_plugin.rhythm.writing import write_whole
from vem_plugin.score.cue import ROLES
from vem_plugin.score.notes import DRUMS, STEPS_PER_BEAT, Score
from vem_plugin.take import Take

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#555555", "#3b4cc0", "#7fb285", "#e0a030", "#c0392b")
"""Of drums, bass, harmony, counter-line and melody, as in all our pictures."""
GREY = "#c9c9c9"
_LOWEST, _HIGHEST, _DRUM_LINES = 24, 100, 11


@dataclass(frozen=True, slots=True)
class Roll:
    """One take in a picture: a title, and the beats in colour (first, last excluded); all of them without.

    Sound without notes shows its ``level`` in their place: (n,) 0 to 1, evenly over its length.
    """

    title: str
    take: Take
    score: Score
    lit: tuple[int, int] | None = None
    level: NDArray[np.float32] | None = None


def draw_contact_sheet(rolls: Sequence[Roll], path: Path) -> Path:
    """Draw several takes of one edit below each other, each with its roll and, above it, its energy; a PNG."""
    sheet, axes = _sheet([ratio for _ in rolls for ratio in (1, 4)], height=1.9 * len(rolls))
    for place, roll in enumerate(rolls):
        energy, notes = axes[2 * place : 2 * place + 2]
        _draw_energy(energy, roll)
        energy.set_title(roll.title, fontsize=8, loc="left", pad=3)
        if roll.level is None:
            _draw_notes(notes, roll)
        else:
            _draw_level(notes, roll, roll.level)
    return _save(sheet, path)


def draw_change(before: Roll, after: Roll, path: Path) -> Path:
    """Draw a take and the version after it; what has not changed is grey in the second."""
    sheet, axes = _sheet([1, 1], height=4.6)
    for axis, roll in zip(axes, (before, after), strict=True):
        _draw_notes(axis, roll)
        axis.set_title(roll.title, fontsize=9, loc="left", pad=4)
    if after.lit is not None:
        for axis in axes:
            first, last = (float(after.take.plan.time_of(Fraction(beat))) for beat in after.lit)
            axis.axvspan(first, last, facecolor="none", edgecolor="#222222", lw=1.2, zorder=5)
    axes[-1].set_xlabel("seconds", fontsize=7)
    return _save(sheet, path)


def _draw_notes(axis: Axes, roll: Roll) -> None:
    from matplotlib.collections import PolyCollection

    take, notes = roll.take, roll.score.notes
    _draw_shots(axis, take)
    clock = np.array([float(time) for time in take.plan.beat_times])
    first, last = (_seconds(clock, steps) for steps in (notes["start"], notes["start"] + notes["length"]))
    drums = notes["role"] == ROLES.index("drums")
    lines = np.array([DRUMS.index(int(pitch)) if int(pitch) in DRUMS else 0 for pitch in notes["pitch"]])
    low = np.where(drums, _LOWEST - _DRUM_LINES + lines, notes["pitch"].astype(float)) - 0.5
    last = np.where(drums, first + 0.08, np.maximum(last - 0.02, first + 0.04))
    boxes = np.stack([np.stack([first, low], 1), np.stack([last, low], 1), np.stack([last, low + 1], 1),
                      np.stack([first, low + 1], 1)], axis=1)  # fmt: skip
    beats = notes["start"] / STEPS_PER_BEAT
    lit = np.ones(len(notes), bool) if roll.lit is None else (beats >= roll.lit[0]) & (beats < roll.lit[1])
    colours = [COLOURS[role] if shown else GREY for role, shown in zip(notes["role"].tolist(), lit, strict=True)]
    axis.add_collection(PolyCollection(list(boxes), facecolors=colours, linewidths=0, zorder=3))
    axis.set_xlim(0, float(take.plan.duration))
    axis.set_ylim(_LOWEST - _DRUM_LINES - 1, _HIGHEST)
    axis.set_yticks([36, 60, 84], ["C2", "C4", "C6"], fontsize=6)


def _draw_level(axis: Axes, roll: Roll, level: NDArray[np.float32]) -> None:
    length = float(roll.take.plan.duration)
    _draw_shots(axis, roll.take)
    axis.fill_between(np.linspace(0, length, len(level)), -level, level, color=COLOURS[1], lw=0, zorder=3)
    axis.set_xlim(0, length)
    axis.set_ylim(-1, 1)
    axis.set_yticks([])


def _draw_energy(axis: Axes, roll: Roll) -> None:
    cue = roll.score.cue
    clock = np.array([float(time) for time in roll.take.plan.beat_times])
    levels = np.concatenate([np.linspace(*section.energy, section.beats) for section in cue.sections])
    _draw_shots(axis, roll.take)
    axis.fill_between(clock[:-1], levels, step="post", color="#888888", lw=0, zorder=3)
    axis.set_xlim(0, float(roll.take.plan.duration))
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.set_xticks([])


def _draw_shots(axis: Axes, take: Take) -> None:
    for shot in take.storyboard.shots:
        if shot.number % 2:
            axis.axvspan(float(shot.start), float(shot.end), color="#f2f2f2", lw=0, zorder=0)
    axis.tick_params(length=2, labelsize=6)
    for side in axis.spines.values():
        side.set_linewidth(0.4)


def _seconds(clock: NDArray[np.float64], steps: NDArray[np.int32]) -> NDArray[np.float64]:
    return np.interp(steps / STEPS_PER_BEAT, np.arange(len(clock)), clock)


def _sheet(ratios: Sequence[int], *, height: float) -> tuple[Figure, list[Axes]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sheet = Figure(figsize=(10, height), layout="constrained")
    FigureCanvasAgg(sheet)
    axes = sheet.subplots(len(ratios), 1, squeeze=False, gridspec_kw={"height_ratios": list(ratios)})
    return sheet, list(axes.flat)


def _save(sheet: Figure, path: Path) -> Path:
    drawn = io.BytesIO()
    sheet.savefig(drawn, format="png", dpi=110)
    write_whole(path, drawn.getvalue())
    return path
