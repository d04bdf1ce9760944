"""Layers, parts and palettes: how the instruments that play a role are described.

Levels are loudnesses, not gains: every instrument of the bank was measured (``render/bank/levels.json``), so a layer at
0 dB is as loud as its neighbour at 0 dB when both play one note at the same touch. A role's instruments are layers that
sound together, each with its own register and its own moments: some join only when the music is loud, some
only strike the accents, because a pad alone has no onset that an eye could match to a cut.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from vem_plugin.score.cue import Role

Plays = Literal["always", "loud", "soft", "accents"]
Room = Literal["studio", "chamber", "hall"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One instrument inside a role.

    ``level`` is dB against the role, ``octave`` shifts it, ``pan`` is -1 left to 1 right, ``width`` 0 mono to 1 as
    sampled, ``send`` how much goes to the room in dB. ``plays`` says when: always; where the section's energy is at
    least .6 (loud) or less (soft); on the cue sheet's hits alone, softly on its weak ones (accents). For drums,
    ``sounds`` are the General MIDI sounds it takes over (None: those no other layer takes) and ``key`` the one key it
    plays them on (None: as written).
    """

    instrument: str
    level: float = 0.0
    octave: int = 0
    pan: float = 0.0
    width: float = 1.0
    send: float = -12.0
    plays: Plays = "always"
    sounds: frozenset[int] | None = None
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The layers of a role; ``level`` is dB against the other roles."""

    level: float
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Palette:
    """Instruments for all five roles, and the room they stand in."""

    name: str
    style: str
    room: Room
    parts: dict[Role, Part] = field(default_factory=dict)
