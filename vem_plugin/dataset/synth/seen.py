"""What would be seen of a made-up film, drawn instead of rendered: thousands of pairs a minute.

Light and motion are those of the scenery with noise on every frame; how different both sides of a cut look is the
director's own number. A rendered film (``film``) is looked at by the product instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.pair import LOOK_RATE, LOOKS
from vem_plugin.dataset.synth.scenery import MOTION, Scenery
from vem_plugin.dataset.synth.taste import DirectorTaste
from vem_plugin.parsing.surroundings import RATE, REACH, Surroundings, nothing_seen, place_of

LOOK_NOISE = 0.03
"""Spread of how a shot's look is misjudged from a few frames."""
STILL = 0.03
"""Difference from look to look within a shot that does not move at all, and what full motion adds five times over."""


@dataclass(frozen=True)
class Seen:
    """What is known of the pictures: ``cinematics`` (N, 5) and ``known`` (N,) by shot, ``looks`` (T, 6), and the
    ``surroundings`` of all transitions."""

    cinematics: NDArray[np.float32]
    known: NDArray[np.bool_]
    looks: NDArray[np.float32]
    surroundings: Surroundings


def draw_seen(scenery: Scenery, taste: DirectorTaste, rng: np.random.Generator) -> Seen:
    """Draw what is seen of a film."""
    count = len(scenery.look)
    known = np.zeros(count, bool) if rng.random() < taste.unseen else rng.random(count) >= taste.blind
    noisy = scenery.look + rng.normal(0, LOOK_NOISE, scenery.look.shape)
    cinematics = np.clip(noisy, [0, -1, 0, 0, 0], 1).astype(np.float32)
    looks = _draw_looks(scenery, taste, rng)
    looks[~known[scenery.shots_at(np.arange(len(looks)) / LOOK_RATE)]] = 0
    return Seen(cinematics * known[:, None], known, looks, _draw_surroundings(scenery, known, taste, rng))


def _draw_looks(scenery: Scenery, taste: DirectorTaste, rng: np.random.Generator) -> NDArray[np.float32]:
    story = scenery.story
    times = np.arange(max(1, round(story.frames / story.rate * LOOK_RATE))) / LOOK_RATE
    shot = scenery.shots_at(times)
    looks = np.zeros((len(times), len(LOOKS)))
    looks[:, :MOTION] = scenery.look[shot, :MOTION]
    looks[:, 0] = scenery.light_at(times, shot)
    looks[:, MOTION] = scenery.motion_at(times, shot)
    looks[:, 5] = STILL * (1 + 5 * looks[:, MOTION])
    for number, cut in enumerate(story.cuts, start=1):
        first = int(np.searchsorted(times, cut.frame / story.rate))
        steps = max(1, round(cut.dissolve / story.rate * LOOK_RATE))
        span = slice(max(0, first - steps // 2), max(0, first - steps // 2) + steps)
        looks[span, 5] += cut.novelty / steps
        share = (np.arange(len(looks[span])) + 1)[:, None] / (steps + 1)
        if steps > 1:
            looks[span, :MOTION] = (1 - share) * scenery.look[number - 1, :MOTION] + share * scenery.look[
                number, :MOTION
            ]
        else:
            looks[span, MOTION] = max(0.6, cut.novelty)  # the picture jumps
    looks += rng.normal(0, taste.seen_noise, looks.shape) * [1, 0.3, 0.3, 0.3, 1, 0.3]
    return np.clip(looks, [0, -1, 0, 0, 0, 0], 1).astype(np.float32)


def _draw_surroundings(
    scenery: Scenery, known: NDArray[np.bool_], taste: DirectorTaste, rng: np.random.Generator
) -> Surroundings:
    cuts = scenery.story.cuts
    around = nothing_seen(len(cuts))
    lengths = np.minimum(REACH, np.floor((scenery.end - scenery.start) * RATE)).astype(int)
    for number, cut in enumerate(cuts):
        time = cut.frame / scenery.story.rate
        for side, shot, offsets in (
            ("before", number, np.arange(-REACH, 0)),
            ("after", number + 1, np.arange(REACH)),
        ):
            count = int(lengths[shot])
            if not known[shot] or not count:
                continue
            place = place_of(side, count)  # pyright: ignore[reportArgumentType]
            moments = time + (offsets[-count:] if side == "before" else offsets[:count]) / RATE
            shots = np.full(count, shot)
            curves = np.stack([scenery.light_at(moments, shots), scenery.motion_at(moments, shots)], axis=1)
            noise = rng.normal(0, taste.seen_noise, curves.shape)
            around.curves[number, place] = np.clip(curves + noise, 0, 1)
            around.seen[number, place] = 1
        if known[number] and known[number + 1]:
            around.difference[number] = cut.novelty
            around.compared[number] = 1
    return around
