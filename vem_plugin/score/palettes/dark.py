"""Palettes of suspense: tense, thriller."""

from __future__ import annotations

from vem_plugin.score.layers import Layer
from vem_plugin.score.palettes.table import CLAP, HIGH_TOM, KICK, LOW_TOM, RIM, SHAKER, palette, part, takes

TENSE = (
    palette(
        "tense/thriller",
        "chamber",
        drums=part(
            0,
            Layer("power_kit", -1, send=-12),
            takes(LOW_TOM, "taiko", 45, 1, send=-10),
            takes(HIGH_TOM, "taiko", 53, 0, send=-10),
        ),
        bass=part(
            -1,
            Layer("contrabass", 0),
            Layer("saw_bass", -3, send=-24),
            Layer("timpani", -2, plays="accents"),
        ),
        harmony=part(
            0,
            Layer("tremolo_strings", 0, send=-11),
            Layer("brass", -5, plays="loud", send=-11),
            Layer("pizzicato", 0, plays="accents"),
            Layer("orchestra_hit", -9, plays="accents"),
        ),
        counter=part(-2, Layer("pizzicato", 0, pan=-0.25), Layer("marimba", -4, pan=0.3)),
        melody=part(-0.5, Layer("cello", 0, pan=0.1, send=-11), Layer("grand_piano", -1, width=0.6)),
    ),
    palette(
        "tense/pulse",
        "hall",
        drums=part(0, Layer("electronic_kit", -1, send=-14), takes(LOW_TOM, "concert_bass_drum", 41, 1, send=-9)),
        bass=part(-1, Layer("saw_bass", 0, send=-24), Layer("contrabass", -5, plays="loud")),
        harmony=part(
            0,
            Layer("slow_strings", 0, send=-10),
            Layer("tremolo_strings", -4, plays="loud"),
            Layer("grand_piano", 0, plays="accents", width=0.6),
        ),
        counter=part(-2, Layer("fm_bass", -2, pan=-0.2, octave=1), Layer("muted_guitar", -2, pan=0.25)),
        melody=part(-0.5, Layer("violin", 0, pan=-0.1, send=-10), Layer("tine_piano", -2, send=-10)),
    ),
    palette(
        "tense/glass",
        "hall",
        drums=part(
            -1,
            Layer("orchestra_kit", 0, send=-10),
            takes(KICK, "concert_bass_drum", 41, 1, send=-9),
            takes(SHAKER, "brush_kit", 70, 0, send=-10),
            takes(CLAP, "standard_kit", RIM, 0, send=-10),
        ),
        bass=part(-1, Layer("contrabass", 0, pan=0.15, send=-12), Layer("deep_bass", -6, send=-22)),
        harmony=part(
            0,
            Layer("bowed_glass", -2, send=-9),
            Layer("tremolo_strings", -2, send=-10),
            Layer("grand_piano", -1, octave=-1, plays="accents", width=0.6, send=-9),
        ),
        counter=part(-2, Layer("celesta", -2, pan=0.3, send=-9), Layer("pizzicato", 0, pan=-0.25, send=-10)),
        melody=part(-0.5, Layer("clarinet", 0, pan=-0.1, send=-10), Layer("grand_piano", -1, width=0.7, send=-9)),
    ),
)

THRILLER = (
    palette(
        "thriller/clockwork",
        "chamber",
        drums=part(
            0,
            Layer("electronic_kit", -2, send=-15),
            takes(SHAKER, "woodblock", 84, -4, pan=0.3),
            takes(LOW_TOM, "taiko", 45, 1, send=-10),
        ),
        bass=part(-1, Layer("saw_bass", 0, send=-24), Layer("contrabass", -3, plays="loud", pan=0.15)),
        harmony=part(
            0,
            Layer("strings", -1, width=0.9, send=-12),
            Layer("synth_strings", -5, plays="loud", send=-11),
            Layer("muted_guitar", 0, plays="accents", pan=0.2),
            Layer("grand_piano", -1, plays="accents", width=0.6),
        ),
        counter=part(-1, Layer("pulse_bass", -3, octave=1, pan=-0.25, send=-15), Layer("muted_guitar", -2, pan=0.3)),
        melody=part(-0.5, Layer("grand_piano", 0, width=0.7, send=-10), Layer("violin", -4, plays="loud", send=-11)),
    ),
    palette(
        "thriller/night",
        "chamber",
        drums=part(0, Layer("analogue_kit", -1, send=-14), takes(CLAP, "standard_kit", RIM, 1, send=-12)),
        bass=part(-1, Layer("fm_bass", 0, send=-30), Layer("saw_bass", -4, plays="loud", send=-24)),
        harmony=part(
            0,
            Layer("warm_pad", 0, send=-10),
            Layer("tremolo_strings", -3, plays="loud", send=-11),
            Layer("tine_piano", 0, plays="accents", send=-11),
        ),
        counter=part(-2, Layer("marimba", 0, pan=-0.3), Layer("square_lead", -7, pan=0.3, plays="loud", send=-14)),
        melody=part(
            -0.5,
            Layer("soft_synth_brass", -1, send=-11),
            Layer("tine_piano", -2, octave=1, send=-10),
            Layer("cello", -4, plays="loud", pan=0.1, send=-11),
        ),
    ),
)
