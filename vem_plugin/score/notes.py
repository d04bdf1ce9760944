"""The finished score: notes on the beat grid, chords, and where they came from.

The grid is sixteenths: four steps a beat, step 0 at the first frame. Real time enters only at rendering, through the
beat plan. Pitches sound as written (MIDI numbers, key applied); drums use General MIDI percussion numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import CueSheet

STEPS_PER_BEAT = 4
NOTE = np.dtype([("role", "u1"), ("start", "i4"), ("length", "i4"), ("pitch", "u1"), ("velocity", "u1")])
"""A note: index into ``ROLES``, first step, length in steps (at least 1), MIDI pitch, MIDI velocity 1 to 127."""

DRUMS: tuple[int, ...] = (36, 38, 39, 42, 46, 70, 41, 47, 49)
"""The nine drum sounds by General MIDI number: kick, snare, clap, closed hat, open hat, shaker, low and high tom,
crash. Their order is the order of the score codec."""


@dataclass(frozen=True, slots=True)
class Chord:
    """Root pitch class and all pitch classes of a chord, as sounding."""

    root: int
    tones: tuple[int, ...]


@dataclass(frozen=True)
class Score:
    """What a composer hands to the renderer.

    ``notes`` is a structured array of dtype ``NOTE`` sorted by start; ``chords`` has one entry a beat; ``latents`` is
    (beats, latent size) float32 or None where a composer has none; ``facts`` records what made it (composer, model
    hash, seed, repairs) for the take's provenance, JSON-ready.

    An engine that writes sound instead leaves ``notes`` and ``chords`` empty and gives ``sound``, (samples, 2) float32
    at 48 kHz, as long as the plan to the sample; its latents are (frames, latent size).
    """

    cue: CueSheet
    notes: NDArray[np.void]
    chords: tuple[Chord, ...]
    latents: NDArray[np.float32] | None = None
    facts: dict[str, object] = field(default_factory=dict)
    sound: NDArray[np.float32] | None = None
