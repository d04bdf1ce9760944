"""What bass, harmony and counter play: patterns by metre, and which of them a style uses at each density.

Written in the notation of ``patterns``. 4/4 has its choice for every style; 3/4 and 6/8 have theirs by family.
"""

from __future__ import annotations

from dataclasses import dataclass

from vem_plugin.score.cue import COMPOUND
from vem_plugin.training.corpus.patterns import Levels, Pattern, levels, read_all

LINE = "line"
"""Figure name of a slow counter-melody, which is composed (``counter_line``), not read from a pattern."""

FAMILY: dict[str, str] = {
    "epic": "big",
    "trailer": "big",
    "action": "big",
    "emotional": "tender",
    "documentary": "tender",
    "ambient": "still",
    "corporate": "bright",
    "pop": "bright",
    "folk": "light",
    "playful": "light",
    "lofi": "soft",
    "tense": "dark",
    "thriller": "dark",
    "electronic": "machine",
    "synthwave": "machine",
}
"""Styles that share their grooves and patterns in 3/4 and 6/8."""


@dataclass(frozen=True)
class Book:
    """Patterns of one metre by name, and the names a style chooses from."""

    bass: dict[str, Pattern]
    comp: dict[str, Pattern]
    figures: dict[str, Pattern]
    bass_of: dict[str, Levels]
    comp_of: dict[str, Levels]
    figures_of: dict[str, Levels]


_BASS_4 = {
    "whole": "R---------------",
    "half": "R-------R-------",
    "half-fifth": "R-------5-------",
    "quarters": "R---R---R---R---",
    "eighths": "R-R-R-R-R-R-R-R-",
    "sixteenths": "RRRRRRRRRRRRRRRR",
    "octaves": "R-O-R-O-R-O-R-O-",
    "octave-sixteenths": "RROORROORROORROO",
    "gate": "R.RRR.RRR.RRR.RR",
    "off-beat": "..R-..R-..R-..R-",
    "house": "R.R-..R-..R-..RO",
    "syncopated": "R--R--5-R-----A-",
    "dotted": "R-----R-5-----A-",
    "lazy": "R-----..R--R..A-|R-----..5--3..A-",
    "gallop": "R-RRR-RRR-RRR-RR",
    "three-three-two": "R--R--R-R--R--R-",
    "root-fifth": "R---....5---....",
    "walking": "R---3---5---A---",
    "pulse": "R.RR..RRR.RR..R.",
    "heart": "R.R.....R.R.....",
    "throb": "R-..R-..R-..R-..",
    "lilt": "R-----5-R-----5-",
    "braam": "R-----------....",
    "braam-push": "R---------R-R---",
    "pop": "R--R--R-..R-R-A-|R--R--R-R-5-R-A-",
    "pop-push": "R-----R-R-----A-",
    "bounce": "R-..O-..5-..A-..",
    "cello": "R-------5---A---",
}
_COMP_4 = {
    "pad": "x---------------",
    "half": "x-------x-------",
    "quarters": "X---x---X---x---",
    "backbeat": "....X-......X-..",
    "off-beat": "..x-..x-..x-..x-",
    "three-three-two": "X--x--x-X--x--x-",
    "charleston": "x-----x---------",
    "charleston-late": "..x---x---..x---",
    "stabs": "X--...x-..x-....",
    "push": "x-----x---x-----",
    "strum": "X---x-xtX-t-x-xt",
    "soft-strum": "X-----t-x---t---",
    "eighths": "X-x-x-x-X-x-x-x-",
    "keys": "x------x--x-----",
    "braam": "X-----------....",
    "braam-twice": "X---------X-X---",
    "spiccato": "X.x.xxx.X.x.xxx.",
    "spiccato-16": "X.xxX.xxX.xxX.xx",
    "tremolo": "x-x-x-x-x-x-x-x-",
    "broken-4": "0---1---2---1---",
    "broken-8": "0-1-2-1-0-1-2-1-",
    "broken-wide": "0-2-1-2-t---1-2-",
    "broken-full": "X-1-2-1-X-1-2-1-",
    "rolling-16": "0121021201210212",
    "hymn": "x-------x---x---",
    "cell": "0-..2-1-..2-1-..",
    "cell-16": "0.210.210.210.2.",
    "hits": "X...............|X.........X.....",
    "off-16": "..x.x...x.x...x.",
    "house-piano": "X--x--x--x--x-x-",
    "pop-push": "X-----x-X-x---x-",
    "pop-eighths": "X-x-x-X-x-x-X-x-",
    "gated": "X.x.X.x.X.x.X.x.",
    "oompah": "..t...t...t...t.",
}
_FIGURES_4 = {
    "line": "0---------------",
    "quarters": "0---1---2---1---",
    "up-8": "0-1-2-3-0-1-2-3-",
    "alternate-8": "0-2-1-2-3-2-1-2-",
    "up-16": "0123012301230123",
    "alternate-16": "0213021302130213",
    "pendulum-16": "0123432101234321",
    "arp-16": "0123210301232103",
    "arp-gate": "0.230.230.230.23",
    "ostinato-8": "0-0-2-0-1-0-2-1-",
    "ostinato-16": "0020102000201020",
    "drive-16": "0000200010002010",
    "picked": "0-2-1-3-0-2-1-2-",
    "travis": "0.2.1.2.0.3.1.2.",
    "three-three-two": "0--1--2-3--2--1-",
    "muted-8": "2.2.2.2.2.2.2.2.",
    "muted-16": "2.222.222.232.22",
    "dread-8": "0-0-n-0-0-0-n-0-",
    "dread-4": "0-----n-0-------",
    "dread-16": "000n000n000n00n0",
    "tremolo-16": "0000000000000000|1111111111111111",
    "tick": "0.......0.......",
    "tick-8": "0...0...0...0...",
    "cell-3": "0-2-1-0-2-1-0-2-|1-0-2-1-0-2-1-2-",
    "cell-sparse": "0-2-1-....2-....",
    "cell-16": "0.210.210.210.21",
    "bells": "....3-......4-..|....3-..4-......",
    "far-bell": "........4-------|....3-----------",
    "answer": "......3-2-......",
    "pizz": "0.2.1.2.0.2.1.3.",
    "pizz-4": "0...2...1...2...",
    "hook": "3-..3-2-..2-1-..|3-..3-2-..2-4-..",
    "sparkle": "..3...4...3...5.",
}

_BASS_OF_4 = {
    "epic": levels("whole", "half quarters", "eighths gallop three-three-two"),
    "trailer": levels("braam whole", "braam-push half heart", "gallop eighths three-three-two"),
    "action": levels("throb heart", "eighths pulse", "gallop sixteenths gate"),
    "emotional": levels("whole", "half cello", "half-fifth quarters cello"),
    "documentary": levels("whole", "half throb", "quarters throb"),
    "corporate": levels("whole", "quarters three-three-two", "eighths three-three-two"),
    "pop": levels("whole", "pop-push three-three-two", "pop eighths three-three-two"),
    "folk": levels("whole", "half-fifth root-fifth", "walking lilt bounce"),
    "lofi": levels("whole half-fifth", "dotted lazy", "syncopated lazy walking"),
    "ambient": levels("whole", "half whole", "half-fifth cello"),
    "tense": levels("whole", "heart half", "eighths pulse"),
    "thriller": levels("heart throb", "eighths pulse", "sixteenths gate pulse"),
    "electronic": levels("whole", "off-beat three-three-two", "octaves house gate"),
    "synthwave": levels("half quarters", "eighths", "gate octave-sixteenths sixteenths"),
    "playful": levels("root-fifth", "root-fifth bounce", "walking bounce"),
}
_COMP_OF_4 = {
    "epic": levels("pad", "half hymn", "quarters three-three-two spiccato"),
    "trailer": levels("pad", "braam half", "braam-twice spiccato quarters"),
    "action": levels("pad", "hits half", "spiccato-16 spiccato three-three-two"),
    "emotional": levels("broken-4 pad", "broken-8 broken-wide", "rolling-16 broken-full"),
    "documentary": levels("pad", "cell half", "cell-16 quarters"),
    "corporate": levels("pad", "half push", "eighths three-three-two pop-push"),
    "pop": levels("pad half", "push pop-push", "pop-eighths eighths pop-push"),
    "folk": levels("half pad", "soft-strum quarters", "strum eighths"),
    "lofi": levels("pad", "keys charleston", "keys stabs charleston-late"),
    "ambient": levels("pad", "pad half", "hymn"),
    "tense": levels("pad", "half stabs", "tremolo quarters"),
    "thriller": levels("pad", "half hits stabs", "tremolo off-16"),
    "electronic": levels("pad", "stabs off-beat", "house-piano three-three-two off-16"),
    "synthwave": levels("pad", "half push", "gated off-beat eighths"),
    "playful": levels("backbeat", "oompah off-beat", "off-beat strum"),
}
_FIGURES_OF_4 = {
    "epic": levels("line", "line ostinato-8 up-8", "ostinato-16 drive-16 alternate-16"),
    "trailer": levels("tick far-bell", "ostinato-8 line", "drive-16 ostinato-16"),
    "action": levels("tick-8 tick", "ostinato-8 muted-8", "ostinato-16 drive-16 dread-16"),
    "emotional": levels("line", "line", "alternate-8 up-8"),
    "documentary": levels("cell-sparse far-bell", "cell-3 pizz-4", "cell-16 cell-3 alternate-8"),
    "corporate": levels("quarters pizz-4", "muted-8 up-8 picked", "up-16 muted-16 alternate-8"),
    "pop": levels("quarters answer", "hook muted-8 three-three-two", "up-16 muted-16 alternate-8"),
    "folk": levels("quarters pizz-4", "picked travis", "alternate-8 travis up-16"),
    "lofi": levels("far-bell line", "bells picked three-three-two", "three-three-two alternate-8"),
    "ambient": levels("line far-bell", "quarters up-8", "alternate-8 up-8"),
    "tense": levels("dread-4 line", "dread-8 ostinato-8", "dread-16 tremolo-16"),
    "thriller": levels("tick dread-4", "dread-8 muted-8 tick-8", "dread-16 muted-16 ostinato-16"),
    "electronic": levels("up-8 far-bell", "arp-gate three-three-two up-8", "up-16 pendulum-16 alternate-16"),
    "synthwave": levels("up-8 quarters", "alternate-8 up-8 arp-gate", "arp-16 pendulum-16 up-16"),
    "playful": levels("pizz-4 sparkle", "pizz alternate-8", "alternate-8 up-16 pizz"),
}

_BASS_3 = {
    "whole": "R-----------",
    "two-one": "R-------5---",
    "waltz": "R---........",
    "waltz-fifth": "R---........|5---........",
    "walking": "R---3---5---",
    "walk-on": "R---5---A---",
    "quarters": "R---R---R---",
    "eighths": "R-R-R-R-R-R-",
    "hemiola": "R---R---5---|..R---R---A-",
    "gallop": "R-RRR-RRR-RR",
    "octaves": "R-O-R-O-R-O-",
    "pulse": "R.RR..R.R.R.",
    "heart": "R.R.........",
    "slow": "R---------A-",
    "gate": "R.RRR.RRR.RR",
}
_COMP_3 = {
    "pad": "x-----------",
    "two-one": "x-------x---",
    "waltz": "....x---x---",
    "waltz-short": "....x-..x-..",
    "strum": "X---x-x-x-x-",
    "quarters": "X---x---x---",
    "broken-4": "0---1---2---",
    "broken-8": "0-1-2-1-2-1-",
    "rolling-16": "012102120121",
    "cell": "0-2-1-..2-..",
    "spiccato": "X.x.xxx.x.x.",
    "tremolo": "x-x-x-x-x-x-",
    "keys": "x-----x---x-",
    "off": "..x-..x-..x-",
    "hit": "X---........",
}
_FIGURES_3 = {
    "line": "0-----------",
    "quarters": "0---1---2---",
    "up-8": "0-1-2-3-2-1-",
    "rock-8": "0-2-1-2-1-2-",
    "up-16": "012301230123",
    "pendulum-16": "012343210121",
    "ostinato-8": "0-0-2-0-1-0-",
    "ostinato-16": "002010200010",
    "dread-8": "0-0-n-0-0-n-",
    "dread-16": "000n0000n00n",
    "tick": "0...........",
    "tick-4": "0...0...0...",
    "bells": "....3---4---",
    "far-bell": "........4---|....3-------",
    "pizz": "0...2.1.2...",
    "pizz-8": "0.2.1.2.3.2.",
}
_BASS_OF_3 = {
    "big": levels("whole", "two-one quarters", "eighths gallop"),
    "tender": levels("whole", "two-one slow", "walking walk-on"),
    "still": levels("whole", "whole slow", "two-one"),
    "bright": levels("whole", "two-one quarters", "eighths octaves quarters"),
    "light": levels("waltz", "waltz-fifth waltz", "walk-on walking waltz-fifth"),
    "soft": levels("whole", "slow two-one", "walking walk-on"),
    "dark": levels("whole heart", "heart quarters", "eighths pulse gallop"),
    "machine": levels("whole", "eighths quarters", "gate octaves"),
}
_COMP_OF_3 = {
    "big": levels("pad", "two-one", "quarters spiccato"),
    "tender": levels("pad broken-4", "broken-8 broken-4", "rolling-16 broken-8"),
    "still": levels("pad", "pad two-one", "two-one broken-4"),
    "bright": levels("pad", "two-one quarters", "strum quarters"),
    "light": levels("waltz-short", "waltz waltz-short", "strum waltz"),
    "soft": levels("pad", "keys waltz", "keys off"),
    "dark": levels("pad", "hit two-one", "tremolo spiccato"),
    "machine": levels("pad", "off two-one", "off strum"),
}
_FIGURES_OF_3 = {
    "big": levels("line tick", "ostinato-8 line", "ostinato-16 up-16"),
    "tender": levels("line", "line quarters", "rock-8 up-8 line"),
    "still": levels("line far-bell", "quarters line", "up-8 rock-8"),
    "bright": levels("quarters", "up-8 rock-8", "up-16 pendulum-16"),
    "light": levels("pizz bells", "rock-8 pizz-8", "up-8 up-16 rock-8"),
    "soft": levels("far-bell line", "bells up-8", "rock-8 up-8"),
    "dark": levels("tick", "dread-8 tick-4", "dread-16 ostinato-16"),
    "machine": levels("up-8 quarters", "up-8 rock-8", "up-16 pendulum-16"),
}

_BASS_6 = {
    "whole": "R-----------",
    "two": "R-----R-----",
    "two-fifth": "R-----5-----",
    "lilt": "R---R-5---A-",
    "jig": "R---5-R---5-",
    "eighths": "R-R-R-R-R-R-",
    "gallop": "R-RRRRR-RRRR",
    "heart": "R.R.........",
    "pulse": "R.R.R.R.R.R.",
    "walk": "R---3-5---A-",
    "gate": "R.RRR.R.RRR.",
}
_COMP_6 = {
    "pad": "x-----------",
    "two": "X-----x-----",
    "lilt": "X---x-x---x-",
    "strum": "X-t-x-X-t-x-",
    "broken": "0-1-2-0-1-2-",
    "broken-arch": "0-1-2-3-2-1-",
    "broken-slow": "0-----1---2-",
    "rolling-16": "012101210121",
    "after": "..x-x-..x-x-",
    "after-short": "....x-....x-",
    "cell": "0---2-..1-..",
    "drive": "X.x.x.X.x.x.",
    "drive-16": "X.xxx.X.xxx.",
    "keys": "x-----..x---",
}
_FIGURES_6 = {
    "line": "0-----------",
    "slow": "0-----2-----",
    "lilt": "0---1-2---1-",
    "up-8": "0-1-2-3-2-1-",
    "harp-8": "0-2-1-3-1-2-",
    "up-16": "012343012343",
    "arch-16": "012345432101",
    "ostinato-8": "0-0-2-0-0-1-",
    "ostinato-16": "002000200010",
    "dread-8": "0-0-n-0-0-n-",
    "dread-16": "0000n00000n0",
    "tick": "0.....0.....",
    "tick-8": "0.0.0.0.0.0.",
    "bells": "......3-..4-",
    "far-bell": "......4-----|......3-----",
    "pizz": "0...2.1...2.",
}
_BASS_OF_6 = {
    "big": levels("whole", "two", "gallop eighths"),
    "tender": levels("whole", "two two-fifth", "walk lilt"),
    "still": levels("whole", "whole", "two two-fifth"),
    "bright": levels("whole", "two-fifth two", "lilt jig"),
    "light": levels("two-fifth", "lilt two-fifth", "jig walk"),
    "soft": levels("whole", "two-fifth two", "lilt walk"),
    "dark": levels("whole heart", "heart two", "pulse eighths gallop"),
    "machine": levels("whole", "two eighths", "gate eighths"),
}
_COMP_OF_6 = {
    "big": levels("pad", "two", "lilt drive drive-16"),
    "tender": levels("pad broken-slow", "broken broken-arch", "rolling-16 broken-arch"),
    "still": levels("pad", "pad", "two broken-slow"),
    "bright": levels("pad", "two lilt", "strum lilt"),
    "light": levels("after-short", "after-short lilt", "after strum"),
    "soft": levels("pad", "keys two", "keys lilt"),
    "dark": levels("pad", "two pad", "drive drive-16"),
    "machine": levels("pad", "two after-short", "after lilt"),
}
_FIGURES_OF_6 = {
    "big": levels("line tick", "ostinato-8 line", "ostinato-16 up-16"),
    "tender": levels("line", "line slow", "harp-8 up-8 line"),
    "still": levels("line far-bell", "slow line", "up-8 harp-8"),
    "bright": levels("slow", "lilt up-8", "up-16 harp-8"),
    "light": levels("pizz bells", "lilt harp-8", "up-8 arch-16"),
    "soft": levels("far-bell line", "bells lilt", "harp-8 up-8"),
    "dark": levels("tick", "dread-8 ostinato-8", "dread-16 tick-8 ostinato-16"),
    "machine": levels("slow up-8", "up-8 harp-8", "arch-16 up-16"),
}


def _by_style(of_family: dict[str, Levels]) -> dict[str, Levels]:
    return {style: of_family[family] for style, family in FAMILY.items()}


BOOKS: dict[int, Book] = {
    4: Book(read_all(_BASS_4, 4), read_all(_COMP_4, 4), read_all(_FIGURES_4, 4), _BASS_OF_4, _COMP_OF_4, _FIGURES_OF_4),
    3: Book(
        read_all(_BASS_3, 3),
        read_all(_COMP_3, 3),
        read_all(_FIGURES_3, 3),
        _by_style(_BASS_OF_3),
        _by_style(_COMP_OF_3),
        _by_style(_FIGURES_OF_3),
    ),
    COMPOUND: Book(
        read_all(_BASS_6, COMPOUND),
        read_all(_COMP_6, COMPOUND),
        read_all(_FIGURES_6, COMPOUND),
        _by_style(_BASS_OF_6),
        _by_style(_COMP_OF_6),
        _by_style(_FIGURES_OF_6),
    ),
}
"""The patterns of each metre."""
