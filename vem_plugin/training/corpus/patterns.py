"""Rhythmic patterns of the pitched roles, and which of them a style plays at each density.

All starts and lengths are sixteenths of a 4/4 bar; longer and shorter bars are fitted by ``fit``.
"""

from __future__ import annotations

from functools import lru_cache

BassPattern = tuple[tuple[int, int, str], ...]
"""(start, length, degree): R root, 5 fifth, O octave, 3 third, A step towards the next root."""
CompPattern = tuple[tuple[int, int], ...]
"""(start, length) of a struck chord."""
FigurePattern = tuple[tuple[int, int, int], ...]
"""(start, length, index into the chord tones of the counter's hand)."""


def _bass(text: str) -> BassPattern:
    triples = (word.split(":") for word in text.split())
    return tuple((int(start), int(length), degree) for start, length, degree in triples)


def _comp(text: str) -> CompPattern:
    pairs = (word.split(":") for word in text.split())
    return tuple((int(start), int(length)) for start, length in pairs)


def _figure(length: int, indices: str) -> FigurePattern:
    steps = range(0, 16, length)
    return tuple((start, length, int(indices[place % len(indices)])) for place, start in enumerate(steps))


BASS: dict[str, BassPattern] = {
    "whole": _bass("0:16:R"),
    "half": _bass("0:8:R 8:8:R"),
    "half-fifth": _bass("0:8:R 8:8:5"),
    "quarters": _bass("0:4:R 4:4:R 8:4:R 12:4:R"),
    "eighths": _bass(" ".join(f"{start}:2:R" for start in range(0, 16, 2))),
    "octaves": _bass(" ".join(f"{start}:2:{'RO'[start // 2 % 2]}" for start in range(0, 16, 2))),
    "off-beat": _bass("2:2:R 6:2:R 10:2:R 14:2:R"),
    "syncopated": _bass("0:3:R 3:3:R 6:2:5 8:6:R 14:2:A"),
    "dotted": _bass("0:6:R 6:2:R 10:4:5 14:2:A"),
    "gallop": _bass(" ".join(f"{start}:2:R {start + 2}:1:R {start + 3}:1:R" for start in (0, 4, 8, 12))),
    "three-three-two": _bass("0:3:R 3:3:R 6:2:R 8:3:R 11:3:R 14:2:R"),
    "root-fifth": _bass("0:4:R 8:4:5"),
    "walking": _bass("0:4:R 4:4:3 8:4:5 12:4:A"),
    "pulse": _bass("0:1:R 2:1:R 3:1:R 6:1:R 7:1:R 8:1:R 10:1:R 11:1:R 14:1:R"),
    "lilt": _bass("0:6:R 6:2:5 8:6:R 14:2:5"),
}

COMP: dict[str, CompPattern] = {
    "pad": _comp("0:16"),
    "half": _comp("0:8 8:8"),
    "quarters": _comp("0:4 4:4 8:4 12:4"),
    "backbeat": _comp("4:2 12:2"),
    "off-beat": _comp("2:2 6:2 10:2 14:2"),
    "three-three-two": _comp("0:3 3:3 6:2 8:3 11:3 14:2"),
    "charleston": _comp("0:6 6:10"),
    "stabs": _comp("0:3 6:2 10:2"),
    "push": _comp("0:6 6:4 10:6"),
    "strum": _comp("0:4 4:2 6:4 10:2 12:2 14:2"),
    "eighths": _comp("0:2 2:2 4:2 6:2 8:2 10:2 12:2 14:2"),
    "keys": _comp("0:7 7:3 10:6"),
}

FIGURES: dict[str, FigurePattern] = {
    "up-8": _figure(2, "0123"),
    "alternate-8": _figure(2, "02123212"),
    "up-16": _figure(1, "0123"),
    "alternate-16": _figure(1, "0213"),
    "pendulum-16": _figure(1, "01234321"),
    "ostinato-8": _figure(2, "00201021"),
    "ostinato-16": _figure(1, "00201020"),
    "quarters": _figure(4, "0121"),
    "picked": _figure(2, "02130212"),
    "three-three-two": ((0, 3, 0), (3, 3, 1), (6, 2, 2), (8, 3, 3), (11, 3, 2), (14, 2, 1)),
    "line": ((0, 16, 1),),
    "two-notes": ((0, 8, 1), (8, 8, 2)),
    "muted-8": _figure(2, "0"),
}

Levels = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Names to choose from in sparse, medium and full bars."""


def _levels(low: str, middle: str, full: str) -> Levels:
    return tuple(low.split()), tuple(middle.split()), tuple(full.split())


BASS_OF_STYLE: dict[str, Levels] = {
    "epic": _levels("whole", "half quarters", "eighths gallop three-three-two"),
    "ambient": _levels("whole", "whole", "half half-fifth"),
    "corporate": _levels("whole", "quarters three-three-two", "eighths three-three-two"),
    "lofi": _levels("whole half-fifth", "dotted syncopated", "dotted syncopated walking"),
    "tense": _levels("whole", "quarters eighths", "eighths pulse"),
    "electronic": _levels("whole", "off-beat three-three-two", "octaves pulse off-beat"),
    "folk": _levels("whole", "half-fifth root-fifth", "root-fifth walking lilt"),
    "playful": _levels("root-fifth", "root-fifth half-fifth", "walking root-fifth lilt"),
}
COMP_OF_STYLE: dict[str, Levels] = {
    "epic": _levels("pad", "pad half", "half quarters three-three-two"),
    "ambient": _levels("pad", "pad", "pad half"),
    "corporate": _levels("pad", "half push", "eighths three-three-two push"),
    "lofi": _levels("pad", "keys charleston", "keys stabs"),
    "tense": _levels("pad", "pad half", "stabs quarters"),
    "electronic": _levels("pad", "three-three-two off-beat", "three-three-two stabs off-beat"),
    "folk": _levels("half pad", "strum quarters", "strum eighths"),
    "playful": _levels("backbeat", "backbeat off-beat", "off-beat backbeat"),
}
FIGURES_OF_STYLE: dict[str, Levels] = {
    "epic": _levels("line quarters", "ostinato-8 two-notes up-8", "ostinato-16 ostinato-8 alternate-16"),
    "ambient": _levels("line quarters", "up-8 quarters picked", "alternate-8 up-8"),
    "corporate": _levels("quarters muted-8", "muted-8 up-8 picked", "up-16 three-three-two alternate-8"),
    "lofi": _levels("line quarters", "picked three-three-two", "three-three-two alternate-8"),
    "tense": _levels("ostinato-8 line", "ostinato-8 ostinato-16", "ostinato-16 alternate-16"),
    "electronic": _levels("up-8 line", "up-16 three-three-two alternate-16", "up-16 pendulum-16 alternate-16"),
    "folk": _levels("picked quarters", "picked alternate-8", "alternate-8 up-16 picked"),
    "playful": _levels("quarters", "up-8 alternate-8", "alternate-8 up-16"),
}


@lru_cache(maxsize=1024)
def fit(pattern: tuple[tuple, ...], steps: int) -> tuple[tuple, ...]:
    """Fit a pattern of a 4/4 bar to a bar of ``steps`` sixteenths.

    Notes beyond the bar fall away and lengths are cut at its end. A longer bar starts the pattern again at
    its fifth beat, except where the pattern is one held note, which is held on.
    """
    if len(pattern) == 1 and steps > 16:
        return ((pattern[0][0], steps - pattern[0][0], *pattern[0][2:]),)
    rounds = -(-steps // 16)
    notes = ((start + 16 * turn, length, *rest) for turn in range(rounds) for start, length, *rest in pattern)
    return tuple((start, min(length, steps - start), *rest) for start, length, *rest in notes if start < steps)
