"""What a made-up film editor likes: all numbers of the synthetic director in one place.

No number here was measured on films; they are choices, made to be plausible and to overlap, so that nothing that is
seen tells for certain what deserves a hit. Each pair draws its own editor around these means (`drawn`), and `shifted`
is another school of editing, to measure on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

CutRole = Literal["section", "scene", "angle", "continuity", "flurry begins", "flurry"]
"""Why an editor cuts: the story turns, the place changes, the view changes, the action goes on, or a fast run."""


@dataclass(frozen=True)
class DirectorTaste:
    """How an editor cuts and where the music answers.

    ``slow`` and ``fast`` are median lengths of shots, seconds, where the music is still and where it is at its fullest;
    ``spread`` the lognormal spread of lengths; ``cut_at_section`` the share of sections that begin with a cut;
    ``flurry`` the chance of a fast run at a shot of full energy; ``scene``, ``angle`` shares of cuts inside a section
    (the rest is continuity); ``hit`` by role the chance that the music hits a cut; ``novelty`` by role the mean and
    spread of how different both sides look. ``dissolve`` is a share of new sections and scenes. Chances of a hit are
    multiplied by ``dissolve_hit`` on dissolves and by ``crowded`` within ``crowd`` seconds of another; an accent of the
    action, which ``action`` of all cuts have, takes ``action_hit`` of what is missing to 1. ``moods`` is the spread of
    the log odds of a hit from editor to editor and ``whim`` from cut to cut, ``energy_hit`` what full energy adds to
    them. ``jitter`` is the share of cuts on a hit that miss their frame by one; ``off_beat`` the share of hits on
    half beats. ``seen_noise`` is the spread of light and motion from frame to frame, ``unseen`` the share of pairs
    without any picture, ``blind`` that of shots whose picture is missing in other pairs.
    """

    slow: float = 5.5
    fast: float = 1.3
    spread: float = 0.45
    cut_at_section: float = 0.92
    flurry: float = 0.1
    scene: float = 0.3
    angle: float = 0.42
    hit: Mapping[CutRole, float] = field(
        default_factory=lambda: {
            "section": 0.85,
            "scene": 0.6,
            "angle": 0.28,
            "continuity": 0.12,
            "flurry begins": 0.6,
            "flurry": 0.25,
        }
    )
    novelty: Mapping[CutRole, tuple[float, float]] = field(
        default_factory=lambda: {
            "section": (0.7, 0.18),
            "scene": (0.68, 0.18),
            "angle": (0.45, 0.18),
            "continuity": (0.25, 0.15),
            "flurry begins": (0.55, 0.2),
            "flurry": (0.5, 0.2),
        }
    )
    dissolve: float = 0.22
    dissolve_hit: float = 0.35
    crowded: float = 0.3
    crowd: float = 0.8
    action: float = 0.15
    action_hit: float = 0.5
    flash: float = 0.04
    moods: float = 0.5
    whim: float = 0.4
    energy_hit: float = 0.8
    jitter: float = 0.2
    off_beat: float = 0.12
    seen_noise: float = 0.05
    unseen: float = 0.12
    blind: float = 0.05

    def drawn(self, rng: np.random.Generator) -> DirectorTaste:
        """One editor of this school: a pace, a liking for fast runs and for hits of their own."""
        pace, mood = float(rng.lognormal(0, 0.25)), float(rng.normal(0, self.moods))
        return replace(
            self,
            slow=self.slow * pace,
            fast=self.fast * pace,
            flurry=self.flurry * float(rng.lognormal(0, 0.5)),
            dissolve=min(0.9, self.dissolve * float(rng.lognormal(0, 0.5))),
            hit={role: chance_of(log_odds(chance) + mood) for role, chance in self.hit.items()},
        )

    def shifted(self) -> DirectorTaste:
        """Another school: shots shorter and more uneven, more runs, fewer hits but more on views and actions, pictures
        that differ less from scene to scene and flicker more."""
        return replace(
            self,
            slow=self.slow * 0.7,
            fast=self.fast * 0.75,
            spread=self.spread * 1.3,
            flurry=self.flurry * 2,
            scene=0.22,
            angle=0.5,
            hit={
                role: chance_of(log_odds(chance) + {"angle": 0.3, "flurry": -0.6}.get(role, -0.5))
                for role, chance in self.hit.items()
            },
            novelty={role: (0.12 + 0.75 * mean, spread * 1.2) for role, (mean, spread) in self.novelty.items()},
            dissolve=self.dissolve * 0.5,
            action=self.action * 1.6,
            seen_noise=self.seen_noise * 1.6,
            whim=self.whim * 1.3,
        )


def log_odds(chance: float) -> float:
    """Chance between 0 and 1 as log odds."""
    return float(np.log(chance / (1 - chance)))


def chance_of(odds: float) -> float:
    """Log odds as a chance."""
    return float(1 / (1 + np.exp(-odds)))


USUAL = DirectorTaste()
TASTES: Mapping[str, DirectorTaste] = {"usual": USUAL, "shifted": USUAL.shifted()}
