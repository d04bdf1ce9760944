"""A picture of the plan, for editors: shots above, bars and beats below, what landed where, and the tempo.

The timeline is folded into rows of about a minute. In each row, from top to bottom: notes for a span (bands)
and markers (flags), the shots, the ruler of bars and beats with a sign under every cut, and the tempo.
"""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vem_plugin.errors import SettingsError
from vem_plugin.rhythm import picture_rows as rows
from vem_plugin.rhythm.beat_plan import HALF_BEATS, BeatPlan
from vem_plugin.rhythm.writing import write_whole
from vem_timeline.storyboard import Storyboard

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW_SECONDS = 60.0
SHORT_SECONDS = 24.0
MOST_ROWS = 30
"""What lasts longer than the short seconds gets two rows at least. Longer timelines get longer rows once there are
most rows, so that the picture stays a picture."""

WIDTH = 16.0
UNIT = 0.165
HEADER_HEIGHT = 1.3
MARGIN = 0.55
"""Sizes in inches; the unit is one of a row's own units of height."""

DOTS_PER_INCH = 144
SUFFIXES = (".png", ".svg")


def draw_plan(storyboard: Storyboard, plan: BeatPlan, path: Path) -> Path:
    """Draw a plan.

    Parameters
    ----------
    storyboard : Storyboard
        The edit.
    plan : BeatPlan
        Its beats.
    path : Path
        ``.png`` or ``.svg`` file to write, whole or not at all.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    SettingsError
        If the suffix is neither.
    RenderError
        If the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise SettingsError(
            f"A plan cannot be drawn as '{suffix or path.name}'.", remedy="Name the picture .png or .svg."
        )
    from matplotlib import rc_context

    drawn = io.BytesIO()
    settings: dict[Any, Any] = {"font.family": families(), "svg.fonttype": "none", "svg.hashsalt": "vem"}
    with rc_context(settings), warnings.catch_warnings():
        # A shot may be named in a script no installed font has; its box is drawn as an empty square then.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = _figure_of(storyboard, plan)
        figure.savefig(drawn, format=suffix[1:], dpi=DOTS_PER_INCH, facecolor=rows.PAPER)
    write_whole(path, drawn.getvalue())
    return path


def families() -> list[str]:
    """Fonts for Latin and, where installed, for other scripts."""
    from matplotlib import font_manager

    wanted = (
        "Inter",
        "Helvetica Neue",
        "Segoe UI",
        "DejaVu Sans",
        "Noto Sans CJK JP",
        "Hiragino Sans",
        "Microsoft YaHei",
        "Arial Unicode MS",
    )
    installed = set(font_manager.get_font_names())
    return [family for family in wanted if family in installed] or ["sans-serif"]


def _figure_of(storyboard: Storyboard, plan: BeatPlan) -> Figure:
    from matplotlib.figure import Figure

    duration = float(plan.duration)
    fewest = 2 if duration > SHORT_SECONDS else 1
    count = min(MOST_ROWS, max(fewest, math.ceil(duration / ROW_SECONDS - 0.25)))
    length = duration / count
    top = rows.TOP if storyboard.markers else rows.TOP_WITHOUT_BANDS
    row_height = UNIT * top
    height = HEADER_HEIGHT + count * row_height + 0.2
    figure = Figure(figsize=(WIDTH, height))
    _draw_header(figure, storyboard, plan, height)
    scale = rows.Scale(length, (WIDTH - 2 * MARGIN) / length, _tempo_range(plan))
    grounds = rows.grounds_of(storyboard, plan)
    for index in range(count):
        bottom = height - HEADER_HEIGHT - (index + 1) * row_height
        box = (MARGIN / WIDTH, bottom / height, 1 - 2 * MARGIN / WIDTH, row_height / height)
        axes = figure.add_axes(box)
        start, end = index * length, (index + 1) * length
        axes.set(xlim=(start, end), ylim=(0.0, top))
        axes.axis("off")
        rows.draw_row(rows.Row(axes, start, end, index == count - 1, scale), grounds)
    return figure


def _tempo_range(plan: BeatPlan) -> tuple[float, float]:
    """Tempi at the foot and head of the tempo strip: all that occur, and 4 % either side of the base."""
    base = float(plan.base_bpm)
    tempi = [float(segment.bpm) for segment in plan.segments]
    return min(*tempi, base * 0.96), max(*tempi, base * 1.04)


def _draw_header(figure: Figure, storyboard: Storyboard, plan: BeatPlan, height: float) -> None:
    """Write the title, the figures in one line, and the legend."""
    left = MARGIN / WIDTH

    def line(y: float) -> float:
        return 1 - y / height

    figure.text(
        left, line(0.42), rows.plain(storyboard.name) or "Beat plan", size=17, weight="bold", color=rows.INK
    ).set_parse_math(False)
    figure.text(left, line(0.70), _summary(storyboard, plan), size=9.5, color=rows.QUIET)
    legend = figure.add_axes((left, line(1.12), 1 - 2 * left, 0.26 / height))
    legend.set_xlim(0, WIDTH - 2 * MARGIN)
    legend.set_ylim(0, 1)
    legend.axis("off")
    rows.draw_legend(legend, off_beat=HALF_BEATS[plan.beat_note])


_TAPPED = {4: "bpm", 8: "dotted quarters a minute"}
"""What a tempo counts where a beat is a quarter, and where it is an eighth."""


def _summary(storyboard: Storyboard, plan: BeatPlan) -> str:
    cuts = [landing for landing in plan.landings if landing.constraint.shot is not None]
    missed = [miss for miss in plan.misses if miss.constraint.shot is not None]
    total = len(cuts) + len(missed)
    hard = sum(1 for landing in plan.landings if landing.constraint.hard and landing.constraint.kind != "end")
    clock = storyboard.clock
    parts = [
        f"{clock.timecode_of(plan.duration - clock.frame_duration * clock.start_frame)} long",
        f"{plan.metre}/{plan.beat_note}",
        f"{float(plan.felt_bpm):.1f} {_TAPPED[plan.beat_note]}",
        f"{plan.beats} beats in {len(plan.bars)} bars",
        f"{len(cuts)} of {total} cuts on the grid" if total else "no cuts",
    ]
    if hard:
        parts.append(f"{hard} marker{'s' if hard > 1 else ''} met")
    return "   ·   ".join(parts)
