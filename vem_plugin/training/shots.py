"""Made-up pictures: shots whose look agrees, noisily, with what the section wants.

The corpus has no film. Every section is cut into one to four shots at random beats, some cuts become dissolves, and
the cinematics of a shot are drawn from its section's labels by this rule (N: normal noise of the given spread):

    light      .5 + .25 valence + N(.12)        warmth    .5 valence + N(.25)
    saturation .45 + .15 valence + .1 energy + N(.15)
    contrast   .35 + .4 tension + N(.12)        motion    .1 + .75 energy + N(.12)

Words of a shot are a caption of its section. Words and look are left out of some shots, so that both may be missing
later. Pictures are never known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.storyboard_tokens import ShotTable

SHOTS_A_SECTION = (0.4, 0.3, 0.2, 0.1)
"""Shares of sections that hold one to four shots."""
DISSOLVES = 0.15
DISSOLVE_SECONDS = (0.3, 2.0)
UNTOLD = 0.15
"""Share of shots whose words, and independently whose look, are unknown."""
SPREAD = np.array([0.12, 0.25, 0.15, 0.12, 0.12])


Labels = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SectionLabels:
    """Labels of the S sections of a piece.

    ``start`` (S,) beats; ``beats`` (S,); ``energy`` (S, 2); ``valence``, ``tension`` (S,); ``captions`` (S, any)
    numbers of captions to choose from.
    """

    start: NDArray[np.int64]
    beats: NDArray[np.int64]
    energy: NDArray[np.float32]
    valence: NDArray[np.float32]
    tension: NDArray[np.float32]
    captions: NDArray[np.int64]


def cinematics_for(energy: Labels, valence: Labels, tension: Labels, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw light, warmth, saturation, contrast and motion for N shots by the rule above, (N, 5)."""
    mean = np.stack(
        [
            0.5 + 0.25 * valence,
            0.5 * valence,
            0.45 + 0.15 * valence + 0.1 * energy,
            0.35 + 0.4 * tension,
            0.1 + 0.75 * energy,
        ],
        axis=1,
    )
    least = np.array([0, -1, 0, 0, 0])
    return np.clip(mean + rng.normal(size=mean.shape) * SPREAD, least, 1).astype(np.float32)


def draw_shots(
    labels: SectionLabels,
    clock: NDArray[np.float64],
    captions: NDArray[np.float32],
    *,
    most: int,
    rng: np.random.Generator,
    cuts: NDArray[np.float64] | None = None,
) -> ShotTable:
    """Make up the shots of a piece.

    Parameters
    ----------
    labels : SectionLabels
    clock : (beats + 1,) seconds
        Start of every beat, and the end.
    captions : (captions, TEXT_SIZE)
        Embeddings of all captions.
    most : int
        Number of shots not to exceed; random cuts are taken out until it fits.
    rng : numpy.random.Generator
    cuts : (any,) beats, optional
        Where the picture is cut, ascending, inside the piece; drawn at random if they are not given.
    """
    edges = _draw_edges(labels, most, rng) if cuts is None else _edges_at(cuts, labels, most, rng)
    times = np.interp(edges, np.arange(len(clock)), clock)
    start, end = times[:-1], times[1:]
    middle = (edges[:-1] + edges[1:]) / 2
    section = np.searchsorted(labels.start, middle, side="right") - 1
    climb = (middle - labels.start[section]) / labels.beats[section]
    first, last = labels.energy[section, 0], labels.energy[section, 1]
    cinematics = cinematics_for(first + (last - first) * climb, labels.valence[section], labels.tension[section], rng)
    count = len(section)
    choice = rng.integers(labels.captions.shape[1], size=count)
    text = captions[labels.captions[section, choice]].astype(np.float32)
    fade = rng.uniform(*DISSOLVE_SECONDS, size=count - 1) * (rng.random(count - 1) < DISSOLVES)
    fade = np.minimum(fade, np.minimum(end - start, np.roll(end - start, -1))[: count - 1])
    told = np.zeros((count, 3), np.float32)
    told[:, (0, 2)] = rng.random((count, 2)) >= UNTOLD
    return ShotTable(
        start=start,
        end=end,
        fade_in=np.append(0.0, fade),
        fade_out=np.append(fade, 0.0),
        text=text * told[:, :1],
        picture=np.zeros((count, 0), np.float32),
        cinematics=cinematics * told[:, 2:],
        told=told,
    )


def _draw_edges(labels: SectionLabels, most: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Beats at which shots begin, ascending, and the end of the piece; at most ``most + 1``."""
    inner: list[int] = []
    shots = rng.choice(len(SHOTS_A_SECTION), size=len(labels.start), p=SHOTS_A_SECTION) + 1
    for start, beats, count in zip(labels.start, labels.beats, shots, strict=True):
        inner.append(int(start))
        cuts = min(int(count), int(beats)) - 1
        inner.extend((start + 1 + rng.choice(int(beats) - 1, size=cuts, replace=False)).tolist())
    later = np.array([edge for edge in inner if edge > 0], np.float64)
    return _edges_at(later, labels, most, rng)


def _edges_at(
    cuts: NDArray[np.float64], labels: SectionLabels, most: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The same for cuts that are known."""
    end = float(labels.start[-1] + labels.beats[-1])
    if len(cuts) > most - 1:
        cuts = rng.choice(cuts, size=most - 1, replace=False)
    return np.concatenate([[0.0], np.sort(cuts), [end]])
