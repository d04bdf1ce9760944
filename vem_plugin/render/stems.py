"""What of a take gets a sound file of its own."""

from __future__ import annotations

from typing import Literal

from vem_plugin.score.cue import ROLES

Stem = Literal["drums", "bass", "harmony", "counter", "melody", "music", "effects"]
STEMS: tuple[Stem, ...] = (*ROLES, "effects")
"""Of an engine that writes notes: the roles, which are played, and the effects, which only the renderer knows."""
SOUND_STEMS: tuple[Stem, ...] = ("music", "effects")
"""Of an engine that writes sound: all of it, and the effects."""
