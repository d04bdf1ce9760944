"""One row of the picture of a plan: bands, flags, shots, ruler, signs and tempo.

Along a row x is seconds from the first frame; y is in row units, from 0 (tempo) to ``TOP`` (bands).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from vem_plugin.rhythm.beat_plan import BeatPlan, Grid
from vem_plugin.rhythm.constraints import meaning_of
from vem_timeline.storyboard import Shot, Storyboard, Transition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Outcome = Grid | Literal["miss"]

PAPER, INK, QUIET, FAINT = "#fbfaf7", "#23272e", "#767b84", "#d9d8d2"
SHOT_COLORS = ("#dfe5ea", "#cdd6de")
GAP_COLOR = "#3a3e45"
ON_COLORS: dict[Outcome, str] = {
    "downbeat": "#174a7c",
    "beat": "#3f86c4",
    "off-beat": "#3f86c4",
    "miss": "#c8372d",
}
SIGN_SIZES: dict[Outcome, float] = {"downbeat": 7.2, "beat": 5.4, "off-beat": 5.2, "miss": 6.6}
HIT_COLOR, FLAG_INK, TEMPO_COLOR = "#d9861a", "#9a5b0a", "#4d7c5a"
BAND_COLORS = ("#f3e3c3", "#dcebdc", "#e6e0f0", "#f3dcd8")

TOP, TOP_WITHOUT_BANDS = 10.0, 8.6
BAND_BOTTOM, BAND_TOP = 8.65, 9.55
SHOT_BOTTOM, SHOT_TOP = 5.55, 8.3
RULER_BOTTOM, RULER_TOP = 3.4, 5.25
SIGN = 5.25
TEMPO_BOTTOM, TEMPO_TOP = 0.75, 2.5

FLAG_WIDTH = 2.2
"""Most inches the words of a marker may take."""

POINTS_PER_INCH = 72
LETTER_WIDTH = 0.53
"""Mean width of a letter, in ems."""

BEATS_FROM, BARS_FROM = 0.05, 0.03
"""Beats and bars closer together than this, in inches, are not drawn one by one."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds in a row, inches to a second, and the tempi (bpm) at the foot and head of the tempo strip."""

    seconds: float
    inches: float
    tempi: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What every row is drawn from: the edit, the plan, the times of its beats (s), and a sign for each
    constraint.

    A sign is the time (s), where it landed, and whether a marker asked for it.
    """

    storyboard: Storyboard
    plan: BeatPlan
    beats: NDArray[np.float64]
    signs: tuple[tuple[float, Outcome, bool], ...]


def grounds_of(storyboard: Storyboard, plan: BeatPlan) -> Grounds:
    """Gather what the rows need, once."""
    signs: list[tuple[float, Outcome, bool]] = [
        (float(landing.constraint.time), landing.on, landing.constraint.hard)
        for landing in plan.landings
        if landing.constraint.kind != "end"
    ]
    missed: Outcome = "miss"
    signs.extend((float(miss.constraint.time), missed, miss.constraint.hard) for miss in plan.misses)
    return Grounds(storyboard, plan, np.array([float(time) for time in plan.beat_times]), tuple(signs))


@dataclass(frozen=True, slots=True)
class Row:
    """A row under way: where it is drawn, its span in seconds, and whether it is the last."""

    axes: Axes
    start: float
    end: float
    last: bool
    scale: Scale

    def clip(self, start: Fraction, duration: Fraction) -> tuple[float, float] | None:
        """Part of a span that falls in this row."""
        first, last = max(self.start, float(start)), min(self.end, float(start + duration))
        return (first, last) if last > first else None

    def holds(self, time: Fraction | float) -> bool:
        """Whether an instant belongs to this row; the end of a row belongs to the next, if there is one."""
        return self.start - 1e-9 <= float(time) < self.end - 1e-9 or (self.last and float(time) >= self.end - 1e-9)


def draw_row(row: Row, grounds: Grounds) -> None:
    """Draw everything that falls into one row."""
    storyboard, plan = grounds.storyboard, grounds.plan
    _draw_bands(row, storyboard)
    for shot in storyboard.shots:
        _draw_shot(row, storyboard, shot)
    for transition in storyboard.transitions:
        _draw_blend(row, transition)
    _draw_ruler(row, plan, grounds.beats)
    _draw_tempo(row, plan)
    _draw_signs(row, grounds.signs)
    _draw_flags(row, storyboard)


def plain(text: str) -> str:
    """Bring a text onto one line."""
    return " ".join(text.split())


def _write(axes: Axes, x: float, y: float, text: str, **style: object) -> None:
    """Write a text, if any, as it stands (a dollar sign in a file name is no formula)."""
    if text:
        axes.text(x, y, text, parse_math=False, clip_on=True, **style)  # pyright: ignore[reportArgumentType]


def _fitting(text: str, inches: float, size: float) -> str:
    """Shorten a text to a width; empty if not even two letters fit."""
    room = int(inches * POINTS_PER_INCH / (size * LETTER_WIDTH))
    if len(text) <= room:
        return text
    return text[: room - 1].rstrip() + "…" if room > 2 else ""


def _folded(text: str, inches: float, size: float) -> str:
    """Fold a text into two lines of a width, the second shortened if need be; empty if two letters do not fit."""
    room = int(inches * POINTS_PER_INCH / (size * LETTER_WIDTH))
    if room < 3:
        return ""
    lines = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
    rest = " ".join(lines[1:])
    return f"{lines[0]}\n{_fitting(rest, inches, size)}" if rest else lines[0]


def _draw_bands(row: Row, storyboard: Storyboard) -> None:
    """Draw notes for a span as tinted bands over the shots."""
    frame = storyboard.clock.frame_duration
    notes = [marker for marker in storyboard.markers if marker.duration > frame]
    for index, marker in enumerate(notes):
        part = row.clip(marker.time, marker.duration)
        if part is None:
            continue
        color = BAND_COLORS[index % len(BAND_COLORS)]
        row.axes.fill_between(part, SHOT_TOP, BAND_TOP, color=color, lw=0, zorder=0)
        words = _fitting(plain(marker.text), (part[1] - part[0]) * row.scale.inches - 0.1, 8)
        x = part[0] + 0.05 / row.scale.inches
        _write(row.axes, x, (BAND_BOTTOM + BAND_TOP) / 2, words, size=8, color=INK, va="center", style="italic")


def _draw_shot(row: Row, storyboard: Storyboard, shot: Shot) -> None:
    """Draw a shot as a block with its number, name and first timecode, as far as they fit."""
    from matplotlib.patches import Rectangle

    part = row.clip(shot.start, shot.duration)
    if part is None:
        return
    first, last = part
    gap = shot.kind == "gap"
    color = GAP_COLOR if gap else SHOT_COLORS[shot.number % 2]
    block = Rectangle((first, SHOT_BOTTOM), last - first, SHOT_TOP - SHOT_BOTTOM, fc=color, ec=PAPER, lw=0.8, zorder=1)
    row.axes.add_patch(block)
    inches = (last - first) * row.scale.inches - 0.1
    x = first + 0.05 / row.scale.inches
    ink, soft = (PAPER, FAINT) if gap else (INK, QUIET)
    number = str(shot.number)
    taken = len(number) * 0.075 + 0.08
    if inches + 0.1 > taken - 0.02:
        _write(row.axes, x, SHOT_TOP - 0.25, number, size=8.5, weight="bold", color=ink, va="top", zorder=3)
    code = storyboard.clock.timecode_of(shot.start)
    if row.holds(shot.start) and inches > taken + len(code) * 6 * LETTER_WIDTH / POINTS_PER_INCH:
        beside = x + taken / row.scale.inches
        _write(row.axes, beside, SHOT_TOP - 0.37, code, size=6, color=soft, va="top", zorder=3)
    name = _folded(plain(shot.name) or ("black" if gap else ""), inches, 7)
    _write(row.axes, x, SHOT_TOP - 1.2, name, size=7, color=ink, va="top", linespacing=1.15, zorder=3)


def _draw_blend(row: Row, transition: Transition) -> None:
    """Draw a dissolve as the wedge in which one shot gives way to the next."""
    part = row.clip(transition.time - transition.duration / 2, transition.duration)
    if part is None:
        return
    first, last = part
    row.axes.fill([first, last, last], [SHOT_BOTTOM, SHOT_BOTTOM, SHOT_TOP], color=INK, alpha=0.16, lw=0, zorder=2)


def _draw_ruler(row: Row, plan: BeatPlan, beats: NDArray[np.float64]) -> None:
    """Draw bar lines with their numbers, and beats as short ticks."""
    beat_inches = 60 / float(plan.base_bpm) * row.scale.inches
    row.axes.hlines(RULER_BOTTOM, row.start, row.end, color=FAINT, lw=0.8, zorder=1)
    if beat_inches > BEATS_FROM:
        here = beats[(beats >= row.start - 1e-9) & (beats < row.end)]
        row.axes.vlines(here, RULER_BOTTOM, RULER_BOTTOM + 0.45, color="#a9adb3", lw=0.6, zorder=1)
    ordinary = max(bar.beats for bar in plan.bars[: len(plan.bars) // 2 + 1])
    if beat_inches * ordinary > BARS_FROM:
        bars = [bar for bar in plan.bars if row.holds(beats[bar.beat])]
        lines = [beats[bar.beat] for bar in bars]
        row.axes.vlines(lines, RULER_BOTTOM, RULER_BOTTOM + 1.0, color=INK, lw=0.9, zorder=2)
        step = _number_step(beat_inches * ordinary)
        for bar, x in zip(bars, lines, strict=True):
            if (bar.number - 1) % step == 0:
                at = x + 0.02 / row.scale.inches
                _write(row.axes, at, RULER_BOTTOM - 0.12, str(bar.number), size=6, color=QUIET, va="top")
    if row.last:
        row.axes.vlines(row.end, RULER_BOTTOM, RULER_BOTTOM + 1.0, color=INK, lw=1.8, zorder=2)


def _number_step(bar_inches: float) -> int:
    """Number every bar, or every second, fourth ... as they fit."""
    step = 1
    while step * bar_inches < 0.22:
        step *= 2
    return step


def _draw_tempo(row: Row, plan: BeatPlan) -> None:
    """Draw the tempo as steps about the base tempo."""
    low, high = row.scale.tempi

    def level(bpm: float) -> float:
        return TEMPO_BOTTOM + (bpm - low) / (high - low) * (TEMPO_TOP - TEMPO_BOTTOM)

    base = level(float(plan.base_bpm))
    row.axes.hlines(base, row.start, row.end, color=FAINT, lw=0.8, ls=(0, (4, 3)), zorder=1)
    x: list[float] = []
    y: list[float] = []
    for segment in plan.segments:
        part = row.clip(segment.start, segment.end - segment.start)
        if part is not None:
            x += part
            y += [level(float(segment.bpm))] * 2
    row.axes.plot(x, y, color=TEMPO_COLOR, lw=1.2, zorder=2, solid_joinstyle="round")
    row.axes.fill_between(x, y, base, color=TEMPO_COLOR, alpha=0.10, lw=0, zorder=1)
    edge = row.start - 0.06 / row.scale.inches
    for bpm in (low, high):
        row.axes.text(edge, level(bpm), f"{bpm / plan.beats_a_pulse:.0f}", size=6, color=QUIET, ha="right", va="center")
    row.axes.text(edge, base, f"{float(plan.felt_bpm):.0f}", size=6.5, color=TEMPO_COLOR, ha="right", va="center")


def _draw_signs(row: Row, signs: Iterable[tuple[float, Outcome, bool]]) -> None:
    """Draw a stem and a sign under every cut and marker."""
    groups: dict[tuple[Outcome, bool], list[float]] = {}
    for time, on, marked in signs:
        if row.holds(time):
            groups.setdefault((on, marked), []).append(time)
    for (on, marked), times in groups.items():
        color = HIT_COLOR if marked else ON_COLORS[on]
        width = 1.4 if marked else 0.9
        row.axes.vlines(times, RULER_BOTTOM, SHOT_BOTTOM, color=color, lw=width, zorder=2.5)
        if marked:
            row.axes.vlines(times, SHOT_BOTTOM, BAND_BOTTOM, color=color, lw=width, alpha=0.55, zorder=2.5)
        _draw_sign(row.axes, times, SIGN - 0.3, on, marked=marked)


def _draw_flags(row: Row, storyboard: Storyboard) -> None:
    """Draw a flag with its words over every point marker."""
    frame = storyboard.clock.frame_duration
    for marker in storyboard.markers:
        if marker.duration > frame or not row.holds(marker.time):
            continue
        x, y = float(marker.time), BAND_BOTTOM + 0.3
        silent = meaning_of(marker) in ("ignore", "lock")
        color, ink = (QUIET, QUIET) if silent else (HIT_COLOR, FLAG_INK)
        row.axes.plot(x, y - 0.1, marker="v", ms=6, color=color, mec=PAPER, mew=0.5, zorder=4)
        words = _fitting(plain(marker.text), FLAG_WIDTH, 7.5)
        _write(row.axes, x + 0.07 / row.scale.inches, y, words, size=7.5, color=ink, va="center")


def _draw_sign(axes: Axes, times: list[float], y: float, on: Outcome, *, marked: bool) -> None:
    """Draw one kind of sign: large disc (downbeat), small one (beat), ring (off-beat), cross (miss)."""
    color = HIT_COLOR if marked else ON_COLORS[on]
    shape = "X" if on == "miss" else "D" if marked else "o"
    face, edge, line = (PAPER, color, 1.2) if on == "off-beat" else (color, PAPER, 0.6)
    style = {"marker": shape, "ms": SIGN_SIZES[on] - marked, "color": face, "mec": edge, "mew": line}
    axes.plot(times, [y] * len(times), ls="none", zorder=4, **style)  # pyright: ignore[reportArgumentType]


def draw_legend(axes: Axes, *, off_beat: str) -> None:
    """Say what the signs mean, in one line; x in inches; ``off_beat`` names the note between two beats."""
    entries: Iterable[tuple[Outcome, bool, str]] = (
        ("downbeat", False, "cut on a downbeat"),
        ("beat", False, "cut on a beat"),
        ("off-beat", False, f"cut on an off-beat {off_beat}"),
        ("miss", False, "cut off the grid"),
        ("beat", True, "marker, always met"),
    )
    x = 0.06
    for on, marked, words in entries:
        _draw_sign(axes, [x], 0.5, on, marked=marked)
        axes.text(x + 0.11, 0.46, words, size=8.5, color=INK, va="center")
        x += 0.42 + 0.068 * len(words)
    axes.plot([x, x + 0.3], [0.5, 0.5], color=TEMPO_COLOR, lw=1.4)
    axes.text(x + 0.38, 0.46, "tempo, bpm (dashed: base)", size=8.5, color=INK, va="center")
