"""Palettes of wood, strings and air: corporate, folk, playful."""

from __future__ import annotations

from vem_plugin.score.layers import Layer
from vem_plugin.score.palettes.table import CRASH, KICK, SHAKER, TAMBOURINE, palette, part, takes

CORPORATE = (
    palette(
        "corporate/bright",
        "studio",
        drums=part(-1, Layer("standard_kit", 0, send=-18)),
        bass=part(-1, Layer("fingered_bass", 0, send=-26)),
        harmony=part(
            0,
            Layer("grand_piano", 0, width=0.8),
            Layer("warm_pad", -5, send=-10),
            Layer("strings", -4, plays="loud", send=-10),
        ),
        counter=part(-2, Layer("muted_guitar", 0, pan=0.4), Layer("marimba", -4, pan=-0.35, plays="loud")),
        melody=part(3, Layer("clean_guitar", -1, pan=-0.1, width=0.6), Layer("glockenspiel", -6, octave=1, pan=0.15)),
    ),
    palette(
        "corporate/acoustic",
        "chamber",
        drums=part(-1, Layer("standard_kit", 0, send=-16)),
        bass=part(-1, Layer("picked_bass", 0, send=-26)),
        harmony=part(
            0,
            Layer("steel_guitar", 0, pan=-0.3, send=-14),
            Layer("slow_strings", -4, send=-10),
            Layer("grand_piano", -1, plays="loud", width=0.8),
        ),
        counter=part(
            -2,
            Layer("clean_guitar", 0, pan=0.35, width=0.4),
            Layer("pizzicato", -4, pan=-0.3, plays="loud"),
        ),
        melody=part(3, Layer("grand_piano", 0, width=0.6), Layer("violin", -6, plays="loud", pan=0.15)),
    ),
    palette(
        "corporate/warm",
        "chamber",
        drums=part(-2, Layer("room_kit", 0, send=-17), takes(SHAKER, "standard_kit", TAMBOURINE, -3, pan=0.3)),
        bass=part(-1, Layer("fingered_bass", 0, send=-26)),
        harmony=part(
            0,
            Layer("tine_piano", 0, send=-13),
            Layer("nylon_guitar", -2, pan=-0.3, send=-14),
            Layer("slow_strings", -5, send=-10),
        ),
        counter=part(-2, Layer("ukulele", -1, pan=0.35), Layer("marimba", -4, pan=-0.3, plays="loud")),
        melody=part(
            2,
            Layer("grand_piano", 0, width=0.6),
            Layer("flute", -5, plays="loud", pan=0.1, send=-11),
            Layer("celesta", -8, octave=1, pan=0.15),
        ),
    ),
)

FOLK = (
    palette(
        "folk/fireside",
        "chamber",
        drums=part(-3, Layer("brush_kit", 0, send=-14)),
        bass=part(-1, Layer("contrabass_plucked", 0, send=-20)),
        harmony=part(
            0,
            Layer("steel_guitar", 0, pan=-0.25, send=-14),
            Layer("accordion", -8, plays="loud", pan=0.3, send=-12),
        ),
        counter=part(-2, Layer("nylon_guitar", 0, pan=0.35)),
        melody=part(
            1,
            Layer("whistle", -2, send=-11),
            Layer("fiddle", -1, plays="loud", pan=0.1),
            Layer("steel_guitar", -3),
        ),
    ),
    palette(
        "folk/meadow",
        "chamber",
        drums=part(-3, Layer("standard_kit", 0, send=-14), takes(KICK, "taiko", 48, -1)),
        bass=part(-1, Layer("contrabass_plucked", 0, send=-20), Layer("cello", -6, octave=1, plays="loud")),
        harmony=part(0, Layer("nylon_guitar", 0, pan=-0.2, send=-14), Layer("slow_strings", -6, send=-10)),
        counter=part(-5, Layer("harp", 0, pan=0.3)),
        melody=part(
            1,
            Layer("recorder", -1, send=-11),
            Layer("clarinet", -4, plays="loud", pan=0.15),
            Layer("nylon_guitar", -2),
        ),
    ),
    palette(
        "folk/porch",
        "chamber",
        drums=part(-3, Layer("brush_kit", 0, send=-15), takes(SHAKER, "standard_kit", TAMBOURINE, -2, pan=0.3)),
        bass=part(-1, Layer("contrabass_plucked", 0, send=-22)),
        harmony=part(
            0,
            Layer("twelve_string", -1, pan=-0.25, send=-14),
            Layer("drawbar_organ", -10, plays="loud", pan=0.2, send=-12),
        ),
        counter=part(-3, Layer("banjo", -1, pan=0.35), Layer("mandolin", -3, pan=-0.35, plays="loud")),
        melody=part(
            1,
            Layer("fiddle", -1, pan=0.1, send=-12),
            Layer("steel_guitar", -2, pan=-0.1),
            Layer("harmonica", -6, plays="loud", send=-12),
        ),
    ),
)

PLAYFUL = (
    palette(
        "playful/toybox",
        "studio",
        drums=part(-2, Layer("standard_kit", 0, send=-16)),
        bass=part(-1, Layer("pizzicato", 0), Layer("bassoon", -3, pan=0.2)),
        harmony=part(0, Layer("pizzicato", 0, pan=-0.15), Layer("clarinet", -6, plays="loud", pan=-0.3)),
        counter=part(-2, Layer("marimba", 0, pan=0.35)),
        melody=part(
            0,
            Layer("glockenspiel", -3, octave=1, pan=0.1),
            Layer("clarinet", -1, pan=-0.1),
            Layer("xylophone", -5, octave=1),
        ),
    ),
    palette(
        "playful/stroll",
        "chamber",
        drums=part(-2, Layer("brush_kit", 0, send=-14)),
        bass=part(-1, Layer("contrabass_plucked", 0, send=-20), Layer("tuba", -5, plays="loud")),
        harmony=part(0, Layer("nylon_guitar", 0, pan=-0.3), Layer("pizzicato", -2, pan=0.2)),
        counter=part(-2, Layer("pizzicato", 0, pan=0.3), Layer("bassoon", -4, plays="loud", pan=0.35, octave=-1)),
        melody=part(
            1,
            Layer("flute", -1, pan=-0.1),
            Layer("marimba", -1, pan=0.1),
            Layer("oboe", -5, plays="loud"),
        ),
    ),
    palette(
        "playful/mischief",
        "studio",
        drums=part(
            -2,
            Layer("tight_kit", 0, send=-17),
            takes(SHAKER, "woodblock", 76, -4, pan=0.3),
            takes(CRASH, "orchestra_kit", 57, -2, send=-12),
        ),
        bass=part(-1, Layer("tuba", -1, pan=0.1), Layer("contrabass_plucked", -1, send=-20)),
        harmony=part(0, Layer("ukulele", 0, pan=-0.3), Layer("pizzicato", -1, pan=0.2)),
        counter=part(-2, Layer("xylophone", -3, pan=0.3), Layer("clarinet", -3, plays="loud", pan=-0.3)),
        melody=part(
            0,
            Layer("ocarina", -2, pan=-0.1, send=-13),
            Layer("pizzicato", 0, octave=1, pan=0.1),
            Layer("piccolo", -8, octave=1, plays="loud", pan=0.15),
            Layer("harpsichord", -5, plays="loud", width=0.6),
        ),
    ),
)
