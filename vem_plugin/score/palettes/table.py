"""The words in which palettes are written, so that a palette reads as a table: role, level, layers."""

from __future__ import annotations

from vem_plugin.score.cue import ROLES, Role
from vem_plugin.score.layers import Layer, Palette, Part, Room

KICK, SNARE, CLAP, HAT, OPEN_HAT, SHAKER, LOW_TOM, HIGH_TOM, CRASH = 36, 38, 39, 42, 46, 70, 41, 47, 49
"""The nine drum sounds, by General MIDI number."""
RIM, BRUSH_SLAP, TIGHT_SNARE, TAMBOURINE = 37, 39, 40, 54
"""Keys of the kits that take the place of one of the nine."""


def part(level: float, *layers: Layer) -> Part:
    """A role: its level in dB against the other roles, and its layers."""
    return Part(level, layers)


def takes(sound: int, instrument: str, key: int, level: float = 0.0, *, pan: float = 0.0, send: float = -12.0) -> Layer:
    """A drum sound that another instrument, or another key of a kit, takes over."""
    return Layer(instrument, level, pan=pan, send=send, sounds=frozenset({sound}), key=key)


def palette(name: str, room: Room, *, drums: Part, bass: Part, harmony: Part, counter: Part, melody: Part) -> Palette:
    """A palette; its style is what stands before the stroke in its name."""
    parts: dict[Role, Part] = dict(zip(ROLES, (drums, bass, harmony, counter, melody), strict=True))
    return Palette(name, name.split("/")[0], room, parts)
