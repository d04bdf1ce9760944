"""Grooves in 3/4 and in 6/8 by family of styles: two variants, each sparse, medium and full.

Letters as in ``groove_book``. A bar of 3/4 and one of 6/8 both have twelve sixteenths; 6/8 leans on the first and the
seventh, 3/4 on the first, with its second and third beats lighter.
"""

from __future__ import annotations

from vem_plugin.training.corpus.groove_book import Texts

GROOVES_3: dict[str, Texts] = {
    "big": (
        (
            "L X...........",
            "L X...x...x.x./K X...........",
            "L X.xxx.xxx.xx/K X.......x.../S ........X.../T ......x.....",
        ),
        ("K X.......x...", "L X..x..x.x.../K X...........", "L X..xx.x.x.xx/K X.....X...../S ....x...X..."),
    ),
    "tender": (
        ("", "R o...x...x...", "K x.........../R x.o.x.o.x.o./T ........x..."),
        ("", "R ....o...o...", "K x.........../S ....o...o.../R x.x.x.x.x.x."),
    ),
    "still": (
        ("", "R x...o...o...", "R x.o.x.o.x.o./K x..........."),
        ("", "R ........x...", "R ..x...x...x./K x..........."),
    ),
    "bright": (
        (
            "R x...x...x...",
            "K X.........../C ....x...x.../R x.x.x.x.x.x.",
            "K X.....x...../S ....X...X.../H x.xox.xox.xo/C ....x...x...",
        ),
        (
            "H x...x...x...",
            "K X.........../S ........X.../H x.x.x.x.x.x.",
            "K X.....x...../S ........X.../H x.xxx.xxx.xx/O ..........x.",
        ),
    ),
    "light": (
        (
            "C ....o...o...",
            "K X.........../C ....x...x...",
            "K X.........../S ....x...x.o./R x.x.x.x.x.x./T ..........x.",
        ),
        (
            "R x...o...o...",
            "K X.........../R x.x.x.x.x.x./S ....o...o...",
            "K X.....x...../C ....X...X.../R x.xox.xox.xo",
        ),
    ),
    "soft": (
        (
            "H x...x...x...",
            "K X.........../S ....x...x.../H x.x.x.x.x.x.",
            "K X.....x..x../S ....X..oX.../H x.xox.x.x.xo",
        ),
        (
            "R ..x...x...x.",
            "K X.......x.../S ........X.../H x.x.x.x.x.x.",
            "K X..x....x.../S ........X..o/H x.xxx.x.x.xx",
        ),
    ),
    "dark": (
        (
            "L X...........",
            "K X.x........./H x.x.x.x.x.x.",
            "K X.x...X...../L X..x..x..x../H xoxoxoxoxoxo/S ........X...",
        ),
        ("H x...x...x...", "L X.....x...../H x.x.x.x.x.x.", "L X.xxX.xxX.xx/K X.........../H x.xxx.xxx.xx"),
    ),
    "machine": (
        (
            "H ..x...x...x.",
            "K X...X...X.../O ..x...x...x.",
            "K X...X...X.../C ....X...X.../H xox.xox.xox./O ..x...x...x.",
        ),
        (
            "K X...........",
            "K X.........../S ........X.../H x.x.x.x.x.x.",
            "K X.....x...../S ........X.../H xxxxxxxxxxxx/C ........x...",
        ),
    ),
}
GROOVES_6: dict[str, Texts] = {
    "big": (
        (
            "L X.....x.....",
            "L X...x.X...x./K X...........",
            "L X.xxx.X.xxx./K X.....X...../S ......X...../T ....x.....xx",
        ),
        ("K X...........", "K X.....x...../L X.x...X.x.x.", "K X.....X...x./L XxxxxxXxxxxx/S ......X....."),
    ),
    "tender": (
        ("", "R o...x.o...x.", "K x.........../S ......o...../R x.x.x.x.x.x."),
        ("", "R ......o.....", "K x.........../R x.o.o.x.o.o./T ......x....."),
    ),
    "still": (
        ("", "R x.....o.....", "R x.o.o.x.o.o./K x..........."),
        ("", "R ......x.....", "R x...x.x...x./K x..........."),
    ),
    "bright": (
        (
            "H x.....x.....",
            "K X.........../S ......X...../H x.x.x.x.x.x.",
            "K X...x.....x./S ......X...../C ......X...../H x.xxx.x.xxx.",
        ),
        (
            "R x...x.x...x.",
            "K X.........../C ......X...../R x.x.x.x.x.x.",
            "K X.....x...../S ......X...../R xoxoxoxoxoxo/O ..........x.",
        ),
    ),
    "light": (
        (
            "C ......o.....",
            "K X.....x...../R x...x.x...x.",
            "K X.....X...../S ....x.....x./R x.x.x.x.x.x./C ......x.....",
        ),
        ("R x...o.x...o.", "K X.....x...../R x.x.x.x.x.x.", "K X...x.X...x./R xoxoxoxoxoxo/S ..o.o.X.o.o."),
    ),
    "soft": (
        (
            "H x.....x.....",
            "K X.........../S ......X...../H x.x.x.x.x.x.",
            "K X...x....x../S ......X...o./H x.xox.x.xox.",
        ),
        (
            "R ....x.....x.",
            "K X.........../S ......x...../H x...x.x...x.",
            "K X.......x.../S ......X..o../H x.x.x.x.x.x.",
        ),
    ),
    "dark": (
        ("L X...........", "K X.x........./H x.x.x.x.x.x.", "K X.x...X.x.../L X..x..X..x../H xxxxxxxxxxxx"),
        (
            "H x.....x.....",
            "L X.....x...x./H x.x.x.x.x.x.",
            "L X.xxx.X.xxx./K X.....X...../H x.x.x.x.x.x./S ......X.....",
        ),
    ),
    "machine": (
        (
            "H x...x.x...x.",
            "K X.....X...../H ..x.x...x.x.",
            "K X.....X...../C ......X...../H x.xxx.x.xxx./O ....x.....x.",
        ),
        (
            "K X...........",
            "K X.....x...../S ......X...../H x.x.x.x.x.x.",
            "K X...x.X...../S ......X...../H xxxxxxxxxxxx",
        ),
    ),
}
