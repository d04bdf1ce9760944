"""What an audio model is told about a pair of a set: its shots, and the grid of its beats, at a fixed frame rate.

Synthetic pairs know their cue sheet; of found film only what was heard is known, and a cue sheet is made of it that
says bars and hits and nothing else. A hit there is what the paper's aligner is taught (VeM, arXiv 2511.09585): a
transition that falls on a beat; a strong one where the sound rises, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset import Pair
from vem_plugin.dataset.rhythm import ON_BEAT
from vem_plugin.models.audio.frame_features import FRAME_FEATURES, frame_features
from vem_plugin.models.beat_features import (
    BEAT_COLUMNS,
    DIRECTION_FEATURES,
    features_of,
)
from vem_plugin.models.conditioning import Conditions
from vem_plugin.models.storyboard_tokens import STYLE_SIZE, style_vector, tokens_of
from vem_plugin.score.cue import METRES, MODES, UNTOLD, CueSheet, Section
from vem_plugin.score.strengths import STRONG
from vem_plugin.score.theme import CARD_FEATURES

RISES = 3.0
"""dB by which the sound rises at a strong hit."""
WEAK = 0.25
FEWEST_BEATS = 4
"""Beats from which a grid is believed."""
UNHEARD_BEAT = 0.5
"""Seconds of a beat by which the lengths of shots are told where no beat was heard."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Beats of a pair: ``cue`` as far as it is known, ``beat_times`` (beats + 1,) and ``hits`` (H,), seconds.

    It covers the whole pair; beats before the first and after the last that were heard go on as fast as most.
    """

    cue: CueSheet
    beat_times: NDArray[np.float64]
    hits: NDArray[np.float64]
    known: bool
    """Whether the cue sheet is the one the music was written to."""


def grid_of(pair: Pair) -> Grid | None:
    """The grid of a pair; None where too few beats were heard."""
    if pair.truth is not None:
        return Grid(pair.truth.cue, pair.truth.clock, pair.hits[:, 0], known=True)
    if len(pair.beats) < FEWEST_BEATS:
        return None
    period = float(np.median(np.diff(pair.beats)))
    before = max(0, int(np.ceil(pair.beats[0] / period - 1e-6)))
    after = max(1, int(np.ceil((pair.seconds - pair.beats[-1]) / period - 1e-6)))
    earlier = pair.beats[0] - period * np.arange(before, 0, -1)
    later = pair.beats[-1] + period * np.arange(1, after + 1)
    beat_times = np.concatenate([earlier, pair.beats, later])
    hits = _hits_of(pair)
    return Grid(_heard_cue(pair, beat_times, hits), beat_times, np.array(sorted(hits)), known=False)


def _hits_of(pair: Pair) -> dict[float, float]:
    """Strength of each hit of found film by its second."""
    found = pair.transitions
    on_beat = np.abs(np.nan_to_num(found.offset, nan=np.inf)) <= ON_BEAT
    strength = np.where(np.nan_to_num(found.accent, nan=0.0) >= RISES, STRONG, WEAK)
    times = found.time + np.where(on_beat, found.offset, 0)
    return dict(zip(times[on_beat].tolist(), strength[on_beat].tolist(), strict=True))


def _heard_cue(pair: Pair, beat_times: NDArray[np.float64], hits: dict[float, float]) -> CueSheet:
    beats = len(beat_times) - 1
    starts = np.arange(0, beats, METRES[0])
    if len(pair.downbeats):
        starts = np.abs(beat_times[:-1, None] - pair.downbeats).argmin(0)
    edges = np.unique(np.concatenate([[0], starts, [beats]]))
    eighths = np.rint(2 * np.interp(list(hits), beat_times, np.arange(beats + 1))).astype(int)
    section = Section(
        start=0,
        bars=tuple(np.diff(edges).astype(int).tolist()),
        energy=(0.0, 0.0),
        valence=0.0,
        tension=0.0,
        theme=0,
        roles=frozenset(),
    )
    return CueSheet(
        style=UNTOLD,
        mode=MODES[0],
        key=0,
        bpm=60 * beats / (beat_times[-1] - beat_times[0]),
        sections=(section,),
        hits=dict(zip(eighths.tolist(), hits.values(), strict=True)),
        stops=frozenset(),
        end_beat=beats,  # beyond the last: where a clip is cut out of a film, its music does not end
        metre=METRES[0],
    )


def conditions_of_pair(pair: Pair, clock: NDArray[np.float64]) -> Conditions:
    """Conditions of T audio latent frames, which begin at ``clock`` (T,) seconds.

    ``direction`` and ``card`` are empty: the audio model is not told them.
    """
    grid = grid_of(pair)
    style = np.zeros(STYLE_SIZE, np.float32)
    if grid is None:
        beat, beats = np.zeros((len(clock), FRAME_FEATURES), np.float32), np.arange(0, pair.seconds, UNHEARD_BEAT)
        beat[:, BEAT_COLUMNS["withheld"]] = 1
    else:
        features = features_of(grid.cue, grid.beat_times[:-1]).beat
        beat, beats = frame_features(features, clock, grid.beat_times, grid.hits), grid.beat_times[:-1]
        style = style_vector(grid.cue) if grid.known else _tempo_alone(grid.cue)
    caption = pair.caption_text if pair.caption else None
    tokens = tokens_of(pair.shots, clock, caption=caption, style=style, beats=beats)
    return Conditions(
        beat=beat,
        direction=np.zeros((len(clock), DIRECTION_FEATURES), np.float32),
        card=np.zeros((len(clock), CARD_FEATURES), np.float32),
        piece=np.zeros(len(clock), np.int64),
        text=tokens.text,
        picture=tokens.picture,
        look=tokens.look,
        time=tokens.time,
        present=tokens.present,
        relation=tokens.relation,
        mask=tokens.mask,
    )


def _tempo_alone(cue: CueSheet) -> NDArray[np.float32]:
    vector = np.zeros(STYLE_SIZE, np.float32)
    vector[-1] = style_vector(cue)[-1]
    return vector
