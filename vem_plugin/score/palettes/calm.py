"""Palettes that leave room: ambient, documentary, lofi."""

from __future__ import annotations

from vem_plugin.score.layers import Layer
from vem_plugin.score.palettes.table import BRUSH_SLAP, CLAP, RIM, palette, part, takes

AMBIENT = (
    palette(
        "ambient/glass",
        "hall",
        drums=part(-5, Layer("brush_kit", 0, send=-8)),
        bass=part(-2, Layer("fingered_bass", 0, send=-16), Layer("contrabass", -5, pan=0.15)),
        harmony=part(
            -1,
            Layer("warm_pad", 0, send=-8),
            Layer("slow_strings", -6, plays="loud", send=-8),
            Layer("harp", 1, plays="accents", send=-10),
        ),
        counter=part(
            -2,
            Layer("vibraphone", 0, pan=0.3, send=-8),
            Layer("celesta", -4, plays="accents", pan=0.2, send=-8),
        ),
        melody=part(
            3,
            Layer("grand_piano", 0, width=0.7, send=-8),
            Layer("flute", -5, plays="loud", pan=-0.15, send=-8),
        ),
    ),
    palette(
        "ambient/drift",
        "hall",
        drums=part(-5, Layer("analogue_kit", 0, send=-8)),
        bass=part(-2, Layer("saw_bass", 0, send=-20), Layer("contrabass", -4)),
        harmony=part(
            -1,
            Layer("choir", -3, send=-7),
            Layer("warm_pad", 0, send=-8),
            Layer("harp", 0, plays="accents", send=-8),
        ),
        counter=part(-2, Layer("kalimba", 0, pan=-0.3, send=-8)),
        melody=part(3, Layer("tine_piano", 0, send=-8), Layer("music_box", -6, octave=1, plays="accents", send=-7)),
    ),
    palette(
        "ambient/aurora",
        "hall",
        drums=part(-5, Layer("analogue_kit", 0, send=-8)),
        bass=part(-2, Layer("fretless_bass", 0, send=-14)),
        harmony=part(
            -1,
            Layer("sweep_pad", -2, send=-8),
            Layer("halo_pad", -3, send=-8),
            Layer("guitar_harmonics", 0, plays="accents", send=-8),
        ),
        counter=part(-2, Layer("atmosphere", -1, pan=0.25, send=-8)),
        melody=part(
            2,
            Layer("clean_guitar", 0, pan=-0.1, width=0.7, send=-8),
            Layer("oohs", -5, plays="loud", send=-7),
        ),
    ),
)

DOCUMENTARY = (
    palette(
        "documentary/minimal",
        "chamber",
        drums=part(-3, Layer("brush_kit", 0, send=-12)),
        bass=part(-1, Layer("contrabass_plucked", 0, send=-18), Layer("cello", -4, octave=1, plays="loud", pan=0.2)),
        harmony=part(
            0,
            Layer("grand_piano", 0, width=0.8, send=-12),
            Layer("slow_strings", -4, width=0.9, send=-10),
        ),
        counter=part(-2, Layer("marimba", 0, pan=0.3), Layer("pizzicato", -3, pan=-0.3, plays="loud")),
        melody=part(
            1,
            Layer("tine_piano", -1, send=-11),
            Layer("clarinet", -3, plays="loud", pan=-0.15, send=-11),
            Layer("grand_piano", -3, width=0.7, send=-11),
        ),
    ),
    palette(
        "documentary/strings",
        "chamber",
        drums=part(-3, Layer("orchestra_kit", 0, send=-11), takes(CLAP, "brush_kit", BRUSH_SLAP, 0, send=-12)),
        bass=part(-1, Layer("cello", 0, pan=0.2, send=-12), Layer("contrabass", -3, pan=0.25, send=-13)),
        harmony=part(
            0,
            Layer("strings", 0, width=0.9, send=-11),
            Layer("grand_piano", -1, plays="accents", width=0.7, send=-11),
            Layer("horns", -6, plays="loud", pan=-0.25, send=-10),
        ),
        counter=part(-2, Layer("pizzicato", 0, pan=-0.3), Layer("harp", -2, pan=0.3, plays="loud")),
        melody=part(
            1,
            Layer("oboe", -1, pan=0.1, send=-11),
            Layer("violin", -3, plays="loud", octave=1, pan=-0.1, send=-10),
            Layer("grand_piano", -4, width=0.7, send=-11),
        ),
    ),
    palette(
        "documentary/field",
        "chamber",
        drums=part(-3, Layer("brush_kit", 0, send=-12)),
        bass=part(-1, Layer("fretless_bass", 0, send=-18)),
        harmony=part(
            0,
            Layer("nylon_guitar", 0, pan=-0.2, send=-13),
            Layer("warm_pad", -5, send=-10),
            Layer("slow_strings", -5, plays="loud", send=-10),
        ),
        counter=part(-2, Layer("kalimba", 0, pan=0.3, send=-11)),
        melody=part(
            1,
            Layer("clean_guitar", 0, pan=0.1, width=0.6, send=-11),
            Layer("pan_flute", -5, plays="loud", pan=-0.15, send=-10),
        ),
    ),
)

LOFI = (
    palette(
        "lofi/keys",
        "studio",
        drums=part(-1, Layer("jazz_kit", -1, send=-18), takes(CLAP, "jazz_kit", RIM, -1, send=-16)),
        bass=part(0, Layer("contrabass_plucked", 0, send=-24)),
        harmony=part(0, Layer("tine_piano", 0, send=-14), Layer("warm_pad", -8)),
        counter=part(-3, Layer("vibraphone", 0, pan=0.3)),
        melody=part(
            0.5,
            Layer("jazz_guitar", 0, pan=-0.15, width=0.5),
            Layer("tine_piano", -5, octave=1, pan=0.1),
        ),
    ),
    palette(
        "lofi/tape",
        "studio",
        drums=part(-1, Layer("analogue_kit", 0, send=-18)),
        bass=part(0, Layer("fingered_bass", 0, send=-24)),
        harmony=part(0, Layer("grand_piano", 0, width=0.5, send=-14), Layer("warm_pad", -7)),
        counter=part(-3, Layer("nylon_guitar", 0, pan=0.35)),
        melody=part(-2, Layer("vibraphone", 0, pan=-0.1), Layer("flute", -5, plays="loud", pan=0.15)),
    ),
    palette(
        "lofi/midnight",
        "chamber",
        drums=part(-1, Layer("brush_kit", 0, send=-16)),
        bass=part(0, Layer("fretless_bass", 0, send=-24)),
        harmony=part(0, Layer("chorus_piano", 0, send=-13), Layer("oohs", -9, plays="loud", send=-10)),
        counter=part(-1, Layer("jazz_guitar", 0, pan=0.3, width=0.5)),
        melody=part(
            2.5,
            Layer("muted_trumpet", -2, pan=-0.1, send=-11),
            Layer("chorus_piano", -4, octave=1, pan=0.1),
            Layer("alto_sax", -3, plays="loud", pan=0.1, send=-12),
        ),
    ),
)
