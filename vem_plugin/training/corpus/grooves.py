"""Drum patterns by style: two or three variants of three densities, and the fills that lead into a cut.

A pattern is sixteen characters, one a sixteenth: ``X`` accented, ``x`` played, ``o`` ghosted, ``.`` silent.
"""

from __future__ import annotations

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
}

Strokes = tuple[tuple[int, int, int], ...]
"""(step, drum, weight) with weight 2 accented, 1 played, 0 ghosted."""
Groove = tuple[Strokes, Strokes, Strokes]


def _strokes(text: str) -> Strokes:
    """``"K X...x..."``: letter and pattern, lines apart by ``/``."""
    strokes = []
    for line in text.split("/") if text else []:
        letter, pattern = line.split()
        for step, stroke in enumerate(pattern):
            if stroke != ".":
                strokes.append((step, _LETTERS[letter], {"X": 2, "x": 1, "o": 0}[stroke]))
    return tuple(sorted(strokes))


def _groove(low: str, middle: str, full: str) -> Groove:
    return _strokes(low), _strokes(middle), _strokes(full)


GROOVES: dict[str, tuple[Groove, ...]] = {
    "epic": (
        _groove(
            "L X.......x.......",
            "L X..x..x.X..x..x./K X.......X.......",
            "L X..xx.x.X..xx.xx/T ....x.......x.x./K X.......X.....x./S ............X...",
        ),
        _groove(
            "L X.............x.",
            "L X.....x.X.....xx/K X.......X.......",
            "L X.xxx.xxX.xxx.xx/T ......X.......X./K X...X...X...X.../S ....X.......X...",
        ),
        _groove(
            "K X.........x.....",
            "L X..x..x...x.x.../K X.........X.....",
            "L X..x..x...x.x.xx/K X..X..X...X.X.../S ....X.......X.../H x.x.x.x.x.x.x.x.",
        ),
    ),
    "ambient": (
        _groove("", "R x...x...x...x...", "R x.o.x.o.x.o.x.o./K X.......x......."),
        _groove("", "R ....x.......x...", "R ..x...x...x...x./K X.........x....."),
    ),
    "corporate": (
        _groove(
            "R x.x.x.x.x.x.x.x.",
            "K X...X...X...X.../C ....X.......X.../R x.x.x.x.x.x.x.x.",
            "K X...X...X...X.../C ....X.......X.../S ....X.......X.../H x.xox.xox.xox.xo/O ..............x.",
        ),
        _groove(
            "C ....x.......x...",
            "K X.....x.X......./C ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X.....x.X.x...../S ....X.......X.../C ....X.......X.../H x.x.x.x.x.x.x.x./O ..x...x...x...x.",
        ),
    ),
    "lofi": (
        _groove(
            "H x.x.x.x.x.x.x.x.",
            "K X.........x...../S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X..x......x..x../S ....X..o.o..X.../H x.x.x.xox.x.x.x./O ..............x.",
        ),
        _groove(
            "C ....x.......x...",
            "K X......x..x...../S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X......x..x....x/S ....X.......X..o/H x.xxx.x.x.xxx.x./R ..x...x...x...x.",
        ),
    ),
    "tense": (
        _groove(
            "L X...............",
            "L X.....x.....x.../H x.x.x.x.x.x.x.x.",
            "K X..X..X...X..X../L X..X..X...X..X../H xoxoxoxoxoxoxoxo/S ............X...",
        ),
        _groove(
            "K X..x............",
            "K X..x....X..x..../H ..x...x...x...x.",
            "K X..xX..xX..xX..x/T ......x.......xx/H x.xxx.xxx.xxx.xx/S ....X.......X...",
        ),
    ),
    "electronic": (
        _groove(
            "H ..x...x...x...x.",
            "K X...X...X...X.../O ..x...x...x...x.",
            "K X...X...X...X.../C ....X.......X.../S ....X.......X.../O ..x...x...x...x./H xox.xox.xox.xox.",
        ),
        _groove(
            "K X...X...X...X...",
            "K X...X...X...X.../C ....X.......X.../H ..x...x...x...x.",
            "K X...X...X...X.x./C ....X.......X..x/H xoxoxoxoxoxoxoxo/O ..x...x...x...x.",
        ),
        _groove(
            "K X.....x.....x...",
            "K X.....x...x...../S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X..x..x...x...../S ....X.......X..o/C ....X.......X.../H x.xxx.xxx.xxx.xx",
        ),
    ),
    "folk": (
        _groove(
            "R x...x...x...x...",
            "K X.......X......./R x.x.x.x.x.x.x.x.",
            "K X.....x.X.....x./C ....X.......X.../R x.xox.xox.xox.xo",
        ),
        _groove(
            "C ....o.......o...",
            "K X.......x......./C ....x.......x...",
            "K X...x...X...x.../S ..o.X.o...o.X.o./R x.x.x.x.x.x.x.x.",
        ),
    ),
    "playful": (
        _groove(
            "R ....x.......x...",
            "K x.......x......./C ....x.......x.../R x.x.x.x.x.x.x.x.",
            "K X.......X...x.../C ....X.......X.x./R x.xxx.xxx.xxx.xx/T ..............x.",
        ),
        _groove(
            "C x...............",
            "K x.......x......./R ..x...x...x...x.",
            "K X...x...X...x.../S ..x...x...x...x./R xoxoxoxoxoxoxoxo",
        ),
    ),
}

Fill = tuple[tuple[int, int], ...]
"""(step, drum) over the last half bar."""

ROLL: Fill = tuple((step, SNARE) for step in range(8))
TUMBLE: Fill = (
    (0, SNARE), (2, SNARE), (3, SNARE), (4, HIGH_TOM), (5, HIGH_TOM), (6, LOW_TOM), (7, LOW_TOM)
)  # fmt: skip
TOMS: Fill = ((0, HIGH_TOM), (2, HIGH_TOM), (4, LOW_TOM), (6, LOW_TOM))
LOW_TOMS: Fill = ((0, LOW_TOM), (3, LOW_TOM), (6, LOW_TOM), (7, LOW_TOM))
PICKUP: Fill = ((0, SNARE), (2, SNARE), (3, HIGH_TOM))
"""Over the last beat, not the last half bar."""
LOW_PICKUP: Fill = ((0, LOW_TOM), (2, LOW_TOM), (3, HIGH_TOM))

GENTLE_DRUMS = frozenset({"ambient", "folk", "playful"})
TOM_DRUMS = frozenset({"epic", "tense"})
ROLLING_DRUMS = frozenset({"electronic", "tense", "epic"})
LIGHT_DRUM: dict[str, int] = {
    "epic": HIGH_TOM,
    "ambient": SHAKER,
    "corporate": HAT,
    "lofi": HAT,
    "tense": HAT,
    "electronic": OPEN_HAT,
    "folk": SHAKER,
    "playful": SHAKER,
}
"""The light percussion with which a style marks an ordinary cut."""
