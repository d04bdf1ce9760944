"""Grooves in 4/4: two to four variants a style (half-time ones among them), each sparse, medium and full.

Letters: K kick, S snare, C clap, H hat, O open hat, R shaker, L low tom, T high tom. ``|`` parts bars that go round.
"""

from __future__ import annotations

Texts = tuple[tuple[str, str, str], ...]

GROOVES_4: dict[str, Texts] = {
    "epic": (
        (
            "L X.......x.......",
            "L X..x..x.X..x..x./K X.......X.......",
            "L X..xx.x.X..xx.xx/T ....x.......x.x./K X.......X.....x./S ............X...",
        ),
        (
            "L X.............x.",
            "L X.....x.X.....xx/K X.......X.......",
            "L X.xxx.xxX.xxx.xx/T ......X.......X./K X...X...X...X.../S ....X.......X...",
        ),
        (
            "K X.........x.....",
            "L X..x..x...x.x.../K X.........X.....",
            "L X..x..x...x.x.xx/K X..X..X...X.X.../S ....X.......X.../H x.x.x.x.x.x.x.x.",
        ),
        (
            "L X...............|X...........x...",
            "K X.....x........./L x...x...x.x.x.../S ........X.......",
            "K X.....x...x...x./L x.xxx.xxx.xxx.xx/S ........X......./H x.x.x.x.x.x.x.x.",
        ),
    ),
    "trailer": (
        (
            "K X...............",
            "K X.........x...../L X.........X.xx..",
            "K X.........X.X.../L X.xxX.xxX.xxX.xx/S ........X.......",
        ),
        (
            "L X.......o.......",
            "L X..x....X..x..../K X.......X.......",
            "L X..xx.xxX..xx.xx/T ......x.......xx/K X.......X...X.../S ........X.......",
        ),
        (
            "K X..............o",
            "K X.......x......./S ........X......./H o...o...o...o...",
            "K X.....x.X.....x./S ........X......./L ..x.x.xx..x.x.xx/H x.x.x.x.x.x.x.x.",
        ),
    ),
    "action": (
        (
            "H x.x.x.x.x.x.x.x./L X...............",
            "L X..xX..xX..xX.xx/K X.......X......./H x.x.x.x.x.x.x.x.",
            "L X.xxX.xxX.xxX.xx/T ..x...x...x...xx/K X...X...X...X.../S ....X..o....X..o",
        ),
        (
            "L X.....x.X.....x.",
            "L X.xxx.xxX.xxx.xx/K X.....X...X.....",
            "L XxxxXxxxXxxxXxxx/K X..X..X.X..X..X./S ....X.......X.../T ......x.......x.",
        ),
        (
            "H x..x..x.x..x..x.",
            "K X..X..X.X..X..X./L ..x..x.x..x..x.x/H x.x.x.x.x.x.x.x.",
            "K X..X..X.X..X..X./S ....X..x....X.xx/L x.xxx.xxx.xxx.xx/H xoxoxoxoxoxoxoxo",
        ),
    ),
    "emotional": (
        ("", "R o...x...o...x...", "K x.......x......./R x.o.x.o.x.o.x.o./T ............x..."),
        ("", "K o...............", "K x.........x...../S ....o.......o.../R x.x.x.x.x.x.x.x."),
    ),
    "documentary": (
        ("", "R x.o.x.o.x.o.x.o.", "K x.......x......./R x.oox.oox.oox.oo/C ....o.......o..."),
        ("", "H ..x...x...x...x.", "K X.......x.....x./H x.xox.xox.xox.xo/S ....o.......o..."),
    ),
    "corporate": (
        (
            "R x.x.x.x.x.x.x.x.",
            "K X...X...X...X.../C ....X.......X.../R x.x.x.x.x.x.x.x.",
            "K X...X...X...X.../C ....X.......X.../S ....X.......X.../H x.xox.xox.xox.xo/O ..............x.",
        ),
        (
            "C ....x.......x...",
            "K X.....x.X......./C ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X.....x.X.x...../S ....X.......X.../C ....X.......X.../H x.x.x.x.x.x.x.x./O ..x...x...x...x.",
        ),
        (
            "K x.......x.......",
            "K X.......X......./C ....X.......X.../R x.x.x.x.x.x.x.x.",
            "K X...X...X...X.x./C ....X.......X.../R x.xxx.xxx.xxx.xx/T ............x.x.|.............xxx",
        ),
    ),
    "pop": (
        (
            "H x...x...x...x...",
            "K X.....x.X......./S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X.....x.X.x...x./S ....X.......X.../C ....X.......X.../H x.xox.xox.xox.xo/O ..............x.",
        ),
        (
            "C ....x.......x...",
            "K X..x....X.x...../C ....X.......X.../R x.x.x.x.x.x.x.x.",
            "K X..x..x.X.x...../S ....X..o....X..o/C ....X.......X.../R x.xxx.xxx.xxx.xx",
        ),
        (
            "K X.......o.......",
            "K X.....x........./S ........X......./H x.x.x.x.x.x.x.x.",
            "K X.....x...x...x./S ........X......o/H x.xxx.xxx.xxx.xx/T ..............xx|...............x",
        ),
        (
            "K x...x...x...x...",
            "K X...X...X...X.../C ....X.......X.../H ..x...x...x...x.",
            "K X...X...X...X.../S ....X.......X.../C ....X.......X.x./O ..x...x...x...x./R x.xxx.xxx.xxx.xx",
        ),
    ),
    "folk": (
        (
            "R x...x...x...x...",
            "K X.......X......./R x.x.x.x.x.x.x.x.",
            "K X.....x.X.....x./C ....X.......X.../R x.xox.xox.xox.xo",
        ),
        (
            "C ....o.......o...",
            "K X.......x......./C ....x.......x...",
            "K X...x...X...x.../S ..o.X.o...o.X.o./R x.x.x.x.x.x.x.x.",
        ),
        (
            "K x.......x.......",
            "K X.......X......./S ....o..o....o..o/R x.x.x.x.x.x.x.x.",
            "K X...X...X...X.../S ..o.X.oo..o.X.oo/C ....x.......x.../R x.x.x.x.x.x.x.x.",
        ),
    ),
    "lofi": (
        (
            "H x.x.x.x.x.x.x.x.",
            "K X.........x...../S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X..x......x..x../S ....X..o.o..X.../H x.x.x.xox.x.x.x./O ..............x.",
        ),
        (
            "C ....x.......x...",
            "K X......x..x...../S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X......x..x....x/S ....X.......X..o/H x.xxx.x.x.xxx.x./R ..x...x...x...x.",
        ),
        (
            "R ..x...x...x...x.",
            "K X......X..x.....|X..x...X..x...../S ....X.......X.../H x.xox.x.x.xox.x.",
            "K X......X..x..x..|X..x...X..x...x./S ....X..o....X.../C ....x.......x.../H x.xoxox.x.xoxox.",
        ),
    ),
    "ambient": (
        ("", "R x...x...x...x...", "R x.o.x.o.x.o.x.o./K X.......x......."),
        ("", "R ....x.......x...", "R ..x...x...x...x./K X.........x....."),
    ),
    "tense": (
        (
            "L X...............",
            "L X.....x.....x.../H x.x.x.x.x.x.x.x.",
            "K X..X..X...X..X../L X..X..X...X..X../H xoxoxoxoxoxoxoxo/S ............X...",
        ),
        (
            "K X..x............",
            "K X..x....X..x..../H ..x...x...x...x.",
            "K X..xX..xX..xX..x/T ......x.......xx/H x.xxx.xxx.xxx.xx/S ....X.......X...",
        ),
        (
            "L o...............|..........o.....",
            "L X.........x.....|X.............x./R ....x.......x...",
            "L X..x..x.X..x..xx/R x.xxx.xxx.xxx.xx/K X.......X.......",
        ),
    ),
    "thriller": (
        (
            "H x...x...x...x...",
            "K X.x.....X.x...../H x.x.x.x.x.x.x.x.",
            "K X.x...X.X.x...X./H xxxxxxxxxxxxxxxx/S ....X.......X.../L ..............xx",
        ),
        (
            "K X.x.............",
            "K X...X...X...X.../H ..x...x...x...x.",
            "K X...X...X...X.../H xoxxxoxxxoxxxoxx/C ....x.......x.../T ......x......xx.",
        ),
        (
            "H o.o.o.o.o.o.o.o.",
            "L X..x..x.X..x..x./H x.x.x.x.x.x.x.x.",
            "L X.xxX.xxX.xxX.xx/K X.......X.x...../H x.x.x.x.x.x.x.x./S ....X.......X...",
        ),
    ),
    "electronic": (
        (
            "H ..x...x...x...x.",
            "K X...X...X...X.../O ..x...x...x...x.",
            "K X...X...X...X.../C ....X.......X.../S ....X.......X.../O ..x...x...x...x./H xox.xox.xox.xox.",
        ),
        (
            "K X...X...X...X...",
            "K X...X...X...X.../C ....X.......X.../H ..x...x...x...x.",
            "K X...X...X...X.x./C ....X.......X..x/H xoxoxoxoxoxoxoxo/O ..x...x...x...x.",
        ),
        (
            "K X.....x.....x...",
            "K X.....x...x...../S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X..x..x...x...../S ....X.......X..o/C ....X.......X.../H x.xxx.xxx.xxx.xx",
        ),
        (
            "R x.x.x.x.x.x.x.x.",
            "K X...X...X...X.../C ....X.......X.../R x.xxx.xxx.xxx.xx",
            "K X...X...X...X.../C ....X.......X.../O ..x...x...x...x./R xxxxxxxxxxxxxxxx/T ...........x..x.",
        ),
    ),
    "synthwave": (
        (
            "H x...x...x...x...",
            "K X...X...X...X.../S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X...X...X...X.../S ....X.......X.../C ....X.......X.../H xxxxxxxxxxxxxxxx/O ..x...x...x...x.",
        ),
        (
            "K X.......X.......",
            "K X.....x.X......./S ....X.......X.../H x.x.x.x.x.x.x.x.",
            "K X.....x.X.x...../S ....X.......X.../H x.xxx.xxx.xxx.xx/T ................|..........x.xx.x",
        ),
        (
            "K X...............",
            "K X........x....../S ........X......./H x.x.x.x.x.x.x.x.",
            "K X.....x..x....../S ........X......./H xoxoxoxoxoxoxoxo/T ............x.xx|..............xx",
        ),
    ),
    "playful": (
        (
            "R ....x.......x...",
            "K x.......x......./C ....x.......x.../R x.x.x.x.x.x.x.x.",
            "K X.......X...x.../C ....X.......X.x./R x.xxx.xxx.xxx.xx/T ..............x.",
        ),
        (
            "C x...............",
            "K x.......x......./R ..x...x...x...x.",
            "K X...x...X...x.../S ..x...x...x...x./R xoxoxoxoxoxoxoxo",
        ),
        (
            "H ..x...x...x...x.",
            "K x...x...x...x.../S ..x...x...x...x.",
            "K X...X...X...X.../S ..x...x...x..xx./T ..............x.|......x.....x.x./H x.x.x.x.x.x.x.x.",
        ),
    ),
}
"""By style; drums that hardly play in a style leave its sparse bars empty."""
