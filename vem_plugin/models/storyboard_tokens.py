"""Storyboard tokens and their time mask, the input of SG-CAtt (VeM, arXiv 2511.09585, storyboard-guided attention).

Every shot brings four tokens, one a *slot*: its words (text embedding), its picture (embedding of a frame), its look
(cinematics), and its time (start and length). A global entry brings the caption of the whole, the style and the
length. One clock serves every codec: the mask is computed from the exact start time of each latent frame alone.

What differs from the paper: the mask is added to the logits instead of multiplied with them (a logit multiplied by
zero still takes part in the softmax and leaks), shots have several tokens (with one, attention is a lookup), and the
neighbouring shots stay visible under a learned bias, so that music can prepare what comes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.beat_features import nearness
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_plugin.score.cue import MODES, STYLES, UNTOLD, CueSheet

SLOTS = ("text", "picture", "look", "time")
RELATIONS = ("previous", "own", "next", "global")
CINEMATICS_SIZE = 5
STYLE_SIZE = len(STYLES) + len(MODES) + 1
LOOK_SIZE = CINEMATICS_SIZE + STYLE_SIZE
WAVES = 8
TIME_SIZE = 2 + 4 * WAVES
HIDDEN = -1e4
"""Added to a logit that must not be seen; finite, as bfloat16 softmax makes NaN of rows that are minus infinity."""
FADE_SIGMAS = 3.0
"""A dissolve is this many standard deviations of the roll-off long."""


@dataclass(frozen=True, slots=True)
class ShotTable:
    """Shots as arrays, in order of time, without holes.

    ``start`` and ``end`` (N,) seconds of the visible cuts; ``fade_in`` and ``fade_out`` (N,) seconds of the dissolves
    around them, 0 for straight cuts; ``text`` (N, TEXT_SIZE); ``picture`` (N, any) or (N, 0); ``cinematics`` (N, 5);
    ``told`` (N, 3) 1 where text, picture and cinematics are known, else 0.
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    fade_in: NDArray[np.float64]
    fade_out: NDArray[np.float64]
    text: NDArray[np.float32]
    picture: NDArray[np.float32]
    cinematics: NDArray[np.float32]
    told: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StoryboardTokens:
    """Entries (shots, then the global one) and how T latent frames see them.

    ``text`` (N, TEXT_SIZE), ``picture`` (N, picture size), ``look`` (N, LOOK_SIZE), ``time`` (N, TIME_SIZE),
    ``present`` (N, 4) by slot, ``relation`` (T, N, 4) one-hot of ``RELATIONS``, ``mask`` (T, N) added to logits.
    """

    text: NDArray[np.float32]
    picture: NDArray[np.float32]
    look: NDArray[np.float32]
    time: NDArray[np.float32]
    present: NDArray[np.float32]
    relation: NDArray[np.float32]
    mask: NDArray[np.float32]


def storyboard_mask(
    clock: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    *,
    fade_in: NDArray[np.float64],
    fade_out: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How frames see shots.

    A shot is a frame's *own* from the first to the last instant it is on screen, dissolves included, and fades there
    as ``-relu(|t - middle| - w)**2 / (2 sigma**2)`` (the quadratic roll-off of Prompt Relay), with w up to where the
    dissolve begins. Within a dissolve a frame so has two own shots. The shots before and after are visible as
    *previous* and *next*; all others are hidden.

    Parameters
    ----------
    clock : (T,) seconds
        Start of every latent frame.
    start, end, fade_in, fade_out : (N,) seconds
        As in ``ShotTable``.

    Returns
    -------
    relation : (T, N, 3) one-hot of previous, own, next; all 0 where hidden
    mask : (T, N), 0 and less
    """
    time = clock[:, None]
    on_screen = (time >= start - fade_in / 2) & (time < end + fade_out / 2)
    current = np.clip(np.searchsorted(start, clock, side="right") - 1, 0, len(start) - 1)
    behind = current[:, None] - np.arange(len(start))
    relation = np.stack([~on_screen & (behind == 1), on_screen, ~on_screen & (behind == -1)], axis=-1)
    before_full = np.maximum(0, start + fade_in / 2 - time) * (fade_in > 0)
    after_full = np.maximum(0, time - (end - fade_out / 2)) * (fade_out > 0)
    sigma_in, sigma_out = (np.maximum(fade, 1e-9) / FADE_SIGMAS for fade in (fade_in, fade_out))
    roll_off = -((before_full / sigma_in) ** 2 + (after_full / sigma_out) ** 2) / 2
    mask = np.where(on_screen, np.maximum(roll_off, HIDDEN), np.where(relation.any(-1), 0.0, HIDDEN))
    return relation.astype(np.float32), mask.astype(np.float32)


def time_vector(start: NDArray[np.float64], length: NDArray[np.float64]) -> NDArray[np.float32]:
    """Start and length in beats as logarithms and sinusoids of periods 2 to 256 beats, (N, TIME_SIZE)."""
    angle = 2 * np.pi / 2.0 ** np.arange(1, WAVES + 1)
    waves = [wave(value[:, None] * angle) for value in (start, length) for wave in (np.sin, np.cos)]
    logs = np.stack([nearness(start), nearness(length)], 1)
    return np.concatenate([logs, *waves], 1).astype(np.float32)


def style_vector(cue: CueSheet) -> NDArray[np.float32]:
    """Style, mode and tempo of the whole, (STYLE_SIZE,)."""
    vector = np.zeros(STYLE_SIZE, np.float32)
    if cue.style != UNTOLD:
        vector[STYLES.index(cue.style)] = 1
    vector[len(STYLES) + MODES.index(cue.mode)] = 1
    vector[-1] = (cue.bpm - 100) / 30
    return vector


def tokens_of(
    shots: ShotTable,
    clock: NDArray[np.float64],
    *,
    caption: NDArray[np.float32] | None,
    style: NDArray[np.float32],
    beats: NDArray[np.float64] | None = None,
) -> StoryboardTokens:
    """Tokens of all shots and of the whole piece.

    Parameters
    ----------
    shots : ShotTable
    clock : (T,) seconds
        Start of every latent frame.
    caption : (TEXT_SIZE,) or None
        Embedding of what the whole should be.
    style : (STYLE_SIZE,)
    beats : (beats,) seconds, optional
        Start of every beat, by which starts and lengths are counted; left out where a latent frame is a beat.
    """
    beats = clock if beats is None else beats
    count, frames = len(shots.start), len(clock)
    relation = np.zeros((frames, count + 1, len(RELATIONS)), np.float32)
    mask = np.zeros((frames, count + 1), np.float32)
    relation[:, :count, :3], mask[:, :count] = storyboard_mask(
        clock, shots.start, shots.end, fade_in=shots.fade_in, fade_out=shots.fade_out
    )
    relation[:, count, RELATIONS.index("global")] = 1
    text = np.zeros((count + 1, TEXT_SIZE), np.float32)
    text[:count] = shots.text
    look = np.zeros((count + 1, LOOK_SIZE), np.float32)
    look[:count, :CINEMATICS_SIZE] = shots.cinematics
    look[count, CINEMATICS_SIZE:] = style
    picture = np.zeros((count + 1, shots.picture.shape[1]), np.float32)
    picture[:count] = shots.picture
    present = np.ones((count + 1, len(SLOTS)), np.float32)
    present[:count, :3] = shots.told
    present[count, :2] = (caption is not None, 0)
    if caption is not None:
        text[count] = caption
    number = np.arange(len(beats), dtype=float)
    first = np.append(np.interp(shots.start, beats, number), 0.0)
    last = np.append(np.interp(shots.end, beats, number), float(len(beats)))
    return StoryboardTokens(text, picture, look, time_vector(first, last - first), present, relation, mask)
