"""Forms: how a tune of eight or sixteen bars goes on from its motif.

What is repeated is repeated exactly, half a period stays open, the end closes, and the highest note comes late.

    period    a b | a c      b ends open, c closes
    sentence  a a' | f c     a' moved by a step or two, f its head broken off and moved again
    riff      a a' | a c     a hook that goes round, its second tail turned
    call      q r q r' | q r q c   bars that ask and answer
    song      A A' B A       sixteen bars: a period's half, closed, a higher middle, and home
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vem_plugin.score.cells import Cell
from vem_plugin.score.chance import pick, weighed
from vem_plugin.score.motif import TuneBar
from vem_plugin.score.tune import CONTOURS, Composer, Ground, Tune


def _rhythm(bar: TuneBar) -> Cell:
    return tuple((note.start, note.length) for note in bar)


def _period(composer: Composer) -> None:
    _antecedent(composer)
    for bar in composer.bars[:2]:
        composer.again(bar)
    composer.climax(_rhythm(composer.bars[2]) or composer.cell())
    composer.cadence(closing=True)


def _antecedent(composer: Composer) -> None:
    composer.motif()
    first = composer.bars[0]
    steps = pick(composer.rng, (0, 0, 0, -2, -1, 1, 2, None))
    if steps is None:
        composer.free(composer.cell(), 0, pick(composer.rng, CONTOURS))
    else:
        composer.moved(first, steps)
    composer.cadence(closing=False)


def _sentence(composer: Composer) -> None:
    composer.motif()
    steps = pick(composer.rng, (-2, -1, 1, 1, 2))
    first, second = composer.bars
    composer.moved(first, steps)
    composer.moved(second, steps)
    half = composer.steps // 2 if composer.ground.metre != 3 else composer.steps
    head = tuple(note._replace(length=min(note.length, half - note.start)) for note in first if note.start < half)
    tail = tuple(note._replace(start=note.start + half, degree=note.degree + 1) for note in head)
    broken = (*head, *tail) if 2 * half <= composer.steps else head
    composer.moved(broken, 0)
    composer.moved(broken, pick(composer.rng, (-1, 1, 1)))
    composer.climax(_rhythm(first) or composer.cell())
    composer.cadence(closing=True)


def _riff(composer: Composer) -> None:
    composer.motif()
    first, second = composer.bars
    composer.again(first)
    composer.turned(second)
    composer.again(first)
    composer.again(second)
    composer.climax(_rhythm(first) or composer.cell())
    composer.cadence(closing=True)


def _call(composer: Composer) -> None:
    composer.motif()
    asked, answered = composer.bars
    composer.moved(asked, pick(composer.rng, (0, 0, 0, -1, 1)))
    composer.cadence(closing=False)
    composer.again(asked)
    composer.again(answered)
    composer.climax(_rhythm(asked) or composer.cell())
    composer.cadence(closing=True)


def _song(composer: Composer) -> None:
    _antecedent(composer)
    for bar in composer.bars[:3]:
        composer.again(bar)
    composer.cadence(closing=True)
    rhythm = composer.cell()
    shape = CONTOURS[1]
    composer.free(rhythm, 0, shape)
    composer.free(rhythm, 1, shape)
    composer.climax(composer.cell())
    composer.cadence(closing=False)
    for bar in composer.bars[:3]:
        composer.again(bar)
    composer.cadence(closing=True)


FORMS: dict[str, Callable[[Composer], None]] = {
    "period": _period,
    "sentence": _sentence,
    "riff": _riff,
    "call": _call,
    "song": _song,
}


def compose_tune(
    rng: np.random.Generator, style: str, ground: Ground, compass: tuple[int, int]
) -> tuple[Tune, TuneBar]:
    """Compose a tune of eight or sixteen bars, and its upbeat (counted back from the barline, perhaps empty)."""
    composer = Composer(rng, style, ground, compass)
    forms = composer.style.forms
    FORMS[weighed(rng, list(forms), list(forms.values()))](composer)
    return tuple(composer.bars), composer.pickup()
