"""A picture of a re-conform: the old edit above, the new one below, and ribbons from every shot to itself.

Along the picture x is seconds from the first frame; y is in row units. Notes lie outside, shots inside, ribbons
between; a ribbon is as wide as the music that is kept, beat for beat.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.conform.fates import ConformReport, Music, ShotFate
from vem_plugin.conform.joining import runs_of
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.rhythm.picture import families
from vem_plugin.rhythm.picture_rows import FAINT, GAP_COLOR, INK, PAPER, QUIET, SHOT_COLORS, plain
from vem_plugin.rhythm.writing import write_whole
from vem_plugin.score.notes import STEPS_PER_BEAT, Score
from vem_timeline.storyboard import Shot, Storyboard

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, DOTS_PER_INCH = 16.0, 6.4, 120
"""Inches, and dots to one."""
COLORS: dict[Music, str] = {
    "kept": "#3f86c4",
    "bent": "#7fb2d9",
    "cut": "#d9861a",
    "extended": "#d9861a",
    "partly new": "#b58bc9",
    "new": "#c8372d",
    "gone": "#8d9097",
}
WORDS: dict[Music, str] = {
    "kept": "kept",
    "bent": "kept, tempo bends",
    "cut": "cut or extended at bar lines",
    "extended": "cut or extended at bar lines",
    "partly new": "partly written anew",
    "new": "written anew",
    "gone": "deleted",
}
OLD_NOTES, OLD_SHOTS, NEW_SHOTS, NEW_NOTES = (8.2, 10.0), (7.0, 8.0), (3.0, 4.0), (1.0, 2.8)
"""Foot and head of each strip, in row units."""
LOWEST, HIGHEST = 24, 98
"""MIDI pitches at the foot and head of a strip of notes."""
LETTER = 0.085
"""Inches that a letter of a shot's name takes."""


def draw_conform(
    old: tuple[Storyboard, BeatPlan, Score],
    new: tuple[Storyboard, BeatPlan, Score],
    beats: Sequence[int | None],
    report: ConformReport,
    path: Path,
) -> Path:
    """Draw a re-conform as PNG; ``beats`` has the earlier beat of every new one, or None.

    Raises
    ------
    RenderError
        If the file cannot be written.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: dict[Any, Any] = {"font.family": families()}
    drawn = io.BytesIO()
    with rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(WIDTH, HEIGHT))
        axes = figure.add_axes((0.035, 0.02, 0.93, 0.84))
        length = float(max(old[0].duration, new[0].duration))
        axes.set(xlim=(-0.002 * length, 1.002 * length), ylim=(0.2, 10.2))
        axes.axis("off")
        _title(figure, new[0].name, report)
        fates = {"old": {fate.old: fate for fate in report.fates}, "new": {fate.new: fate for fate in report.fates}}
        _draw_edit(axes, old[0], old[1], OLD_SHOTS, fates["old"], length, gone=True)
        _draw_edit(axes, new[0], new[1], NEW_SHOTS, fates["new"], length, gone=False)
        kept = {then for then in beats if then is not None}
        _draw_notes(axes, old[2], old[1], OLD_NOTES, [beat in kept for beat in range(old[1].beats)], COLORS["gone"])
        _draw_notes(axes, new[2], new[1], NEW_NOTES, [then is not None for then in beats], COLORS["new"])
        _draw_ribbons(axes, old[1], new, beats, fates["new"])
        figure.savefig(drawn, format="png", dpi=DOTS_PER_INCH, facecolor=PAPER)
    write_whole(path, drawn.getvalue())
    return path


def _title(figure: Any, name: str, report: ConformReport) -> None:
    from matplotlib.patches import Patch

    shown = plain(name) or "Re-conform"
    figure.text(0.035, 0.945, shown, size=17, weight="bold", color=INK).set_parse_math(False)
    facts = (
        f"{100 * report.share_kept:.0f} % of the music kept",
        f"{report.bpm[0]:.1f} to {report.bpm[1]:.1f} bpm",
        f"cuts on the grid: {report.landed[0]} of {report.cuts[0]} before, {report.landed[1]} of {report.cuts[1]} now",
    )
    figure.text(0.035, 0.905, "   ·   ".join(facts), size=9.5, color=QUIET)
    seen = {WORDS[fate.music]: COLORS[fate.music] for fate in report.fates}
    patches = [Patch(color=seen[words], label=words) for words in dict.fromkeys(WORDS.values()) if words in seen]
    figure.legend(handles=patches, loc="upper right", bbox_to_anchor=(0.967, 0.99), ncols=3, frameon=False, fontsize=9)


def _draw_edit(
    axes: Axes,
    edit: Storyboard,
    plan: BeatPlan,
    strip: tuple[float, float],
    fates: dict[int | None, ShotFate],
    length: float,
    *,
    gone: bool,
) -> None:
    """The shots of an edit as blocks with their numbers, and its bar lines towards the notes."""
    from matplotlib.patches import Rectangle

    foot, head = strip
    for shot in edit.shots:
        color, loud = _block(shot, fates.get(shot.number), gone=gone)
        start, lasting = float(shot.start), float(shot.duration)
        axes.add_patch(Rectangle((start, foot), lasting, head - foot, facecolor=color, edgecolor=PAPER, lw=1.2))
        inches = lasting / length * WIDTH * 0.93
        words = f"{shot.number} {plain(shot.name)}"[: max(0, int(inches / LETTER))]
        if inches > 0.16:
            shown = words if len(words) > 4 else str(shot.number)
            text = axes.text(
                start + 0.006 * length, (foot + head) / 2, shown, size=7.5, va="center", color=PAPER if loud else INK
            )
            text.set_parse_math(False)
    side = head if gone else foot
    for bar in plan.bars:
        time = float(plan.beat_times[bar.beat])
        axes.plot([time, time], [side, side + (0.18 if gone else -0.18)], color=QUIET, lw=0.7)


def _block(shot: Shot, fate: ShotFate | None, *, gone: bool) -> tuple[str, bool]:
    """Colour of a shot's block, and whether it is dark."""
    if fate is not None and fate.music == ("gone" if gone else "new"):
        return COLORS[fate.music], True
    if shot.kind == "gap":
        return GAP_COLOR, True
    return SHOT_COLORS[shot.number % 2], False


def _draw_notes(
    axes: Axes, score: Score, plan: BeatPlan, strip: tuple[float, float], kept: Sequence[bool], color: str
) -> None:
    """A piano roll without drums: kept notes dark, the others (lost above, new below) in colour."""
    from matplotlib.collections import LineCollection

    notes = score.notes[score.notes["role"] > 0]
    clock = np.array([float(time) for time in plan.beat_times])
    beat = np.arange(len(clock)) * STEPS_PER_BEAT
    start, end = (np.interp(steps, beat, clock) for steps in (notes["start"], notes["start"] + notes["length"]))
    height = np.interp(notes["pitch"], [LOWEST, HIGHEST], strip)
    lines = np.stack([np.stack([start, height], 1), np.stack([end, height], 1)], 1)
    stays: NDArray[np.bool_] = np.array(kept)[np.minimum(notes["start"] // STEPS_PER_BEAT, len(kept) - 1)]
    for chosen, shade in ((stays, QUIET), (~stays, color)):
        axes.add_collection(LineCollection(list(lines[chosen]), colors=shade, linewidths=1.1))
    axes.axhline(strip[0], color=FAINT, lw=0.6)


def _draw_ribbons(
    axes: Axes,
    old: BeatPlan,
    new: tuple[Storyboard, BeatPlan, Score],
    beats: Sequence[int | None],
    fates: dict[int | None, ShotFate],
) -> None:
    """A ribbon for every run of kept beats in every shot, in the colour of the shot's fate."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    plan, top, bottom = new[1], OLD_SHOTS[0], NEW_SHOTS[1]
    middle = (top + bottom) / 2
    edges = {plan.beat_near(shot.start): shot.number for shot in new[0].shots}
    for first, last, former in _ribbons(beats, sorted(edges)):
        number = edges[max(edge for edge in edges if edge <= first)]
        above = [float(old.beat_times[beat]) for beat in (former, former + last - first)]
        below = [float(plan.beat_times[beat]) for beat in (first, last)]
        points = [
            (above[0], top), (above[0], middle), (below[0], middle), (below[0], bottom),
            (below[1], bottom), (below[1], middle), (above[1], middle), (above[1], top), (above[0], top),
        ]  # fmt: skip
        curve = [Outline.CURVE4] * 3
        codes = [Outline.MOVETO, *curve, Outline.LINETO, *curve, Outline.CLOSEPOLY]
        color = COLORS[fates[number].music] if number in fates else QUIET
        axes.add_patch(PathPatch(Outline(points, codes), facecolor=color, edgecolor=PAPER, lw=0.8, alpha=0.75))


def _ribbons(beats: Sequence[int | None], edges: Sequence[int]) -> list[tuple[int, int, int]]:
    """Runs of kept beats, cut where shots begin: first and last beat (exclusive), and the earlier first beat."""
    found: list[tuple[int, int, int]] = []
    for run in runs_of(beats):
        if run.former is None:
            continue
        cuts = [run.first, *(edge for edge in edges if run.first < edge < run.last), run.last]
        found += [(a, b, run.former + a - run.first) for a, b in pairwise(cuts)]
    return found
