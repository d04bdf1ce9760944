"""The drums of one bar: the groove, the fill that leads on, and the roll of a build."""

from __future__ import annotations

from vem_plugin.score.cue_bars import CueBar
from vem_plugin.training.corpus.bar_task import BarTask
from vem_plugin.training.corpus.grooves import (
    CLAP,
    CRASH,
    FILL_STEPS,
    GROOVES,
    HIGH_TOM,
    KICK,
    LOW_TOM,
    NO_FILLS,
    PICKUP_STEPS,
    ROLLING,
    SHORT_FILLS,
    SNARE,
    Fill,
    hand_on_drums,
)
from vem_plugin.training.corpus.sketch import DRUMS_ROLE, Sketch

STROKE_LIFT = (-20, 0, 10)
"""Ghosted, played, accented, against the bar's velocity."""
GHOSTS_FROM = 0.35
"""Intensity from which ghost notes are played."""
BUSY = frozenset({SNARE, CLAP, LOW_TOM, HIGH_TOM})
"""Drums that keep out of the way of a short fill."""
NO_FILL: tuple[Fill, int] = ((), 0)


def choose_fill(bar: CueBar, following: CueBar | None, style: str, metre: int, long_fill: Fill) -> tuple[Fill, int]:
    """The fill of a bar and its length in steps: a long one into the next section where that rises, a pick-up every
    fourth bar, none where the music is sparse or falls.
    """
    if not bar.level or following is None or style in NO_FILLS:
        return NO_FILL
    if bar.ends_section:
        if following.energy < bar.energy - 0.1 or "drums" not in following.section.roles:
            return NO_FILL
        if (bar.of >= 4 or following.energy > bar.energy + 0.2) and bar.steps >= FILL_STEPS[metre]:
            return long_fill, FILL_STEPS[metre]
    if bar.place % 4 == 3 and bar.steps >= PICKUP_STEPS[metre] + 4:
        return SHORT_FILLS[metre][hand_on_drums(style)], PICKUP_STEPS[metre]
    return NO_FILL


def play_drums(task: BarTask, sketch: Sketch) -> None:
    """The groove, broken off by a fill or a roll where one leads on."""
    variants = GROOVES[task.metre][task.style]
    bars = variants[task.playing.groove % len(variants)][task.bar.level]
    groove = bars[task.bar.phrase_place % len(bars)]
    rolling = task.build > 0 and task.style in ROLLING
    fill_start = task.bar.steps - task.fill_steps if task.fill and not rolling else task.bar.steps
    short = task.fill_steps < FILL_STEPS[task.metre]
    for step, drum, weight in _fitted(groove, task):
        if step >= task.end or (rolling and drum != KICK) or (weight == 0 and task.intensity < GHOSTS_FROM):
            continue
        if step >= fill_start and (drum in BUSY or not short):
            continue
        sketch.add(DRUMS_ROLE, task.bar.step + step, 1, drum, task.velocity(step, STROKE_LIFT[weight]))
    if rolling:
        _roll(task, sketch, ROLLING[task.style])
    elif task.fill:
        for step, drum in task.fill:
            if fill_start + step < task.end:
                rise = 14 * step / task.fill_steps - 8
                sketch.add(
                    DRUMS_ROLE, task.bar.step + fill_start + step, 1, drum, task.velocity(fill_start + step, rise)
                )
    if task.crash and task.end:
        sketch.add(DRUMS_ROLE, task.bar.step, 1, CRASH, task.velocity(0, 8))


def _fitted(groove: tuple[tuple[int, int, int], ...], task: BarTask) -> list[tuple[int, int, int]]:
    """The groove over a bar that may be bent: broken off, or its last beat played again."""
    full, steps = task.metre * 4, task.bar.steps
    strokes = [stroke for stroke in groove if stroke[0] < steps]
    if steps > full:
        strokes += [
            (step + turn, drum, weight)
            for turn in range(4, steps - full + 4, 4)
            for step, drum, weight in groove
            if step >= full - 4 and step + turn < steps
        ]
    return strokes


def _roll(task: BarTask, sketch: Sketch, drum: int) -> None:
    """A roll that quickens and swells over the last one or two bars of a build."""
    half = task.bar.steps // 2
    first, second = (4, 2) if task.build == 2 else (2, 1)
    start = -16 if task.build == 2 else -6
    for step in range(task.end):
        if step % (first if step < half else second) == 0:
            rise = start + 14 * step / task.bar.steps
            sketch.add(DRUMS_ROLE, task.bar.step + step, 1, drum, task.velocity(step, rise))
