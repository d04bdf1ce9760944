"""Palettes that plug in: pop, electronic, synthwave."""

from __future__ import annotations

from vem_plugin.score.layers import Layer
from vem_plugin.score.palettes.table import CLAP, KICK, OPEN_HAT, SHAKER, SNARE, TAMBOURINE, palette, part, takes

POP = (
    palette(
        "pop/band",
        "studio",
        drums=part(0, Layer("rock_kit", 0, send=-17), takes(SHAKER, "standard_kit", TAMBOURINE, -3, pan=0.3)),
        bass=part(0, Layer("picked_bass", 0, send=-28)),
        harmony=part(
            0,
            Layer("clean_guitar", 0, pan=-0.35, width=0.5, send=-15),
            Layer("grand_piano", -2, width=0.8, pan=0.1),
            Layer("drawbar_organ", -9, plays="loud", pan=0.2, send=-12),
        ),
        counter=part(-3, Layer("muted_guitar", 0, pan=0.4), Layer("overdriven_guitar", -9, plays="loud", pan=0.45)),
        melody=part(
            2,
            Layer("steel_guitar", -1, pan=-0.1, width=0.5),
            Layer("glockenspiel", -7, octave=1, pan=0.15),
            Layer("square_lead", -7, plays="loud", send=-12),
        ),
    ),
    palette(
        "pop/synth",
        "studio",
        drums=part(0, Layer("electronic_kit", 0, send=-19), takes(CLAP, "analogue_kit", CLAP, 0, send=-16)),
        bass=part(0, Layer("deep_bass", 0, send=-34, width=0.4)),
        harmony=part(
            0,
            Layer("polysynth", -1, width=0.9, send=-13),
            Layer("grand_piano", -1, width=0.8),
            Layer("sweep_pad", -8, plays="soft", send=-10),
        ),
        counter=part(-3, Layer("muted_guitar", 0, pan=0.4), Layer("crystal", -5, pan=-0.3)),
        melody=part(
            1,
            Layer("square_lead", -1, send=-13),
            Layer("fm_piano", -2, octave=1, pan=0.1, send=-13),
            Layer("oohs", -7, plays="loud", send=-10),
        ),
    ),
    palette(
        "pop/sunny",
        "studio",
        drums=part(0, Layer("standard_kit", 0, send=-17), takes(SHAKER, "standard_kit", TAMBOURINE, -3, pan=0.3)),
        bass=part(0, Layer("pop_bass", 0, send=-28)),
        harmony=part(
            0,
            Layer("ukulele", 0, pan=-0.3, send=-15),
            Layer("tine_piano", -2, pan=0.1, send=-14),
            Layer("oohs", -9, plays="loud", send=-10),
        ),
        counter=part(-3, Layer("funk_guitar", 0, pan=0.4), Layer("steel_drums", -5, pan=-0.3, plays="loud")),
        melody=part(
            2,
            Layer("clean_guitar", 0, pan=-0.1, width=0.5),
            Layer("marimba", -3, octave=1, pan=0.15),
            Layer("brass", -7, plays="accents", send=-13),
        ),
    ),
)

ELECTRONIC = (
    palette(
        "electronic/club",
        "studio",
        drums=part(0, Layer("electronic_kit", 0, send=-20), takes(KICK, "analogue_kit", KICK, 2, send=-40)),
        bass=part(0, Layer("saw_bass", 0, send=-40, width=0.3)),
        harmony=part(2, Layer("saw_lead", -2, width=1.0, send=-14), Layer("warm_pad", -3, send=-11)),
        counter=part(-3, Layer("square_lead", 0, pan=0.3, send=-12)),
        melody=part(-1.5, Layer("saw_lead", 0, send=-12), Layer("fm_piano", -3, octave=1, send=-12)),
    ),
    palette(
        "electronic/neon",
        "chamber",
        drums=part(0, Layer("analogue_kit", 0, send=-18)),
        bass=part(0, Layer("fm_bass", 0, send=-40, width=0.3), Layer("saw_bass", -5, plays="loud", send=-40)),
        harmony=part(0, Layer("warm_pad", -1, send=-11), Layer("fm_piano", 0, send=-13)),
        counter=part(
            -3,
            Layer("tine_piano", 0, octave=1, pan=-0.3),
            Layer("square_lead", -5, pan=0.3, plays="loud"),
        ),
        melody=part(
            0,
            Layer("square_lead", 0, send=-12),
            Layer("saw_lead", -4, octave=1, plays="loud", send=-12),
        ),
    ),
    palette(
        "electronic/deep",
        "studio",
        drums=part(0, Layer("analogue_kit", 0, send=-20), takes(OPEN_HAT, "electronic_kit", OPEN_HAT, -1, send=-18)),
        bass=part(0, Layer("deep_bass", 0, send=-40, width=0.3)),
        harmony=part(1, Layer("polysynth", 0, width=0.9, send=-13), Layer("sweep_pad", -5, send=-10)),
        counter=part(-3, Layer("crystal", -1, pan=0.3, send=-11), Layer("pulse_bass", -4, octave=1, pan=-0.3)),
        melody=part(
            -1,
            Layer("detuned_saw", -1, send=-12),
            Layer("fm_piano", -2, octave=1, send=-12),
            Layer("synth_voice", -6, plays="loud", send=-10),
        ),
    ),
)

SYNTHWAVE = (
    palette(
        "synthwave/highway",
        "hall",
        drums=part(1, Layer("analogue_kit", -1, send=-16), takes(SNARE, "power_kit", SNARE, 1, send=-8)),
        bass=part(0, Layer("saw_bass", 0, send=-36, width=0.3), Layer("pulse_bass", -4, plays="loud", send=-36)),
        harmony=part(
            0,
            Layer("synth_strings", -1, width=1.0, send=-11),
            Layer("polysynth", -1, width=0.9, send=-12),
            Layer("synth_brass", -3, plays="accents", send=-11),
        ),
        counter=part(-2, Layer("square_lead", -2, pan=0.3, send=-11), Layer("fm_piano", -3, pan=-0.3, octave=1)),
        melody=part(
            -0.5,
            Layer("detuned_saw", 0, send=-10),
            Layer("chorus_piano", -5, octave=1, send=-10),
            Layer("overdriven_guitar", -7, plays="loud", send=-11),
        ),
    ),
    palette(
        "synthwave/arcade",
        "chamber",
        drums=part(1, Layer("electronic_kit", 0, send=-14), takes(SNARE, "power_kit", SNARE, 0, send=-8)),
        bass=part(0, Layer("fm_bass", 0, send=-36, width=0.3), Layer("deep_bass", -3, send=-40, width=0.3)),
        harmony=part(
            0,
            Layer("polysynth", 0, width=1.0, send=-12),
            Layer("halo_pad", -6, send=-10),
            Layer("synth_brass", -3, plays="loud", send=-11),
        ),
        counter=part(-2, Layer("pulse_bass", -2, octave=1, pan=-0.3, send=-13), Layer("crystal", -4, pan=0.3)),
        melody=part(
            -0.5,
            Layer("square_lead", 0, send=-11),
            Layer("saw_lead", -4, octave=1, plays="loud", send=-11),
            Layer("fantasia", -6, plays="soft", send=-9),
        ),
    ),
)
