"""Patterns of one or two bars in a notation that reads like a row of sixteenths, and how they fit a bent bar.

Each character is a sixteenth: ``.`` is silence, ``-`` holds the note before, anything else begins a note. Bars stand
apart by ``|``. In 6/8, where a beat is an eighth of four steps, a sixteenth of the notation lasts two steps.

    bass      R the chord's bass, O its octave, 5 fifth, 3 third, A a step towards the next bass
    comping   X an accented chord, x a chord, t the chord without its lowest voice, 0 to 9 one voice counted from below
    figures   0 to 5 the chord tones of the counter's hand, n the scale's neighbour above finger 0
    drums     X accented, x played, o ghosted
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from vem_plugin.score.cue import COMPOUND
from vem_plugin.score.notes import STEPS_PER_BEAT


class Stroke(NamedTuple):
    """A note of a pattern: first step of the bar, length in steps, and its sign."""

    start: int
    length: int
    sign: str


Bar = tuple[Stroke, ...]
Pattern = tuple[Bar, ...]
"""Bars that go round."""
Levels = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Names of patterns to choose from in sparse, medium and full bars."""


def read(text: str, metre: int = 4) -> Pattern:
    """Read a pattern written in the notation above.

    Raises
    ------
    ValueError
        If a bar is not as long as the metre's.
    """
    sixteenths = 12 if metre == COMPOUND else metre * STEPS_PER_BEAT
    stretch = metre * STEPS_PER_BEAT // sixteenths
    bars: list[Bar] = []
    for row in text.split("|"):
        if len(row) != sixteenths:
            raise ValueError(f"a bar of {sixteenths} sixteenths wanted: {row!r}")
        strokes: list[Stroke] = []
        for place, sign in enumerate(row):
            if sign == "-":
                strokes[-1] = strokes[-1]._replace(length=strokes[-1].length + stretch)
            elif sign != ".":
                strokes.append(Stroke(place * stretch, stretch, sign))
        bars.append(tuple(strokes))
    return tuple(bars)


def read_all(texts: dict[str, str], metre: int) -> dict[str, Pattern]:
    """Read a book of patterns by name."""
    return {name: read(text, metre) for name, text in texts.items()}


def levels(low: str, middle: str, full: str) -> Levels:
    """Names at three densities, apart by blanks."""
    return tuple(low.split()), tuple(middle.split()), tuple(full.split())


@lru_cache(maxsize=8192)
def fit(bar: Bar, full: int, steps: int) -> Bar:
    """Fit a bar of ``full`` steps to one of ``steps``.

    A shortened bar breaks off, as an editor's would; a longer one plays its last beat again, or holds a note on that
    sounds throughout it.
    """
    if steps == full:
        return bar
    if steps < full:
        return tuple(
            stroke._replace(length=min(stroke.length, steps - stroke.start)) for stroke in bar if stroke.start < steps
        )
    beat = full - STEPS_PER_BEAT
    held = tuple(
        stroke._replace(length=steps - stroke.start)
        if stroke.start < beat and stroke.start + stroke.length == full
        else stroke
        for stroke in bar
    )
    again = tuple(
        stroke._replace(start=stroke.start + turn)
        for turn in range(STEPS_PER_BEAT, steps - beat, STEPS_PER_BEAT)
        for stroke in bar
        if stroke.start >= beat and stroke.start + turn < steps
    )
    return held + again
