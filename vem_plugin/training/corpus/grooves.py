"""Drums by style and metre: the reading of grooves, the fills that lead into a cut, and the rolls that build.

The grooves themselves stand in ``groove_book`` (4/4) and ``groove_book_triple`` (3/4 and 6/8), written as lines apart
by ``/``, each a letter for the drum and a row in the notation of ``patterns``.
"""

from __future__ import annotations

from vem_plugin.score.cue import COMPOUND, METRES
from vem_plugin.training.corpus.groove_book import GROOVES_4
from vem_plugin.training.corpus.groove_book_triple import GROOVES_3, GROOVES_6
from vem_plugin.training.corpus.pattern_book import FAMILY
from vem_plugin.training.corpus.patterns import read

KICK, SNARE, CLAP, HAT, OPEN_HAT, SHAKER, LOW_TOM, HIGH_TOM, CRASH = 36, 38, 39, 42, 46, 70, 41, 47, 49
_LETTERS = {
    "K": KICK,
    "S": SNARE,
    "C": CLAP,
    "H": HAT,
    "O": OPEN_HAT,
    "R": SHAKER,
    "L": LOW_TOM,
    "T": HIGH_TOM,
    "Z": CRASH,
}
_WEIGHTS = {"X": 2, "x": 1, "o": 0}

Strokes = tuple[tuple[int, int, int], ...]
"""(step, drum, weight) with weight 2 accented, 1 played, 0 ghosted."""
GrooveBars = tuple[Strokes, ...]
"""The bars of a groove at one density, going round."""
Groove = tuple[GrooveBars, GrooveBars, GrooveBars]
"""A groove at three densities."""
Fill = tuple[tuple[int, int], ...]
"""(step, drum), from where the fill begins."""


def _groove_bars(text: str, metre: int) -> GrooveBars:
    rows = [line.split() for line in text.split("/")] if text else []
    patterns = [(_LETTERS[letter], read(row, metre)) for letter, row in rows]
    count = max((len(bars) for _, bars in patterns), default=1)
    return tuple(
        tuple(
            sorted(
                (stroke.start, drum, _WEIGHTS[stroke.sign])
                for drum, bars in patterns
                for stroke in bars[number % len(bars)]
            )
        )
        for number in range(count)
    )


def _read_grooves(variants: tuple[tuple[str, str, str], ...], metre: int) -> tuple[Groove, ...]:
    return tuple(
        (_groove_bars(low, metre), _groove_bars(middle, metre), _groove_bars(full, metre))
        for low, middle, full in variants
    )


GROOVES: dict[int, dict[str, tuple[Groove, ...]]] = {
    4: {style: _read_grooves(variants, 4) for style, variants in GROOVES_4.items()},
    3: {style: _read_grooves(GROOVES_3[family], 3) for style, family in FAMILY.items()},
    COMPOUND: {style: _read_grooves(GROOVES_6[family], COMPOUND) for style, family in FAMILY.items()},
}
"""Grooves of each style by metre."""

FILL_STEPS: dict[int, int] = {4: 8, 3: 8, COMPOUND: 12}
"""How long a long fill lasts: the last two beats, or the second half of a 6/8 bar."""
PICKUP_STEPS: dict[int, int] = {4: 4, 3: 4, COMPOUND: 8}
"""How long a short one lasts."""

GENTLE_DRUMS = frozenset({"ambient", "folk", "playful", "emotional", "documentary"})
TOM_DRUMS = frozenset({"epic", "trailer", "action", "tense", "thriller"})
NO_FILLS = frozenset({"ambient"})
"""Styles that go from bar to bar without a drum fill."""

_FILLS: dict[str, tuple[str, ...]] = {
    "gentle": ("T x...x.../L ....x.x.", "R x.x.x.xx"),
    "tom": ("L x..x..xx", "T x.xx..../L ....x.xx", "S xxxxxxxx/L x...x.x."),
    "kit": ("S x.xx..../T ....xx../L ......xx", "S x..x..x./K ..x..x.x", "S xx.xx.xx/K x.....x."),
}
_COMPOUND_FILLS: dict[str, tuple[str, ...]] = {
    "gentle": ("T x..x../L ..x.xx", "R xxxxxx"),
    "tom": ("L x.xxxx", "T xxx.../L ...xxx"),
    "kit": ("S xxx.../T ...xx./L .....x", "S x.x.xx/K .x...x"),
}
_PICKUPS = {"gentle": "R x.xx", "tom": "L x.x./T ...x", "kit": "S x.x./T ...x"}
_COMPOUND_PICKUPS = {"gentle": "R x.xx", "tom": "L x.x./T ...x", "kit": "S x.xx"}


def _fill(text: str, stretch: int) -> Fill:
    strokes = []
    for line in text.split("/"):
        letter, row = line.split()
        strokes += [(step * stretch, _LETTERS[letter]) for step, sign in enumerate(row) if sign != "."]
    return tuple(sorted(strokes))


def hand_on_drums(style: str) -> str:
    """Which drums lead a style's fills: ``gentle``, ``tom`` or ``kit``."""
    return "gentle" if style in GENTLE_DRUMS else "tom" if style in TOM_DRUMS else "kit"


LONG_FILLS: dict[int, dict[str, tuple[Fill, ...]]] = {
    metre: {
        hand: tuple(_fill(text, 2 if metre == COMPOUND else 1) for text in texts)
        for hand, texts in (_COMPOUND_FILLS if metre == COMPOUND else _FILLS).items()
    }
    for metre in METRES
}
"""Fills of ``FILL_STEPS`` by metre and hand."""
SHORT_FILLS: dict[int, dict[str, Fill]] = {
    metre: {
        hand: _fill(text, 2 if metre == COMPOUND else 1)
        for hand, text in (_COMPOUND_PICKUPS if metre == COMPOUND else _PICKUPS).items()
    }
    for metre in METRES
}
"""Pick-ups of ``PICKUP_STEPS``."""

ROLLING: dict[str, int] = {
    "epic": LOW_TOM,
    "trailer": LOW_TOM,
    "action": SNARE,
    "tense": LOW_TOM,
    "thriller": LOW_TOM,
    "electronic": SNARE,
    "synthwave": SNARE,
    "corporate": SNARE,
    "pop": SNARE,
}
"""The drum on which a style builds into a jump of energy; the others only fill."""
LIGHT_DRUM: dict[str, int] = {
    "epic": HIGH_TOM,
    "trailer": HIGH_TOM,
    "action": HIGH_TOM,
    "emotional": SHAKER,
    "documentary": SHAKER,
    "corporate": HAT,
    "pop": HAT,
    "folk": SHAKER,
    "lofi": HAT,
    "ambient": SHAKER,
    "tense": HAT,
    "thriller": HAT,
    "electronic": OPEN_HAT,
    "synthwave": HAT,
    "playful": SHAKER,
}
"""The light percussion with which a style marks an ordinary cut."""
