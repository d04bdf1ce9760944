"""The palettes: which instruments play which role in each style, how loud, from where in the room."""

from __future__ import annotations

from vem_plugin.errors import SettingsError
from vem_plugin.score.cue import ROLES, STYLES, Role
from vem_plugin.score.layers import Layer, Palette, Part, Room

ROLE_LEVELS: dict[Role, float] = {"drums": -1.5, "bass": 2.0, "harmony": -1.5, "counter": 0.0, "melody": 3.0}
"""dB added to every part: chords are several notes and drums are all peak, while a tune is one line to be followed."""


def palette_for(style: str, *, seed: int) -> Palette:
    """One of a style's palettes, chosen by the seed.

    Parameters
    ----------
    style : str
        One of ``STYLES``.
    seed : int
        The take's seed; the same seed chooses the same palette.

    Raises
    ------
    SettingsError
        There is no such style.
    """
    if style not in PALETTES:
        raise SettingsError(f"There is no style {style!r}.", remedy=f"Choose one of {', '.join(STYLES)}.")
    choices = PALETTES[style]
    return choices[seed % len(choices)]


def _drums(level: float, *layers: Layer) -> Part:
    return Part(level, layers)


def _taken(instrument: str, sound: int, key: int, level: float = 0.0, send: float = -12.0) -> Layer:
    """A drum sound that another instrument than the kit plays."""
    return Layer(instrument, level, sounds=frozenset({sound}), key=key, send=send)


def _palette(name: str, room: Room, *, drums: Part, bass: Part, harmony: Part, counter: Part, melody: Part) -> Palette:
    parts: dict[Role, Part] = dict(zip(ROLES, (drums, bass, harmony, counter, melody), strict=True))
    return Palette(name, name.split("/")[0], room, parts)


def _epic() -> tuple[Palette, ...]:
    return _epic_orchestra(), _epic_hybrid()


def _epic_drums() -> Part:
    return _drums(
        1,
        Layer("power_kit", -2, send=-12),
        _taken("concert_bass_drum", 36, 41, 2, -9),
        _taken("taiko", 41, 45, 1, -9),
        _taken("taiko", 47, 53, 0, -9),
        _taken("orchestra_kit", 38, 38, 0, -10),
    )


def _epic_orchestra() -> Palette:
    return _palette(
        "epic/orchestra",
        "hall",
        drums=_epic_drums(),
        bass=Part(
            -1,
            (
                Layer("contrabass", 0, pan=0.25, width=0.6),
                Layer("cello", -3, octave=1, pan=0.2, send=-14),
                Layer("tuba", -5, plays="loud", pan=0.1),
                Layer("timpani", -1, plays="accents", send=-10),
            ),
        ),
        harmony=Part(
            0,
            (
                Layer("strings", 0, width=0.9, send=-11),
                Layer("horns", -4, plays="loud", pan=-0.3, send=-9),
                Layer("choir", -7, plays="loud", send=-9),
                Layer("brass", -3, plays="accents", pan=0.15, send=-10),
                Layer("grand_piano", -1, plays="accents", width=0.6),
                Layer("pizzicato", 1, plays="accents"),
            ),
        ),
        counter=Part(-2, (Layer("pizzicato", 0, pan=-0.25), Layer("strings", -3, plays="loud", pan=-0.2, width=0.6))),
        melody=Part(
            -1,
            (
                Layer("horns", 0, pan=-0.15, send=-10),
                Layer("strings", -1, octave=1, width=0.8),
                Layer("trumpet", -5, plays="loud", pan=0.15, send=-10),
                Layer("tubular_bells", -4, plays="accents", send=-9),
            ),
        ),
    )


def _epic_hybrid() -> Palette:
    return _palette(
        "epic/hybrid",
        "hall",
        drums=_epic_drums(),
        bass=Part(
            -1,
            (
                Layer("saw_bass", -2, send=-24),
                Layer("contrabass", -1, pan=0.2),
                Layer("timpani", -3, plays="accents"),
            ),
        ),
        harmony=Part(
            0,
            (
                Layer("slow_strings", 0, width=0.9, send=-11),
                Layer("choir", -4, send=-9),
                Layer("brass", -3, plays="loud", send=-10),
                Layer("grand_piano", -2, plays="accents", width=0.6),
            ),
        ),
        counter=Part(-2, (Layer("saw_lead", -5, pan=-0.2, send=-14), Layer("pizzicato", 0, pan=0.2))),
        melody=Part(
            -1,
            (
                Layer("strings", 0, octave=1, width=0.8),
                Layer("horns", -1, pan=-0.15, send=-10),
                Layer("glockenspiel", -7, octave=1, plays="accents", send=-10),
            ),
        ),
    )


def _ambient() -> tuple[Palette, ...]:
    glass = _palette(
        "ambient/glass",
        "hall",
        drums=_drums(-5, Layer("brush_kit", 0, send=-8)),
        bass=Part(-2, (Layer("fingered_bass", 0, send=-16), Layer("contrabass", -5, pan=0.15))),
        harmony=Part(
            -1,
            (
                Layer("warm_pad", 0, send=-8),
                Layer("slow_strings", -6, plays="loud", send=-8),
                Layer("harp", 1, plays="accents", send=-10),
            ),
        ),
        counter=Part(
            -2,
            (
                Layer("vibraphone", 0, pan=0.3, send=-8),
                Layer("celesta", -4, plays="accents", pan=0.2, send=-8),
            ),
        ),
        melody=Part(
            3,
            (
                Layer("grand_piano", 0, width=0.7, send=-8),
                Layer("flute", -5, plays="loud", pan=-0.15, send=-8),
            ),
        ),
    )
    drift = _palette(
        "ambient/drift",
        "hall",
        drums=_drums(-5, Layer("analogue_kit", 0, send=-8)),
        bass=Part(-2, (Layer("saw_bass", 0, send=-20), Layer("contrabass", -4))),
        harmony=Part(
            -1,
            (
                Layer("choir", -3, send=-7),
                Layer("warm_pad", 0, send=-8),
                Layer("harp", 0, plays="accents", send=-8),
            ),
        ),
        counter=Part(-2, (Layer("kalimba", 0, pan=-0.3, send=-8),)),
        melody=Part(3, (Layer("tine_piano", 0, send=-8), Layer("music_box", -6, octave=1, plays="accents", send=-7))),
    )
    return glass, drift


def _corporate() -> tuple[Palette, ...]:
    bright = _palette(
        "corporate/bright",
        "studio",
        drums=_drums(-1, Layer("standard_kit", 0, send=-18)),
        bass=Part(-1, (Layer("fingered_bass", 0, send=-26),)),
        harmony=Part(
            0,
            (
                Layer("grand_piano", 0, width=0.8),
                Layer("warm_pad", -5, send=-10),
                Layer("strings", -4, plays="loud", send=-10),
            ),
        ),
        counter=Part(-2, (Layer("muted_guitar", 0, pan=0.4), Layer("marimba", -4, pan=-0.35, plays="loud"))),
        melody=Part(3, (Layer("clean_guitar", -1, pan=-0.1, width=0.6), Layer("glockenspiel", -6, octave=1, pan=0.15))),
    )
    acoustic = _palette(
        "corporate/acoustic",
        "chamber",
        drums=_drums(-1, Layer("standard_kit", 0, send=-16)),
        bass=Part(-1, (Layer("picked_bass", 0, send=-26),)),
        harmony=Part(
            0,
            (
                Layer("steel_guitar", 0, pan=-0.3, send=-14),
                Layer("slow_strings", -4, send=-10),
                Layer("grand_piano", -1, plays="loud", width=0.8),
            ),
        ),
        counter=Part(
            -2,
            (Layer("clean_guitar", 0, pan=0.35, width=0.4), Layer("pizzicato", -4, pan=-0.3, plays="loud")),
        ),
        melody=Part(3, (Layer("grand_piano", 0, width=0.6), Layer("violin", -6, plays="loud", pan=0.15))),
    )
    return bright, acoustic


def _lofi() -> tuple[Palette, ...]:
    keys = _palette(
        "lofi/keys",
        "studio",
        drums=_drums(-1, Layer("jazz_kit", -1, send=-18)),
        bass=Part(0, (Layer("contrabass_plucked", 0, send=-24),)),
        harmony=Part(0, (Layer("tine_piano", 0, send=-14), Layer("warm_pad", -8))),
        counter=Part(-3, (Layer("vibraphone", 0, pan=0.3),)),
        melody=Part(0.5, (Layer("clean_guitar", 0, pan=-0.15, width=0.5), Layer("tine_piano", -5, octave=1, pan=0.1))),
    )
    tape = _palette(
        "lofi/tape",
        "studio",
        drums=_drums(-1, Layer("analogue_kit", 0, send=-18)),
        bass=Part(0, (Layer("fingered_bass", 0, send=-24),)),
        harmony=Part(0, (Layer("grand_piano", 0, width=0.5, send=-14), Layer("warm_pad", -7))),
        counter=Part(-3, (Layer("nylon_guitar", 0, pan=0.35),)),
        melody=Part(-2, (Layer("vibraphone", 0, pan=-0.1), Layer("flute", -5, plays="loud", pan=0.15))),
    )
    return keys, tape


def _tense() -> tuple[Palette, ...]:
    thriller = _palette(
        "tense/thriller",
        "chamber",
        drums=_drums(
            0,
            Layer("power_kit", -1, send=-12),
            _taken("taiko", 41, 45, 1, -10),
            _taken("taiko", 47, 53, 0, -10),
        ),
        bass=Part(
            -1,
            (Layer("contrabass", 0), Layer("saw_bass", -3, send=-24), Layer("timpani", -2, plays="accents")),
        ),
        harmony=Part(
            0,
            (
                Layer("tremolo_strings", 0, send=-11),
                Layer("brass", -5, plays="loud", send=-11),
                Layer("pizzicato", 0, plays="accents"),
                Layer("orchestra_hit", -9, plays="accents"),
            ),
        ),
        counter=Part(-2, (Layer("pizzicato", 0, pan=-0.25), Layer("marimba", -4, pan=0.3))),
        melody=Part(-0.5, (Layer("cello", 0, pan=0.1, send=-11), Layer("grand_piano", -1, width=0.6))),
    )
    pulse = _palette(
        "tense/pulse",
        "hall",
        drums=_drums(0, Layer("electronic_kit", -1, send=-14), _taken("concert_bass_drum", 41, 41, 1, -9)),
        bass=Part(-1, (Layer("saw_bass", 0, send=-24), Layer("contrabass", -5, plays="loud"))),
        harmony=Part(
            0,
            (
                Layer("slow_strings", 0, send=-10),
                Layer("tremolo_strings", -4, plays="loud"),
                Layer("grand_piano", 0, plays="accents", width=0.6),
            ),
        ),
        counter=Part(-2, (Layer("fm_bass", -2, pan=-0.2, octave=1), Layer("muted_guitar", -2, pan=0.25))),
        melody=Part(-0.5, (Layer("violin", 0, pan=-0.1, send=-10), Layer("tine_piano", -2, send=-10))),
    )
    return thriller, pulse


def _electronic() -> tuple[Palette, ...]:
    club = _palette(
        "electronic/club",
        "studio",
        drums=_drums(0, Layer("electronic_kit", 0, send=-20), _taken("analogue_kit", 36, 36, 2, -40)),
        bass=Part(0, (Layer("saw_bass", 0, send=-40, width=0.3),)),
        harmony=Part(2, (Layer("saw_lead", -2, width=1.0, send=-14), Layer("warm_pad", -3, send=-11))),
        counter=Part(-3, (Layer("square_lead", 0, pan=0.3, send=-12),)),
        melody=Part(-1.5, (Layer("saw_lead", 0, send=-12), Layer("fm_piano", -3, octave=1, send=-12))),
    )
    neon = _palette(
        "electronic/neon",
        "chamber",
        drums=_drums(0, Layer("analogue_kit", 0, send=-18)),
        bass=Part(0, (Layer("fm_bass", 0, send=-40, width=0.3), Layer("saw_bass", -5, plays="loud", send=-40))),
        harmony=Part(0, (Layer("warm_pad", -1, send=-11), Layer("fm_piano", 0, send=-13))),
        counter=Part(-3, (Layer("tine_piano", 0, octave=1, pan=-0.3), Layer("square_lead", -5, pan=0.3, plays="loud"))),
        melody=Part(0, (Layer("square_lead", 0, send=-12), Layer("saw_lead", -4, octave=1, plays="loud", send=-12))),
    )
    return club, neon


def _folk() -> tuple[Palette, ...]:
    fireside = _palette(
        "folk/fireside",
        "chamber",
        drums=_drums(-3, Layer("brush_kit", 0, send=-14)),
        bass=Part(-1, (Layer("contrabass_plucked", 0, send=-20),)),
        harmony=Part(
            0,
            (
                Layer("steel_guitar", 0, pan=-0.25, send=-14),
                Layer("accordion", -8, plays="loud", pan=0.3, send=-12),
            ),
        ),
        counter=Part(-2, (Layer("nylon_guitar", 0, pan=0.35),)),
        melody=Part(
            1,
            (
                Layer("whistle", -2, send=-11),
                Layer("violin", -1, plays="loud", pan=0.1),
                Layer("steel_guitar", -3),
            ),
        ),
    )
    meadow = _palette(
        "folk/meadow",
        "chamber",
        drums=_drums(-3, Layer("standard_kit", 0, send=-14), _taken("taiko", 36, 48, -1)),
        bass=Part(-1, (Layer("contrabass_plucked", 0, send=-20), Layer("cello", -6, octave=1, plays="loud"))),
        harmony=Part(0, (Layer("nylon_guitar", 0, pan=-0.2, send=-14), Layer("slow_strings", -6, send=-10))),
        counter=Part(-5, (Layer("harp", 0, pan=0.3),)),
        melody=Part(
            1,
            (
                Layer("recorder", -1, send=-11),
                Layer("clarinet", -4, plays="loud", pan=0.15),
                Layer("nylon_guitar", -2),
            ),
        ),
    )
    return fireside, meadow


def _playful() -> tuple[Palette, ...]:
    toybox = _palette(
        "playful/toybox",
        "studio",
        drums=_drums(-2, Layer("standard_kit", 0, send=-16)),
        bass=Part(-1, (Layer("pizzicato", 0), Layer("bassoon", -3, pan=0.2))),
        harmony=Part(0, (Layer("pizzicato", 0, pan=-0.15), Layer("clarinet", -6, plays="loud", pan=-0.3))),
        counter=Part(-2, (Layer("marimba", 0, pan=0.35),)),
        melody=Part(
            0,
            (
                Layer("glockenspiel", -3, octave=1, pan=0.1),
                Layer("clarinet", -1, pan=-0.1),
                Layer("xylophone", -5, octave=1),
            ),
        ),
    )
    stroll = _palette(
        "playful/stroll",
        "chamber",
        drums=_drums(-2, Layer("brush_kit", 0, send=-14)),
        bass=Part(-1, (Layer("contrabass_plucked", 0, send=-20), Layer("tuba", -5, plays="loud"))),
        harmony=Part(0, (Layer("nylon_guitar", 0, pan=-0.3), Layer("pizzicato", -2, pan=0.2))),
        counter=Part(-2, (Layer("pizzicato", 0, pan=0.3), Layer("bassoon", -4, plays="loud", pan=0.35, octave=-1))),
        melody=Part(1, (Layer("flute", -1, pan=-0.1), Layer("marimba", -1, pan=0.1), Layer("oboe", -5, plays="loud"))),
    )
    return toybox, stroll


PALETTES: dict[str, tuple[Palette, ...]] = {
    "epic": _epic(),
    "ambient": _ambient(),
    "corporate": _corporate(),
    "lofi": _lofi(),
    "tense": _tense(),
    "electronic": _electronic(),
    "folk": _folk(),
    "playful": _playful(),
}
