"""What the picture says, at the paper's three levels (VeM, "hierarchical video parsing").

Global: the brief and a summary. Storyboard: one entry a shot. Frame: the exact transitions and how strong they look.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vem_timeline.storyboard import Storyboard

if TYPE_CHECKING:
    from vem_plugin.parsing.surroundings import Surroundings

TEXT_SIZE = 384
"""Length of a text embedding of the encoder that ships (all-MiniLM-L6-v2), unit norm."""


@dataclass(frozen=True, slots=True)
class Cinematics:
    """How a shot looks, each 0 to 1 except ``warmth`` (-1 cold to 1 warm): mean light, saturation, contrast, motion."""

    light: float = 0.5
    warmth: float = 0.0
    saturation: float = 0.5
    contrast: float = 0.5
    motion: float = 0.3

    def as_array(self) -> NDArray[np.float32]:
        """The five numbers in the order above, float32."""
        return np.array([self.light, self.warmth, self.saturation, self.contrast, self.motion], np.float32)


@dataclass(frozen=True)
class ShotFeatures:
    """Storyboard level. ``picture`` is None where no frame could be decoded; ``text`` embeds ``words``, unit norm."""

    shot: int
    cinematics: Cinematics
    words: str
    text: NDArray[np.float32]
    picture: NDArray[np.float32] | None = None
    labels: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SeenTransition:
    """Frame level. ``strength`` is how different the pictures on both sides are, 0 to 1 (1 where unknown)."""

    time: Fraction
    strength: float


@dataclass(frozen=True)
class ParsedVideo:
    """The three levels together. ``encoders`` tells which encoder ran on which onnxruntime provider; ``surroundings``
    what is seen around the storyboard's transitions, in their order, None where nobody looked."""

    storyboard: Storyboard
    brief: str
    brief_text: NDArray[np.float32]
    summary: str
    shots: tuple[ShotFeatures, ...]
    transitions: tuple[SeenTransition, ...]
    encoders: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    surroundings: Surroundings | None = None
