"""Palettes of the big orchestra: epic, trailer, action, emotional."""

from __future__ import annotations

from vem_plugin.score.layers import Layer
from vem_plugin.score.palettes.table import HIGH_TOM, KICK, LOW_TOM, SHAKER, SNARE, palette, part, takes

_WAR_DRUMS = (
    Layer("power_kit", -3, send=-12),
    takes(KICK, "concert_bass_drum", 41, 2, send=-9),
    takes(LOW_TOM, "taiko", 45, 1, pan=-0.2, send=-9),
    takes(HIGH_TOM, "taiko", 53, 0, pan=0.2, send=-9),
    takes(SNARE, "orchestra_kit", 38, 0, send=-10),
)
_LOW_STRINGS = (Layer("contrabass", 0, pan=0.25, width=0.6), Layer("cello", -3, octave=1, pan=0.2, send=-14))
_STRUCK_CHORD = (Layer("grand_piano", -1, plays="accents", width=0.6), Layer("pizzicato", 0, plays="accents"))

EPIC = (
    palette(
        "epic/orchestra",
        "hall",
        drums=part(1, *_WAR_DRUMS),
        bass=part(
            -1,
            *_LOW_STRINGS,
            Layer("tuba", -5, plays="loud", pan=0.1),
            Layer("timpani", -1, plays="accents", send=-10),
        ),
        harmony=part(
            0,
            Layer("strings", 0, width=0.9, send=-11),
            Layer("horns", -4, plays="loud", pan=-0.3, send=-9),
            Layer("choir", -7, plays="loud", send=-9),
            Layer("brass", -3, plays="accents", pan=0.15, send=-10),
            *_STRUCK_CHORD,
        ),
        counter=part(-2, Layer("pizzicato", 0, pan=-0.25), Layer("strings", -3, plays="loud", pan=-0.2, width=0.6)),
        melody=part(
            -1,
            Layer("horns", 0, pan=-0.15, send=-10),
            Layer("strings", -1, octave=1, width=0.8),
            Layer("trumpet", -5, plays="loud", pan=0.15, send=-10),
            Layer("tubular_bells", -4, plays="accents", send=-9),
        ),
    ),
    palette(
        "epic/hybrid",
        "hall",
        drums=part(1, *_WAR_DRUMS),
        bass=part(
            -1,
            Layer("saw_bass", -2, send=-24),
            Layer("contrabass", -1, pan=0.2),
            Layer("timpani", -3, plays="accents", send=-10),
        ),
        harmony=part(
            0,
            Layer("slow_strings", 0, width=0.9, send=-11),
            Layer("choir", -4, send=-9),
            Layer("brass", -3, plays="loud", send=-10),
            *_STRUCK_CHORD,
        ),
        counter=part(-2, Layer("pulse_bass", -6, octave=1, pan=-0.2, send=-14), Layer("pizzicato", 0, pan=0.2)),
        melody=part(
            -1,
            Layer("strings", 0, octave=1, width=0.8),
            Layer("horns", -1, pan=-0.15, send=-10),
            Layer("glockenspiel", -7, octave=1, plays="accents", send=-10),
        ),
    ),
    palette(
        "epic/voices",
        "hall",
        drums=part(1, *_WAR_DRUMS),
        bass=part(
            -1,
            *_LOW_STRINGS,
            Layer("church_organ", -9, plays="loud", send=-10),
            Layer("timpani", -1, plays="accents", send=-10),
        ),
        harmony=part(
            0,
            Layer("choir", 0, send=-9),
            Layer("strings", -3, width=0.9, send=-11),
            Layer("brass", -3, plays="loud", pan=0.15, send=-10),
            *_STRUCK_CHORD,
        ),
        counter=part(-2, Layer("harp", 0, pan=-0.3, send=-10), Layer("strings", -2, plays="loud", pan=-0.2, width=0.6)),
        melody=part(
            -1,
            Layer("trumpet", -2, pan=0.1, send=-10),
            Layer("horns", 0, pan=-0.15, send=-10),
            Layer("oohs", -5, octave=1, plays="soft", send=-8),
            Layer("church_bell", -6, plays="accents", send=-9),
        ),
    ),
)

TRAILER = (
    palette(
        "trailer/impact",
        "hall",
        drums=part(2, *_WAR_DRUMS),
        bass=part(
            0,
            Layer("deep_bass", -1, send=-22),
            Layer("trombone", -3, octave=1, pan=0.15, send=-10),
            Layer("contrabass", -2, pan=0.2),
            Layer("timpani", 0, plays="accents", send=-9),
        ),
        harmony=part(
            0,
            Layer("strings", 0, width=0.9, send=-11),
            Layer("brass", -2, plays="loud", pan=0.15, send=-9),
            Layer("choir", -4, plays="loud", send=-9),
            Layer("orchestra_hit", -8, plays="accents"),
            Layer("grand_piano", -1, octave=-1, plays="accents", width=0.6),
        ),
        counter=part(-1, Layer("strings", 0, pan=-0.2, width=0.6), Layer("pizzicato", -1, pan=0.2)),
        melody=part(
            -1,
            Layer("horns", 0, pan=-0.15, send=-9),
            Layer("trumpet", -3, plays="loud", pan=0.15, send=-9),
            Layer("grand_piano", -4, plays="soft", width=0.7, send=-9),
            Layer("church_bell", -5, plays="accents", send=-8),
        ),
    ),
    palette(
        "trailer/machine",
        "hall",
        drums=part(2, *_WAR_DRUMS[1:], Layer("electronic_kit", -3, send=-12)),
        bass=part(
            0,
            Layer("saw_bass", -1, send=-24),
            Layer("distorted_guitar", -8, octave=1, plays="loud", send=-16),
            Layer("timpani", -1, plays="accents", send=-9),
        ),
        harmony=part(
            0,
            Layer("slow_strings", 0, width=0.9, send=-11),
            Layer("synth_brass", -3, plays="loud", send=-11),
            Layer("brass", -3, plays="accents", send=-9),
            Layer("pizzicato", 0, plays="accents"),
            Layer("orchestra_hit", -8, plays="accents"),
        ),
        counter=part(
            -1, Layer("pulse_bass", -4, octave=1, pan=-0.25, send=-14), Layer("strings", 0, pan=0.2, width=0.6)
        ),
        melody=part(
            -1,
            Layer("strings", 0, octave=1, width=0.8, send=-10),
            Layer("horns", 0, pan=-0.1, send=-9),
            Layer("solo_voice", -5, plays="soft", send=-8),
            Layer("tubular_bells", -4, plays="accents", send=-8),
        ),
    ),
)

ACTION = (
    palette(
        "action/percussion",
        "chamber",
        drums=part(
            2,
            Layer("rock_kit", -2, send=-13),
            takes(KICK, "concert_bass_drum", 41, 1, send=-11),
            takes(LOW_TOM, "taiko", 45, 2, pan=-0.3, send=-10),
            takes(HIGH_TOM, "melodic_tom", 60, 1, pan=0.3, send=-11),
            takes(SHAKER, "woodblock", 72, -3, pan=0.35),
        ),
        bass=part(
            -1,
            Layer("contrabass", 0, pan=0.2),
            Layer("picked_bass", -2, send=-24),
            Layer("timpani", -1, plays="accents", send=-10),
        ),
        harmony=part(
            0,
            Layer("strings", 0, width=0.9, send=-12),
            Layer("brass", -3, plays="loud", pan=0.2, send=-11),
            *_STRUCK_CHORD,
        ),
        counter=part(-1, Layer("marimba", 0, pan=-0.3), Layer("strings", -3, plays="loud", pan=0.2, width=0.6)),
        melody=part(
            -1,
            Layer("horns", 0, pan=-0.1, send=-11),
            Layer("trumpet", -4, plays="loud", pan=0.15, send=-11),
            Layer("xylophone", -6, octave=1, plays="accents"),
            Layer("violin", -3, octave=1, pan=0.1, send=-11),
        ),
    ),
    palette(
        "action/chase",
        "chamber",
        drums=part(1, Layer("electronic_kit", -1, send=-15), takes(LOW_TOM, "taiko", 45, 2, send=-10)),
        bass=part(-1, Layer("saw_bass", 0, send=-24), Layer("picked_bass", -2, send=-24)),
        harmony=part(
            0,
            Layer("overdriven_guitar", -2, width=0.9, pan=-0.2, send=-16),
            Layer("strings", -1, width=0.9, send=-12),
            Layer("brass", -4, plays="loud", pan=0.2, send=-11),
            Layer("grand_piano", -1, plays="accents", width=0.6),
        ),
        counter=part(-2, Layer("muted_guitar", 0, pan=0.4), Layer("pulse_bass", -5, octave=1, pan=-0.3)),
        melody=part(
            -1,
            Layer("detuned_saw", -1, send=-13),
            Layer("strings", -1, octave=1, plays="loud", width=0.8, send=-11),
        ),
    ),
)

EMOTIONAL = (
    palette(
        "emotional/piano",
        "hall",
        drums=part(-4, Layer("brush_kit", 0, send=-9), takes(KICK, "concert_bass_drum", 41, 0, send=-8)),
        bass=part(-3, Layer("contrabass", 0, pan=0.2, send=-11), Layer("cello", -2, octave=1, pan=0.2, send=-11)),
        harmony=part(
            0,
            Layer("slow_strings", 0, width=0.9, send=-9),
            Layer("horns", -6, plays="loud", pan=-0.25, send=-9),
            Layer("harp", 0, plays="accents", send=-9),
        ),
        counter=part(-2, Layer("grand_piano", 0, pan=-0.1, width=0.8, send=-9)),
        melody=part(
            1,
            Layer("grand_piano", 0, width=0.8, send=-9),
            Layer("violin", -4, plays="loud", octave=1, pan=-0.1, send=-9),
        ),
    ),
    palette(
        "emotional/cello",
        "hall",
        drums=part(-4, Layer("brush_kit", 0, send=-9)),
        bass=part(-2, Layer("contrabass", 0, pan=0.2, send=-11)),
        harmony=part(
            0,
            Layer("grand_piano", 0, width=0.8, send=-10),
            Layer("slow_strings", -2, width=0.9, send=-9),
            Layer("choir", -8, plays="loud", send=-8),
        ),
        counter=part(-2, Layer("harp", 0, pan=-0.3, send=-9), Layer("viola", -2, plays="loud", pan=0.15, send=-9)),
        melody=part(
            1,
            Layer("cello", 0, pan=0.1, send=-9),
            Layer("celesta", -8, octave=1, plays="accents", send=-8),
            Layer("strings", -3, octave=1, plays="loud", width=0.8, send=-9),
        ),
    ),
    palette(
        "emotional/woodwind",
        "chamber",
        drums=part(-4, Layer("brush_kit", 0, send=-10)),
        bass=part(-3, Layer("cello", 0, pan=0.2, send=-11), Layer("contrabass", -3, pan=0.2, send=-12)),
        harmony=part(
            0,
            Layer("slow_strings", 0, width=0.9, send=-10),
            Layer("grand_piano", -1, width=0.8, send=-11),
            Layer("harp", 0, plays="accents", send=-10),
        ),
        counter=part(-2, Layer("nylon_guitar", 0, pan=0.3), Layer("clarinet", -4, plays="loud", pan=-0.2)),
        melody=part(
            1,
            Layer("english_horn", 0, pan=-0.1, send=-10),
            Layer("flute", -4, octave=1, plays="loud", pan=0.1, send=-10),
            Layer("grand_piano", -5, width=0.7, send=-10),
        ),
    ),
)
