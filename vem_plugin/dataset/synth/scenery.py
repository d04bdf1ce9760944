"""What a made-up film shows: the look of every shot, which place it is in, and how light and motion run within it.

One description serves both ways of making a pair: drawing what would be seen (``seen``) and rendering it (``film``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.synth.story import Story
from vem_plugin.dataset.synth.taste import CutRole
from vem_plugin.training.shots import cinematics_for

KEPT: dict[CutRole, float] = {
    "section": 0.0,
    "scene": 0.15,
    "angle": 0.6,
    "continuity": 0.85,
    "flurry begins": 0.4,
    "flurry": 0.5,
}
"""How much of the look of the shot before a shot keeps, by why it was cut to; motion is always its own."""
NEW_PLACE: frozenset[CutRole] = frozenset({"section", "scene"})
"""Cuts that lead to another place; a flurry goes back and forth."""
BURST_SECONDS, FLASH_SECONDS = 0.12, 0.15
FLASH_LIGHT = 0.45
MOTION = 4
"""Column of motion among the five numbers of a look."""


@dataclass(frozen=True)
class Scenery:
    """The N shots of a story as they look.

    ``look`` (N, 5) as ``Cinematics``; ``place`` (N,) number of the place that is seen; ``bursts`` (B, 2) seconds and
    amount of sudden motion; ``flashes`` (F,) seconds at which it flares up; ``section`` (N,) of the music.
    """

    story: Story
    look: NDArray[np.float32]
    place: NDArray[np.int64]
    bursts: NDArray[np.float64]
    flashes: NDArray[np.float64]
    section: NDArray[np.int64]

    @property
    def start(self) -> NDArray[np.float64]:
        """Start of every shot, seconds."""
        return self.story.edges[:-1] / self.story.rate

    @property
    def end(self) -> NDArray[np.float64]:
        """End of every shot, seconds."""
        return self.story.edges[1:] / self.story.rate

    @property
    def fades(self) -> NDArray[np.float64]:
        """Length of the dissolve into every shot, seconds, (N,); 0 for the first and after straight cuts."""
        return np.array([0.0, *(cut.dissolve / self.story.rate for cut in self.story.cuts)])

    def light_at(self, seconds: NDArray[np.float64], shot: NDArray[np.int64]) -> NDArray[np.float64]:
        """Light of given shots at given moments, 0 to 1."""
        since = seconds[..., None] - self.flashes
        flare = np.where(since >= 0, np.exp(-since / FLASH_SECONDS), 0).sum(-1)
        return np.clip(self.look[shot, 0] + FLASH_LIGHT * flare, 0, 1)

    def motion_at(self, seconds: NDArray[np.float64], shot: NDArray[np.int64]) -> NDArray[np.float64]:
        """Motion of given shots at given moments, 0 to 1."""
        away = (seconds[..., None] - self.bursts[:, 0]) / BURST_SECONDS
        burst = (self.bursts[:, 1] * np.exp(-(away**2))).sum(-1)
        return np.clip(self.look[shot, MOTION] + burst, 0, 0.97)

    def shots_at(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """Number of the shot that is on screen, from 0; within a dissolve the one that leads."""
        return np.clip(np.searchsorted(self.start, seconds + 1e-9, side="right") - 1, 0, len(self.start) - 1)


def draw_scenery(story: Story, rng: np.random.Generator) -> Scenery:
    """Draw how the shots of a story look: mood and energy of the music's sections, and what each cut keeps."""
    edges = story.edges / story.rate
    middles = (edges[:-1] + edges[1:]) / 2
    section = story.sections_at(middles)
    valence, tension = (np.array([getattr(s, name) for s in story.cue.sections]) for name in ("valence", "tension"))
    look = cinematics_for(story.energy_at(middles), valence[section], tension[section], rng)
    place = np.zeros(len(middles), np.int64)
    for shot, cut in enumerate(story.cuts, start=1):
        kept = KEPT[cut.role]
        look[shot, :MOTION] = kept * look[shot - 1, :MOTION] + (1 - kept) * look[shot, :MOTION]
        back = cut.role == "flurry" and shot >= 2 and rng.random() < 0.6
        new = cut.role in NEW_PLACE or (cut.role.startswith("flurry") and rng.random() < 0.4)
        place[shot] = place[shot - 2] if back else place.max() + 1 if new else place[shot - 1]
    times = np.array([cut.frame / story.rate for cut in story.cuts])
    return Scenery(story, look, place, _bursts(story, times, rng), times[[cut.flash for cut in story.cuts]], section)


def _bursts(story: Story, times: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Sudden motion just before or just after cuts on action, and now and then in the middle of a shot."""
    found = [
        (time + (-0.15 if rng.random() < 0.6 else 0.1), cut.action)
        for time, cut in zip(times, story.cuts, strict=True)
        if cut.action
    ]
    length = story.frames / story.rate
    elsewhere = [(float(rng.uniform(0, length)), float(rng.uniform(0.2, 0.6))) for _ in range(rng.poisson(length / 15))]
    return np.array([*found, *elsewhere], np.float64).reshape(-1, 2)
