"""Renders a made-up film: small moving pictures whose light, colour, contrast and motion are those of the scenery.

A place is a few waves of brightness, a few soft blobs, and two colours; a shot is a view of a place. What moves is the
phase of the waves: since motion is told as the relative change of brightness a second, a phase that turns by 1.25 times
that rate looks as lively as it should. Nothing is a picture of anything: what is in them means nothing to a picture
encoder, only how they look and change does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.synth.scenery import Scenery
from vem_plugin.parsing.cinematics import MOTION_HALF
from vem_timeline import Clock, MediaUse, Shot, Storyboard, Transition

WIDTH, HEIGHT = 160, 90
WAVES, BLOBS = 4, 3
TURN = 1.25
"""Radians of phase for each relative change of brightness a second, that full of contrast waves show."""
LIVELIEST = 0.8
"""Motion beyond which every frame would look like a cut: waves have no detail that an eye could follow."""
FURTHEST_VIEW = 1.2
"""How far a view that is entirely new lies from the one before, in widths of the picture."""
DARKEST = 0.04
"""Brightness of the darkest spot: black has no hue, and a codec's noise would give it any."""
KEY_FRAME_EVERY = 48


@dataclass(frozen=True)
class Place:
    """What all views of a place have in common: ``waves`` (W, 4) wave numbers across and down, speed, strength;
    ``blobs`` (B, 5) centre, size, speed, strength; ``colours`` (2, 3) of red, green, blue around 0."""

    waves: NDArray[np.float64]
    blobs: NDArray[np.float64]
    colours: NDArray[np.float64]


def render_frames(scenery: Scenery, rng: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    """Every frame of a film, RGB, (HEIGHT, WIDTH, 3)."""
    story = scenery.story
    places = [_draw_place(rng) for _ in range(int(scenery.place.max()) + 1)]
    views = _draw_views(scenery, rng)
    phases = _phases(scenery)
    edges, fades = story.edges, np.array([0, *(cut.dissolve for cut in story.cuts), 0])
    shot = 0
    for frame in range(story.frames):
        while frame >= edges[shot + 1]:
            shot += 1
        picture = _picture(scenery, places, views[shot], phases, shot, frame)
        for other, boundary in ((shot - 1, shot), (shot + 1, shot + 1)):
            distance = abs(frame + 0.5 - edges[boundary])
            if 0 <= other < len(views) and distance < fades[boundary] / 2:
                share = 0.5 - distance / fades[boundary]
                mixed = _picture(scenery, places, views[other], phases, other, frame)
                picture = (1 - share) * picture + share * mixed
        yield np.round(255 * picture).astype(np.uint8)


def write_film(
    path: Path, scenery: Scenery, rng: np.random.Generator, sound: tuple[NDArray[np.float32], int] | None
) -> None:
    """Encode a film (H.264) and, where there is any, its music (AAC): ``sound`` is samples (S, 2) and their rate."""
    import av

    rate = scenery.story.rate
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "14", "preset": "veryfast", "g": str(KEY_FRAME_EVERY)}
        music = None if sound is None else target.add_stream("aac", rate=sound[1], layout="stereo", bit_rate=160_000)
        for number, pixels in enumerate(render_frames(scenery, rng)):
            picture = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, rate)
            target.mux(stream.encode(picture))
        target.mux(stream.encode(None))
        if sound is not None and music is not None:
            samples, sampling = sound
            for first in range(0, len(samples), sampling):
                part = np.ascontiguousarray(samples[first : first + sampling].T)
                heard = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
                heard.sample_rate, heard.pts, heard.time_base = sampling, first, Fraction(1, sampling)
                target.mux(music.encode(heard))
            target.mux(music.encode(None))


def storyboard_of(scenery: Scenery, film: Path) -> Storyboard:
    """The edit of a made-up film, every shot a stretch of its file."""
    story = scenery.story
    edges = [Fraction(int(edge), story.rate) for edge in story.edges]
    shots = tuple(
        Shot(
            number,
            f"Shot {number}",
            start,
            end - start,
            "picture",
            MediaUse(film.resolve().as_uri(), film, start, end - start, online=True),
        )
        for number, (start, end) in enumerate(pairwise(edges), start=1)
    )
    transitions = tuple(
        Transition(
            Fraction(cut.frame, story.rate),
            "dissolve" if cut.dissolve else "cut",
            Fraction(cut.dissolve, story.rate),
            number,
        )
        for number, cut in enumerate(story.cuts, start=2)
    )
    return Storyboard(film.stem, Clock(Fraction(story.rate)), edges[-1], shots, transitions, (), source=film)


def _draw_place(rng: np.random.Generator) -> Place:
    angle, length = rng.uniform(0, 2 * np.pi, WAVES), rng.uniform(0.18, 0.9, WAVES)
    turn = rng.choice((-1, 1), WAVES) * rng.uniform(0.7, 1.3, WAVES)
    number = 2 * np.pi / length
    waves = np.stack([number * np.cos(angle), number * np.sin(angle), turn, rng.uniform(0.4, 1, WAVES)], axis=1)
    blobs = np.stack(
        [
            rng.uniform(0.1, 0.9, BLOBS),
            rng.uniform(0.1, 0.5, BLOBS),
            rng.uniform(0.05, 0.18, BLOBS),
            rng.choice((-1, 1), BLOBS) * rng.uniform(0.3, 0.8, BLOBS),
            rng.choice((-1, 1), BLOBS) * rng.uniform(1, 2, BLOBS),
        ],
        axis=1,
    )
    hue = rng.uniform(0, 2 * np.pi) + np.array([0.0, rng.uniform(0.6, 2.6)])
    colours = np.cos(hue[:, None] + np.array([0, 2 * np.pi / 3, 4 * np.pi / 3]))
    return Place(waves, blobs, colours)


def _draw_views(scenery: Scenery, rng: np.random.Generator) -> NDArray[np.float64]:
    """Where the camera stands in every shot: across, down, and how near, (N, 3); near to the last view of the same
    place where a cut brings little that is new."""
    views = np.zeros((len(scenery.look), 3))
    views[:, 2] = 1
    last: dict[int, int] = {}
    for shot, place in enumerate(scenery.place):
        if place in last:
            new = scenery.story.cuts[shot - 1].novelty
            views[shot] = views[last[int(place)]]
            views[shot, :2] += rng.normal(0, FURTHEST_VIEW, 2) * new
            views[shot, 2] = np.clip(views[shot, 2] * np.exp(rng.normal(0, 0.8 * new)), 0.4, 2.5)
        last[int(place)] = shot
    return views


def _phases(scenery: Scenery) -> NDArray[np.float64]:
    """Phase of what moves in every shot at every frame, (N, frames); each shot's own motion, all through the film."""
    story = scenery.story
    times = np.arange(story.frames) / story.rate
    shots = np.broadcast_to(np.arange(len(scenery.look))[:, None], (len(scenery.look), len(times)))
    motion = np.minimum(scenery.motion_at(np.broadcast_to(times, shots.shape), shots), LIVELIEST)
    return np.cumsum(TURN * MOTION_HALF * motion / (1 - motion) / story.rate, axis=1)


_ACROSS, _DOWN = np.meshgrid((np.arange(WIDTH) + 0.5) / WIDTH, (np.arange(HEIGHT) + 0.5) / WIDTH)


def _picture(
    scenery: Scenery,
    places: list[Place],
    view: NDArray[np.float64],
    phases: NDArray[np.float64],
    shot: int,
    frame: int,
) -> NDArray[np.float64]:
    """A frame of a shot, (HEIGHT, WIDTH, 3), 0 to 1."""
    place, phase = places[scenery.place[shot]], phases[shot, frame]
    across, down = view[0] + _ACROSS / view[2], view[1] + _DOWN / view[2]
    waves = [s * np.sin(x * across + y * down + turn * phase) for x, y, turn, s in place.waves]
    blobs = [
        s * np.exp(-(((across - x) - 0.3 * np.sin(v * phase / 2)) ** 2 + (down - y) ** 2) / (2 * size**2))
        for x, y, size, v, s in place.blobs
    ]
    pattern = np.sum([*waves, *blobs], axis=0)
    pattern = (pattern - pattern.mean()) / max(float(pattern.std()), 1e-6)
    _, warmth, saturation, contrast, _ = (float(value) for value in scenery.look[shot])
    light = float(scenery.light_at(np.array([frame / scenery.story.rate]), np.array([shot]))[0])
    luma = np.clip(light + contrast / 2 * pattern, DARKEST, 1)
    mix = (0.5 + 0.5 * waves[0] / place.waves[0, 3])[..., None]
    tint = 1 + saturation * (mix * place.colours[0] + (1 - mix) * place.colours[1])
    tint *= np.array([1 + warmth / 2, 1, 1 - warmth / 2])
    return np.clip(luma[..., None] * tint, 0, 1)
